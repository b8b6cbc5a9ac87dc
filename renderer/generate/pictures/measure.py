"""A mask -> here -> the figures by which the way of making a model of it is chosen."""

import dataclasses

import numpy as np

from renderer.arrays import Float32, Float64, Int64
from renderer.generate.pictures.profile import Profile, read_profile
from renderer.generate.pictures.sheet import Sheet

LONG = 0.12
"""Of the object's size, from which on a stretch of outline that is straight counts as a straight border."""

_STRAIGHT = 0.008
"""Of the object's size, by which a straight stretch may bend."""

_PARALLEL = np.radians(8)
"""Between borders that count as parallel: perspective turns those of a flat thing by so much."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measurements:
    """`size` is the geometric mean of the width and height of the object's box, in pixels. Shares are from 0 to 1.

    `aspect`      the box's width by its height
    `resolved`    the area in triangles, as a share of the mask: less where parts are narrower than these
    `width`       twice the area by the length of the outline, by the size: of a band, how broad it is; of a disc, 0.5
    `holes`       how many
    `solidity`    the area, as a share of that of the convex hull
    `straight`    the share of the outline that is straight
    `directions`  how many directions have at least two straight borders
    `flipped`     the share of the object that its own image upside down covers
    `symmetry`, `compact`, `handled`    of its `Profile`
    """

    size: float
    aspect: float
    resolved: float
    width: float
    holes: int
    solidity: float
    straight: float
    directions: int
    flipped: float
    symmetry: float
    compact: float
    handled: float

    def to_json(self) -> dict[str, float | int]:
        return {name: round(value, 3) for name, value in dataclasses.asdict(self).items()}


def measure(mask: Float32, sheet: Sheet) -> tuple[Measurements, Profile]:
    """Of a mask (h, w) and the sheet of it; with its profile."""
    extent = np.ptp(sheet.points, axis=0)
    size = float(np.sqrt(extent.prod()))
    loops = _loops(sheet)
    lengths = [float(np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1).sum()) for loop in loops]
    area = float(sheet.areas().sum())
    borders = np.concatenate([_straight_borders(loop, _STRAIGHT * size, LONG * size) for loop in loops])
    profile = read_profile(mask)
    return Measurements(
        size=size,
        aspect=float(extent[0] / extent[1]),
        resolved=area / float(mask.sum()),
        width=2 * area / sum(lengths) / size,
        holes=sum(_area(loop) < 0 for loop in loops),
        solidity=area / _area(_hull(sheet.points)),
        straight=float(np.linalg.norm(borders, axis=1).sum()) / sum(lengths),
        directions=_directions(borders),
        flipped=_flipped(mask),
        symmetry=profile.symmetry,
        compact=profile.compact,
        handled=profile.handled,
    ), profile


def _flipped(mask: Float32) -> float:
    rows = np.flatnonzero((mask > 0.5).any(axis=1))
    object_rows = mask[rows[0] : rows[-1] + 1]
    return float(np.minimum(object_rows, object_rows[::-1]).sum() / object_rows.sum())


def _loops(sheet: Sheet) -> list[Float64]:
    """The closed outlines, each as its corners (k, 2) in order: those around the object have a positive area."""
    following: dict[int, list[int]] = {}
    for start, end in sheet.outline().tolist():
        following.setdefault(start, []).append(end)
    loops = []
    for first in list(following):
        while following[first]:
            loop = [first]
            while (point := following[loop[-1]].pop()) != first:
                loop.append(point)
            loops.append(sheet.points[loop])
    return loops


def _area(loop: Float64) -> float:
    x, y = loop.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


def _straight_borders(loop: Float64, tolerance: float, least: float) -> Float64:
    """The stretches (k, 2), as vectors, that deviate from a straight line by `tolerance` at most (Douglas and Peucker)
    and are at least so long."""
    far = int(np.argmax(np.linalg.norm(loop - loop[0], axis=1)))
    start = int(np.argmax(np.linalg.norm(loop - loop[far], axis=1)))  # a corner, most likely
    points = np.roll(loop, -start, axis=0)
    points = np.concatenate([points, points[:1]])
    middle = int(np.argmax(np.linalg.norm(points - points[0], axis=1)))
    open_stretches, corners = [(0, middle), (middle, len(points) - 1)], {0, len(points) - 1, middle}
    while open_stretches:
        first, last = open_stretches.pop()
        if last - first < 2:
            continue
        line = points[last] - points[first]
        off = points[first + 1 : last] - points[first]
        away = np.abs(line[0] * off[:, 1] - line[1] * off[:, 0]) / max(float(np.linalg.norm(line)), 1e-9)
        worst = int(np.argmax(away))
        if away[worst] > tolerance:
            corner = first + 1 + worst
            corners.add(corner)
            open_stretches += [(first, corner), (corner, last)]
    stretches = np.diff(points[sorted(corners)], axis=0)
    long: Float64 = stretches[np.linalg.norm(stretches, axis=1) >= least]
    return long


def _directions(borders: Float64) -> int:
    angles = np.arctan2(borders[:, 1], borders[:, 0]) % np.pi
    found = 0
    left = np.ones(len(angles), bool)
    for index in np.argsort(-np.linalg.norm(borders, axis=1)):
        if left[index]:
            apart = np.abs(angles - angles[index])
            alike = left & (np.minimum(apart, np.pi - apart) <= _PARALLEL)
            found += int(alike.sum() >= 2)
            left &= ~alike
    return found


def _hull(points: Float64) -> Float64:
    """The convex hull's corners in order, with a positive area (Andrew's monotone chain)."""
    ordered: Int64 = np.lexsort((points[:, 1], points[:, 0]))
    half_hulls = []
    for order in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for x, y in points[order].tolist():
            while len(chain) > 1 and (
                (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1])
                <= (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0])
            ):
                chain.pop()
            chain.append((x, y))
        half_hulls.append(chain[:-1])
    return np.array(half_hulls[0] + half_hulls[1])
