"""A view's planes -> here -> points on the surface with their colours, from which splats start (points3D.ply)."""

import dataclasses

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, UInt8
from renderer.camera.framing import View
from renderer.camera.sphere import camera_to_world, focal_length
from renderer.dataset.planes import Planes, decoded_depth

MAX_POINTS = 100_000
"""Points of a set."""

_CANDIDATES = 2
"""Pixels that are picked at random for each point that is wanted, since those at the silhouette are dropped."""


@dataclasses.dataclass(frozen=True, slots=True)
class Points:
    """`positions` (n, 3) in the set's world, `colors` (n, 3) sRGB-encoded, `pixels` (n, 2) are where the view saw each:
    x to the right and y down, in pixels from the picture's top left corner."""

    positions: Float32
    colors: UInt8
    pixels: Float32


def back_project(
    pose: Float64, focal: float, size: int, pixels: npt.NDArray[np.integer], depth: Float64
) -> Float64:
    """World positions (n, 3) of `pixels` (n, 2), columns and rows, at their `depth` (n,) along the optical axis.

    `pose` is camera-to-world (4x4, OpenGL's axes), `focal` and `size` are in pixels.
    """
    x, y = (pixels.T + 0.5 - size / 2) / focal
    local = np.stack([x, -y, -np.ones_like(x)], axis=1) * depth[:, None]
    world: Float64 = local @ pose[:3, :3].T + pose[:3, 3]
    return world


def sample_points(planes: Planes, view: View, near: float, far: float, *, seed: int, count: int) -> Points:
    """Up to `count` pixels of a view, drawn at random, as points. Equal inputs give equal points.

    Pixels at the silhouette are left out: their colour is mixed with the background's.
    """
    size = len(planes.mask)
    covered = np.flatnonzero(planes.mask.view(np.bool_))
    chosen = np.random.default_rng(seed).choice(covered, min(_CANDIDATES * count, len(covered)), replace=False)
    rows, columns = np.divmod(chosen, size)
    inside = np.ones(len(chosen), np.bool_)
    for row, column in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        inside &= planes.mask[(rows + row).clip(0, size - 1), (columns + column).clip(0, size - 1)] > 0
    rows, columns = rows[inside][:count], columns[inside][:count]
    pixels = np.stack([columns, rows], axis=1)
    depth = decoded_depth(planes.depth16[rows, columns], near, far)
    positions = back_project(camera_to_world(view), focal_length(size), size, pixels, depth)
    return Points(positions.astype(np.float32), planes.rgb[rows, columns], (pixels + 0.5).astype(np.float32))


def ply(points: list[Points]) -> bytes:
    """The points of all views as binary PLY: x y z and red green blue."""
    positions = np.concatenate([of_view.positions for of_view in points])
    vertices = np.zeros(len(positions), [("position", "<f4", 3), ("color", "u1", 3)])
    vertices["position"] = positions
    vertices["color"] = np.concatenate([of_view.colors for of_view in points])
    axes = "".join(f"property float {axis}\n" for axis in "xyz")
    colors = "".join(f"property uchar {color}\n" for color in ("red", "green", "blue"))
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(vertices)}\n{axes}{colors}end_header\n"
    return header.encode("ascii") + vertices.tobytes()
