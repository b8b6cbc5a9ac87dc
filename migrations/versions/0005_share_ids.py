"""A share's link has a secret of its own, which can be replaced; links of before keep working."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("renders", sa.Column("share_id", sa.String(12)))
    op.execute("UPDATE renders SET share_id = account_id WHERE shared_at IS NOT NULL")
    op.create_index("renders_by_share", "renders", ["share_id"])


def downgrade() -> None:
    op.drop_index("renders_by_share", "renders")
    op.drop_column("renders", "share_id")
