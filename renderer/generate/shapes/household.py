"""Chests, barrels, books, clocks and other things of the house."""

import numpy as np

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    ball,
    box,
    corners,
    disc,
    egg,
    mirrored,
    part,
    path,
    plate,
    rod,
    scaled,
    smooth,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined


def _chest(look: Look) -> Model:
    """A treasure chest; "open" shows the gold."""
    width, depth, high = 0.72, 0.46, 0.30
    body = box(width, high, depth, 0.012).moved(y=high / 2 + 0.02)
    arch = corners(
        (-depth / 2, 0, 0.02), (depth / 2, 0, 0.02), (depth / 2, 0.10, 0.15), (0, 0.27, 0.2), (-depth / 2, 0.10, 0.15),
        steps=8,
    )
    lid = plate(arch, width, 0.009).turned("y", 90)
    straps = [plate(arch, 0.05, 0.006).turned("y", 90) for _ in range(3)]
    straps = [
        scaled(strap, 1, 1.045, 1.035).moved(x=x, y=0.004)
        for strap, x in zip(straps, (-0.29, 0.0, 0.29), strict=True)
    ]
    rims = scaled(
        plate(
            corners(
                (-depth / 2, 0, 0.008), (depth / 2, 0, 0.008), (depth / 2, 0.035, 0.008), (-depth / 2, 0.035, 0.008),
            ),
            width, 0.006,
        ).turned("y", 90),
        1.025, 1, 1.035,
    ).moved(y=0.004)
    bands = [box(0.05, high + 0.006, depth + 0.014, 0.006).moved(x, high / 2 + 0.02, 0) for x in (-0.29, 0.29)]
    bands += [box(width + 0.016, 0.04, depth + 0.016, 0.006).moved(y=y) for y in (0.045, high + 0.005)]
    lock = [
        box(0.12, 0.13, 0.03, 0.01).moved(0, high - 0.02, depth / 2 + 0.012),
        torus(0.035, 0.016, 36, 10).turned("x", 90).moved(0, high + 0.05, depth / 2 + 0.022),
    ]
    hole = joined(
        [
            disc((0, 0), (0.014, 0, 0.001), (0.014, 0.004, 0.001), (0, 0.004), segments=24).turned("x", 90),
            box(0.012, 0.035, 0.006, 0.002).moved(y=-0.018, z=0.001),
        ]
    ).moved(0, high - 0.01, depth / 2 + 0.027)
    ears = mirrored(
        rod(
            path(
                (width / 2, 0.22, 0.09), (width / 2 + 0.045, 0.20, 0.07), (width / 2 + 0.05, 0.17, 0),
                (width / 2 + 0.045, 0.20, -0.07), (width / 2, 0.22, -0.09),
            ),
            0.014,
        )
    )
    feet = mirrored(
        joined(
            box(0.09, 0.05, 0.09, 0.012).moved(width / 2 - 0.05, 0.022, z)
            for z in (-depth / 2 + 0.05, depth / 2 - 0.05)
        )
    )
    open_ = "open" in look.features
    hinge = high + 0.022

    def put(mesh: Mesh) -> Mesh:
        return mesh.moved(z=depth / 2).turned("x", -62 if open_ else 0).moved(y=hinge, z=-depth / 2)

    parts = [
        part("body", "planks", body), part("lid", "planks", put(lid)),
        part("bands", "brass", *bands, *map(put, [*straps, rims]), feet),
        part("lock", "brass", *lock[: 1 if open_ else 2]), part("keyhole", Finish("iron", srgb("17130e")), hole),
        part("handles", "iron", ears),
    ]
    if open_:
        rng = np.random.default_rng(look.seed)
        coins = []
        for _ in range(90):
            x, z = float(rng.uniform(-0.31, 0.31)), float(rng.uniform(-0.18, 0.19))
            y = high + 0.02 + 0.055 * (1 - (x / 0.36) ** 2) * (1 - (z / 0.25) ** 2) + float(rng.uniform(-0.006, 0.01))
            coin = disc((0, -0.004), (0.03, -0.004, 0.0015), (0.03, 0.004, 0.0015), (0, 0.004), segments=24, steps=2)
            coins.append(
                coin.turned("x", float(rng.uniform(-50, 50))).turned("z", float(rng.uniform(-50, 50))).moved(x, y, z)
            )
        gems = [
            egg(0.024, 0.02, 0.024, 12).moved(
                float(rng.uniform(-0.25, 0.25)), high + 0.088, float(rng.uniform(-0.12, 0.14)),
            )
            for _ in range(5)
        ]
        heap = scaled(
            smooth((0, -0.06), (0.9, -0.05), (1.0, 0.0), (0.6, 0.055), (0, 0.075)), 0.335, 1, 0.205,
        ).moved(y=high)
        parts += [
            part("coins", "gold", *coins, heap),
            part("lining", "velvet", put(box(width * 0.93, 0.012, depth * 0.9, 0.005).moved(y=0.002))),
            part("gems", Finish("crystal", srgb("d0245a")), *gems),
        ]
    return Model(
        tuple(parts),
        {
            "top": Anchor((0, high + 0.27, 0), 0.4), "inside": Anchor((0, high, 0), 0.5),
            "front": Anchor((0, 0.15, depth / 2 + 0.01), 0.3),
        },
    )


def _barrel(look: Look) -> Model:
    count = 18
    outline = smooth(
        (0, 0.02), (0.245, 0.02), (0.27, 0.10), (0.318, 0.36), (0.33, 0.45), (0.318, 0.54), (0.27, 0.80), (0.245, 0.88),
        (0, 0.88),
    )
    angle = np.arctan2(outline.positions[:, 2], outline.positions[:, 0])
    radius = np.hypot(outline.positions[:, 0], outline.positions[:, 2])
    groove = 1 - 0.012 * np.exp(-((((angle / (2 * np.pi) * count) % 1) - 0.5) ** 2) * 300) * (radius > 0.15)
    staves = Mesh(
        outline.positions * np.column_stack([groove, 0 * groove + 1, groove]), outline.normals, outline.uvs[:, ::-1],
        outline.triangles,
    )
    hoops = [
        turned(
            (r - 0.03, y), (r + 0.007, y, 0.003), (r + d + 0.007, y + 0.05, 0.003), (r + d - 0.03, y + 0.05),
            (r - 0.03, y), segments=72,
        )
        for y, r, d in ((0.05, 0.252, 0.016), (0.22, 0.295, 0.012), (0.63, 0.308, -0.012), (0.80, 0.268, -0.016))
    ]
    lid = disc((0, 0.87), (0.235, 0.87), (0.235, 0.89), (0, 0.89))
    rims = [
        turned(
            (0.215, 0.865), (0.25, 0.865, 0.004), (0.248, 0.9, 0.006), (0.222, 0.9, 0.006), (0.215, 0.865), segments=72,
        ),
        turned((0.215, 0.0), (0.246, 0.0, 0.005), (0.25, 0.03), (0.215, 0.03), (0.215, 0.0), segments=72),
    ]
    tap = [
        rod(np.array([(0, 0.2, 0.28), (0, 0.2, 0.39)]), 0.016),
        rod(np.array([(0, 0.2, 0.365), (0, 0.155, 0.365)]), 0.013),
        rod(np.array([(0, 0.2, 0.35), (0, 0.245, 0.35)]), 0.009),
        rod(np.array([(-0.035, 0.25, 0.35), (0.035, 0.25, 0.35)]), 0.009),
    ]
    return Model(
        (
            part("body", "oak", staves, *rims), part("lid", "planks", lid), part("hoops", "iron", *hoops),
            part("tap", "brass", *tap),
        ),
        {"top": Anchor((0, 0.9, 0), 0.4), "front": Anchor((0, 0.5, 0.33), 0.2)},
    )


def _crate(look: Look) -> Model:
    size = 0.6
    half = size / 2
    boards = [
        box(size - 0.05, size / 5 - 0.008, size - 0.05, 0.006).moved(y=size / 10 + k * size / 5)
        for k in range(5)
    ]
    frame: list[Mesh] = []
    for turn in (0, 90, 180, 270):
        rails = [box(size + 0.02, 0.085, 0.03, 0.006).moved(y=y, z=half - 0.005) for y in (0.043, size - 0.043)]
        rails += [
            box(0.085, size - 0.16, 0.03, 0.006).moved(x, half, half - 0.005)
            for x in (-half + 0.045, half - 0.045)
        ]
        rails.append(box(0.075, size * 1.03, 0.024, 0.005).turned("z", 45).moved(y=half, z=half - 0.008))
        # Two of the sides a little lower: rails that met exactly would share their edges.
        frame += [each.moved(y=-0.001 * (turn % 180 == 90)).turned("y", turn) for each in rails]
    lids = [box(0.11, 0.02, size - 0.03, 0.006).moved(-half + 0.068 + 0.116 * k, size - 0.008, 0) for k in range(5)]
    nails = [
        ball(0.007, 10).moved(x, y, half + 0.01).turned("y", turn)
        for turn in (0, 90, 180, 270)
        for x in (-half + 0.045, half - 0.045)
        for y in (0.03, 0.057, size - 0.03, size - 0.057)
    ]
    return Model(
        (part("body", "pine", *boards, *lids), part("frame", "oak", *frame), part("nails", "iron", *nails)),
        {"top": Anchor((0, size, 0), 0.5), "front": Anchor((0, half, half + 0.01), 0.3)},
    )


def _book(look: Look) -> Model:
    width, height, thick = 0.16, 0.23, 0.042
    cover = [box(width, height, 0.0045, 0.002).moved(0, height / 2, z) for z in (-thick / 2, thick / 2)]
    spine = scaled(
        turned((0, 0), (thick / 2 + 0.0022, 0, 0.002), (thick / 2 + 0.0022, height, 0.002), (0, height)), 0.42, 1, 1,
    ).moved(x=-width / 2 + 0.002)
    pages = box(width - 0.009, height - 0.012, thick - 0.003, 0.002).moved(0.002, height / 2, 0)
    bands = [
        scaled(
            turned((0, y), (thick / 2 + 0.0036, y, 0.001), (thick / 2 + 0.0036, y + 0.005, 0.001), (0, y + 0.005)),
            0.44, 1, 1,
        ).moved(x=-width / 2 + 0.002)
        for y in (0.03, 0.075, 0.15, 0.195)
    ]
    z = thick / 2 + 0.0026
    frame = [box(width - 0.04, 0.0022, 0.0012, 0.0005, 2).moved(0.004, y, z) for y in (0.02, height - 0.02)]
    frame += [
        box(0.0022, height - 0.04, 0.0012, 0.0005, 2).moved(x, height / 2, z)
        for x in (0.004 - width / 2 + 0.02, 0.004 + width / 2 - 0.02)
    ]
    emblem = [
        torus(0.024, 0.0025, 48, 8).turned("x", 90).moved(0.004, 0.135, z),
        *(egg(0.005, 0.019, 0.0014, 16).turned("z", 60 * k).moved(0.004, 0.135, z) for k in range(3)),
    ]
    title = [box(w, 0.005, 0.0012, 0.0005, 2).moved(0.004, y, z) for w, y in ((0.07, 0.075), (0.045, 0.062))]
    ribbon = box(0.006, 0.045, 0.0012, 0.0005, 2).moved(0.03, 0.004, 0.0)
    parts = (
        part("body", Finish("leather", srgb("6b2330")), *cover, spine, *bands), part("pages", "paper", pages),
        part("title", "gold", *frame, *emblem, *title), part("ribbon", Finish("velvet", srgb("c9a13a")), ribbon),
    )
    return Model(parts, {"top": Anchor((0, height, 0), 0.1), "front": Anchor((0, height / 2, z), 0.12)})


def _clock(look: Look) -> Model:
    """An alarm clock with two bells."""
    y = 0.092
    case = turned(
        (0, -0.024), (0.052, -0.024, 0.004), (0.06, -0.018, 0.006), (0.06, 0.018, 0.006), (0.054, 0.025, 0.004),
        (0.050, 0.0225), (0, 0.0225), segments=80,
    ).turned("x", 90).moved(y=y)
    face = disc((0, 0.020), (0.0505, 0.020), (0.0505, 0.0235), (0, 0.0235), segments=80).turned("x", 90).moved(y=y)
    marks = [
        box(
            0.0022 if k % 3 else 0.0034, 0.006 if k % 3 else 0.0095, 0.0012, 0.0005, 2,
        ).moved(y=0.042).turned("z", 30 * k).moved(0, y, 0.0238)
        for k in range(12)
    ]
    hands = [
        box(w, length, 0.0012, 0.0005, 2).moved(y=length / 2 - 0.004).turned("z", turn).moved(0, y, z)
        for w, length, turn, z in ((0.0042, 0.029, 60, 0.0246), (0.0032, 0.041, -60, 0.0258))
    ]
    second = box(0.0013, 0.045, 0.001, 0.0004, 2).moved(y=0.015).turned("z", 175).moved(0, y, 0.0268)
    pin = egg(0.0036, 0.0036, 0.002, 20).moved(0, y, 0.0272)
    bell = turned((0, 0), (0.025, 0.0, 0.002), (0.026, 0.006, 0.004), (0.016, 0.02, 0.012), (0, 0.0235))
    bells = [
        joined(
            [bell, ball(0.004, 16).moved(y=0.0245), rod(np.array([(0, -0.02, 0), (0, 0.004, 0)]), 0.003, segments=12)]
        ).turned("z", -28 * side).moved(side * 0.036, y + 0.063, 0)
        for side in (-1, 1)
    ]
    hammer = joined(
        [
            rod(np.array([(0, y + 0.055, 0), (0, y + 0.075, 0)]), 0.002, segments=10),
            turned(
                (0, -0.006), (0.005, -0.006, 0.001), (0.005, 0.006, 0.001), (0, 0.006), segments=20,
            ).turned("z", 90).moved(y=y + 0.078),
        ]
    )
    handle = rod(
        path((-0.026, y + 0.083, 0), (-0.02, y + 0.102, 0), (0.02, y + 0.102, 0), (0.026, y + 0.083, 0)), 0.0032,
        segments=14,
    )
    legs = mirrored(
        joined(
            [
                rod(np.array([(0.034, y - 0.045, 0.0), (0.05, 0.007, 0.0)]), 0.0042, 0.005),
                ball(0.0078, 20).moved(0.0505, 0.0068, 0),
            ]
        )
    )
    parts = (
        part("body", Finish("painted metal", srgb("c8322e")), case),
        part("face", Finish("paper", srgb("fbf8f0")), face),
        part("hands", Finish("plastic", srgb("1b1c1f")), *marks, *hands, pin),
        part("second hand", Finish("plastic", srgb("d8362a")), second),
        part("bells", "chrome", *bells, hammer, handle, legs),
    )
    return Model(
        parts,
        {
            "top": Anchor((0, y + 0.1, 0), 0.05), "front": Anchor((0, y, 0.027), 0.09),
            "eyes": Anchor((0, y + 0.01, 0.026), 0.04),
        },
    )


def _lantern(look: Look) -> Model:
    base = turned(
        (0, 0), (0.075, 0, 0.004), (0.078, 0.012, 0.004), (0.068, 0.024, 0.006), (0.062, 0.035, 0.004), (0, 0.035),
    )
    chamber = turned((0, 0.034), (0.056, 0.034), (0.061, 0.09, 0.1), (0.056, 0.165), (0, 0.165), steps=8)
    posts = around(rod(path((0.062, 0.03, 0), (0.072, 0.1, 0), (0.062, 0.17, 0)), 0.0035, segments=12), 6)
    guards = [torus(0.0705, 0.005, 64, 10).moved(y=0.1)]
    cap = turned(
        (0, 0.163), (0.07, 0.163, 0.003), (0.068, 0.172, 0.004), (0.036, 0.2, 0.02), (0.03, 0.218, 0.004),
        (0.04, 0.224, 0.003), (0.022, 0.242, 0.01), (0, 0.246),
    )
    ring = torus(0.02, 0.005, 40, 10).turned("x", 90).moved(y=0.262)
    bail = rod(
        path(
            (-0.066, 0.168, 0), (-0.085, 0.22, 0), (-0.05, 0.30, 0), (0, 0.325, 0), (0.05, 0.30, 0), (0.085, 0.22, 0),
            (0.066, 0.168, 0),
        ),
        0.0028, segments=12,
    )
    wick = turned((0, 0.03), (0.014, 0.03), (0.012, 0.055, 0.003), (0, 0.058), segments=28)
    flame = smooth((0, 0.056), (0.013, 0.066), (0.0155, 0.08), (0.006, 0.112), (0, 0.128), segments=32)
    parts = (
        part("body", Finish("painted metal", srgb("2d3b36")), base, cap, posts, *guards),
        part("glass", "glass", chamber), part("handle", "brass", bail, ring, wick),
        part("flame", Finish("light", srgb("ffb347"), glowing=True), flame),
    )
    return Model(parts, {"top": Anchor((0, 0.246, 0), 0.04)})


def _fridge(look: Look) -> Model:
    width, height, depth = 0.7, 1.7, 0.66
    body = box(width, height, depth - 0.06, 0.05, 5).moved(y=height / 2 + 0.04, z=-0.03)
    doors = [box(width, h, 0.075, 0.034, 5).moved(0, y, depth / 2 - 0.03) for h, y in ((1.06, 0.585), (0.61, 1.435))]
    handles = [
        rod(
            path(
                (-0.27, a, depth / 2), (-0.27, a + 0.03, depth / 2 + 0.055), (-0.27, b - 0.03, depth / 2 + 0.055),
                (-0.27, b, depth / 2),
            ),
            0.014,
        )
        for a, b in ((0.72, 1.06), (1.18, 1.44))
    ]
    badge = box(0.14, 0.035, 0.012, 0.005).moved(0.18, 1.62, depth / 2 + 0.008)
    feet = mirrored(
        joined(
            turned((0, 0), (0.028, 0, 0.004), (0.03, 0.05), (0, 0.05), segments=24).moved(0.28, 0, z)
            for z in (-0.27, 0.22)
        )
    )
    parts: tuple[Part, ...] = (
        part("body", Finish("painted metal", srgb("8fc7c0")), body),
        part("doors", Finish("painted metal", srgb("8fc7c0")), *doors), part("handles", "chrome", *handles, badge),
        part("feet", Finish("plastic", srgb("1d1e20")), feet),
    )
    return Model(parts, {"top": Anchor((0, height + 0.04, 0), 0.5), "front": Anchor((0, 1.0, depth / 2 + 0.01), 0.4)})


def _cone(look: Look) -> Model:
    base = box(0.36, 0.03, 0.36, 0.012).moved(y=0.015)
    body = turned(
        (0, 0.028), (0.135, 0.028), (0.128, 0.045, 0.01), (0.028, 0.66, 0.006), (0.02, 0.665), (0.016, 0.64), (0, 0.64),
    )
    bands = [
        turned((r1 - 0.02, y1), (r1 + 0.0025, y1), (r2 + 0.0025, y2), (r2 - 0.02, y2), (r1 - 0.02, y1))
        for y1, r1, y2, r2 in ((0.22, 0.0996, 0.34, 0.0801), (0.44, 0.0638, 0.52, 0.0508))
    ]
    return Model(
        (
            part("body", Finish("plastic", srgb("f2681c")), body), part("base", Finish("rubber", srgb("f2681c")), base),
            part("bands", Finish("plastic", srgb("f6f6f2")), *bands),
        ),
        {"top": Anchor((0, 0.665, 0), 0.06), "head": Anchor((0, 0.665, 0), 0.06)},
    )


SHAPES = (
    Shape(
        "treasure chest", "household", ("treasure chest", "chest", "trunk", "coffer"),
        ("body", "lid", "bands", "lock", "keyhole", "handles", "lining", "coins", "gems"), ("body", "lid"), ("open",),
        _chest,
    ),
    Shape(
        "barrel", "household", ("barrel", "cask", "keg"), ("body", "lid", "hoops", "tap"), ("body", "lid"), (), _barrel,
    ),
    Shape(
        "crate", "household", ("crate", "wooden crate", "wooden box"), ("body", "frame", "nails"), ("body", "frame"),
        (), _crate,
    ),
    Shape(
        "book", "household", ("book", "novel", "tome", "spellbook", "notebook"), ("body", "pages", "title", "ribbon"),
        ("body",), (), _book,
    ),
    Shape(
        "alarm clock", "household", ("alarm clock", "clock", "timer"),
        ("body", "face", "hands", "second hand", "bells"), ("body",), (), _clock,
    ),
    Shape(
        "lantern", "lighting", ("lantern", "oil lamp", "storm lamp"), ("body", "glass", "handle", "flame"), ("body",),
        (), _lantern,
    ),
    Shape(
        "fridge", "household", ("fridge", "refrigerator", "freezer"), ("body", "doors", "handles", "feet"),
        ("body", "doors"), (), _fridge,
    ),
    Shape(
        "traffic cone", "household", ("traffic cone", "cone", "pylon"), ("body", "base", "bands"), ("body", "base"), (),
        _cone,
    ),
)
