"""Tools, weapons of tales, and things on a desk. Long ones stand upright, so that their fronts are seen."""

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    ball,
    box,
    corners,
    curve,
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
    turned,
)
from renderer.samples.geometry import fluted, profile, revolve, torus
from renderer.samples.mesh import Mesh, joined

_STEEL = "brushed steel"


def _oval(mesh: Mesh, share: float = 0.68) -> Mesh:
    return scaled(mesh, 1, 1, share)


def _hammer(look: Look) -> Model:
    handle = _oval(
        smooth(
            (0, 0), (0.014, 0.004), (0.019, 0.03), (0.0165, 0.09), (0.0135, 0.17), (0.0145, 0.24), (0.013, 0.325),
            (0, 0.327),
        )
    )
    neck = turned(
        (0, -0.062), (0.0165, -0.062, 0.003), (0.0165, -0.042, 0.002), (0.012, -0.036, 0.003), (0.012, 0.03), (0, 0.03),
    ).turned("z", 90)
    head = box(0.05, 0.034, 0.032, 0.006).moved(x=-0.005)
    rows = []
    for s in np.linspace(0, 1, 14):
        x, y, half = -0.018 - 0.075 * s, -0.004 - 0.026 * s * s, 0.0155 * (1 - 0.85 * s)
        turn = np.linspace(0, 2 * np.pi, 25)
        width = 0.014
        rows.append(
            np.column_stack(
                [
                    np.full(25, x), y + half * np.sin(turn),
                    width * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.5,
                ]
            )
        )
    claw = boxed(loft(np.array(rows)))
    claws = joined([scaled(claw, 1, 1, 0.42).moved(z=z) for z in (-0.009, 0.009)])
    top = 0.312
    return Model(
        (
            part("handle", "oak", boxed(handle, "y")), part("head", "steel", joined([neck, head, claws]).moved(y=top)),
            part("wedge", "iron", box(0.02, 0.006, 0.012, 0.002).moved(x=-0.003, y=top + 0.0165)),
        ),
        {"top": Anchor((0, 0.33, 0), 0.04)},
    )  # fmt: skip


def _screwdriver(look: Look) -> Model:
    grip = revolve(
        profile(
            (0, 0), (0.011, 0, 0.008), (0.0155, 0.03, 0.02), (0.0145, 0.085, 0.01), (0.0095, 0.1, 0.006),
            (0.0125, 0.112, 0.004), (0, 0.112), steps=6,
        ),
        fluted(6, 0.13),
    )
    shaft = turned((0, 0.11), (0.0035, 0.11), (0.0035, 0.232, 0.001), (0, 0.232), segments=24)
    rings = []
    for s in np.linspace(0, 1, 8):
        a = np.linspace(0, 2 * np.pi, 33)
        square = 2 + 6 * s
        c, d = np.cos(a), np.sin(a)
        k = (np.abs(c) ** square + np.abs(d) ** square) ** (-1 / square)
        rings.append(
            np.column_stack(
                [
                    c * k * (0.0034 + 0.0022 * np.sin(np.pi * s * 0.8)), np.full(33, 0.225 + 0.045 * s),
                    -d * k * (0.0034 - 0.0027 * s),
                ]
            )
        )
    collar = turned((0, 0.108), (0.0075, 0.108, 0.001), (0.006, 0.12, 0.002), (0, 0.12), segments=32)
    return Model(
        (
            part("handle", Finish("glossy plastic", srgb("d8362a")), boxed(grip, "y")),
            part("collar", "chrome", collar), part("shaft", "chrome", shaft, boxed(loft(np.array(rings)))),
        ),
        {"top": Anchor((0, 0.25, 0), 0.01)},
    )


def _wrench(look: Look) -> Model:
    gap = 0.009
    head = [
        (gap, 0.198), (gap, 0.178), (0.0, 0.172), (-gap, 0.178), (-gap, 0.198), (-0.019, 0.192), (-0.0245, 0.178),
        (-0.021, 0.163), (-0.0085, 0.146),
    ]  # fmt: skip
    left = [*head, (-0.0078, 0.09), (-0.0085, 0.042), (-0.017, 0.03), (-0.0205, 0.018), (-0.015, 0.003), (0, -0.003)]
    right = [(-x, y) for x, y in reversed(left[5:-1])]
    body = plate(corners(*((x, y, 0.003) for x, y in (*left, *right)), steps=4), 0.0085, 0.0022)
    hole = torus(0.0118, 0.0065, 48, 14).turned("x", 90).moved(y=0.0165)
    inset = plate(
        corners((-0.0045, 0.062, 0.004), (0.0045, 0.062, 0.004), (0.0045, 0.13, 0.004), (-0.0045, 0.13, 0.004)), 0.0098,
        0.0008,
    )
    void = turned(
        (0, -0.0045), (0.0105, -0.0045), (0.0105, 0.0045), (0, 0.0045), segments=6,
    ).turned("x", 90).moved(y=0.0165)
    return Model(
        (
            part("body", "chrome", body, hole),
            part("inset", Finish("plastic", srgb("2a2b2e")), inset, scaled(void, 1, 1, 1.0)),
        ),
        {"top": Anchor((0, 0.198, 0), 0.02)},
    )


def _blade(outline: list[tuple[float, float]], thick: float) -> Mesh:
    """A flat blade with a ridge in the middle: the outline's points come in pairs, left and right, from the hilt up."""
    rings = []
    for (left, right), y in [((a[0], b[0]), a[1]) for a, b in zip(outline[::2], outline[1::2], strict=True)]:
        middle, half = (left + right) / 2, (right - left) / 2
        turn = np.linspace(0, 2 * np.pi, 33)
        x, z = np.cos(turn), np.sin(turn)
        k = 1 / (np.abs(x) + np.abs(z))
        rings.append(
            np.column_stack([middle + half * x * k, np.full(33, y), -thick / 2 * min(half / 0.012, 1) * z * k])
        )
    return boxed(loft(np.array(rings)), "y")


def _sword(look: Look) -> Model:
    levels = [*np.linspace(0.20, 0.92, 10), 0.96, 0.99, 1.01]
    widths = [*np.linspace(0.027, 0.021, 10), 0.016, 0.008, 0.0008]
    outline = [point for y, w in zip(levels, widths, strict=True) for point in ((-w, y), (w, y))]
    blade = _blade(outline, 0.011)
    fuller = rod(np.array([(0, 0.2, 0), (0, 0.72, 0)]), 0.006, 0.004, flat=0.98)
    guard = rod(
        path((-0.105, 0.212, 0), (-0.05, 0.196, 0), (0, 0.19, 0), (0.05, 0.196, 0), (0.105, 0.212, 0)), 0.0095, 0.011,
        0.013, 0.011, 0.0095,
    )
    tips = mirrored(ball(0.0145, 28).moved(x=0.106, y=0.212))
    block = box(0.045, 0.032, 0.03, 0.009).moved(y=0.192)
    grip = turned((0, 0.045), (0.0125, 0.045, 0.002), (0.0155, 0.11, 0.06), (0.0125, 0.18, 0.002), (0, 0.18))
    wrap = [
        torus(0.0137 + 0.0016 * np.sin(np.pi * k / 12), 0.005, 32, 10).turned("z", 12).moved(y=0.055 + 0.0095 * k)
        for k in range(13)
    ]
    pommel = joined(
        [ball(0.021, 40).moved(y=0.026), turned((0, 0.035), (0.014, 0.035, 0.002), (0.0135, 0.05, 0.002), (0, 0.05))]
    )
    jewel = joined(egg(0.009, 0.009, 0.005, 20).moved(y=0.192, z=z) for z in (0.0145, -0.0145))
    return Model(
        (
            part("blade", "steel", blade), part("fuller", _STEEL, fuller), part("guard", "gold", guard, tips, block),
            part("grip", "leather", grip, *wrap), part("pommel", "gold", pommel),
            part("jewel", Finish("glossy plastic", srgb("a3122b")), jewel),
        ),
        {"top": Anchor((0, 1.0, 0), 0.02), "front": Anchor((0, 0.192, 0.018), 0.03)},
    )  # fmt: skip


def _knife(look: Look) -> Model:
    ys = np.array([0.118, 0.13, 0.16, 0.20, 0.24, 0.27, 0.288, 0.296, 0.2985])
    left = np.array([-0.012, -0.022, -0.0225, -0.021, -0.0165, -0.0085, 0.0, 0.0065, 0.0105])
    right = np.array([0.0125, 0.0125, 0.0125, 0.0125, 0.0125, 0.0125, 0.0122, 0.0118, 0.0112])
    blade = _blade([p for y, a, b in zip(ys, left, right, strict=True) for p in ((a, y), (b, y))], 0.0032)
    handle = plate(
        curve(
            [
                (0.0125, 0.118), (0.0125, 0.08), (0.0125, 0.03), (0.0135, 0.008), (0.002, 0.0), (-0.013, 0.004),
                (-0.0125, 0.03), (-0.0095, 0.06), (-0.012, 0.09), (-0.0115, 0.118),
            ][::1],
            6,
        ),
        0.018, 0.006,
    )
    bolster = box(0.026, 0.016, 0.0195, 0.004).moved(x=0.0005, y=0.122)
    rivets = [
        disc(
            (0, -0.0095), (0.0032, -0.0095, 0.0006), (0.0032, 0.0095, 0.0006), (0, 0.0095), segments=28,
        ).turned("x", 90).moved(0.0, y, 0)
        for y in (0.03, 0.062, 0.095)
    ]
    return Model(
        (
            part("blade", "steel", blade), part("handle", "ebony", handle), part("bolster", "steel", bolster),
            part("rivets", "brass", *rivets),
        ),
        {"top": Anchor((0, 0.29, 0), 0.01)},
    )


def _axe(look: Look) -> Model:
    handle = _oval(
        rod(
            path((0.012, 0, 0), (0.002, 0.08, 0), (0.006, 0.3, 0), (-0.002, 0.55, 0), (0.0, 0.72, 0)), 0.024, 0.019,
            0.0165, 0.0175, 0.0175, segments=28,
        ),
        0.72,
    )
    rings = []
    turn = np.linspace(0, 2 * np.pi, 41)
    for s in np.linspace(0, 1, 20):
        x = 0.055 - 0.225 * s
        tall = 0.042 + 0.055 * max(s - 0.35, 0) ** 1.3 / 0.65**1.3 + (0.006 if s < 0.2 else 0)
        drop = -0.035 * max(s - 0.35, 0) ** 1.2
        thick = 0.02 * (1 - s) ** 0.8 + 0.0007
        z = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.5 * thick
        y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.5 * tall
        curved = x - 0.02 * s**3 * (1 - (y / tall) ** 2)
        rings.append(np.column_stack([curved, 0.655 + drop + y, z]))
    head = boxed(loft(np.array(rings)))
    return Model(
        (
            part("handle", "oak", boxed(handle, "y")), part("head", "steel", head),
            part("wedge", "iron", box(0.03, 0.008, 0.008, 0.002).moved(y=0.722)),
        ),
        {"top": Anchor((0, 0.72, 0), 0.03)},
    )


def _shield(look: Look) -> Model:
    outline = curve(
        [
            (0.28, 0.78), (0.29, 0.5), (0.24, 0.28), (0.13, 0.1), (0, 0), (-0.13, 0.1), (-0.24, 0.28), (-0.29, 0.5),
            (-0.28, 0.78), (-0.14, 0.80), (0, 0.83), (0.14, 0.80),
        ]
    )
    body, rim = plate(outline, 0.022, 0.008), plate(outline, 0.035, 0.012)
    inner = scaled(body.moved(y=-0.42), 0.88, 0.9, 1).moved(y=0.425)

    def bowed(mesh: Mesh) -> Mesh:
        x = mesh.positions[:, 0]
        positions = mesh.positions - np.column_stack([0 * x, 0 * x, 0.75 * x * x])
        normals = mesh.normals + np.column_stack([1.5 * x * mesh.normals[:, 2], 0 * x, 0 * x])
        return Mesh(positions, normals / np.linalg.norm(normals, axis=1, keepdims=True), mesh.uvs, mesh.triangles)

    boss = smooth((0, 0), (0.085, 0.0), (0.08, 0.02), (0.055, 0.045), (0, 0.058)).turned("x", 90).moved(y=0.47, z=0.015)
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    studs = joined(
        egg(0.009, 0.009, 0.007, 16).moved(
            float(np.interp(a, s, outline.points[:, 0])) * 0.945,
            0.42 + (float(np.interp(a, s, outline.points[:, 1])) - 0.42) * 0.945, 0.018,
        )
        for s in [np.linspace(0, 2 * np.pi, len(outline.points))]
        for a in angle
    )
    bars = [
        rod(np.linspace(a, b, 12), 0.036, flat=0.45)
        for a, b in (((-0.215, 0.5, 0), (0.215, 0.5, 0)), ((0, 0.08, 0), (0, 0.76, 0)))
    ]
    return Model(
        (
            part("body", Finish("painted metal", srgb("2456a6")), bowed(inner).moved(z=0.009)),
            part("rim", "steel", bowed(rim)), part("boss", "gold", boss),
            part("cross", "gold", bowed(joined(bars)).moved(z=0.014)), part("studs", "gold", bowed(studs)),
        ),
        {"front": Anchor((0, 0.45, 0.05), 0.3), "top": Anchor((0, 0.83, 0), 0.2)},
    )


def _key(look: Look) -> Model:
    bow = [
        torus(0.0105, 0.0055, 48, 16).turned("x", 90).moved(dx, 0.078 + dy, 0)
        for dx, dy in ((-0.011, 0), (0.011, 0), (0, 0.017))
    ]
    shaft = turned((0, 0.0), (0.0034, 0.0, 0.001), (0.0034, 0.07), (0, 0.07), segments=32)
    collars = [
        turned((0, y), (r, y, 0.0012), (r, y + 0.004, 0.0012), (0, y + 0.004), segments=32)
        for y, r in ((0.060, 0.0065), (0.054, 0.0052), (0.066, 0.0052))
    ]
    bit = [box(0.013, 0.0045, 0.003, 0.0008).moved(0.009, y, 0) for y in (0.006, 0.0185)]
    bit += [
        box(0.006, 0.017, 0.003, 0.0008).moved(0.0055, 0.0122, 0),
        box(0.0035, 0.009, 0.003, 0.0008).moved(0.0137, 0.0085, 0),
        box(0.0035, 0.005, 0.003, 0.0008).moved(0.0137, 0.0185, 0),
    ]
    return Model((part("body", "brass", *bow, shaft, *collars, *bit),), {"top": Anchor((0, 0.107, 0), 0.01)})


def _pencil(look: Look) -> Model:
    body = plate(
        corners(*((0.0042 * np.cos(a), 0.0042 * np.sin(a), 0.0008) for a in np.radians(np.arange(30, 390, 60)))), 0.14,
        0.0004,
    ).turned("x", 90).moved(y=0.095)
    cone = turned((0, 0.0042), (0.0008, 0.0042), (0.0039, 0.0265), (0, 0.0265), segments=48)
    lead = turned((0, 0), (0.0003, 0, 0.0002), (0.0012, 0.0066), (0, 0.0066), segments=32)
    band = turned(
        (0, 0.16), (0.0041, 0.16, 0.0003), (0.0044, 0.163, 0.0004), (0.0041, 0.165, 0.0003), (0.0044, 0.168, 0.0004),
        (0.0041, 0.176, 0.0003), (0, 0.176), segments=48,
    )
    eraser = turned((0, 0.174), (0.0038, 0.174), (0.0038, 0.188, 0.0015), (0, 0.188), segments=48)
    return Model(
        (
            part("body", Finish("painted metal", srgb("f0b323")), body), part("wood", "pine", cone),
            part("lead", Finish("plastic", srgb("2a2a2c")), lead), part("band", "aluminium", band),
            part("eraser", Finish("rubber", srgb("e58a93")), eraser),
        ),
        {"top": Anchor((0, 0.188, 0), 0.006)},
    )


def _umbrella(look: Look) -> Model:
    ribs, rows = 8, 16
    angles = np.linspace(0, 2 * np.pi, ribs * 10 + 1)
    share = np.linspace(0, 1, rows)
    scallop = 0.5 + 0.5 * np.cos(ribs * angles)
    tilt = share * 1.18
    radius = 0.52 * np.sin(tilt)[:, None] * (1 - 0.10 * (1 - scallop)[None] * share[:, None] ** 2)
    height = 0.56 + 0.40 * np.cos(tilt)[:, None] - 0.012 * (
        1 - scallop
    )[None] * share[:, None] + 0.02 * (1 - scallop)[None] * share[:, None] ** 4
    skin = np.stack([radius * np.cos(angles), np.broadcast_to(height, radius.shape), -radius * np.sin(angles)], -1)
    under = skin - np.array([0, 0.004, 0])
    closed = np.concatenate([under, skin[::-1]])
    canopy = boxed(loft(closed))
    shaft = turned((0, 0.06), (0.006, 0.06), (0.006, 0.96), (0, 0.96), segments=20)
    hook = rod(
        np.array(
            [
                (0, 0.14, 0), (0, 0.03, 0),
                *((0.035 - 0.035 * np.cos(a), 0.03 - 0.035 * np.sin(a), 0) for a in np.linspace(0.15, np.pi, 12)),
                (0.07, 0.045, 0),
            ]
        ),
        0.0115,
    )
    tip = turned((0, 0.955), (0.011, 0.955, 0.002), (0.007, 0.99, 0.003), (0.004, 1.03, 0.002), (0, 1.03), segments=24)
    stretchers = around(rod(path((0, 0.72, 0.006), (0, 0.80, 0.28)), 0.003, segments=8), ribs)
    runner = turned((0, 0.70), (0.012, 0.70, 0.002), (0.012, 0.74, 0.002), (0, 0.74), segments=24)
    return Model(
        (
            part("canopy", Finish("fabric", srgb("c22f36")), canopy), part("shaft", "steel", shaft, stretchers),
            part("handle", "mahogany", hook), part("tip", "steel", tip, runner),
        ),
        {"top": Anchor((0, 1.03, 0), 0.02), "hand": Anchor((0, 0.1, 0), 0.03)},
    )


SHAPES = (
    Shape("hammer", "tools", ("hammer", "mallet"), ("handle", "head", "wedge"), ("head",), (), _hammer),
    Shape("screwdriver", "tools", ("screwdriver",), ("handle", "collar", "shaft"), ("handle",), (), _screwdriver),
    Shape("wrench", "tools", ("wrench", "spanner"), ("body", "inset"), ("body",), (), _wrench),
    Shape(
        "knife", "tools", ("knife", "kitchen knife", "dagger"), ("blade", "handle", "bolster", "rivets"), ("blade",),
        (), _knife,
    ),
    Shape(
        "sword", "tools", ("sword", "longsword", "katana", "sabre", "lightsaber"),
        ("blade", "fuller", "guard", "grip", "pommel", "jewel"), ("blade", "fuller"), (), _sword,
    ),
    Shape("axe", "tools", ("axe", "hatchet", "tomahawk"), ("handle", "head", "wedge"), ("head",), (), _axe),
    Shape("shield", "tools", ("shield", "buckler"), ("body", "rim", "boss", "cross", "studs"), ("body",), (), _shield),
    Shape("key", "tools", ("key",), ("body",), ("body",), (), _key),
    Shape(
        "pencil", "tools", ("pencil", "pen", "crayon"), ("body", "wood", "lead", "band", "eraser"), ("body",), (),
        _pencil,
    ),
    Shape(
        "umbrella", "tools", ("umbrella", "parasol"), ("canopy", "shaft", "handle", "tip"), ("canopy",), (), _umbrella,
    ),
)
