"""What a segment waits for until it is pending: the parts before it, the tasks that its own needs, and, after it has
failed, some time, in which a worker or its machine may recover.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, case, exists, literal_column, select, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.tables import Segment, Task
from api.domain.work import fleet, lanes, outbox
from api.domain.work.states import SegmentState

PAUSES_S = (1.0, 10.0, 60.0)
"""How long a segment waits after its first failure, its second, and each later one: what fails by chance is tried again
almost at once, and what is away for a minute, such as a disk or a driver, is back by the third try."""


def one_less(session: Session, *segments: ColumnElement[bool]) -> None:
    """Something that these segments waited for is there. Those that wait for nothing else are pending now."""
    last = Segment.waits_for == 1
    rows = session.execute(
        update(Segment)
        .where(*segments, Segment.state == SegmentState.WAITING)
        .values(
            waits_for=Segment.waits_for - 1, state=case((last, SegmentState.PENDING), else_=Segment.state),
            updated_at=from_now(0),
        )
        .returning(Segment.account_id, Segment.queue, Segment.priority, Segment.created_at, Segment.waits_for)
    ).all()
    oldest: dict[lanes.LaneKey, dt.datetime] = {}
    for row in rows:
        if row.waits_for == 0:
            lane = lanes.LaneKey(row.account_id, row.queue, row.priority)
            oldest[lane] = min(oldest.get(lane, row.created_at), row.created_at)
    for lane in sorted(oldest):
        lanes.add(session, lane, oldest[lane])
    outbox.add(session, *sorted({lane.queue for lane in oldest}))


def for_time(failures: int) -> dict[str, Any]:
    """The columns of a segment that has failed just now, and so many times in all: others are to try it first."""
    return {
        "state": SegmentState.WAITING, "waits_for": 1,
        "not_before": from_now(PAUSES_S[min(failures, len(PAUSES_S)) - 1]),
        "left_by": case((fleet.others_than(Segment.worker), Segment.worker)),
    }  # fmt: skip


def any_due(session: Session) -> bool:
    """Whether there is work for `resume`."""
    return bool(session.scalar(select(exists().where(*_due()))))


def resume(session: Session) -> bool:
    """Makes a segment pending again whose time has come; False if there is none. Any number of processes may do so."""
    due = session.execute(
        select(Segment.id)
        .join(Task, Task.id == Segment.task_id)
        .where(*_due())
        .order_by(Segment.not_before)
        .limit(1)
        .with_for_update(of=Task, skip_locked=True, key_share=True)
    ).one_or_none()
    if due is None:
        return False
    one_less(session, Segment.id == due.id, *_due())
    return True


def _due() -> tuple[ColumnElement[bool], ...]:
    """The state stands in the statement, because a plan for any parameter can't use an index of one state."""
    return Segment.state == literal_column(f"'{SegmentState.WAITING}'"), Segment.not_before <= from_now(0)
