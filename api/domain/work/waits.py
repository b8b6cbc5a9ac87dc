"""What a segment waits for until it is pending: the parts before it, and the tasks that its own needs."""

import datetime as dt

from sqlalchemy import ColumnElement, case, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.tables import Segment
from api.domain.work import lanes, outbox
from api.domain.work.states import SegmentState


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
