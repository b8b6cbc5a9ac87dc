"""Webhooks: secrets, targets, what they subscribe to, and deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
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
        "webhook_deliveries_due", "webhook_deliveries", ["due_at"], sqlite_where=PENDING, postgresql_where=PENDING
    )
    op.create_index("webhook_deliveries_by_account", "webhook_deliveries", ["account_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_target_id", "webhook_deliveries", ["target_id"])
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at"])


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhook_subscriptions", "webhook_targets", "webhook_secrets"):
        op.drop_table(table)
