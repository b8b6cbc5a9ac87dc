"""API keys belong to a dialect: those that there are, to dx.gl's."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("dialect", sa.String(length=20), nullable=False, server_default="dxgl"))


def downgrade() -> None:
    op.drop_column("tokens", "dialect")
