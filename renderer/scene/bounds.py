"""How much room a model takes over its whole animation: what the camera is framed on."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from renderer.arrays import Float64
from renderer.errors import InvalidModel
from renderer.scene.animation import Pose, pose_scene
from renderer.scene.deform import Drawable, deformed, drawables, is_deforming
from renderer.scene.nodes import Clip, Scene
from renderer.scene.outline import outermost, outline

LARGEST_RADIUS = 1e12  # metres: far beyond, squares leave float32
SMALLEST_RADIUS = 1e-9  # a single point still needs a camera


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """World space, metres. `low` and `high` are the corners of the box; the sphere is about the box's centre, and its
    radius reaches the farthest vertex, so it is tighter than the sphere around the box."""

    center: Float64
    radius: float
    low: Float64
    high: Float64


def scene_bounds(scene: Scene, clip: Clip | None, samples: int = 24) -> Bounds:
    """The bounds over `samples` moments of `clip`, or of the rest pose without one.

    Raises InvalidModel where the animation throws vertices beyond LARGEST_RADIUS.
    """
    times = np.unique(np.linspace(0.0, clip.duration, samples, endpoint=False)) if clip else np.zeros(1)
    poses = [pose_scene(scene, clip, float(time)) for time in times]
    return enclosing(lambda: _clouds(scene, poses))


def enclosing(clouds: Callable[[], Iterable[Float64]]) -> Bounds:
    """The bounds of all points, (n, 3) world space, that `clouds` gives each time it is called.

    Raises InvalidModel where some lie beyond LARGEST_RADIUS.
    """
    with np.errstate(all="ignore"):
        boxes = [(cloud.min(axis=0), cloud.max(axis=0)) for cloud in clouds() if len(cloud)]
        low, high = np.min([box[0] for box in boxes], axis=0), np.max([box[1] for box in boxes], axis=0)
        center = (low + high) / 2
        radius = max(float(np.linalg.norm(cloud - center, axis=1).max()) for cloud in clouds() if len(cloud))
    if not radius <= LARGEST_RADIUS:
        raise InvalidModel(f"the model reaches beyond {LARGEST_RADIUS:g} metres")
    return Bounds(center, max(radius, SMALLEST_RADIUS), low, high)


def clouds_at(scene: Scene, clip: Clip | None, times: Sequence[float]) -> list[Float64]:
    """The outermost points (n, 3), in world space, of what the scene shows at each of `times`, seconds into `clip`.

    What is hidden at a moment has no points in its cloud, unless all is hidden at all of them.
    """
    if clip is None:
        cloud = np.concatenate(list(_clouds(scene, [pose_scene(scene, None, 0.0)])))
        return [cloud[outermost(cloud)] for _ in times]
    reduced = outline(scene)
    poses = [pose_scene(reduced, clip, time) for time in times]
    shown: list[list[Float64]] = [[] for _ in poses]
    hidden: list[list[Float64]] = [[] for _ in poses]
    for drawable in drawables(reduced):
        still = None
        if not is_deforming(reduced, drawable) and len({drawable.world(pose).tobytes() for pose in poses}) == 1:
            still = _placed(reduced, drawable, poses[0])
        for index, pose in enumerate(poses):
            placed = _placed(reduced, drawable, pose) if still is None else still
            (hidden if drawable.is_hidden(pose) else shown)[index].append(placed)
    return [np.concatenate([*parts, np.zeros((0, 3))]) for parts in (shown if any(shown) else hidden)]


def _clouds(scene: Scene, poses: list[Pose]) -> Iterator[Float64]:
    """World positions of every drawable in every pose that shows it, or, where none shows any, in every one; of rigid
    ones once per distinct place."""
    every = drawables(scene)
    shown = {id(drawable): [pose for pose in poses if not drawable.is_hidden(pose)] for drawable in every}
    for drawable in every:
        seen = shown[id(drawable)] if any(shown.values()) else poses
        if not is_deforming(scene, drawable):
            seen = list({drawable.world(pose).tobytes(): pose for pose in seen}.values())
        yield from (_placed(scene, drawable, pose) for pose in seen)


def _placed(scene: Scene, drawable: Drawable, pose: Pose) -> Float64:
    matrix = drawable.world(pose)
    placed: Float64 = deformed(scene, drawable, pose).positions @ matrix[:3, :3].T + matrix[:3, 3]
    return placed
