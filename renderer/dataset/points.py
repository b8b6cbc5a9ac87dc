"""A view's planes -> here -> points on the surface with their colours, from which splats start (points3D.ply)."""

import dataclasses

import numpy as np
import numpy.typing as npt

from renderer.camera.framing import View
from renderer.camera.sphere import camera_to_world
from renderer.dataset.buffers import Planes
from renderer.scene.nodes import Float32, Float64, UInt8

MAX_POINTS = 100_000
"""In one set."""


@dataclasses.dataclass(frozen=True, slots=True)
class Points:
    """`positions` (n, 3) in the set's world, `colors` (n, 3) sRGB-encoded, `pixels` (n, 2) are where the view saw each:
    x to the right and y down, in pixels from the picture's top left corner."""

    positions: Float32
    colors: UInt8
    pixels: Float32


def back_projected(view: View, pixels: npt.NDArray[np.integer], depth: Float32 | Float64, size: int) -> Float64:
    """World positions (n, 3) of `pixels` (n, 2), columns and rows, at their `depth` (n,) along the optical axis."""
    return back_project(camera_to_world(view), size / (2 * np.tan(view.fov_y / 2)), size, pixels, depth)


def back_project(
    pose: Float64, focal: float, size: int, pixels: npt.NDArray[np.integer], depth: Float32 | Float64
) -> Float64:
    """The same from a camera-to-world matrix (4x4, OpenGL's axes) and a focal length in pixels."""
    x, y = (pixels.T + 0.5 - size / 2) / focal
    local = np.stack([x, -y, -np.ones_like(x)], axis=1) * depth[:, None]
    world: Float64 = local @ pose[:3, :3].T + pose[:3, 3]
    return world


def sample_points(planes: Planes, view: View, index: int, count: int) -> Points:
    """Up to `count` pixels of view `index`, drawn at random, as points. Equal inputs give equal points.

    Pixels at the silhouette are left out: their colour is mixed with the background's.
    """
    inside = planes.depth > 0
    for axis in (0, 1):
        inside &= np.roll(inside, 1, axis) & np.roll(inside, -1, axis)
    rows, columns = np.nonzero(inside)
    chosen = np.random.default_rng(index).permutation(len(rows))[:count]
    rows, columns = rows[chosen], columns[chosen]
    pixels = np.stack([columns, rows], axis=1)
    positions = back_projected(view, pixels, planes.depth[rows, columns], len(planes.depth))
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
