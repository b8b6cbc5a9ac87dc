"""Deleted renders that can be had back, classes of accounts, what workers log, and the traces that work belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

_WAITING = sa.text("oldest_at IS NOT NULL")
_DELETED = sa.text("deleted_at IS NOT NULL AND file_size > 0")
_BEFORE = ["served", "priority", "oldest_at", "account_id", "queue"]


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "deleted_renders",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("model_id", sa.String(12), nullable=False),
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("output", sa.String(10), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_deleted_renders_account_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_deleted_renders_model_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_deleted_renders_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_renders"),
    )
    for column in ("account_id", "task_id", "discard_at"):
        op.create_index(f"ix_deleted_renders_{column}", "deleted_renders", [column])
    op.add_column("models", sa.Column("discard_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("models_to_discard", "models")
    for name, column in (("models_to_discard", "discard_at"), ("models_deleted_by_account", "account_id")):
        op.create_index(name, "models", [column], sqlite_where=_DELETED, postgresql_where=_DELETED)
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
    for name in ("models_to_discard", "models_deleted_by_account"):
        op.drop_index(name, "models")
    op.drop_column("models", "discard_at")
    op.create_index("models_to_discard", "models", ["deleted_at"], sqlite_where=_DELETED, postgresql_where=_DELETED)
    op.drop_table("deleted_renders")
