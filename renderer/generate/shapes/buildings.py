"""Buildings, each with its piece of ground."""

import functools

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    ball,
    box,
    corners,
    disc,
    egg,
    mirrored,
    part,
    placed,
    plate,
    rod,
    smooth,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined

_WARM = Finish("light", srgb("ffd48a"), glowing=True)
_WHITE_WOOD = Finish("painted metal", srgb("f5f3ee"))


def _block(width: float, height: float, depth: float, x: float, y: float, z: float, edge: float = 0.03) -> Mesh:
    """A box that stands at the height y."""
    return box(width, height, depth, edge, 2).moved(x, y + height / 2, z)


def _gable(width: float, rise: float, depth: float, edge: float = 0.03) -> Mesh:
    """A prism: a triangle in (x, y) that stands on y = 0, `depth` long."""
    return plate(corners((-width / 2, 0, 2 * edge), (width / 2, 0, 2 * edge), (0, rise, 2 * edge)), depth, edge)


def _window(width: float, height: float) -> tuple[Mesh, Mesh]:
    """A pane and its frame with a cross, in front of the plane z = 0; the middle is the origin."""
    pane = box(width, height, 0.06, 0.02)
    bars = [box(width + 0.12, 0.09, 0.14, 0.025).moved(y=side * (height / 2 + 0.02)) for side in (-1, 1)]
    bars += [box(0.09, height + 0.12, 0.14, 0.025).moved(x=side * (width / 2 + 0.02)) for side in (-1, 1)]
    bars += [
        box(0.05, height, 0.1, 0.015), box(width, 0.05, 0.1, 0.015),
        box(width + 0.3, 0.08, 0.24, 0.025).moved(y=-height / 2 - 0.09, z=0.04),
    ]
    return pane, joined(bars)


def _house(look: Look) -> Model:
    width, depth, high, rise = 7.2, 6.0, 3.1, 2.5
    walls = [
        _block(width, high, depth, 0, 0.15, 0, 0.05),
        _gable(width - 0.1, rise, depth - 0.02, 0.05).moved(y=0.15 + high - 0.02),
    ]
    slope = float(np.hypot(width / 2 + 0.45, rise * (width / 2 + 0.45) / (width / 2)))
    angle = float(np.degrees(np.arctan2(rise, width / 2)))
    roof = [
        box(slope + 0.1, 0.2, depth + 0.9, 0.05).turned("z", -side * angle).moved(
            side * (width / 4 + 0.2), 0.15 + high + rise / 2 - 0.02, 0,
        )
        for side in (-1, 1)
    ]
    ridge = rod(
        np.array([(0, 0.15 + high + rise + 0.14, -depth / 2 - 0.5), (0, 0.15 + high + rise + 0.14, depth / 2 + 0.5)]),
        0.14,
    )
    chimney = [_block(0.75, 2.1, 0.75, 2.0, 4.0, -1.2), _block(0.9, 0.16, 0.9, 2.0, 6.05, -1.2)]
    pots = [
        turned((0, 6.2), (0.16, 6.2, 0.02), (0.13, 6.55, 0.02), (0, 6.55)).moved(2.0 + dx, 0, -1.2)
        for dx in (-0.18, 0.18)
    ]
    pane, frame = _window(1.15, 1.25)
    places = [(x, 1.85, depth / 2, 0.0) for x in (-2.3, 2.3)] + [(0.0, 4.25, depth / 2, 0.0)] + [
        (side * width / 2, 1.85, z, side * 90.0)
        for side in (-1, 1)
        for z in (-1.5, 1.5)
    ] + [(x, 1.85, -depth / 2, 180.0) for x in (-2.0, 2.0)]

    def put(mesh: Mesh) -> list[Mesh]:
        return [mesh.turned("y", turn).moved(x, y, z) for x, y, z, turn in places]

    door = _block(1.15, 2.2, 0.1, 0, 0.3, depth / 2, 0.03)
    panels = [
        _block(0.38, h, 0.16, x, y, depth / 2, 0.03)
        for x in (-0.26, 0.26)
        for y, h in ((0.5, 0.75), (1.42, 0.8))
    ]
    surround = [
        _block(0.14, 2.4, 0.2, x, 0.3, depth / 2)
        for x in (-0.66, 0.66)
    ] + [_block(1.46, 0.16, 0.24, 0, 2.6, depth / 2)]
    porch = [_gable(2.3, 0.75, 1.3, 0.04).moved(0, 2.85, depth / 2 + 0.6)]
    posts = mirrored(joined([_block(0.13, 2.7, 0.13, 0.95, 0.2, depth / 2 + 1.1)]))
    steps = [_block(2.2, 0.18, 1.5, 0, 0.06, depth / 2 + 0.7), _block(1.7, 0.1, 0.4, 0, 0.04, depth / 2 + 1.6)]
    bushes = [egg(0.55, 0.5, 0.5, 32).moved(x, 0.4, depth / 2 + 0.45) for x in (-3.1, -2.2, 2.2, 3.1)]
    ground = disc((0, -0.1), (6.0, -0.1, 0.05), (6.0, 0.06, 0.08), (0, 0.06), segments=96)
    pathway = _block(1.3, 0.06, 2.5, 0, 0.03, depth / 2 + 2.2, 0.02)
    knob = ball(0.06, 20).moved(0.42, 1.3, depth / 2 + 0.1)
    return Model(
        (
            part("body", Finish("plaster", srgb("f1e3c6")), *walls), part("roof", "roof tiles", *roof, ridge, *porch),
            part("chimney", "brick", *chimney), part("pots", "terracotta", *pots),
            part("windows", Finish("dark glass", srgb("35495c")) if "lit" not in look.features else _WARM, *put(pane)),
            part("frames", _WHITE_WOOD, *put(frame), *surround, posts),
            part("door", Finish("painted metal", srgb("8e2f2a")), door, *panels), part("knob", "brass", knob),
            part("steps", "stone", *steps, pathway), part("bushes", Finish("grass", srgb("3f7a2c")), *bushes),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 5.9, 0), 3.0), "front": Anchor((0, 3.0, depth / 2), 3.0)},
    )


def _battlement(radius: float, y: float, count: int, height: float, thick: float) -> Mesh:
    """A ring with merlons."""
    ring = turned(
        (radius - thick, y), (radius + 0.1, y, 0.03), (radius + 0.15, y + 0.35, 0.03), (radius - thick, y + 0.35),
        (radius - thick, y), segments=40, steps=2,
    )
    merlon = box(
        thick + 0.1, height, 2 * np.pi * radius / count * 0.55, 0.04, 2,
    ).moved(radius - thick / 2 + 0.09, y + 0.35 + height / 2 - 0.03, 0)
    return joined([ring, around(merlon, count)])


def _turret(height: float, radius: float) -> tuple[Mesh, Mesh, Mesh]:
    """Body with battlements, a pointed roof, windows as slits."""
    body = turned(
        (0, 0), (radius * 1.12, 0, 0.05), (radius, height * 0.12, 0.3), (radius, height - 0.7),
        (radius * 1.12, height - 0.3, 0.1), (radius * 1.12, height, 0.03), (0, height), segments=32, steps=3,
    )
    roof = turned(
        (0, height + 0.3), (radius * 1.02, height + 0.3, 0.05), (0.05, height + 0.3 + radius * 2.3, 0.03),
        (0, height + 0.32 + radius * 2.3), segments=40,
    )
    slits = joined(
        [
            _slit().moved(0, height * share, radius - 0.02).turned("y", turn)
            for share in (0.45, 0.75)
            for turn in (0, 90, 180, 270)
        ]
    )
    return joined([body, _battlement(radius * 1.08, height - 0.02, 10, 0.45, 0.28)]), roof, slits


def _slit() -> Mesh:
    return plate(
        corners((-0.13, 0, 0.04), (0.13, 0, 0.04), (0.13, 0.6, 0.11), (0, 0.76, 0.05), (-0.13, 0.6, 0.11)), 0.12, 0.015,
    )


def _castle(look: Look) -> Model:
    half, high = 5.0, 4.2
    corner, roof, slits = _turret(6.6, 1.35)
    spots = [(x, z) for x in (-half, half) for z in (-half, half)]
    walls, teeth = [], []
    for turn in (0, 90, 180, 270):
        walls.append(_block(2 * half, high, 0.9, 0, 0, half, 0.05).turned("y", turn))
        teeth += [
            _block(0.55, 0.55, 0.4, x, high - 0.03, half + 0.25, 0.04).turned("y", turn)
            for x in np.linspace(-half + 1.7, half - 1.7, 8)
        ]
    gate = [_block(3.2, 5.2, 1.9, 0, 0, half + 0.2, 0.06)] + [
        _block(0.55, 0.55, 0.4, x, 5.17, half + 0.2 + z, 0.04)
        for x in (-1.25, -0.42, 0.42, 1.25)
        for z in (-0.7, 0.7)
    ]
    arch = plate(
        corners((-0.95, 0, 0.04), (0.95, 0, 0.04), (0.95, 2.1, 0.9), (0, 3.05, 0.5), (-0.95, 2.1, 0.9), steps=8), 0.2,
        0.03,
    ).moved(0, 0.02, half + 1.13)
    frame = plate(
        corners((-1.15, 0, 0.04), (1.15, 0, 0.04), (1.15, 2.2, 1.1), (0, 3.35, 0.6), (-1.15, 2.2, 1.1), steps=8), 0.14,
        0.03,
    ).moved(0, 0, half + 1.11)
    bars = [
        rod(np.array([(x, 0.1, half + 1.25), (x, 2.6 - 0.5 * abs(x), half + 1.25)]), 0.05, segments=10)
        for x in (-0.6, -0.2, 0.2, 0.6)
    ]
    bars += [
        rod(np.array([(-0.85, y, half + 1.25), (0.85, y, half + 1.25)]), 0.05, segments=10)
        for y in (0.6, 1.3, 2.0)
    ]
    keep, keep_roof, keep_slits = _turret(9.6, 2.1)
    side, side_roof, side_slits = _turret(8.2, 1.1)
    inner = [keep, side.moved(-2.3, 0, -1.2), _block(4.4, 6.0, 3.6, 1.3, 0, -1.0, 0.06)]
    hall_roof = _gable(4.8, 1.9, 4.0, 0.05).moved(1.3, 5.98, -1.0)
    flags, poles = [], []
    for (x, z), y in [
        *((spot, 6.6 + 0.3 + 3.1) for spot in spots), ((0, 0), 9.6 + 0.3 + 4.83), ((-2.3, -1.2), 8.2 + 0.3 + 2.53),
    ]:
        poles.append(rod(np.array([(x, y - 0.4, z), (x, y + 1.0, z)]), 0.045, segments=10))
        flags.append(
            plate(corners((0, 0, 0.02), (0.95, 0.24, 0.03), (0, 0.5, 0.02)), 0.05, 0.015).moved(x + 0.02, y + 0.45, z)
        )
    ground = disc((0, -0.5), (9.4, -0.5, 0.1), (8.8, 0.03, 0.25), (0, 0.03), segments=96)
    bridge = _block(2.2, 0.16, 2.6, 0, 0.02, half + 2.4, 0.04)
    return Model(
        (
            part("body", "stone blocks", *walls, *teeth, *gate, *(corner.moved(x, 0, z) for x, z in spots), *inner),
            part(
                "roof", Finish("roof tiles", srgb("3a5a85")), *(roof.moved(x, 0, z) for x, z in spots), keep_roof,
                side_roof.moved(-2.3, 0, -1.2), hall_roof,
            ),
            part(
                "windows", Finish("plastic", srgb("1d1f26")) if "lit" not in look.features else _WARM,
                *(slits.moved(x, 0, z) for x, z in spots), keep_slits, side_slits.moved(-2.3, 0, -1.2),
            ),
            part("gate", "planks", arch, bridge), part("arch", "stone", frame), part("bars", "iron", *bars, *poles),
            part("flags", Finish("fabric", srgb("c62828")), *flags), part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 14.5, 0), 1.0), "front": Anchor((0, 4.0, half + 1.2), 2.0)},
    )


def _tower(look: Look) -> Model:
    """A round stone tower with a pointed roof."""
    body = turned((0, 0), (2.2, 0, 0.1), (1.75, 2.0, 3.0), (1.6, 6.6), (2.05, 7.3, 0.2), (2.05, 8.9, 0.05), (0, 8.9))
    roof = turned((0, 8.8), (2.45, 8.75, 0.05), (1.5, 10.3, 1.5), (0.06, 13.4, 0.04), (0, 13.42), steps=8)
    band = [
        torus(1.72, 0.22, 64, 12).moved(y=2.6), torus(2.06, 0.2, 64, 12).moved(y=7.35),
        torus(2.1, 0.2, 64, 12).moved(y=8.85),
    ]
    slits = [
        _slit().moved(0, y, r).turned("y", turn)
        for y, r, turn in ((3.4, 1.64, 35), (4.9, 1.6, -30), (4.2, 1.62, 160), (5.6, 1.58, 95))
    ]
    arched = plate(
        corners((-0.36, 0, 0.04), (0.36, 0, 0.04), (0.36, 0.7, 0.34), (0, 1.08, 0.2), (-0.36, 0.7, 0.34), steps=6),
        0.14, 0.02,
    )
    slits += [arched.moved(0, 7.6, 2.03).turned("y", 60 * k) for k in range(6)]
    door = plate(
        corners((-0.6, 0, 0.04), (0.6, 0, 0.04), (0.6, 1.4, 0.56), (0, 2.0, 0.35), (-0.6, 1.4, 0.56), steps=6), 0.3,
        0.03,
    ).moved(0, 0.3, 2.05)
    surround = plate(
        corners((-0.78, 0, 0.04), (0.78, 0, 0.04), (0.78, 1.45, 0.74), (0, 2.24, 0.45), (-0.78, 1.45, 0.74), steps=6),
        0.34, 0.03,
    ).moved(0, 0.28, 2.0)
    steps = [_block(1.7 - 0.2 * k, 0.16, 0.9 - 0.2 * k, 0, 0.02 + 0.13 * k, 2.5, 0.03) for k in range(3)]
    pole = rod(np.array([(0, 13.2, 0), (0, 14.6, 0)]), 0.05, segments=10)
    flag = plate(corners((0, 0, 0.02), (1.1, 0.28, 0.03), (0, 0.56, 0.02)), 0.05, 0.015).moved(0.02, 13.95, 0)
    ground = disc((0, -0.3), (3.6, -0.3, 0.06), (3.4, 0.03, 0.15), (0, 0.03), segments=80)
    return Model(
        (
            part("body", "stone blocks", body), part("bands", "stone", *band, surround, *steps),
            part("roof", "roof tiles", roof),
            part("windows", Finish("plastic", srgb("1d1f26")) if "lit" not in look.features else _WARM, *slits),
            part("door", "planks", door), part("flag", Finish("fabric", srgb("c62828")), flag),
            part("pole", "iron", pole), part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 13.3, 0), 0.5), "front": Anchor((0, 4, 1.6), 1.2)},
    )


def _lighthouse(look: Look) -> Model:
    radii = [1.75, 1.58, 1.42, 1.28, 1.15, 1.04]
    tiers = [
        turned(
            (0, 0.9 + 1.6 * k), (radii[k], 0.9 + 1.6 * k), (radii[k + 1], 2.5 + 1.6 * k), (0, 2.5 + 1.6 * k),
            segments=80,
        )
        for k in range(5)
    ]
    base = turned((0, 0), (2.1, 0, 0.06), (2.0, 0.7, 0.08), (1.8, 0.95, 0.05), (0, 0.95), segments=80)
    gallery = turned((0, 8.8), (1.04, 8.8), (1.5, 9.1, 0.05), (1.5, 9.25, 0.04), (0, 9.25), segments=80)
    posts = around(rod(np.array([(1.42, 9.2, 0), (1.42, 9.85, 0)]), 0.03, segments=8), 16)
    rails = [torus(1.42, 0.06, 80, 10).moved(y=y) for y in (9.55, 9.85)]
    room = turned((0, 9.2), (0.82, 9.2), (0.82, 10.75), (0, 10.75), segments=64)
    lamp = smooth((0, 9.5), (0.28, 9.55), (0.36, 9.95), (0.28, 10.35), (0, 10.4))
    mullions = around(box(0.07, 1.55, 0.07, 0.02).moved(0.82, 9.98, 0), 10)
    roof = turned((0, 10.7), (1.08, 10.7, 0.05), (0.95, 10.85, 0.1), (0.14, 11.75, 0.1), (0, 11.78))
    tip = joined([ball(0.15, 24).moved(y=11.85), rod(np.array([(0, 11.8, 0), (0, 12.5, 0)]), 0.03, segments=8)])
    door = plate(
        corners((-0.42, 0, 0.04), (0.42, 0, 0.04), (0.42, 1.0, 0.4), (0, 1.42, 0.25), (-0.42, 1.0, 0.4), steps=6), 0.3,
        0.03,
    ).moved(0, 0.9, 1.68)
    windows = [
        plate(
            corners((-0.2, 0, 0.04), (0.2, 0, 0.04), (0.2, 0.6, 0.04), (-0.2, 0.6, 0.04)), 0.14, 0.02,
        ).moved(0, y, r).turned("y", turn)
        for y, r, turn in ((3.3, 1.5, 20), (5.2, 1.34, -20), (7.0, 1.18, 30))
    ]
    rock = joined(
        [
            egg(1.5, 0.7, 1.3, 20).moved(1.4, -0.35, 0.7), egg(1.3, 0.6, 1.5, 20).moved(-1.5, -0.4, 0.3),
            egg(1.4, 0.65, 1.2, 20).moved(0.2, -0.4, 1.7), egg(1.5, 0.6, 1.3, 20).moved(0, -0.35, -1.5),
            disc((0, -0.7), (3.0, -0.7, 0.05), (2.7, -0.1, 0.3), (0, 0.02)),
        ]
    )
    return Model(
        (
            part("body", _WHITE_WOOD, tiers[0], tiers[2], tiers[4]),
            part("stripes", "painted metal", tiers[1], tiers[3]), part("base", "stone blocks", base),
            part("gallery", Finish("painted metal", srgb("2a2e35")), gallery, posts, *rails, mullions),
            part("lantern", "glass", room), part("light", _WARM, lamp), part("roof", "painted metal", roof, tip),
            part("door", "planks", door), part("windows", "dark glass", *windows), part("rock", "stone", rock),
        ),
        {"top": Anchor((0, 11.8, 0), 0.5), "front": Anchor((0, 5, 1.3), 1.0)},
    )


def _habitat(look: Look) -> Model:
    """A habitat on Mars: a dome of glass panels on a ring, two smaller pods, tunnels, an airlock, a dish and panels."""
    radius, base = 4.2, 0.9
    dome = smooth(
        *(
            (0, base), (radius * 0.985, base),
            *((radius * np.cos(a) * 0.985, base + radius * 0.86 * np.sin(a)) for a in np.radians([12, 30, 50, 70])),
            (0, base + radius * 0.85),
        ),
        segments=64, steps=5,
    )
    ribs = []
    for k in range(12):
        ribs.append(
            rod(
                np.array(
                    [
                        (radius * np.cos(a), base + radius * 0.87 * np.sin(a), 0)
                        for a in np.radians(np.linspace(0, 84, 10))
                    ]
                ),
                0.085, segments=8, round_ends=2,
            ).turned("y", 30 * k)
        )
    hoops = [
        torus(radius * np.cos(a), 0.15, 64, 8).moved(y=base + radius * 0.87 * np.sin(a))
        for a in np.radians([26, 52])
    ]
    cap = turned(
        (0, base + radius * 0.84), (0.62, base + radius * 0.84, 0.03), (0.5, base + radius * 0.93, 0.1),
        (0, base + radius * 0.95),
    )
    ring = turned(
        (0, 0), (radius + 0.45, 0, 0.05), (radius + 0.35, 0.55, 0.12), (radius + 0.08, base, 0.06), (0, base),
        segments=96,
    )
    band = turned(
        (radius + 0.2, 0.25), (radius + 0.44, 0.25, 0.02), (radius + 0.40, 0.42, 0.02), (radius + 0.2, 0.42),
        (radius + 0.2, 0.25), segments=96,
    )
    lights = around(egg(0.10, 0.08, 0.16, 12).moved(radius + 0.33, 0.62, 0), 20)
    inside = [disc((0, base), (radius * 0.93, base), (radius * 0.93, base + 0.06), (0, base + 0.06), segments=64)]
    garden = [
        egg(0.5 + 0.12 * (k % 3), 0.75 + 0.2 * (k % 2), 0.5, 20).moved(
            1.7 * np.cos(k * 1.26), base + 0.6, 1.7 * np.sin(k * 1.26),
        )
        for k in range(5)
    ]
    core = turned((0, base), (0.75, base), (0.75, base + 1.9, 0.3), (0, base + 2.1))
    tunnels, pod_domes, pod_rings, hatches = [], [], [], []
    for turn, far, r in ((38, 7.0, 1.75), (-52, 6.9, 1.6)):
        place = functools.partial(_aside, turn, far)
        pod_domes.append(
            place(
                smooth(
                    (0, 0.55), (r * 0.99, 0.56), (r, 0.8), (r * 0.88, 0.8 + r * 0.45), (r * 0.5, 0.8 + r * 0.78),
                    (0, 0.8 + r * 0.88),
                )
            )
        )
        pod_rings.append(
            place(
                turned(
                    (0, 0), (r + 0.25, 0, 0.04), (r + 0.18, 0.5, 0.08), (r + 0.02, 0.66, 0.04), (0, 0.66), segments=72,
                )
            )
        )
        pod_rings.append(place(torus(r * 0.9, 0.1, 56, 8).moved(y=0.8 + r * 0.43)))
        hatches.append(
            place(
                joined(
                    placed(
                        egg(0.3, 0.06, 0.3, 28), (r * 0.93 * np.cos(a), 1.18, r * 0.93 * np.sin(a)),
                        (np.cos(a), 0.35, np.sin(a)),
                    )
                    for a in np.radians([40, 110, 180 + 70])
                )
            )
        )
        tunnels.append(
            rod(np.array([(radius - 0.3, 0.85, 0), (far - r + 0.4, 0.85, 0)]), 0.72, segments=28).turned("y", turn)
        )
        tunnels += [
            torus(0.74, 0.16, 40, 8).turned("z", 90).moved(x, 0.85, 0).turned("y", turn)
            for x in (radius + 0.55, (radius + far - r) / 2 + 0.1, far - r - 0.15)
        ]
    lock = [
        rod(np.array([(0, 1.0, radius - 0.2), (0, 1.0, radius + 1.5)]), 0.95, segments=36, round_ends=2),
        torus(0.95, 0.2, 48, 10).turned("x", 90).moved(0, 1.0, radius + 0.75),
        torus(0.86, 0.2, 48, 10).turned("x", 90).moved(0, 1.0, radius + 1.72),
    ]
    hatch = placed(disc((0, 0), (0.72, 0, 0.04), (0.66, 0.12, 0.06), (0, 0.14)), (0, 1.0, radius + 2.1), (0, 0, 1))
    port = placed(egg(0.27, 0.07, 0.27, 28), (0, 1.12, radius + 2.25), (0, 0, 1))
    ramp = _block(1.5, 0.14, 1.4, 0, 0.03, radius + 2.6, 0.04)
    mast = [
        rod(np.array([(-5.2, 0, 3.4), (-5.2, 2.6, 3.4)]), 0.09, segments=12),
        disc((0, 0), (0.4, 0, 0.02), (0.3, 0.15, 0.03), (0, 0.15)).moved(-5.2, 0, 3.4),
    ]
    dish = placed(
        turned(
            (0, 0), (0.1, 0.0), (0.7, 0.18), (1.0, 0.45, 0.01), (0.98, 0.47, 0.01), (0.68, 0.22), (0.1, 0.05),
            (0, 0.05),
        ),
        (-5.2, 2.55, 3.4), (-0.35, 0.75, 0.6),
    )
    feed = placed(
        joined([rod(np.array([(0, 0, 0), (0, 0.6, 0)]), 0.03, segments=8), ball(0.08, 16).moved(y=0.62)]),
        (-5.2, 2.55, 3.4), (-0.35, 0.75, 0.6),
    )
    panels = [box(2.0, 0.06, 1.2, 0.02).turned("x", 32).moved(x, 0.75, 5.7) for x in (3.3, 5.5)]
    stands = [rod(np.array([(x, 0, 5.75), (x, 0.75, 5.68)]), 0.06, segments=10) for x in (3.3, 5.5)]
    ground = disc((0, -0.35), (9.0, -0.35, 0.06), (8.7, 0.03, 0.25), (0, 0.03), segments=96)
    rng = np.random.default_rng(look.seed)
    rocks = []
    for k in range(16):
        a, far, size = k * 2.39996, 6.6 + 1.7 * float(rng.random()), 0.16 + 0.3 * float(rng.random())
        rocks.append(
            egg(size, size * 0.7, size * 0.85, 10).turned("y", 40.0 * k).moved(far * np.cos(a), 0.05, far * np.sin(a))
        )
    return Model(
        (
            part("body", Finish("painted metal", srgb("eef0f1")), ring, *pod_rings, *tunnels, *lock, cap),
            part("dome", Finish("glass", srgb("cfe6ea")), dome),
            part("ribs", Finish("painted metal", srgb("d9dde0")), *ribs, *hoops),
            part("pods", Finish("painted metal", srgb("f6f6f4")), *pod_domes),
            part("bands", Finish("painted metal", srgb("e0632b")), band, hatch),
            part("lights", Finish("light", srgb("9fdcff"), glowing=True), lights),
            part("windows", "dark glass", *hatches, port),
            part("floor", Finish("concrete", srgb("c9c6bf")), *inside, ramp),
            part("garden", Finish("grass", srgb("4f9a3a")), *garden),
            part("core", Finish("painted metal", srgb("d8dbde")), core),
            part("dish", Finish("painted metal", srgb("f4f4f2")), dish), part("masts", "steel", *mast, feed, *stands),
            part("panels", Finish("dark glass", srgb("16315f")), *panels),
            part("rocks", Finish("stone", srgb("8f4a2c")), *rocks),
            part("ground", Finish("sand", srgb("b5603a")), ground),
        ),
        {"top": Anchor((0, base + radius * 0.95, 0), 1.0), "front": Anchor((0, 0.5, radius + 0.4), 1.5)},
    )


def _aside(turn: float, far: float, mesh: Mesh) -> Mesh:
    return mesh.moved(x=far).turned("y", turn)


def _windmill(look: Look) -> Model:
    body = turned((0, 0), (2.3, 0, 0.05), (1.45, 6.2, 0.05), (0, 6.2), segments=8).turned("y", 22.5)
    flats = body.positions[body.triangles].reshape(-1, 3)
    cross = np.cross(flats[1::3] - flats[::3], flats[2::3] - flats[::3])
    walls = boxed(
        Mesh(
            flats, np.repeat(cross / np.linalg.norm(cross, axis=1, keepdims=True), 3, axis=0),
            np.zeros((len(flats), 2)), np.arange(len(flats), dtype=np.uint32).reshape(-1, 3),
        )
    )
    cap = smooth((0, 6.1), (1.55, 6.12), (1.6, 6.4), (1.2, 7.2), (0.5, 7.75), (0, 7.85))
    balcony = turned((0, 2.6), (2.65, 2.6, 0.03), (2.65, 2.75, 0.03), (0, 2.75), segments=64)
    posts = around(rod(np.array([(2.55, 2.7, 0), (2.55, 3.35, 0)]), 0.04, segments=8), 16)
    rail = torus(2.55, 0.08, 72, 8).moved(y=3.35)
    hub = joined([rod(np.array([(0, 6.75, 1.0), (0, 6.75, 2.25)]), 0.16), ball(0.3, 24).moved(0, 6.75, 2.2)])
    arm = [box(0.13, 4.1, 0.1, 0.03).moved(y=2.17)] + [
        box(0.95, 0.06, 0.05, 0.015).moved(0.42, 0.9 + 0.4 * k, 0.02)
        for k in range(9)
    ] + [box(0.06, 3.3, 0.05, 0.015).moved(x, 2.5, 0.02) for x in (0.45, 0.88)]
    cloth = box(0.86, 3.25, 0.02, 0.008).moved(0.46, 2.5, -0.01)
    frames = joined([joined(arm).turned("z", 45 + 90 * k) for k in range(4)]).moved(0, 6.75, 2.2)
    sails = joined([cloth.turned("z", 45 + 90 * k) for k in range(4)]).moved(0, 6.75, 2.2)
    door = plate(
        corners((-0.5, 0, 0.04), (0.5, 0, 0.04), (0.5, 1.5, 0.45), (0, 2.0, 0.3), (-0.5, 1.5, 0.45), steps=6), 0.2,
        0.03,
    ).moved(0, 0.05, 2.1)
    pane, frame = _window(0.6, 0.75)
    spots = [(4.6, 1.57, 45.0), (4.6, 1.57, -45.0), (1.4, 1.98, 45.0), (1.4, 1.98, -45.0), (4.6, 1.57, 180.0)]
    ground = disc((0, -0.3), (3.9, -0.3, 0.06), (3.7, 0.04, 0.15), (0, 0.04), segments=80)
    return Model(
        (
            part("body", "plaster", walls), part("roof", Finish("roof tiles", srgb("5a4632")), boxed(cap)),
            part("balcony", "planks", balcony, posts, rail), part("frame", "oak", hub, frames),
            part("sails", "canvas", sails), part("door", "planks", door),
            part(
                "windows", Finish("dark glass", srgb("35495c")),
                *(pane.moved(0, y, z).turned("y", t) for y, z, t in spots),
            ),
            part("frames", _WHITE_WOOD, *(frame.moved(0, y, z).turned("y", t) for y, z, t in spots)),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 7.8, 0), 0.6), "front": Anchor((0, 4, 1.8), 1.0)},
    )


def _skyscraper(look: Look) -> Model:
    tiers = [(13.0, 0.0, 26.0), (10.0, 26.0, 16.0), (6.8, 42.0, 10.0)]
    bodies, ledges, glass, fins = [], [], [], []
    for width, low, high in tiers:
        bodies.append(_block(width - 0.5, high, width - 0.5, 0, low, 0, 0.1))
        ledges.append(_block(width + 0.5, 0.7, width + 0.5, 0, low + high - 0.3, 0, 0.1))
        rows = int(high // 2)
        for k in range(rows):
            glass.append(_block(width - 0.36, 1.25, width - 0.36, 0, low + 0.6 + k * high / rows, 0, 0.05))
        count = int(width // 1.3)
        for x in np.linspace(-width / 2 + 0.35, width / 2 - 0.35, count):
            fins += [_block(0.22, high - 0.2, 0.22, float(x), low, side * (width / 2 - 0.16), 0.05) for side in (-1, 1)]
            fins += [_block(0.22, high - 0.2, 0.22, side * (width / 2 - 0.16), low, float(x), 0.05) for side in (-1, 1)]
    spire = turned((0, 52), (1.6, 52, 0.1), (1.2, 54.5, 0.2), (0.35, 57, 0.3), (0.12, 65, 0.05), (0, 65.2))
    plinth = _block(15.5, 1.6, 15.5, 0, 0, 0, 0.12)
    doors = [_block(3.4, 3.2, 0.4, 0, 0.2, 6.6, 0.06), _block(4.4, 0.4, 1.6, 0, 3.5, 7.0, 0.1)]
    return Model(
        (
            part("body", Finish("concrete", srgb("b9b4a8")), *bodies, *fins, *ledges, plinth),
            part("windows", Finish("dark glass", srgb("27405c")) if "lit" not in look.features else _WARM, *glass),
            part("spire", "brushed steel", spire), part("doors", "bronze", *doors),
        ),
        {"top": Anchor((0, 65, 0), 1.0), "front": Anchor((0, 14, 6.6), 4.0)},
    )


_ROLES = (
    "body", "roof", "chimney", "pots", "windows", "frames", "door", "knob", "steps", "bushes", "ground", "gate", "arch",
    "bars", "flags", "flag", "pole", "bands", "stripes", "base", "gallery", "lantern", "light", "lights", "rock",
    "rocks", "dome", "ribs", "pods", "floor", "garden", "core", "dish", "masts", "panels", "balcony", "frame", "sails",
    "spire", "doors",
)

SHAPES = (
    Shape(
        "house", "buildings", ("house", "home", "cottage", "cabin", "hut", "barn"), _ROLES, ("body",), ("lit",), _house,
    ),
    Shape("castle", "buildings", ("castle", "fortress", "palace", "fort"), _ROLES, ("body",), ("lit",), _castle),
    Shape("tower", "buildings", ("tower", "wizard tower", "watchtower"), _ROLES, ("body",), ("lit",), _tower),
    Shape("lighthouse", "buildings", ("lighthouse", "beacon"), _ROLES, ("stripes", "roof"), (), _lighthouse),
    Shape(
        "habitat", "buildings",
        ("habitat", "mars habitat", "dome", "mars base", "igloo", "greenhouse", "space station"), _ROLES,
        ("body", "pods"), (), _habitat,
    ),
    Shape("windmill", "buildings", ("windmill", "mill"), _ROLES, ("body",), (), _windmill),
    Shape(
        "skyscraper", "buildings", ("skyscraper", "office building", "building", "apartment building"), _ROLES,
        ("body",), ("lit",), _skyscraper,
    ),
)
