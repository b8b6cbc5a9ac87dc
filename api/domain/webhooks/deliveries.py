"""Deliveries: claimed one at a time by whoever sends, attempted up to four times, and kept for a while to be looked at.

    pending --claim--> pending, due again later --note--> delivered, or failed
       ^                                            |        |
       |<------------- after 10, 60, 300 s ---------'        |
       '------------------------ send_again -----------------'

A claim moves the time at which the delivery is due by as long as an attempt may take, by the database's clock. So what
a dead sender had claimed comes back by itself, and the attempt's number tells who of two may note an outcome.
"""

import dataclasses
import datetime as dt
import random
from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, delete, exists, func, literal_column, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import from_now
from api.db.tables import WebhookDelivery, WebhookSecret, WebhookSubscription, WebhookTarget
from api.domain.kit import paging
from api.domain.kit.paging import Page
from api.domain.kit.texts import storable
from api.domain.webhooks import targets
from api.errors import DeliveryNotFound, InvalidState

ATTEMPT_SECONDS = 30.0
"""How long an attempt may take before the delivery is somebody else's: three times what sending may take."""

RETRY_SECONDS = (10.0, 60.0, 300.0)
"""From one attempt to the next. After as many retries the delivery has failed."""
JITTER = 0.2
"""By which part of the delay it is lengthened at most, so that what failed together isn't tried together."""

ANSWER_LIMIT = 64 * 1024
"""Characters of an answer that are kept."""

GIVE_UP_AFTER = dt.timedelta(days=5)
"""A target is disabled when deliveries to it have been given up for so long, and none has arrived."""

DISCARDED_AT_ONCE = 200
"""In one transaction, so that nobody waits for its locks for long: 6 ms among 300,000 rows, and 24 ms with 1000."""

GONE = 410


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """What has happened. `id` is the delivery's, which the receiver is told."""

    id: str
    name: str
    subject_kind: str
    subject_id: str
    data: dict[str, Any]
    occurred_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in a sender's hands. `body` is None before the first attempt; `failures` are those so far."""

    event: Event
    account_id: str
    attempt: int
    failures: int
    body: bytes | None
    target_id: str
    dialect: str
    url: str
    secret: str


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as there is to tell of it. The answer is the last one."""

    id: str
    url: str
    event: str
    subject_kind: str
    subject_id: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    answer_status: int | None
    answer_body: str | None
    problem: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    dialect: str


def claim(session: Session, *, busy: Collection[str] = ()) -> Claim | None:
    """The delivery that has been due for longest, now the caller's; None if none is due. Skips the accounts `busy`."""
    # A CTE, because PostgreSQL may run a subquery that locks rows more than once.
    due = (
        select(WebhookDelivery.id)
        .where(*_due(busy))
        .order_by(WebhookDelivery.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte()
    )
    row = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(select(due.c.id)))
        .values(attempt=WebhookDelivery.attempt + 1, due_at=from_now(ATTEMPT_SECONDS))
        .returning(
            WebhookDelivery.id, WebhookDelivery.account_id, WebhookDelivery.target_id, WebhookDelivery.event,
            WebhookDelivery.subject_kind, WebhookDelivery.subject_id, WebhookDelivery.data, WebhookDelivery.created_at,
            WebhookDelivery.attempt, WebhookDelivery.failures, WebhookDelivery.body,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    target = session.execute(
        select(WebhookTarget.dialect, WebhookTarget.url, WebhookSecret.secret)
        .join(
            WebhookSecret,
            (WebhookSecret.account_id == WebhookTarget.account_id) & (WebhookSecret.dialect == WebhookTarget.dialect),
        )
        .where(WebhookTarget.id == row.target_id)
    ).one()
    event = Event(row.id, row.event, row.subject_kind, row.subject_id, row.data, row.created_at)
    return Claim(
        event, row.account_id, row.attempt, row.failures, row.body, row.target_id, target.dialect, target.url,
        target.secret,
    )


def is_due(session: Session, *, busy: Collection[str] = ()) -> bool:
    """Whether there is something to claim: a look that takes no lock."""
    return bool(session.scalar(select(exists().where(*_due(busy)))))


_PENDING = WebhookDelivery.state == literal_column("'pending'")
"""Written out, because a plan made for any value of a parameter can't use an index of the pending ones."""


def _due(busy: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    due = (_PENDING, WebhookDelivery.due_at <= from_now(0))
    return (*due, WebhookDelivery.account_id.not_in(busy)) if busy else due


def keep_body(session: Session, claim: Claim, body: bytes) -> bool:
    """Keeps what every attempt is going to send. False: the claim has run out, and the delivery is somebody else's."""
    kept = session.scalar(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == claim.event.id, WebhookDelivery.attempt == claim.attempt)
        .values(body=body)
        .returning(WebhookDelivery.id)
    )
    return kept is not None


def note(
    session: Session, claim: Claim, *, status: int | None, answer: bytes, problem: str | None, hopeless: bool = False
) -> bool:
    """The attempt's outcome: the server's status and answer, if it gave one, and what went wrong, if anything did.

    The status alone decides whether the event has arrived. What hasn't is tried again, unless it is `hopeless` or the
    server says that the URL is gone for good. False: the attempt took too long, and another counts.
    """
    session.execute(  # first of all, because who disables a target takes it before its deliveries
        select(WebhookTarget.id).where(WebhookTarget.id == claim.target_id).with_for_update(key_share=True)
    )
    arrived = status is not None and 200 <= status < 300
    again = not (arrived or hopeless or status == GONE or claim.failures >= len(RETRY_SECONDS))
    values: dict[str, Any] = {"state": "delivered" if arrived else "failed", "failures": claim.failures + 1}
    if again:
        delay = RETRY_SECONDS[claim.failures] * random.uniform(1, 1 + JITTER)  # noqa: S311 (spreads load, no secret)
        values |= {"state": "pending", "due_at": from_now(delay)}
    if arrived:
        del values["failures"]
    noted = session.scalar(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == claim.event.id, WebhookDelivery.attempt == claim.attempt)
        .values(
            answer_status=status,
            answer_body=None if status is None else storable(answer.decode("utf-8", "replace"), ANSWER_LIMIT),
            problem=problem,
            updated_at=clock.now(),
            **values,
        )
        .returning(WebhookDelivery.id)
    )
    if noted is None:
        return False
    if arrived:
        session.execute(
            update(WebhookTarget)
            .where(WebhookTarget.id == claim.target_id, WebhookTarget.failing_since.is_not(None))
            .values(failing_since=None)
        )
    elif not again:
        _note_given_up(session, claim.target_id, gone=status == GONE)
    return True


def _note_given_up(session: Session, target_id: str, *, gone: bool) -> None:
    moment = clock.now()
    since = session.scalars(
        update(WebhookTarget)
        .where(WebhookTarget.id == target_id)
        .values(failing_since=func.coalesce(WebhookTarget.failing_since, moment))
        .returning(WebhookTarget.failing_since)
    ).one()
    if gone:
        targets.disable(session, target_id, f"Its server answered with status {GONE}: gone for good")
    elif since is not None and since <= moment - GIVE_UP_AFTER:
        targets.disable(session, target_id, f"Nothing has arrived there since {clock.iso(since)}")


def give_up(session: Session, claim: Claim, problem: str) -> None:
    """The delivery can't be sent, which is nobody's fault but the farm's own."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == claim.event.id, WebhookDelivery.attempt == claim.attempt)
        .values(state="failed", problem=problem, updated_at=clock.now())
    )


def send_again(session: Session, account_id: str, dialect: str, delivery_id: str) -> Delivery:
    """Has the same bytes sent once more, under the same id, with all attempts anew.

    Raises DeliveryNotFound, also for a delivery in another dialect; InvalidState while it is still to be sent, or where
    its target is disabled.
    """
    row = session.execute(
        select(WebhookDelivery.state, WebhookTarget.enabled)
        .join(WebhookTarget, WebhookTarget.id == WebhookDelivery.target_id)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.account_id == account_id,
            WebhookTarget.dialect == dialect,
        )
        .with_for_update(of=WebhookDelivery)
    ).one_or_none()
    if row is None:
        raise DeliveryNotFound
    if row.state == "pending":
        raise InvalidState("The delivery is still to be sent")
    if not row.enabled:
        raise InvalidState("The delivery's target is disabled")
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id)
        .values(state="pending", failures=0, due_at=from_now(0), updated_at=clock.now())
    )
    return get(session, account_id, delivery_id)


def get(session: Session, account_id: str, delivery_id: str) -> Delivery:
    """Raises DeliveryNotFound, also for a delivery of another account."""
    found = session.execute(_views(account_id).where(WebhookDelivery.id == delivery_id)).one_or_none()
    if found is None:
        raise DeliveryNotFound
    return Delivery(*found)


def list_deliveries(
    session: Session, account_id: str, dialect: str | None, *, limit: int, offset: int
) -> Page[Delivery]:
    """The account's in this dialect, or in all, newest first."""
    told = _views(account_id)
    if dialect is not None:
        told = told.where(WebhookTarget.dialect == dialect)
    count = select(func.count()).select_from(told.subquery())
    rows = told.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    found, total = paging.fetch(session, paging.windowed(rows, count), count, limit=limit, offset=offset)
    return Page(tuple(Delivery(*row[:-1]) for row in found), total)


def _views(account_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            WebhookDelivery.id, WebhookTarget.url, WebhookDelivery.event, WebhookDelivery.subject_kind,
            WebhookDelivery.subject_id, WebhookDelivery.state, WebhookDelivery.attempt, WebhookDelivery.answer_status,
            WebhookDelivery.answer_body, WebhookDelivery.problem, WebhookDelivery.created_at,
            WebhookDelivery.updated_at, WebhookTarget.dialect,
        )
        .join(WebhookTarget, WebhookTarget.id == WebhookDelivery.target_id)
        .where(WebhookDelivery.account_id == account_id)
    )  # fmt: skip


def count_old(session: Session, kept: dt.timedelta) -> int:
    """How many deliveries `discard_old` would delete."""
    old = select(func.count()).select_from(WebhookDelivery).where(*_ended(clock.now() - kept))
    return session.scalar(old) or 0


def _ended(before: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return WebhookDelivery.created_at < before, WebhookDelivery.state != "pending"


def discard_old(session: Session, kept: dt.timedelta) -> bool:
    """Deletes some of the deliveries that ended, subscriptions to single subjects, and targets without either, that are
    older than `kept`. Whether there may be more."""
    before = clock.now() - kept
    ended = (
        select(WebhookDelivery.id)
        .where(*_ended(before))
        .order_by(WebhookDelivery.created_at)
        .limit(DISCARDED_AT_ONCE)
    )
    deleted = session.scalars(
        delete(WebhookDelivery).where(WebhookDelivery.id.in_(ended)).returning(WebhookDelivery.id)
    ).all()
    of_one = (
        select(WebhookSubscription.subject_id)
        .where(WebhookSubscription.created_at < before, WebhookSubscription.subject_kind.not_in(targets.OF_ACCOUNTS))
        .order_by(WebhookSubscription.created_at)
        .limit(DISCARDED_AT_ONCE)
    )
    ended_subscriptions = session.scalars(
        delete(WebhookSubscription)
        .where(
            WebhookSubscription.created_at < before, WebhookSubscription.subject_kind.not_in(targets.OF_ACCOUNTS),
            WebhookSubscription.subject_id.in_(of_one),
        )
        .returning(WebhookSubscription.subject_id)
    ).all()
    if len(deleted) == DISCARDED_AT_ONCE or len(ended_subscriptions) >= DISCARDED_AT_ONCE:
        return True
    session.execute(
        delete(WebhookTarget).where(
            WebhookTarget.updated_at < before,  # not one that is just being subscribed
            ~exists().where(WebhookSubscription.target_id == WebhookTarget.id),
            ~exists().where(WebhookDelivery.target_id == WebhookTarget.id),
        )
    )
    return False
