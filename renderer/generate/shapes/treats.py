"""Fruit, vegetables and sweets."""

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.plants import leaf
from renderer.generate.shapes.solids import (
    around,
    ball,
    corners,
    disc,
    egg,
    part,
    path,
    placed,
    plate,
    rod,
    smooth,
    smooth_part,
    turned,
    turned_part,
)
from renderer.samples.mesh import Mesh, joined


def _ribbed(mesh: Mesh, count: int, depth: float) -> Mesh:
    """Pressed in along `count` meridians, by the share `depth` of the radius; normals lean as the surface does."""
    x, y, z = mesh.positions.T
    angle, radius = np.arctan2(z, x), np.maximum(np.hypot(x, z), 1e-9)
    swell = 1 - depth * np.abs(np.cos(count / 2 * angle)) ** 4
    slope = depth * 4 * np.abs(
        np.cos(count / 2 * angle)
    ) ** 3 * np.sign(np.cos(count / 2 * angle)) * np.sin(count / 2 * angle) * count / 2
    around_ = np.column_stack([-z / radius, 0 * y, x / radius])
    flat = np.hypot(mesh.normals[:, 0], mesh.normals[:, 2])
    normals = mesh.normals - around_ * (slope * flat / swell)[:, None]
    positions = mesh.positions * np.column_stack([swell, 0 * y + 1, swell])
    return Mesh(positions, normals / np.linalg.norm(normals, axis=1, keepdims=True), mesh.uvs, mesh.triangles)


def _pumpkin(look: Look) -> Model:
    """A pumpkin; "carved" gives it a glowing face."""
    body = smooth(
        (0, 0.02), (0.04, 0.008), (0.09, 0.004), (0.145, 0.05), (0.155, 0.105), (0.13, 0.165), (0.08, 0.195),
        (0.035, 0.188), (0, 0.172), segments=120,
    )
    stem = rod(
        path((0, 0.165, 0), (0.004, 0.20, 0.002), (0.022, 0.235, 0.004), (0.045, 0.243, 0.006)), 0.02, 0.014, 0.013,
        0.015,
    )
    curl = rod(
        path((0.01, 0.19, 0.02), (0.05, 0.215, 0.05), (0.085, 0.19, 0.045), (0.08, 0.175, 0.08), (0.105, 0.165, 0.085)),
        0.003, segments=10,
    )
    blade = leaf(0.09, 0.085, 0.6).turned("x", 70).turned("y", -60).moved(-0.02, 0.195, 0.01)
    parts = [
        part("body", Finish("peel", srgb("ea7a1c")), _ribbed(body, 10, 0.1)),
        part("stem", Finish("leaf", srgb("7a7a3a")), stem, curl), part("leaf", "leaf", blade),
    ]
    if "carved" in look.features:
        glow = Finish("light", srgb("ffb52e"), glowing=True)
        tri = turned((0, -0.006), (0.027, -0.006), (0.027, 0.006), (0, 0.006), segments=3).turned("x", 90)
        eyes = joined(tri.turned("y", side * 20).moved(side * 0.052, 0.125, 0.134) for side in (-1, 1))
        nose = turned(
            (0, -0.006), (0.014, -0.006), (0.014, 0.006), (0, 0.006), segments=3,
        ).turned("x", 90).moved(0, 0.096, 0.147)
        mouth = [
            rod(
                path(
                    (-0.072, 0.075, 0.124), (-0.04, 0.056, 0.138), (0, 0.05, 0.141), (0.04, 0.056, 0.138),
                    (0.072, 0.075, 0.124),
                ),
                0.004, 0.013, 0.014, 0.013, 0.004, segments=16,
            )
        ]
        parts.append(part("face", glow, eyes, nose, *mouth))
    return Model(
        tuple(parts),
        {
            "top": Anchor((0, 0.19, 0), 0.1), "eyes": Anchor((0, 0.125, 0.145), 0.1),
            "face": Anchor((0, 0.1, 0.15), 0.15), "head": Anchor((0, 0.185, 0), 0.2),
        },
    )


def _carrot(look: Look) -> Model:
    body = smooth((0, 0.0), (0.002, 0.002), (0.009, 0.04), (0.016, 0.10), (0.021, 0.155), (0.017, 0.172), (0, 0.174))
    rings = [
        turned(
            (0.0, 0.0), (r, 0.0, 0.0004), (r, 0.0012, 0.0004), (0, 0.0012), segments=40,
        ).turned("z", 4).moved(0.0006, y, 0)
        for y, r in ((0.035, 0.0086), (0.06, 0.0121), (0.083, 0.0145), (0.11, 0.0175), (0.132, 0.0195))
    ]
    tops = [
        joined(
            [
                rod(
                    path(
                        (0, 0.17, 0), (0, 0.20, 0.006 + 0.006 * (k % 2)),
                        (0, 0.245 + 0.012 * (k % 3), 0.022 + 0.01 * (k % 2)),
                    ),
                    0.0022, 0.0014, segments=8,
                ),
                *(
                    leaf(0.03, 0.013, 0.5).turned("x", 25).turned("y", 120 * j).moved(
                        0, 0.2 + 0.018 * j, 0.009 + 0.006 * j,
                    )
                    for j in range(3)
                ),
            ]
        ).turned("y", 51.4 * k)
        for k in range(7)
    ]
    return Model(
        (part("body", Finish("peel", srgb("ee7420")), body, *rings), part("leaves", "leaf", *tops)),
        {"top": Anchor((0, 0.174, 0), 0.03), "front": Anchor((0, 0.12, 0.02), 0.02)},
    )


def _strawberry(look: Look) -> Model:
    outline = ((0, 0), (0.004, 0.0005), (0.013, 0.012), (0.0185, 0.027), (0.0165, 0.038), (0.008, 0.042), (0, 0.0415))
    body = smooth_part("body", "fruit", *outline)
    seeds = []
    for k in range(70):
        share = (k + 0.5) / 70
        y = 0.003 + 0.034 * share
        r = float(
            np.interp(
                y, (0.0005, 0.006, 0.012, 0.02, 0.027, 0.034, 0.039),
                (0.004, 0.0087, 0.013, 0.0166, 0.0185, 0.0182, 0.0155),
            )
        )
        a = k * 2.39996
        seeds.append(
            placed(
                egg(0.0006, 0.0003, 0.0009, 8), (r * np.cos(a), y, r * np.sin(a)),
                (np.cos(a), (y - 0.024) * 30, np.sin(a)),
            )
        )
    crown = joined(
        [
            around(leaf(0.016, 0.007, 0.7).turned("x", 78).moved(y=0.0415), 7),
            around(leaf(0.011, 0.006, -0.2).turned("x", 48).moved(y=0.0415), 5, 30),
        ]
    )
    stem = rod(path((0, 0.041, 0), (0.001, 0.050, 0), (0.006, 0.058, 0.001)), 0.0013, 0.001, segments=12)
    return Model(
        (body, part("seeds", Finish("plastic", srgb("f2cf63")), *seeds), part("leaves", "leaf", crown, stem)),
        {"top": Anchor((0, 0.042, 0), 0.02)},
    )


def _cupcake(look: Look) -> Model:
    cup = turned_part(
        "cup", Finish("paper", srgb("e46a8a")), (0, 0), (0.026, 0, 0.001), (0.036, 0.042, 0.001), (0.034, 0.043),
        (0, 0.04),
    )
    pleats = around(rod(np.array([(0.0258, 0.002, 0), (0.0362, 0.0425, 0)]), 0.0015, segments=8, round_ends=2), 36)
    cake = smooth((0, 0.036), (0.035, 0.037), (0.0375, 0.043), (0.03, 0.052), (0, 0.056))
    turns = np.linspace(0, 3.4 * 2 * np.pi, 150)
    share = turns / turns[-1]
    swirl = np.column_stack(
        [
            (0.027 * (1 - share) ** 0.9) * np.cos(turns), 0.049 + 0.040 * share,
            (0.027 * (1 - share) ** 0.9) * np.sin(turns),
        ]
    )
    cream = rod(swirl, 0.0135, 0.0125, 0.0105, 0.0078, 0.003, segments=18)
    rng = np.random.default_rng(look.seed)
    colours = ("f4d35e", "4aa8d8", "7bc67b", "ffffff")
    grains: dict[str, list[Mesh]] = {code: [] for code in colours}
    for k in range(40):
        a = float(rng.uniform(0, 2 * np.pi))
        s = float(rng.uniform(0.02, 0.8))
        r, y = 0.027 * (1 - s) ** 0.9 + 0.0118 * (1 - 0.55 * s), 0.049 + 0.040 * s
        grain = rod(
            np.array([(0, 0, -0.0018), (0, 0, 0.0018)]), 0.0007, segments=8, round_ends=2,
        ).turned("y", float(rng.uniform(0, 180)))
        grains[colours[k % 4]].append(placed(grain, (r * np.cos(a), y, r * np.sin(a)), (np.cos(a), 0.4, np.sin(a))))
    cherry = ball(0.0085, 28).moved(y=0.098)
    stalk = rod(path((0, 0.104, 0), (0.003, 0.114, 0), (0.009, 0.122, 0)), 0.0007, segments=8)
    return Model(
        (
            cup, part("pleats", Finish("paper", srgb("e46a8a")), pleats), part("cake", "sponge", boxed(cake)),
            part("icing", "icing", cream), part("cherry", Finish("fruit", srgb("b3121d")), cherry),
            part("stalk", "bark", stalk),
            *(part("sprinkles", Finish("plastic", srgb(code)), *meshes) for code, meshes in grains.items()),
        ),
        {"top": Anchor((0, 0.09, 0), 0.02)},
    )


def _pear(look: Look) -> Model:
    body = smooth_part(
        "body", Finish("peel", srgb("b8c23a")), (0, 0.004), (0.012, 0.0), (0.032, 0.014), (0.040, 0.042),
        (0.034, 0.070), (0.021, 0.095), (0.0155, 0.112), (0.009, 0.120), (0, 0.119),
    )
    stem = rod(path((0, 0.117, 0), (0.002, 0.13, 0), (0.008, 0.143, 0.001)), 0.0017, 0.0022, segments=12)
    blade = leaf(0.045, 0.022, 0.4).turned("x", 65).turned("y", 80).moved(0.003, 0.13, 0)
    return Model((body, part("stem", "bark", stem), part("leaf", "leaf", blade)), {"top": Anchor((0, 0.12, 0), 0.03)})


def _watermelon(look: Look) -> Model:
    """A slice that stands on its rind."""
    def half(radius: float, thick: float) -> Mesh:
        turn = np.linspace(np.pi, 2 * np.pi, 41)
        return plate(corners(*((radius * np.cos(a), radius * np.sin(a), 0.004) for a in turn), steps=2), thick, 0.003)

    rind, white, flesh = half(0.15, 0.05).moved(y=0.15), half(
        0.142, 0.052,
    ).moved(y=0.1505), half(0.132, 0.054).moved(y=0.151)
    seeds = [
        egg(0.0035, 0.0055, 0.0016, 14).turned("z", float(np.degrees(a)) + 90).moved(
            r * np.cos(a), 0.15 + r * np.sin(a), side * 0.0268,
        )
        for side in (-1, 1)
        for r, angles in ((0.05, (3.9, 4.7, 5.5)), (0.09, (3.6, 4.15, 4.7, 5.25, 5.8)))
        for a in angles
    ]
    return Model(
        (
            part("rind", Finish("peel", srgb("2f7a35")), rind), part("white", Finish("fruit", srgb("e6f0cf")), white),
            part("body", Finish("fruit", srgb("e2384a")), flesh),
            part("seeds", Finish("glossy plastic", srgb("1d1512")), *seeds),
        ),
        {"top": Anchor((0, 0.15, 0), 0.1), "front": Anchor((0, 0.1, 0.028), 0.1)},
    )


def _egg(look: Look) -> Model:
    """An egg in a cup."""
    body = smooth_part(
        "body", Finish("plastic", srgb("ecc8a4")), (0, 0.03), (0.009, 0.0312), (0.018, 0.039), (0.0225, 0.054),
        (0.0195, 0.072), (0.0105, 0.086), (0, 0.0895),
    )
    cup = smooth(
        (0, 0), (0.018, 0.001), (0.0195, 0.004), (0.008, 0.012), (0.0055, 0.02), (0.012, 0.03), (0.0225, 0.042),
        (0.0245, 0.054), (0.0235, 0.055), (0.018, 0.042), (0, 0.034),
    )
    return Model(
        (body, part("cup", "porcelain", cup)),
        {
            "top": Anchor((0, 0.0895, 0), 0.02), "eyes": Anchor((0, 0.066, 0.021), 0.016),
            "face": Anchor((0, 0.06, 0.0225), 0.02),
        },
    )


def _lollipop(look: Look) -> Model:
    turns = np.linspace(0.0, 2 * 2 * np.pi, 160)
    ways = []
    for start in (0.0, np.pi):
        r = 0.0232 * turns / (2 * np.pi)
        ways.append(np.column_stack([r * np.cos(turns + start), r * np.sin(turns + start), 0 * turns]))
    spirals = [rod(way, 0.0063, segments=20) for way in ways]
    spirals = [mesh.moved(y=0.16) for mesh in spirals]
    stick = rod(np.array([(0, 0.0, 0), (0, 0.135, 0)]), 0.0035, segments=16)
    core = disc(
        (0, -0.0035), (0.043, -0.0035, 0.003), (0.043, 0.0035, 0.003), (0, 0.0035),
    ).turned("x", 90).moved(y=0.16)
    return Model(
        (
            part("body", Finish("glossy plastic", srgb("e5325f")), spirals[0]),
            part("swirl", Finish("glossy plastic", srgb("fbf7f0")), spirals[1], core), part("stick", "paper", stick),
        ),
        {"top": Anchor((0, 0.215, 0), 0.04)},
    )


SHAPES = (
    Shape(
        "pumpkin", "food", ("pumpkin", "jack-o-lantern", "gourd"), ("body", "stem", "leaf", "face"), ("body",),
        ("carved",), _pumpkin,
    ),
    Shape("carrot", "food", ("carrot", "parsnip"), ("body", "leaves"), ("body",), (), _carrot),
    Shape(
        "strawberry", "food", ("strawberry", "berry", "raspberry"), ("body", "seeds", "leaves"), ("body",), (),
        _strawberry,
    ),
    Shape(
        "cupcake", "food", ("cupcake", "muffin"), ("cup", "pleats", "cake", "icing", "cherry", "stalk", "sprinkles"),
        ("icing",), (), _cupcake,
    ),
    Shape("pear", "food", ("pear", "avocado"), ("body", "stem", "leaf"), ("body",), (), _pear),
    Shape(
        "watermelon", "food", ("watermelon", "melon"), ("rind", "white", "body", "seeds"), ("body",), (), _watermelon,
    ),
    Shape("egg", "food", ("egg", "boiled egg"), ("body", "cup"), ("body",), (), _egg),
    Shape("lollipop", "food", ("lollipop", "candy", "sweet"), ("body", "swirl", "stick"), ("body",), (), _lollipop),
)
