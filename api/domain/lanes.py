"""Who is served next: the choice among accounts, behind `scheduling.claim`.

Each account has one lane per queue and priority with pending work. Choosing costs as many rows as there are accounts
that wait, however many segments they wait for.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.orm import Session

from api.db.dialects import insert
from api.db.tables import Lane, Segment
from api.domain.states import SegmentState


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class LaneKey:
    """Names a lane. The order is the one in which a transaction locks several."""

    account_id: str
    queue: str
    priority: int


def add(session: Session, lane: LaneKey, created_at: dt.datetime) -> None:
    """A segment of that age becomes pending in `lane`, which stays locked until the transaction ends."""
    new = insert(session, Lane).values(
        account_id=lane.account_id, queue=lane.queue, priority=lane.priority, oldest_at=created_at
    )
    earlier = case((Lane.oldest_at < new.excluded.oldest_at, Lane.oldest_at), else_=new.excluded.oldest_at)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Lane.account_id, Lane.queue, Lane.priority], set_={"oldest_at": earlier}
        )
    )


def choose(session: Session, queues: Sequence[str]) -> LaneKey | None:
    """The best lane, locked: previews first, then the account with the least work in flight, then age."""
    in_flight = (
        select(Segment.account_id, func.count().label("segments"))
        .where(Segment.state == SegmentState.RUNNING)
        .group_by(Segment.account_id)
        .subquery()
    )
    best = (
        select(Lane.account_id, Lane.queue, Lane.priority)
        .outerjoin(in_flight, in_flight.c.account_id == Lane.account_id)
        .where(Lane.queue.in_(queues))
        .order_by(Lane.priority, func.coalesce(in_flight.c.segments, 0), Lane.oldest_at, Lane.account_id)
        .limit(1)
    )
    # First without waiting. If every lane is locked just then, waiting is right: the claim that holds the lock takes
    # one segment, and the lane may have more.
    for skip_locked in (True, False):
        row = session.execute(best.with_for_update(of=Lane, skip_locked=skip_locked)).one_or_none()
        if row is not None:
            return LaneKey(*row)
    return None


def pending(lane: LaneKey) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a segment waits in `lane`."""
    return (
        Segment.account_id == lane.account_id,
        Segment.queue == lane.queue,
        Segment.priority == lane.priority,
        Segment.state == SegmentState.PENDING,
    )


def advance(session: Session, lane: LaneKey) -> None:
    """After a segment has left the locked `lane`: sets its age by the next one, or removes it when empty."""
    here = (Lane.account_id == lane.account_id, Lane.queue == lane.queue, Lane.priority == lane.priority)
    oldest_at = session.scalar(select(func.min(Segment.created_at)).where(*pending(lane)))
    if oldest_at is None:
        session.execute(delete(Lane).where(*here))
    else:
        session.execute(update(Lane).where(*here).values(oldest_at=oldest_at))


def queues_with_work(session: Session) -> tuple[str, ...]:
    """The queues that have pending segments, sorted."""
    return tuple(session.scalars(select(Lane.queue).distinct().order_by(Lane.queue)))
