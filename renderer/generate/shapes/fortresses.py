"""Castles, towers, lighthouses, each with its piece of ground."""

import numpy as np

from renderer.generate.shapes.masonry import ROLES, WARM, WHITE_WOOD, block, gable, slit
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import around, ball, box, corners, disc, egg, part, plate, rod, smooth, turned
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined


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
            slit().moved(0, height * share, radius - 0.02).turned("y", turn)
            for share in (0.45, 0.75)
            for turn in (0, 90, 180, 270)
        ]
    )
    return joined([body, _battlement(radius * 1.08, height - 0.02, 10, 0.45, 0.28)]), roof, slits


def _castle(look: Look) -> Model:
    half, high = 5.0, 4.2
    corner, roof, slits = _turret(6.6, 1.35)
    spots = [(x, z) for x in (-half, half) for z in (-half, half)]
    walls, teeth = [], []
    for turn in (0, 90, 180, 270):
        walls.append(block(2 * half, high, 0.9, 0, 0, half, 0.05).turned("y", turn))
        teeth += [
            block(0.55, 0.55, 0.4, x, high - 0.03, half + 0.25, 0.04).turned("y", turn)
            for x in np.linspace(-half + 1.7, half - 1.7, 8)
        ]
    gate = [block(3.2, 5.2, 1.9, 0, 0, half + 0.2, 0.06)] + [
        block(0.55, 0.55, 0.4, x, 5.17, half + 0.2 + z, 0.04)
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
    inner = [keep, side.moved(-2.3, 0, -1.2), block(4.4, 6.0, 3.6, 1.3, 0, -1.0, 0.06)]
    hall_roof = gable(4.8, 1.9, 4.0, 0.05).moved(1.3, 5.98, -1.0)
    flags, poles = [], []
    for (x, z), y in [
        *((spot, 6.6 + 0.3 + 3.1) for spot in spots), ((0, 0), 9.6 + 0.3 + 4.83), ((-2.3, -1.2), 8.2 + 0.3 + 2.53),
    ]:
        poles.append(rod(np.array([(x, y - 0.4, z), (x, y + 1.0, z)]), 0.045, segments=10))
        flags.append(
            plate(corners((0, 0, 0.02), (0.95, 0.24, 0.03), (0, 0.5, 0.02)), 0.05, 0.015).moved(x + 0.02, y + 0.45, z)
        )
    ground = disc((0, -0.5), (9.4, -0.5, 0.1), (8.8, 0.03, 0.25), (0, 0.03), segments=96)
    bridge = block(2.2, 0.16, 2.6, 0, 0.02, half + 2.4, 0.04)
    return Model(
        (
            part("body", "stone blocks", *walls, *teeth, *gate, *(corner.moved(x, 0, z) for x, z in spots), *inner),
            part(
                "roof", Finish("roof tiles", srgb("3a5a85")), *(roof.moved(x, 0, z) for x, z in spots), keep_roof,
                side_roof.moved(-2.3, 0, -1.2), hall_roof,
            ),
            part(
                "windows", Finish("plastic", srgb("1d1f26")) if "lit" not in look.features else WARM,
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
        slit().moved(0, y, r).turned("y", turn)
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
    steps = [block(1.7 - 0.2 * k, 0.16, 0.9 - 0.2 * k, 0, 0.02 + 0.13 * k, 2.5, 0.03) for k in range(3)]
    pole = rod(np.array([(0, 13.2, 0), (0, 14.6, 0)]), 0.05, segments=10)
    flag = plate(corners((0, 0, 0.02), (1.1, 0.28, 0.03), (0, 0.56, 0.02)), 0.05, 0.015).moved(0.02, 13.95, 0)
    ground = disc((0, -0.3), (3.6, -0.3, 0.06), (3.4, 0.03, 0.15), (0, 0.03), segments=80)
    return Model(
        (
            part("body", "stone blocks", body), part("bands", "stone", *band, surround, *steps),
            part("roof", "roof tiles", roof),
            part("windows", Finish("plastic", srgb("1d1f26")) if "lit" not in look.features else WARM, *slits),
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
            part("body", WHITE_WOOD, tiers[0], tiers[2], tiers[4]),
            part("stripes", "painted metal", tiers[1], tiers[3]), part("base", "stone blocks", base),
            part("gallery", Finish("painted metal", srgb("2a2e35")), gallery, posts, *rails, mullions),
            part("lantern", "glass", room), part("light", WARM, lamp), part("roof", "painted metal", roof, tip),
            part("door", "planks", door), part("windows", "dark glass", *windows), part("rock", "stone", rock),
        ),
        {"top": Anchor((0, 11.8, 0), 0.5), "front": Anchor((0, 5, 1.3), 1.0)},
    )


SHAPES = (
    Shape("castle", "buildings", ("castle", "fortress", "palace", "fort"), ROLES, ("body",), ("lit",), _castle),
    Shape("tower", "buildings", ("tower", "wizard tower", "watchtower"), ROLES, ("body",), ("lit",), _tower),
    Shape("lighthouse", "buildings", ("lighthouse", "beacon"), ROLES, ("stripes", "roof"), (), _lighthouse),
)
