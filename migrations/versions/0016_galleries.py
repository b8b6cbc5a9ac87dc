"""Galleries: renders that are shown together on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "galleries",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_galleries_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_galleries"),
    )
    op.create_index("ix_galleries_account_id", "galleries", ["account_id"])
    op.create_table(
        "gallery_renders",
        sa.Column("gallery_id", sa.String(12), nullable=False),
        sa.Column("render_id", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["galleries.id"], name="fk_gallery_renders_gallery_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["render_id"], ["renders.id"], name="fk_gallery_renders_render_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gallery_id", "render_id", name="pk_gallery_renders"),
    )
    op.create_index("ix_gallery_renders_render_id", "gallery_renders", ["render_id"])


def downgrade() -> None:
    op.drop_table("gallery_renders")
    op.drop_table("galleries")
