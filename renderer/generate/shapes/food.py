"""Food."""

import numpy as np

from renderer.generate.shapes.blobs import blend, brick, carved, ellipsoid, grown, limb, surface, union
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
    scaled,
    smooth,
    smooth_part,
    turned,
    turned_part,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh


def _apple(look: Look) -> Model:
    body = smooth_part(
        "body", "fruit",
        (0, 0.008), (0.010, 0.003), (0.020, 0.0), (0.032, 0.012), (0.0405, 0.042), (0.034, 0.070), (0.020, 0.0785),
        (0.008, 0.073), (0, 0.066),
    )  # fmt: skip
    stem = rod(path((0, 0.064, 0), (0.002, 0.08, 0), (0.007, 0.095, 0)), 0.0016, 0.0014, 0.0021, segments=12)
    blade = leaf(0.04, 0.018, 0.5).turned("x", 60).turned("y", 70).moved(0.002, 0.08, 0)
    return Model((body, part("stem", "bark", stem), part("leaf", "leaf", blade)), {"top": Anchor((0, 0.078, 0), 0.03)})


def _banana(look: Look) -> Model:
    t = np.linspace(0, 1, 33)
    angle = np.radians(205 + 130 * t)
    way = np.column_stack([0.085 * np.cos(angle), 0.085 * np.sin(angle), 0 * t])
    girth = 0.0185 * np.clip(np.minimum(1.15 * (t + 0.09) ** 0.33, (1.08 - t) ** 0.35 * 1.22), 0, 1.03)
    girth = np.where(t < 0.10, 0.007 + (girth[3] - 0.007) * (t / 0.10) ** 2, girth)
    tangent = np.gradient(way, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(tangent, (0.0, 0.0, 1.0))
    turn = np.linspace(0, 2 * np.pi, 41)
    ridged = 1 + 0.045 * np.cos(5 * turn)
    ring = np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * np.array([0, 0, 1.0])
    body = loft(way[:, None] + ring[:, ::-1] * ridged[None, :, None] * girth[:, None, None])
    tip = egg(0.0062, 0.005, 0.0062, 20)
    stalk = rod(np.array([way[0] - tangent[0] * 0.016, way[0] + tangent[0] * 0.004]), 0.0062, 0.0072, segments=16)
    end = placed(tip, way[-1], tangent[-1])
    return Model(
        (part("body", "peel", body), part("stem", Finish("peel", srgb("9a8a35")), stalk), part("tip", "bark", end)),
        {"top": Anchor((0, -0.066, 0), 0.03)},
    )


def _bumpy(radius: float, height: float, bumps: int, depth: float, seed: int) -> Mesh:
    """A flat round patty whose rim waves."""
    mesh = disc((0, 0), (radius, 0, height * 0.48), (radius, height, height * 0.48), (0, height), segments=96, steps=6)
    angle = np.arctan2(mesh.positions[:, 2], mesh.positions[:, 0])
    rng = np.random.default_rng(seed)
    wave = sum(np.sin(angle * k + rng.uniform(0, 6)) for k in (bumps, bumps + 3, 2 * bumps + 1))
    far = np.hypot(mesh.positions[:, 0], mesh.positions[:, 2]) / radius
    lift = depth * wave * far**3
    scale = 1 + 0.25 * lift / radius
    positions = mesh.positions * np.column_stack(
        [scale, 0 * scale + 1, scale]
    ) + np.column_stack([0 * lift, lift, 0 * lift])
    return Mesh(positions, mesh.normals, mesh.uvs, mesh.triangles)


def _burger(look: Look) -> Model:
    bottom = disc((0, 0), (0.05, 0, 0.012), (0.054, 0.022, 0.006), (0, 0.022), steps=6)
    crown = smooth((0, 0.058), (0.046, 0.058), (0.0555, 0.063), (0.052, 0.082), (0.034, 0.100), (0, 0.106))
    rng = np.random.default_rng(look.seed)
    seeds = []
    for k in range(60):
        u = np.sqrt((k + 0.5) / 60) * 0.8
        a = k * 2.39996 + float(rng.uniform(-0.2, 0.2))
        r = 0.05 * u
        y = float(np.interp(r, (0, 0.034, 0.052), (0.106, 0.100, 0.082)))
        seeds.append(
            placed(
                egg(0.0013, 0.0009, 0.0022, 10).turned("y", float(rng.uniform(0, 180))),
                (r * np.cos(a), y + 0.0002, r * np.sin(a)), (np.cos(a) * u * 0.9, 1.0, np.sin(a) * u * 0.9),
            )
        )
    side = 0.052
    slice_ = plate(
        corners((-side, -side, 0.004), (side, -side, 0.004), (side, side, 0.004), (-side, side, 0.004)), 0.003, 0.001,
    )
    cheese = _draped(slice_.turned("x", -90).turned("y", 20).moved(y=0.0455), 0.050)
    return Model(
        (
            part("bun", "bread", boxed(crown), bottom), part("seeds", Finish("cream", srgb("f3e3b8")), *seeds),
            part("patty", "meat", _bumpy(0.055, 0.016, 7, 0.0006, 3).moved(y=0.0285)), part("cheese", "cheese", cheese),
            part("salad", Finish("leaf", srgb("6fae3a")), _bumpy(0.060, 0.006, 11, 0.0022, 5).moved(y=0.022)),
            part(
                "tomato", Finish("fruit", srgb("c8342a")),
                disc((0, 0.047), (0.052, 0.047, 0.003), (0.052, 0.056, 0.003), (0, 0.056)),
            ),
        ),
        {"top": Anchor((0, 0.106, 0), 0.05)},
    )


def _draped(mesh: Mesh, radius: float) -> Mesh:
    """What lies farther out than `radius` hangs down."""
    far = np.maximum(np.hypot(mesh.positions[:, 0], mesh.positions[:, 2]) - radius, 0)
    return Mesh(mesh.positions - np.column_stack([0 * far, 0.8 * far, 0 * far]), mesh.normals, mesh.uvs, mesh.triangles)


MOST_CANDLES = 16
"""On a cake: more would touch each other."""


def _cake(look: Look) -> Model:
    r = 0.11
    cream = turned((0, 0.046), (r + 0.002, 0.046, 0.004), (r + 0.002, 0.057, 0.004), (0, 0.057), segments=96)
    top = turned((0, 0.088), (r + 0.003, 0.088, 0.004), (r + 0.003, 0.098, 0.006), (0, 0.098), segments=96)
    drips = []
    rng = np.random.default_rng(look.seed)
    for k in range(22):
        low = 0.088 - float(rng.uniform(0.006, 0.03))
        drips.append(
            rod(
                np.array([(r + 0.0005, 0.092, 0), (r + 0.0005, low, 0)]), 0.0055, 0.0065, segments=12,
            ).turned("y", 360 / 22 * k)
        )
    dollop = smooth(
        (0, 0.096), (0.013, 0.098), (0.0135, 0.104), (0.008, 0.112), (0.003, 0.118), (0, 0.120), segments=40,
    )
    dollops = around(dollop.moved(x=0.085), 8)
    cherry = ball(0.0095, 18).moved(x=0.085, y=0.123)
    plate_ = disc((0, 0), (0.08, 0, 0.003), (0.14, 0.010, 0.002), (0.139, 0.013, 0.001), (0, 0.0125))
    parts = [
        part("plate", "porcelain", plate_),
        turned_part("sponge", "sponge", (0, 0.012), (r, 0.012, 0.004), (r, 0.048, 0.004), (0, 0.048), segments=96),
        turned_part("sponge", "sponge", (0, 0.055), (r, 0.055, 0.004), (r, 0.091, 0.004), (0, 0.091), segments=96),
        part("cream", "cream", cream, dollops), part("icing", "icing", top, *drips),
        part("cherries", Finish("fruit", srgb("b3121d")), around(cherry, 8)),
    ]  # fmt: skip
    if "candles" in look.features:
        count = min(look.counts.get("candles") or 5, MOST_CANDLES)
        out = 0.0 if count == 1 else 0.045
        stick = rod(np.array([(out, 0.095, 0), (out, 0.16, 0)]), 0.0035, segments=16)
        flame = smooth((0, 0.165), (0.0035, 0.169), (0.0015, 0.180), (0, 0.183), segments=16).moved(x=out)
        sticks, flames = around(stick, count), around(flame, count)
        parts += [part("candles", "wax", sticks), part("flames", Finish("light", srgb("ffb347"), glowing=True), flames)]
    return Model(tuple(parts), {"top": Anchor((0, 0.098, 0), 0.1), "front": Anchor((0, 0.05, r + 0.005), 0.1)})


def _doughnut(look: Look) -> Model:
    ring = torus(0.032, 0.034, 96, 32)
    dough = scaled(ring, 1, 0.88, 1).with_uvs(ring.uvs * (0.3, 0.107)).moved(y=0.015)
    angle = np.arctan2(ring.positions[:, 2], ring.positions[:, 0])
    edge = 0.0155 + 0.0018 * np.sin(7 * angle) + 0.0012 * np.sin(11 * angle + 1)
    coat = scaled(torus(0.032, 0.0362, 96, 32), 1, 0.9, 1).moved(y=0.0152)
    low = np.minimum(coat.positions[:, 1] - edge, 0)
    icing = Mesh(
        coat.positions - np.column_stack([0 * low, low * 0.96, 0 * low]), coat.normals, coat.uvs * (0.3, 0.11),
        coat.triangles,
    )
    rng = np.random.default_rng(look.seed)
    colours = ("e94f64", "4aa8d8", "f4d35e", "7bc67b", "ffffff")
    rows: dict[str, list[Mesh]] = {code: [] for code in colours}
    for k in range(75):
        a, tilt = k * 2.39996, float(rng.uniform(-1.0, 1.0))
        r, y = 0.032 + 0.018 * np.sin(tilt), 0.0152 + 0.0163 * np.cos(tilt)
        grain = rod(np.array([(0, 0, -0.0022), (0, 0, 0.0022)]), 0.0007, segments=8, round_ends=2)
        out = (np.cos(a) * np.sin(tilt), np.cos(tilt), np.sin(a) * np.sin(tilt))
        rows[colours[k % 5]].append(
            placed(grain.turned("y", float(rng.uniform(0, 180))), (r * np.cos(a), y, r * np.sin(a)), out)
        )
    parts = [part("body", Finish("bread", srgb("d79a52")), dough), part("icing", "icing", icing)]
    parts += [part("sprinkles", Finish("plastic", srgb(code)), *meshes) for code, meshes in rows.items()]
    return Model(tuple(parts), {"top": Anchor((0, 0.031, 0.032), 0.03)})


def _ice_cream(look: Look) -> Model:
    cone = turned_part(
        "cone", "waffle", (0, 0), (0.004, 0.001, 0.002), (0.027, 0.115, 0.001), (0.029, 0.120, 0.001), (0.024, 0.121),
        (0, 0.118),
    )
    scoops = [egg(0.031, 0.029, 0.031, 48).moved(y=0.135), egg(0.027, 0.026, 0.027, 48).moved(y=0.172)]
    skirt = _bumpy(0.0335, 0.012, 8, 0.0016, 4).moved(y=0.116)
    upper_skirt = _bumpy(0.0285, 0.010, 9, 0.0014, 9).moved(y=0.155)
    return Model(
        (
            cone, part("scoops", Finish("icing", srgb("f2a7b8")), scoops[0], skirt),
            part("top scoop", "cream", scoops[1], upper_skirt),
            part("cherry", Finish("fruit", srgb("b3121d")), ball(0.009, 24).moved(0.004, 0.203, 0.004)),
            part(
                "stem", "bark",
                rod(path((0.004, 0.21, 0.004), (0.006, 0.22, 0.004), (0.014, 0.23, 0.002)), 0.0009, segments=8),
            ),
        ),
        {"top": Anchor((0, 0.198, 0), 0.02)},
    )


def _pizza(look: Look) -> Model:
    r = 0.16
    base = disc(
        (0, 0), (r, 0, 0.007), (r + 0.002, 0.018, 0.008), (r - 0.018, 0.016, 0.006), (r - 0.022, 0.010, 0.004),
        (0, 0.010), segments=96,
    )
    sauce = disc((0, 0.009), (r - 0.017, 0.009), (r - 0.018, 0.0118, 0.001), (0, 0.0118), segments=96)
    cheese = _bumpy(r - 0.026, 0.006, 9, 0.0004, 2).moved(y=0.009)
    rng = np.random.default_rng(look.seed)
    spots = [(np.sqrt((k + 0.6) / 13) * (r - 0.045), k * 2.39996) for k in range(13)]
    slices = [
        disc(
            (0, 0.014), (0.02, 0.014, 0.001), (0.021, 0.018, 0.0015), (0.017, 0.0172, 0.001), (0, 0.0168), segments=40,
        ).moved(d * np.cos(a), 0, d * np.sin(a))
        for d, a in spots
    ]
    greens = [
        leaf(0.035, 0.02, 0.4).turned("x", 84).moved(y=0.0185).turned("y", float(rng.uniform(0, 360))).moved(
            d * np.cos(a + 1.2), 0, d * np.sin(a + 1.2),
        )
        for d, a in spots[1::2]
    ]
    olives = [
        torus(0.006, 0.005, 32, 12).moved(d * np.cos(a + 0.7), 0.0165, d * np.sin(a + 0.7))
        for d, a in spots[2::2]
    ]
    return Model(
        (
            part("crust", "bread", base), part("sauce", Finish("fruit", srgb("b5301c")), sauce),
            part("cheese", Finish("cheese", srgb("f2cf72")), cheese),
            part("salami", Finish("meat", srgb("a5301f")), *slices), part("basil", "leaf", *greens),
            part("olives", Finish("plastic", srgb("22201f")), *olives),
        ),
        {"top": Anchor((0, 0.016, 0), 0.2)},
    )  # fmt: skip


def _mushroom(look: Look) -> Model:
    stem = smooth_part(
        "stem", "cream", (0, 0), (0.022, 0.001), (0.027, 0.012), (0.021, 0.035), (0.017, 0.065), (0.019, 0.08),
        (0, 0.082),
    )
    cap = smooth_part(
        "cap", Finish("glossy plastic", srgb("c4271d")), (0, 0.070), (0.03, 0.066), (0.056, 0.060), (0.062, 0.066),
        (0.056, 0.09), (0.034, 0.112), (0, 0.121),
    )
    skirt = smooth((0, 0.05), (0.019, 0.05), (0.031, 0.042), (0.030, 0.046), (0.019, 0.058), (0, 0.058))
    gills = [
        scaled(ball(1, 12), 0.018, 0.005, 0.0006).moved(x=0.037, y=0.0635).turned("y", 360 / 40 * k)
        for k in range(40)
    ]
    dots = []
    for k in range(22):
        u = (k + 0.5) / 22
        tilt, a = 0.12 + 1.05 * u**0.6, k * 2.39996
        rr = float(np.interp(tilt, (0, 0.55, 0.95, 1.3), (0.0, 0.034, 0.056, 0.062)))
        y = float(np.interp(tilt, (0, 0.55, 0.95, 1.3), (0.121, 0.112, 0.090, 0.070)))
        size = 0.0075 - 0.003 * u
        dots.append(
            placed(
                egg(size, size * 0.35, size, 20), (rr * np.cos(a), y, rr * np.sin(a)),
                (np.sin(tilt) * np.cos(a), np.cos(tilt), np.sin(tilt) * np.sin(a)),
            )
        )
    return Model(
        (stem, cap, part("skirt", "cream", skirt), part("gills", "cream", *gills), part("spots", "cream", *dots)),
        {"top": Anchor((0, 0.121, 0), 0.05), "eyes": Anchor((0, 0.045, 0.022), 0.02)},
    )


def _cheese(look: Look) -> Model:
    wedge = plate(
        corners((0, 0, 0.006), (0.12, -0.04, 0.006), (0.125, 0, 0.03), (0.12, 0.04, 0.006)), 0.06, 0.004,
    ).turned("x", -90).moved(y=0.03)
    holes = []
    rng = np.random.default_rng(look.seed)
    for k in range(9):
        x = 0.03 + 0.085 * (k + 0.5) / 9
        side = 1 if k % 2 else -1
        holes.append(
            placed(
                egg(0.007, 0.002, 0.007, 20), (x, 0.012 + 0.036 * float(rng.random()), side * x / 3),
                (-0.316, 0, side * 0.95),
            )
        )
    holes += [egg(0.009, 0.002, 0.009, 20).moved(x, 0.06, z) for x, z in ((0.06, 0.004), (0.09, -0.012), (0.1, 0.015))]
    return Model(
        (part("body", "cheese", wedge), part("holes", Finish("cheese", srgb("c8861a")), *holes)),
        {"top": Anchor((0.07, 0.06, 0), 0.05)},
    )


def _bread(look: Look) -> Model:
    """A loaf whose crust is slashed open."""
    loaf = blend(0.03, ellipsoid((0, 0.048, 0), (0.15, 0.058, 0.068)), brick((0, 0.03, 0), (0.105, 0.028, 0.05), 0.02))
    tops = [(x, 0.114 - 2.0 * x * x) for x in np.linspace(-0.09, 0.09, 5).tolist()]
    slashes = union(*(limb((x - 0.016, y, -0.042), (x + 0.016, y, 0.042), 0.013, 0.013) for x, y in tops))
    low, high = (-0.17, -0.02, -0.09), (0.17, 0.14, 0.09)
    crust = surface(carved(loaf, slashes, 0.006), low, high, 0.0055)
    crumb = part("cuts", Finish("sponge", srgb("f0dcae")), surface(grown(loaf, -0.005), low, high, 0.009))
    return Model((part("body", "bread", crust), crumb), {"top": Anchor((0, 0.11, 0), 0.1)})


SHAPES = (
    Shape("apple", "food", ("apple", "fruit", "peach"), ("body", "stem", "leaf"), ("body",), (), _apple),
    Shape("banana", "food", ("banana",), ("body", "stem", "tip"), ("body",), (), _banana),
    Shape(
        "burger", "food", ("burger", "hamburger", "cheeseburger", "sandwich"),
        ("bun", "seeds", "patty", "cheese", "salad", "tomato"), ("bun",), (), _burger,
    ),
    Shape(
        "cake", "food", ("cake", "birthday cake", "gateau", "torte"),
        ("plate", "sponge", "cream", "icing", "cherries", "candles", "flames"), ("icing", "sponge"), ("candles",),
        _cake,
    ),
    Shape(
        "doughnut", "food", ("doughnut", "donut", "bagel"), ("body", "icing", "sprinkles"), ("icing",), (), _doughnut,
    ),
    Shape(
        "ice cream", "food", ("ice cream", "ice cream cone", "gelato", "sundae"),
        ("cone", "scoops", "top scoop", "cherry", "stem"), ("scoops", "top scoop"), (), _ice_cream,
    ),
    Shape(
        "pizza", "food", ("pizza",), ("crust", "sauce", "cheese", "salami", "basil", "olives"), ("cheese",), (), _pizza,
    ),
    Shape(
        "mushroom", "food", ("mushroom", "toadstool", "fungus"), ("stem", "cap", "skirt", "gills", "spots"), ("cap",),
        (), _mushroom,
    ),
    Shape("cheese", "food", ("cheese", "cheese wedge"), ("body", "holes"), ("body",), (), _cheese),
    Shape("bread", "food", ("bread", "loaf", "baguette"), ("body", "cuts"), ("body",), (), _bread),
)
