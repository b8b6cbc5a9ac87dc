"""What may be wrong with each render."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("renders", sa.Column("checks", sa.JSON()))


def downgrade() -> None:
    op.drop_column("renders", "checks")
