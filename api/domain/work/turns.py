"""The order of an account's own work: what is pulled forward goes before the rest of its lane. Whose turn it is among
accounts stays as it was: see `lanes`."""

import datetime as dt

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.db.tables import Segment, Task
from api.domain.work import lanes
from api.domain.work.states import SegmentState

_WAITING = (SegmentState.WAITING, SegmentState.PENDING)
_BEFORE = dt.timedelta(milliseconds=1)


def put_first(session: Session, task_id: str) -> bool:
    """Of all that waits in the lanes of the task, it is the next now. False: none of it waits any more.

    Lanes are served by the age of what is in them, so it becomes a little older than the oldest.
    """
    session.execute(select(Task.id).where(Task.id == task_id).with_for_update(key_share=True))
    own = Segment.task_id == task_id, Segment.state.in_(_WAITING)
    rows = session.execute(select(Segment.account_id, Segment.queue, Segment.priority).where(*own).distinct())
    keys = sorted(lanes.LaneKey(*row) for row in rows)
    for lane in keys:
        lanes.lock(session, lane)
        in_lane = Segment.account_id == lane.account_id, Segment.queue == lane.queue, Segment.priority == lane.priority
        others = (*in_lane, Segment.state.in_(_WAITING), Segment.task_id != task_id)
        oldest = session.scalar(select(func.min(Segment.created_at)).where(*others))
        if oldest is not None:
            session.execute(update(Segment).where(*own, *in_lane).values(created_at=oldest - _BEFORE))
            lanes.advance(session, lane)
    return bool(keys)
