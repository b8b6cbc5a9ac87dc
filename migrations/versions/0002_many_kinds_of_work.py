"""Tasks of any kind that may need others, results as rows, ledger entries of any subject, models with states, and API
keys of several dialects.

Tables whose constraints change are put aside under another name, made anew, filled from the old ones, and dropped:
SQLite can't change a constraint, and doing the same on PostgreSQL keeps one description of the new tables.
"""

import importlib
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rows_of_0002

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REBUILT = ("segments", "render_overlays", "renders", "ledger")
"""In an order in which none is referred to by a later one."""

REFUSE_SQLITE = """
CREATE TRIGGER ledger_no_{verb} BEFORE {verb} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""

REFUSE_POSTGRESQL = """
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
"""

COUNT_SQLITE = """
CREATE TRIGGER renders_counted_{verb} AFTER {verb} ON renders
BEGIN
    UPDATE accounts SET
        render_count = render_count {sign} NOT {row}.is_system_preview,
        preview_count = preview_count {sign} {row}.is_system_preview
    WHERE id = {row}.account_id;
END
"""

COUNT_POSTGRESQL = """
CREATE TRIGGER renders_counted_{verb} AFTER {verb} ON renders REFERENCING {row} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_renders()
"""


def upgrade() -> None:
    for table in REBUILT:
        put_aside(table)
    extend_models()
    op.add_column("tokens", sa.Column("dialect", sa.String(20), nullable=False, server_default="dxgl"))
    create_tables()
    create_webhooks()
    rows_of_0002.carry_over()
    for table in REBUILT:
        op.drop_table(f"old_{table}")
    op.drop_table("shots")
    create_triggers()


def put_aside(table: str) -> None:
    """Renames the table, and what of it has a name that the new one needs."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for index in bind.scalars(sa.text("SELECT indexname FROM pg_indexes WHERE tablename = :t AND "
                                          "schemaname = current_schema()"), {"t": table}).all():
            op.execute(f'ALTER INDEX "{index}" RENAME TO "old_{index}"')
        if table == "ledger":
            op.execute("ALTER SEQUENCE ledger_id_seq RENAME TO old_ledger_id_seq")
        op.rename_table(table, f"old_{table}")
        return
    made = sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :t AND type <> 'table' AND sql > ''")
    rows = bind.execute(made, {"t": table}).all()
    for row in rows:
        op.execute(f'DROP {row.type} "{row.name}"')
    op.rename_table(table, f"old_{table}")
    for row in rows:  # SQLite can't rename an index, and without them copying takes the square of the time
        if row.type == "index":
            op.execute(row.sql.replace(f"{row.name} ON {table} ", f"old_{row.name} ON old_{table} "))


def extend_models() -> None:
    op.add_column("models", sa.Column("state", sa.String(20), nullable=False, server_default="pending"))
    op.add_column("models", sa.Column("error_code", sa.String(50)))
    op.add_column("models", sa.Column("error_message", sa.Text()))
    op.add_column("models", sa.Column("inspection_id", sa.String(12)))
    op.create_index("ix_models_inspection_id", "models", ["inspection_id"])


def create_tables() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("inputs", JSON, nullable=False),
        sa.Column("spec", JSON, nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("error_code", sa.String(50)),
        sa.Column("error_message", sa.Text()),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("frames_done", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'failed', 'cancelled')", name=op.f("ck_tasks_state_known")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tasks_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_table(
        "task_needs",
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("needs_id", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_needs_task_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["needs_id"], ["tasks.id"], name="fk_task_needs_needs_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "needs_id", name="pk_task_needs"),
    )
    op.create_index("ix_task_needs_needs_id", "task_needs", ["needs_id"])
    op.create_table(
        "segments",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("first_frame", sa.Integer(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(100)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("frames_done", sa.Integer(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_segments_lease_held_while_running")
        ),
        sa.CheckConstraint("role IN ('whole', 'part', 'assembly')", name=op.f("ck_segments_role_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'pending', 'running', 'done', 'failed')", name=op.f("ck_segments_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (waits_for > 0) OR state = 'failed'", name=op.f("ck_segments_waits_for_something")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_segments_account_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_segments_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
    )
    op.create_index("ix_segments_task_id", "segments", ["task_id"])
    op.create_index("segments_leased", "segments", ["lease_until"], **where("state = 'running'"))
    op.create_index(
        "segments_pending", "segments", ["account_id", "queue", "priority", "created_at", "task_id", "first_frame"],
        **where("state = 'pending'"),
    )
    op.create_index("segments_running", "segments", ["account_id"], **where("state = 'running'"))
    op.create_table(
        "renders",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("model_id", sa.String(12), nullable=False),
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("output", sa.String(10), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("variant", JSON, nullable=False),
        sa.Column("is_system_preview", sa.Boolean(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("has_web", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("error_code", sa.String(50)),
        sa.Column("error_message", sa.Text()),
        sa.Column("shared_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_renders_account_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_renders_model_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_renders_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_renders"),
    )
    op.create_index("ix_renders_task_id", "renders", ["task_id"])
    op.create_index("renders_by_account", "renders", ["account_id", "created_at", "id", "is_system_preview"])
    op.create_index("renders_by_model", "renders", ["model_id", "created_at", "id"])
    op.create_index(
        "renders_by_status", "renders", ["account_id", "status", "created_at", "id", "is_system_preview"]
    )
    op.create_table(
        "render_overlays",
        sa.Column("overlay_id", sa.String(12), nullable=False),
        sa.Column("render_id", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["overlay_id"], ["overlays.id"], name="fk_render_overlays_overlay_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["render_id"], ["renders.id"], name="fk_render_overlays_render_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("overlay_id", "render_id", name="pk_render_overlays"),
    )
    op.create_index("ix_render_overlays_render_id", "render_overlays", ["render_id"])
    op.create_table(
        "results",
        sa.Column("subject_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("subject_kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(80), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "name", name="pk_results"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(20)),
        sa.Column("subject_id", sa.String(12)),
        sa.Column("charge_number", sa.Integer()),
        sa.Column("source", sa.String(10)),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'charge') = (amount < 0)", name=op.f("ck_ledger_amount_sign")),
        sa.CheckConstraint("(kind = 'grant') = (subject_id IS NULL)", name=op.f("ck_ledger_subject_named")),
        sa.CheckConstraint("(subject_id IS NULL) = (subject_kind IS NULL)", name=op.f("ck_ledger_subject_kind_named")),
        sa.CheckConstraint("(subject_id IS NULL) = (charge_number IS NULL)", name=op.f("ck_ledger_charge_numbered")),
        sa.CheckConstraint("(kind = 'grant') = (source IS NOT NULL)", name=op.f("ck_ledger_source_named")),
        sa.CheckConstraint("kind IN ('grant', 'charge', 'refund')", name=op.f("ck_ledger_kind_known")),
        sa.CheckConstraint("source IN ('signup', 'purchase')", name=op.f("ck_ledger_source_known")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_ledger_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_account_id", "ledger", ["account_id"])
    op.create_index(
        "one_entry_per_charge_and_kind", "ledger", ["subject_id", "subject_kind", "charge_number", "kind"], unique=True
    )


def create_webhooks() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("dialect", sa.String(length=10), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhook_secrets_account_id"),
        sa.PrimaryKeyConstraint("account_id", "dialect", name="pk_webhook_secrets"),
    )
    op.create_table(
        "webhook_targets",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("dialect", sa.String(length=10), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "enabled = (disabled_reason IS NULL)", name=op.f("ck_webhook_targets_disabled_with_reason")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhook_targets_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_targets"),
        sa.UniqueConstraint("account_id", "dialect", "url", name="uq_webhook_targets_account_id"),
    )
    op.create_table(
        "webhook_subscriptions",
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=24), nullable=False),
        sa.Column("target_id", sa.String(length=12), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["webhook_targets.id"], name="fk_webhook_subscriptions_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "target_id", name="pk_webhook_subscriptions"),
    )
    op.create_index("ix_webhook_subscriptions_target_id", "webhook_subscriptions", ["target_id"])
    op.create_index("ix_webhook_subscriptions_created_at", "webhook_subscriptions", ["created_at"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("target_id", sa.String(length=12), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=24), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("answer_status", sa.Integer(), nullable=True),
        sa.Column("answer_body", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'failed')", name=op.f("ck_webhook_deliveries_state_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhook_deliveries_account_id"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["webhook_targets.id"], name="fk_webhook_deliveries_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "webhook_deliveries_due", "webhook_deliveries", ["due_at"], **where("state = 'pending'")
    )
    op.create_index("webhook_deliveries_by_account", "webhook_deliveries", ["account_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_target_id", "webhook_deliveries", ["target_id"])
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at"])


def create_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_POSTGRESQL)
        op.execute(COUNT_POSTGRESQL.format(verb="insert", row="NEW"))
        op.execute(COUNT_POSTGRESQL.format(verb="delete", row="OLD"))
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(REFUSE_SQLITE.format(verb=verb))
    op.execute(COUNT_SQLITE.format(verb="INSERT", row="NEW", sign="+"))
    op.execute(COUNT_SQLITE.format(verb="DELETE", row="OLD", sign="-"))


def where(condition: str) -> dict[str, Any]:
    """A partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    """Goes back to the first schema where nothing is lost by that: in a database without accounts."""
    bind = op.get_bind()
    if bind.scalar(sa.text("SELECT count(*) FROM accounts")):
        raise ValueError("this database has accounts: to go back before revision 0002, restore a backup")
    for table in ("webhook_deliveries", "webhook_subscriptions", "webhook_targets", "webhook_secrets"):
        op.drop_table(table)
    for table in ("task_needs", "results", "segments", "render_overlays", "renders", "tasks"):
        op.drop_table(table)
    for table in ("overlays", "model_tags", "models", "tokens", "ledger", "idempotency_keys", "lanes", "workers",
                  "outbox", "accounts"):  # fmt: skip
        op.drop_table(table)
    if bind.dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuse")
        op.execute("DROP FUNCTION count_renders")
    importlib.import_module("migrations.versions.0001_first_schema").upgrade()
