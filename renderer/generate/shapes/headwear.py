"""What one wears on the head."""

import numpy as np

from renderer.arrays import Float64
from renderer.generate.shapes.blobs import blend, brick, carved, common, ellipsoid, grown, surface
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    ball,
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
    tunnel,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh


def _hat(look: Look) -> Model:
    """A felt hat with a dented crown; "tall" makes it a top hat, "pointed" a wizard's."""
    if "pointed" in look.features:
        cone = smooth(
            (0, 0.012), (0.092, 0.014), (0.095, 0.03), (0.07, 0.12), (0.042, 0.22), (0.018, 0.31), (0.006, 0.36),
            (0, 0.362),
        )
        bend = 0.9 * np.maximum(cone.positions[:, 1] - 0.12, 0) ** 2
        cone = Mesh(
            cone.positions + np.column_stack([bend, 0 * bend, 0 * bend]), cone.normals, cone.uvs, cone.triangles,
        )
        crown, height = boxed(cone), 0.36
    elif "tall" in look.features:
        crown, height = turned(
            (0, 0.005), (0.092, 0.005), (0.085, 0.08, 0.1), (0.096, 0.165, 0.008), (0, 0.17), segments=80,
        ), 0.17
    else:
        body = blend(
            0.02, ellipsoid((0, 0.055, 0), (0.088, 0.075, 0.105)), brick((0, 0.03, 0), (0.075, 0.03, 0.09), 0.03),
        )
        dent = ellipsoid((0, 0.15, 0.0), (0.022, 0.04, 0.085))
        pinches = ellipsoid((0.075, 0.125, 0.075), (0.03, 0.035, 0.035))
        left = ellipsoid((-0.075, 0.125, 0.075), (0.03, 0.035, 0.035))
        field = common(
            carved(carved(carved(body, dent, 0.02), pinches, 0.02), left, 0.02),
            brick((0, 0.105, 0), (0.2, 0.1, 0.2), 0.004), 0.004,
        )
        crown, height = surface(field, (-0.13, -0.02, -0.14), (0.13, 0.16, 0.14), 0.0055), 0.125
    oval = 1.16 if height == 0.125 else 1.0
    brim = turned(
        (0.06, 0), (0.15, 0.0, 0.002), (0.168, 0.012, 0.003), (0.1665, 0.017, 0.002), (0.148, 0.006, 0.01),
        (0.06, 0.007), (0.06, 0), segments=96,
    )
    curl = 0.9 * np.maximum(np.abs(brim.positions[:, 0]) - 0.085, 0) ** 2 * 6
    brim = scaled(
        Mesh(brim.positions + np.column_stack([0 * curl, curl, 0 * curl]), brim.normals, brim.uvs, brim.triangles), 1,
        1, oval,
    )
    band = scaled(
        turned(
            (0.075, 0.008), (0.093, 0.008, 0.001), (0.0915, 0.034, 0.002), (0.075, 0.034), (0.075, 0.008), segments=80,
        ),
        1, 1, oval * (1.02 if oval > 1 else 1.0),
    )
    buckle = box(0.022, 0.02, 0.006, 0.002).moved(y=0.021, z=0.0945 * oval)
    return Model(
        (
            part("body", "fabric", crown), part("brim", "fabric", boxed(brim)),
            part("band", Finish("leather", srgb("2a1b13")), band), part("buckle", "brass", buckle),
        ),
        {
            "top": Anchor((0, height, 0), 0.08), "inside": Anchor((0, 0.0, 0), 0.17),
            "front": Anchor((0, 0.06, 0.1), 0.06),
        },
    )


def _cap(look: Look) -> Model:
    dome = smooth((0, 0), (0.088, 0.002), (0.094, 0.03), (0.085, 0.075), (0.055, 0.11), (0.02, 0.123), (0, 0.124))
    dome = scaled(dome, 1, 1, 1.14)
    turn = np.linspace(0, 2 * np.pi, 65)
    rows = []
    for lift, share in ((-0.0022, 0.0), (-0.0022, 1.0), (0.0, 1.025), (0.0022, 1.0), (0.0022, 0.0)):
        x = 0.098 * np.cos(turn) * (share if share else 0.3)
        z = 0.055 + np.where(np.sin(turn) > 0, 0.125, 0.03) * np.sin(turn) * (share if share else 0.3)
        y = 0.014 + lift - 2.6 * x * x - 0.6 * np.maximum(z - 0.1, 0) ** 2
        rows.append(np.column_stack([x, y, z]))
    peak = boxed(loft(np.array(rows)))
    seams = []
    for k in range(6):
        a = np.pi / 6 + np.pi * k / 3
        way = path(
            *(
                (r * 1.003 * np.cos(a), y + 0.0005, r * 1.14 * 1.003 * np.sin(a))
                for r, y in ((0.0945, 0.025), (0.085, 0.075), (0.055, 0.11), (0.005, 0.1245))
            )
        )
        seams.append(rod(way, 0.0014, segments=8))
    button = egg(0.009, 0.006, 0.009, 24).moved(y=0.126)
    return Model(
        (
            part("body", "fabric", boxed(dome)), part("peak", "fabric", peak),
            part("seams", Finish("fabric", srgb("39404c")), *seams, button),
        ),
        {
            "top": Anchor((0, 0.126, 0), 0.06), "inside": Anchor((0, 0, 0), 0.17),
            "front": Anchor((0, 0.06, 0.105), 0.06),
        },
    )


def _crown(look: Look) -> Model:
    count, columns = 8, 161
    turn = np.linspace(0, 2 * np.pi, columns)
    wave = np.abs(((turn / (2 * np.pi) * count) % 1) - 0.5) * 2
    top = 0.045 + 0.055 * (1 - wave) ** 1.4
    rows = []
    for inner in (False, True):
        levels = (0.0, 0.3, 0.6, 0.85, 1.0)
        for share in levels if not inner else levels[::-1]:
            y = top * share
            r = 0.088 + 0.016 * (y / 0.1) - (0.004 if inner else 0.0)
            rows.append(np.column_stack([r * np.cos(turn), y, -r * np.sin(turn)]))
    rows.append(rows[0])
    closed = np.array(rows)
    band = boxed(tunnel(closed))
    hoops = [torus(r, 0.008, 96, 14).moved(y=y) for r, y in ((0.087, 0.004), (0.0925, 0.032))]
    points = around(ball(0.0075, 24).moved(x=0.103, y=0.104), count, 360 / count / 2)
    gems = around(egg(0.0055, 0.009, 0.0075, 20).moved(x=0.0905, y=0.018), count)
    others = around(egg(0.0045, 0.006, 0.006, 20).moved(x=0.0955, y=0.056), count, 360 / count / 2)
    lining = smooth((0, 0.006), (0.08, 0.006), (0.083, 0.02), (0.078, 0.05), (0.05, 0.075), (0, 0.085))
    return Model(
        (
            part("body", "gold", band, *hoops), part("points", "gold", points),
            part("gems", Finish("glossy plastic", srgb("b3122d")), gems),
            part("stones", Finish("glossy plastic", srgb("1f5fbf")), others), part("lining", "velvet", boxed(lining)),
        ),
        {"top": Anchor((0, 0.1, 0), 0.06), "inside": Anchor((0, 0, 0), 0.16), "front": Anchor((0, 0.03, 0.095), 0.04)},
    )


def _glasses(look: Look) -> Model:
    def frame(x: float) -> Mesh:
        turn = np.linspace(0, 2 * np.pi, 65)
        ring = np.column_stack(
            [
                x + 0.0275 * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.85,
                0.024 + 0.0225 * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.85,
                -0.6 * (x + 0.0275 * np.cos(turn)) ** 2,
            ]
        )
        return _hoop(ring, 0.0027)

    lens = plate(
        corners(
            *(
                (
                    0.0272 * np.sign(np.cos(a)) * abs(np.cos(a)) ** 0.85,
                    0.0222 * np.sign(np.sin(a)) * abs(np.sin(a)) ** 0.85, 0.0012,
                )
                for a in np.linspace(0, 2 * np.pi, 48, endpoint=False)
            )
        ),
        0.0016, 0.0005,
    )
    lens = lens.turned("y", 2.2).moved(0.0335, 0.024, -0.0012)
    bridge = rod(path((-0.0068, 0.0265, 0), (0, 0.0300, 0.0018), (0.0068, 0.0265, 0)), 0.0023)
    temple = rod(
        path(
            (0.0595, 0.032, -0.003), (0.0655, 0.0325, -0.012), (0.0675, 0.0325, -0.07), (0.068, 0.030, -0.105),
            (0.067, 0.012, -0.135),
        ),
        0.0022, 0.002, 0.0026, flat=0.8,
    )
    hinge = box(0.008, 0.007, 0.004, 0.0012).turned("y", 26).moved(0.0615, 0.032, -0.0035)
    pads = mirrored(egg(0.0018, 0.0055, 0.0032, 20).turned("z", -14).moved(0.0072, 0.017, -0.0045))
    smoked = "sunglasses" in look.features
    return Model(
        (
            part("body", Finish("glossy plastic", srgb("1d1a1a")), frame(-0.0335), frame(0.0335), bridge),
            part("temples", Finish("glossy plastic", srgb("1d1a1a")), mirrored(temple)),
            part("hinges", "brass", mirrored(hinge)), part("pads", "frosted glass", pads),
            part("lenses", "dark glass" if smoked else "glass", mirrored(lens)),
        ),
        {
            "top": Anchor((0, 0.047, 0), 0.1), "inside": Anchor((0, 0.024, -0.004), 0.067),
            "front": Anchor((0, 0.03, 0.002), 0.03),
        },
    )


def _hoop(ring: Float64, radius: float) -> Mesh:
    """A round wire along a closed way whose last point is the first again."""
    ways = np.roll(ring[:-1], -1, axis=0) - np.roll(ring[:-1], 1, axis=0)
    ways = np.concatenate([ways, ways[:1]])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    out = np.cross(ways, (0.0, 0.0, 1.0))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.cross(out, ways)
    turn = np.linspace(0, 2 * np.pi, 15)
    return tunnel(
        ring[:, None] + radius * (
            np.cos(turn)[None, :, None] * out[:, None] + np.sin(turn)[None, :, None] * up[:, None]
        )
    )


def _helmet(look: Look) -> Model:
    """A full-face motorcycle helmet."""
    shell = blend(
        0.03, ellipsoid((0, 0.155, -0.01), (0.125, 0.135, 0.15)), ellipsoid((0, 0.085, 0.055), (0.098, 0.075, 0.10)),
    )
    flat = common(shell, brick((0, 0.16, 0), (0.3, 0.155, 0.3), 0.01), 0.02)
    window = common(
        brick((0, 0.148, 0.16), (0.2, 0.044, 0.13), 0.03), ellipsoid((0, 0.148, 0.1), (0.2, 0.2, 0.12)), 0.02,
    )
    body = surface(carved(flat, window, 0.012), (-0.16, -0.03, -0.2), (0.16, 0.32, 0.2), 0.0088)
    visor = surface(
        common(grown(shell, -0.004), brick((0, 0.148, 0.15), (0.2, 0.052, 0.14), 0.02), 0.01), (-0.16, -0.03, -0.2),
        (0.16, 0.32, 0.2), 0.0105,
    )
    hub = mirrored(
        disc((0, 0), (0.02, 0, 0.002), (0.018, 0.008, 0.004), (0, 0.009)).turned("z", -90).moved(0.1185, 0.155, 0.012)
    )
    vents = mirrored(egg(0.016, 0.008, 0.022, 24).turned("x", 30).moved(0.045, 0.258, 0.068))
    stripe = [
        rod(
            path(
                *(
                    (x, y, z)
                    for y, z in ((0.232, 0.112), (0.284, 0.045), (0.291, -0.02), (0.268, -0.09), (0.20, -0.145))
                )
            ),
            0.007, flat=0.9, segments=14,
        )
        for x in (-0.014, 0.014)
    ]
    chin = egg(0.03, 0.012, 0.01, 24).moved(0, 0.075, 0.152)
    rim = surface(
        common(
            carved(grown(shell, 0.002), grown(shell, -0.02), 0.004), brick((0, 0.008, 0), (0.3, 0.012, 0.3), 0.004),
            0.004,
        ),
        (-0.16, -0.03, -0.2), (0.16, 0.1, 0.2), 0.009,
    )
    return Model(
        (
            part("body", "painted metal", body), part("visor", "dark glass", visor),
            part("trim", Finish("rubber"), hub, vents, chin, rim),
            part("stripes", Finish("painted metal", srgb("f4f4f0")), *stripe),
        ),
        {
            "top": Anchor((0, 0.29, -0.01), 0.15), "inside": Anchor((0, 0.05, 0), 0.2),
            "front": Anchor((0, 0.08, 0.155), 0.08),
        },
    )


SHAPES = (
    Shape(
        "hat", "worn", ("hat", "fedora", "top hat", "wizard hat", "cowboy hat"), ("body", "brim", "band", "buckle"),
        ("body", "brim"), ("tall", "pointed"), _hat,
    ),
    Shape("cap", "worn", ("cap", "baseball cap"), ("body", "peak", "seams"), ("body", "peak"), (), _cap),
    Shape(
        "crown", "worn", ("crown", "tiara", "diadem"), ("body", "points", "gems", "stones", "lining"),
        ("body", "points"), (), _crown,
    ),
    Shape(
        "glasses", "worn", ("glasses", "spectacles", "sunglasses", "eyeglasses"),
        ("body", "temples", "hinges", "pads", "lenses"), ("body", "temples"), ("sunglasses",), _glasses,
    ),
    Shape(
        "helmet", "worn", ("helmet", "motorcycle helmet", "crash helmet"), ("body", "visor", "trim", "stripes"),
        ("body",), (), _helmet,
    ),
)
