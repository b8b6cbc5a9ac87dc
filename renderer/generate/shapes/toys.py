"""Toys, games, music and sport."""

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    around, ball, box, corners, curve, disc, egg, joined, loft, mirrored, part, path, placed, plate, rod, scaled, smooth,
    smooth_part, turned, turned_part,
)  # fmt: skip
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh

_GOLDEN = (1 + 5**0.5) / 2


def _sphere_part(role: str, finish: Finish | str, radius: float, y: float) -> Part:
    girth = 2 * np.pi * radius
    return Part(role, ball(radius, 72).moved(y=y), Finish(finish) if isinstance(finish, str) else finish, girth)


def _ball(look: Look) -> Model:
    radius = 0.11
    valve = disc((0, 0), (0.006, 0, 0.001), (0.006, 0.002, 0.001), (0, 0.002), segments=24).moved(y=2 * radius - 0.001)
    return Model(
        (_sphere_part("body", Finish("glossy plastic", srgb("d8362a")), radius, radius), part("valve", Finish("plastic", srgb("f4f4f0")), valve)),
        {"top": Anchor((0, 2 * radius, 0), 0.1), "front": Anchor((0, radius, radius), 0.1), "eyes": Anchor((0, radius * 1.15, radius), 0.07)},
    )


def _football(look: Look) -> Model:
    """A white ball with the twelve black pentagons of an icosahedron's corners, and seams between the white hexagons."""
    radius = 0.11
    axes = [np.roll((0.0, a, b * _GOLDEN), k) for k in range(3) for a in (-1, 1) for b in (-1, 1)]
    axes = [axis / np.linalg.norm(axis) for axis in axes]
    patches, seams = [], []
    for axis in axes:
        near = sorted(axes, key=lambda other: float(-(other @ axis)))[1:6]
        hubs = [_unit(axis * 2 + other) for other in near]
        first = hubs[0]
        order = sorted(hubs, key=lambda hub: float(np.arctan2(np.cross(first, hub) @ axis, first @ hub - (first @ axis) ** 2)))
        patches.append(_patch(axis, order, radius))
        for other in near:
            if tuple(other) > tuple(axis):
                ends = _unit(axis * 2 + other), _unit(axis + other * 2)
                way = np.array([_unit(ends[0] * (1 - t) + ends[1] * t) for t in np.linspace(0, 1, 7)]) * (radius + 0.00003)
                seams.append(rod(way, 0.0009, segments=6, round_ends=2))
    return Model(
        (
            part("body", Finish("plastic", srgb("f2f1ee")), ball(radius, 72).moved(y=radius)),
            part("patches", Finish("plastic", srgb("1b1b1d")), joined(patches).moved(y=radius)),
            part("seams", Finish("plastic", srgb("8f8d88")), joined(seams).moved(y=radius)),
        ),
        {"top": Anchor((0, 2 * radius, 0), 0.1), "front": Anchor((0, radius, radius), 0.1)},
    )  # fmt: skip


def _unit(vector: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return vector / np.linalg.norm(vector)


def _patch(axis: np.ndarray[tuple[int], np.dtype[np.float64]], corners_: list[np.ndarray[tuple[int], np.dtype[np.float64]]], radius: float) -> Mesh:
    """A pentagon on the sphere, with a floor inside it."""
    edge = [_unit(a * (1 - t) + b * t) for a, b in zip(corners_, corners_[1:] + corners_[:1], strict=True) for t in np.arange(6) / 6]
    edge.append(edge[0])
    outline = np.array(edge)
    rows = [axis * (1 - s) + outline * s for s in (0.0, 0.35, 0.7, 1.0)]
    rings = [row / np.linalg.norm(row, axis=1, keepdims=True) * (radius + 0.0006) for row in rows]
    rings.append(outline * (radius - 0.002))
    grid = np.array(rings)
    mesh = loft(grid)
    normals = mesh.positions / np.linalg.norm(mesh.positions, axis=1, keepdims=True)
    normals[mesh.normals @ axis < -0.5] = -axis
    return boxed(Mesh(mesh.positions, normals, mesh.uvs, mesh.triangles))


def _dice(look: Look) -> Model:
    size = 0.016
    half = size / 2
    pips = {1: [(0, 0)], 6: [(a, b) for a in (-1, 1) for b in (-1, 0, 1)], 2: [(-1, -1), (1, 1)], 5: [(a, b) for a in (-1, 1) for b in (-1, 1)] + [(0, 0)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(a, b) for a in (-1, 1) for b in (-1, 1)]}
    faces = {1: (0, 0, 1), 6: (0, 0, -1), 2: (0, 1, 0), 5: (0, -1, 0), 3: (1, 0, 0), 4: (-1, 0, 0)}
    dots = []
    for number, way in faces.items():
        side = np.roll(np.array(way), 1)
        other = np.cross(way, side)
        for a, b in pips[number]:
            at = np.array(way) * (half - 0.0002) + side * a * size * 0.26 + other * b * size * 0.26
            dots.append(placed(egg(0.0015, 0.0004, 0.0015, 20), tuple(at), tuple(map(float, way))))
    body = box(size, size, size, size * 0.16, 6)
    return Model(
        (part("body", Finish("glossy plastic", srgb("f6f4ee")), body), part("dots", Finish("plastic", srgb("17171a")), *dots)),
        {"top": Anchor((0, half, 0), 0.01), "front": Anchor((0, 0, half), 0.01)},
    )


def _pawn(look: Look) -> Model:
    body = smooth(*((0, 0.0), (0.0155, 0.0005), (0.0172, 0.004), (0.0165, 0.008), (0.0135, 0.0105), (0.012, 0.0135), (0.0085, 0.021), (0.0062, 0.030), (0.0066, 0.0335), (0.0105, 0.0348), (0.0103, 0.0368), (0.0066, 0.0378), (0.0058, 0.0385), (0, 0.0386)))
    return Model(
        (part("body", "ebony", body.moved(), ball(0.0098, 48).moved(y=0.0455)), part("felt", Finish("fabric", srgb("2f6b43")), disc((0, -0.001), (0.0148, -0.001), (0.0148, 0.0005), (0, 0.0005)))),
        {"top": Anchor((0, 0.055, 0), 0.012)},
    )


def _king(look: Look) -> Model:
    body = smooth((0, 0.0), (0.0175, 0.0005), (0.0195, 0.004), (0.0188, 0.009), (0.0155, 0.012), (0.0138, 0.0155), (0.0102, 0.026), (0.0078, 0.045), (0.0076, 0.055), (0.0125, 0.0572), (0.0124, 0.0595), (0.0085, 0.0615), (0.0098, 0.0665), (0.0128, 0.078), (0.0122, 0.0805), (0.0075, 0.0835), (0.0035, 0.0862), (0, 0.0866))
    cross = joined([plate(corners((-0.0013, 0, 0.0004), (0.0013, 0, 0.0004), (0.0022, 0.0125, 0.0005), (-0.0022, 0.0125, 0.0005)), 0.0035, 0.0004).moved(y=0.0855), plate(corners((-0.0056, -0.0022, 0.0005), (0.0056, -0.0022, 0.0005), (0.0056, 0.0022, 0.0005), (-0.0056, 0.0022, 0.0005)), 0.0035, 0.0004).moved(y=0.0925)])
    return Model(
        (part("body", "ebony", body, cross), part("felt", Finish("fabric", srgb("2f6b43")), disc((0, -0.001), (0.0165, -0.001), (0.0165, 0.0005), (0, 0.0005)))),
        {"top": Anchor((0, 0.098, 0), 0.01)},
    )


def _skateboard(look: Look) -> Model:
    z = np.linspace(-0.4, 0.4, 41)
    angles = np.linspace(0, 2 * np.pi, 49)
    rings = []
    for each in z:
        t = abs(each) / 0.4
        half = 0.1 * np.sqrt(max(1 - (max(t - 0.72, 0) / 0.28) ** 2.2, 0.0004))
        rise = 0.055 * max(t - 0.62, 0) / 0.38
        c, s = np.cos(angles), np.sin(angles)
        x = half * np.sign(c) * np.abs(c) ** 0.5
        y = 0.005 * np.sign(s) * np.abs(s) ** 0.5 + rise + 0.006 * (x / 0.1) ** 2
        rings.append(np.column_stack([x, y, np.full_like(x, each)]))
    deck = boxed(loft(np.array(rings)[:, ::-1]), "z")
    grip = boxed(loft(np.array(rings)[1:-1][:, ::-1] * np.array([0.985, 1, 0.99])), "z").moved(y=0.0012)
    wheel = turned((0, -0.016), (0.022, -0.016, 0.003), (0.027, -0.010, 0.006), (0.027, 0.010, 0.006), (0.022, 0.016, 0.003), (0, 0.016), segments=48).turned("z", 90)
    spots = [(x, z_) for z_ in (-0.22, 0.22) for x in (-0.082, 0.082)]
    trucks = []
    for z_ in (-0.22, 0.22):
        trucks += [box(0.055, 0.012, 0.08, 0.004).moved(y=0.089, z=z_), rod(path((-0.085, 0.027, z_), (0, 0.05, z_), (0.085, 0.027, z_)), 0.011, 0.014, 0.011), turned((0, 0.045), (0.016, 0.045, 0.003), (0.02, 0.088), (0, 0.088), segments=32).moved(z=z_)]
    bolts = [disc((0, 0), (0.004, 0, 0.0005), (0.003, 0.0012, 0.0006), (0, 0.0015), segments=16).moved(x, 0.1035, z_ + dz) for z_ in (-0.22, 0.22) for x in (-0.02, 0.02) for dz in (-0.027, 0.027)]
    return Model(
        (
            part("body", "oak", deck.moved(y=0.098)), part("grip", Finish("rubber", srgb("2b2b2e")), grip.moved(y=0.0985)),
            part("trucks", "aluminium", *trucks), part("wheels", Finish("plastic", srgb("f2efe4")), *(wheel.moved(x, 0.027, z_) for x, z_ in spots)),
            part("bolts", "steel", *(bolt.moved(y=0.002) for bolt in bolts)),
        ),
        {"top": Anchor((0, 0.105, 0), 0.2)},
    )  # fmt: skip


def _guitar(look: Look) -> Model:
    half = [(0, 0.0), (0.10, 0.006), (0.175, 0.055), (0.19, 0.12), (0.165, 0.19), (0.122, 0.25), (0.118, 0.295), (0.138, 0.36), (0.13, 0.425), (0.08, 0.465), (0, 0.475)]
    outline = curve([*half, *((-x, y) for x, y in reversed(half[1:-1]))], 6)
    body = plate(outline, 0.095, 0.006)
    binding = plate(outline, 0.082, 0.002)
    top_line = scaled(binding, 1.012, 1.005, 1).moved(y=-0.0012)
    hole = disc((0, 0), (0.05, 0, 0.0002), (0.05, 0.0012, 0.0002), (0, 0.0012)).turned("x", 90).moved(y=0.31, z=0.0472)
    rose = [torus(r, w, 72, 8).turned("x", 90).moved(y=0.31, z=0.0478) for r, w in ((0.055, 0.0025), (0.061, 0.0035))]
    neck = box(0.055, 0.42, 0.022, 0.008).moved(y=0.63, z=0.032)
    board = box(0.056, 0.52, 0.007, 0.0022).moved(y=0.585, z=0.0515)
    frets = [box(0.057, 0.0022, 0.003, 0.001, 2).moved(y=0.84 - 0.62 * (1 - 2 ** (-k / 12)) * 1.0, z=0.0555) for k in range(1, 18)]
    head = plate(corners((-0.029, 0.83, 0.004), (0.029, 0.83, 0.004), (0.04, 0.87, 0.02), (0.036, 0.99, 0.012), (0, 0.975, 0.02), (-0.036, 0.99, 0.012), (-0.04, 0.87, 0.02)), 0.017, 0.004).moved(z=0.035)
    pegs = mirrored(joined([joined([rod(np.array([(0.03, y, 0.03), (0.05, y, 0.03)]), 0.0035, segments=12), egg(0.009, 0.0065, 0.0045, 16).moved(0.056, y, 0.03), turned((0, 0), (0.004, 0, 0.001), (0.004, 0.012, 0.001), (0, 0.012), segments=16).turned("x", 90).moved(0.022, y, 0.04)]) for y in (0.88, 0.915, 0.95)]))
    bridge = box(0.15, 0.024, 0.012, 0.004).moved(y=0.125, z=0.052)
    nut = box(0.054, 0.005, 0.006, 0.0015).moved(y=0.842, z=0.054)
    strings = [rod(np.array([((k - 2.5) * 0.0095, 0.125, 0.0585), ((k - 2.5) * 0.0076, 0.842, 0.0578)]), 0.0007 + 0.00012 * (5 - k), segments=6, round_ends=1) for k in range(6)]
    return Model(
        (
            part("body", Finish("oak", srgb("c98a3f")), boxed(body, "y")), part("sides", "mahogany", boxed(top_line, "y")), part("hole", Finish("ebony", (0.006, 0.005, 0.004)), hole),
            part("rosette", Finish("ebony"), *rose), part("neck", "mahogany", neck, head), part("fingerboard", "ebony", board, bridge),
            part("frets", "steel", *frets), part("pegs", "chrome", pegs), part("nut", Finish("plastic", srgb("f3ead6")), nut), part("strings", "steel", *strings),
        ),
        {"front": Anchor((0, 0.2, 0.05), 0.2), "top": Anchor((0, 0.99, 0.03), 0.05)},
    )  # fmt: skip


def _drum(look: Look) -> Model:
    shell = turned_part("body", Finish("painted metal", srgb("c22f36")), (0, 0.015), (0.175, 0.015, 0.003), (0.175, 0.225, 0.003), (0, 0.225), segments=96)
    hoops = [turned((0.172, y), (0.184, y, 0.004), (0.186, y + 0.022, 0.004), (0.172, y + 0.022, 0.002), (0.172, y), segments=96) for y in (0.012, 0.206)]
    heads = [disc((0, y), (0.174, y), (0.174, y + 0.003, 0.001), (0, y + 0.003), segments=96) for y in (0.014, 0.2245)]
    lug = joined([rod(np.array([(0.188, 0.03, 0), (0.188, 0.212, 0)]), 0.0038, segments=12), box(0.02, 0.075, 0.02, 0.006).moved(0.181, 0.12, 0)])
    stick = joined([rod(np.array([(-0.2, 0, 0), (0.11, 0, 0), (0.16, 0, 0)]), 0.0075, 0.0075, 0.0045), egg(0.012, 0.008, 0.008, 20).moved(x=0.168)])
    sticks = [stick.turned("y", turn).moved(x, 0.2355, z) for turn, x, z in ((28, 0.02, 0.03), (-22, 0.03, -0.01))]
    sticks[1] = sticks[1].moved(y=0.014)
    return Model(
        (shell, part("hoops", "chrome", *hoops, around(lug, 8)), part("head", Finish("paper", srgb("f5f2ea")), *heads), part("sticks", "oak", *sticks)),
        {"top": Anchor((0, 0.228, 0), 0.25), "front": Anchor((0, 0.12, 0.18), 0.12)},
    )


def _trophy(look: Look) -> Model:
    cup = smooth((0, 0.118), (0.010, 0.119), (0.013, 0.127), (0.022, 0.142), (0.05, 0.175), (0.062, 0.225), (0.066, 0.285), (0.071, 0.293), (0.066, 0.296), (0.058, 0.27), (0.04, 0.2), (0, 0.185))
    stem = smooth((0, 0.06), (0.04, 0.061), (0.038, 0.067), (0.018, 0.078), (0.011, 0.092), (0.017, 0.102), (0.010, 0.112), (0.012, 0.124), (0, 0.13))
    ear = rod(path((0.060, 0.272, 0), (0.092, 0.285, 0), (0.11, 0.255, 0), (0.09, 0.215, 0), (0.068, 0.2, 0), (0.05, 0.18, 0)), 0.006, 0.008, 0.006)
    base = turned((0, 0), (0.058, 0, 0.003), (0.058, 0.012, 0.003), (0.05, 0.014, 0.002), (0.046, 0.06, 0.003), (0, 0.06))
    plaque = box(0.05, 0.026, 0.008, 0.003).moved(y=0.037, z=0.046)
    star = _star(0.026, 0.011, 0.008).moved(y=0.24, z=0.064)
    return Model(
        (part("body", "gold", cup, stem, mirrored(ear), star), part("base", "black marble", base), part("plaque", "gold", plaque)),
        {"top": Anchor((0, 0.293, 0), 0.1), "inside": Anchor((0, 0.19, 0), 0.08), "front": Anchor((0, 0.24, 0.066), 0.05)},
    )


def _star(outer: float, inner: float, thick: float) -> Mesh:
    points = [((outer if k % 2 == 0 else inner) * np.sin(k * np.pi / 5), (outer if k % 2 == 0 else inner) * np.cos(k * np.pi / 5)) for k in range(10)][::-1]
    return plate(corners(*((x, y, outer * 0.06) for x, y in points)), thick, outer * 0.05)


def _gift(look: Look) -> Model:
    size, high = 0.2, 0.15
    body, lid = box(size, high, size, 0.004).moved(y=high / 2), box(size + 0.012, 0.04, size + 0.012, 0.004).moved(y=high + 0.012)
    top = high + 0.032
    bands = [box(0.03, high, size + 0.004, 0.001, 1).moved(y=high / 2), box(size + 0.004, high, 0.03, 0.001, 1).moved(y=high / 2), box(0.03, 0.043, size + 0.016, 0.0015, 1).moved(y=high + 0.012), box(size + 0.016, 0.043, 0.03, 0.0015, 1).moved(y=high + 0.012)]
    loops = []
    for turn in (35, 145, 215, 325):
        way = path((0, top, 0), (0.035, top + 0.052, 0), (0.085, top + 0.052, 0), (0.088, top + 0.016, 0), (0.04, top + 0.008, 0), (0, top, 0))
        loops.append(rod(way, 0.016, flat=0.12, segments=24).turned("y", turn))
    tails = [rod(path((0, top, 0), (0.05, top + 0.008, 0), (0.10, top + 0.004, 0)), 0.014, flat=0.12).turned("y", turn) for turn in (85, 275)]
    return Model(
        (part("body", Finish("paper", srgb("c62f3b")), body, lid), part("ribbon", Finish("velvet", srgb("f0c24b")), *bands, *loops, *tails, egg(0.017, 0.014, 0.017, 28).moved(y=top + 0.008))),
        {"top": Anchor((0, top, 0), 0.1), "front": Anchor((0, 0.08, 0.1), 0.08)},
    )


def _snowman(look: Look) -> Model:
    balls = [egg(0.36, 0.33, 0.36, 64).moved(y=0.31), egg(0.27, 0.25, 0.27, 64).moved(y=0.80), egg(0.195, 0.19, 0.195, 64).moved(y=1.16)]
    coal = [egg(0.026, 0.026, 0.018, 18).moved(x, y, z) for x, y, z in ((0.065, 1.20, 0.178), (-0.065, 1.20, 0.178), (0, 0.92, 0.24), (0, 0.81, 0.268), (0, 0.70, 0.25))]
    coal += [egg(0.013, 0.013, 0.01, 14).moved(0.09 * np.sin(a), 1.14 - 0.055 * np.cos(a), 0.180) for a in np.linspace(-0.9, 0.9, 5)]
    nose = turned((0, -0.03), (0.03, -0.03), (0.004, 0.17, 0.003), (0, 0.172), segments=32).turned("x", 86).moved(y=1.15, z=0.185)
    hat = turned((0, 1.315), (0.21, 1.315, 0.008), (0.205, 1.335, 0.008), (0.135, 1.34, 0.01), (0.145, 1.54, 0.012), (0, 1.545))
    band = turned((0.12, 1.342), (0.141, 1.342, 0.002), (0.144, 1.385, 0.002), (0.12, 1.385), (0.12, 1.342))
    scarf = [scaled(torus(0.185, 0.075, 64, 16), 1, 0.9, 1).moved(y=1.005), rod(path((0.10, 1.0, 0.16), (0.13, 0.9, 0.24), (0.14, 0.72, 0.27)), 0.05, 0.055, flat=0.35)]
    arm = [rod(path((0.22, 0.85, 0), (0.42, 0.98, 0.02), (0.58, 1.08, 0.02)), 0.018, 0.012), rod(np.array([(0.46, 1.0, 0.02), (0.55, 0.97, 0.05)]), 0.009), rod(np.array([(0.5, 1.03, 0.02), (0.52, 1.14, 0.0)]), 0.009)]
    return Model(
        (part("body", "snow", *balls), part("coal", Finish("stone", srgb("1d1d1f")), *coal), part("nose", Finish("fruit", srgb("ee7b1d")), nose), part("hat", Finish("fabric", srgb("202126")), hat),
         part("band", Finish("fabric", srgb("b3202a")), band), part("scarf", Finish("wool", srgb("b3202a")), *scarf), part("arms", "bark", mirrored(joined(arm)))),
        {"head": Anchor((0, 1.33, 0), 0.3), "top": Anchor((0, 1.33, 0), 0.3), "eyes": Anchor((0, 1.2, 0.18), 0.13), "face": Anchor((0, 1.15, 0.19), 0.2), "front": Anchor((0, 0.8, 0.27), 0.2)},
    )  # fmt: skip


def _balloon(look: Look) -> Model:
    body = smooth_part("body", Finish("glossy plastic", srgb("d8362a")), (0, 0.455), (0.012, 0.458), (0.05, 0.49), (0.115, 0.58), (0.14, 0.68), (0.12, 0.78), (0.06, 0.83), (0, 0.84))
    knot = turned((0, 0.43), (0.014, 0.43, 0.003), (0.006, 0.445, 0.004), (0.012, 0.46), (0, 0.46), segments=32)
    string = rod(path((0, 0.44, 0), (0.02, 0.33, 0.01), (-0.02, 0.2, 0), (0.015, 0.08, -0.01), (0, 0.02, 0)), 0.0022, segments=8)
    weight = smooth((0, 0), (0.028, 0.001), (0.03, 0.012), (0.012, 0.03), (0, 0.032))
    return Model((body, part("knot", Finish("glossy plastic", srgb("d8362a")), knot), part("string", "canvas", string), part("weight", "gold", weight)), {"top": Anchor((0, 0.84, 0), 0.05), "front": Anchor((0, 0.68, 0.14), 0.1)})


def _dumbbell(look: Look) -> Model:
    bar = turned((0, -0.075), (0.0145, -0.075), (0.0165, 0, 0.1), (0.0145, 0.075), (0, 0.075)).turned("z", 90)
    head = plate(corners(*((0.058 * np.cos(a), 0.058 * np.sin(a), 0.008) for a in np.radians(np.arange(30, 390, 60)))), 0.075, 0.008).turned("y", 90)
    ring = turned((0, -0.004), (0.034, -0.004, 0.002), (0.034, 0.004, 0.002), (0, 0.004)).turned("z", 90)
    return Model((part("body", "rubber", mirrored(head.moved(x=0.105))), part("bar", "chrome", bar, mirrored(ring.moved(x=0.144)))), {"top": Anchor((0, 0.06, 0), 0.1)})


SHAPES = (
    Shape("ball", "toys", ("ball", "sphere", "beach ball", "orb"), ("body", "valve"), ("body",), (), _ball),
    Shape("football", "toys", ("football", "soccer ball"), ("body", "patches", "seams"), ("body",), (), _football),
    Shape("dice", "toys", ("dice", "die", "cube"), ("body", "dots"), ("body",), (), _dice),
    Shape("chess pawn", "toys", ("chess pawn", "pawn", "chess piece"), ("body", "felt"), ("body",), (), _pawn),
    Shape("chess king", "toys", ("chess king", "king", "chess queen"), ("body", "felt"), ("body",), (), _king),
    Shape("skateboard", "toys", ("skateboard", "longboard"), ("body", "grip", "trucks", "wheels", "bolts"), ("body", "grip"), (), _skateboard),
    Shape("guitar", "music", ("guitar", "acoustic guitar", "ukulele", "violin"), ("body", "sides", "hole", "rosette", "neck",
          "fingerboard", "frets", "pegs", "nut", "strings"), ("body",), (), _guitar),
    Shape("drum", "music", ("drum", "snare drum", "bongo"), ("body", "hoops", "head", "sticks"), ("body",), (), _drum),
    Shape("trophy", "toys", ("trophy", "award", "cup trophy"), ("body", "base", "plaque"), ("body", "plaque"), (), _trophy),
    Shape("gift box", "toys", ("gift", "gift box", "present", "parcel", "box"), ("body", "ribbon"), ("body",), (), _gift),
    Shape("snowman", "toys", ("snowman",), ("body", "coal", "nose", "hat", "band", "scarf", "arms"), ("body",), (), _snowman),
    Shape("balloon", "toys", ("balloon",), ("body", "knot", "string", "weight"), ("body", "knot"), (), _balloon),
    Shape("dumbbell", "toys", ("dumbbell", "barbell", "weight"), ("body", "bar"), ("body",), (), _dumbbell),
)  # fmt: skip
