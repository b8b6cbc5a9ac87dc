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
from renderer.generate.pictures.names import Known
from renderer.generate.pictures.profile import Profile
from renderer.generate.pictures.relief import distances, membrane, rounded_edge, with_fine_edge
from renderer.generate.pictures.sheet import Sheet, triangulated
from renderer.generate.pictures.solid import Solid, raised, together
from renderer.generate.protocols import Quality

Way = Literal["lathe", "extrusion", "inflation", "card"]

NARROW, PIERCED, MANY = 0.012, 0.03, 12
"""`width` below which something is a card: without, and with that many holes."""

RESOLVED = 0.85
"""`resolved` below which it is one, too: triangles can't be its outline."""

FLAT, BARS = 0.82, (0.6, 0.1)
"""`straight` from which on something is flat; or from the second one on, if its `width` is below the third: a fence."""

CONVEX = 0.96
"""`solidity` from which on something flat is no body of revolution, however symmetric: a book, a telephone, a sign. A
bottle has less, by its shoulders, and a cup by its handle."""

ROUND, COMPACT = 0.96, 0.96
"""`symmetry` and `compact` from which on something is a body of revolution."""

BODY, HANDLE = 0.78, 0.02
"""`symmetry` from which on it is one with handles, if there is a hole to grasp it by and `handled` makes up for the
rest; and the least that is made of what lies beside a body: a handle, a spout, a leaf."""

FROM_ABOVE = (1.05, 0.93)
"""`aspect` and `flipped` from which on that is no body of revolution but a plate or a cup, seen from above."""

_PLATE, _EDGE = 0.12, 0.25
"""How thick a flat thing is, as a share of its size, as many books are; and the radius of its edges, of that."""

_STROKE = 0.8
"""How thick it is at most, in mean widths of its strokes: a letter, a key."""

_CARD, _AROUND = 0.004, 0.03
"""How thick a card is, and how far it goes on around what is seen on it, as shares of the object's size."""

_RINGS: Mapping[Quality, tuple[int, int]] = {"low": (64, 48), "high": (128, 96)}
_TRIANGLES: Mapping[Quality, int] = {"low": 5_000, "high": 20_000}
"""What a solid has, about: a sheet of half of it and finer edges give 1.3 times as many on simple outlines."""

_SMALLEST = 0.5
"""A triangle's side in pixels: smaller ones would show nothing more."""

_ACROSS = 3
"""Triangles across the mean width of an outline at least: those of bars and legs need more than those of a loaf."""

_MOST_TRIANGLES, _FOR_EDGES = 55_000, 18
"""Of a solid; and how many of these a side of the outline stands for, with its wall and what makes the edges fine."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """`measurements` are those that `way` was chosen by; `handles`: whether there are parts beside a lathe's body."""

    solid: Solid
    way: Way
    measurements: Measurements
    handles: bool


def make_shape(mask: Float32, quality: Quality, *, seen_through: bool, known: Known = Known()) -> Shape:
    """Of a soft mask (h, w); `seen_through` says whether a card may rely on its picture to be transparent, `known` what
    there is to know of the thing besides.

    Raises EngineRejected where the mask is too thin or too ragged.
    """
    area = float((mask > 0.5).sum())
    sheet = triangulated(mask, _spacing(area, _TRIANGLES[quality]))
    if len(sheet.triangles) == 0:
        raise EngineRejected("What stands out from the picture's background is too thin: send a larger picture of it")
    checkpoint()
    found, profile = measure(mask, sheet)
    way = choose(found, turned=known.turned)
    if way in ("extrusion", "inflation") or (way == "card" and not seen_through):
        sheet = _fit_for_bars(sheet, mask, found)
    match way:
        case "lathe":
            solid = _lathe(profile, found.handled >= HANDLE, quality)
        case "extrusion":
            solid = _extrusion(sheet, found, known.depth)
        case "card":
            solid = _card(mask, found, quality) if seen_through else _extrusion(sheet, found, known.depth)
        case "inflation":
            solid = _inflation(sheet, known.depth)
    return Shape(solid, way, found, way == "lathe" and found.handled >= HANDLE)


def choose(found: Measurements, *, turned: bool = False) -> Way:
    """The way that suits the measurements; `turned`: of what has a name of a body of revolution."""
    if found.resolved < RESOLVED or found.width < (PIERCED if found.holes >= MANY else NARROW):
        return "card"
    straight, width = BARS
    flat = found.straight >= (straight if found.width < width else FLAT)
    aspect, flipped = FROM_ABOVE
    from_above = found.aspect >= aspect and found.flipped >= flipped
    alone = found.symmetry >= ROUND and not from_above
    round_ = found.compact >= COMPACT and (alone or _handled(found))
    if round_ and (turned or not (flat and found.solidity >= CONVEX)):
        return "lathe"
    return "extrusion" if flat else "inflation"


def _handled(found: Measurements) -> bool:
    return found.holes > 0 and found.symmetry >= BODY and found.symmetry + found.handled >= ROUND


def _spacing(area: float, count: int) -> float:
    """The side of the equilateral triangle of which half of `count` fill the area, or of the smallest of use."""
    return max(float(np.sqrt(area * 2 / count / np.sqrt(3 / 16))), _SMALLEST)


def _fit_for_bars(sheet: Sheet, mask: Float32, found: Measurements) -> Sheet:
    """With triangles that are small enough for what is narrow in it, and not too many. Raises EngineRejected."""
    spacing = float(np.sqrt(sheet.areas().max() * 4 / np.sqrt(3)))
    wanted = max(min(spacing, found.width * found.size / _ACROSS), _SMALLEST)
    finer = sheet if wanted >= spacing else triangulated(mask, wanted)
    while (count := 2 * len(finer.triangles) + _FOR_EDGES * len(finer.outline())) > _MOST_TRIANGLES:
        wanted *= 1.1 * count / _MOST_TRIANGLES
        finer = triangulated(mask, wanted)
    if len(finer.triangles) == 0:
        raise EngineRejected("The outline of what stands out is too ragged: send a picture of one object")
    return finer


def _inflation(sheet: Sheet, depth: float | None) -> Solid:
    sheet, squares = with_fine_edge(sheet, membrane(sheet))
    heights = np.sqrt(2 * squares)
    if depth is not None:
        heights *= depth * _short(sheet) / 2 / heights.max()
    return raised(sheet, heights)


def _extrusion(sheet: Sheet, found: Measurements, depth: float | None) -> Solid:
    half = min(_PLATE, _STROKE * found.width) * found.size / 2
    if depth is not None:
        half = depth * _short(sheet) / 2
    radius = 2 * _EDGE * min(half, _PLATE * found.size / 2)
    sheet, distance = with_fine_edge(sheet, distances(sheet))
    return raised(sheet, half - rounded_edge(distance, radius), half - radius)


def _short(sheet: Sheet) -> float:
    return float(np.ptp(sheet.points, axis=0).min())


def _card(mask: Float32, found: Measurements, quality: Quality) -> Solid:
    solid = mask > 0.5
    box = np.outer(solid.any(axis=1), solid.any(axis=0))  # beyond it the card would not stand on the ground
    around = (blur(mask, _AROUND * found.size / 2) > 0.02) & box
    sheet = triangulated(around.astype(np.float32), _spacing(float(around.sum()), _TRIANGLES[quality]))
    half = _CARD * found.size / 2
    return raised(sheet, np.full(len(sheet.points), half), half)


def _lathe(profile: Profile, handles: bool, quality: Quality) -> Solid:
    solid = turned(profile, *_RINGS[quality], handles=handles)
    if not handles:
        return solid
    sheet = triangulated(profile.handles, _spacing(float(profile.handles.sum()), _TRIANGLES["low"]))
    return together([solid, _inflation(sheet, None)]) if len(sheet.triangles) else solid
