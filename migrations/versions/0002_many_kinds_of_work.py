"""Tasks of any kind that may need others, results as rows, ledger entries of any subject, models with states, and API
keys of several dialects.

Tables whose constraints change are put aside under another name, made anew, filled from the old ones, and dropped:
SQLite can't change a constraint, and doing the same on PostgreSQL keeps one description of the new tables.
"""

import importlib
import json
import secrets
import string
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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

UNFINISHED = "('pending', 'poster-processing', 'poster-done', 'video-processing')"


def upgrade() -> None:
    for table in REBUILT:
        put_aside(table)
    extend_models()
    op.add_column("tokens", sa.Column("dialect", sa.String(20), nullable=False, server_default="dxgl"))
    create_tables()
    create_webhooks()
    copy_work()
    copy_renders()
    copy_ledger()
    inspect_models()
    for table in (*REBUILT, "shots"):
        op.drop_table(f"old_{table}" if table != "shots" else table)
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
    else:
        for kind in ("index", "trigger"):
            named = sa.text("SELECT name FROM sqlite_master WHERE tbl_name = :t AND type = :k AND sql IS NOT NULL")
            for name in bind.scalars(named, {"t": table, "k": kind}).all():
                op.execute(f'DROP {kind} "{name}"')
    op.rename_table(table, f"old_{table}")


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


def copy_work() -> None:
    """Shots become tasks. What is at work stays so: its worker settles it, or its lease runs out."""
    op.execute(f"""
        INSERT INTO tasks (id, account_id, kind, key, inputs, spec, frame_count, state, stage, frames_done, started_at,
                           heard_at, created_at)
        SELECT shots.id, models.account_id, shots.kind, frame_key, '{{}}', spec, frame_count,
               CASE WHEN EXISTS (SELECT 1 FROM old_renders WHERE shot_id = shots.id AND status IN {UNFINISHED})
                    THEN 'open' WHEN stage = 'failed' THEN 'failed' ELSE 'done' END,
               stage, frames_done, started_at, heard_at, shots.created_at
        FROM shots JOIN models ON models.id = shots.model_id
    """)
    op.execute("""
        INSERT INTO segments (id, task_id, account_id, queue, priority, role, first_frame, frame_count, waits_for,
                              state, attempt, failures, worker, lease_until, frames_done, files, error_message,
                              created_at, updated_at)
        SELECT id, shot_id, account_id, queue, priority, role, first_frame, frame_count, waits_for, state, attempt,
               failures, worker, lease_until, frames_done, files, error_message, created_at, updated_at
        FROM old_segments
    """)


def copy_renders() -> None:
    op.execute("""
        INSERT INTO renders (id, account_id, model_id, task_id, status, output, settings, variant, is_system_preview,
                             credits, file_size, has_web, warnings, error_message, shared_at, created_at, updated_at)
        SELECT id, account_id, model_id, shot_id, status, coalesce(settings ->> 'output', 'video'), settings, variant,
               is_system_preview, credits, file_size, has_web, warnings, error_message, shared_at, created_at,
               updated_at
        FROM old_renders
    """)
    op.execute(
        "INSERT INTO render_overlays (overlay_id, render_id) SELECT overlay_id, render_id FROM old_render_overlays"
    )
    old = sa.table("old_renders", sa.column("id"), sa.column("files", sa.JSON()),
                   sa.column("updated_at", sa.DateTime(timezone=True)))  # fmt: skip
    results = sa.table(
        "results", *map(sa.column, ("subject_id", "name", "subject_kind", "key", "size", "etag", "content_type")),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    for rows in batches(op.get_bind().execute(sa.select(old.c.id, old.c.files, old.c.updated_at)).all()):
        made = [
            {"subject_id": row.id, "name": name, "subject_kind": "render", "created_at": row.updated_at, **file}
            for row in rows for name, file in row.files.items()
        ]  # fmt: skip
        if made:
            op.bulk_insert(results, made)


def copy_ledger() -> None:
    op.execute("""
        INSERT INTO ledger (id, account_id, kind, amount, subject_kind, subject_id, charge_number, source, note,
                            created_at)
        SELECT id, account_id, kind, amount, CASE WHEN render_id IS NOT NULL THEN 'render' END, render_id,
               CASE WHEN render_id IS NOT NULL THEN 1 END, source, note, created_at
        FROM old_ledger ORDER BY id
    """)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('ledger', 'id'), max(id)) FROM ledger HAVING max(id) > 0")


def inspect_models() -> None:
    """Models that were drawn as they are, are ready. All are read once more when there is time, for their contents.

    Those that are still a ZIP must be read before they can be drawn: what is unfinished of them waits for that.
    """
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE models SET contents = NULL"))
    models = bind.execute(sa.text(
        "SELECT id, account_id, sha256, storage_key, created_at FROM models WHERE deleted_at IS NULL OR EXISTS "
        f"(SELECT 1 FROM renders WHERE model_id = models.id AND status IN {UNFINISHED})"
    )).all()  # fmt: skip
    for model in models:
        is_archive = model.storage_key.endswith(".zip")
        task = {"id": new_id(), "segment": new_id(), "account": model.account_id, "key": model.sha256,
                "inputs": json.dumps({"model": model.storage_key}), "at": model.created_at, "model": model.id,
                "priority": 0 if is_archive else 20, "state": "pending" if is_archive else "ready"}  # fmt: skip
        bind.execute(typed(
            "INSERT INTO tasks (id, account_id, kind, key, inputs, spec, frame_count, state, stage, frames_done, "
            "created_at) "
            "VALUES (:id, :account, 'inspect', :key, :inputs, '{\"version\": 1}', 1, 'open', 'queued', 0, :at)"
        ), task)  # fmt: skip
        bind.execute(typed(
            "INSERT INTO segments (id, task_id, account_id, queue, priority, role, first_frame, frame_count, "
            "waits_for, state, attempt, failures, frames_done, files, created_at, updated_at) "
            "VALUES (:segment, :id, :account, 'inspect', :priority, 'whole', 0, 1, 0, 'pending', 0, 0, 0, '{}', "
            ":at, :at)"
        ), task)  # fmt: skip
        bind.execute(sa.text("UPDATE models SET inspection_id = :id, state = :state WHERE id = :model"), task)
        unfinished = bind.scalars(sa.text(
            f"SELECT DISTINCT task_id FROM renders WHERE model_id = :model AND status IN {UNFINISHED}"
        ), task).all()  # fmt: skip
        for task_id in unfinished:
            if is_archive:
                wait_for(task["id"], task_id)
            give_inputs(task_id, {} if is_archive else {"model": model.storage_key})
    bind.execute(sa.text(
        "INSERT INTO lanes (account_id, queue, priority, oldest_at) "
        "SELECT account_id, queue, priority, min(created_at) FROM segments WHERE queue = 'inspect' "
        "GROUP BY account_id, queue, priority"
    ))  # fmt: skip


def wait_for(inspection_id: str, task_id: str) -> None:
    """Puts the task's segments back, as if nobody had begun: whoever holds one loses it, and nothing else."""
    bind, named = op.get_bind(), {"inspection": inspection_id, "task": task_id}
    bind.execute(sa.text("INSERT INTO task_needs (task_id, needs_id) VALUES (:task, :inspection)"), named)
    bind.execute(sa.text(
        "UPDATE segments SET state = 'waiting', waits_for = 1, lease_until = NULL, worker = NULL, frames_done = 0 "
        "WHERE task_id = :task AND role <> 'assembly' AND state IN ('pending', 'running')"
    ), named)  # fmt: skip
    bind.execute(sa.text(
        "DELETE FROM lanes WHERE NOT EXISTS (SELECT 1 FROM segments WHERE segments.account_id = lanes.account_id "
        "AND segments.queue = lanes.queue AND segments.priority = lanes.priority AND segments.state = 'pending')"
    ))  # fmt: skip


def give_inputs(task_id: str, model: dict[str, str]) -> None:
    """Tasks name the files that they are made from themselves: the model's, and those of overlays."""
    bind = op.get_bind()
    overlays = bind.execute(sa.text(
        "SELECT DISTINCT overlays.id, overlays.storage_key FROM overlays "
        "JOIN render_overlays ON overlay_id = overlays.id JOIN renders ON renders.id = render_id WHERE task_id = :task"
    ), {"task": task_id}).all()  # fmt: skip
    inputs = json.dumps({row.id: row.storage_key for row in overlays} | model)
    bind.execute(typed("UPDATE tasks SET inputs = :inputs WHERE id = :task"), {"inputs": inputs, "task": task_id})


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


def typed(statement: str) -> sa.TextClause:
    """JSON text goes into PostgreSQL's JSONB columns by a cast."""
    if op.get_bind().dialect.name == "postgresql":
        statement = statement.replace(":inputs", "CAST(:inputs AS JSONB)")
    return sa.text(statement)


def where(condition: str) -> dict[str, Any]:
    """A partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def batches(rows: Iterable[Any], size: int = 1000) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch


def new_id() -> str:
    """As api.ids makes them."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(12))


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
