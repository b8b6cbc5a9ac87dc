"""How far points are from a surface of triangles: what the check of a training set measures with."""

import numpy as np

from renderer.arrays import Float32, Float64, Int64

_MOST_CELLS = 64
"""Cells of the grid along each axis, at most; fewer where a cell would be smaller than the reach."""


class TriangleGrid:
    """A grid over space; each cell lists the triangles within `reach` of it."""

    def __init__(self, corners: Float32, reach: float) -> None:
        """`corners` are (n, 3, 3): [triangle, corner, axis]."""
        self._corners = corners.astype(np.float64)
        self._reach = reach
        self._low = self._corners.min(axis=(0, 1)) - reach
        extent = float((self._corners.max(axis=(0, 1)) + reach - self._low).max())
        self._cells = int(np.clip(extent / reach, 1, _MOST_CELLS))
        self._cell = extent / self._cells * (1 + 1e-9)
        first = self._place(self._corners.min(axis=1) - reach)
        counts = self._place(self._corners.max(axis=1) + reach) - first + 1
        owners = np.repeat(np.arange(len(corners)), counts.prod(axis=1))
        ranks = np.arange(len(owners)) - np.repeat(counts.prod(axis=1).cumsum() - counts.prod(axis=1),
                                                   counts.prod(axis=1))
        across = counts[owners]
        steps = np.stack([ranks // (across[:, 1] * across[:, 2]), ranks // across[:, 2] % across[:, 1],
                          ranks % across[:, 2]], axis=1)
        cells = self._flat(first[owners] + steps)
        order = np.argsort(cells, kind="stable")
        self._owners, self._sorted = owners[order], cells[order]

    def nearest(self, points: Float64) -> tuple[Float64, Int64]:
        """For each of `points` (n, 3), the distance to the surface and the triangle there.

        The distance is infinite, and the triangle -1, where no triangle is within reach.
        """
        places = (points - self._low) / self._cell
        within = ((places >= 0) & (places < self._cells)).all(axis=1)
        cells = np.where(within, self._flat(self._place(points)), -1)
        start, stop = np.searchsorted(self._sorted, cells), np.searchsorted(self._sorted, cells, side="right")
        asking = np.repeat(np.arange(len(points)), stop - start)
        ranks = np.arange(len(asking)) - np.repeat((stop - start).cumsum() - (stop - start), stop - start)
        triangles = self._owners[start[asking] + ranks]
        distances = _distances(points[asking], self._corners[triangles])
        order = np.lexsort((-distances, asking))  # of each point, the nearest comes last and overwrites the others
        best, which = np.full(len(points), np.inf), np.full(len(points), -1)
        best[asking[order]], which[asking[order]] = distances[order], triangles[order]
        far = best > self._reach
        best[far], which[far] = np.inf, -1
        return best, which

    def _place(self, points: Float64) -> Int64:
        places: Int64 = np.clip((points - self._low) / self._cell, 0, self._cells - 1).astype(np.int64)
        return places

    def _flat(self, places: Int64) -> Int64:
        cells: Int64 = (places[:, 0] * self._cells + places[:, 1]) * self._cells + places[:, 2]
        return cells


def _distances(points: Float64, corners: Float64) -> Float64:
    """From each point (n, 3) to its own triangle (n, 3, 3): to its plane where the point lies above the inside, else to
    its nearest edge."""
    edges = np.roll(corners, -1, axis=1) - corners
    normals = np.cross(edges[:, 0], edges[:, 1])
    lengths = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(lengths, 1e-300)[:, None]
    offsets = points[:, None] - corners
    inner = np.einsum("nij,nj->ni", np.cross(edges, offsets), normals)
    inside = (inner >= 0).all(axis=1) & (lengths > 0)
    to_plane = np.abs(np.einsum("nj,nj->n", offsets[:, 0], normals))
    along = np.einsum("nij,nij->ni", offsets, edges) / np.maximum(np.einsum("nij,nij->ni", edges, edges), 1e-300)
    from_edges = offsets - along.clip(0, 1)[..., None] * edges
    to_edges = np.linalg.norm(from_edges, axis=2).min(axis=1)
    result: Float64 = np.where(inside, to_plane, to_edges)
    return result
