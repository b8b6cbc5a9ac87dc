"""From settings to rows a worker can claim: a shot and its segments."""

import dataclasses
import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from api.db.tables import Segment, Shot
from api.domain.work import lanes
from api.domain.work.states import Role, SegmentState
from api.ids import new_id

RENDER_QUEUE = "render"

PREVIEW_PRIORITY = 0
PAID_PRIORITY = 10


Kind = Literal["video", "image", "dataset"]
"""What a shot becomes: which function of `api.worker.kinds` draws it, and what its spec and variants are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """A render as its worker gets it, in JSON that only the code of its kind reads.

    `spec` is all that decides about the pixels that are drawn, so that renders with equal specs share them; `variant`
    is what is made of them for this render. `frame_count` is how many pictures are drawn: what progress counts. They
    are drawn in `parts` runs, which workers may share: as many as the spec alone says.
    """

    kind: Kind
    spec: Mapping[str, Any]
    variant: Mapping[str, Any]
    frame_count: int
    parts: int = 1

    def key(self, model_sha256: str) -> str:
        """Equal keys mean equal frames. 64 hex digits."""
        text = json.dumps([self.kind, model_sha256, self.spec], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class NewShot:
    """A shot to be made of a model; `frame_key` is that of `work` and the model's bytes."""

    model_id: str
    work: Work
    frame_key: str
    priority: int


def add_shots(session: Session, account_id: str, new: Sequence[NewShot], created_at: dt.datetime) -> list[str]:
    """Each with its segments pending; returns their ids in order. As few statements as for one."""
    shots = [
        Shot(id=new_id(), model_id=shot.model_id, frame_key=shot.frame_key, kind=shot.work.kind,
             spec=shot.work.spec, frame_count=shot.work.frame_count, created_at=created_at)
        for shot in new
    ]  # fmt: skip
    session.add_all(shots)
    session.flush()
    session.add_all(
        Segment(id=new_id(), shot_id=row.id, account_id=account_id, queue=RENDER_QUEUE, priority=shot.priority,
                created_at=created_at, updated_at=created_at, **segment)
        for row, shot in zip(shots, new, strict=True)
        for segment in _segments(shot.work)
    )  # fmt: skip
    session.flush()
    for priority in sorted({shot.priority for shot in new}):  # lanes are always locked in the same order
        lanes.add(session, lanes.LaneKey(account_id, RENDER_QUEUE, priority), created_at)
    return [row.id for row in shots]


def _segments(work: Work) -> Iterator[dict[str, Any]]:
    """The columns in which a shot's segments differ."""
    if work.parts == 1:
        yield {"role": Role.WHOLE, "first_frame": 0, "frame_count": work.frame_count, "state": SegmentState.PENDING}
        return
    bounds = [work.frame_count * index // work.parts for index in range(work.parts + 1)]
    for first, end in itertools.pairwise(bounds):
        yield {"role": Role.PART, "first_frame": first, "frame_count": end - first, "state": SegmentState.PENDING}
    yield {"role": Role.ASSEMBLY, "first_frame": 0, "frame_count": work.frame_count, "waits_for": work.parts,
           "state": SegmentState.WAITING}
