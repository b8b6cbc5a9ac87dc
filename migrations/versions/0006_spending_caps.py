"""A key may have a cap on what it spends, and entries of the ledger say which key it was."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("credits_cap", sa.Integer()))
    op.add_column("tokens", sa.Column("credits_spent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ledger", sa.Column("token_id", sa.String(12)))


def downgrade() -> None:
    op.drop_column("ledger", "token_id")
    op.drop_column("tokens", "credits_spent")
    op.drop_column("tokens", "credits_cap")
