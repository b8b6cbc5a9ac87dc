"""Poses: where every node stands at a moment of a clip (glTF 2.0, section 3.11 and appendix C)."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from renderer.arrays import Float32, Float64
from renderer.checkpoints import checkpoint
from renderer.errors import SettingsError
from renderer.scene.hierarchy import below, local_matrices, world_matrices
from renderer.scene.materials import with_value
from renderer.scene.nodes import Channel, Clip, Material, Scene


@dataclasses.dataclass(frozen=True, slots=True)
class Pose:
    """The scene at one moment.

    `world` (nodes, 4, 4) is what each node's mesh is drawn with: the identity for nodes with a skin, as the joints
    alone place those vertices (glTF 2.0, section 3.7.3.3). `weights` has the morph weights of each node that shows a
    morphed mesh. `joints` has, per skin, the (joints, 4, 4) matrices from bind space to world space. `materials` are
    the scene's, those that are animated with their values of the moment. What is hidden is shrunk to a point.
    """

    world: Float64
    weights: Mapping[int, Float64]
    joints: tuple[Float64, ...]
    materials: list[Material]


def find_clip(scene: Scene, name: str | None) -> Clip | None:
    """The clip called `name`; "*" is the first sound one, and nothing where there are no clips. None plays
    nothing.

    Raises SettingsError for a name that the model lacks, or whose clip is broken.
    """
    if name is None:
        return None
    for clip in scene.clips:
        if name in ("*", clip.name):
            return clip
    broken = next(iter(scene.broken_clips), None) if name == "*" else name
    if broken in scene.broken_clips:
        raise SettingsError("animation", f'the animation "{broken}" can\'t be played: {scene.broken_clips[broken]}')
    if name == "*":
        return None
    known = ", ".join(f'"{clip.name[:40]}"' for clip in scene.clips[:10])
    raise SettingsError("animation", f'the model has no animation "{name}"; it has {known or "none"}')


def clip_time(clip: Clip, frame: int, fps: int, speed: float) -> float:
    """Seconds into the clip at a frame of the video; the clip starts over when it ends."""
    return frame / fps * speed % clip.duration if clip.duration > 0 else 0.0


REST_LOOKED_FOR = 25
"""Moments of a clip, evenly picked, at which the model may stand as it does at rest."""

SAME = 1e-3
"""How much two poses that look alike may differ: in the sizes of the scene, and in parts of a turn."""


def still_time(scene: Scene, clip: Clip, wanted: float | None) -> float:
    """Seconds into the clip that a single picture shows: those that are wanted, or else the clip's beginning.

    But where the model at rest is none of its poses, such as a figure with its arms stretched out that then walks, the
    beginning may be on the way there: then it is the clip's middle. Raises SettingsError for a time after its end.
    """
    if wanted is not None:
        if wanted > clip.duration:
            raise SettingsError("time", f"time: the animation lasts {clip.duration:.3f} s, and not {wanted:g} s")
        return wanted
    rest = _figures(pose_scene(scene, None, 0.0))
    moments = np.linspace(0.0, clip.duration, REST_LOOKED_FOR).tolist()
    if any(_alike(_figures(pose_scene(scene, clip, moment)), rest) for moment in moments):
        return 0.0
    return clip.duration / 2


def _figures(pose: Pose) -> tuple[Float64, ...]:
    """What places the vertices of a pose."""
    return (pose.world, *pose.joints, *(pose.weights[node] for node in sorted(pose.weights)))


def _alike(first: tuple[Float64, ...], second: tuple[Float64, ...]) -> bool:
    return all(
        bool((np.abs(one - other) <= SAME * np.maximum(1.0, np.abs(other).max(initial=0.0))).all())
        for one, other in zip(first, second, strict=True)
    )


@np.errstate(over="ignore", invalid="ignore")  # hostile transforms may overflow: `scene_bounds` refuses the result
def pose_scene(scene: Scene, clip: Clip | None, time: float) -> Pose:
    """The pose at `time` seconds of `clip`, or the rest pose without a clip."""
    checkpoint()
    translations = np.array([node.translation for node in scene.nodes], np.float64).reshape(-1, 3)
    rotations = np.array([node.rotation for node in scene.nodes], np.float64).reshape(-1, 4)
    scales = np.array([node.scale for node in scene.nodes], np.float64).reshape(-1, 3)
    weights = {
        index: np.array(node.weights or scene.meshes[node.mesh].weights, np.float64)
        for index, node in enumerate(scene.nodes)
        if node.mesh is not None and scene.meshes[node.mesh].weights
    }
    animated = {"translation": translations, "rotation": rotations, "scale": scales}
    visible = [node.visible for node in scene.nodes]
    materials = list(scene.materials)
    for channel in clip.channels if clip else ():
        value = sample(channel, time)
        if channel.path == "weights":
            weights[channel.node] = value
        elif channel.path == "visible":
            visible[channel.node] = bool(value[0] >= 0.5)
        elif channel.path == "material":
            materials[channel.node] = with_value(materials[channel.node], channel.attribute, value)
        else:
            animated[channel.path][channel.node] = value

    local = local_matrices(translations, rotations, scales)
    for index, node in enumerate(scene.nodes):
        if node.matrix is not None:
            local[index] = node.matrix
    hidden = below(scene.nodes, [index for index, shown in enumerate(visible) if not shown])
    world = world_matrices(scene.nodes, local)
    joints = tuple(world[list(skin.joints)] @ skin.inverse_bind_matrices for skin in scene.skins)
    world[[index for index, node in enumerate(scene.nodes) if node.skin is not None]] = np.eye(4)
    world[hidden, :3, :3] = 0.0
    return Pose(world, weights, joints, materials)


def sample(channel: Channel, time: float) -> Float64:
    """The channel's value, (width,), at `time` seconds; clamped to its first and last keyframe."""
    times = channel.times
    after = int(np.searchsorted(times, time, side="right"))
    cubic = channel.interpolation == "CUBICSPLINE"
    if after == 0 or after == len(times) or channel.interpolation == "STEP":
        key = channel.values[max(after - 1, 0)]
        return _proper(channel, key[1] if cubic else key)
    before = after - 1
    span = float(times[after]) - float(times[before])
    t = (time - float(times[before])) / span
    start: Float64 = channel.values[before].astype(np.float64)
    end: Float64 = channel.values[after].astype(np.float64)
    if cubic:
        return _proper(channel, _hermite(start, end, t, span))
    if channel.path == "rotation":
        return _slerp(_proper(channel, start), _proper(channel, end), t)
    return start + (end - start) * t


def _hermite(start: Float64, end: Float64, t: float, span: float) -> Float64:
    """Appendix C.5; keys are rows (in-tangent, value, out-tangent)."""
    t2, t3 = t * t, t * t * t
    value: Float64 = (
        (2 * t3 - 3 * t2 + 1) * start[1] + span * (t3 - 2 * t2 + t) * start[2]
        + (-2 * t3 + 3 * t2) * end[1] + span * (t3 - t2) * end[0]
    )
    return value


def _slerp(start: Float64, end: Float64, t: float) -> Float64:
    """Appendix C.4: along the shorter arc; nearly equal rotations are interpolated linearly."""
    dot = float(start @ end)
    if dot < 0:
        end, dot = -end, -dot
    angle = float(np.arccos(min(dot, 1.0)))
    near = angle < 0.03
    first, second = (1 - t, t) if near else (np.sin((1 - t) * angle), np.sin(t * angle))
    mixed: Float64 = first * start + second * end
    return mixed / np.linalg.norm(mixed)


def _proper(channel: Channel, raw: Float32 | Float64) -> Float64:
    """The value in double precision; rotations as unit quaternions."""
    value = raw.astype(np.float64)
    if channel.path != "rotation":
        return value
    length = float(np.linalg.norm(value))
    return value / length if length > 1e-12 else np.array([0.0, 0.0, 0.0, 1.0])
