"""What one wears or carries."""

import numpy as np

from renderer.generate.shapes.blobs import blend, brick, carved, common, ellipsoid, grown, limb, surface
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    box,
    curve,
    disc,
    egg,
    loft,
    mirrored,
    part,
    path,
    pillow,
    plate,
    rod,
    scaled,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined


def _shoe(look: Look) -> Model:
    """One sneaker, its toe towards +z."""
    foot = blend(
        0.03, ellipsoid((0, 0.045, 0.085), (0.046, 0.036, 0.062)), ellipsoid((0, 0.052, -0.055), (0.040, 0.05, 0.062)),
        limb((0, 0.07, 0.02), (0, 0.085, -0.05), 0.036, 0.036),
        limb((0, 0.095, -0.05), (0, 0.125, -0.062), 0.036, 0.040),
    )
    cut = common(foot, brick((0, 0.075, 0), (0.1, 0.062, 0.3), 0.008), 0.008)
    hole = blend(
        0.015, ellipsoid((0, 0.142, -0.052), (0.029, 0.052, 0.040)), ellipsoid((0, 0.135, -0.02), (0.020, 0.03, 0.03)),
    )
    upper = surface(carved(cut, hole, 0.006), (-0.07, -0.01, -0.15), (0.07, 0.17, 0.17), 0.0058)
    lining = surface(
        grown(common(cut, brick((0, 0.05, -0.03), (0.05, 0.05, 0.07), 0.01), 0.01), -0.006), (-0.07, -0.01, -0.15),
        (0.07, 0.17, 0.17), 0.009,
    )
    line = curve(
        [
            (-0.028, -0.118), (-0.043, -0.085), (-0.043, -0.03), (-0.040, 0.02), (-0.049, 0.08), (-0.040, 0.128),
            (-0.012, 0.152), (0.02, 0.147), (0.044, 0.12), (0.05, 0.08), (0.040, 0.02), (0.041, -0.03), (0.042, -0.085),
            (0.027, -0.118),
        ],
        6,
    )
    sole = plate(line, 0.026, 0.007).turned("x", 90).moved(y=0.015)
    tread = plate(line, 0.006, 0.002).turned("x", 90).moved(y=0.003)
    stripe = plate(line, 0.004, 0.0018).turned("x", 90)
    stripe = scaled(stripe, 1.012, 1, 1.005).moved(y=0.0185)
    tongue = rod(path((0, 0.083, 0.055), (0, 0.110, 0.015), (0, 0.150, -0.012)), 0.018, 0.022, 0.023, flat=0.28)
    laces = [
        rod(
            path(
                (-0.026, y - 0.009, z), (-0.010, y + 0.006, z + 0.002), (0.010, y + 0.006, z + 0.002),
                (0.026, y - 0.009, z),
            ),
            0.0032, segments=10,
        )
        for y, z in ((0.086, 0.066), (0.0935, 0.053), (0.101, 0.040), (0.109, 0.027), (0.117, 0.014))
    ]
    loops = mirrored(
        rod(
            path(
                (0.004, 0.126, 0.012), (0.022, 0.134, 0.024), (0.034, 0.118, 0.030), (0.022, 0.112, 0.022),
                (0.004, 0.124, 0.013),
            ),
            0.0026, segments=10,
        )
    )
    toe = common(grown(cut, 0.0028), brick((0, 0.0, 0.18), (0.1, 0.058, 0.055), 0.01), 0.006)
    heel = common(grown(cut, 0.0024), brick((0, 0.0, -0.145), (0.1, 0.085, 0.055), 0.01), 0.006)
    caps = [surface(each, (-0.07, -0.01, -0.16), (0.07, 0.17, 0.17), 0.0075) for each in (toe, heel)]
    swoosh = mirrored(
        joined(
            rod(
                path((0.0435, 0.048 + d, -0.045), (0.0415, 0.062 + d, -0.005), (0.038, 0.052 + d, 0.035)), 0.0055,
                0.006, 0.004, flat=0.7, segments=14,
            )
            for d in (0.0, 0.018)
        )
    )
    return Model(
        (
            part("body", "canvas", upper), part("lining", Finish("fabric", srgb("2f3542")), lining),
            part("sole", Finish("rubber", srgb("f4f3ef")), sole),
            part("tread", Finish("rubber", srgb("7a5230")), tread),
            part("stripe", Finish("rubber", srgb("c62828")), stripe), part("tongue", "canvas", tongue),
            part("laces", Finish("canvas", srgb("fbfaf6")), *laces, loops),
            part("caps", Finish("rubber", srgb("f4f3ef")), caps[0]),
            part("heel", Finish("leather", srgb("c62828")), caps[1], swoosh),
        ),
        {
            "top": Anchor((0, 0.14, -0.05), 0.06), "inside": Anchor((0, 0.1, -0.05), 0.05),
            "front": Anchor((0.05, 0.06, 0), 0.08),
        },
    )


def _backpack(look: Look) -> Model:
    body = pillow(0.31, 0.44, 0.17, 4.5, 4.0).moved(y=0.22)
    pocket = pillow(0.24, 0.19, 0.10, 4.5, 3.6).moved(y=0.135, z=0.085)
    side = mirrored(pillow(0.06, 0.20, 0.12, 4.0, 3.5).moved(0.155, 0.12, 0.0))
    lid = pillow(0.30, 0.11, 0.185, 4.0, 3.0).moved(y=0.40, z=0.006)
    zips = [
        rod(path((-0.105, 0.195, 0.115), (0, 0.212, 0.133), (0.105, 0.195, 0.115)), 0.003, segments=10),
        rod(
            path((-0.14, 0.33, 0.064), (-0.1, 0.352, 0.09), (0.1, 0.352, 0.09), (0.14, 0.33, 0.064)), 0.003,
            segments=10,
        ),
    ]
    pulls = [
        box(0.008, 0.024, 0.004, 0.0015).moved(0.05, 0.192, 0.135),
        box(0.008, 0.024, 0.004, 0.0015).moved(0.06, 0.335, 0.094),
    ]
    strap = mirrored(
        rod(
            path(
                (0.07, 0.40, -0.08), (0.085, 0.36, -0.145), (0.10, 0.22, -0.165), (0.125, 0.09, -0.135),
                (0.135, 0.04, -0.07),
            ),
            0.026, 0.03, 0.016, flat=0.32,
        )
    )
    handle = rod(
        path((-0.045, 0.44, -0.045), (-0.03, 0.485, -0.05), (0.03, 0.485, -0.05), (0.045, 0.44, -0.045)), 0.010,
        flat=0.6,
    )
    straps = mirrored(
        joined(
            [
                box(0.022, 0.2, 0.008, 0.003).turned("x", 5).moved(0.07, 0.345, 0.096),
                box(0.034, 0.026, 0.012, 0.004).moved(0.07, 0.245, 0.096),
            ]
        )
    )
    label = box(0.07, 0.035, 0.006, 0.002).moved(0, 0.13, 0.134)
    return Model(
        (
            part("body", Finish("canvas", srgb("3f6478")), body, side),
            part("lid", Finish("canvas", srgb("3f6478")), lid),
            part("pocket", Finish("canvas", srgb("35566a")), pocket), part("straps", "leather", strap, handle, straps),
            part("zips", "brass", *zips, *pulls), part("label", "leather", label),
        ),
        {"top": Anchor((0, 0.45, 0), 0.2), "front": Anchor((0, 0.28, 0.09), 0.15)},
    )


def _handbag(look: Look) -> Model:
    side = curve(
        [
            (-0.15, 0.015), (-0.165, 0.08), (-0.135, 0.19), (-0.06, 0.215), (0.06, 0.215), (0.135, 0.19), (0.165, 0.08),
            (0.15, 0.015), (0.08, 0.0), (-0.08, 0.0),
        ],
        6,
    )
    body = plate(side, 0.105, 0.03, 6)
    flap = curve(
        [
            (-0.137, 0.19), (-0.06, 0.2165), (0.06, 0.2165), (0.137, 0.19), (0.125, 0.13), (0.06, 0.095),
            (-0.06, 0.095), (-0.125, 0.13),
        ],
        6,
    )
    front = plate(flap, 0.01, 0.004).moved(z=0.0535)
    handle = mirrored(
        rod(path((0.075, 0.205, 0.02), (0.07, 0.29, 0.015), (0.03, 0.335, 0.012), (0, 0.342, 0.012)), 0.0075)
    )
    rings = mirrored(torus(0.014, 0.0055, 32, 10).turned("z", 90).moved(0.075, 0.212, 0.02))
    clasp = [box(0.036, 0.026, 0.012, 0.004).moved(0, 0.105, 0.06), egg(0.007, 0.007, 0.005, 20).moved(0, 0.105, 0.067)]
    stitches = rod(
        path(
            (-0.118, 0.15, 0.0592), (-0.118, 0.133, 0.0592), (-0.058, 0.1015, 0.0592), (0.058, 0.1015, 0.0592),
            (0.118, 0.133, 0.0592), (0.118, 0.15, 0.0592),
        ),
        0.0012, segments=6,
    )
    feet = mirrored(joined(egg(0.008, 0.005, 0.008, 16).moved(0.10, -0.001, z) for z in (-0.03, 0.03)))
    return Model(
        (
            part("body", Finish("leather", srgb("a5402d")), body),
            part("flap", Finish("leather", srgb("8f3526")), front),
            part("handle", Finish("leather", srgb("8f3526")), handle), part("clasp", "gold", rings, *clasp, feet),
            part("stitches", Finish("canvas", srgb("e8cfae")), stitches),
        ),
        {"top": Anchor((0, 0.216, 0), 0.15), "front": Anchor((0, 0.05, 0.055), 0.12)},
    )


def _ring(look: Look) -> Model:
    band = scaled(torus(0.0098, 0.0026, 120, 20), 1, 1.15, 1).turned("x", 90).moved(y=0.0112)
    top = 0.0222
    prongs = around(
        rod(
            path((0.0012, top - 0.0008, 0), (0.0030, top + 0.0012, 0), (0.0032, top + 0.0036, 0)), 0.00042, segments=10,
        ),
        6,
    )
    seat = turned(
        (0, top - 0.0012), (0.0011, top - 0.0010), (0.0026, top + 0.0010, 0.0003), (0.0026, top + 0.0015, 0.0002),
        (0, top + 0.0015), segments=48,
    )
    stone = turned(
        (0, top + 0.0006), (0.0034, top + 0.0030), (0.0034, top + 0.0034), (0.0019, top + 0.0047), (0, top + 0.0047),
        segments=12,
    )
    flat = stone.positions[stone.triangles].reshape(-1, 3)
    edges = np.cross(flat[1::3] - flat[::3], flat[2::3] - flat[::3])
    facets = Mesh(
        flat, np.repeat(edges / np.linalg.norm(edges, axis=1, keepdims=True), 3, axis=0),
        stone.uvs[stone.triangles].reshape(-1, 2), np.arange(len(flat), dtype=np.uint32).reshape(-1, 3),
    )
    side = [
        egg(0.0008, 0.0008, 0.0008, 16).moved(0.0098 * np.sin(a), 0.0112 + 0.01115 * np.cos(a), 0)
        for a in np.radians([24, 33, 42, 51, -24, -33, -42, -51])
    ]
    return Model(
        (
            part("body", "gold", boxed(band), seat), part("setting", "gold", prongs),
            part("stone", Finish("crystal", srgb("eaf6ff")), facets),
            part("diamonds", Finish("glossy plastic", srgb("f4fbff")), *side),
        ),
        {"top": Anchor((0, top + 0.0047, 0), 0.004)},
    )


def _watch(look: Look) -> Model:
    case = turned(
        (0, -0.0045), (0.0185, -0.0045, 0.001), (0.0205, 0.0, 0.003), (0.0195, 0.0045, 0.0012),
        (0.0175, 0.0052, 0.0006), (0.0172, 0.0035), (0, 0.0035), segments=96,
    )
    face = disc((0, 0.003), (0.0171, 0.003), (0.0171, 0.0037), (0, 0.0037), segments=96)
    marks = [
        box(0.0009 if k % 3 else 0.0014, 0.0006, 0.0026, 0.0002, 2).moved(y=0.0039, z=-0.0145).turned("y", -30 * k)
        for k in range(12)
    ]
    hands = [
        box(width, 0.0005, length, 0.0002, 2).moved(y=0.0042 + lift, z=-length / 2 + 0.002).turned("y", turn)
        for width, length, turn, lift in ((0.0014, 0.0105, 60.0, 0.0), (0.0011, 0.0148, -60.0, 0.0004))
    ]
    second = box(0.0004, 0.0004, 0.018, 0.00015, 2).moved(y=0.0051, z=-0.006).turned("y", 170)
    pin = turned((0, 0.0035), (0.001, 0.0035), (0.0009, 0.0056, 0.0003), (0, 0.0056), segments=20)
    crown = turned(
        (0, 0.019), (0.0028, 0.019), (0.003, 0.0195, 0.0004), (0.003, 0.0238, 0.0006), (0, 0.0238), segments=40,
    ).turned("z", -90)
    lugs = mirrored(
        joined(
            rod(
                path((0.0105, 0.002, s * 0.015), (0.0108, 0.001, s * 0.021), (0.0108, -0.003, s * 0.0245)), 0.0023,
                0.0018,
            )
            for s in (-1, 1)
        )
    )
    rows = []
    for a in np.linspace(np.radians(62), np.radians(478), 60):
        r, half = 0.029, 0.0098 - 0.0016 * np.sin((a - np.radians(62)) / np.radians(416) * np.pi)
        turn = np.linspace(0, 2 * np.pi, 25)
        c, s = np.cos(turn), np.sin(turn)
        x = half * np.sign(c) * np.abs(c) ** 0.4
        thick = 0.0013 * np.sign(s) * np.abs(s) ** 0.6
        rows.append(np.column_stack([x, (r * 0.82 + thick) * np.sin(a), (r + thick) * np.cos(a)]))
    strap = boxed(loft(np.array(rows)), "x")
    front = [case, lugs, pin, crown]
    up = 0.0255
    buckle = joined(
        [
            box(0.024, 0.0022, 0.0022, 0.0009).moved(y=-0.0265, z=z)
            for z in (-0.006, 0.006)
        ] + [mirrored(box(0.0022, 0.0022, 0.0138, 0.0009).moved(x=0.011, y=-0.0265))]
    )

    def tilted(meshes: list[Mesh]) -> Mesh:
        return joined(meshes).moved(y=up).turned("x", 62).moved(y=0.034)

    return Model(
        (
            part("body", "steel", tilted(front)), part("face", Finish("painted metal", srgb("12233f")), tilted([face])),
            part("hands", Finish("plastic", srgb("f6f4ee")), tilted([*marks, *hands])),
            part("second hand", Finish("plastic", srgb("d8362a")), tilted([second])),
            part("strap", Finish("leather", srgb("5b3219")), tilted([strap.moved(y=-up)])),
            part("buckle", "steel", tilted([buckle.moved(y=-up)])),
        ),
        {"front": Anchor((0, 0.05, 0.03), 0.03), "top": Anchor((0, 0.06, 0), 0.02)},
    )


SHAPES = (
    Shape(
        "shoe", "worn", ("shoe", "sneaker", "trainer", "boot", "running shoe"),
        ("body", "lining", "sole", "tread", "stripe", "tongue", "laces", "caps", "heel"), ("body", "tongue"), (), _shoe,
    ),
    Shape(
        "backpack", "worn", ("backpack", "rucksack", "school bag", "satchel"),
        ("body", "lid", "pocket", "straps", "zips", "label"), ("body", "lid", "pocket"), (), _backpack,
    ),
    Shape(
        "handbag", "worn", ("handbag", "purse", "bag", "tote bag"), ("body", "flap", "handle", "clasp", "stitches"),
        ("body", "flap", "handle"), (), _handbag,
    ),
    Shape(
        "ring", "worn", ("ring", "engagement ring", "wedding ring"), ("body", "setting", "stone", "diamonds"),
        ("body", "setting"), (), _ring,
    ),
    Shape(
        "watch", "worn", ("watch", "wristwatch"), ("body", "face", "hands", "second hand", "strap", "buckle"),
        ("body", "buckle"), (), _watch,
    ),
)
