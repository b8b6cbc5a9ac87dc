"""How a model is built, as far as it tells whether it stands upright and in which unit it was drawn."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from renderer.arrays import Float64, Int64, UInt32

NEAR = 0.01
"""Of the model's extent along an axis: what lies within it belongs to the side. Scans and soft edges are not exact."""

Mesh = tuple[Float64, UInt32]
"""Vertices (n, 3) in the world, metres, and the triangles' corners (3 t,)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """`size` (x, y, z) is in metres, y up. `sides` says for each axis which share of the low and of the high side of
    the model's box flat faces fill, 0 to 1; `footing`, which share of its ground the lowest points span. `missing`
    counts textures and materials that the file lacks."""

    size: tuple[float, float, float]
    sides: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    footing: float = 1.0
    missing: int = 0


def shape_of(meshes: Iterable[Mesh], missing: int = 0) -> Shape:
    """Of all triangles together; of a model of lines and points alone, which has no sides, the size."""
    kept = [mesh for mesh in meshes if len(mesh[0])]
    low = np.min([points.min(axis=0) for points, _ in kept], axis=0)
    high = np.max([points.max(axis=0) for points, _ in kept], axis=0)
    size = high - low
    filled = np.zeros((3, 2))
    feet = []
    for points, indices in kept:
        corners = indices.reshape(-1, 3).astype(np.int64)
        for axis in range(3):
            for end, bound in enumerate((low, high)):
                near = np.abs(points[:, axis] - bound[axis]) <= NEAR * size[axis]
                if near.any():
                    filled[axis, end] += _area(points, corners[near[corners].all(axis=1)], axis)
        feet.append(points[points[:, 1] - low[1] <= NEAR * size[1]][:, [0, 2]])
    spanned = np.ptp(np.concatenate(feet), axis=0).prod()
    faces = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    shares = np.minimum(filled / np.where(faces > 0, faces, np.inf)[:, None], 1.0)
    x, y, z = ((float(one), float(other)) for one, other in shares)
    footing = float(spanned / faces[1]) if faces[1] > 0 else 1.0
    return Shape((float(size[0]), float(size[1]), float(size[2])), (x, y, z), footing, missing)


def _area(points: Float64, corners: Int64, axis: int) -> float:
    """Of the triangles as they are seen along the axis."""
    u, v = (points[:, each][corners] for each in range(3) if each != axis)
    cross = (u[:, 1] - u[:, 0]) * (v[:, 2] - v[:, 0]) - (u[:, 2] - u[:, 0]) * (v[:, 1] - v[:, 0])
    return float(np.abs(cross).sum() / 2)
