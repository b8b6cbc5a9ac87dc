"""Densities on a grid -> here -> a closed surface with normals."""

import dataclasses

import numpy as np

from renderer.arrays import Float32, Float64, Int64
from renderer.errors import EngineRejected

THRESHOLD = 25.0
"""Density at the surface, as TripoSR's authors chose it."""

SPECK = 0.01
"""Of the triangles of the largest part: smaller parts are noise in the air."""


@dataclasses.dataclass(frozen=True, slots=True)
class Surface:
    """`points` (n, 3) are from -1 to 1 in the cube, `normals` (n, 3) point outwards, `triangles` (m, 3) are
    counter-clockwise seen from outside."""

    points: Float64
    normals: Float64
    triangles: Int64


def find_surface(densities: Float32) -> Surface:
    """Closed also where it meets the cube's sides. Raises EngineRejected where there is none."""
    import mcubes

    side = len(densities)
    corners, triangles = mcubes.marching_cubes(np.pad(densities, 1), THRESHOLD)
    triangles = triangles.astype(np.int64)
    if not len(triangles):
        raise EngineRejected("TripoSR sees no object in the picture: send one object, whole, on a plain background")
    points = (corners - 1) * (2 / (side - 1)) - 1
    points, triangles = _without_specks(np.asarray(points, np.float64), triangles)
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    if np.einsum("ij,ij->", a, np.cross(b, c)) < 0:  # six times the volume
        triangles = triangles[:, ::-1]
    return Surface(points, _normals(points, triangles), triangles)


def _without_specks(points: Float64, triangles: Int64) -> tuple[Float64, Int64]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = triangles[:, [1, 2]].reshape(-1), triangles[:, [0, 1]].reshape(-1)
    linked = coo_array((np.ones(len(ends[0]), bool), ends), shape=(len(points), len(points)))
    part = connected_components(linked, directed=False)[1][triangles[:, 0]]
    sizes = np.bincount(part)
    kept = triangles[(sizes >= SPECK * sizes.max())[part]]
    used, numbered = np.unique(kept, return_inverse=True)
    return points[used], numbered.reshape(-1, 3)


def _normals(points: Float64, triangles: Int64) -> Float64:
    """Of the triangles around each point, weighted by their areas."""
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    sums = np.zeros_like(points)
    for corner in range(3):
        np.add.at(sums, triangles[:, corner], faces)
    lengths = np.linalg.norm(sums, axis=-1, keepdims=True)
    return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), [0.0, 1.0, 0.0])
