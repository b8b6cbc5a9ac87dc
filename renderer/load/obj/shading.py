"""Normals for corners that come without: smooth within a smoothing group, flat where smoothing is off.

Scans rarely have normals and never mean to be faceted, so a file that doesn't mention smoothing is smooth all over.
"""

import numpy as np

from renderer.arrays import Bools, Float32, Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.load.normals import angles_at, unit
from renderer.load.rows import packed

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
            weighted = normals[used] * angles_at(corners[used], k)[:, None]
            for axis in range(3):
                sums[:, axis] += np.bincount(row[used], weighted[:, axis], count)
    return rows, unit(sums)
