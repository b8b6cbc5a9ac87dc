"""Normals for corners that come without: smooth within a smoothing group, flat where smoothing is off.

Scans rarely have normals and never mean to be faceted, so a file that doesn't mention smoothing is smooth all over.
"""

import numpy as np

from renderer.arrays import Bools, Float32, Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.load.normals import unit

FLAT = -1
"""The smoothing group of faces under `s off`."""

_BATCH = 500_000


def missing_normals(
    points: Float64, vertices: Int64, faces: Int64, groups: Int64, triangles: Int64, lacking: Bools
) -> tuple[Int64, Float32]:
    """For every corner the row of its normal, -1 for corners that aren't `lacking` one, and the unit normals (k, 3).

    `vertices`, `faces` and `groups` (c,) say for each corner its vertex in `points`, its face and its smoothing group;
    `triangles` (t, 3) are corners. A smooth normal is the mean of its triangles' normals weighted by their angles at
    the vertex (Thürmer and Wüthrich, "Computing vertex normals from polygonal facets", 1998), which doesn't depend on
    how polygons were cut into triangles.
    """
    chosen = np.flatnonzero(lacking)
    flat = groups[chosen] == FLAT
    keys = (np.where(flat, faces[chosen], vertices[chosen]), groups[chosen] - FLAT)
    rows = np.full(len(vertices), -1, np.int64)
    rows[chosen] = np.unique(packed(keys), return_inverse=True)[1]
    count = int(rows.max(initial=-1)) + 1

    sums = np.zeros((count, 3))
    for start in range(0, len(triangles), _BATCH):
        checkpoint()
        batch = triangles[start : start + _BATCH]
        batch = batch[lacking[batch].any(axis=1)]
        corners = points[vertices[batch]]
        normals = unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), (0.0, 0.0, 0.0))
        for k in range(3):
            row = rows[batch[:, k]]
            used = row >= 0
            weighted = normals[used] * _angles(corners[used], k)[:, None]
            for axis in range(3):
                sums[:, axis] += np.bincount(row[used], weighted[:, axis], count)
    return rows, unit(sums)


def packed(columns: tuple[Int64, ...]) -> Int64:
    """One number for each row of the columns, which hold no negative numbers: equal for equal rows, and in the order of
    the rows."""
    key = columns[0]
    for column in columns[1:]:
        span = int(column.max(initial=0)) + 1
        if (int(key.max(initial=0)) + 1) * span > np.iinfo(np.int64).max:
            key = np.unique(key, return_inverse=True)[1]
        key = key * span + column
    return key


def _angles(corners: Float64, k: int) -> Float64:
    """The angle, in radians, of triangles (t, 3, 3) at their corner `k`."""
    one, two = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
    dot = np.einsum("ij,ij->i", one, two)
    angles: Float64 = np.arctan2(np.linalg.norm(np.cross(one, two), axis=1), dot)
    return angles
