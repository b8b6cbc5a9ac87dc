"""Furniture to sit and lie on, and tables."""

import numpy as np

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    box,
    corners,
    disc,
    mirrored,
    part,
    path,
    pillow,
    placed,
    plate,
    rod,
    turned,
)
from renderer.samples.mesh import Mesh, joined

_CASTER = 0.028  # radius


def _leg(top: tuple[float, float, float], foot: tuple[float, float, float], thick: float, thin: float) -> Mesh:
    """A tapered leg that ends flat on the ground."""
    way = np.array(foot) - np.array(top)
    length = float(np.linalg.norm(way))
    mesh = turned((0, 0), (thin, 0, thin / 4), (thick, length, thick / 4), (0, length), segments=24)
    return placed(mesh, foot, (-way[0], -way[1], -way[2]))


def _four_legs(width: float, depth: float, height: float, splay: float, thick: float = 0.02) -> Mesh:
    """Legs under the corners of a board, their feet `splay` farther out."""
    x, z = width / 2, depth / 2
    return mirrored(joined(
        _leg((x, height, side * z), (x + splay, 0, side * (z + splay)), thick, thick * 0.62) for side in (1, -1)
    ))  # fmt: skip


def _chair(look: Look) -> Model:
    r = 0.07
    seat = plate(corners((-0.21, -0.20, r), (0.21, -0.20, r), (0.225, 0.21, r), (-0.225, 0.21, r)), 0.032, 0.012)
    post = rod(path((0.165, 0.44, -0.16), (0.17, 0.62, -0.185), (0.18, 0.83, -0.24)), 0.017, 0.013)
    rests = [
        rod(
            path((-0.195, y, z), (0, y, z - 0.05), (0.195, y, z), steps=12), 0.045, 0.055, 0.045, flat=0.18,
            segments=28,
        )
        for y, z in ((0.77, -0.215), (0.64, -0.175))
    ]
    parts = [
        part("seat", "oak", seat.turned("x", -90).moved(y=0.45)),
        part("back", "oak", mirrored(post), *rests),
        part("legs", "oak", _four_legs(0.33, 0.31, 0.44, 0.045)),
    ]
    if "armrests" in look.features:
        arm = rod(path((0.20, 0.66, -0.17), (0.25, 0.665, 0.0), (0.24, 0.66, 0.16)), 0.03, 0.036, 0.03, flat=0.5)
        stand = rod(path((0.20, 0.44, 0.12), (0.235, 0.655, 0.13)), 0.015, 0.013)
        parts.append(part("armrests", "oak", mirrored(joined([arm, stand]))))
    if "cushion" in look.features:
        parts.append(part("cushion", "fabric", pillow(0.41, 0.06, 0.39).moved(y=0.49)))
    return Model(tuple(parts), {"top": Anchor((0, 0.466, 0), 0.4), "front": Anchor((0, 0.75, -0.2), 0.3)})


def _office_chair(look: Look) -> Model:
    star = around(rod(path((0, 0.10, 0.02), (0, 0.095, 0.16), (0, 0.075, 0.30)), 0.028, 0.017), 5)
    wheel = turned(
        (0, -0.011), (_CASTER, -0.011, 0.006), (_CASTER, 0.011, 0.006), (0, 0.011), segments=32
    ).turned("z", 90)
    caster = joined([wheel.moved(x=side * 0.016, y=_CASTER, z=0.30) for side in (-1, 1)])
    fork = box(0.016, 0.05, 0.02, 0.004).moved(y=0.05, z=0.30)
    column = turned((0, 0.08), (0.035, 0.08, 0.004), (0.035, 0.16, 0.004), (0.02, 0.16), (0.02, 0.38), (0, 0.38))
    seat = pillow(0.50, 0.10, 0.48, 4.0, 3.0).moved(y=0.46)
    back = _bent(pillow(0.47, 0.60, 0.09, 3.2, 3.0), 0.9).turned("x", -9).moved(y=0.86, z=-0.26)
    spine = rod(
        path((0, 0.40, -0.05), (0, 0.40, -0.25), (0, 0.52, -0.31), (0, 0.82, -0.33)), 0.022, 0.03, 0.02, flat=0.6,
    )
    arm = rod(path((0.22, 0.40, 0.0), (0.30, 0.42, 0.0), (0.31, 0.52, -0.01), (0.31, 0.63, -0.02)), 0.018, flat=0.7)
    pad = box(0.08, 0.032, 0.26, 0.015).moved(x=0.31, y=0.645)
    dark = Finish("plastic", srgb("1d1e21"))
    return Model(
        (
            part("seat", "fabric", seat), part("back", "fabric", back),
            part("frame", dark, column, box(0.2, 0.05, 0.24, 0.02).moved(y=0.395), spine, mirrored(arm)),
            part("armrests", dark, mirrored(pad)),
            part("base", "chrome", star, turned((0, 0.07), (0.05, 0.07, 0.01), (0.04, 0.125, 0.01), (0, 0.125))),
            part("wheels", dark, around(joined([caster, fork]), 5)),
        ),
        {"top": Anchor((0, 0.51, 0.02), 0.45), "front": Anchor((0, 0.9, -0.2), 0.3)},
    )  # fmt: skip


def _bent(mesh: Mesh, curvature: float) -> Mesh:
    """Bent about the y axis so that the sides come forward: z grows with x squared, by `curvature` per metre."""
    x = mesh.positions[:, 0]
    positions = mesh.positions + np.column_stack([0 * x, 0 * x, curvature * x * x])
    normals = mesh.normals - np.column_stack([2 * curvature * x * mesh.normals[:, 2], 0 * x, 0 * x])
    return Mesh(positions, normals / np.linalg.norm(normals, axis=1, keepdims=True), mesh.uvs, mesh.triangles)


def _stool(look: Look) -> Model:
    seat = disc((0, 0.44), (0.165, 0.44, 0.008), (0.17, 0.478, 0.014), (0.12, 0.478, 0.03), (0.07, 0.470), (0, 0.470))
    ring = [
        rod(np.array([(0.135, y, 0.0), (0, y, -0.135)]), 0.009, segments=12).turned("y", 45 + 90 * k)
        for k, y in enumerate((0.20, 0.24, 0.20, 0.24))
    ]
    parts = [
        part("seat", "oak", seat),
        part("legs", "oak", around(_leg((0.115, 0.45, 0), (0.175, 0, 0), 0.019, 0.013), 4, 45), *ring),
    ]
    if "cushion" in look.features:
        parts.append(part("cushion", "leather", pillow(0.34, 0.07, 0.34, 2.0).moved(y=0.505)))
    return Model(tuple(parts), {"top": Anchor((0, 0.475, 0), 0.3)})


def _seating(width: float, seats: int) -> Model:
    """An upholstered seat for so many; `width` is between the arms."""
    fabric = Finish("fabric")
    arm = pillow(0.17, 0.46, 0.84, 6.0, 5.0).moved(x=width / 2 + 0.07, y=0.39)
    cushion = width / seats
    spots = [(k - (seats - 1) / 2) * cushion for k in range(seats)]
    base = box(width + 0.14, 0.16, 0.78, 0.03).moved(y=0.22, z=0.01)
    back = pillow(width + 0.22, 0.60, 0.20, 8.0, 4.0).turned("x", -8).moved(y=0.52, z=-0.33)
    seat = joined(pillow(cushion * 0.99, 0.20, 0.66, 7.0, 3.2).moved(x=x, y=0.39, z=0.10) for x in spots)
    rest = joined(
        pillow(cushion * 0.97, 0.42, 0.19, 4.0, 3.4).turned("x", -14).moved(x=x, y=0.64, z=-0.20) for x in spots
    )
    return Model(
        (
            part("body", fabric, base, back, mirrored(arm)), part("seat", fabric, seat), part("back", fabric, rest),
            part("legs", "walnut", _four_legs(width - 0.02, 0.62, 0.16, 0.03, 0.024)),
        ),
        {"top": Anchor((0, 0.49, 0.14), width * 0.8), "front": Anchor((0, 0.65, -0.1), 0.3)},
    )  # fmt: skip


def _sofa(look: Look) -> Model:
    return _seating(1.62, 3 if look.width >= 1.2 else 2)


def _armchair(look: Look) -> Model:
    return _seating(0.56, 1)


def _bench(look: Look) -> Model:
    slats = [box(1.4, 0.03, 0.085, 0.008).moved(y=0.45, z=-0.19 + 0.1 * k) for k in range(5)]
    backs = [
        box(1.4, 0.085, 0.03, 0.008).turned("x", -12).moved(y=0.58 + 0.12 * k, z=-0.27 - 0.026 * k)
        for k in range(3)
    ]
    side = joined([
        rod(path((0, 0.0, 0.22), (0, 0.2, 0.17), (0, 0.42, 0.2)), 0.022),
        rod(path((0, 0.0, -0.26), (0, 0.25, -0.2), (0, 0.43, -0.25), (0, 0.86, -0.355)), 0.022),
        rod(path((0, 0.425, 0.22), (0, 0.42, -0.25)), 0.02),
        rod(path((0, 0.42, 0.2), (0, 0.6, 0.24), (0, 0.66, 0.15), (0, 0.66, -0.3)), 0.02),
    ])  # fmt: skip
    return Model(
        (part("seat", "oak", *slats), part("back", "oak", *backs), part("legs", "iron", mirrored(side.moved(x=0.6)))),
        {"top": Anchor((0, 0.465, 0), 1.0), "front": Anchor((0, 0.7, -0.25), 0.4)},
    )


def _table(look: Look) -> Model:
    if "round" in look.features:
        top = disc((0, 0.715), (0.5, 0.715, 0.012), (0.52, 0.745, 0.012), (0, 0.745), segments=96)
        foot = turned(
            (0, 0), (0.28, 0, 0.01), (0.27, 0.03, 0.02), (0.07, 0.06, 0.08), (0.045, 0.3, 0.2), (0.06, 0.66, 0.05),
            (0.2, 0.715), (0, 0.715),
        )  # fmt: skip
        parts = (part("top", "oak", top), part("legs", "oak", foot))
        return Model(parts, {"top": Anchor((0, 0.745, 0), 0.8)})
    r = 0.05
    top = plate(corners((-0.75, -0.42, r), (0.75, -0.42, r), (0.75, 0.42, r), (-0.75, 0.42, r)), 0.034, 0.012)
    rails = [box(1.2, 0.075, 0.022, 0.005).moved(y=0.675, z=z) for z in (-0.32, 0.32)]
    rails += [box(0.022, 0.075, 0.64, 0.005).moved(x=x, y=0.675) for x in (-0.6, 0.6)]
    return Model(
        (
            part("top", "oak", top.turned("x", -90).moved(y=0.728)), part("frame", "oak", *rails),
            part("legs", "oak", _four_legs(1.22, 0.66, 0.715, 0.05, 0.031)),
        ),
        {"top": Anchor((0, 0.745, 0), 0.7)},
    )  # fmt: skip


def _coffee_table(look: Look) -> Model:
    top = disc((0, 0.40), (0.43, 0.40, 0.008), (0.45, 0.43, 0.014), (0, 0.43), segments=96)
    shelf = disc((0, 0.16), (0.27, 0.16, 0.006), (0.27, 0.175, 0.006), (0, 0.175), segments=96)
    legs = around(_leg((0.25, 0.405, 0), (0.37, 0, 0), 0.022, 0.014), 3, 30)
    return Model(
        (part("top", "walnut", top), part("shelf", "walnut", shelf), part("legs", "walnut", legs)),
        {"top": Anchor((0, 0.43, 0), 0.6)},
    )


def _desk(look: Look) -> Model:
    r = 0.03
    top = plate(corners((-0.7, -0.35, r), (0.7, -0.35, r), (0.7, 0.35, r), (-0.7, 0.35, r)), 0.03, 0.01)
    fronts = [box(0.36, 0.17, 0.022, 0.006).moved(x=0.44, y=0.60 - 0.185 * k, z=0.315) for k in range(3)]
    pulls = [
        rod(path((0.38, y, 0.33), (0.39, y, 0.35), (0.49, y, 0.35), (0.50, y, 0.33)), 0.006)
        for y in (0.60, 0.415, 0.23)
    ]
    return Model(
        (
            part("top", "oak", top.turned("x", -90).moved(y=0.735)),
            part("body", Finish("painted metal", srgb("f0efea")), box(0.40, 0.58, 0.60, 0.008).moved(x=0.44, y=0.42)),
            part("drawers", "oak", *fronts), part("handles", "brass", *pulls),
            part("legs", "oak", *(_leg((-0.6, 0.725, z * 0.85), (-0.65, 0, z), 0.026, 0.017) for z in (-0.3, 0.3)),
                 *(_leg((x, 0.14, z), (x + 0.01, 0, z), 0.02, 0.014) for x in (0.28, 0.6) for z in (-0.25, 0.25))),
        ),
        {"top": Anchor((-0.15, 0.75, 0), 0.7)},
    )  # fmt: skip


def _bed(look: Look) -> Model:
    frame = [box(1.66, 0.16, 2.06, 0.03).moved(y=0.26)]
    head = pillow(1.72, 0.86, 0.12, 9.0, 7.0).moved(y=0.56, z=-1.05)
    mattress = box(1.58, 0.24, 1.98, 0.07).moved(y=0.44)
    duvet = pillow(1.72, 0.20, 1.42, 9.0, 3.2).moved(y=0.535, z=0.31)
    fold = pillow(1.70, 0.12, 0.34, 7.0, 2.4).moved(y=0.61, z=-0.32)
    heads = mirrored(pillow(0.66, 0.20, 0.44, 3.4, 2.0).turned("x", 22).moved(x=0.39, y=0.65, z=-0.74))
    return Model(
        (
            part("frame", "oak", *frame), part("headboard", "fabric", head),
            part("legs", "oak", _four_legs(1.5, 1.88, 0.19, 0.03, 0.03)),
            part("mattress", Finish("canvas", srgb("f4f1ea")), mattress),
            part("blanket", Finish("fabric", srgb("6d8299")), duvet),
            part("sheet", Finish("canvas", srgb("f6f4ee")), fold),
            part("pillows", Finish("canvas", srgb("faf8f4")), heads),
        ),
        {"top": Anchor((0, 0.63, 0.3), 1.2)},
    )  # fmt: skip


def _cushion(look: Look) -> Model:
    body = pillow(0.47, 0.19, 0.47, 9.0, 1.75)
    x, z = body.positions[:, 0] / 0.235, body.positions[:, 2] / 0.235
    pinched = np.column_stack([1 - 0.13 * (1 - z * z), 1 + 0 * x, 1 - 0.13 * (1 - x * x)])
    body = Mesh(body.positions * pinched, body.normals, body.uvs, body.triangles)
    return Model(
        (part("body", "velvet", body.turned("x", 70).moved(y=0.22)),), {"front": Anchor((0, 0.22, 0.08), 0.25)},
    )


SHAPES = (
    Shape(
        "chair", "furniture", ("chair", "dining chair", "kitchen chair", "seat"),
        ("seat", "back", "legs", "armrests", "cushion"), ("seat", "back", "legs", "armrests"), ("armrests", "cushion"),
        _chair,
    ),
    Shape(
        "office chair", "furniture", ("office chair", "desk chair", "swivel chair", "gaming chair"),
        ("seat", "back", "frame", "armrests", "base", "wheels"), ("seat", "back"), (), _office_chair,
    ),
    Shape(
        "stool", "furniture", ("stool", "bar stool", "footstool", "ottoman"), ("seat", "legs", "cushion"),
        ("seat", "legs"), ("cushion",), _stool,
    ),
    Shape(
        "armchair", "furniture", ("armchair", "lounge chair", "recliner", "throne"), ("body", "seat", "back", "legs"),
        ("body", "seat", "back"), (), _armchair,
    ),
    Shape(
        "sofa", "furniture", ("sofa", "couch", "settee", "loveseat", "divan"), ("body", "seat", "back", "legs"),
        ("body", "seat", "back"), (), _sofa,
    ),
    Shape("bench", "furniture", ("bench", "park bench", "pew"), ("seat", "back", "legs"), ("seat", "back"), (), _bench),
    Shape(
        "table", "furniture", ("table", "dining table", "kitchen table"), ("top", "frame", "legs"),
        ("top", "frame", "legs"), ("round",), _table,
    ),
    Shape(
        "coffee table", "furniture", ("coffee table", "side table", "end table"), ("top", "shelf", "legs"),
        ("top", "shelf", "legs"), (), _coffee_table,
    ),
    Shape(
        "desk", "furniture", ("desk", "writing desk", "workbench"), ("top", "body", "drawers", "handles", "legs"),
        ("top", "drawers", "legs"), (), _desk,
    ),
    Shape(
        "bed", "furniture", ("bed", "double bed", "bunk"),
        ("frame", "headboard", "legs", "mattress", "blanket", "sheet", "pillows"), ("frame", "headboard", "legs"), (),
        _bed,
    ),
    Shape("cushion", "furniture", ("cushion", "pillow"), ("body",), ("body",), (), _cushion),
)
