"""Whether the books are right."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.tables import Account, LedgerEntry


def unbalanced(session: Session) -> list[str]:
    """The addresses of accounts whose credits aren't the sum of their ledger's entries: there must be none."""
    summed = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .where(LedgerEntry.account_id == Account.id)
        .scalar_subquery()
    )
    return list(session.scalars(select(Account.email).where(Account.credits != summed).order_by(Account.email)))
