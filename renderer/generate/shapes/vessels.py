"""Vessels: what holds drinks, flowers and food."""

import numpy as np

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, Vector, srgb
from renderer.generate.shapes.plants import leaf
from renderer.generate.shapes.solids import (
    around,
    ball,
    disc,
    egg,
    mirrored,
    part,
    path,
    rod,
    smooth,
    smooth_part,
    turned,
    turned_part,
    vessel,
)
from renderer.samples.mesh import Mesh, joined


def _vase(look: Look) -> Model:
    outline = ((0.045, 0.0), (0.06, 0.012), (0.098, 0.09), (0.094, 0.16), (0.05, 0.235), (0.034, 0.275), (0.052, 0.31))
    parts = [vessel("body", "ceramic", *outline, wall=0.005)]
    if "handles" in look.features:
        way = path((0.044, 0.285, 0), (0.085, 0.285, 0), (0.105, 0.24, 0), (0.09, 0.195, 0))
        parts.append(part("handles", "ceramic", mirrored(rod(way, 0.0075, 0.009, 0.0075))))
    if "flowers" in look.features:
        parts += _bouquet(look.seed)
    return Model(
        tuple(parts),
        {
            "inside": Anchor((0, 0.2, 0), 0.06), "top": Anchor((0, 0.31, 0), 0.06),
            "front": Anchor((0, 0.12, 0.099), 0.09),
        },
    )


def _bouquet(seed: int) -> list[Part]:
    """Five flowers that lean out of a neck at the height of 0.3."""
    rng = np.random.default_rng(seed)
    stems, leaves, heads, hearts = [], [], [], []
    for k in range(5):
        turn = 72.0 * k + float(rng.uniform(-12, 12))
        lean, high = (0.02, 0.5) if k == 0 else (
            0.075 + float(rng.uniform(0, 0.03)), 0.44 + float(rng.uniform(0, 0.05)),
        )
        stems.append(rod(path((0, 0.1, 0), (0, 0.29, 0.008), (0, high, lean)), 0.003, segments=10).turned("y", turn))
        leaves.append(leaf(0.1, 0.035).turned("x", 50).moved(y=0.33, z=0.01).turned("y", turn + 36))
        petals = around(leaf(0.04, 0.026).turned("x", 72), 8)
        petals = joined([petals, around(leaf(0.03, 0.02).turned("x", 45), 6, 20).moved(y=0.002)])
        tilt = 40.0 if k else 12.0
        heads.append(petals.turned("x", tilt).moved(y=high, z=lean).turned("y", turn))
        hearts.append(
            egg(0.009, 0.006, 0.009, 20).moved(y=0.004).turned("x", tilt).moved(y=high, z=lean).turned("y", turn)
        )
    return [
        part("stems", Finish("leaf", srgb("4f7d33")), *stems), part("leaves", "leaf", *leaves),
        part("flowers", "petal", *heads), part("hearts", Finish("petal", srgb("e8b62c")), *hearts),
    ]  # fmt: skip


def _bottle(look: Look) -> Model:
    outline = (
        (0.033, 0.0), (0.0375, 0.006), (0.0382, 0.03), (0.0382, 0.10), (0.0382, 0.175), (0.034, 0.205), (0.018, 0.24),
        (0.0145, 0.265), (0.0142, 0.285), (0.0142, 0.297),
    )  # fmt: skip
    collar = turned((0.0135, 0.284), (0.0165, 0.284, 0.001), (0.0165, 0.295, 0.001), (0.0135, 0.295), (0.0135, 0.284))
    label = turned_part(
        "label", "paper", (0.0384, 0.07), (0.0388, 0.07), (0.0388, 0.155), (0.0384, 0.155), (0.0384, 0.07), segments=96,
    )
    return Model(
        (
            vessel("body", Finish("glass", srgb("4f8a5f")), *outline, wall=0.0025, floor=0.008),
            part("collar", Finish("glass", srgb("4f8a5f")), collar), label,
            turned_part("cork", Finish("cardboard", srgb("b98a5a")), (0, 0.272), (0.0112, 0.272, 0.001),
                        (0.0122, 0.312, 0.002), (0, 0.312), segments=48),
        ),
        {"top": Anchor((0, 0.312, 0), 0.024), "front": Anchor((0, 0.112, 0.039), 0.05)},
    )  # fmt: skip


def _handle(reach: float, top: float, bottom: float, out: float, thick: float) -> Mesh:
    """An ear on the +x side of a wall at the radius `reach`, from the height `bottom` to `top`."""
    start, tall = reach + thick * 0.3, top - bottom
    bow = ((0.45, 1.02), (0.83, 0.88), (1.0, 0.6), (0.93, 0.3), (0.62, 0.06))
    way = path(
        (start, top - 0.1 * tall, 0), *((reach + out * x, bottom + tall * y, 0) for x, y in bow), (start, bottom, 0),
    )
    return rod(way, thick, thick * 1.05, thick, flat=0.75)


def _mug(look: Look) -> Model:
    wall = 0.0042
    outline = ((0.036, 0.0), (0.0395, 0.004), (0.0405, 0.02), (0.041, 0.045), (0.041, 0.07), (0.041, 0.086))
    drink = disc((0, 0.0735), (0.037, 0.0735), (0.037, 0.0745), (0, 0.0745))
    return Model(
        (
            vessel("body", "ceramic", *outline, wall=wall),
            part("handle", "ceramic", _handle(0.041, 0.074, 0.02, 0.029, 0.0058)),
            part("drink", Finish("chocolate", srgb("3b2013")), drink),
        ),
        {
            "inside": Anchor((0, 0.06, 0), 0.06), "top": Anchor((0, 0.086, 0), 0.07),
            "front": Anchor((0, 0.05, 0.041), 0.05),
        },
    )


def _cup(look: Look) -> Model:
    outline = ((0.02, 0.012), (0.023, 0.014), (0.033, 0.03), (0.040, 0.052), (0.0425, 0.072))
    saucer = ((0.03, 0.0), (0.034, 0.002), (0.05, 0.008), (0.066, 0.015), (0.074, 0.019))
    drink = disc((0, 0.061), (0.0385, 0.061), (0.0385, 0.0624), (0, 0.0624))
    return Model(
        (
            vessel("body", "porcelain", *outline, wall=0.003),
            vessel("saucer", "porcelain", *saucer, wall=0.003, floor=0.008),
            part("handle", "porcelain", _handle(0.039, 0.062, 0.032, 0.022, 0.004)),
            part("foot", "porcelain", turned((0, 0.007), (0.021, 0.007, 0.002), (0.0205, 0.014, 0.001), (0, 0.014))),
            part("drink", Finish("chocolate", srgb("4a2814")), drink),
        ),
        {
            "inside": Anchor((0, 0.04, 0), 0.05), "top": Anchor((0, 0.072, 0), 0.07),
            "front": Anchor((0, 0.045, 0.036), 0.04),
        },
    )


def _bowl(look: Look) -> Model:
    outline = ((0.048, 0.0), (0.052, 0.006), (0.058, 0.012), (0.095, 0.036), (0.118, 0.07), (0.124, 0.092))
    parts = [vessel("body", "ceramic", *outline, wall=0.005, floor=0.014)]
    if "fruit" in look.features:
        parts.append(part("fruit", Finish("peel", srgb("f08a1d")), *(
            ball(0.038, 32).moved(0.045, 0.062, 0).turned("y", 90.0 * k) for k in range(4)
        ), ball(0.038, 32).moved(y=0.112)))
    return Model(tuple(parts), {"inside": Anchor((0, 0.014, 0), 0.16), "front": Anchor((0, 0.05, 0.105), 0.1)})


def _teapot(look: Look) -> Model:
    body = smooth_part(
        "body", "porcelain", (0, 0.0), (0.045, 0.001), (0.058, 0.008), (0.088, 0.05), (0.086, 0.092), (0.056, 0.128),
        (0.036, 0.137), (0, 0.139),
    )
    spout = rod(
        path((0.068, 0.045, 0), (0.112, 0.062, 0), (0.132, 0.105, 0), (0.152, 0.138, 0)), 0.026, 0.017, 0.012, 0.0105,
    )
    hole = rod(np.array([(0.149, 0.1335, 0), (0.1545, 0.1405, 0)]), 0.0078, flat=0.9, segments=20)
    ear = path(
        (-0.075, 0.105, 0), (-0.115, 0.118, 0), (-0.142, 0.095, 0), (-0.132, 0.055, 0), (-0.08, 0.035, 0), steps=10,
    )
    lid = smooth((0, 0.128), (0.043, 0.131), (0.045, 0.136), (0.036, 0.146), (0.014, 0.153), (0, 0.154))
    knob = smooth((0, 0.150), (0.007, 0.152), (0.006, 0.159), (0.0125, 0.166), (0.011, 0.175), (0, 0.179))
    return Model(
        (
            body, part("spout", "porcelain", spout), part("opening", Finish("plastic", (0.02, 0.02, 0.02)), hole),
            part("handle", "porcelain", rod(ear, 0.0085, 0.0095, 0.0085)), part("lid", "porcelain", lid, knob),
        ),
        {"top": Anchor((0, 0.179, 0), 0.03), "front": Anchor((0, 0.07, 0.088), 0.08)},
    )  # fmt: skip


def _wine_glass(look: Look) -> Model:
    outline = (
        (0.034, 0.0), (0.0345, 0.002), (0.014, 0.006), (0.0045, 0.02), (0.0038, 0.05), (0.0045, 0.085), (0.018, 0.101),
        (0.037, 0.13), (0.039, 0.155), (0.033, 0.20),
    )  # fmt: skip
    wine = smooth((0, 0.1005), (0.012, 0.102), (0.0325, 0.126), (0.0368, 0.142), (0.0355, 0.1434), (0, 0.1436), steps=6)
    return Model(
        (
            vessel("body", "glass", *outline, wall=0.0014, floor=0.099),
            part("drink", Finish("dark glass", srgb("6a0f22")), wine),
        ),
        {"inside": Anchor((0, 0.1, 0), 0.05), "top": Anchor((0, 0.2, 0), 0.06)},
    )


def _jar(look: Look) -> Model:
    outline = (
        (0.038, 0.0), (0.043, 0.005), (0.045, 0.02), (0.045, 0.06), (0.045, 0.09), (0.040, 0.108), (0.037, 0.115),
        (0.037, 0.128),
    )
    lid = turned_part(
        "lid", "brass", (0, 0.114), (0.040, 0.114, 0.001), (0.041, 0.1145, 0.001), (0.041, 0.131, 0.003),
        (0.036, 0.1315, 0.001), (0.035, 0.1305), (0, 0.1305),
    )
    return Model(
        (
            vessel("body", "glass", *outline, wall=0.003),
            smooth_part(
                "filling", Finish("cheese", srgb("d98a1c")), (0, 0.0035), (0.036, 0.0035), (0.0415, 0.008),
                (0.0417, 0.05), (0.0417, 0.086), (0.0405, 0.092), (0, 0.0925),
            ),
            lid,
            turned_part(
                "label", "paper", (0.0452, 0.028), (0.0456, 0.028), (0.0456, 0.075), (0.0452, 0.075), (0.0452, 0.028),
                segments=96,
            ),
        ),
        {"top": Anchor((0, 0.1315, 0), 0.07), "front": Anchor((0, 0.052, 0.046), 0.05)},
    )


def _plant(look: Look) -> Model:
    pot = vessel("pot", "terracotta", (0.062, 0.0), (0.066, 0.004), (0.076, 0.06), (0.085, 0.118), wall=0.006)
    rim = turned((0.080, 0.1), (0.091, 0.1, 0.003), (0.094, 0.128, 0.004), (0.081, 0.128, 0.003), (0.080, 0.1))
    soil = disc((0, 0.09), (0.079, 0.09), (0.079, 0.108, 0.006), (0, 0.112))
    rng = np.random.default_rng(look.seed)
    leaves, stems = [], []
    for k in range(17):
        turn, tier = 137.5 * k, k / 16
        lean, length = 62 - 50 * tier + float(rng.uniform(-6, 6)), 0.17 + 0.07 * tier
        rise = 0.11 + 0.06 * tier
        blade = leaf(length, 0.075, 0.9).turned("x", lean)
        out = 0.015 + 0.035 * (1 - tier)
        stems.append(
            rod(
                path((0, 0.09, 0.006), (0, rise, out * 0.6), (0, rise + 0.04, out + 0.01)), 0.0032, segments=10,
            ).turned("y", turn)
        )
        leaves.append(blade.moved(y=rise + 0.035, z=out + 0.006).turned("y", turn))
    return Model(
        (
            pot, part("rim", "terracotta", rim), part("soil", "soil", soil),
            part("stems", Finish("leaf", srgb("4f7d33")), *stems), part("leaves", "leaf", *leaves),
        ),
        {
            "top": Anchor((0, 0.4, 0), 0.15), "front": Anchor((0, 0.06, 0.08), 0.08),
            "inside": Anchor((0, 0.11, 0), 0.12),
        },
    )


def _bucket(look: Look) -> Model:
    body = vessel("body", "steel", (0.105, 0.0), (0.108, 0.004), (0.125, 0.13), (0.142, 0.27), wall=0.003)
    bead = turned((0.140, 0.268), (0.146, 0.266, 0.002), (0.148, 0.274, 0.003), (0.140, 0.275, 0.001), (0.140, 0.268))
    bail: list[Vector] = [(0.148 * np.cos(a), 0.262 + 0.17 * np.sin(a), 0.0) for a in np.linspace(0, np.pi, 13)]
    grip = rod(path((-0.05, 0.422, 0), (0, 0.434, 0), (0.05, 0.422, 0)), 0.011)
    ears = mirrored(ball(0.012, 24).moved(x=0.146, y=0.262))
    ribs = [
        turned(
            (0.114, y), (0.1155 + y * 0.13, y - 0.003, 0.002), (0.1155 + y * 0.13, y + 0.003, 0.002),
            (0.114, y + 0.001), (0.114, y),
        )
        for y in (0.06, 0.2)
    ]
    return Model(
        (
            body, part("rim", "steel", bead, *ribs),
            part("handle", "steel", rod(path(*bail, steps=3), 0.0035, segments=12), ears), part("grip", "oak", grip),
        ),
        {
            "inside": Anchor((0, 0.003, 0), 0.2), "top": Anchor((0, 0.27, 0), 0.2),
            "front": Anchor((0, 0.13, 0.125), 0.12),
        },
    )


SHAPES = (
    Shape(
        "vase", "vessels", ("vase", "urn", "amphora", "flower vase"),
        ("body", "handles", "stems", "leaves", "flowers", "hearts"), ("body", "handles"), ("handles", "flowers"), _vase,
    ),
    Shape(
        "bottle", "vessels", ("bottle", "wine bottle", "flask", "potion"), ("body", "collar", "label", "cork"),
        ("body", "collar"), (), _bottle,
    ),
    Shape("mug", "vessels", ("mug", "coffee mug", "beaker"), ("body", "handle", "drink"), ("body", "handle"), (), _mug),
    Shape(
        "cup", "vessels", ("cup", "teacup", "cup and saucer", "espresso cup"),
        ("body", "saucer", "handle", "foot", "drink"), ("body", "saucer", "handle", "foot"), (), _cup,
    ),
    Shape("bowl", "vessels", ("bowl", "dish", "fruit bowl", "plate"), ("body", "fruit"), ("body",), ("fruit",), _bowl),
    Shape(
        "teapot", "vessels", ("teapot", "kettle", "coffee pot", "jug"), ("body", "spout", "opening", "handle", "lid"),
        ("body", "spout", "handle", "lid"), (), _teapot,
    ),
    Shape(
        "wine glass", "vessels", ("wine glass", "glass", "goblet", "chalice"), ("body", "drink"), ("body",), (),
        _wine_glass,
    ),
    Shape(
        "jar", "vessels", ("jar", "honey jar", "jam jar", "canister"), ("body", "filling", "lid", "label"), ("body",),
        (), _jar,
    ),
    Shape(
        "potted plant", "vessels", ("plant", "potted plant", "plant pot", "flowerpot", "houseplant"),
        ("pot", "rim", "soil", "stems", "leaves"), ("pot", "rim"), (), _plant,
    ),
    Shape("bucket", "vessels", ("bucket", "pail"), ("body", "rim", "handle", "grip"), ("body", "rim"), (), _bucket),
)
