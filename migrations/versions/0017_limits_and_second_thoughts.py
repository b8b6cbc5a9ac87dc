"""Deleted renders that can be had back, classes of accounts, what workers log, and the traces that work belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0011"

_WAITING = sa.text("oldest_at IS NOT NULL")
_DISCARDED = sa.text("deleted_at IS NOT NULL AND file_size > 0")
_BEFORE = ["served", "priority", "oldest_at", "account_id", "queue"]


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "deleted_renders",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_deleted_renders_account_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_deleted_renders_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_renders"),
    )
    for column in ("account_id", "task_id", "deleted_at"):
        op.create_index(f"ix_deleted_renders_{column}", "deleted_renders", [column])
    op.create_index(
        "models_deleted_by_account", "models", ["account_id"], sqlite_where=_DISCARDED, postgresql_where=_DISCARDED
    )
    op.add_column("accounts", sa.Column("service_class", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("lanes", sa.Column("service_class", sa.Integer(), nullable=False, server_default="10"))
    op.drop_index("lanes_waiting", "lanes")
    op.create_index(
        "lanes_waiting", "lanes", ["service_class", *_BEFORE], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_table(
        "worker_logs",
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("lines", json, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_worker_logs"),
    )
    op.add_column("tasks", sa.Column("traceparent", sa.String(55), nullable=True))


def downgrade() -> None:
    op.drop_column("tasks", "traceparent")
    op.drop_table("worker_logs")
    op.drop_index("lanes_waiting", "lanes")
    op.create_index("lanes_waiting", "lanes", _BEFORE, sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.drop_column("lanes", "service_class")
    op.drop_column("accounts", "service_class")
    op.drop_index("models_deleted_by_account", "models")
    op.drop_table("deleted_renders")
