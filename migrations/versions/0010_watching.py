"""What processes have counted, for /metrics."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "process_counts",
        sa.Column("process", sa.String(12), nullable=False),
        sa.Column("numbers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_process_counts"),
    )


def downgrade() -> None:
    op.drop_table("process_counts")
