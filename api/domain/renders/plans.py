"""From a render's settings to the work that makes it: its kind, its spec, and how many parts workers may share."""

from collections.abc import Callable

from api.domain.work.tasks import Work
from renderer.spec import DatasetSpec, ImagePlan, RenderSettings, VideoPlan, plan_dataset, plan_image, plan_video

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
