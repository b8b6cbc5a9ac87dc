"""Credits. Every change of a balance is an entry that is never altered, and the balance is always their sum.

`accounts.credits` repeats the sum so that a debit can be one conditional UPDATE; both are written in the same
transaction, which the account's row lock makes a queue of one.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import exists, literal, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Account, LedgerEntry
from api.errors import NoCredits, NotFound


class Source(StrEnum):
    """Where granted credits come from."""

    SIGN_UP = "signup"
    """The gift to every new account."""
    PURCHASE = "purchase"
    """Bought; on a self-hosted farm: granted by an administrator."""


def balance(session: Session, account_id: str) -> int:
    """Credits that the account may spend. Raises NotFound."""
    credits = session.scalar(select(Account.credits).where(Account.id == account_id))
    if credits is None:
        raise NotFound(f"No account {account_id}")
    return credits


def grant(session: Session, account_id: str, amount: int, *, source: Source = Source.PURCHASE, note: str = "") -> int:
    """Adds credits and returns the new balance. Raises NotFound."""
    if amount <= 0:
        raise ValueError(f"a grant adds credits, not {amount}")
    credits: int | None = session.scalar(
        update(Account)
        .where(Account.id == account_id)
        .values(credits=Account.credits + amount)
        .returning(Account.credits)
    )
    if credits is None:
        raise NotFound(f"No account {account_id}")
    session.execute(
        plain_insert(LedgerEntry).values(
            account_id=account_id, kind="grant", amount=amount, source=source, note=note, created_at=clock.now()
        )
    )
    return credits


def charge(session: Session, account_id: str, credits: Mapping[str, int]) -> None:
    """Takes what the renders cost, `credits` by render id: all of it or, with NoCredits, nothing."""
    total = sum(credits.values())
    left = session.scalar(
        update(Account)
        .where(Account.id == account_id, Account.credits >= total)
        .values(credits=Account.credits - total)
        .returning(Account.credits)
    )
    if left is None:
        have = balance(session, account_id)
        raise NoCredits(f"No render credits remaining for this: it costs {total}, the account has {have}")
    entry = {"account_id": account_id, "kind": "charge", "created_at": clock.now()}
    session.execute(
        plain_insert(LedgerEntry),
        [entry | {"render_id": render_id, "amount": -amount} for render_id, amount in credits.items()],
    )


def refund(session: Session, render_id: str) -> bool:
    """Gives back what the render was charged. False, and nothing changes, if it was not charged or is refunded."""
    charged = select(
        LedgerEntry.account_id,
        literal("refund"),
        -LedgerEntry.amount,
        LedgerEntry.render_id,
        literal(""),
        literal(clock.now(), LedgerEntry.created_at.type),
    ).where(LedgerEntry.render_id == render_id, LedgerEntry.kind == "charge")
    entry = session.execute(
        insert(session, LedgerEntry)
        .from_select(["account_id", "kind", "amount", "render_id", "note", "created_at"], charged)
        .on_conflict_do_nothing(index_elements=[LedgerEntry.render_id, LedgerEntry.kind])
        .returning(LedgerEntry.account_id, LedgerEntry.amount)
    ).one_or_none()
    if entry is None:
        return False
    session.execute(
        update(Account).where(Account.id == entry.account_id).values(credits=Account.credits + entry.amount)
    )
    return True


def has_purchased(session: Session, account_id: str) -> bool:
    """Whether the account ever got more than the free credits."""
    bought = exists().where(LedgerEntry.account_id == account_id, LedgerEntry.source == Source.PURCHASE)
    return bool(session.scalar(select(bought)))
