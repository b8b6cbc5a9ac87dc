"""What an account takes of the farm: whose turn it is to be served, the bytes of its files, and what it is allowed.

Bytes are counted by triggers, so that no way of adding or deleting a file can forget them. On PostgreSQL they fire when
the transaction is about to be committed: until then nobody waits for the count of an account that others change too.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"

COUNTED = (("models", "file_size"), ("overlays", "file_size"), ("results", "size"))
"""Tables whose rows are files of an account, unless their `account_id` is NULL, and the columns of their sizes."""

COUNT_POSTGRESQL = """
CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner varchar := CASE TG_OP WHEN 'INSERT' THEN NEW.account_id ELSE OLD.account_id END;
    change bigint := 0;
BEGIN
    IF TG_OP <> 'DELETE' THEN change := NEW.{size}; END IF;
    IF TG_OP <> 'INSERT' THEN change := change - OLD.{size}; END IF;
    IF owner IS NULL OR change = 0 THEN RETURN NULL; END IF;
    UPDATE stored_bytes SET total = total + change WHERE account_id = owner;
    IF NOT FOUND THEN
        INSERT INTO stored_bytes AS known (account_id, total) VALUES (owner, change)
        ON CONFLICT (account_id) DO UPDATE SET total = known.total + excluded.total;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {table}_stored AFTER INSERT OR DELETE OR UPDATE OF {size} ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_{table}();
"""

COUNT_SQLITE = (
    """
CREATE TRIGGER {table}_stored_insert AFTER INSERT ON {table} WHEN NEW.account_id IS NOT NULL
BEGIN
    INSERT INTO stored_bytes (account_id, total) VALUES (NEW.account_id, NEW.{size})
    ON CONFLICT (account_id) DO UPDATE SET total = total + excluded.total;
END
""",
    """
CREATE TRIGGER {table}_stored_delete AFTER DELETE ON {table} WHEN OLD.account_id IS NOT NULL
BEGIN UPDATE stored_bytes SET total = total - OLD.{size} WHERE account_id = OLD.account_id; END
""",
    """
CREATE TRIGGER {table}_stored_update AFTER UPDATE OF {size} ON {table} WHEN OLD.account_id IS NOT NULL
BEGIN UPDATE stored_bytes SET total = total + NEW.{size} - OLD.{size} WHERE account_id = OLD.account_id; END
""",
)


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("served", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_turns_account_id"),
        sa.PrimaryKeyConstraint("account_id", "queue", name="pk_turns"),
    )
    op.create_index("ix_turns_served", "turns", ["served"])
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
    with op.batch_alter_table("results") as results:
        results.add_column(sa.Column("account_id", sa.String(12)))
        results.create_foreign_key("fk_results_account_id", "accounts", ["account_id"], ["id"])
    op.execute(
        "UPDATE results SET account_id = (SELECT account_id FROM renders WHERE renders.id = results.subject_id) "
        "WHERE subject_kind = 'render'"
    )
    rows = " UNION ALL ".join(f"SELECT account_id, {size} AS size FROM {table}" for table, size in COUNTED)
    op.execute(
        "INSERT INTO stored_bytes (account_id, total) SELECT account_id, sum(size) "
        f"FROM ({rows}) AS files WHERE account_id IS NOT NULL GROUP BY account_id"
    )
    for table, size in COUNTED:
        for statement in (COUNT_POSTGRESQL,) if is_postgresql() else COUNT_SQLITE:
            op.execute(statement.format(table=table, size=size))


def downgrade() -> None:
    for table, _ in COUNTED:
        if is_postgresql():
            op.execute(f"DROP TRIGGER {table}_stored ON {table}")
            op.execute(f"DROP FUNCTION count_{table}")
        else:
            for verb in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_stored_{verb}")
    with op.batch_alter_table("results") as results:
        results.drop_constraint("fk_results_account_id", type_="foreignkey")
        results.drop_column("account_id")
    op.drop_index("models_to_discard", "models")
    op.drop_index("renders_waiting_previews", "renders")
    op.drop_index("one_preview_per_model", "renders")
    op.drop_index("segments_running", "segments")
    op.create_index("segments_running", "segments", ["account_id"], **where("state = 'running'"))
    for table in ("quotas", "stored_bytes", "turns"):
        op.drop_table(table)


def where(condition: str) -> dict[str, Any]:
    """A partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
