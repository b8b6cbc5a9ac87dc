"""From planned frames to rows a worker can claim: a shot and its segments."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.db.tables import Segment, Shot
from api.domain import lanes
from api.domain.states import SegmentState
from api.ids import new_id
from renderer.spec import FrameSpec

RENDER_QUEUE = "render"

PREVIEW_PRIORITY = 0
PAID_PRIORITY = 10


@dataclasses.dataclass(frozen=True, slots=True)
class NewShot:
    """A shot to be made of a model; `frame_key` is that of `frames` and the model's bytes."""

    model_id: str
    frames: FrameSpec
    frame_key: str
    priority: int


def add_shots(session: Session, account_id: str, new: Sequence[NewShot], created_at: dt.datetime) -> list[str]:
    """Each with all its frames in one pending segment; returns their ids in order. As few statements as for one."""
    shots = [
        Shot(id=new_id(), model_id=shot.model_id, frame_key=shot.frame_key, spec=shot.frames.to_json(),
             created_at=created_at)
        for shot in new
    ]  # fmt: skip
    session.add_all(shots)
    session.flush()
    session.add_all(
        Segment(
            id=new_id(),
            shot_id=row.id,
            account_id=account_id,
            queue=RENDER_QUEUE,
            priority=shot.priority,
            first_frame=0,
            frame_count=shot.frames.frame_count,
            state=SegmentState.PENDING,
            created_at=created_at,
            updated_at=created_at,
        )
        for row, shot in zip(shots, new, strict=True)
    )
    session.flush()
    for priority in sorted({shot.priority for shot in new}):  # lanes are always locked in the same order
        lanes.add(session, lanes.LaneKey(account_id, RENDER_QUEUE, priority), created_at)
    return [row.id for row in shots]
