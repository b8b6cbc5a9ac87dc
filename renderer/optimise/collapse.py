"""A surface and how many triangles may be left -> here -> the triangles that are.

Edges are collapsed by meshoptimizer in the order of the error that this causes to the whole model (quadrics of the
positions and of the attributes: Garland and Heckbert 1997, Hoppe 1999). Each vertex that is left is one of the file's.
"""

import almeshopt
import numpy as np

from renderer.arrays import Bools, Float32, Int64, UInt8, UInt32
from renderer.checkpoints import checkpoint
from renderer.optimise.surface import Surface

COLLAPSED = "edge collapse"
PRUNED = "edge collapse without the smallest pieces"
LARGEST = "edge collapse, then the largest triangles"
"""The methods by which a target was reached."""

_ANY_ERROR = 1e9  # of the model's longest side: the number of triangles alone decides
_KEPT_CORNERS = 4
"""Of a piece that would vanish: they leave it a triangle, or a body of at most four."""

_SPECK, _BODY = 0.01, 0.02
"""Of the model's longest side: pieces below the first, ten pixels of a video's picture, may vanish, and bodies below
the second may become flat. To keep all of both cost a fighter jet of 493 pieces, at a tenth of its triangles, 40 % more
FLIP."""

_PIECES_SHARE = 0.5
"""Of the triangles, at most, for such pieces: of the others not much would be left otherwise."""


def collapsed(surface: Surface, most: int) -> tuple[UInt32, str]:
    """Of `surface`, triangles of which at most `most` are drawn, rows (k, 3) of vertices; and the method.

    Pieces that hang together by nothing stay where they can be seen, the largest first where there are too many. Edges
    whose collapse would tear the surface stay; where these alone are too many, the smallest pieces go after all, and
    then triangles. There are none only where the one that is drawn least is drawn more than `most` times.
    """
    flags = surface.shared.astype(np.uint8) * np.uint8(almeshopt.SIMPLIFY_VERTEX_PROTECT)
    free = _at_most(surface, flags, most)
    pieces = _pieces(surface)
    lost = _lost(surface, pieces, free)
    if len(lost):
        kept = flags.copy()
        kept[_corners(surface, pieces, _affordable(surface, pieces, lost, most * _PIECES_SHARE))] |= np.uint8(
            almeshopt.SIMPLIFY_VERTEX_LOCK
        )
        found = _at_most(surface, kept, most)
        if 0 < surface.count(found) <= most:
            return found, COLLAPSED
    if 0 < surface.count(free) <= most:
        return free, COLLAPSED
    pruned = _at_most(surface, flags, most, almeshopt.SIMPLIFY_PRUNE)
    if 0 < surface.count(pruned) <= most:
        return pruned, PRUNED
    return _largest(surface, free if len(free) else surface.triangles, most), LARGEST


def _at_most(surface: Surface, flags: UInt8, most: int, options: int = 0) -> UInt32:
    """Triangles of which `most` are drawn, or as many more as can't be collapsed."""
    found = _simplified(surface, flags, most, options)
    if (surface.drawn == 1).all():
        return found
    low, high = 0, most  # of triangles in the file: more of them are drawn
    while high - low > 1 and surface.count(found) != most:
        middle = (low + high) // 2
        tried = _simplified(surface, flags, middle, options)
        low, high = (low, middle) if surface.count(tried) > most else (middle, high)
        if surface.count(tried) <= most or surface.count(tried) < surface.count(found):
            found = tried
    return found


def _simplified(surface: Surface, flags: UInt8, count: int, options: int) -> UInt32:
    checkpoint()
    weights = np.ones(surface.attributes.shape[1], np.float32)
    indices, _ = almeshopt.simplify_with_attributes(
        surface.triangles.reshape(-1), surface.positions, surface.attributes, weights, 3 * count, _ANY_ERROR, flags,
        almeshopt.SIMPLIFY_PERMISSIVE | options,
    )
    triangles: UInt32 = indices.reshape(-1, 3)
    owners = surface.owner[triangles]
    whole: Bools = (owners == owners[:, :1]).all(axis=1)
    if not whole.all():  # can't be drawn with one material; flags keep parts apart
        raise RuntimeError(f"{int((~whole).sum())} triangles have corners in several parts")
    return triangles


def _pieces(surface: Surface) -> Int64:
    """For each vertex the number of the piece that it is in: what triangles with corners in one place make up."""
    corners = surface.places[surface.triangles]
    first, second = corners[:, [0, 1]].reshape(-1), corners[:, [1, 2]].reshape(-1)
    labels: Int64 = np.arange(int(surface.places.max(initial=0)) + 1)
    while len(first):  # of two pieces with an edge between them, one takes the number of the other
        one, other = labels[first], labels[second]
        np.minimum.at(labels, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(labels, nearer := labels[labels]):
            labels = nearer
        apart = labels[first] != labels[second]
        first, second = first[apart], second[apart]
    return labels[surface.places]


def _lost(surface: Surface, pieces: Int64, after: UInt32) -> Int64:
    """The pieces that can be seen and that the triangles `after` don't have, or no longer as bodies."""
    count = int(pieces.max()) + 1
    had, has = (np.bincount(pieces[each[:, 0]], minlength=count) for each in (surface.triangles, after))
    used = np.unique(surface.triangles)
    high = np.full((count, 3), -np.inf)
    low = -high
    np.maximum.at(high, pieces[used], surface.positions[used])
    np.minimum.at(low, pieces[used], surface.positions[used])
    sizes = (high - low).max(axis=1)  # none, and so less than any, of what has no triangles
    least = np.select([sizes >= _BODY, sizes >= _SPECK], [np.minimum(had, 4), np.minimum(had, 1)])
    return np.flatnonzero(has < least)


def _affordable(surface: Surface, pieces: Int64, among: Int64, most: float) -> Int64:
    """Those of the pieces `among` that have the largest surface, of which at most `most` triangles may be left, but at
    least one of them."""
    owner, count = pieces[surface.triangles[:, 0]], int(pieces.max()) + 1
    drawn = surface.drawn[surface.owner[surface.triangles[:, 0]]]
    sizes = np.bincount(owner, _areas(surface, surface.triangles) * drawn, minlength=count)[among]
    triangles = np.bincount(owner, minlength=count)[among]
    times = np.bincount(owner, drawn, minlength=count)[among] / triangles
    order = np.argsort(-sizes, kind="stable")
    costs = np.cumsum((np.minimum(triangles, _KEPT_CORNERS) * times)[order])
    return among[order[: max(1, int(np.searchsorted(costs, most, side="right")))]]


def _corners(surface: Surface, pieces: Int64, wanted: Int64) -> Int64:
    """The vertices of the pieces `wanted` that lie furthest from each other, in _KEPT_CORNERS places of each."""
    used = np.unique(surface.triangles)
    rows = used[np.isin(pieces[used], wanted)]
    kinds, piece = np.unique(pieces[rows], return_inverse=True)
    points = surface.positions[rows].astype(np.float64)
    sums = np.stack([np.bincount(piece, axis) for axis in points.T], axis=1)
    distance = np.linalg.norm(points - (sums / np.bincount(piece)[:, None])[piece], axis=1)
    chosen = np.zeros(len(rows), bool)
    for number in range(_KEPT_CORNERS):  # the first is far from the middle, the others from those before
        order = np.lexsort((distance, piece))
        furthest = order[np.searchsorted(piece[order], np.arange(len(kinds)), side="right") - 1]
        chosen |= np.isin(surface.places[rows], surface.places[rows[furthest]])
        gaps = np.linalg.norm(points - points[furthest[piece]], axis=1)
        distance = np.minimum(distance, gaps) if number else gaps
    return rows[chosen].astype(np.int64)


def _largest(surface: Surface, triangles: UInt32, most: int) -> UInt32:
    """Of the triangles those with the largest areas, of which at most `most` are drawn, in the same order."""
    drawn = surface.drawn[surface.owner[triangles[:, 0]]]
    order = np.argsort(-_areas(surface, triangles), kind="stable")
    order = order[drawn[order] <= most]
    return triangles[np.sort(order[np.cumsum(drawn[order]) <= most])]


def _areas(surface: Surface, triangles: UInt32) -> Float32:
    corners = surface.positions[triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas: Float32 = np.linalg.norm(cross, axis=1) / 2
    return areas
