"""Buildings, each with its piece of ground."""

import functools

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.masonry import ROLES, WARM, WHITE_WOOD, block, gable, window_of
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


def _house(look: Look) -> Model:
    width, depth, high, rise = 7.2, 6.0, 3.1, 2.5
    walls = [
        block(width, high, depth, 0, 0.15, 0, 0.05),
        gable(width - 0.1, rise, depth - 0.02, 0.05).moved(y=0.15 + high - 0.02),
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
    chimney = [block(0.75, 2.1, 0.75, 2.0, 4.0, -1.2), block(0.9, 0.16, 0.9, 2.0, 6.05, -1.2)]
    pots = [
        turned((0, 6.2), (0.16, 6.2, 0.02), (0.13, 6.55, 0.02), (0, 6.55)).moved(2.0 + dx, 0, -1.2)
        for dx in (-0.18, 0.18)
    ]
    pane, frame = window_of(1.15, 1.25)
    places = [(x, 1.85, depth / 2, 0.0) for x in (-2.3, 2.3)] + [(0.0, 4.25, depth / 2, 0.0)] + [
        (side * width / 2, 1.85, z, side * 90.0)
        for side in (-1, 1)
        for z in (-1.5, 1.5)
    ] + [(x, 1.85, -depth / 2, 180.0) for x in (-2.0, 2.0)]

    def put(mesh: Mesh) -> list[Mesh]:
        return [mesh.turned("y", turn).moved(x, y, z) for x, y, z, turn in places]

    door = block(1.15, 2.2, 0.1, 0, 0.3, depth / 2, 0.03)
    panels = [
        block(0.38, h, 0.16, x, y, depth / 2, 0.03)
        for x in (-0.26, 0.26)
        for y, h in ((0.5, 0.75), (1.42, 0.8))
    ]
    surround = [
        block(0.14, 2.4, 0.2, x, 0.3, depth / 2)
        for x in (-0.66, 0.66)
    ] + [block(1.46, 0.16, 0.24, 0, 2.6, depth / 2)]
    porch = [gable(2.3, 0.75, 1.3, 0.04).moved(0, 2.85, depth / 2 + 0.6)]
    posts = mirrored(joined([block(0.13, 2.7, 0.13, 0.95, 0.2, depth / 2 + 1.1)]))
    steps = [block(2.2, 0.18, 1.5, 0, 0.06, depth / 2 + 0.7), block(1.7, 0.1, 0.4, 0, 0.04, depth / 2 + 1.6)]
    bushes = [egg(0.55, 0.5, 0.5, 32).moved(x, 0.4, depth / 2 + 0.45) for x in (-3.1, -2.2, 2.2, 3.1)]
    ground = disc((0, -0.1), (6.0, -0.1, 0.05), (6.0, 0.06, 0.08), (0, 0.06), segments=96)
    pathway = block(1.3, 0.06, 2.5, 0, 0.03, depth / 2 + 2.2, 0.02)
    knob = ball(0.06, 20).moved(0.42, 1.3, depth / 2 + 0.1)
    return Model(
        (
            part("body", Finish("plaster", srgb("f1e3c6")), *walls), part("roof", "roof tiles", *roof, ridge, *porch),
            part("chimney", "brick", *chimney), part("pots", "terracotta", *pots),
            part("windows", Finish("dark glass", srgb("35495c")) if "lit" not in look.features else WARM, *put(pane)),
            part("frames", WHITE_WOOD, *put(frame), *surround, posts),
            part("door", Finish("painted metal", srgb("8e2f2a")), door, *panels), part("knob", "brass", knob),
            part("steps", "stone", *steps, pathway), part("bushes", Finish("grass", srgb("3f7a2c")), *bushes),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 5.9, 0), 3.0), "front": Anchor((0, 3.0, depth / 2), 3.0)},
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
    ramp = block(1.5, 0.14, 1.4, 0, 0.03, radius + 2.6, 0.04)
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
    pane, frame = window_of(0.6, 0.75)
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
            part("frames", WHITE_WOOD, *(frame.moved(0, y, z).turned("y", t) for y, z, t in spots)),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 7.8, 0), 0.6), "front": Anchor((0, 4, 1.8), 1.0)},
    )


def _skyscraper(look: Look) -> Model:
    tiers = [(13.0, 0.0, 26.0), (10.0, 26.0, 16.0), (6.8, 42.0, 10.0)]
    bodies, ledges, glass, fins = [], [], [], []
    for width, low, high in tiers:
        bodies.append(block(width - 0.5, high, width - 0.5, 0, low, 0, 0.1))
        ledges.append(block(width + 0.5, 0.7, width + 0.5, 0, low + high - 0.3, 0, 0.1))
        rows = int(high // 2)
        for k in range(rows):
            glass.append(block(width - 0.36, 1.25, width - 0.36, 0, low + 0.6 + k * high / rows, 0, 0.05))
        count = int(width // 1.3)
        for x in np.linspace(-width / 2 + 0.35, width / 2 - 0.35, count):
            fins += [block(0.22, high - 0.2, 0.22, float(x), low, side * (width / 2 - 0.16), 0.05) for side in (-1, 1)]
            fins += [block(0.22, high - 0.2, 0.22, side * (width / 2 - 0.16), low, float(x), 0.05) for side in (-1, 1)]
    spire = turned((0, 52), (1.6, 52, 0.1), (1.2, 54.5, 0.2), (0.35, 57, 0.3), (0.12, 65, 0.05), (0, 65.2))
    plinth = block(15.5, 1.6, 15.5, 0, 0, 0, 0.12)
    doors = [block(3.4, 3.2, 0.4, 0, 0.2, 6.6, 0.06), block(4.4, 0.4, 1.6, 0, 3.5, 7.0, 0.1)]
    return Model(
        (
            part("body", Finish("concrete", srgb("b9b4a8")), *bodies, *fins, *ledges, plinth),
            part("windows", Finish("dark glass", srgb("27405c")) if "lit" not in look.features else WARM, *glass),
            part("spire", "brushed steel", spire), part("doors", "bronze", *doors),
        ),
        {"top": Anchor((0, 65, 0), 1.0), "front": Anchor((0, 14, 6.6), 4.0)},
    )


SHAPES = (
    Shape(
        "house", "buildings", ("house", "home", "cottage", "cabin", "hut", "barn"), ROLES, ("body",), ("lit",), _house,
    ),
    Shape(
        "habitat", "buildings",
        ("habitat", "mars habitat", "dome", "mars base", "igloo", "greenhouse", "space station"), ROLES,
        ("body", "pods"), (), _habitat,
    ),
    Shape("windmill", "buildings", ("windmill", "mill"), ROLES, ("body",), (), _windmill),
    Shape(
        "skyscraper", "buildings", ("skyscraper", "office building", "building", "apartment building"), ROLES,
        ("body",), ("lit",), _skyscraper,
    ),
)
