"""Normals for triangles that come without: smooth over gentle edges, with a crease at sharp ones."""

import numpy as np

from renderer.arrays import Float32, Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.load.normals import angles_at, unit


def creased_normals(points: Float64, triangles: Int64, most_degrees: float) -> tuple[Int64, Float32]:
    """For every corner of the triangles (t, 3) the row of its normal, (3t,), and the unit normals (k, 3).

    Corners of one row are at the same point. They share their normal where a chain of triangles around that point leads
    from one to the other over edges that turn by `most_degrees` at most; it is the mean of those triangles' normals,
    weighted by their angles there (Thürmer and Wüthrich, "Computing vertex normals from polygonal facets", 1998). An
    edge of one triangle, or of more than two, is a crease. The triangles have areas.
    """
    corners = points[triangles]
    outward: Float64 = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = unit(outward).astype(np.float64)
    checkpoint()
    rows = _joined(3 * len(triangles), *_smooth_edges(triangles, normals, most_degrees))
    checkpoint()
    weights = np.stack([angles_at(corners, k) for k in range(3)], axis=1).ravel()
    owners = np.repeat(np.arange(len(triangles)), 3)
    count = int(rows.max()) + 1
    sums = np.stack([np.bincount(rows, normals[owners, axis] * weights, count) for axis in range(3)], axis=1)
    return rows, unit(sums.astype(np.float64))


def _smooth_edges(triangles: Int64, normals: Float64, most_degrees: float) -> tuple[Int64, Int64]:
    """Pairs of corners, (p,) and (p,), that lie at the same end of an edge which is no crease."""
    begins, ends = triangles, np.roll(triangles, -1, axis=1)
    low, high = np.minimum(begins, ends).ravel(), np.maximum(begins, ends).ravel()
    keys = low * (int(high.max()) + 1) + high
    order = np.argsort(keys, kind="stable")
    checkpoint()
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    firsts = starts[np.diff(starts, append=len(order)) == 2]
    one, two = order[firsts], order[firsts + 1]  # edges, by the corner that each begins with
    bends = np.einsum("ij,ij->i", normals[one // 3], normals[two // 3])
    smooth = bends >= np.cos(np.radians(most_degrees))
    one, two = one[smooth], two[smooth]
    vertices = triangles.ravel()
    after_one, after_two = _next(one), _next(two)
    opposite = vertices[one] == vertices[after_two]
    at_begin, at_end = np.where(opposite, after_two, two), np.where(opposite, two, after_two)
    return np.concatenate((one, after_one)), np.concatenate((at_begin, at_end))


def _next(corners: Int64) -> Int64:
    """The corner after each, around its triangle."""
    following: Int64 = np.where(corners % 3 == 2, corners - 2, corners + 1)
    return following


def _joined(count: int, one: Int64, two: Int64) -> Int64:
    """(count,): numbers from 0 of the groups in which the pairs join them."""
    labels = np.arange(count)
    while True:
        checkpoint()
        least = np.minimum(labels[one], labels[two])
        before = labels.copy()
        np.minimum.at(labels, labels[one], least)
        np.minimum.at(labels, labels[two], least)
        while (shorter := labels[labels]).sum() != labels.sum():
            labels = shorter
        if (labels == before).all():
            return np.unique(labels, return_inverse=True)[1].astype(np.int64)
