"""From a render's settings to the work that makes it: its kind, its spec, and how many parts workers may share."""

import dataclasses
from collections.abc import Callable, Sequence

from api.domain.work.tasks import Work
from renderer.spec import (
    Angle,
    DatasetSpec,
    FrameSpec,
    ImagePlan,
    RenderSettings,
    StillsSpec,
    StillVariant,
    VideoPlan,
    plan_dataset,
    plan_image,
    plan_video,
)
from renderer.spec.cameras import LEVEL

PART_PIXELS = 100_000_000
"""Pixels of a video that are worth a part of their own: as many as the default order has, some 15 s on two cores. To
load and light the model once more, on another worker, takes a second or two."""
PART_FRAMES = 30
"""The fewest frames of a part: each begins with a keyframe, and more than one a second would cost quality."""


def video_work(plan: VideoPlan) -> Work:
    frames = plan.frames
    pixels = frames.frame_count * frames.width * frames.height
    pairs = round(pixels / PART_PIXELS / 2)  # in even numbers, so that two workers, as most farms have, end together
    parts = max(1, min(2 * pairs, frames.frame_count // PART_FRAMES))
    return Work("video", frames.to_json(), plan.variant.to_json(), frames.frame_count, parts)


def image_work(plan: ImagePlan) -> Work:
    return Work("image", plan.frames.to_json(), plan.variant.to_json(), plan.frames.frame_count)


def stills_works(plans: Sequence[ImagePlan]) -> list[Work]:
    """The works of several stills of one model, in their order. Stills that differ only in where they are taken from,
    and in what their frame is composited with, share one: it draws all of them, and is equal for each but for its
    variant. One from below the model's middle has a work of its own, because from there no ground may be seen."""
    shared: dict[FrameSpec, list[Angle]] = {}
    placed = []
    for plan in plans:
        angle = Angle(plan.frames.rotate_y, plan.frames.elevation, plan.frames.zoom)
        frames = dataclasses.replace(plan.frames, rotate_y=0.0, elevation=LEVEL, zoom=1.0)
        angles = shared.setdefault(frames, []) if angle.elevation >= 0 else []
        if angle not in angles:
            angles.append(angle)
        placed.append((frames, angles, angle, plan.variant))
    return [
        Work(
            "stills", StillsSpec(frames, tuple(angles)).to_json(), StillVariant(angles.index(angle), image).to_json(),
            len(angles),
        )
        for frames, angles, angle, image in placed
    ]  # fmt: skip


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
