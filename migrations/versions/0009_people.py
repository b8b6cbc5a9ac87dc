"""People who sign in to the portal, their links and their browsers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("attempted_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_people_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_index("ix_people_account_id", "people", ["account_id"])
    op.create_table(
        "person_links",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("account_id", sa.String(12)),
        sa.Column("person_id", sa.String(12)),
        sa.Column("email", sa.String(254)),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.CheckConstraint("purpose IN ('first', 'invite', 'reset')", name="purpose_known"),
        sa.CheckConstraint("(purpose = 'invite') = (account_id IS NOT NULL)", name="account_named"),
        sa.CheckConstraint("(purpose = 'reset') = (person_id IS NOT NULL)", name="person_named"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_person_links_account_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_links_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_person_links"),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("token_id", sa.String(12), nullable=False),
        sa.Column("person_id", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_browser_sessions_token_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_browser_sessions_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_id", name="pk_browser_sessions"),
    )
    op.create_index("ix_browser_sessions_person_id", "browser_sessions", ["person_id"])


def downgrade() -> None:
    op.drop_table("browser_sessions")
    op.drop_table("person_links")
    op.drop_table("people")
    op.execute("DELETE FROM tokens WHERE dialect = 'portal'")
