"""Flat normals, for triangles that come without (glTF 2.0, section 3.7.2.1: clients must compute flat ones), and what
others are made of."""

import numpy as np

from renderer.arrays import Bools, Float32, Float64, UInt32


def flat_normals(corners: Float32) -> Float32:
    """One normal per corner of unshared triangles: (3t, 3) positions in, unit normals out; counter-clockwise is front.

    A triangle without area gets +Y.
    """
    triangle = corners.reshape(-1, 3, 3).astype(np.float64)
    normals = np.cross(triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0])
    return np.repeat(unit(normals), 3, axis=0)


def without_gaps(normals: Float32, positions: Float32, indices: UInt32) -> Float32:
    """Unit normals for the vertices (n, 3) of a triangle list. Those of no length become the mean of the triangles
    around them, weighted by area; or +Y where these have none either."""
    lost: Bools = ~np.any(normals, axis=1)
    corners = indices.reshape(-1, 3)
    corners = corners[lost[corners].any(axis=1)]
    around = positions[corners].astype(np.float64)
    outward = np.cross(around[:, 1] - around[:, 0], around[:, 2] - around[:, 0])
    mean = np.zeros(normals.shape)
    for axis in range(3):
        mean[:, axis] = np.bincount(corners.ravel(), np.repeat(outward[:, axis], 3), len(normals))
    return unit(np.where(lost[:, None], unit(mean, (0.0, 1.0, 0.0)), normals))


def unit(vectors: Float32 | Float64, fallback: tuple[float, float, float] = (0.0, 1.0, 0.0)) -> Float32:
    """Rows scaled to length 1, as float32; rows without a length become `fallback`."""
    wide = vectors.astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    short = ~(length > 0)
    length[short] = 1.0
    result: Float32 = (wide / length[:, None]).astype(np.float32)
    result[short] = fallback
    return result


def angles_at(corners: Float64, k: int) -> Float64:
    """The angle, in radians, of triangles (t, 3, 3) at their corner `k`."""
    one, two = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
    dot = np.einsum("ij,ij->i", one, two)
    angles: Float64 = np.arctan2(np.linalg.norm(np.cross(one, two), axis=1), dot)
    return angles
