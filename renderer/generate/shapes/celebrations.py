"""Gifts, prizes and celebrations."""

import numpy as np

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    box,
    corners,
    egg,
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


def _trophy(look: Look) -> Model:
    cup = smooth(
        (0, 0.118), (0.010, 0.119), (0.013, 0.127), (0.022, 0.142), (0.05, 0.175), (0.062, 0.225), (0.066, 0.285),
        (0.071, 0.293), (0.066, 0.296), (0.058, 0.27), (0.04, 0.2), (0, 0.185),
    )
    stem = smooth(
        (0, 0.06), (0.04, 0.061), (0.038, 0.067), (0.018, 0.078), (0.011, 0.092), (0.017, 0.102), (0.010, 0.112),
        (0.012, 0.124), (0, 0.13),
    )
    ear = rod(
        path(
            (0.060, 0.272, 0), (0.092, 0.285, 0), (0.11, 0.255, 0), (0.09, 0.215, 0), (0.068, 0.2, 0), (0.05, 0.18, 0),
        ),
        0.006, 0.008, 0.006,
    )
    base = turned(
        (0, 0), (0.058, 0, 0.003), (0.058, 0.012, 0.003), (0.05, 0.014, 0.002), (0.046, 0.06, 0.003), (0, 0.06),
    )
    plaque = box(0.05, 0.026, 0.008, 0.003).moved(y=0.037, z=0.046)
    star = _star(0.026, 0.011, 0.008).moved(y=0.24, z=0.064)
    return Model(
        (
            part("body", "gold", cup, stem, mirrored(ear), star), part("base", "black marble", base),
            part("plaque", "gold", plaque),
        ),
        {
            "top": Anchor((0, 0.293, 0), 0.1), "inside": Anchor((0, 0.19, 0), 0.08),
            "front": Anchor((0, 0.24, 0.066), 0.05),
        },
    )


def _star(outer: float, inner: float, thick: float) -> Mesh:
    points = [
        (
            (outer if k % 2 == 0 else inner) * np.sin(k * np.pi / 5),
            (outer if k % 2 == 0 else inner) * np.cos(k * np.pi / 5),
        )
        for k in range(10)
    ][::-1]
    return plate(corners(*((x, y, outer * 0.06) for x, y in points)), thick, outer * 0.05)


def _gift(look: Look) -> Model:
    size, high = 0.2, 0.15
    body, lid = box(size, high, size, 0.004).moved(y=high / 2), box(
        size + 0.012, 0.04, size + 0.012, 0.004,
    ).moved(y=high + 0.012)
    top = high + 0.032
    bands = [
        box(0.03, high, size + 0.004, 0.001, 1).moved(y=high / 2),
        box(size + 0.004, high, 0.03, 0.001, 1).moved(y=high / 2),
        box(0.03, 0.043, size + 0.016, 0.0015, 1).moved(y=high + 0.012),
        box(size + 0.016, 0.043, 0.03, 0.0015, 1).moved(y=high + 0.012),
    ]
    loops = []
    for turn in (35, 145, 215, 325):
        way = path(
            (0, top, 0), (0.035, top + 0.052, 0), (0.085, top + 0.052, 0), (0.088, top + 0.016, 0),
            (0.04, top + 0.008, 0), (0, top, 0),
        )
        loops.append(rod(way, 0.016, flat=0.12, segments=24).turned("y", turn))
    tails = [
        rod(path((0, top, 0), (0.05, top + 0.008, 0), (0.10, top + 0.004, 0)), 0.014, flat=0.12).turned("y", turn)
        for turn in (85, 275)
    ]
    return Model(
        (
            part("body", Finish("paper", srgb("c62f3b")), body, lid),
            part(
                "ribbon", Finish("velvet", srgb("f0c24b")), *bands, *loops, *tails,
                egg(0.017, 0.014, 0.017, 28).moved(y=top + 0.008),
            ),
        ),
        {"top": Anchor((0, top, 0), 0.1), "front": Anchor((0, 0.08, 0.1), 0.08)},
    )


def _snowman(look: Look) -> Model:
    balls = [
        egg(0.36, 0.33, 0.36, 64).moved(y=0.31), egg(0.27, 0.25, 0.27, 64).moved(y=0.80),
        egg(0.195, 0.19, 0.195, 64).moved(y=1.16),
    ]
    coal = [
        egg(0.026, 0.026, 0.018, 18).moved(x, y, z)
        for x, y, z in ((0.065, 1.20, 0.178), (-0.065, 1.20, 0.178), (0, 0.92, 0.24), (0, 0.81, 0.268), (0, 0.70, 0.25))
    ]
    coal += [
        egg(0.013, 0.013, 0.01, 14).moved(0.09 * np.sin(a), 1.14 - 0.055 * np.cos(a), 0.180)
        for a in np.linspace(-0.9, 0.9, 5)
    ]
    nose = turned(
        (0, -0.03), (0.03, -0.03), (0.004, 0.17, 0.003), (0, 0.172), segments=32,
    ).turned("x", 86).moved(y=1.15, z=0.185)
    hat = turned(
        (0, 1.315), (0.21, 1.315, 0.008), (0.205, 1.335, 0.008), (0.135, 1.34, 0.01), (0.145, 1.54, 0.012), (0, 1.545),
    )
    band = turned((0.12, 1.342), (0.141, 1.342, 0.002), (0.144, 1.385, 0.002), (0.12, 1.385), (0.12, 1.342))
    scarf = [
        scaled(torus(0.185, 0.075, 64, 16), 1, 0.9, 1).moved(y=1.005),
        rod(path((0.10, 1.0, 0.16), (0.13, 0.9, 0.24), (0.14, 0.72, 0.27)), 0.05, 0.055, flat=0.35),
    ]
    arm = [
        rod(path((0.22, 0.85, 0), (0.42, 0.98, 0.02), (0.58, 1.08, 0.02)), 0.018, 0.012),
        rod(np.array([(0.46, 1.0, 0.02), (0.55, 0.97, 0.05)]), 0.009),
        rod(np.array([(0.5, 1.03, 0.02), (0.52, 1.14, 0.0)]), 0.009),
    ]
    return Model(
        (
            part("body", "snow", *balls), part("coal", Finish("stone", srgb("1d1d1f")), *coal),
            part("nose", Finish("fruit", srgb("ee7b1d")), nose), part("hat", Finish("fabric", srgb("202126")), hat),
            part("band", Finish("fabric", srgb("b3202a")), band), part("scarf", Finish("wool", srgb("b3202a")), *scarf),
            part("arms", "bark", mirrored(joined(arm))),
        ),
        {
            "head": Anchor((0, 1.33, 0), 0.3), "top": Anchor((0, 1.33, 0), 0.3), "eyes": Anchor((0, 1.2, 0.18), 0.13),
            "face": Anchor((0, 1.15, 0.19), 0.2), "front": Anchor((0, 0.8, 0.27), 0.2),
        },
    )


def _balloon(look: Look) -> Model:
    body = smooth_part(
        "body", Finish("glossy plastic", srgb("d8362a")), (0, 0.455), (0.012, 0.458), (0.05, 0.49), (0.115, 0.58),
        (0.14, 0.68), (0.12, 0.78), (0.06, 0.83), (0, 0.84),
    )
    knot = turned((0, 0.43), (0.014, 0.43, 0.003), (0.006, 0.445, 0.004), (0.012, 0.46), (0, 0.46), segments=32)
    string = rod(
        path((0, 0.44, 0), (0.02, 0.33, 0.01), (-0.02, 0.2, 0), (0.015, 0.08, -0.01), (0, 0.02, 0)), 0.0022, segments=8,
    )
    weight = smooth((0, 0), (0.028, 0.001), (0.03, 0.012), (0.012, 0.03), (0, 0.032))
    return Model(
        (
            body, part("knot", Finish("glossy plastic", srgb("d8362a")), knot), part("string", "canvas", string),
            part("weight", "gold", weight),
        ),
        {"top": Anchor((0, 0.84, 0), 0.05), "front": Anchor((0, 0.68, 0.14), 0.1)},
    )


SHAPES = (
    Shape(
        "trophy", "toys", ("trophy", "award", "cup trophy"), ("body", "base", "plaque"), ("body", "plaque"), (),
        _trophy,
    ),
    Shape(
        "gift box", "toys", ("gift", "gift box", "present", "parcel", "box"), ("body", "ribbon"), ("body",), (), _gift,
    ),
    Shape(
        "snowman", "toys", ("snowman",), ("body", "coal", "nose", "hat", "band", "scarf", "arms"), ("body",), (),
        _snowman,
    ),
    Shape("balloon", "toys", ("balloon",), ("body", "knot", "string", "weight"), ("body", "knot"), (), _balloon),
)
