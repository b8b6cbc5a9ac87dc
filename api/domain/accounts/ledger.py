"""Credits. Every change of a balance is an entry that is never altered, and the balance is always their sum.

`accounts.credits` repeats the sum so that a debit can be one conditional UPDATE; both are written in the same
transaction, which the account's row lock makes a queue of one.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlalchemy import exists, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Account, LedgerEntry
from api.domain.accounts import credentials
from api.domain.kit import counting, paging
from api.domain.kit.paging import Page
from api.domain.kit.unit import spender
from api.errors import InvalidRequest, NoCredits, NotFound
from api.ids import new_id


class Source(StrEnum):
    """Where granted credits come from."""

    SIGN_UP = "signup"
    """The gift to every new account."""
    PURCHASE = "purchase"
    """Bought; on a self-hosted farm: granted by an administrator."""


MOST_CREDITS = 1_000_000_000
"""Of an account. The column ends at 2,147,483,647, and refunds may come on top."""


def balance(session: Session, account_id: str) -> int:
    """Credits that the account may spend. Raises NotFound."""
    credits = session.scalar(select(Account.credits).where(Account.id == account_id))
    if credits is None:
        raise NotFound(f"No account {account_id}")
    return credits


def grant(session: Session, account_id: str, amount: int, *, source: Source = Source.PURCHASE, note: str = "") -> int:
    """Adds credits and returns the new balance. Raises NotFound, and InvalidRequest for more than MOST_CREDITS."""
    if amount <= 0:
        raise ValueError(f"a grant adds credits, not {amount}")
    addition = (
        update(Account)
        .where(Account.id == account_id, Account.credits <= MOST_CREDITS - amount)
        .values(credits=Account.credits + amount)
        .returning(Account.credits)
    )
    credits: int | None = session.scalar(addition) if amount <= MOST_CREDITS else None
    if credits is None:
        have = balance(session, account_id)
        raise InvalidRequest(
            f"An account has at most {MOST_CREDITS:,} credits, and this one has {have:,}", param="credits"
        )
    session.execute(
        plain_insert(LedgerEntry).values(
            account_id=account_id, kind="grant", amount=amount, source=source, note=note, created_at=clock.now()
        )
    )
    counting.add(session, "credits", amount, kind="grant")
    return credits


ADJUSTMENT = "adjustment"
"""What a charge is for that an administrator makes by hand: its subject is nothing but the charge itself."""


def withdraw(session: Session, account_id: str, amount: int, *, note: str) -> int:
    """Takes credits that were given by mistake, and returns the new balance. Raises NotFound, and NoCredits where the
    account has fewer; InvalidRequest without a note, because nothing else says why."""
    if not note.strip():
        raise InvalidRequest("note must say why credits are taken", param="note")
    charge(session, account_id, ADJUSTMENT, {new_id(): amount}, note=note)
    return balance(session, account_id)


def charge(
    session: Session,
    account_id: str,
    subject_kind: str,
    credits: Mapping[str, int],
    *,
    number: int = 1,
    note: str = "",
) -> None:
    """Takes what the subjects cost, `credits` by their ids: all of it or, with NoCredits or SpendingCap, nothing.

    `number` says which charge of each subject it is, from 1. `note` is for people, and stands with a refund too.
    """
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
    token_id = spender(session)
    if token_id is not None:
        credentials.spend(session, token_id, total)
    entry = {
        "account_id": account_id, "kind": "charge", "subject_kind": subject_kind, "charge_number": number,
        "token_id": token_id, "note": note, "created_at": clock.now(),
    }  # fmt: skip
    session.execute(
        plain_insert(LedgerEntry),
        [entry | {"subject_id": subject_id, "amount": -amount} for subject_id, amount in credits.items()],
    )
    counting.add(session, "credits", total, kind="charge")


def next_number(session: Session, subject_kind: str, subject_id: str) -> int:
    """Which charge of the subject the next one is."""
    charges = select(func.count()).where(
        LedgerEntry.subject_id == subject_id, LedgerEntry.subject_kind == subject_kind, LedgerEntry.kind == "charge"
    )
    return (session.scalar(charges) or 0) + 1


def refund(session: Session, subject_kind: str, subject_id: str, *, at_most: int | None = None) -> bool:
    """Gives back what the subject was charged last, or `at_most` so much of it.

    False, and nothing changes, if it was not charged, or if that charge is refunded already.
    """
    charged = (
        select(
            LedgerEntry.account_id, LedgerEntry.charge_number, LedgerEntry.amount, LedgerEntry.token_id,
            LedgerEntry.note,
        )
        .where(
            LedgerEntry.subject_id == subject_id, LedgerEntry.subject_kind == subject_kind, LedgerEntry.kind == "charge"
        )
        .order_by(LedgerEntry.charge_number.desc())
        .limit(1)
    )
    last = session.execute(charged).one_or_none()
    if last is None:
        return False
    amount = -last.amount if at_most is None else min(-last.amount, at_most)
    entry = session.scalar(
        insert(session, LedgerEntry)
        .values(
            account_id=last.account_id, kind="refund", amount=amount, subject_kind=subject_kind, subject_id=subject_id,
            charge_number=last.charge_number, token_id=last.token_id, note=last.note, created_at=clock.now(),
        )
        .on_conflict_do_nothing(
            index_elements=[
                LedgerEntry.subject_id, LedgerEntry.subject_kind, LedgerEntry.charge_number, LedgerEntry.kind
            ]
        )
        .returning(LedgerEntry.id)
    )
    if entry is None:
        return False
    session.execute(update(Account).where(Account.id == last.account_id).values(credits=Account.credits + amount))
    if last.token_id is not None:
        credentials.unspend(session, last.token_id, amount)
    counting.add(session, "credits", amount, kind="refund")
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A change of a balance. `subject_kind` and `subject_id` say what a charge or a refund was for."""

    id: int
    kind: str
    amount: int
    subject_kind: str | None
    subject_id: str | None
    source: str | None
    note: str
    created_at: dt.datetime


KINDS = ("grant", "charge", "refund")


def entries(
    session: Session,
    account_id: str,
    *,
    limit: int,
    offset: int = 0,
    kinds: Sequence[str] = (),
    after: dt.datetime | None = None,
    before: dt.datetime | None = None,
    below: int | None = None,
) -> Page[Entry]:
    """The account's entries, newest first: of some kinds, of a span of time, with ids `below` one."""
    conditions = [LedgerEntry.account_id == account_id]
    if kinds:
        conditions.append(LedgerEntry.kind.in_(kinds))
    if after is not None:
        conditions.append(LedgerEntry.created_at > after)
    if before is not None:
        conditions.append(LedgerEntry.created_at < before)
    if below is not None:
        conditions.append(LedgerEntry.id < below)
    columns = [getattr(LedgerEntry, field.name) for field in dataclasses.fields(Entry)]
    rows = select(*columns).where(*conditions).order_by(LedgerEntry.id.desc())
    count = select(func.count()).select_from(LedgerEntry).where(*conditions)
    found, total = paging.fetch(
        session.connection(), paging.windowed(rows, count), count, limit=limit, offset=offset
    )
    return Page(tuple([Entry(*row[:-1]) for row in found]), total)


def has_purchased(session: Session, account_id: str) -> bool:
    """Whether the account ever got more than the free credits."""
    bought = exists().where(LedgerEntry.account_id == account_id, LedgerEntry.source == Source.PURCHASE)
    return bool(session.scalar(select(bought)))
