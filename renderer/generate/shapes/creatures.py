"""What animals and people are made from: one smooth skin over all, or, as robots, shells and joints."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from renderer.generate.shapes.blobs import Field, blend, chain, nearest, surface, twin
from renderer.generate.shapes.parts import Anchor, Color, Finish, Look, Model, Part, Vector, srgb
from renderer.generate.shapes.solids import ball, egg, mirrored, part, placed, rod
from renderer.samples.geometry import torus

Chain = tuple[tuple[float, float, float, float], ...]
"""Points with radii, one behind the other."""

_ROBOT = "robot"
FEATURES = (_ROBOT, "collar", "antenna")
"""What every creature can be or wear."""
_SHELL = Finish("glossy plastic", srgb("eceff1"))
_JOINT = Finish("plastic", srgb("24272b"))
_LIT = Finish("light", srgb("2aa8ff"), glowing=True)


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


def creature(
    look: Look, anatomy: Anatomy, finish: Finish, *, nature: Sequence[Part] = (), always: Sequence[Part] = (),
    eye: Vector, radius: float, iris: str, chest: Vector, crown: Vector, slit: bool = False, turn: float = 14.0,
    neck_size: float = 0.05, neck_tilt: float = 40.0,
) -> Model:  # fmt: skip
    """The animal or its robot. `nature` is what only the animal has, `always` both.

    `eye` is the middle of the right one (x > 0), which looks aside by `turn` degrees and has an `iris` of "rrggbb",
    `radius` its size; `crown` is the top of the head. A collar is as wide as `neck_size`, and tilted, degrees.
    """
    robot = _ROBOT in look.features
    if robot:
        parts = [*_machine(anatomy), *always]
        eye, chest = _on_shell(anatomy.head, anatomy, eye), _on_shell(anatomy.torso, anatomy, chest)
        parts += _lenses(eye, radius * 0.95, turn)
        parts += _chest_light(chest, radius * 1.2)
    else:
        parts = [_skin(anatomy, finish), *nature, *always, *_eyes(eye, radius, srgb(iris), slit, turn)]
    if "antenna" in look.features:
        parts += _antenna(crown, radius * 4)
    if "collar" in look.features:
        parts.append(_collar(anatomy.neck, neck_size, neck_tilt))
    x, y, z = eye
    # Eyes that look aside stand nearly as far apart as the head is wide.
    width = x * (4.2 if turn < 30 else 2.6)
    anchors = {
        "head": Anchor(crown, width), "top": Anchor(crown, width), "eyes": Anchor((0.0, y, z), x * 2),
        "face": Anchor((0.0, y, z + radius), x * 2.5), "back": Anchor((0.0, anatomy.neck[1], 0.0), width),
        "front": Anchor(chest, radius * 4),
    }  # fmt: skip
    return Model(tuple(parts), anchors)


def _skin(anatomy: Anatomy, finish: Finish) -> Part:
    """One body of blended parts."""
    tail = [_field(anatomy.tail)] if anatomy.tail else []
    trunk = blend(anatomy.smooth, *anatomy.torso, *anatomy.head, *tail)
    field = blend(anatomy.smooth, trunk, *(twin(_field(leg)) for leg in anatomy.legs))
    return part("body", finish, surface(field, anatomy.low, anatomy.high, anatomy.cell))


def _machine(anatomy: Anatomy) -> list[Part]:
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


def _on_shell(shell: tuple[Field, ...], anatomy: Anatomy, at: Vector) -> Vector:
    """The place on a robot's shell near to one on the animal's skin, which is fuller where head and torso blend."""
    return nearest(blend(anatomy.smooth * 0.6, *shell), at)


def _lenses(at: Vector, radius: float, turn: float) -> list[Part]:
    """A robot's glowing eyes, in dark rings."""
    lens = egg(radius, radius, radius * 0.45, 32).turned("y", turn).moved(*at)
    ring = torus(radius * 1.02, radius * 0.3, 40, 12).turned("x", 90).turned("y", turn).moved(*at)
    return [part("eyes", _LIT, mirrored(lens)), part("eye rings", _JOINT, mirrored(ring))]


def _eyes(at: Vector, radius: float, iris: Color, slit: bool, turn: float) -> list[Part]:
    """An animal's eyes: irises, pupils, and the lights in them, which lie to the same side in both."""
    white = egg(radius, radius, radius * 0.6, 32).turned("y", turn).moved(*at)
    out = np.array([np.sin(np.radians(turn)), 0.0, np.cos(np.radians(turn))]) * radius
    pupil = egg(radius * (0.28 if slit else 0.55), radius * 0.68, radius * 0.2, 24).turned("y", turn)
    front = at + out * 0.63
    aside = np.array([0.2, 0.3, 0.0]) * radius
    shines = (place + aside for place in (front, front * (-1, 1, 1)))
    return [
        part("eyes", Finish("glossy plastic", iris), mirrored(white)),
        part("pupils", Finish("glossy plastic", srgb("101012")), mirrored(pupil.moved(*(at + out * 0.46)))),
        part("shines", Finish("glossy plastic", srgb("ffffff")), *(ball(radius * 0.17, 14).moved(*p) for p in shines)),
    ]


def _chest_light(at: Vector, radius: float) -> list[Part]:
    """A glowing disc in a dark ring, that looks ahead and a little up."""
    lamp, ring = egg(radius, radius * 0.3, radius, 32), torus(radius, radius * 0.35, 40, 12)
    ahead = (0.0, 0.1, 1.0)
    return [part("light", _LIT, placed(lamp, at, ahead)), part("joints", _JOINT, placed(ring, at, ahead))]


def _antenna(at: Vector, length: float) -> list[Part]:
    x, y, z = at
    stalk = rod(np.array([(x, y, z), (x, y + length, z)]), length * 0.06, length * 0.045, segments=12)
    return [part("joints", _JOINT, stalk), part("light", _LIT, ball(length * 0.17, 24).moved(x, y + length, z))]


def _collar(at: Vector, radius: float, tilt: float) -> Part:
    band = torus(radius, radius * 0.3, 56, 14).turned("x", tilt)
    return part("collar", Finish("leather", srgb("b3202a")), band.moved(*at))


def _field(points: Chain) -> Field:
    return chain([point[:3] for point in points], [point[3] for point in points])
