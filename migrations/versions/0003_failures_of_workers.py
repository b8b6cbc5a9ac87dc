"""Segments that wait after a failure, and that another worker should try first; workers that are unfit for work."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("segments", sa.Column("suspect_failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("segments", sa.Column("not_before", sa.DateTime(timezone=True)))
    op.add_column("segments", sa.Column("left_by", sa.String(100)))
    op.create_index(
        "segments_delayed", "segments", ["not_before"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.add_column("workers", sa.Column("unfit_reason", sa.Text()))


def downgrade() -> None:
    op.drop_column("workers", "unfit_reason")
    op.drop_index("segments_delayed", "segments")
    for column in ("left_by", "not_before", "suspect_failures"):
        op.drop_column("segments", column)
