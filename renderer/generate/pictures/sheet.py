"""A mask -> here -> its area in triangles, with smooth outlines: what models are raised from.

A lattice of equilateral triangles is laid over the mask, and cut where the mask is 1/2. Vertices near to the outline
are moved onto it first, so that no triangle becomes a sliver (as "isosurface stuffing" does in space: Labelle and
Shewchuk, 2007).
"""

import dataclasses

import numpy as np

from renderer.arrays import Bools, Float32, Float64, Int64
from renderer.generate.pictures.filters import blur, merged, sampled

MOVED = 0.35
"""Of a side of the lattice, by which vertices move to the outline: angles of discs, bars and animals stay above 15
degrees; with 0.25 some have 11."""

SCRAP = 0.01
"""Of the sheet's area, below which a part that narrow places have cut off is left out."""

_SMOOTHED = 1.0
"""Pixels, of a Gaussian: an outline of hard pixels is a staircase."""

_BISECTIONS = 12
"""Of a side of some pixels: to a hundredth of a pixel, so that outlines show no steps."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """`points` (n, 2) are in the mask's pixels, x to the right and y down; `triangles` (m, 3) turn from x to y.

    Where two triangles meet in a side, one of its ends at least lies inside.
    """

    points: Float64
    triangles: Int64

    def sides(self) -> tuple[Int64, Int64]:
        """The sides (k, 2), each once, lower vertex first, and those of each triangle (m, 3): 01, 12, 20."""
        return _sides(self.triangles)

    def areas(self) -> Float64:
        """(m,) In square pixels."""
        a, b, c = (self.points[self.triangles[:, corner]] for corner in range(3))
        areas: Float64 = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
        return areas

    def outline(self) -> Int64:
        """The sides (k, 2) of one triangle only, turning as that does: around the area, and against it around holes."""
        directed = _directed(self.triangles)
        sides, of_triangles = self.sides()
        outer: Int64 = directed[np.bincount(of_triangles.ravel(), minlength=len(sides))[of_triangles.ravel()] == 1]
        return outer

    def on_outline(self) -> Bools:
        """(n,) Which of the points lie on the outline."""
        found = np.zeros(len(self.points), bool)
        found[self.outline()] = True
        return found

    def split(self, chosen: Bools, shares: Float64) -> tuple["Sheet", Int64]:
        """With a new point on each of the `chosen` (k,) sides, at `shares` (k,) of the way from its lower vertex, and
        the sides' numbers by the new points, which follow the old ones."""
        sides, of_triangles = self.sides()
        new = np.where(chosen, len(self.points) + np.cumsum(chosen) - 1, -1)
        ends = self.points[sides[chosen]]
        added = ends[:, 0] + shares[chosen, None] * (ends[:, 1] - ends[:, 0])
        pieces = []
        for triangles, middles in _turned(self.triangles, new[of_triangles]):
            (a, b, c), (ab, bc, ca) = triangles.T, middles.T
            match int((middles[:1] >= 0).sum()):
                case 1:
                    pieces += [(a, ab, c), (ab, b, c)]
                case 2:
                    pieces += [(ab, b, bc), (a, ab, bc), (a, bc, c)]
                case 3:
                    pieces += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
                case _:
                    pieces += [(a, b, c)]
        triangles = np.concatenate([np.stack(piece, axis=1) for piece in pieces])
        return Sheet(np.concatenate([self.points, added]), triangles), np.flatnonzero(chosen)


def triangulated(mask: Float32, spacing: float) -> Sheet:
    """The area where a mask (h, w) is over 1/2, in triangles with sides of about `spacing` pixels.

    Parts narrower than that may be lost; so the sheet may be empty. An area that the border cuts ends there.
    """
    rows, columns = np.flatnonzero((mask > 0).any(axis=1)), np.flatnonzero((mask > 0).any(axis=0))
    if not len(rows):
        return Sheet(np.empty((0, 2)), np.empty((0, 3), np.int64))
    margin = int(np.ceil(3 * _SMOOTHED)) + 1
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    smooth = blur(np.pad(box, margin), _SMOOTHED)
    height, width = (size / step for size, step in zip(smooth.shape, (spacing * np.sqrt(0.75), spacing), strict=True))
    points, triangles = _lattice(int(np.ceil(height)) + 1, int(np.ceil(width)) + 2, spacing)
    points -= spacing / 2

    def value(at: Float64) -> Float64:
        return sampled(smooth, at[..., 0], at[..., 1]) - 0.5

    values = value(points)
    values[values == 0] = -1e-9
    triangles = triangles[(values[triangles] > 0).any(axis=1)]
    sides, of_triangles = _sides(triangles)
    crossed = np.flatnonzero(np.prod(np.sign(values[sides]), axis=1) < 0)
    first, last = points[sides[crossed, 0]], points[sides[crossed, 1]]
    low, high = np.zeros(len(crossed)), np.ones(len(crossed))
    begins = values[sides[crossed, 0]] > 0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        same = (value(first + middle[:, None] * (last - first)) > 0) == begins
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    share = (low + high) / 2
    crossings = first + share[:, None] * (last - first)
    nearer = sides[crossed, (share > 0.5).astype(np.int64)]
    far = np.minimum(share, 1 - share)
    order = np.lexsort((crossed, far))
    order = order[far[order] < MOVED][::-1]  # of several crossings near to a vertex the nearest is written last
    points[nearer[order]] = crossings[order]
    values[nearer[order]] = 0
    on_side = np.full(len(sides), -1)
    on_side[crossed] = len(points) + np.arange(len(crossed))
    points = np.concatenate([points, crossings])
    kept = _cut(triangles, np.sign(values), on_side[of_triangles])
    flat = (np.append(values, np.zeros(len(crossed)))[kept] == 0).all(axis=1)
    kept = kept[~flat | (value(points[kept].mean(axis=1)) > 0)]
    used, kept = np.unique(kept, return_inverse=True)
    sheet = Sheet(points[used] - margin + [columns[0], rows[0]], kept.reshape(-1, 3))
    return _opened(_without_scraps(sheet)) if len(kept) else sheet


def _without_scraps(sheet: Sheet) -> Sheet:
    parts = merged(len(sheet.points), sheet.sides()[0])[sheet.triangles[:, 0]]
    areas = np.bincount(parts, sheet.areas())
    triangles = sheet.triangles[(areas >= SCRAP * areas.sum())[parts]]
    used, triangles = np.unique(triangles, return_inverse=True)
    return Sheet(sheet.points[used], triangles.reshape(-1, 3))


def _opened(sheet: Sheet) -> Sheet:
    """With points inside of all parts: on the sides that lead from outline to outline."""
    sides, of_triangles = sheet.sides()
    inner = np.bincount(of_triangles.ravel(), minlength=len(sides)) == 2
    across = inner & sheet.on_outline()[sides].all(axis=1)
    return sheet.split(across, np.full(len(sides), 0.5))[0]


def _lattice(rows: int, columns: int, spacing: float) -> tuple[Float64, Int64]:
    """Points (n, 2) of which every other row is shifted by half a side, and their triangles."""
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    points = np.stack([spacing * (column + row % 2 / 2), spacing * np.sqrt(0.75) * row], axis=-1).reshape(-1, 2)
    number = row * columns + column
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    even, odd = (slice(start, None, 2) for start in (0, 1))
    corners = [(a, b, c, even), (b, d, c, even), (a, d, c, odd), (a, b, d, odd)]
    triangles = np.concatenate([np.stack([each[rows] for each in three], axis=-1).reshape(-1, 3)
                                for *three, rows in corners])  # fmt: skip
    return points, triangles


def _cut(triangles: Int64, signs: Float64, crossings: Int64) -> Int64:
    """What of the triangles lies where the signs (n,) of their vertices are 1: those with 0 lie on the outline, and
    `crossings` (m, 3) are the points on the sides 01, 12, 20 between 1 and -1."""
    found = signs[triangles]
    whole = (found >= 0).all(axis=1)
    pieces = [triangles[whole]]
    for turn in range(3):
        corners, at = np.roll(triangles, -turn, axis=1), np.roll(crossings, -turn, axis=1)
        a, b, c = corners.T
        ab, _, ca = at.T
        one, two, three = np.roll(found, -turn, axis=1).T
        for condition, pieces_of in (
            ((one > 0) & (two < 0) & (three < 0), [(a, ab, ca)]),
            ((one < 0) & (two > 0) & (three > 0), [(ab, b, c), (ab, c, ca)]),
            ((one > 0) & (two == 0) & (three < 0), [(a, b, ca)]),
            ((one > 0) & (two < 0) & (three == 0), [(a, ab, c)]),
        ):
            pieces += [np.stack(piece, axis=1)[condition] for piece in pieces_of]
    return np.concatenate(pieces)


def _directed(triangles: Int64) -> Int64:
    return np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2)


def _sides(triangles: Int64) -> tuple[Int64, Int64]:
    directed = np.sort(_directed(triangles), axis=1)
    count = int(triangles.max(initial=0)) + 1
    keys, of_triangles = np.unique(directed[:, 0] * count + directed[:, 1], return_inverse=True)
    return np.stack([keys // count, keys % count], axis=1), of_triangles.reshape(-1, 3)


def _turned(triangles: Int64, middles: Int64) -> list[tuple[Int64, Int64]]:
    """The triangles with their sides' new points (m, 3; -1 for none) in groups of 0, 1, 2 and 3 new ones, turned so
    that these come first."""
    groups = []
    for pattern in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)):
        turns = 1 if len(set(pattern)) == 1 else 3
        found = [
            (np.roll(triangles, -turn, axis=1), np.roll(middles, -turn, axis=1)) for turn in range(turns)
        ]
        chosen = [((at >= 0) == np.array(pattern, bool)).all(axis=1) for _, at in found]
        corners = np.concatenate([each[where] for (each, _), where in zip(found, chosen, strict=True)])
        if len(corners):
            groups.append((corners, np.concatenate([at[where] for (_, at), where in zip(found, chosen, strict=True)])))
    return groups
