"""From planned frames to rows a worker can claim: a shot and its segments."""

import datetime as dt

from sqlalchemy.orm import Session

from api.db.tables import Segment, Shot
from api.domain import lanes
from api.domain.states import SegmentState
from api.ids import new_id
from renderer.spec import FrameSpec

RENDER_QUEUE = "render"

PREVIEW_PRIORITY = 0
PAID_PRIORITY = 10


def add_shot(
    session: Session,
    account_id: str,
    model_id: str,
    *,
    frames: FrameSpec,
    frame_key: str,
    priority: int,
    created_at: dt.datetime,
) -> str:
    """A new shot with all its frames in one pending segment; returns its id."""
    shot = Shot(
        id=new_id(), model_id=model_id, frame_key=frame_key, spec=frames.to_json(), created_at=created_at
    )
    session.add(shot)
    session.flush()
    session.add(
        Segment(
            id=new_id(),
            shot_id=shot.id,
            account_id=account_id,
            queue=RENDER_QUEUE,
            priority=priority,
            first_frame=0,
            frame_count=frames.frame_count,
            state=SegmentState.PENDING,
            created_at=created_at,
            updated_at=created_at,
        )
    )
    session.flush()
    lanes.add(session, lanes.LaneKey(account_id, RENDER_QUEUE, priority), created_at)
    return shot.id
