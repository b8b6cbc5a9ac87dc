"""The "low poly" style: a mesh -> here -> few flat triangles of the same shape.

Vertices of a connected surface that lie in the same cell of a grid become one. The grid is the surface's own, with so
many cells along each axis, and what becomes of the surface is as large as it was: so legs keep their thickness.
"""

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float64
from renderer.samples.mesh import Mesh

TRIANGLES_PER_CELL, FEWEST_CELLS, MOST_CELLS = 40, 4, 9
"""A surface has as many cells along an axis as the square root of its triangles by the first, between the others."""

LEAST_AREA = 0.8
"""As a share: of thin bent things, such as sails, both sides fall into one cell here and there. What would lose more
keeps its vertices."""

Ints = npt.NDArray[np.int64]


def faceted(mesh: Mesh) -> Mesh:
    """Closed where the mesh is. Each triangle has vertices and a normal of its own."""
    spots, spot_of = np.unique(mesh.positions.round(6), axis=0, return_inverse=True)
    corners = spot_of.ravel()[mesh.triangles.astype(np.int64)]
    surface = _surfaces(len(spots), corners)
    cells = np.column_stack([surface, _grid_places(spots, corners, surface)])
    used, cell_of = np.unique(cells, axis=0, return_inverse=True)
    merged = cell_of.ravel()[corners]
    counts = np.bincount(cell_of.ravel())
    middles = np.column_stack([np.bincount(cell_of.ravel(), spots[:, axis]) / counts for axis in range(3)])
    (low, size), (new_low, new_size) = _boxes(spots, surface), _boxes(middles, used[:, 0])
    stretch = size / np.maximum(new_size, 1e-9)
    places = low[used[:, 0]] + (middles - new_low[used[:, 0]]) * stretch[used[:, 0]]

    owner = surface[corners[:, 0]]
    kept = _without_doubles(merged)
    before, after = _areas(spots[corners], owner), _areas(places[merged] * kept[:, None, None], owner)
    spared = (after < LEAST_AREA * before)[owner]
    points = np.concatenate([places[merged[kept & ~spared]], spots[corners[spared]]])
    sources = np.concatenate([np.flatnonzero(kept & ~spared), np.flatnonzero(spared)])
    normals = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    flat = lengths > 1e-12  # the three places lie in a line: what is left is closed without it
    normals = np.repeat(normals[flat] / lengths[flat, None], 3, axis=0)
    uvs = mesh.uvs[mesh.triangles[sources[flat]].ravel()]
    return Mesh(points[flat].reshape(-1, 3), normals, uvs, np.arange(len(normals), dtype=np.uint32).reshape(-1, 3))


def _areas(corners: Float64, owner: Ints) -> Float64:
    """Twice the area of each surface; `owner` are the triangles' surfaces."""
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.bincount(owner, np.linalg.norm(across, axis=1)).astype(np.float64)


def _grid_places(spots: Float64, corners: Ints, surface: Ints) -> Ints:
    """Of each spot its three places in the grid of its surface."""
    low, size = _boxes(spots, surface)
    triangles = np.bincount(surface[corners[:, 0]], minlength=len(low))
    along = np.clip(np.sqrt(triangles / TRIANGLES_PER_CELL), FEWEST_CELLS, MOST_CELLS).round()[surface, None]
    shares = (spots - low[surface]) / np.maximum(size[surface], 1e-9)
    places: Ints = np.minimum(shares * along, along - 1).astype(np.int64)
    return places


def _boxes(points: Float64, surface: Ints) -> tuple[Float64, Float64]:
    """The lowest corner and the size of each surface, (n, 3)."""
    order = np.argsort(surface, kind="stable")
    starts = np.flatnonzero(np.diff(surface[order], prepend=-1))
    low = np.minimum.reduceat(points[order], starts)
    return low, np.maximum.reduceat(points[order], starts) - low


def _surfaces(count: int, corners: Ints) -> Ints:
    """The number of the connected surface that each spot is of."""
    labels = np.arange(count)
    while True:
        least = labels[corners].min(axis=1)
        found = labels.copy()
        for column in corners.T:
            np.minimum.at(found, column, least)
        found = found[found]  # follow the labels' own labels: so few rounds are needed
        if np.array_equal(found, labels):
            return np.unique(labels, return_inverse=True)[1].ravel()
        labels = found


def _without_doubles(triangles: Ints) -> npt.NDArray[np.bool_]:
    """Which to keep: of those with the same three corners one where their number is odd, else none."""
    ordered = np.sort(triangles, axis=1)
    proper = (ordered[:, 0] != ordered[:, 1]) & (ordered[:, 1] != ordered[:, 2])
    _, first, counts = np.unique(ordered, axis=0, return_index=True, return_counts=True)
    single = np.zeros(len(triangles), bool)
    single[first[counts % 2 == 1]] = True
    kept: npt.NDArray[np.bool_] = proper & single
    return kept
