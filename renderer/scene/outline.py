"""What of a scene decides how much room it takes in a picture: its outermost points, of the parts that can be seen."""

import dataclasses

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64
from renderer.checkpoints import checkpoint
from renderer.scene.nodes import AlphaMode, Mesh, MorphTarget, Primitive, Scene

DIRECTIONS = 512
"""In each of which the outermost point is found. A ball loses 0.6 % of its radius at most, a box nothing."""

BLOCK = 128
"""Points that follow each other, and mostly lie together, and have a box: where that doesn't reach, they needn't be
looked at one by one. With 64 or 256 it takes a third longer."""

PAIRS_AT_ONCE = 1 << 12
"""Of blocks and directions in which they are looked at: 13 MB."""


def visible_parts(scene: Scene) -> Scene:
    """The scene without the surfaces that no picture shows: those that are transparent all over, in every clip.

    Where all are, it is the scene itself.
    """
    animated = {channel.node for clip in scene.clips for channel in clip.channels if channel.path == "material"}
    invisible = {
        index for index, material in enumerate(scene.materials)
        if index not in animated and (
            (material.alpha_mode is AlphaMode.BLEND and material.base_color_factor[3] <= 0)
            or (material.alpha_mode is AlphaMode.MASK and material.base_color_factor[3] < material.alpha_cutoff)
        )
    }
    meshes = [
        dataclasses.replace(mesh, primitives=[one for one in mesh.primitives if one.material not in invisible])
        for mesh in scene.meshes
    ]
    if not invisible or not any(mesh.primitives for mesh in meshes):
        return scene
    return dataclasses.replace(scene, meshes=meshes)


def outline(scene: Scene) -> Scene:
    """The scene with only the outermost points of each primitive, as points without a surface.

    Of a skinned primitive they are the outermost ones of each joint's own vertices, and of a morphed one those of each
    target too: these stay the outermost ones, or nearly, in all poses.
    """
    return dataclasses.replace(
        scene, meshes=[Mesh(mesh.name, [_reduced(one) for one in mesh.primitives], mesh.weights)
                       for mesh in scene.meshes]
    )


def outermost(points: Float32 | Float64) -> npt.NDArray[np.int64]:
    """Indices, rising, of those of `points` (n, 3) that lie outermost in one of DIRECTIONS or more."""
    if len(points) <= DIRECTIONS:
        return np.arange(len(points))
    with np.errstate(all="ignore"):  # hostile numbers: `scene_bounds` refuses them
        about = (points - points[:: len(points) // DIRECTIONS].mean(axis=0)).astype(np.float32)
        padded = np.concatenate([about, np.repeat(about[-1:], -len(about) % BLOCK, axis=0)])
        blocks = padded.reshape(-1, BLOCK, 3)
        low, high = blocks.min(axis=1), blocks.max(axis=1)
        bounds = (_DIRECTIONS @ (low + high).T + np.abs(_DIRECTIONS) @ (high - low).T) / 2  # of each block's heights
        directions = np.arange(DIRECTIONS)
        chosen = bounds.argmax(axis=1)
        best, rows = _highest(blocks, chosen, directions)
        others, places = np.nonzero(bounds > best[:, None])
        for start in range(0, len(others), PAIRS_AT_ONCE):
            checkpoint()
            ways, where = others[start : start + PAIRS_AT_ONCE], places[start : start + PAIRS_AT_ONCE]
            heights, found = _highest(blocks, where, ways)
            order = np.argsort(heights, kind="stable")  # of several in one direction the highest is written last
            order = order[heights[order] > best[ways[order]]]
            best[ways[order]], rows[ways[order]] = heights[order], found[order]
    return np.unique(np.minimum(rows, len(points) - 1))


def _highest(
    blocks: Float32, chosen: npt.NDArray[np.int64], directions: npt.NDArray[np.int64]
) -> tuple[Float32, npt.NDArray[np.int64]]:
    """(heights, rows): of each of the `chosen` blocks the outermost point in the direction beside it."""
    heights = (blocks[chosen] @ _DIRECTIONS[directions][:, :, None])[:, :, 0]
    within = heights.argmax(axis=1)
    return heights[np.arange(len(chosen)), within], chosen * BLOCK + within


def _reduced(primitive: Primitive) -> Primitive:
    positions = primitive.positions
    moved = [target.positions for target in primitive.targets if target.positions is not None]
    shapes = [positions, *(positions + each for each in moved)]
    groups = [np.arange(len(positions))]
    if primitive.joints is not None and primitive.weights is not None:
        strongest = np.take_along_axis(primitive.joints, primitive.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
        groups = [np.flatnonzero(strongest == joint) for joint in np.unique(strongest)]
    rows = np.unique(np.concatenate([group[outermost(shape[group])] for group in groups for shape in shapes]))
    targets = tuple(
        MorphTarget(None if target.positions is None else target.positions[rows]) for target in primitive.targets
    )
    return Primitive(
        primitive.topology, positions[rows], np.arange(len(rows), dtype=np.uint32), primitive.material,
        joints=None if primitive.joints is None else primitive.joints[rows],
        weights=None if primitive.weights is None else primitive.weights[rows], targets=targets,
    )


def _sphere(count: int) -> Float32:
    """`count` unit vectors (count, 3), evenly spread: a golden-angle spiral; and the six axes in place of the last."""
    index = np.arange(count - 6)
    heights = 1 - (2 * index + 1) / len(index)
    turns, rings = index * np.pi * (3 - np.sqrt(5)), np.sqrt(1 - heights**2)
    spiral = np.stack([rings * np.cos(turns), heights, rings * np.sin(turns)], axis=1)
    return np.concatenate([spiral, np.eye(3), -np.eye(3)]).astype(np.float32)


_DIRECTIONS = _sphere(DIRECTIONS)
