"""Toys, games, music and sport."""

import numpy as np

from renderer.arrays import Float64
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    ball,
    box,
    corners,
    disc,
    egg,
    loft,
    mirrored,
    part,
    path,
    placed,
    plate,
    rod,
    smooth,
    turned,
)
from renderer.samples.mesh import Mesh, joined

_GOLDEN = (1 + 5**0.5) / 2


def _sphere_part(role: str, finish: Finish | str, radius: float, y: float) -> Part:
    girth = 2 * np.pi * radius
    return Part(role, ball(radius, 72).moved(y=y), Finish(finish) if isinstance(finish, str) else finish, girth)


def _ball(look: Look) -> Model:
    radius = 0.11
    valve = disc((0, 0), (0.006, 0, 0.001), (0.006, 0.002, 0.001), (0, 0.002), segments=24).moved(y=2 * radius - 0.001)
    return Model(
        (
            _sphere_part("body", Finish("glossy plastic", srgb("d8362a")), radius, radius),
            part("valve", Finish("plastic", srgb("f4f4f0")), valve),
        ),
        {
            "top": Anchor((0, 2 * radius, 0), 0.1), "front": Anchor((0, radius, radius), 0.1),
            "eyes": Anchor((0, radius * 1.15, radius), 0.07),
        },
    )


def _football(look: Look) -> Model:
    """A white ball with twelve black pentagons on an icosahedron's corners, and seams between the white hexagons."""
    radius = 0.11
    axes = [np.roll((0.0, a, b * _GOLDEN), k) for k in range(3) for a in (-1, 1) for b in (-1, 1)]
    axes = [axis / np.linalg.norm(axis) for axis in axes]
    patches, seams = [], []
    for axis in axes:
        near = sorted(axes, key=lambda other: float(-(other @ axis)))[1:6]
        hubs = [_unit(axis * 2 + other) for other in near]
        first = hubs[0]
        order = sorted(
            hubs, key=lambda hub: float(np.arctan2(np.cross(first, hub) @ axis, first @ hub - (first @ axis) ** 2)),
        )
        patches.append(_patch(axis, order, radius))
        for other in near:
            if tuple(other) > tuple(axis):
                ends = _unit(axis * 2 + other), _unit(axis + other * 2)
                way = np.array(
                    [_unit(ends[0] * (1 - t) + ends[1] * t) for t in np.linspace(0, 1, 7)]
                ) * (radius + 0.00003)
                seams.append(rod(way, 0.0009, segments=6, round_ends=2))
    return Model(
        (
            part("body", Finish("plastic", srgb("f2f1ee")), ball(radius, 72).moved(y=radius)),
            part("patches", Finish("plastic", srgb("1b1b1d")), joined(patches).moved(y=radius)),
            part("seams", Finish("plastic", srgb("8f8d88")), joined(seams).moved(y=radius)),
        ),
        {"top": Anchor((0, 2 * radius, 0), 0.1), "front": Anchor((0, radius, radius), 0.1)},
    )  # fmt: skip


def _unit(vector: Float64) -> Float64:
    return vector / np.linalg.norm(vector)


def _patch(
    axis: Float64, corners_: list[Float64],
    radius: float,
) -> Mesh:
    """A pentagon on the sphere, with a floor inside it."""
    edge = [
        _unit(a * (1 - t) + b * t)
        for a, b in zip(corners_, corners_[1:] + corners_[:1], strict=True)
        for t in np.arange(6) / 6
    ]
    edge.append(edge[0])
    outline = np.array(edge)
    rows = [axis * (1 - s) + outline * s for s in (0.0, 0.35, 0.7, 1.0)]
    rings = [row / np.linalg.norm(row, axis=1, keepdims=True) * (radius + 0.0006) for row in rows]
    rings.append(outline * (radius - 0.0008))
    grid = np.array(rings)
    mesh = loft(grid)
    distance = np.linalg.norm(mesh.positions, axis=1, keepdims=True)
    normals = np.where(distance > radius, mesh.positions / distance, mesh.normals)
    return boxed(Mesh(mesh.positions, normals, mesh.uvs, mesh.triangles))


def _dice(look: Look) -> Model:
    size = 0.016
    half = size / 2
    pips = {
        1: [(0, 0)], 6: [(a, b) for a in (-1, 1) for b in (-1, 0, 1)], 2: [(-1, -1), (1, 1)],
        5: [(a, b) for a in (-1, 1) for b in (-1, 1)] + [(0, 0)], 3: [(-1, -1), (0, 0), (1, 1)],
        4: [(a, b) for a in (-1, 1) for b in (-1, 1)],
    }
    faces = {1: (0, 0, 1), 6: (0, 0, -1), 2: (0, 1, 0), 5: (0, -1, 0), 3: (1, 0, 0), 4: (-1, 0, 0)}
    dots = []
    for number, way in faces.items():
        side = np.roll(np.array(way), 1)
        other = np.cross(way, side)
        for a, b in pips[number]:
            at = np.array(way) * (half - 0.0002) + side * a * size * 0.26 + other * b * size * 0.26
            dots.append(placed(egg(0.0015, 0.0004, 0.0015, 20), at, way))
    body = box(size, size, size, size * 0.16, 6)
    return Model(
        (
            part("body", Finish("glossy plastic", srgb("f6f4ee")), body),
            part("dots", Finish("plastic", srgb("17171a")), *dots),
        ),
        {"top": Anchor((0, half, 0), 0.01), "front": Anchor((0, 0, half), 0.01)},
    )


def _pawn(look: Look) -> Model:
    body = smooth(
        *(
            (0, 0.0), (0.0155, 0.0005), (0.0172, 0.004), (0.0165, 0.008), (0.0135, 0.0105), (0.012, 0.0135),
            (0.0085, 0.021), (0.0062, 0.030), (0.0066, 0.0335), (0.0105, 0.0348), (0.0103, 0.0368), (0.0066, 0.0378),
            (0.0058, 0.0385), (0, 0.0386),
        )
    )
    return Model(
        (
            part("body", "ebony", body, ball(0.0098, 48).moved(y=0.0455)),
            part(
                "felt", Finish("fabric", srgb("2f6b43")),
                disc((0, -0.001), (0.0148, -0.001), (0.0148, 0.0005), (0, 0.0005)),
            ),
        ),
        {"top": Anchor((0, 0.055, 0), 0.012)},
    )


def _king(look: Look) -> Model:
    body = smooth(
        (0, 0.0), (0.0175, 0.0005), (0.0195, 0.004), (0.0188, 0.009), (0.0155, 0.012), (0.0138, 0.0155),
        (0.0102, 0.026), (0.0078, 0.045), (0.0076, 0.055), (0.0125, 0.0572), (0.0124, 0.0595), (0.0085, 0.0615),
        (0.0098, 0.0665), (0.0128, 0.078), (0.0122, 0.0805), (0.0075, 0.0835), (0.0035, 0.0862), (0, 0.0866),
    )
    cross = joined(
        [
            plate(
                corners((-0.0013, 0, 0.0004), (0.0013, 0, 0.0004), (0.0022, 0.0125, 0.0005), (-0.0022, 0.0125, 0.0005)),
                0.0035, 0.0004,
            ).moved(y=0.0855),
            plate(
                corners(
                    (-0.0056, -0.0022, 0.0005), (0.0056, -0.0022, 0.0005), (0.0056, 0.0022, 0.0005),
                    (-0.0056, 0.0022, 0.0005),
                ),
                0.0035, 0.0004,
            ).moved(y=0.0925),
        ]
    )
    return Model(
        (
            part("body", "ebony", body, cross),
            part(
                "felt", Finish("fabric", srgb("2f6b43")),
                disc((0, -0.001), (0.0165, -0.001), (0.0165, 0.0005), (0, 0.0005)),
            ),
        ),
        {"top": Anchor((0, 0.098, 0), 0.01)},
    )


def _skateboard(look: Look) -> Model:
    z = np.linspace(-0.4, 0.4, 41)
    angles = np.linspace(0, 2 * np.pi, 49)
    rings = []
    for each in z:
        t = abs(each) / 0.4
        half = 0.1 * np.sqrt(max(1 - (max(t - 0.72, 0) / 0.28) ** 2.2, 0.0004))
        rise = 0.055 * max(t - 0.62, 0) / 0.38
        c, s = np.cos(angles), np.sin(angles)
        x = half * np.sign(c) * np.abs(c) ** 0.5
        y = 0.005 * np.sign(s) * np.abs(s) ** 0.5 + rise + 0.006 * (x / 0.1) ** 2
        rings.append(np.column_stack([x, y, np.full_like(x, each)]))
    deck = boxed(loft(np.array(rings)[:, ::-1]), "z")
    grip = boxed(loft(np.array(rings)[1:-1][:, ::-1] * np.array([0.985, 1, 0.99])), "z").moved(y=0.0012)
    wheel = turned(
        (0, -0.016), (0.022, -0.016, 0.003), (0.027, -0.010, 0.006), (0.027, 0.010, 0.006), (0.022, 0.016, 0.003),
        (0, 0.016), segments=48,
    ).turned("z", 90)
    spots = [(x, z_) for z_ in (-0.22, 0.22) for x in (-0.082, 0.082)]
    trucks = []
    for z_ in (-0.22, 0.22):
        trucks += [
            box(0.055, 0.012, 0.08, 0.004).moved(y=0.089, z=z_),
            rod(path((-0.085, 0.027, z_), (0, 0.05, z_), (0.085, 0.027, z_)), 0.011, 0.014, 0.011),
            turned((0, 0.045), (0.016, 0.045, 0.003), (0.02, 0.088), (0, 0.088), segments=32).moved(z=z_),
        ]
    bolts = [
        disc((0, 0), (0.004, 0, 0.0005), (0.003, 0.0012, 0.0006), (0, 0.0015), segments=16).moved(x, 0.1035, z_ + dz)
        for z_ in (-0.22, 0.22)
        for x in (-0.02, 0.02)
        for dz in (-0.027, 0.027)
    ]
    return Model(
        (
            part("body", "oak", deck.moved(y=0.098)),
            part("grip", Finish("rubber", srgb("2b2b2e")), grip.moved(y=0.0985)), part("trucks", "aluminium", *trucks),
            part("wheels", Finish("plastic", srgb("f2efe4")), *(wheel.moved(x, 0.027, z_) for x, z_ in spots)),
            part("bolts", "steel", *(bolt.moved(y=0.002) for bolt in bolts)),
        ),
        {"top": Anchor((0, 0.105, 0), 0.2)},
    )


def _dumbbell(look: Look) -> Model:
    bar = turned((0, -0.075), (0.0145, -0.075), (0.0165, 0, 0.1), (0.0145, 0.075), (0, 0.075)).turned("z", 90)
    head = plate(
        corners(*((0.058 * np.cos(a), 0.058 * np.sin(a), 0.008) for a in np.radians(np.arange(30, 390, 60)))), 0.075,
        0.008,
    ).turned("y", 90)
    ring = turned((0, -0.004), (0.034, -0.004, 0.002), (0.034, 0.004, 0.002), (0, 0.004)).turned("z", 90)
    return Model(
        (
            part("body", "rubber", mirrored(head.moved(x=0.105))),
            part("bar", "chrome", bar, mirrored(ring.moved(x=0.144))),
        ),
        {"top": Anchor((0, 0.06, 0), 0.1)},
    )


SHAPES = (
    Shape("ball", "toys", ("ball", "sphere", "beach ball", "orb"), ("body", "valve"), ("body",), (), _ball),
    Shape("football", "toys", ("football", "soccer ball"), ("body", "patches", "seams"), ("body",), (), _football),
    Shape("dice", "toys", ("dice", "die", "cube"), ("body", "dots"), ("body",), (), _dice),
    Shape("chess pawn", "toys", ("chess pawn", "pawn", "chess piece"), ("body", "felt"), ("body",), (), _pawn),
    Shape("chess king", "toys", ("chess king", "king", "chess queen"), ("body", "felt"), ("body",), (), _king),
    Shape(
        "skateboard", "toys", ("skateboard", "longboard"), ("body", "grip", "trucks", "wheels", "bolts"),
        ("body", "grip"), (), _skateboard,
    ),
    Shape("dumbbell", "toys", ("dumbbell", "barbell", "weight"), ("body", "bar"), ("body",), (), _dumbbell),
)
