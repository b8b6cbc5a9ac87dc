"""Faces of any number of corners as triangles: a fan where the polygon is convex, ear clipping where it isn't."""

import mapbox_earcut
import numpy as np

from renderer.arrays import Bools, Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.errors import ModelTooLarge
from renderer.load import limits

_BATCH_CORNERS = 1_000_000
_STRAIGHT = 1e-10
"""A corner counts as concave beyond this share of the polygon's squared area; less is a rounding error."""
_SHIFTED_FAN = np.array([[1, 2, 3], [1, 3, 0]])
_POLYGON_WORK = 2_000
"""What clipping a polygon costs besides its corners, in units of limits.CONCAVE_WORK."""


def triangulate(points: Float64, vertices: Int64, sizes: Int64) -> tuple[Int64, Int64]:
    """The triangles (t, 3), as indices of corners, and the face that each is of, rising.

    `points` (n, 3) are the vertices' positions, `vertices` (c,) the vertex of each corner, `sizes` (f,) the number of
    corners, at least 3, of each face. A face of n corners gives n - 2 triangles with its own winding, fewer only where
    it crosses itself. Raises ModelTooLarge where concave polygons would take too long.
    """
    offsets = np.cumsum(sizes) - sizes
    triangles: list[Int64] = []
    owners: list[Int64] = []
    work = 0
    for size in np.unique(sizes):
        faces = np.flatnonzero(sizes == size)
        fan = np.stack([np.zeros(size - 2, np.int64), np.arange(1, size - 1), np.arange(2, size)], axis=1)
        for batch in np.array_split(faces, -(-len(faces) * int(size) // _BATCH_CORNERS)):
            checkpoint()
            first = offsets[batch]
            corners = (first[:, None, None] + fan).reshape(-1, 3)
            owner = np.repeat(batch, size - 2)
            if size > 3:
                polygons = points[vertices[first[:, None] + np.arange(size)]]
                inward = _inward(polygons)
                if size == 4:  # a fan from the concave corner
                    shifted = np.repeat(inward[:, 1] | inward[:, 3], 2)
                    corners[shifted] = (first[:, None, None] + _SHIFTED_FAN).reshape(-1, 3)[shifted]
                else:
                    concave = np.flatnonzero(inward.any(axis=1))
                    work += len(concave) * (int(size) ** 2 + _POLYGON_WORK)
                    if work > limits.CONCAVE_WORK:
                        raise ModelTooLarge("the model has too many concave polygons: triangulate them before upload")
                    corners, owner = _clip(corners, owner, polygons[concave], batch[concave], first[concave])
            triangles.append(corners)
            owners.append(owner)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(triangles)[order], owner[order]


def _area_vectors(polygons: Float64) -> Float64:
    """Newell's normals of polygons (p, n, 3): exact for planar ones, their best mean for others."""
    around = polygons - polygons[:, :1]
    vectors: Float64 = np.cross(around, np.roll(around, -1, axis=1)).sum(axis=1)
    return vectors


def _inward(polygons: Float64) -> Bools:
    """Which corners of polygons (p, n, 3) are concave."""
    after = np.roll(polygons, -1, axis=1) - polygons
    before = np.roll(after, 1, axis=1)
    area = _area_vectors(polygons)
    turns = np.einsum("pni,pi->pn", np.cross(before, after), area)
    inward: Bools = turns < -_STRAIGHT * np.einsum("pi,pi->p", area, area)[:, None]
    return inward


def _clip(
    corners: Int64, owner: Int64, polygons: Float64, faces: Int64, first: Int64
) -> tuple[Int64, Int64]:
    """`corners` and `owner`, in which the triangles of the concave `polygons`, of `faces`, come from ear clipping."""
    if not len(faces):
        return corners, owner
    ring = np.array([polygons.shape[1]], np.uint32)
    flat = _flattened(polygons)
    ears = [mapbox_earcut.triangulate_float64(polygon, ring).astype(np.int64) for polygon in flat]
    clipped = np.concatenate([start + ear for start, ear in zip(first, ears, strict=True)]).reshape(-1, 3)
    others = ~np.isin(owner, faces)
    return (
        np.concatenate((corners[others], clipped)),
        np.concatenate((owner[others], np.repeat(faces, [len(ear) // 3 for ear in ears]))),
    )


def _flattened(polygons: Float64) -> Float64:
    """(p, n, 2): polygons (p, n, 3) without the axis that each faces most, seen so that all are counter-clockwise, as
    the triangles are that earcut gives."""
    area = _area_vectors(polygons)
    axis = np.argmax(np.abs(area), axis=1)
    up = np.take_along_axis(area, axis[:, None], axis=1) > 0
    kept = np.where(up, (axis[:, None] + (1, 2)) % 3, (axis[:, None] + (2, 1)) % 3)
    flat: Float64 = np.take_along_axis(polygons - polygons[:, :1], kept[:, None, :], axis=2)
    return flat
