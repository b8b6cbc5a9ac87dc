"""Who is served next: the choice among accounts, behind `claims.claim`.

Each account has one lane per queue and priority. Choosing costs as many rows as there are accounts that wait, however
many segments they wait for.

Accounts come first and priorities after: an account with less work in flight than another is served before it; of
those with as much, one of a higher class; and of those of one class the one that was served longer ago, so that they
take turns, however much each has waiting and of what priority. So a class is no reason to wait for long: whoever was
served has more in flight than the others. An account may be allowed only so much in flight at all. The priority decides
what of an account's own work is next, and between accounts that were never served; but what nobody waits for is left
until nothing else is pending. Each queue has its own turns, so that the reading of a model costs its owner no turn for
its preview.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from api.db.dialects import from_now, insert
from api.db.tables import Account, Lane, Segment
from api.domain.accounts import quotas
from api.domain.work.states import SegmentState


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class LaneKey:
    """Names a lane. The order is the one in which a transaction locks several."""

    account_id: str
    queue: str
    priority: int

    @property
    def parameters(self) -> dict[str, str | int]:
        """What `PENDING` leaves open."""
        return {"in_account": self.account_id, "in_queue": self.queue, "in_priority": self.priority}


CANDIDATES = 16
"""Lanes among which a claim finds one that no other claim has locked."""

ORDINARY = 10
"""The priority of what was paid for; a lower number goes ahead of it, and nobody waits for work of a higher one."""

MOST_AHEAD = 2
"""Segments in flight of an account that go ahead of its paid work: as many as most farms have workers. What it has more
of that kind waits for its turn by its age, like its paid work."""

PENDING = (
    Segment.account_id == bindparam("in_account"),
    Segment.queue == bindparam("in_queue"),
    Segment.priority == bindparam("in_priority"),
    Segment.state == SegmentState.PENDING,
)
"""The conditions that a segment waits in a lane."""

WAITING = Lane.oldest_at.is_not(None)
"""The condition that a lane isn't empty."""

NEVER = dt.datetime.fromtimestamp(0, dt.UTC)
"""When an account was served that was never served."""

_Beside = aliased(Lane)

OTHERS_FIRST_S = 15.0
"""How long a worker leaves a segment that it has failed to others, whom the sweep tells of it every few seconds."""

FREE = or_(
    Segment.left_by.is_(None),
    Segment.left_by != bindparam("by_worker"),
    Segment.not_before < from_now(-OTHERS_FIRST_S),
)
"""The condition that a pending segment isn't left to other workers."""


def add(session: Session, lane: LaneKey, created_at: dt.datetime) -> None:
    """A segment of that age becomes pending in `lane`, which stays locked until the transaction ends."""
    new = insert(session, Lane).values(
        account_id=lane.account_id, queue=lane.queue, priority=lane.priority, oldest_at=created_at,
        served=select(func.coalesce(func.max(_Beside.served), NEVER))
        .where(_Beside.account_id == lane.account_id, _Beside.queue == lane.queue)
        .scalar_subquery(),
        service_class=select(Account.service_class).where(Account.id == lane.account_id).scalar_subquery(),
    )  # fmt: skip
    earlier = case((Lane.oldest_at < new.excluded.oldest_at, Lane.oldest_at), else_=new.excluded.oldest_at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Lane.account_id, Lane.queue, Lane.priority],
            set_={"oldest_at": earlier, "service_class": new.excluded.service_class},
        )
    )


def choose(session: Session, queues: Sequence[str], most_running: int = 0) -> LaneKey | None:
    """The best lane, locked: of the account with the least work in flight, then of the one served longest ago.

    `most_running` segments of an account may be in flight, unless its own quota says otherwise; 0 means any number.
    """
    passed_over: list[str] = []
    while True:
        found = _choose(session, {"queues": queues, "most_running": most_running, "passed_over": passed_over})
        if found is None or not found.limit or _has_room(session, found.account_id, found.limit):
            return None if found is None else LaneKey(found.account_id, found.queue, found.priority)
        passed_over.append(found.account_id)


def _choose(session: Session, parameters: dict[str, Any]) -> Row[str, str, int, int] | None:
    # First among the accounts with nothing in flight, whom an index has in their order: mostly there is one. Then among
    # all, at first without waiting. If all of the best are locked just then, waiting is right: the claim that holds the
    # lock takes one segment, and the lane may have more.
    for choice in (_IDLE, _UNLOCKED, _ANY):
        row = session.connection().execute(choice, parameters).one_or_none()
        if row is not None:
            return row
    return None


def _has_room(session: Session, account_id: str, limit: int) -> bool:
    """Whether one more segment of the account may be in flight, asked behind the locks of all its lanes.

    Where somebody else holds one of them just then, the answer is no: that is a claim, which may be the last one that
    is allowed, or an order, which sends a hint when it is committed.
    """
    here = Lane.account_id == account_id
    held = session.scalars(select(Lane.queue).where(here).with_for_update(skip_locked=True)).all()
    there = session.scalar(select(func.count()).where(here))
    running = session.scalar(
        select(func.count()).where(Segment.account_id == account_id, Segment.state == literal_column("'running'"))
    )
    return len(held) == there and (running or 0) < limit


def choose_free(session: Session, queues: Sequence[str], worker: str, most_running: int = 0) -> LaneKey | None:
    """As `choose`, among the lanes that have a segment that isn't left to workers other than this.

    It costs more. Lanes that are locked just then are passed over, because the transaction may hold another one's lock.
    """
    parameters = {"queues": queues, "by_worker": worker, "most_running": most_running, "passed_over": []}
    row = session.connection().execute(_FREE, parameters).one_or_none()
    if row is None or (row.limit and not _has_room(session, row.account_id, row.limit)):
        return None
    return LaneKey(row.account_id, row.queue, row.priority)


def lock(session: Session, lane: LaneKey) -> None:
    """Nobody claims from `lane` until the transaction ends."""
    session.connection().execute(_LOCK, lane.parameters)


def advance(session: Session, lane: LaneKey) -> None:
    """After segments have left the locked `lane`: sets its age by the next one."""
    session.connection().execute(_ADVANCE, lane.parameters)


def served(session: Session, lane: LaneKey, oldest_at: dt.datetime | None) -> None:
    """A segment of the locked `lane` was claimed, and the next one is so old, or None: the account has had its turn."""
    session.connection().execute(_SERVED, {**lane.parameters, "oldest": oldest_at})


def give_turn_back(session: Session, lane: LaneKey) -> None:
    """What was claimed of the locked `lane` was not done, through no fault of its account, which is next once more."""
    session.connection().execute(_GIVE_BACK, lane.parameters)


def queues_with_work(session: Session) -> tuple[str, ...]:
    """The queues that have pending segments, sorted."""
    return tuple(session.scalars(select(Lane.queue).where(WAITING).distinct().order_by(Lane.queue)))


# Made once, and executed past the ORM: to build such statements costs more than to answer them.

_IN_FLIGHT = (
    select(
        Segment.account_id, func.count().label("segments"),
        func.count().filter(Segment.priority < ORDINARY).label("ahead"),
    )
    .where(Segment.state == SegmentState.RUNNING)
    .group_by(Segment.account_id)
    .subquery()
)
_RANK = case(
    (and_(Lane.priority < ORDINARY, _IN_FLIGHT.c.ahead >= MOST_AHEAD), ORDINARY), else_=Lane.priority
)


_LIMIT = func.coalesce(
    quotas.own_value(Lane.account_id, "running"), bindparam("most_running", type_=Integer)
)
"""As many segments of a lane's account may be in flight; 0 means any number."""

_WANTED = (
    WAITING, Lane.queue.in_(bindparam("queues", expanding=True)),
    Lane.account_id.not_in(bindparam("passed_over", expanding=True)),
)  # fmt: skip


def _choice(*lane: ColumnElement[bool]) -> Select[str, str, int, int]:
    """The best of the lanes for which these conditions hold."""
    best = (
        select(
            Lane.account_id, Lane.queue, Lane.priority, Lane.oldest_at,
            func.coalesce(_IN_FLIGHT.c.segments, 0).label("in_flight"), _LIMIT.label("limit"),
            Lane.service_class, Lane.served, (Lane.priority > ORDINARY).label("unhurried"), _RANK.label("rank"),
        )
        .outerjoin(_IN_FLIGHT, _IN_FLIGHT.c.account_id == Lane.account_id)
        .where(
            *_WANTED, or_(_IN_FLIGHT.c.segments.is_(None), _LIMIT == 0, _IN_FLIGHT.c.segments < _LIMIT), *lane
        )
        .order_by("unhurried", "in_flight", Lane.service_class, Lane.served, "rank", Lane.oldest_at, Lane.account_id)
        .limit(CANDIDATES)  # to find some of very many is less work than to sort them all
        .subquery()
    )
    return (
        select(Lane.account_id, Lane.queue, Lane.priority, best.c.limit)
        .join(
            best,
            and_(best.c.account_id == Lane.account_id, best.c.queue == Lane.queue, best.c.priority == Lane.priority),
        )
        .order_by(
            best.c.unhurried, best.c.in_flight, best.c.service_class, best.c.served, best.c.rank, best.c.oldest_at,
            best.c.account_id,
        )
        .limit(1)
    )


_IDLE = (
    select(Lane.account_id, Lane.queue, Lane.priority, _LIMIT.label("limit"))
    .where(
        *_WANTED, Lane.priority <= ORDINARY,
        ~exists().where(Segment.account_id == Lane.account_id, Segment.state == literal_column("'running'")),
    )
    .order_by(Lane.service_class, Lane.served, Lane.priority, Lane.oldest_at, Lane.account_id)
    .limit(1)
    .with_for_update(of=Lane, skip_locked=True)
)
_UNLOCKED = _choice().with_for_update(of=Lane, skip_locked=True)
_ANY = _choice().with_for_update(of=Lane)
_FREE = _choice(
    exists().where(
        Segment.account_id == Lane.account_id, Segment.queue == Lane.queue, Segment.priority == Lane.priority,
        Segment.state == SegmentState.PENDING, FREE,
    )
).with_for_update(of=Lane, skip_locked=True)  # fmt: skip

_HERE = (
    Lane.account_id == bindparam("in_account"),
    Lane.queue == bindparam("in_queue"),
    Lane.priority == bindparam("in_priority"),
)
_LOCK = select(Lane.account_id).where(*_HERE).with_for_update()
_OLDEST = select(func.min(Segment.created_at)).where(*PENDING)
_ADVANCE = update(Lane).where(*_HERE).values(oldest_at=_OLDEST.scalar_subquery())

_SIBLINGS = (
    Lane.account_id == bindparam("in_account"),
    Lane.queue == bindparam("in_queue"),
    Lane.priority.in_(
        select(_Beside.priority)
        .where(_Beside.account_id == bindparam("in_account"), _Beside.queue == bindparam("in_queue"))
        .with_for_update(skip_locked=True)
    ),
)
"""The account's lanes in the queue. One that somebody else has locked just then is left out, at worst for a turn more:
transactions that hold one lane and wait for another could wait in a circle."""

_OWN_AGE = case(
    (Lane.priority == bindparam("in_priority"), bindparam("oldest", type_=Lane.oldest_at.type)), else_=Lane.oldest_at
)
_NOW = select(from_now(0)).scalar_subquery()  # one time for all of them
_SERVED = update(Lane).where(*_SIBLINGS).values(oldest_at=_OWN_AGE, served=_NOW)
_GIVE_BACK = update(Lane).where(*_SIBLINGS).values(served=NEVER)
