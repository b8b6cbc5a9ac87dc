"""Things with screens, lenses and loudspeakers."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Float64
from renderer.generate.shapes.blobs import blend, chain, ellipsoid, surface, twin
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    box,
    corners,
    disc,
    egg,
    mirrored,
    part,
    path,
    pillow,
    plate,
    rod,
    scaled,
    smooth,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined, rotation

_BLACK = Finish("plastic", srgb("1a1b1e"))
_SCREEN = Finish("light", srgb("3f86d8"), glowing=True)
_GREY = Finish("plastic", srgb("3a3c41"))


def _panel(width: float, height: float, depth: float, corner: float, bevel: float) -> Mesh:
    """An upright plate about the origin."""
    w, h = width / 2, height / 2
    return plate(corners((-w, -h, corner), (w, -h, corner), (w, h, corner), (-w, h, corner)), depth, bevel)


def _icons(rows: int, columns: int, size: float, pitch: float) -> dict[str, list[Mesh]]:
    """Rounded squares in the plane z = 0, in four colours by turns."""
    colours = ("f4b942", "5bc8a8", "ef6f6c", "7b8cf0")
    found: dict[str, list[Mesh]] = {code: [] for code in colours}
    for row in range(rows):
        for column in range(columns):
            tile = _panel(size, size, size * 0.06, size * 0.25, size * 0.02)
            spot = tile.moved((column - (columns - 1) / 2) * pitch, ((rows - 1) / 2 - row) * pitch, 0)
            found[colours[(row * 3 + column) % 4]].append(spot)
    return found


def _screen(
    width: float, height: float, at: Sequence[float] | Float64, tilt: float, rows: int, columns: int,
) -> list[Part]:
    """A lit screen with tiles on it, a millimetre or less thick."""
    def put(mesh: Mesh) -> Mesh:
        return mesh.turned("x", tilt).moved(*at)

    size = min(width / columns, height / rows) * 0.5
    parts = [
        part(
            "screen", Finish("light", srgb("24598f"), glowing=True),
            put(_panel(width, height, 0.0008, height * 0.02, 0.0002)),
        )
    ]
    for code, tiles in _icons(rows, columns, size, size * 1.6).items():
        parts.append(
            part("icons", Finish("light", srgb(code), glowing=True), *(put(tile.moved(z=0.0006)) for tile in tiles))
        )
    return parts


def _laptop(look: Look) -> Model:
    width, depth = 0.31, 0.215
    base = _panel(width, depth, 0.0135, 0.014, 0.0045).turned("x", -90).moved(y=0.0095)
    tilt = -16.0
    lid = _panel(width, depth, 0.006, 0.014, 0.0024).moved(y=depth / 2)
    bezel = _panel(width - 0.006, depth - 0.006, 0.0012, 0.011, 0.0004).moved(y=depth / 2, z=0.003)

    def put(mesh: Mesh) -> Mesh:
        return mesh.turned("x", tilt).moved(0, 0.0145, -depth / 2 + 0.004)

    x, y, z = np.array([0.0, depth / 2 + 0.002, 0.0038]) @ rotation("x", tilt).T + (0, 0.0145, -depth / 2 + 0.004)
    keys = [
        box(0.0165, 0.0018, 0.0150, 0.0006, 2).moved((c - 6.5) * 0.0192, 0.0168, -0.066 + 0.0178 * r)
        for r in range(5)
        for c in range(14)
        if not (r == 4 and 4 <= c <= 9)
    ]
    keys.append(box(0.0165 + 5 * 0.0192, 0.0018, 0.0150, 0.0006, 2).moved(0, 0.0168, -0.066 + 0.0178 * 4))
    well = _panel(0.275, 0.094, 0.0006, 0.004, 0.0002).turned("x", -90).moved(y=0.0161, z=-0.0305)
    pad = _panel(0.105, 0.066, 0.0007, 0.006, 0.0002).turned("x", -90).moved(y=0.0163, z=0.062)
    hinge = rod(
        np.array([(-0.11, 0.0145, -depth / 2 + 0.004), (0.11, 0.0145, -depth / 2 + 0.004)]), 0.0042, segments=16,
    )
    feet = mirrored(
        joined(
            disc((0, 0), (0.006, 0, 0.0008), (0.006, 0.003), (0, 0.003), segments=20).moved(0.13, 0, z)
            for z in (-0.085, 0.085)
        )
    )
    badge = put(
        disc(
            (0, 0), (0.013, 0, 0.0003), (0.013, 0.0006, 0.0003), (0, 0.0006),
        ).turned("x", -90).moved(0, depth / 2, -0.003)
    )
    return Model(
        (
            part("body", "aluminium", base, put(lid)), part("bezel", _BLACK, put(bezel)), part("keys", _BLACK, *keys),
            part("well", _GREY, well), part("pad", Finish("aluminium", srgb("b9bcc0")), pad),
            part("hinge", _BLACK, hinge, feet), part("badge", "chrome", badge),
            *_screen(width - 0.022, depth - 0.026, (x, y, z), tilt, 3, 5),
        ),
        {"top": Anchor((0, 0.017, 0.06), 0.2), "front": Anchor((0, 0.12, -0.12), 0.2)},
    )


def _phone(look: Look) -> Model:
    width, height, y, tilt = 0.0715, 0.147, 0.0755, -9.0

    def put(mesh: Mesh) -> Mesh:
        return mesh.moved(y=y).turned("x", tilt)

    body = put(_panel(width, height, 0.0078, 0.0105, 0.0026))
    glass = put(_panel(width - 0.0022, height - 0.0022, 0.0012, 0.0095, 0.0004).moved(z=0.0036))
    front = np.array([0.0, y, 0.0043]) @ rotation("x", tilt).T
    island = put(_panel(0.029, 0.031, 0.0024, 0.0075, 0.0008).moved(-0.0175, 0.053, -0.0045))
    lenses = [
        put(
            disc(
                (0, 0), (0.0056, 0, 0.0004), (0.005, 0.0014, 0.0006), (0, 0.0012), segments=40,
            ).turned("x", -90).moved(x, dy, -0.0055)
        )
        for x, dy in ((-0.0238, 0.0598), (-0.0238, 0.0462), (-0.0112, 0.053))
    ]
    buttons = [
        put(box(0.0012, h, 0.0026, 0.0005, 2).moved(x, dy, 0))
        for x, dy, h in ((width / 2, 0.028, 0.018), (-width / 2, 0.034, 0.010), (-width / 2, 0.018, 0.010))
    ]
    notch = put(_panel(0.019, 0.0048, 0.0006, 0.0023, 0.0001).moved(0, height / 2 - 0.0085, 0.0047))
    return Model(
        (
            part("body", Finish("painted metal", srgb("31343b")), body), part("glass", "dark glass", glass),
            part("island", Finish("painted metal", srgb("262930")), island), part("lenses", "dark glass", *lenses),
            part("buttons", "aluminium", *buttons), part("notch", _BLACK, notch),
            *_screen(width - 0.0065, height - 0.0075, front, tilt, 6, 4),
        ),
        {"front": Anchor((0, y, 0.005), 0.05), "top": Anchor((0, 0.149, -0.02), 0.05)},
    )


def _camera(look: Look) -> Model:
    body = box(0.132, 0.078, 0.048, 0.011, 5).moved(y=0.039)
    wrap = box(0.1335, 0.047, 0.0495, 0.010, 5).moved(y=0.035)
    grip = pillow(0.026, 0.068, 0.032, 4, 4).moved(-0.053, 0.037, 0.022)
    hump = plate(
        corners((-0.027, 0, 0.004), (0.027, 0, 0.004), (0.017, 0.024, 0.006), (-0.017, 0.024, 0.006)), 0.048, 0.004,
    ).moved(y=0.072)
    lens = turned(
        (0, 0.02), (0.034, 0.02, 0.001), (0.034, 0.034, 0.002), (0.031, 0.036), (0.031, 0.052, 0.001), (0.033, 0.054),
        (0.033, 0.07, 0.001), (0.030, 0.074, 0.002), (0.027, 0.074, 0.001), (0.025, 0.066), (0, 0.066), segments=80,
    ).turned("x", 90).moved(y=0.037)
    ridges = [
        around(
            box(0.0014, 0.0042, 0.010, 0.0005, 2).turned("z", 90).moved(0.0325, 0, 0), 44,
        ).turned("x", 90).moved(0, 0.037, 0.062)
    ]
    ring = torus(0.0335, 0.0016, 72, 8).turned("x", 90).moved(0, 0.037, 0.0525)
    glass = smooth((0, 0.0655), (0.0245, 0.0655), (0.018, 0.069), (0, 0.0715)).turned("x", 90).moved(y=0.037)
    dial = [
        turned((0, 0.076), (r, 0.076, 0.0008), (r, 0.076 + h, 0.001), (0, 0.076 + h), segments=40).moved(x, 0, -0.004)
        for x, r, h in ((0.045, 0.0105, 0.008), (-0.046, 0.0075, 0.006))
    ]
    shutter = turned(
        (0, 0.082), (0.0042, 0.082, 0.0006), (0.004, 0.0855, 0.001), (0, 0.0855), segments=28,
    ).moved(-0.046, 0, -0.004)
    shoe = box(0.018, 0.004, 0.018, 0.001).moved(y=0.0975, z=0.0)
    rings = mirrored(torus(0.0055, 0.0018, 28, 8).turned("z", 90).moved(0.0675, 0.068, 0))
    lamp = egg(0.005, 0.005, 0.0025, 20).moved(0.046, 0.064, 0.0245)
    back = _panel(0.076, 0.05, 0.002, 0.003, 0.0006).moved(0.008, 0.036, -0.0248)
    badge = box(0.024, 0.005, 0.002, 0.0006).moved(0, 0.083, 0.0243)
    return Model(
        (
            part("body", Finish("painted metal", srgb("c9cbce")), body, hump),
            part("wrap", Finish("leather", srgb("1d1d1f")), wrap, grip), part("lens", _BLACK, lens, *ridges),
            part("ring", Finish("painted metal", srgb("d8362a")), ring, lamp), part("glass", "dark glass", glass, back),
            part("dials", "aluminium", *dial, shutter, shoe, rings),
            part("badge", Finish("plastic", srgb("f2f2f0")), badge),
        ),
        {"top": Anchor((0, 0.099, 0), 0.04), "front": Anchor((0, 0.037, 0.075), 0.04)},
    )


def _headphones(look: Look) -> Model:
    way = np.array([(0.079 * np.cos(a), 0.115 + 0.088 * np.sin(a), 0) for a in np.radians(np.linspace(-12, 192, 41))])
    band = rod(way, 0.0135, 0.0155, 0.0135, flat=0.42, segments=24)
    cushion = rod(
        way[9:32] * np.array([0.93, 1, 1]) + np.array([0, -0.0045, 0]), 0.012, 0.0145, 0.012, flat=0.55, segments=20,
    )
    yoke = mirrored(rod(path((0.0775, 0.10, 0), (0.092, 0.085, 0), (0.0945, 0.055, 0.0)), 0.0052, segments=16))
    cup = turned(
        (0, -0.004), (0.036, -0.004, 0.004), (0.0395, 0.008, 0.006), (0.034, 0.022, 0.008), (0.016, 0.026, 0.004),
        (0, 0.026), segments=72,
    )
    cup = scaled(cup, 1, 1, 1.14).turned("z", -90).moved(0.069, 0.05, 0)
    pad = scaled(torus(0.0265, 0.024, 64, 18), 1, 0.85, 1.14).turned("z", 90).moved(0.060, 0.05, 0)
    mesh_ = scaled(
        disc((0, 0), (0.022, 0, 0.001), (0.022, 0.003, 0.001), (0, 0.003)), 1, 1, 1.14,
    ).turned("z", 90).moved(0.0595, 0.05, 0)
    ring = scaled(torus(0.0255, 0.0022, 64, 8), 1, 1, 1.14).turned("z", 90).moved(0.0925, 0.05, 0)
    return Model(
        (
            part("body", Finish("plastic", srgb("26282d")), band, mirrored(cup)),
            part("cushions", Finish("leather", srgb("3a3230")), mirrored(pad), cushion),
            part("yokes", "aluminium", yoke, mirrored(ring)),
            part("fabric", Finish("fabric", srgb("17181a")), mirrored(mesh_)),
        ),
        {"top": Anchor((0, 0.21, 0), 0.05), "inside": Anchor((0, 0.1, 0), 0.11)},
    )


def _television(look: Look) -> Model:
    width, height, y = 1.23, 0.70, 0.45
    body = _panel(width, height, 0.045, 0.012, 0.006).moved(y=y)
    bulge = box(0.8, 0.4, 0.07, 0.025).moved(0, y - 0.08, -0.035)
    legs = mirrored(
        joined(
            [
                rod(path((0.40, 0.115, 0), (0.43, 0.06, 0.06), (0.45, 0.008, 0.14)), 0.011, segments=14),
                rod(path((0.40, 0.115, 0), (0.43, 0.06, -0.06), (0.45, 0.008, -0.14)), 0.011, segments=14),
            ]
        )
    )
    lamp = egg(0.006, 0.006, 0.003, 16).moved(0, y - height / 2 + 0.008, 0.0235)
    sky = _panel(width - 0.03, height - 0.035, 0.004, 0.004, 0.001).moved(0, y + 0.006, 0.0215)
    hills: list[Part] = []
    for colour, base, rise, seed in (
        ("2f6f8f", 0.02, 0.17, 1.0), ("1f4f5f", -0.08, 0.14, 2.6), ("173a45", -0.18, 0.12, 4.1),
    ):
        half = (width - 0.034) / 2
        xs = np.linspace(half, -half, 33)
        ridge = [
            (float(x), base + rise * (0.5 + 0.5 * np.sin(3.1 * x / half + seed) * np.cos(1.7 * x / half + seed)))
            for x in xs
        ]
        outline = corners((-half, -0.33, 0.004), (half, -0.33, 0.004), *((x, h, 0.004) for x, h in ridge), steps=2)
        hills.append(
            part(
                "picture", Finish("light", srgb(colour), glowing=True),
                plate(outline, 0.001, 0.0003).moved(0, y + 0.006, 0.0238 + 0.0004 * len(hills)),
            )
        )
    sun = disc(
        (0, 0), (0.075, 0, 0.0003), (0.075, 0.001, 0.0003), (0, 0.001),
    ).turned("x", 90).moved(0.2, y + 0.17, 0.0232)
    return Model(
        (
            part("body", _BLACK, body, bulge), part("screen", Finish("light", srgb("f29a5c"), glowing=True), sky),
            part("sun", Finish("light", srgb("ffe9b0"), glowing=True), sun), *hills, part("legs", _BLACK, legs),
            part("lamp", Finish("light", srgb("ff4a3c"), glowing=True), lamp),
        ),
        {"top": Anchor((0, y + height / 2, 0), 0.5), "front": Anchor((0, y, 0.026), 0.8)},
    )


def _speaker(look: Look) -> Model:
    body = box(0.19, 0.32, 0.22, 0.012, 4).moved(y=0.165)
    front = _panel(0.176, 0.306, 0.008, 0.008, 0.002).moved(y=0.165, z=0.109)

    def driver(radius: float, y: float) -> tuple[Mesh, Mesh, Mesh]:
        frame = torus(radius, radius * 0.16, 72, 14).turned("x", 90).moved(0, y, 0.114)
        cone = turned(
            (0, -0.004), (radius * 0.99, -0.004), (radius * 0.97, 0.006, 0.002), (radius * 0.86, 0.010, 0.003),
            (radius * 0.34, 0.0005), (0, 0.0005), segments=72,
        ).turned("x", 90).moved(0, y, 0.1095)
        cap = smooth(
            (0, 0), (radius * 0.36, 0.0), (radius * 0.28, radius * 0.12), (0, radius * 0.17),
        ).turned("x", 90).moved(0, y, 0.1098)
        return frame, cone, cap

    parts = [driver(0.066, 0.105), driver(0.031, 0.245)]
    feet = mirrored(
        joined(
            turned((0, 0), (0.012, 0, 0.001), (0.014, 0.008), (0, 0.008), segments=24).moved(0.075, 0, z)
            for z in (-0.09, 0.09)
        )
    )
    screws = [
        egg(0.0035, 0.0035, 0.0015, 12).moved(0.076 * np.cos(a), 0.105 + 0.076 * np.sin(a), 0.1135)
        for a in np.radians(np.arange(45, 405, 90))
    ]
    lamp = egg(0.004, 0.004, 0.002, 16).moved(0.07, 0.296, 0.1135)
    return Model(
        (
            part("body", "walnut", body), part("front", _BLACK, front),
            part("frames", "chrome", parts[0][0], parts[1][0], *screws),
            part("cones", Finish("plastic", srgb("c9a24a")), parts[0][1], parts[1][1]),
            part("caps", Finish("plastic", srgb("2a2b2e")), parts[0][2], parts[1][2]), part("feet", "rubber", feet),
            part("lamp", Finish("light", srgb("6dff8c"), glowing=True), lamp),
        ),
        {"top": Anchor((0, 0.325, 0), 0.15), "front": Anchor((0, 0.18, 0.115), 0.1)},
    )


def _gamepad(look: Look) -> Model:
    field = blend(
        0.02, ellipsoid((0, 0.03, 0), (0.062, 0.019, 0.032)),
        twin(chain([(0.045, 0.03, -0.006), (0.062, 0.024, 0.024), (0.068, 0.016, 0.058)], [0.027, 0.0235, 0.0165])),
    )
    body = surface(field, (-0.11, -0.02, -0.06), (0.11, 0.07, 0.1), 0.0042)

    def stick(x: float, z: float) -> tuple[Mesh, Mesh]:
        base = torus(0.0105, 0.0055, 40, 10).moved(x, 0.0468, z)
        knob = turned(
            (0, 0.044), (0.0045, 0.044), (0.004, 0.053, 0.001), (0.0088, 0.055, 0.001), (0.0088, 0.0585, 0.0014),
            (0.006, 0.0575), (0, 0.0572), segments=40,
        ).moved(x, 0, z)
        return base, knob

    left, right = stick(-0.024, 0.012), stick(0.024, 0.012)
    cross = [
        box(0.021, 0.006, 0.0072, 0.0016).moved(-0.050, 0.0565, -0.008),
        box(0.0072, 0.006, 0.021, 0.0016).moved(-0.050, 0.0565, -0.008),
    ]
    buttons = [
        (egg(0.0048, 0.0032, 0.0048, 20).moved(0.050 + dx, 0.0565, -0.008 + dz), code)
        for dx, dz, code in (
            (0, 0.0098, "6cc04a"), (0.0098, 0, "d8362a"), (0, -0.0098, "f0b323"), (-0.0098, 0, "2f6fd0"),
        )
    ]
    shoulders = mirrored(pillow(0.036, 0.013, 0.016, 3, 3).turned("y", -14).moved(0.048, 0.0405, -0.036))
    small = [egg(0.0036, 0.0022, 0.0022, 16).moved(x, 0.0488, -0.012) for x in (-0.014, 0.014)]
    lamp = egg(0.0055, 0.0025, 0.0055, 24).moved(0, 0.0485, -0.008)
    model = Model(
        (
            part("body", Finish("plastic", srgb("eceef0")), body),
            part("sticks", _BLACK, *left, *right, *cross, shoulders, *small), part("light", _SCREEN, lamp),
            *(part("buttons", Finish("glossy plastic", srgb(code)), mesh) for mesh, code in buttons),
        ),
        {"top": Anchor((0, 0.05, 0), 0.06), "front": Anchor((0, 0.03, 0.03), 0.05)},
    )

    # Leant back, so that its buttons are seen.
    leant = (dataclasses.replace(each, mesh=each.mesh.turned("x", 38)) for each in model.parts)
    return Model(tuple(leant), {"top": Anchor((0, 0.06, -0.02), 0.06), "front": Anchor((0, 0.035, 0.045), 0.05)})


SHAPES = (
    Shape(
        "laptop", "electronics", ("laptop", "notebook computer", "computer"),
        ("body", "bezel", "keys", "well", "pad", "hinge", "badge", "screen", "icons"), ("body",), (), _laptop,
    ),
    Shape(
        "phone", "electronics", ("phone", "smartphone", "mobile phone", "tablet"),
        ("body", "glass", "island", "lenses", "buttons", "notch", "screen", "icons"), ("body",), (), _phone,
    ),
    Shape(
        "camera", "electronics", ("camera", "photo camera"),
        ("body", "wrap", "lens", "ring", "glass", "dials", "badge"), ("body",), (), _camera,
    ),
    Shape(
        "headphones", "electronics", ("headphones", "headset", "earphones"), ("body", "cushions", "yokes", "fabric"),
        ("body",), (), _headphones,
    ),
    Shape(
        "television", "electronics", ("television", "tv", "monitor", "screen"),
        ("body", "screen", "sun", "picture", "legs", "lamp"), ("body", "legs"), (), _television,
    ),
    Shape(
        "speaker", "electronics", ("speaker", "loudspeaker"),
        ("body", "front", "frames", "cones", "caps", "feet", "lamp"), ("body",), (), _speaker,
    ),
    Shape(
        "gamepad", "electronics", ("gamepad", "game controller", "controller", "joystick"),
        ("body", "sticks", "light", "buttons"), ("body",), (), _gamepad,
    ),
)
