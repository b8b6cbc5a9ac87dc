"""A mask -> here -> a solid, made in the way that suits the mask's measurements.

    lathe       bodies of revolution: the outline turned about its axis, with handles apart
    extrusion   flat things: the outline as a plate with rounded edges
    inflation   all else: the outline filled as a balloon would be
    card        grilles, plants, wire: a thin plate, whose picture says what is seen through
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import numpy as np

from renderer.arrays import Float32
from renderer.checkpoints import checkpoint
from renderer.errors import EngineRejected
from renderer.generate.pictures.filters import blur
from renderer.generate.pictures.lathe import turned
from renderer.generate.pictures.measure import Measurements, measure
from renderer.generate.pictures.profile import Profile
from renderer.generate.pictures.relief import distances, membrane, rounded_edge, with_fine_edge
from renderer.generate.pictures.sheet import Sheet, triangulated
from renderer.generate.pictures.solid import Solid, raised, together
from renderer.generate.protocols import Quality

Way = Literal["lathe", "extrusion", "inflation", "card"]

NARROW, PIERCED = 0.02, (0.06, 6)
"""`width` below which something is a card; with that many holes, below the second one."""

FLAT = (0.6, 0.9)
"""`straight` and `solidity` from which on something with two directions of borders is flat: a book, a telephone."""

POLYGON = 0.85
"""`straight` from which on it is flat with any borders: a sign, a letter, a key. Legs and shelves are, too."""

ROUND = (0.93, 0.97)
"""`symmetry` and `compact` from which on something may be a body of revolution."""

HANDLED = 0.72
"""`symmetry` from which on it may be one with a handle."""

HANDLE = 0.02
"""Of the object's area, from which on what stands out from the body is a handle and no inaccuracy."""

_PLATE, _EDGE = 0.14, 0.25
"""How thick a flat thing is, as a share of the shorter side of its box, as many books are; and the radius of its edges,
as a share of that."""

_STROKE = 1.2
"""How thick it is at most, in mean widths of its strokes: a letter, a key."""

_CARD, _AROUND = 0.004, 0.03
"""How thick a card is, and how far it goes on around what is seen on it, as shares of the object's size."""

_RINGS: Mapping[Quality, tuple[int, int]] = {"low": (64, 48), "high": (128, 96)}
_TRIANGLES: Mapping[Quality, int] = {"low": 5_000, "high": 20_000}
"""What a solid has, about: a sheet of half of it and finer edges give 1.3 times as many on simple outlines."""

_MOST_TRIANGLES = 50_000
_ACROSS = 0.6
"""Sides of triangles in mean widths of a band, so that a narrow one has points in its middle."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """`measurements` are those that `way` was chosen by; `handles` says whether there are parts beside a lathe's body."""

    solid: Solid
    way: Way
    measurements: Measurements
    handles: bool


def make_shape(mask: Float32, quality: Quality, *, seen_through: bool) -> Shape:
    """Of a soft mask (h, w); `seen_through` says whether a card may rely on its picture to be transparent.

    Raises EngineRejected where the mask is too small.
    """
    area = float((mask > 0.5).sum())
    sheet = triangulated(mask, _spacing(area, quality))
    if len(sheet.triangles) == 0:
        raise EngineRejected("what stands out from the picture's background is too thin: send a larger picture of it")
    checkpoint()
    found, profile = measure(mask, sheet)
    handles = _handles(mask, profile)
    way = choose(found)
    match way:
        case "lathe":
            solid = _lathe(profile, handles, quality)
        case "extrusion":
            solid = _extrusion(sheet, found)
        case "card":
            solid = _card(mask, found, quality) if seen_through else _extrusion(sheet, found)
        case "inflation":
            solid = _inflation(sheet)
    return Shape(solid, way, found, way == "lathe" and handles is not None)


def choose(found: Measurements) -> Way:
    """The way that suits the measurements."""
    width, holes = PIERCED
    if found.width < NARROW or (found.width < width and found.holes >= holes):
        return "card"
    straight, solidity = FLAT
    flat = found.straight >= straight and found.directions >= 2
    if found.solidity >= solidity and (flat or found.straight >= POLYGON):
        return "extrusion"
    symmetry, compact = ROUND
    if found.compact >= compact and found.symmetry >= (HANDLED if found.holes else symmetry):
        return "lathe"
    return "extrusion" if flat or found.straight >= POLYGON else "inflation"


def _spacing(area: float, quality: Quality) -> float:
    """The side of an equilateral triangle of which so many fill the area on both sides of the picture."""
    return float(np.sqrt(area * 2 / _TRIANGLES[quality] / np.sqrt(3 / 16)))


def _inflation(sheet: Sheet) -> Solid:
    sheet, heights = with_fine_edge(sheet, membrane(sheet))
    return raised(sheet, np.sqrt(2 * heights))


def _extrusion(sheet: Sheet, found: Measurements) -> Solid:
    short = float(np.ptp(sheet.points, axis=0).min())
    half = min(_PLATE * short, _STROKE * found.width * found.size) / 2
    radius = 2 * _EDGE * half
    sheet, distance = with_fine_edge(sheet, distances(sheet))
    return raised(sheet, half - rounded_edge(distance, radius), half - radius)


def _card(mask: Float32, found: Measurements, quality: Quality) -> Solid:
    around = (blur(mask, _AROUND * found.size / 2) > 0.02).astype(np.float32)
    sheet = triangulated(around, _spacing(float(around.sum()), quality))
    half = _CARD * found.size / 2
    return raised(sheet, np.full(len(sheet.points), half), half)


def _handles(mask: Float32, profile: Profile) -> Float32 | None:
    rest = np.where(profile.body, 0, mask)
    return rest if float(rest.sum()) >= HANDLE * float(mask.sum()) else None


def _lathe(profile: Profile, handles: Float32 | None, quality: Quality) -> Solid:
    rows, sectors = _RINGS[quality]
    solid = turned(profile, rows, sectors, handles=handles is not None)
    if handles is None:
        return solid
    sheet = triangulated(handles, _spacing(float(handles.sum()), "low"))
    return together([solid, _inflation(sheet)]) if len(sheet.triangles) else solid
