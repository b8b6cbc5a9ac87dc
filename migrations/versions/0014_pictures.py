"""Pictures that are drawn on request, and the keys that links to them are signed with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("model_id", sa.String(12), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("task_id", sa.String(12)),
        sa.Column("variant", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("token_id", sa.String(12)),
        sa.Column("asked_by", sa.String(12)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_pictures_account_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_pictures_model_id"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_pictures_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
    )
    op.create_index("one_picture_per_key", "pictures", ["model_id", "key"], unique=True)
    op.create_index("ix_pictures_task_id", "pictures", ["task_id"])
    people = sa.text("asked_by IS NOT NULL")
    op.create_index(
        "pictures_by_person", "pictures", ["asked_by", "created_at"], sqlite_where=people, postgresql_where=people
    )
    op.create_table(
        "picture_keys",
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_picture_keys_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_picture_keys"),
    )


def downgrade() -> None:
    op.drop_table("picture_keys")
    op.drop_table("pictures")
