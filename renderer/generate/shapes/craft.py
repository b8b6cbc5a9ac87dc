"""Vehicles that fly or swim; they go towards +z."""

import numpy as np

from renderer.generate.shapes.blobs import blend, chain, ellipsoid, limb, surface
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, Vector, srgb
from renderer.generate.shapes.solids import (
    around,
    box,
    corners,
    disc,
    egg,
    loft,
    mirrored,
    part,
    path,
    plate,
    rod,
    scaled,
    smooth,
    smooth_part,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined

_WHITE = Finish("painted metal", srgb("f1f1ee"))


def wing(root: Vector, tip: Vector, chord: float, tip_chord: float, thick: float) -> Mesh:
    """From `root` to `tip`, the middles of the chords, which run along z; `thick` is a share of the chord."""
    shares = np.concatenate([[0.0], np.linspace(0, 1, 9), [1.0]])
    angles = np.linspace(0, 2 * np.pi, 33)
    chords = chord + (tip_chord - chord) * shares
    chords[[0, -1]] = 0.0
    chords[-2] *= 0.86
    middles = np.array(root) + (np.array(tip) - np.array(root)) * shares[:, None]
    upright = abs(tip[1] - root[1]) > abs(tip[0] - root[0])
    z = np.cos(angles)[None] * chords[:, None] / 2
    # A drop: thickest a third of the way behind the leading edge.
    lift = np.sin(angles)[None] * chords[:, None] / 2 * thick * (1.1 + 0.6 * np.cos(angles)[None])
    away = np.zeros_like(lift)
    offset = np.stack([lift, away, z] if upright else [away, lift, z], axis=-1)
    rings = middles[:, None] + offset
    way = np.array(tip) - np.array(root)
    turns = np.cross(rings[4, 1] - rings[4, 0], rings[4, 2] - rings[4, 1]) @ way
    return boxed(loft(rings if turns > 0 else rings[:, ::-1]))


def _plane(look: Look) -> Model:
    body = smooth(
        (0, -4.6), (0.12, -4.55), (0.42, -3.2), (0.62, -1.2), (0.65, 1.5), (0.58, 2.9), (0.36, 3.75), (0.15, 4.05),
        (0, 4.12), steps=6,
    )
    fuselage = scaled(body.turned("x", 90), 1, 1.05, 1).moved(y=1.8)
    wings = mirrored(wing((0.2, 1.45, 0.5), (4.6, 1.85, -0.9), 2.1, 0.75, 0.12))
    tail = mirrored(wing((0.05, 2.0, -3.9), (1.7, 2.15, -4.35), 1.05, 0.5, 0.12))
    fin = wing((0, 2.0, -3.7), (0, 3.45, -4.45), 1.35, 0.65, 0.12)
    pod = smooth(
        (0, -0.75), (0.12, -0.72), (0.26, -0.2), (0.31, 0.35), (0.285, 0.62), (0.255, 0.60), (0.24, 0.4), (0, 0.35),
    ).turned("x", 90)
    pods = mirrored(pod.moved(1.65, 1.22, 0.85))
    pylons = mirrored(box(0.07, 0.3, 0.6, 0.03).moved(1.65, 1.48, 0.55))
    fan = mirrored(
        disc(
            (0, 0.40), (0.235, 0.40, 0.01), (0.235, 0.43, 0.01), (0.05, 0.44), (0, 0.52),
        ).turned("x", 90).moved(1.65, 1.22, 0.85)
    )
    windows = mirrored(joined([egg(0.02, 0.085, 0.06, 14).moved(0.652, 1.98, z) for z in np.linspace(2.2, -2.0, 15)]))
    cockpit = [egg(0.31, 0.17, 0.30, 32).turned("x", 30).moved(0, 2.135, 3.35)]
    gear = [
        rod(np.array([(x, 1.4, z), (x, 0.2, z)]), 0.05, segments=12)
        for x, z in ((0, 2.8), (0.8, -0.3), (-0.8, -0.3))
    ]
    wheels = [
        turned(
            (0, -0.09), (0.2, -0.09, 0.05), (0.2, 0.09, 0.05), (0, 0.09), segments=32,
        ).turned("z", 90).moved(x + s, 0.2, z)
        for x, z in ((0, 2.8), (0.8, -0.3), (-0.8, -0.3))
        for s in (-0.13, 0.13)
    ]
    return Model(
        (
            part("body", _WHITE, boxed(fuselage)), part("wings", Finish("painted metal", srgb("e4e6e8")), wings, tail),
            part("tail", "painted metal", fin), part("engines", Finish("painted metal", srgb("c9ccd0")), pods, pylons),
            part("fans", "iron", fan), part("windows", "dark glass", windows, *cockpit), part("gear", "steel", *gear),
            part("wheels", "rubber", *wheels),
        ),
        {"top": Anchor((0, 2.48, 0.5), 0.8), "front": Anchor((0.66, 1.8, 0.5), 1.0)},
    )


def _helicopter(look: Look) -> Model:
    cabin = blend(0.5, ellipsoid((0, 1.5, 0.5), (0.85, 0.85, 1.5)), ellipsoid((0, 1.85, -0.5), (0.5, 0.6, 1.1)))
    body = surface(
        blend(0.5, cabin, chain([(0, 1.8, -0.8), (0, 1.95, -2.4), (0, 2.1, -4.2)], [0.4, 0.22, 0.13])),
        (-1.1, 0.4, -4.6), (1.1, 2.8, 2.3), 0.075,
    )
    canopy = surface(ellipsoid((0, 1.62, 0.88), (0.82, 0.7, 1.2)), (-1, 0.7, -0.6), (1, 2.6, 2.3), 0.07)
    blade = plate(
        corners((0.15, -0.05, 0.02), (3.6, -0.13, 0.05), (3.6, 0.13, 0.05), (0.15, 0.05, 0.02)), 0.035, 0.012,
    ).turned("x", -90)
    mast = turned(
        (0, 2.2), (0.16, 2.2, 0.02), (0.10, 2.6, 0.05), (0.08, 2.85, 0.02), (0.18, 2.9, 0.03), (0.15, 3.02, 0.05),
        (0, 3.04),
    )
    fin = wing((0, 2.0, -4.0), (0, 3.1, -4.5), 0.85, 0.45, 0.12)
    small = around(
        rod(np.array([(0, 0, 0), (0, 0, 0.55)]), 0.035, flat=0.4, segments=12), 3,
    ).turned("z", 90).moved(0.16, 2.5, -4.35)
    level = mirrored(wing((0.05, 2.0, -3.3), (0.8, 2.0, -3.4), 0.5, 0.35, 0.14))
    skid = rod(path((0.8, 0.25, 1.9), (0.8, 0.05, 1.6), (0.8, 0.05, 0.0), (0.8, 0.05, -1.2)), 0.055)
    struts = [rod(path((0.4, 0.95, z), (0.68, 0.6, z), (0.8, 0.05, z)), 0.04, segments=12) for z in (1.0, -0.5)]
    return Model(
        (
            part("body", "painted metal", body, fin, level), part("windows", "dark glass", canopy),
            part("rotor", "iron", around(blade.moved(y=2.95), 4, 20), mast, small),
            part("skids", "steel", mirrored(joined([skid, *struts]))),
        ),
        {"top": Anchor((0, 2.3, 0), 0.6), "front": Anchor((0, 1.5, 2.0), 0.6)},
    )


def _rocket(look: Look) -> Model:
    body = smooth_part(
        "body", _WHITE, (0, 0.35), (0.33, 0.37), (0.42, 0.6), (0.55, 1.3), (0.57, 1.9), (0.5, 2.6), (0.385, 3.06),
        (0, 3.07),
    )
    nose = smooth((0, 3.03), (0.375, 3.04), (0.392, 3.06), (0.26, 3.5), (0.09, 3.86), (0.0, 3.95))
    outline = corners(
        (0.38, 0.55, 0.03), (0.62, 0.1, 0.05), (0.95, -0.12, 0.05), (1.0, 0.35, 0.3), (0.8, 1.05, 0.4),
        (0.42, 1.5, 0.05),
    )
    fins = around(plate(outline, 0.075, 0.03), 3, 30)
    ring = torus(0.2, 0.075, 48, 16).turned("x", 90).moved(y=2.1, z=0.53)
    pane = egg(0.185, 0.185, 0.06, 40).moved(y=2.1, z=0.53)
    bell = turned((0, 0.30), (0.16, 0.30), (0.28, 0.04), (0.33, 0.03, 0.01), (0.24, 0.38), (0, 0.40))
    bands = [
        turned((0.4, y), (r + 0.015, y, 0.01), (r + 0.015, y + 0.06, 0.01), (0.4, y + 0.06), (0.4, y))
        for y, r in ((0.72, 0.452), (2.62, 0.492))
    ]
    parts = [
        body, part("nose", "painted metal", nose), part("fins", "painted metal", fins),
        part("bands", "painted metal", *bands), part("window frame", "brass", ring), part("window", "dark glass", pane),
        part("nozzle", "iron", bell),
    ]
    if "flame" in look.features:
        flame = smooth((0, -0.9), (0.08, -0.7), (0.24, -0.15), (0.22, 0.2), (0, 0.3))
        parts.append(part("flame", Finish("light", srgb("ff9a3c"), glowing=True), flame))
    return Model(tuple(parts), {"top": Anchor((0, 3.9, 0), 0.2), "front": Anchor((0, 1.3, 0.56), 0.5)})


def _boat(look: Look) -> Model:
    stations = np.linspace(0, 1, 22)
    angles = np.linspace(0, 2 * np.pi, 49)
    rings = []
    for s in stations:
        half = max(0.95 * (1 - max(s - 0.4, 0) ** 2 / 0.36) ** 0.8 * (0.78 + 0.22 * min(s / 0.4, 1)), 0.02)
        keel, deck = 0.12 + 0.55 * max(s - 0.55, 0) ** 2 / 0.2, 0.92 + 0.22 * s * s
        c, d = np.cos(angles), np.sin(angles)
        x = half * np.sign(c) * np.abs(c) ** 0.6
        y = np.where(
            d > 0, deck - 0.0 + 0.05 * d * (1 - np.abs(c)), deck + (deck - keel) * np.sign(d) * np.abs(d) ** 1.1,
        )
        rings.append(np.column_stack([x, y, np.full_like(x, -2.3 + 4.7 * s)]))
    grid = np.array(rings)
    hull = boxed(loft(grid), "z")
    rail = []
    deck_line = [(float(r[:, 0].max()), float(r[np.argmax(r[:, 0]), 1]) + 0.02, float(r[0, 2])) for r in rings]
    rail.append(rod(np.array(deck_line), 0.045, segments=12))
    cabin = box(0.95, 0.36, 1.3, 0.1, 5).moved(y=1.16, z=-0.35)
    panes = mirrored(joined([egg(0.02, 0.09, 0.16, 24).moved(0.475, 1.18, z) for z in (-0.7, -0.2)]))
    mast = rod(np.array([(0, 0.95, 0.5), (0, 5.7, 0.38)]), 0.06, 0.035)
    boom = rod(np.array([(0, 1.55, 0.45), (0, 1.5, -1.95)]), 0.04)
    main = _sail(((0, 1.62, 0.42), (0, 1.6, -1.85), (0, 5.5, 0.36)), 0.26)
    jib = _sail(((0, 1.4, 2.3), (0.0, 1.6, 0.72), (0, 5.2, 0.5)), 0.22)
    stays = [
        rod(np.array([(0, 5.6, 0.38), (0, 1.15, 2.38)]), 0.012, segments=8),
        rod(np.array([(0, 5.6, 0.38), (0, 0.95, -2.28)]), 0.012, segments=8),
    ]
    flag = plate(
        corners((0, 0, 0.01), (0.42, 0.1, 0.02), (0, 0.24, 0.01)), 0.012, 0.004,
    ).turned("y", 90).moved(y=5.62, z=0.38)
    rudder = box(0.06, 0.75, 0.32, 0.025).moved(y=0.42, z=-2.38)
    return Model(
        (
            part("body", Finish("painted metal", srgb("f0efea")), hull),
            part("rail", "mahogany", mirrored(joined(rail)), rudder), part("cabin", "mahogany", cabin),
            part("windows", "dark glass", panes), part("mast", "pine", mast, boom), part("sails", "canvas", main, jib),
            part("rigging", "iron", *stays), part("flag", Finish("fabric", srgb("c62828")), flag),
        ),
        {"top": Anchor((0, 1.34, -0.35), 0.6), "front": Anchor((0.9, 0.6, 0), 0.8)},
    )


def _sail(points: tuple[Vector, Vector, Vector], belly: float) -> Mesh:
    """A thin triangle of cloth that bulges towards +x."""
    tack, clew, head = (np.array(p) for p in points)
    rows, columns = 16, 14
    t = np.linspace(0, 1, rows)[:, None]
    front, back = tack + (head - tack) * t, clew + (head - clew) * t
    back = back + np.array([0, 0, -0.18]) * np.sin(np.pi * t)
    u = np.linspace(0, 1, columns)
    sheet = front[:, None] + (back - front)[:, None] * u[None, :, None]
    bulge = belly * np.sin(np.pi * u)[None] * np.sin(np.pi * (0.15 + 0.85 * t)) ** 0.8
    sheet[..., 0] += bulge
    thick = np.array([0.008, 0, 0])
    loop = np.concatenate([sheet + thick, (sheet - thick)[:, ::-1], (sheet + thick)[:, :1]], axis=1)
    loop[-1] = head
    turned_out = np.cross(loop[3, 4] - loop[3, 3], loop[4, 3] - loop[3, 3])[0] > 0
    return boxed(loft(loop if turned_out else loop[:, ::-1]), "y")


def _spaceship(look: Look) -> Model:
    saucer = smooth_part(
        "body", "brushed steel", (0, 0.42), (0.5, 0.42), (1.0, 0.55), (1.85, 0.86), (2.05, 0.96), (1.85, 1.06),
        (1.1, 1.30), (0.72, 1.40), (0, 1.46),
    )
    dome = smooth((0, 1.38), (0.70, 1.39), (0.72, 1.45), (0.58, 1.85), (0.28, 2.06), (0, 2.11))
    collar = turned((0.68, 1.36), (0.80, 1.36, 0.02), (0.78, 1.46, 0.03), (0.68, 1.47), (0.68, 1.36))
    rim = torus(2.03, 0.11, 96, 16).moved(y=0.96)
    lights = around(egg(0.085, 0.055, 0.085, 20).moved(x=1.52, y=0.735), 14)
    top_lights = around(egg(0.07, 0.04, 0.07, 20).moved(x=1.45, y=1.19), 14)
    engine = turned((0, 0.30), (0.36, 0.30, 0.03), (0.5, 0.46), (0, 0.46))
    leg = joined(
        [
            rod(np.array([(0.75, 0.5, 0), (1.15, 0.06, 0)]), 0.05),
            disc((0, 0), (0.17, 0, 0.01), (0.13, 0.05, 0.02), (0, 0.07)).moved(x=1.16),
        ]
    )
    return Model(
        (
            saucer, part("dome", Finish("glass", srgb("9be7d8")), dome), part("trim", "chrome", collar, rim),
            part("lights", Finish("light", srgb("7dff9b"), glowing=True), lights, top_lights),
            part("engine", Finish("light", srgb("59c8ff"), glowing=True), engine),
            part("legs", "iron", around(leg, 3, 30)),
            part(
                "pilot", Finish("plastic", srgb("69b34c")), egg(0.2, 0.24, 0.2, 40).moved(y=1.7),
                egg(0.16, 0.16, 0.13, 24).moved(y=1.46),
            ),
            part(
                "eyes", Finish("glossy plastic", (0.01, 0.01, 0.012)),
                mirrored(egg(0.055, 0.085, 0.04, 20).turned("z", 18).moved(0.08, 1.72, 0.18)),
            ),
        ),
        {"top": Anchor((0, 2.1, 0), 0.5), "front": Anchor((0, 0.9, 2.0), 0.5)},
    )


def _submarine(look: Look) -> Model:
    hull = blend(
        0.25, chain([(0, 1.2, -2.2), (0, 1.2, -0.9), (0, 1.2, 1.6)], [0.35, 0.9, 0.95]),
        limb((0, 2.0, 0.1), (0, 2.45, 0.1), 0.42, 0.36),
    )
    body = surface(hull, (-1.2, 0.1, -2.8), (1.2, 3.0, 2.8), 0.085)
    frames = mirrored(
        joined([torus(0.27, 0.09, 40, 12).turned("z", 90).moved(0.90, 1.35, z) for z in (-0.5, 0.45, 1.4)])
    )
    panes = mirrored(joined([egg(0.05, 0.25, 0.25, 28).moved(0.90, 1.35, z) for z in (-0.5, 0.45, 1.4)]))
    nose = egg(0.42, 0.42, 0.14, 32).moved(0, 1.35, 2.44)
    scope = rod(path((0, 2.4, 0.1), (0, 3.15, 0.1), (0, 3.32, 0.14), (0, 3.34, 0.4)), 0.07)
    hoop = torus(0.62, 0.09, 48, 12).turned("x", 90).moved(y=1.2, z=-2.62)
    blades = around(
        rod(np.array([(0, 0, 0.05), (0, 0, 0.55)]), 0.13, 0.2, flat=0.3), 4,
    ).turned("x", 90).moved(y=1.2, z=-2.62)
    hub = egg(0.14, 0.14, 0.3, 24).moved(0, 1.2, -2.6)
    fins = joined(
        [
            mirrored(wing((0.2, 1.2, -2.05), (1.15, 1.2, -2.35), 0.75, 0.45, 0.16)),
            wing((0, 1.3, -2.05), (0, 2.2, -2.35), 0.75, 0.45, 0.16),
        ]
    )
    return Model(
        (
            part("body", Finish("painted metal", srgb("f2c12e")), body),
            part("frames", "brass", frames, torus(0.44, 0.11, 48, 12).turned("x", 90).moved(y=1.35, z=2.38)),
            part("windows", "dark glass", panes, nose), part("periscope", "brass", scope),
            part("propeller", "brass", hoop, blades, hub), part("fins", Finish("painted metal", srgb("d23b2d")), fins),
        ),
        {"top": Anchor((0, 2.8, 0.1), 0.5), "front": Anchor((0.95, 1.2, 0.5), 0.5)},
    )


SHAPES = (
    Shape(
        "plane", "vehicles", ("plane", "airplane", "aeroplane", "aircraft", "jet", "airliner"),
        ("body", "wings", "tail", "engines", "fans", "windows", "gear", "wheels"), ("body", "wings"), (), _plane,
    ),
    Shape(
        "helicopter", "vehicles", ("helicopter", "chopper"), ("body", "windows", "rotor", "skids"), ("body",), (),
        _helicopter,
    ),
    Shape(
        "rocket", "vehicles", ("rocket", "rocket ship", "missile"),
        ("body", "nose", "fins", "bands", "window frame", "window", "nozzle", "flame"), ("body",), ("flame",), _rocket,
    ),
    Shape(
        "boat", "vehicles", ("boat", "sailboat", "sailing boat", "ship", "yacht"),
        ("body", "rail", "cabin", "windows", "mast", "sails", "rigging", "flag"), ("body",), (), _boat,
    ),
    Shape(
        "spaceship", "vehicles", ("spaceship", "ufo", "flying saucer", "spacecraft"),
        ("body", "dome", "trim", "lights", "engine", "legs", "pilot", "eyes"), ("body",), (), _spaceship,
    ),
    Shape(
        "submarine", "vehicles", ("submarine", "u-boat"),
        ("body", "frames", "windows", "periscope", "propeller", "fins"), ("body",), (), _submarine,
    ),
)
