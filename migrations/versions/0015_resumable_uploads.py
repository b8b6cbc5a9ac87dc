"""Files that come in parts, and accounts that are deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "resumable_uploads",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("part_bytes", sa.Integer(), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("order", JSON, nullable=False),
        sa.Column("model_id", sa.String(12), nullable=True),
        sa.Column("render_id", sa.String(12), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_resumable_uploads_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_resumable_uploads"),
    )
    op.create_index("ix_resumable_uploads_account_id", "resumable_uploads", ["account_id"])
    op.create_index("ix_resumable_uploads_expires_at", "resumable_uploads", ["expires_at"])
    op.create_index(
        "one_open_upload_per_bytes", "resumable_uploads", ["account_id", "sha256"], unique=True,
        sqlite_where=sa.text("model_id IS NULL"), postgresql_where=sa.text("model_id IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("resumable_uploads")
    op.drop_column("accounts", "deleted_at")
