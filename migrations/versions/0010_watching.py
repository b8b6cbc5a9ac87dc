"""What processes have counted, for /metrics; workers that are paused; and renders by age, to delete the old."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "process_counts",
        sa.Column("process", sa.String(12), nullable=False),
        sa.Column("numbers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_process_counts"),
    )
    op.create_table(
        "pauses",
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_pauses"),
    )
    op.create_index("renders_by_age", "renders", ["created_at"])
    op.add_column("workers", sa.Column("resting", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_index("renders_by_age", "renders")
    op.drop_column("workers", "resting")
    op.drop_table("pauses")
    op.drop_table("process_counts")
