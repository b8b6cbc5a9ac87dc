"""Plants, stones and things of the sky."""

import numpy as np

from renderer.arrays import Float32, Float64
from renderer.generate.shapes.blobs import Field, blend, chain, ellipsoid, surface
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.plants import leaf
from renderer.generate.shapes.solids import (
    around,
    ball,
    corners,
    disc,
    egg,
    loft,
    part,
    path,
    placed,
    plate,
    rod,
    smooth,
    smooth_part,
    turned,
    vessel,
)
from renderer.samples.mesh import Mesh


def _tree(look: Look) -> Model:
    """A broad-leaved tree; "fir" makes it a fir."""
    if "fir" in look.features:
        return _fir()
    rng = np.random.default_rng(look.seed)
    trunk = blend(
        0.12, chain([(0, -0.1, 0), (0.03, 0.9, 0.02), (0.0, 1.9, 0), (0.05, 2.9, 0.05)], [0.30, 0.2, 0.17, 0.10]),
        *(
            chain(
                [
                    (0, 1.5 + 0.25 * k, 0), (0.45 * np.cos(a), 2.1 + 0.25 * k, 0.45 * np.sin(a)),
                    (0.9 * np.cos(a), 2.6 + 0.2 * k, 0.9 * np.sin(a)),
                ],
                [0.12, 0.085, 0.05],
            )
            for k, a in enumerate((0.4, 2.5, 4.4))
        ),
        *(
            chain([(0, 0.25, 0), (0.4 * np.cos(a), 0.0, 0.4 * np.sin(a))], [0.16, 0.07])
            for a in (0.0, 1.3, 2.5, 3.8, 5.1)
        ),
    )
    clumps: list[Field] = [ellipsoid((0, 3.35, 0), (0.95, 0.85, 0.95))]
    for k in range(9):
        a, tall = k * 2.39996, 2.6 + 1.15 * float(rng.random())
        far = 0.75 + 0.3 * float(rng.random())
        size = 0.5 + 0.22 * float(rng.random())
        clumps.append(ellipsoid((far * np.cos(a), tall, far * np.sin(a)), (size, size * 0.85, size)))
    plain = blend(0.18, *clumps)

    def leafy(points: Float32) -> Float32:
        x, y, z = points
        bumps = np.sin(9.0 * x + 1.3) * np.sin(10.0 * y) * np.sin(9.5 * z + 0.7)
        fine = np.sin(21 * x) * np.sin(23 * y + 0.5) * np.sin(22 * z)
        distance: Float32 = plain(points) + (0.055 * bumps + 0.022 * fine).astype(np.float32)
        return distance

    ground = disc((0, -0.08), (0.75, -0.08, 0.02), (0.68, 0.02, 0.04), (0, 0.03))
    return Model(
        (
            part("trunk", "bark", surface(trunk, (-1.2, -0.6, -1.2), (1.2, 3.2, 1.2), 0.055)),
            part("leaves", "leaf", surface(leafy, (-2.1, 1.6, -2.1), (2.1, 4.7, 2.1), 0.085)),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 4.2, 0), 0.8)},
    )


def _fir() -> Model:
    trunk = turned((0, 0), (0.2, 0, 0.03), (0.14, 1.0), (0, 1.0), segments=32)
    tiers = []
    for k in range(5):
        low, r = 0.6 + 0.62 * k, 1.15 - 0.2 * k
        turn = np.linspace(0, 2 * np.pi, 97)
        wave = 1 + 0.07 * np.cos(12 * turn + k)
        rings = [
            np.column_stack(
                [
                    radius * r * wave * np.cos(turn), np.full(97, low + lift) - 0.08 * (wave - 1) * 8 * (radius > 0.5),
                    -radius * r * wave * np.sin(turn),
                ]
            )
            for radius, lift in (
                (0.0, 0.12), (0.6, 0.08), (0.97, 0.0), (1.0, 0.05), (0.62, 0.42), (0.3, 0.78), (0.06, 1.08),
                (0.0, 1.12),
            )
        ]
        tiers.append(boxed(loft(np.array(rings)), "y"))
    ground = disc((0, -0.08), (0.6, -0.08, 0.02), (0.55, 0.02, 0.04), (0, 0.03))
    return Model(
        (
            part("trunk", "bark", trunk), part("leaves", Finish("grass", srgb("2f6b3a")), *tiers),
            part("ground", "grass", ground),
        ),
        {"top": Anchor((0, 4.2, 0), 0.2)},
    )


def _cactus(look: Look) -> Model:
    def column(way: Float64, radius: float) -> Mesh:
        ways = np.gradient(way, axis=0)
        ways /= np.linalg.norm(ways, axis=1, keepdims=True)
        up = np.array((0.0, 0.0, 1.0))
        side = np.cross(ways, up)
        side /= np.linalg.norm(side, axis=1, keepdims=True)
        turn = np.linspace(0, 2 * np.pi, 73)
        ribbed = 1 - 0.12 * (0.5 + 0.5 * np.cos(12 * turn))
        quarter = np.linspace(0, np.pi / 2, 7)
        places = np.concatenate([np.zeros(6, int), np.arange(len(way)), np.full(6, len(way) - 1)])
        tilt = np.concatenate([-quarter[:0:-1], np.zeros(len(way)), quarter[1:]])
        middle = way[places] + ways[places] * (np.sin(tilt) * radius)[:, None]
        grow = np.cos(tilt) * radius
        grow[[0, -1]] = 0.0
        ring = (
            np.cos(turn) * ribbed
        )[None, :, None] * side[places][:, None] + (np.sin(turn) * ribbed)[None, :, None] * up
        return boxed(loft(middle[:, None] + ring * grow[:, None, None]), "y")

    stems = [
        column(path((0, 0.11, 0), (0, 0.2, 0), (0, 0.36, 0), steps=6), 0.052),
        column(path((0.04, 0.2, 0), (0.085, 0.205, 0), (0.105, 0.235, 0), (0.105, 0.295, 0), steps=6), 0.027),
        column(path((-0.04, 0.24, 0), (-0.08, 0.245, 0), (-0.098, 0.275, 0), (-0.098, 0.345, 0), steps=6), 0.025),
    ]
    pot = vessel("pot", "terracotta", (0.055, 0.0), (0.058, 0.004), (0.066, 0.05), (0.074, 0.095), wall=0.006)
    rim = turned((0.069, 0.082), (0.078, 0.082, 0.002), (0.081, 0.104, 0.003), (0.069, 0.104, 0.002), (0.069, 0.082))
    soil = disc((0, 0.075), (0.068, 0.075), (0.068, 0.088, 0.005), (0, 0.091))
    thorns = []
    for radius, levels, at in ((0.0505, np.linspace(0.13, 0.38, 9), (0.0, 0.0)), ):
        for k in range(12):
            a = 2 * np.pi * (k + 0.5) / 12
            for y in levels:
                out = (np.cos(a), 0.25, np.sin(a))
                thorns.append(
                    placed(
                        turned((0, 0), (0.0008, 0), (0.0002, 0.010, 0.0001), (0, 0.0101), segments=5),
                        (at[0] + radius * np.cos(a), float(y), at[1] + radius * np.sin(a)), out,
                    )
                )
    petals = around(leaf(0.03, 0.016, 0.6).turned("x", 42), 9)
    flower = [petals.moved(y=0.408), around(leaf(0.022, 0.012, 0.4).turned("x", 22), 6, 20).moved(y=0.409)]
    heart = egg(0.006, 0.008, 0.006, 18).moved(y=0.414)
    return Model(
        (
            part("body", Finish("leaf", srgb("4f8f4a")), *stems), pot, part("rim", "terracotta", rim),
            part("soil", "soil", soil), part("thorns", Finish("plastic", srgb("efe6c8")), *thorns),
            part("flowers", "petal", *flower), part("hearts", Finish("petal", srgb("f2c640")), heart),
        ),
        {
            "top": Anchor((0, 0.412, 0), 0.06), "eyes": Anchor((0, 0.3, 0.05), 0.04),
            "head": Anchor((0, 0.412, 0), 0.09), "face": Anchor((0, 0.28, 0.05), 0.06),
        },
    )


def _flower(look: Look) -> Model:
    """A daisy on its stem; "rose" and "tulip" are other blossoms."""
    top = 0.42
    stem = rod(path((0, 0, 0), (0.012, 0.14, 0.006), (-0.006, 0.28, 0.0), (0, top, 0.0)), 0.0045, 0.0038, segments=14)
    leaves = [
        leaf(0.15, 0.05, 0.9).turned("x", 38).turned("y", turn).moved(x, y, 0)
        for turn, x, y in ((60, 0.01, 0.10), (-110, 0.002, 0.16), (170, 0.006, 0.06))
    ]
    if "tulip" in look.features:
        petals = [
            around(
                leaf(0.085, 0.066, -0.75).turned("x", 26).moved(z=0.003), 3, 60 * k + 10 * k,
            ).moved(y=top - 0.002 * k)
            for k in range(2)
        ]
        heart = [egg(0.008, 0.022, 0.008, 16).moved(y=top + 0.02)]
        colour = srgb("e0364a")
    elif "rose" in look.features:
        petals = [
            around(
                leaf(
                    0.045 + 0.007 * k, 0.04 + 0.009 * k, -0.9 + 0.28 * k,
                ).turned("x", 8 + 13 * k).moved(z=0.002 + 0.002 * k),
                3 + k, 37.0 * k,
            ).moved(y=top - 0.002 * k)
            for k in range(5)
        ]
        heart = [smooth((0, 0), (0.008, 0.004), (0.011, 0.02), (0.006, 0.036), (0, 0.04)).moved(y=top)]
        colour = srgb("c2183a")
    else:
        petals = [
            around(leaf(0.085, 0.032, 0.25).turned("x", 68).moved(y=0.0, z=0.014), 13, 0).moved(y=top),
            around(leaf(0.075, 0.03, 0.2).turned("x", 58).moved(z=0.012), 13, 14).moved(y=top + 0.003),
        ]
        heart = [egg(0.028, 0.014, 0.028, 36).moved(y=top + 0.006)]
        heart += [
            ball(0.0028, 10).moved(
                0.026 * np.sqrt((k + 0.5) / 60) * np.cos(k * 2.39996),
                top + 0.006 + 0.0135 * np.sqrt(1 - 0.86 * (k + 0.5) / 60),
                0.026 * np.sqrt((k + 0.5) / 60) * np.sin(k * 2.39996),
            )
            for k in range(60)
        ]
        colour = srgb("f6f3ee")
    tilt = 0.0 if "tulip" in look.features else 28.0

    def nod(meshes: list[Mesh]) -> list[Mesh]:
        return [mesh.moved(y=-top).turned("x", tilt).moved(y=top) for mesh in meshes]

    cup = smooth((0, -0.016), (0.008, -0.013), (0.014, -0.002), (0.012, 0.003), (0, 0.004)).moved(y=top)
    ground = disc((0, -0.03), (0.085, -0.03, 0.004), (0.078, 0.0, 0.01), (0, 0.004))
    return Model(
        (
            part("stem", Finish("leaf", srgb("4f7d33")), stem, *nod([cup])), part("leaves", "leaf", *leaves),
            part("flowers", Finish("petal", colour), *nod(petals)),
            part("hearts", Finish("petal", srgb("f0b323") if "rose" not in look.features else colour), *nod(heart)),
            part("ground", "soil", ground),
        ),
        {"top": Anchor((0, top + 0.02, 0.01), 0.05), "head": Anchor((0, top + 0.02, 0), 0.1)},
    )


def _rock(look: Look) -> Model:
    """A boulder: a ball cut by many planes."""
    rng = np.random.default_rng(look.seed + 5)
    ways = rng.normal(size=(26, 3)).astype(np.float32)
    ways[:, 1] *= 0.8
    ways[:6] = ((1, 0.1, 0), (-1, 0, 0.1), (0, 1, 0.1), (0.1, 0, 1), (0, 0.1, -1), (0.6, 0.6, 0.6))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    reach = rng.uniform(0.30, 0.42, 26).astype(np.float32)

    def field(points: Float32) -> Float32:
        local = points * np.array([[0.8], [1.15], [0.95]], np.float32)
        planes = (ways @ local - reach[:, None]).max(axis=0)
        x, y, z = points
        bumps = np.sin(17 * x + 2) * np.sin(19 * y) * np.sin(18 * z + 1)
        grains = np.sin(41 * x) * np.sin(43 * y + 1) * np.sin(37 * z)
        rough = 0.012 * bumps + 0.005 * grains
        distance: Float32 = (np.maximum(planes, -y - 0.22) + rough).astype(np.float32)
        return distance

    body = surface(field, (-0.75, -0.35, -0.75), (0.75, 0.6, 0.75), 0.021)
    return Model(
        (part("body", "stone", body),),
        {"top": Anchor((0, 0.33, 0), 0.3), "front": Anchor((0, 0, 0.4), 0.2), "eyes": Anchor((0, 0.1, 0.4), 0.15)},
    )


def _crystal(look: Look) -> Model:
    def shard(height: float, radius: float) -> Mesh:
        outline = ((0, 0), (radius * 0.8, 0), (radius, height * 0.72), (0, height))
        mesh = turned(*outline, segments=6)
        flats = mesh.positions[mesh.triangles].reshape(-1, 3)
        cross = np.cross(flats[1::3] - flats[::3], flats[2::3] - flats[::3])
        normals = np.repeat(cross / np.linalg.norm(cross, axis=1, keepdims=True), 3, axis=0)
        return boxed(
            _finer(
                Mesh(flats, normals, np.zeros((len(flats), 2)), np.arange(len(flats), dtype=np.uint32).reshape(-1, 3)),
                3,
            )
        )

    rng = np.random.default_rng(look.seed)
    shards = [shard(0.19, 0.033).turned("y", 12)]
    for k in range(8):
        lean, high = float(rng.uniform(18, 48)), float(rng.uniform(0.07, 0.14))
        shards.append(
            shard(high, high * 0.19).turned("y", 30.0 * k).turned("x", lean).moved(z=0.014).turned(
                "y", 45.0 * k + float(rng.uniform(-10, 10)),
            )
        )
    base = boxed(disc((0, -0.012), (0.06, -0.012, 0.004), (0.052, 0.012, 0.008), (0, 0.016)))
    pebbles = [
        egg(s, s * 0.7, s * 0.9, 12).moved(0.055 * np.cos(a), 0.0, 0.055 * np.sin(a))
        for a, s in zip(np.linspace(0, 6, 11), rng.uniform(0.009, 0.018, 11), strict=True)
    ]
    return Model(
        (part("body", "crystal", *(each.moved(y=0.005) for each in shards)), part("base", "stone", base, *pebbles)),
        {"top": Anchor((0, 0.195, 0), 0.03)},
    )


def _finer(mesh: Mesh, times: int) -> Mesh:
    """Each triangle as four, `times` over."""
    for _ in range(times):
        corners_ = mesh.positions[mesh.triangles]
        a, b, c = corners_[:, 0], corners_[:, 1], corners_[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        pieces = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1, 3)
        normals = np.repeat(mesh.normals[mesh.triangles[:, 0]], 12, axis=0)
        mesh = Mesh(pieces, normals, np.zeros((len(pieces), 2)), np.arange(len(pieces), dtype=np.uint32).reshape(-1, 3))
    return mesh


def _planet(look: Look) -> Model:
    """A globe with a ring, on a stand."""
    globe = smooth_part(
        "body", Finish("marble", srgb("d99a5b")),
        *(
            (0.0 if abs(a) == 90 else 0.12 * float(np.cos(np.radians(a))), 0.235 + 0.12 * float(np.sin(np.radians(a))))
            for a in range(-90, 91, 15)
        ),
    )
    ring = turned(
        (0.15, -0.002), (0.225, -0.002, 0.0015), (0.225, 0.002, 0.0015), (0.15, 0.002), (0.15, -0.002), segments=120,
    )
    inner = turned(
        (0.158, -0.0028), (0.185, -0.0028, 0.001), (0.185, 0.0028, 0.001), (0.158, 0.0028), (0.158, -0.0028),
        segments=120,
    )
    stand = turned(
        (0, 0), (0.075, 0, 0.004), (0.07, 0.012, 0.006), (0.014, 0.026, 0.012), (0.009, 0.05, 0.01), (0.009, 0.12),
        (0, 0.12),
    )
    moon = ball(0.018, 32).moved(0.19, 0.33, 0.05)
    return Model(
        (
            globe, part("ring", Finish("sand"), ring.turned("z", 18).turned("x", 10).moved(y=0.235)),
            part("inner ring", Finish("sand", srgb("8f7350")), inner.turned("z", 18).turned("x", 10).moved(y=0.235)),
            part("stand", "brass", stand), part("moon", "stone", moon, ),
        ),
        {"top": Anchor((0, 0.355, 0), 0.1), "eyes": Anchor((0, 0.26, 0.12), 0.08)},
    )


def _star(look: Look) -> Model:
    points = [
        ((0.1 if k % 2 == 0 else 0.048) * np.sin(k * np.pi / 5), (0.1 if k % 2 == 0 else 0.048) * np.cos(k * np.pi / 5))
        for k in range(10)
    ][::-1]
    body = plate(corners(*((x, y, 0.014) for x, y in points), steps=8), 0.048, 0.0125, 10)
    return Model(
        (part("body", Finish("gold"), body),),
        {
            "top": Anchor((0, 0.1, 0), 0.03), "eyes": Anchor((0, 0.01, 0.024), 0.05),
            "face": Anchor((0, 0, 0.024), 0.07), "front": Anchor((0, 0, 0.024), 0.06),
        },
    )


def _heart(look: Look) -> Model:
    lobes = (ellipsoid((side * 0.0255, 0.0, 0), (0.044, 0.08, 0.043), ("z", -31 * side)) for side in (-1, 1))
    body = surface(
        blend(0.03, *lobes), (-0.12, -0.12, -0.08), (0.12, 0.12, 0.08),
        0.0045,
    )
    return Model(
        (part("body", Finish("glossy plastic", srgb("d0202f")), body),),
        {
            "top": Anchor((0, 0.07, 0), 0.05), "eyes": Anchor((0, 0.025, 0.045), 0.05),
            "front": Anchor((0, 0, 0.05), 0.06),
        },
    )


SHAPES = (
    Shape(
        "tree", "nature", ("tree", "oak tree", "christmas tree", "fir tree", "pine tree", "bonsai"),
        ("trunk", "leaves", "ground"), ("leaves",), ("fir",), _tree,
    ),
    Shape(
        "cactus", "nature", ("cactus", "succulent"), ("body", "pot", "rim", "soil", "thorns", "flowers", "hearts"),
        ("body",), (), _cactus,
    ),
    Shape(
        "flower", "nature", ("flower", "daisy", "rose", "tulip", "sunflower"),
        ("stem", "leaves", "flowers", "hearts", "ground"), ("flowers",), ("rose", "tulip"), _flower,
    ),
    Shape(
        "rock", "nature", ("rock", "stone", "boulder", "pebble", "asteroid", "meteorite"), ("body",), ("body",), (),
        _rock,
    ),
    Shape(
        "crystal", "nature", ("crystal", "gem", "gemstone", "diamond", "amethyst"), ("body", "base"), ("body",), (),
        _crystal,
    ),
    Shape(
        "planet", "nature", ("planet", "globe", "saturn", "moon", "earth"),
        ("body", "ring", "inner ring", "stand", "moon"), ("body",), (), _planet,
    ),
    Shape("star", "nature", ("star",), ("body",), ("body",), (), _star),
    Shape("heart", "nature", ("heart",), ("body",), ("body",), (), _heart),
)
