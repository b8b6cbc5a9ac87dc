"""Requests that their sender may repeat without paying twice: the first one's answer is kept under a key of theirs.

A request first takes `hold` of its key, in a transaction of its own so that others see it. The transaction that does
the request's work then ends with `keep`, so the answer is there if and only if the work is. What failed and so changed
nothing is not kept: the request lets go of the key, and may be tried again.

A hold ends after `hold_seconds`, in case its request died. That needs no exact choice, because a request that outlives
its hold does no harm: `keep` finds that the key is another's by now, and the work is rolled back.
"""

import dataclasses

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now, insert
from api.db.tables import IdempotencyKey
from api.errors import IdempotencyConflict, IdempotencyInProgress
from api.ids import new_id

KEPT_SECONDS = 24 * 60 * 60

SWEPT_AT_ONCE = 200
"""In one transaction, so that nobody waits for its locks for long."""

HOLD_SECONDS = 60.0
"""For work that is one transaction: longer than it ever waits, for which `api.db.engines` has the limits, and no longer
than a client is ready to wait."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hold:
    """What a request needs to keep its answer. `holder` tells it from an earlier one that it took the key over from."""

    account_id: str
    key: str
    holder: str


@dataclasses.dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`body` is the JSON text that was answered with `status`."""

    status: int
    body: str


def hold(
    session: Session, account_id: str, key: str, *, request_sha256: str, seconds: float = HOLD_SECONDS
) -> Hold | KeptAnswer:
    """The answer that the same request got, or else the key for `seconds`: the caller is the first, or may try again.

    Raises IdempotencyConflict: the key is a different request's; IdempotencyInProgress: it is one's that still runs.
    """
    mine = {
        "request_sha256": request_sha256, "holder": new_id(), "status": None, "body": None,
        "expires_at": from_now(seconds),
    }  # fmt: skip
    taken = session.scalar(
        insert(session, IdempotencyKey)
        .values(account_id=account_id, key=key, **mine)
        .on_conflict_do_update(
            index_elements=[IdempotencyKey.account_id, IdempotencyKey.key],
            set_=mine,
            where=IdempotencyKey.expires_at <= from_now(0),
        )
        .returning(IdempotencyKey.holder)
    )
    if taken is not None:
        return Hold(account_id, key, taken)
    other = session.execute(
        select(IdempotencyKey.request_sha256, IdempotencyKey.status, IdempotencyKey.body).where(
            IdempotencyKey.account_id == account_id, IdempotencyKey.key == key
        )
    ).one_or_none()
    if other is not None and other.request_sha256 != request_sha256:
        raise IdempotencyConflict
    if other is None or other.status is None:  # None: the other one let go of it a moment ago
        raise IdempotencyInProgress
    return KeptAnswer(other.status, other.body)


def keep(session: Session, held: Hold, answer: KeptAnswer) -> None:
    """Ends the hold: from now on the key stands for `answer`. Call it last in the transaction that does the work.

    Raises IdempotencyInProgress if another request has taken the key over; then the transaction must be rolled back.
    """
    kept = session.scalar(
        update(IdempotencyKey)
        .where(*_held_by(held))
        .values(status=answer.status, body=answer.body, expires_at=from_now(KEPT_SECONDS))
        .returning(IdempotencyKey.holder)
    )
    if kept is None:
        raise IdempotencyInProgress


def let_go(session: Session, held: Hold) -> None:
    """The request failed: its key is free again. Does nothing to a kept answer."""
    session.execute(delete(IdempotencyKey).where(*_held_by(held)))


def sweep(session: Session) -> bool:
    """Removes some of the answers that are too old and holds of requests that died. Whether there may be more.

    Any number of processes may sweep at once.
    """
    oldest = (
        select(IdempotencyKey.expires_at)
        .where(IdempotencyKey.expires_at <= from_now(0))
        .order_by(IdempotencyKey.expires_at)
        .limit(SWEPT_AT_ONCE)
    ).subquery()
    swept = session.scalars(
        delete(IdempotencyKey)
        .where(IdempotencyKey.expires_at <= select(func.max(oldest.c.expires_at)).scalar_subquery())
        .returning(IdempotencyKey.holder)
    ).all()
    return len(swept) >= SWEPT_AT_ONCE


def _held_by(held: Hold) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKey.account_id == held.account_id,
        IdempotencyKey.key == held.key,
        IdempotencyKey.holder == held.holder,
        IdempotencyKey.status.is_(None),
    )
