"""From settings to rows a worker can claim: a shot and its segments."""

import dataclasses
import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from api.db.tables import Segment, Shot
from api.domain import lanes
from api.domain.states import Role, SegmentState
from api.ids import new_id
from renderer.spec import DatasetSpec, ImagePlan, RenderSettings, VideoPlan, plan_dataset, plan_image, plan_video

RENDER_QUEUE = "render"

PREVIEW_PRIORITY = 0
PAID_PRIORITY = 10

PART_PIXELS = 100_000_000
"""Pixels of a video that are worth a part of their own: as many as the default order has, some 15 s on two cores. To
load and light the model once more, on another worker, takes a second or two."""
PART_FRAMES = 30
"""The fewest frames of a part: each begins with a keyframe, and more than one a second would cost quality."""


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


def video_work(plan: VideoPlan) -> Work:
    frames = plan.frames
    pixels = frames.frame_count * frames.width * frames.height
    pairs = round(pixels / PART_PIXELS / 2)  # in even numbers, so that two workers, as most farms have, end together
    parts = max(1, min(2 * pairs, frames.frame_count // PART_FRAMES))
    return Work("video", frames.to_json(), plan.variant.to_json(), frames.frame_count, parts)


def image_work(plan: ImagePlan) -> Work:
    return Work("image", plan.frames.to_json(), plan.variant.to_json(), plan.frames.frame_count)


DATASET_PART_PIXELS = 16_000_000
"""Pixels of a training set that are worth a part of their own: some 4 to 10 s on a core."""
MOST_DATASET_PARTS = 32


def dataset_work(spec: DatasetSpec) -> Work:
    parts = min(MOST_DATASET_PARTS, spec.views * spec.size**2 // DATASET_PART_PIXELS)
    return Work("dataset", spec.to_json(), {}, spec.views, parts)


WORK: dict[str, Callable[[RenderSettings], Work]] = {
    "video": lambda settings: video_work(plan_video(settings)),
    "image": lambda settings: image_work(plan_image(settings)),
    "dataset": lambda settings: dataset_work(plan_dataset(settings)),
}
"""By the setting `output`."""


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
