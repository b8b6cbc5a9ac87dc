"""Musical instruments, and what one sings into."""

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
    mirrored,
    part,
    path,
    plate,
    rod,
    scaled,
    turned,
    turned_part,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined


def _piano(look: Look) -> Model:
    """A grand piano."""
    outline = corners(
        (-0.74, 0.45, 0.04), (-0.74, -1.0, 0.3), (-0.2, -1.25, 0.3), (0.05, -0.75, 0.4), (0.74, -0.25, 0.3),
        (0.74, 0.45, 0.04), steps=10,
    )
    case = plate(outline, 0.28, 0.012).turned("x", 90).moved(y=0.80)
    rim = plate(outline, 0.03, 0.01).turned("x", 90).moved(y=0.945)
    lid = plate(
        corners(
            (0, 0.25, 0.03), (0, -1.0, 0.3), (0.54, -1.25, 0.3), (0.79, -0.75, 0.4), (1.48, -0.25, 0.2),
            (1.48, 0.25, 0.03), steps=10,
        ),
        0.024, 0.008,
    ).turned("x", 90)
    lid = lid.turned("z", 34).moved(-0.735, 0.97, 0)
    prop = rod(np.array([(0.55, 0.94, 0.05), (0.42, 1.72, 0.02)]), 0.012)
    bed = box(1.44, 0.05, 0.24, 0.012).moved(0, 0.70, 0.55)
    cheeks = mirrored(box(0.07, 0.14, 0.26, 0.02).moved(0.705, 0.76, 0.53))
    whites = [box(0.0235, 0.022, 0.15, 0.003, 2).moved((k - 25.5) * 0.0247, 0.735, 0.56) for k in range(52)]
    blacks = [
        box(0.013, 0.022, 0.095, 0.003, 2).moved((k - 25.0) * 0.0247, 0.752, 0.535)
        for k in range(51)
        if k % 7 not in (1, 4)
    ]
    board = box(1.3, 0.10, 0.02, 0.006).moved(0, 0.80, 0.47)
    rest = box(0.55, 0.26, 0.014, 0.006).turned("x", -16).moved(0, 1.05, 0.18)
    leg = turned(
        (0, 0.06), (0.04, 0.06, 0.01), (0.045, 0.16, 0.02), (0.07, 0.55, 0.02), (0.06, 0.68), (0, 0.68), segments=32,
    )
    spots = ((-0.62, 0.36), (0.62, 0.36), (-0.3, -0.95))
    wheels = [ball(0.034, 20).moved(x, 0.034, z) for x, z in spots]
    pedals = [box(0.04, 0.012, 0.12, 0.005).moved(x, 0.05, 0.33) for x in (-0.08, 0, 0.08)]
    lyre = [
        box(0.3, 0.05, 0.08, 0.015).moved(0, 0.08, 0.25),
        *(rod(np.array([(x, 0.08, 0.25), (x * 0.7, 0.68, 0.25)]), 0.014) for x in (-0.09, 0.09)),
    ]
    strings = plate(
        corners(
            (-0.62, 0.1, 0.03), (-0.62, -0.9, 0.25), (-0.2, -1.1, 0.25), (0.0, -0.68, 0.3), (0.62, -0.22, 0.2),
            (0.62, 0.1, 0.03), steps=8,
        ),
        0.012, 0.004,
    ).turned("x", 90).moved(y=0.958)
    parts = (
        part(
            "body", Finish("glossy plastic", srgb("141416")), case, rim, lid, bed, cheeks, board, rest,
            *(leg.moved(x, 0, z) for x, z in spots), *lyre,
        ),
        part("keys", Finish("glossy plastic", srgb("f7f4ea")), *whites),
        part("black keys", Finish("glossy plastic", srgb("111113")), *blacks),
        part("fittings", "brass", prop, *wheels, *pedals), part("strings", "gold", strings),
    )
    return Model(parts, {"top": Anchor((0.2, 0.97, -0.1), 0.4), "front": Anchor((0, 0.8, 0.5), 0.5)})


def _microphone(look: Look) -> Model:
    base = turned((0, 0), (0.07, 0, 0.004), (0.066, 0.014, 0.008), (0.014, 0.022, 0.008), (0.008, 0.04), (0, 0.04))
    stem = rod(path((0, 0.02, 0), (0, 0.1, 0), (0, 0.15, -0.004), (0, 0.175, 0.012)), 0.0065)
    grip = turned((0, -0.075), (0.0115, -0.075, 0.003), (0.0165, 0.045, 0.002), (0.024, 0.058, 0.004), (0, 0.06))
    head = egg(0.031, 0.033, 0.031, 56).moved(y=0.083)
    bands = [torus(0.0315, 0.005, 64, 10).moved(y=0.078), torus(0.025, 0.005, 56, 10).moved(y=0.059)]
    meridians = around(
        rod(
            np.array([(0.0312 * np.cos(a), 0.083 + 0.0332 * np.sin(a), 0) for a in np.linspace(-0.75, 1.5, 12)]),
            0.0008, segments=6, round_ends=1,
        ),
        28,
    )
    parallels = [
        torus(0.0312 * np.cos(a), 0.0016, 56, 6).moved(y=0.083 + 0.0332 * np.sin(a))
        for a in np.linspace(-0.6, 1.2, 9)
    ]
    switch = box(0.007, 0.016, 0.005, 0.002).moved(0, 0.01, 0.0155)
    clip = turned((0.0125, -0.012), (0.0185, -0.012, 0.002), (0.0195, 0.018, 0.002), (0.0125, 0.018), (0.0125, -0.012))

    def put(meshes: list[Mesh]) -> Mesh:
        return joined(meshes).turned("x", 38).moved(0, 0.19, 0.018)

    parts = (
        part("body", Finish("painted metal", srgb("2b2d31")), put([grip])),
        part("head", Finish("iron", srgb("6d7075")), put([head])),
        part("mesh", "chrome", put([*bands, meridians, *parallels])), part("stand", "chrome", base, stem),
        part("clip", Finish("plastic", srgb("1a1b1e")), put([clip])),
        part("switch", Finish("plastic", srgb("d8362a")), put([switch])),
    )
    return Model(parts, {"top": Anchor((0, 0.28, 0.08), 0.05)})


def _guitar(look: Look) -> Model:
    half = [
        (0, 0.0), (0.10, 0.006), (0.175, 0.055), (0.19, 0.12), (0.165, 0.19), (0.122, 0.25), (0.118, 0.295),
        (0.138, 0.36), (0.13, 0.425), (0.08, 0.465), (0, 0.475),
    ]
    outline = curve([*half, *((-x, y) for x, y in reversed(half[1:-1]))], 6)
    body = plate(outline, 0.095, 0.006)
    binding = plate(outline, 0.082, 0.002)
    top_line = scaled(binding, 1.012, 1.005, 1).moved(y=-0.0012)
    hole = disc((0, 0), (0.05, 0, 0.0002), (0.05, 0.0012, 0.0002), (0, 0.0012)).turned("x", 90).moved(y=0.31, z=0.0472)
    rose = [torus(r, w, 72, 8).turned("x", 90).moved(y=0.31, z=0.0478) for r, w in ((0.055, 0.0025), (0.061, 0.0035))]
    neck = box(0.055, 0.42, 0.022, 0.008).moved(y=0.63, z=0.032)
    board = box(0.056, 0.52, 0.007, 0.0022).moved(y=0.585, z=0.0515)
    frets = [
        box(0.057, 0.0022, 0.003, 0.001, 2).moved(y=0.84 - 0.62 * (1 - 2 ** (-k / 12)), z=0.0555)
        for k in range(1, 18)
    ]
    head = plate(
        corners(
            (-0.029, 0.83, 0.004), (0.029, 0.83, 0.004), (0.04, 0.87, 0.02), (0.036, 0.99, 0.012), (0, 0.975, 0.02),
            (-0.036, 0.99, 0.012), (-0.04, 0.87, 0.02),
        ),
        0.017, 0.004,
    ).moved(z=0.035)
    pegs = mirrored(
        joined(
            [
                joined(
                    [
                        rod(np.array([(0.03, y, 0.03), (0.05, y, 0.03)]), 0.0035, segments=12),
                        egg(0.009, 0.0065, 0.0045, 16).moved(0.056, y, 0.03),
                        turned(
                            (0, 0), (0.004, 0, 0.001), (0.004, 0.012, 0.001), (0, 0.012), segments=16,
                        ).turned("x", 90).moved(0.022, y, 0.04),
                    ]
                )
                for y in (0.88, 0.915, 0.95)
            ]
        )
    )
    bridge = box(0.15, 0.024, 0.012, 0.004).moved(y=0.125, z=0.052)
    nut = box(0.054, 0.005, 0.006, 0.0015).moved(y=0.842, z=0.054)
    strings = [
        rod(
            np.array([((k - 2.5) * 0.0095, 0.125, 0.0585), ((k - 2.5) * 0.0076, 0.842, 0.0578)]),
            0.0007 + 0.00012 * (5 - k), segments=6, round_ends=1,
        )
        for k in range(6)
    ]
    return Model(
        (
            part("body", Finish("oak", srgb("c98a3f")), boxed(body, "y")),
            part("sides", "mahogany", boxed(top_line, "y")), part("hole", Finish("ebony", (0.006, 0.005, 0.004)), hole),
            part("rosette", Finish("ebony"), *rose), part("neck", "mahogany", neck, head),
            part("fingerboard", "ebony", board, bridge), part("frets", "steel", *frets), part("pegs", "chrome", pegs),
            part("nut", Finish("plastic", srgb("f3ead6")), nut), part("strings", "steel", *strings),
        ),
        {"front": Anchor((0, 0.2, 0.05), 0.2), "top": Anchor((0, 0.99, 0.03), 0.05)},
    )


def _drum(look: Look) -> Model:
    shell = turned_part(
        "body", Finish("painted metal", srgb("c22f36")), (0, 0.015), (0.175, 0.015, 0.003), (0.175, 0.225, 0.003),
        (0, 0.225), segments=96,
    )
    hoops = [
        turned(
            (0.172, y), (0.184, y, 0.004), (0.186, y + 0.022, 0.004), (0.172, y + 0.022, 0.002), (0.172, y),
            segments=96,
        )
        for y in (0.012, 0.206)
    ]
    heads = [disc((0, y), (0.174, y), (0.174, y + 0.003, 0.001), (0, y + 0.003), segments=96) for y in (0.014, 0.2245)]
    lug = joined(
        [
            rod(np.array([(0.188, 0.03, 0), (0.188, 0.212, 0)]), 0.0038, segments=12),
            box(0.02, 0.075, 0.02, 0.006).moved(0.181, 0.12, 0),
        ]
    )
    stick = joined(
        [
            rod(np.array([(-0.2, 0, 0), (0.11, 0, 0), (0.16, 0, 0)]), 0.0075, 0.0075, 0.0045),
            egg(0.012, 0.008, 0.008, 20).moved(x=0.168),
        ]
    )
    sticks = [stick.turned("y", turn).moved(x, 0.2355, z) for turn, x, z in ((28, 0.02, 0.03), (-22, 0.03, -0.01))]
    sticks[1] = sticks[1].moved(y=0.014)
    return Model(
        (
            shell, part("hoops", "chrome", *hoops, around(lug, 8)),
            part("head", Finish("paper", srgb("f5f2ea")), *heads), part("sticks", "oak", *sticks),
        ),
        {"top": Anchor((0, 0.228, 0), 0.25), "front": Anchor((0, 0.12, 0.18), 0.12)},
    )


SHAPES = (
    Shape(
        "guitar", "music", ("guitar", "acoustic guitar", "ukulele", "violin"),
        ("body", "sides", "hole", "rosette", "neck", "fingerboard", "frets", "pegs", "nut", "strings"), ("body",), (),
        _guitar,
    ),
    Shape("drum", "music", ("drum", "snare drum", "bongo"), ("body", "hoops", "head", "sticks"), ("body",), (), _drum),
    Shape(
        "piano", "music", ("piano", "grand piano", "keyboard"), ("body", "keys", "black keys", "fittings", "strings"),
        ("body",), (), _piano,
    ),
    Shape(
        "microphone", "music", ("microphone", "mic"), ("body", "head", "mesh", "stand", "clip", "switch"), ("body",),
        (), _microphone,
    ),
)
