"""What animals and people are made from: one smooth skin over all, or, as robots, shells and joints."""

import dataclasses
import itertools

import numpy as np

from renderer.generate.shapes.blobs import Field, blend, chain, nearest, surface, twin
from renderer.generate.shapes.parts import Color, Finish, Part, Vector, srgb
from renderer.generate.shapes.solids import ball, egg, mirrored, part, placed, rod
from renderer.samples.geometry import torus

Chain = tuple[tuple[float, float, float, float], ...]
"""Points with radii, one behind the other."""

ROBOT = "robot"
"""The feature that makes a robot of a creature."""
_SHELL = Finish("glossy plastic", srgb("eceff1"))
_JOINT = Finish("plastic", srgb("24272b"))
_BLUE = srgb("2aa8ff")


@dataclasses.dataclass(frozen=True, slots=True)
class Anatomy:
    """`legs` are those at x > 0, which get their like at x < 0. `smooth` is how wide valleys are filled, `cell` how
    fine the skin's mesh is, metres; `low` and `high` are corners of a box around all."""

    torso: tuple[Field, ...]
    head: tuple[Field, ...]
    legs: tuple[Chain, ...]
    tail: Chain
    smooth: float
    cell: float
    low: Vector
    high: Vector
    neck: Vector
    belt: float = 0.0


def skin(anatomy: Anatomy, finish: Finish) -> list[Part]:
    """One body of blended parts."""
    chains = [_field(leg) for leg in anatomy.legs]
    tail = [_field(anatomy.tail)] if anatomy.tail else []
    field = blend(
        anatomy.smooth, blend(anatomy.smooth, *anatomy.torso, *anatomy.head, *tail), *(twin(leg) for leg in chains),
    )
    return [part("body", finish, surface(field, anatomy.low, anatomy.high, anatomy.cell))]


def machine(anatomy: Anatomy) -> list[Part]:
    """Shells of torso and head, legs of rods between ball joints, a tail of beads, a light in the chest."""
    low, high, cell = anatomy.low, anatomy.high, anatomy.cell
    torso = surface(blend(anatomy.smooth, *anatomy.torso), low, high, cell)
    head = surface(blend(anatomy.smooth * 0.6, *anatomy.head), low, high, cell)
    shells, joints = [], []
    for leg in anatomy.legs:
        for (ax, ay, az, ar), (bx, by, bz, br) in itertools.pairwise(leg):
            a, b = np.array([ax, ay, az]), np.array([bx, by, bz])
            length = float(np.linalg.norm(b - a))
            start, end = a + (b - a) * min(ar * 0.75 / length, 0.3), b - (b - a) * min(br * 0.95 / length, 0.3)
            shells.append(rod(np.linspace(start, end, 5), ar * 0.9, (ar + br) / 2.1, br * 0.9, segments=28))
            joints.append(ball(br * 0.86, 24).moved(bx, by, bz))
        shells.append(egg(br * 1.12, br * 0.95, br * 1.3, 24).moved(bx, by, bz))
        x, y, z, r = leg[0]
        joints.append(ball(r * 0.98, 28).moved(x, y, z))
    beads, spine = [], []
    if anatomy.tail:
        way = np.array(anatomy.tail)
        steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(way[:, :3], axis=0), axis=1))])
        spots = np.arange(0, steps[-1], float(way[:, 3].mean()) * 1.55)
        for s in spots:
            x, y, z, r = (float(np.interp(s, steps, way[:, k])) for k in range(4))
            spine.append((x, y, z))
            beads.append(ball(r * 1.12, 24).moved(x, y, z))
    cord = [rod(np.array(spine), anatomy.tail[-1][3] * 0.6, segments=12)] if len(spine) > 2 else []
    parts = [
        part("body", _SHELL, torso), part("head", _SHELL, head),
        part("joints", _JOINT, ball(anatomy.belt, 32).moved(*anatomy.neck), *cord, *map(mirrored, joints)),
    ]  # fmt: skip
    if shells:
        parts.append(part("legs", _SHELL, *map(mirrored, shells)))
    if beads:
        parts.append(part("tail", _SHELL, *beads))
    return parts


def on_shell(anatomy: Anatomy, at: Vector, *, head: bool) -> Vector:
    """The place on a robot's head or torso near to a place on the animal's skin, which is fuller where they blend."""
    return nearest(blend(anatomy.smooth * 0.6, *(anatomy.head if head else anatomy.torso)), at)


def eyes(
    at: Vector, radius: float, iris: Color, *, robot: bool = False, slit: bool = False, turn: float = 14.0
) -> list[Part]:
    """A pair; `at` is the right one's middle (x > 0), `turn` how far it looks aside, degrees."""
    x, y, z = at
    if robot:
        lens = egg(radius, radius, radius * 0.45, 32).turned("y", turn).moved(x, y, z)
        ring = torus(radius * 1.02, radius * 0.3, 40, 12).turned("x", 90).turned("y", turn).moved(x, y, z)
        return [
            part("eyes", Finish("light", _BLUE, glowing=True), mirrored(lens)),
            part("eye rings", _JOINT, mirrored(ring)),
        ]
    white = egg(radius, radius, radius * 0.6, 32).turned("y", turn).moved(x, y, z)
    out = np.array([np.sin(np.radians(turn)), 0.0, np.cos(np.radians(turn))])
    front = np.array(at) + out * radius * 0.46
    pupil = egg(radius * (0.28 if slit else 0.55), radius * 0.68, radius * 0.2, 24).turned("y", turn)
    shine = ball(radius * 0.17, 14).moved(*(front + out * radius * 0.17 + np.array([radius * 0.2, radius * 0.3, 0.0])))
    left_shine = ball(radius * 0.17, 14).moved(
        *((front + out * radius * 0.17) * (-1, 1, 1) + np.array([radius * 0.2, radius * 0.3, 0.0]))
    )
    return [
        part("eyes", Finish("glossy plastic", iris), mirrored(white)),
        part("pupils", Finish("glossy plastic", srgb("101012")), mirrored(pupil.moved(*front))),
        part("shines", Finish("glossy plastic", srgb("ffffff")), shine, left_shine),
    ]  # fmt: skip


def chest_light(at: Vector, look: Vector, radius: float) -> list[Part]:
    """A glowing disc in a dark ring."""
    lamp = egg(radius, radius * 0.3, radius, 32)
    ring = torus(radius, radius * 0.35, 40, 12)
    return [
        part("light", Finish("light", _BLUE, glowing=True), placed(lamp, at, look)),
        part("joints", _JOINT, placed(ring, at, look)),
    ]  # fmt: skip


def antenna(at: Vector, length: float) -> list[Part]:
    x, y, z = at
    stalk = rod(np.array([(x, y, z), (x, y + length, z)]), length * 0.06, length * 0.045, segments=12)
    return [
        part("joints", _JOINT, stalk),
        part("light", Finish("light", _BLUE, glowing=True), ball(length * 0.17, 24).moved(x, y + length, z)),
    ]


def collar(at: Vector, radius: float, thick: float, tilt: float = 0.0) -> Part:
    x, y, z = at
    return part(
        "collar", Finish("leather", srgb("b3202a")), torus(radius, thick, 56, 14).turned("x", tilt).moved(x, y, z),
    )


def _field(points: Chain) -> Field:
    return chain([point[:3] for point in points], [point[3] for point in points])
