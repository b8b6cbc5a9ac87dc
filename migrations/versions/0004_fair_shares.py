"""What an account takes of the farm: whose turn it is to be served, the bytes of its files, and what it is allowed.

Bytes are counted by triggers, so that no way of adding or deleting a file can forget them. On PostgreSQL they fire when
the transaction is about to be committed: until then nobody waits for the count of an account that others change too.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COUNTED = (
    # table, the size of its rows' files, which rows count
    ("models", "file_size", "true"),
    ("overlays", "file_size", "{row}.account_id IS NOT NULL"),  # the others are the system's
    ("results", "size", "{row}.subject_kind <> 'model'"),  # a model's row has the size of its file already
)

COUNT_POSTGRESQL = """
CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner varchar := CASE TG_OP WHEN 'INSERT' THEN NEW.account_id ELSE OLD.account_id END;
    change bigint := 0;
BEGIN
    IF TG_OP <> 'DELETE' THEN change := NEW.{size}; END IF;
    IF TG_OP <> 'INSERT' THEN change := change - OLD.{size}; END IF;
    UPDATE stored_bytes SET total = total + change WHERE account_id = owner;
    IF NOT FOUND THEN
        INSERT INTO stored_bytes AS known (account_id, total) VALUES (owner, change)
        ON CONFLICT (account_id) DO UPDATE SET total = known.total + excluded.total;
    END IF;
    RETURN NULL;
END $$;
"""

FIRE_POSTGRESQL = """
CREATE CONSTRAINT TRIGGER {table}_stored_{verb} AFTER {event} ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({counts}) EXECUTE FUNCTION count_{table}()
"""

FIRE_SQLITE = """
CREATE TRIGGER {table}_stored_{verb} AFTER {event} ON {table} WHEN {counts}
BEGIN {change}; END
"""

CHANGE_SQLITE = {
    "insert": """
    INSERT INTO stored_bytes (account_id, total) VALUES (NEW.account_id, NEW.{size})
    ON CONFLICT (account_id) DO UPDATE SET total = total + excluded.total
    """,
    "delete": "UPDATE stored_bytes SET total = total - OLD.{size} WHERE account_id = OLD.account_id",
    "update": "UPDATE stored_bytes SET total = total + NEW.{size} - OLD.{size} WHERE account_id = NEW.account_id",
}

VERBS = {"insert": ("INSERT", "NEW"), "delete": ("DELETE", "OLD"), "update": ("UPDATE OF {size}", "NEW")}
"""The events that triggers fire at, and the row that they then look at."""


def upgrade() -> None:
    with op.batch_alter_table("lanes") as lanes:
        lanes.alter_column("oldest_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        lanes.add_column(sa.Column("served", sa.DateTime(timezone=True)))
    op.execute("UPDATE lanes SET served = '1970-01-01 00:00:00.000000'")
    with op.batch_alter_table("lanes") as lanes:
        lanes.alter_column("served", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(
        "lanes_waiting", "lanes", ["served", "priority", "oldest_at", "account_id", "queue"],
        **where("oldest_at IS NOT NULL"),
    )
    op.create_table(
        "stored_bytes",
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_stored_bytes_total_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_stored_bytes_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_stored_bytes"),
    )
    op.create_table(
        "quotas",
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_quotas_value_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_quotas_account_id"),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_quotas"),
    )
    op.drop_index("segments_running", "segments")
    op.create_index("segments_running", "segments", ["account_id", "priority"], **where("state = 'running'"))
    op.create_index(
        "one_preview_per_model", "renders", ["model_id"], unique=True, sqlite_where=sa.text("is_system_preview = 1"),
        postgresql_where=sa.text("is_system_preview"),
    )
    op.create_index(
        "renders_waiting_previews", "renders", ["account_id"],
        sqlite_where=sa.text("is_system_preview = 1 AND status = 'pending'"),
        postgresql_where=sa.text("is_system_preview AND status = 'pending'"),
    )
    op.create_index("models_to_discard", "models", ["deleted_at"], **where("deleted_at IS NOT NULL AND file_size > 0"))
    name_accounts_of_results()
    files = " UNION ALL ".join(
        f"SELECT account_id, {size} AS size FROM {table} WHERE {counts.format(row=table)}"
        for table, size, counts in COUNTED
    )
    op.execute(
        "INSERT INTO stored_bytes (account_id, total) SELECT account_id, sum(size) "
        f"FROM ({files}) AS files GROUP BY account_id"
    )
    create_triggers()


def name_accounts_of_results() -> None:
    with op.batch_alter_table("results") as results:
        results.add_column(sa.Column("account_id", sa.String(12)))
    for kind in ("render", "model"):
        op.execute(
            f"UPDATE results SET account_id = (SELECT account_id FROM {kind}s WHERE {kind}s.id = results.subject_id) "
            f"WHERE subject_kind = '{kind}'"
        )
    op.execute("DELETE FROM results WHERE account_id IS NULL")
    with op.batch_alter_table("results") as results:
        results.alter_column("account_id", existing_type=sa.String(12), nullable=False)
        results.create_foreign_key("fk_results_account_id", "accounts", ["account_id"], ["id"])


def create_triggers() -> None:
    for table, size, counts in COUNTED:
        if is_postgresql():
            op.execute(COUNT_POSTGRESQL.format(table=table, size=size))
        for verb, (event, row) in VERBS.items():
            op.execute(
                (FIRE_POSTGRESQL if is_postgresql() else FIRE_SQLITE).format(
                    table=table, verb=verb, event=event.format(size=size), counts=counts.format(row=row),
                    change=CHANGE_SQLITE[verb].format(size=size),
                )
            )


def downgrade() -> None:
    """Goes back where nothing is lost by that, such as what administrators allow: in a database without accounts."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM accounts")):
        raise ValueError("this database has accounts: to go back before revision 0004, restore a backup")
    for table, *_ in COUNTED:
        for verb in VERBS:
            op.execute(f"DROP TRIGGER {table}_stored_{verb}" + (f" ON {table}" if is_postgresql() else ""))
        if is_postgresql():
            op.execute(f"DROP FUNCTION count_{table}")
    with op.batch_alter_table("results") as results:
        results.drop_constraint("fk_results_account_id", type_="foreignkey")
        results.drop_column("account_id")
    op.drop_index("models_to_discard", "models")
    op.drop_index("renders_waiting_previews", "renders")
    op.drop_index("one_preview_per_model", "renders")
    op.drop_index("segments_running", "segments")
    op.create_index("segments_running", "segments", ["account_id"], **where("state = 'running'"))
    op.drop_index("lanes_waiting", "lanes")
    op.execute("DELETE FROM lanes WHERE oldest_at IS NULL")
    with op.batch_alter_table("lanes") as lanes:
        lanes.drop_column("served")
        lanes.alter_column("oldest_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    for table in ("quotas", "stored_bytes"):
        op.drop_table(table)


def where(condition: str) -> dict[str, Any]:
    """A partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
