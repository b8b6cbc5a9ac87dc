"""A clip's keyframes as values for every frame, which is all that viewers of USD interpolate between alike: they know
no cubic splines."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from renderer.arrays import Float64
from renderer.checkpoints import checkpoint
from renderer.convert.usdz.skeletons import parents_of, skeleton_nodes
from renderer.scene.animation import find_clip, sample
from renderer.scene.nodes import Channel, Path, Scene

FPS = 30

MOST_NUMBERS = 30_000_000
"""Of all frames together, in 240 MB. A figure of 200 joints that all turn, move and grow has 100 s of them."""

_PER_SAMPLE = 10
"""Numbers that a channel's sample counts as besides its own, for the 15 microseconds that it takes: 45 s in the end."""

_PER_JOINT = 10
"""A skeleton's animation has all numbers of all joints for each frame, whichever of them move."""


@dataclasses.dataclass(frozen=True, slots=True)
class Motion:
    """`tracks` has, by node and property, a row of values for each of the `frames`, or one row for what stands still.
    `frames` is 1 where nothing moves."""

    frames: int
    tracks: Mapping[tuple[int, Path], Float64]

    def rows(self, node: int, path: Path, rest: tuple[float, ...]) -> Float64:
        """(frames or 1, width): the node's values, which are `rest` where the clip has none."""
        found = self.tracks.get((node, path))
        return np.array([rest], np.float64) if found is None else found


def sampled(scene: Scene, notes: list[str]) -> Motion:
    """The first clip, frame by frame. Raises ModelTooLarge for joints too deep."""
    clip = find_clip(scene, "*")
    if clip is None:
        return Motion(1, {})
    if len(scene.clips) > 1:
        notes.append(f"a USDZ plays one animation: of {len(scene.clips)}, it has the first")
    if any(channel.path == "material" for channel in clip.channels):
        notes.append("materials stand still: what animates them is left out")
    channels = [channel for channel in clip.channels if _counts(scene, channel)]
    if not channels:
        return Motion(1, {})
    wanted = math.ceil(clip.duration * FPS) + 1
    parents = parents_of(scene.nodes)
    joints = sum(len(skeleton_nodes(skin, parents)) for skin in scene.skins)
    numbers = joints * _PER_JOINT + sum(_PER_SAMPLE + channel.values.shape[-1] for channel in channels)
    frames = min(wanted, max(MOST_NUMBERS // numbers, 1))
    if frames < wanted:
        notes.append(f"the animation is long, and is cut after {(frames - 1) / FPS:g} of its {clip.duration:g} seconds")
    tracks: dict[tuple[int, Path], Float64] = {}
    for channel in channels:
        checkpoint()
        rows = np.array([sample(channel, frame / FPS) for frame in range(frames)])
        if channel.path == "rotation":
            rows = _on_one_side(rows)
        tracks[channel.node, channel.path] = rows[:1] if (rows == rows[0]).all() else rows
    return Motion(max(map(len, tracks.values())), tracks)


def _counts(scene: Scene, channel: Channel) -> bool:
    """Whether the channel moves something here. A node with a matrix keeps it, as in every pose."""
    if channel.path in ("translation", "rotation", "scale"):
        return scene.nodes[channel.node].matrix is None
    return channel.path != "material"


def set_rows(attribute: Any, rows: Float64, value: Callable[[Float64], Any]) -> None:
    """Sets what `value` makes of each row, as samples of the frames, or as the one value there is."""
    if len(rows) == 1:
        attribute.Set(value(rows[0]))
        return
    for frame, row in enumerate(rows):
        attribute.Set(value(row), float(frame))


def _on_one_side(quaternions: Float64) -> Float64:
    """The same rotations, each within half a turn of the one before: some viewers interpolate numbers as they are."""
    flips = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    return quaternions * np.concatenate(([1.0], np.cumprod(flips)))[:, None]
