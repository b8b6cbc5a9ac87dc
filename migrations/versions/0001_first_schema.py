"""The first schema: accounts, catalog, renders, the farm's book of work, and a ledger that only grows."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


FILE_SIZE = """
CAST(coalesce(files -> 'video' ->> 'size', files -> 'image' ->> 'size', files -> 'dataset' ->> 'size') AS BIGINT)
""".strip()

REFUSE_SQLITE = """
CREATE TRIGGER ledger_no_{verb} BEFORE {verb} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""

REFUSE_POSTGRESQL = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
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
CREATE FUNCTION count_renders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    UPDATE accounts SET
        render_count = render_count + sign * (number - previews), preview_count = preview_count + sign * previews
    FROM (
        SELECT account_id, count(*) AS number, count(*) FILTER (WHERE is_system_preview) AS previews
        FROM changed GROUP BY account_id
    ) AS change WHERE id = account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER renders_counted_insert AFTER INSERT ON renders REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_renders();
CREATE TRIGGER renders_counted_delete AFTER DELETE ON renders REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_renders();
"""


def where(condition: str) -> dict[str, Any]:
    """A partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("render_count", sa.Integer(), nullable=False),
        sa.Column("preview_count", sa.Integer(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_accounts_credits_not_negative")),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("software", sa.Boolean(), nullable=False),
        sa.Column("encoder", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.create_table(
        "lanes",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_lanes_account_id"),
        sa.PrimaryKeyConstraint("account_id", "queue", "priority", name="pk_lanes"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=12), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("ck_idempotency_keys_answer_whole")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_idempotency_keys_account_id"),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])

    op.create_table(
        "ledger",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("render_id", sa.String(length=12), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'charge') = (amount < 0)", name=op.f("ck_ledger_amount_sign")),
        sa.CheckConstraint("(kind = 'grant') = (render_id IS NULL)", name=op.f("ck_ledger_render_named")),
        sa.CheckConstraint("(kind = 'grant') = (source IS NOT NULL)", name=op.f("ck_ledger_source_named")),
        sa.CheckConstraint("kind IN ('grant', 'charge', 'refund')", name=op.f("ck_ledger_kind_known")),
        sa.CheckConstraint("source IN ('signup', 'purchase')", name=op.f("ck_ledger_source_known")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_ledger_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_account_id", "ledger", ["account_id"])
    op.create_index("one_entry_per_render_and_kind", "ledger", ["render_id", "kind"], unique=True)

    op.create_table(
        "models",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("sku", sa.String(length=100), nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("contents", JSON, nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_models_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
    )
    op.create_index("models_by_account", "models", ["account_id", "created_at", "id"])
    op.create_index("models_by_file", "models", ["storage_key"], unique=True)
    op.create_index(
        "one_live_model_per_bytes", "models", ["account_id", "sha256"], unique=True, **where("deleted_at IS NULL")
    )

    op.create_table(
        "model_tags",
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("tag", sa.String(length=50), nullable=False),
        sa.Column("model_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_model_tags_account_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_model_tags_model_id"),
        sa.PrimaryKeyConstraint("account_id", "tag", "model_id", name="pk_model_tags"),
    )
    op.create_index("ix_model_tags_model_id", "model_tags", ["model_id"])

    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tokens_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("sha256", name="uq_tokens_sha256"),
    )
    op.create_index("ix_tokens_account_id", "tokens", ["account_id"])

    op.create_table(
        "overlays",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=True),
        sa.Column("layer", sa.String(length=11), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("alignment", sa.String(length=13), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=18), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "layer IN ('background', 'foreground', 'environment')", name=op.f("ck_overlays_layer_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_overlays_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_overlays"),
    )
    op.create_index("overlays_by_account", "overlays", ["account_id", "created_at", "id"])
    op.create_index("overlays_deleted", "overlays", ["deleted_at"], **where("deleted_at IS NOT NULL"))

    op.create_table(
        "shots",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("model_id", sa.String(length=12), nullable=False),
        sa.Column("frame_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("spec", JSON, nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("frames_done", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('video', 'image', 'dataset')", name=op.f("ck_shots_kind_known")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_shots_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shots"),
    )
    op.create_index("ix_shots_model_id", "shots", ["model_id"])

    op.create_table(
        "renders",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("model_id", sa.String(length=12), nullable=False),
        sa.Column("shot_id", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("variant", JSON, nullable=False),
        sa.Column("is_system_preview", sa.Boolean(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), sa.Computed(FILE_SIZE, persisted=True), nullable=True),
        sa.Column("has_web", sa.Boolean(), sa.Computed("(files -> 'web') IS NOT NULL", persisted=True), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_renders_account_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_renders_model_id"),
        sa.ForeignKeyConstraint(["shot_id"], ["shots.id"], name="fk_renders_shot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_renders"),
    )
    op.create_index("ix_renders_shot_id", "renders", ["shot_id"])
    op.create_index("renders_by_account", "renders", ["account_id", "created_at", "id", "is_system_preview"])
    op.create_index("renders_by_model", "renders", ["model_id", "created_at", "id"])
    op.create_index(
        "renders_by_status", "renders", ["account_id", "status", "created_at", "id", "is_system_preview"]
    )

    op.create_table(
        "render_overlays",
        sa.Column("overlay_id", sa.String(length=12), nullable=False),
        sa.Column("render_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["overlay_id"], ["overlays.id"], name="fk_render_overlays_overlay_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["render_id"], ["renders.id"], name="fk_render_overlays_render_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("overlay_id", "render_id", name="pk_render_overlays"),
    )
    op.create_index("ix_render_overlays_render_id", "render_overlays", ["render_id"])

    op.create_table(
        "segments",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("shot_id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("first_frame", sa.Integer(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frames_done", sa.Integer(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
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
            "(state = 'waiting') = (waits_for > 0) OR state = 'failed'", name=op.f("ck_segments_waits_for_parts")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_segments_account_id"),
        sa.ForeignKeyConstraint(["shot_id"], ["shots.id"], name="fk_segments_shot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
    )
    op.create_index("ix_segments_shot_id", "segments", ["shot_id"])
    op.create_index("segments_leased", "segments", ["lease_until"], **where("state = 'running'"))
    op.create_index(
        "segments_pending",
        "segments",
        ["account_id", "queue", "priority", "created_at", "shot_id", "first_frame"],
        **where("state = 'pending'"),
    )
    op.create_index("segments_running", "segments", ["account_id"], **where("state = 'running'"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_POSTGRESQL)
        op.execute(COUNT_POSTGRESQL)
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(REFUSE_SQLITE.format(verb=verb))
        op.execute(COUNT_SQLITE.format(verb="INSERT", row="NEW", sign="+"))
        op.execute(COUNT_SQLITE.format(verb="DELETE", row="OLD", sign="-"))


def downgrade() -> None:
    for table in (
        "segments",
        "render_overlays",
        "renders",
        "shots",
        "overlays",
        "model_tags",
        "models",
        "tokens",
        "ledger",
        "idempotency_keys",
        "lanes",
        "workers",
        "outbox",
        "accounts",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuse")
        op.execute("DROP FUNCTION count_renders")
