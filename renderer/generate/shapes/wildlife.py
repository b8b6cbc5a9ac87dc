"""Birds, fish and reptiles. They look along +z."""

import numpy as np

from renderer.generate.shapes.blobs import chain, ellipsoid, limb, twin
from renderer.generate.shapes.creatures import FEATURES, Anatomy, creature
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Shape, Vector, srgb
from renderer.generate.shapes.plants import leaf
from renderer.generate.shapes.solids import (
    corners,
    curve,
    egg,
    loft,
    mirrored,
    part,
    path,
    placed,
    plate,
    rod,
    scaled,
    smooth,
    turned,
)
from renderer.samples.mesh import Mesh, joined

_BEAK = Finish("plastic", srgb("f09a1f"))
_ROLES = (
    "body", "head", "legs", "tail", "joints", "light", "eyes", "eye rings", "pupils", "shines", "beak", "wings", "feet",
    "belly", "fins", "shell", "spikes", "claws", "teeth", "collar", "crest",
)  # fmt: skip
_MAIN = ("body", "head", "legs", "tail", "wings")


def _bird(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(
            ellipsoid((0, 0.105, 0), (0.052, 0.052, 0.072), ("x", 28)),
            ellipsoid((0, 0.10, 0.022), (0.048, 0.048, 0.046)),
        ),
        head=(ellipsoid((0, 0.168, 0.046), (0.038, 0.037, 0.039)),), legs=(), tail=(), smooth=0.03, cell=0.0048,
        low=(-0.09, 0.03, -0.12), high=(0.09, 0.23, 0.12), neck=(0, 0.142, 0.036), belt=0.036,
    )
    beak = turned(
        (0, 0), (0.010, 0, 0.002), (0.0015, 0.026, 0.001), (0, 0.0262), segments=32,
    ).turned("x", 96).moved(0, 0.166, 0.080)
    feather = [
        leaf(0.095 - 0.012 * k, 0.026, 0.1).turned("x", -118 - 4 * k).turned("y", 4).moved(0.0, -0.011 * k, 0.004 * k)
        for k in range(4)
    ]
    wing = joined(
        [egg(0.012, 0.032, 0.05, 36).turned("x", 24), *(piece.moved(0.006, 0.004, -0.012) for piece in feather)]
    ).turned("z", -8).moved(0.046, 0.112, -0.004)
    tail = [leaf(0.10, 0.026, 0.05).turned("x", -112).turned("y", turn).moved(0, 0.079, -0.05) for turn in (-10, 0, 10)]
    leg = [rod(path((0.02, 0.065, 0.006), (0.021, 0.035, 0.0), (0.021, 0.005, 0.006)), 0.0032, segments=12)]
    leg += [
        rod(path((0.021, 0.0045, 0.006), (0.021 + dx, 0.003, 0.006 + dz)), 0.0028, 0.0018, segments=10)
        for dx, dz in ((0, 0.026), (0.012, 0.022), (-0.012, 0.022), (0, -0.018))
    ]
    always = (
        part("beak", _BEAK, beak), part("wings", Finish("feathers", srgb("3f78b5")), mirrored(wing)),
        part("tail", Finish("feathers", srgb("3f78b5")), *tail),
        part("feet", Finish("plastic", srgb("a8672a")), mirrored(joined(leg))),
    )
    nature = (
        part(
            "belly", Finish("fur", srgb("f2d9b8")), egg(0.041, 0.046, 0.034, 36).turned("x", 16).moved(0, 0.096, 0.042),
        ),
    )
    return creature(
        look, anatomy, Finish("fur", srgb("4d8fd0")), nature=nature, always=always, eye=(0.029, 0.176, 0.068),
        radius=0.0088, iris="15110f", chest=(0, 0.11, 0.076), crown=(0, 0.205, 0.046), turn=40, neck_tilt=0,
    )


def _duck(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(
            ellipsoid((0, 0.045, 0), (0.048, 0.04, 0.062)), limb((0, 0.055, -0.045), (0, 0.085, -0.075), 0.022, 0.008),
        ),
        head=(ellipsoid((0, 0.106, 0.032), (0.0345, 0.034, 0.034)),), legs=(), tail=(), smooth=0.025, cell=0.0042,
        low=(-0.07, -0.01, -0.11), high=(0.07, 0.17, 0.09), neck=(0, 0.080, 0.028), belt=0.030,
    )
    bill = joined(
        [
            egg(0.019, 0.0065, 0.018, 32).turned("x", -10).moved(0, 0.100, 0.070),
            egg(0.016, 0.005, 0.013, 28).turned("x", 14).moved(0, 0.0935, 0.066),
        ]
    )
    wing = mirrored(egg(0.012, 0.026, 0.038, 36).turned("x", -18).turned("z", -14).moved(0.044, 0.056, -0.010))
    always = (
        part("beak", Finish("glossy plastic", srgb("f07f13")), bill),
        part("wings", Finish("glossy plastic", srgb("f5c518")), wing),
    )
    return creature(
        look, anatomy, Finish("glossy plastic", srgb("f9cd20")), always=always, eye=(0.0175, 0.117, 0.0585),
        radius=0.0062, iris="141416", chest=(0, 0.055, 0.062), crown=(0, 0.140, 0.032), turn=26, neck_size=0.03,
        neck_tilt=0,
    )


def _penguin(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(ellipsoid((0, 0.24, 0), (0.155, 0.22, 0.135)), ellipsoid((0, 0.34, 0), (0.12, 0.15, 0.11))),
        head=(ellipsoid((0, 0.535, 0.012), (0.098, 0.095, 0.095)),), legs=(), tail=(), smooth=0.06, cell=0.0125,
        low=(-0.24, -0.02, -0.2), high=(0.24, 0.68, 0.2), neck=(0, 0.455, 0.0), belt=0.095,
    )  # fmt: skip
    white = Finish("fur", srgb("f8f6f0"))
    belly = egg(0.122, 0.19, 0.09, 44).moved(0, 0.235, 0.058)
    face = mirrored(egg(0.046, 0.055, 0.04, 32).moved(0.036, 0.528, 0.068))
    beak = turned(
        (0, 0), (0.028, 0, 0.004), (0.004, 0.072, 0.003), (0, 0.0725), segments=32,
    ).turned("x", 98).moved(0, 0.515, 0.098)
    wing = mirrored(egg(0.022, 0.14, 0.055, 40).turned("z", 22).moved(0.172, 0.29, 0.0))
    foot = mirrored(
        joined(
            [
                egg(0.032, 0.016, 0.062, 24).turned("y", 16 + turn).moved(0.07 + dx, 0.015, 0.09)
                for turn, dx in ((0, 0), (22, 0.022), (-22, -0.022))
            ]
        )
    )
    always = (part("beak", _BEAK, beak), part("wings", Finish("fur", srgb("22262e")), wing), part("feet", _BEAK, foot))
    return creature(
        look, anatomy, Finish("fur", srgb("262a33")), nature=[part("belly", white, belly, face)], always=always,
        eye=(0.038, 0.552, 0.104), radius=0.0145, iris="16110e", chest=(0, 0.30, 0.145), crown=(0, 0.627, 0.01),
        turn=18, neck_size=0.105, neck_tilt=0,
    )


def _fish(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(
            ellipsoid((0, 0.11, 0.0), (0.038, 0.068, 0.105)), limb((0, 0.11, -0.06), (0, 0.112, -0.125), 0.026, 0.014),
        ),
        head=(ellipsoid((0, 0.106, 0.055), (0.036, 0.052, 0.06)),), legs=(), tail=(), smooth=0.035, cell=0.0052,
        low=(-0.06, 0.02, -0.16), high=(0.06, 0.2, 0.135), neck=(0, 0.108, 0.03), belt=0.03,
    )

    def fin(points: list[tuple[float, float]], thick: float = 0.007) -> Mesh:
        return plate(curve(points, 6), thick, 0.0028).turned("y", -90)

    tail = fin(
        [
            (-0.115, 0.118), (-0.15, 0.145), (-0.205, 0.180), (-0.195, 0.14), (-0.182, 0.112), (-0.195, 0.085),
            (-0.205, 0.045), (-0.15, 0.08), (-0.115, 0.104),
        ]
    )
    top = fin(
        [(0.045, 0.165), (0.03, 0.20), (-0.01, 0.222), (-0.06, 0.205), (-0.078, 0.172), (-0.06, 0.150), (0.0, 0.158)]
    )
    bottom = fin([(-0.02, 0.055), (-0.035, 0.028), (-0.065, 0.018), (-0.068, 0.045), (-0.055, 0.07)])
    side = mirrored(
        fin(
            [(0.0, 0.0), (-0.02, 0.022), (-0.052, 0.018), (-0.058, -0.012), (-0.03, -0.022), (-0.005, -0.012)], 0.006,
        ).turned("y", -34).moved(0.034, 0.092, 0.036)
    )
    lips = joined([egg(0.013, 0.006, 0.008, 20).moved(0, y, 0.1125) for y in (0.102, 0.093)])
    always = (
        part("fins", Finish("scales", srgb("f2a33c")), tail, top, bottom, side),
        part("beak", Finish("plastic", srgb("e8894a")), lips),
    )
    return creature(
        look, anatomy, Finish("scales", srgb("ee7f25")), always=always, eye=(0.0325, 0.122, 0.072), radius=0.0135,
        iris="f4f1e6", chest=(0, 0.075, 0.085), crown=(0, 0.168, 0.03), turn=68,
    )


def _turtle(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(ellipsoid((0, 0.105, 0), (0.165, 0.055, 0.20)),),
        head=(ellipsoid((0, 0.165, 0.285), (0.052, 0.05, 0.058)), limb((0, 0.11, 0.15), (0, 0.15, 0.25), 0.045, 0.036)),
        legs=(
            ((0.12, 0.09, 0.12, 0.05), (0.185, 0.06, 0.16, 0.043), (0.215, 0.028, 0.185, 0.036)),
            ((0.12, 0.085, -0.12, 0.05), (0.175, 0.055, -0.16, 0.042), (0.20, 0.028, -0.185, 0.034)),
        ),
        tail=((0, 0.09, -0.18, 0.03), (0, 0.075, -0.25, 0.01)), smooth=0.03, cell=0.0105, low=(-0.29, -0.02, -0.3),
        high=(0.29, 0.25, 0.37), neck=(0, 0.115, 0.18), belt=0.045,
    )
    dome = smooth((0, 0.09), (0.17, 0.092), (0.192, 0.102), (0.175, 0.15), (0.12, 0.205), (0.05, 0.232), (0, 0.236))
    dome = scaled(dome, 1, 1, 1.2)
    plates = []
    for radius, y, size, count in ((0.0, 0.237, 0.052, 1), (0.098, 0.219, 0.046, 6), (0.165, 0.165, 0.036, 11)):
        for k in range(count):
            a = 2 * np.pi * k / count
            out = (np.cos(a) * radius * 1.1, 0.12 + 0.2 * (1 - radius / 0.17), np.sin(a) * radius * 1.1)
            hexagon = plate(
                corners(*((size * np.cos(b), size * np.sin(b), size * 0.2) for b in np.radians(np.arange(0, 360, 60)))),
                0.014, 0.005,
            ).turned("x", -90)
            plates.append(placed(hexagon, (np.cos(a) * radius, y, np.sin(a) * radius * 1.2), out))
    always = (
        part("shell", Finish("leather", srgb("6b4a26")), boxed(dome)),
        part("crest", Finish("leather", srgb("8c6a35")), *plates),
    )
    return creature(
        look, anatomy, Finish("leather", srgb("7fa046")), always=always, eye=(0.030, 0.182, 0.322), radius=0.0145,
        iris="20160f", chest=(0, 0.10, 0.205), crown=(0, 0.214, 0.285), turn=32, neck_size=0.045, neck_tilt=60,
    )


def _dinosaur(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(chain([(0, 1.20, -0.45), (0, 1.28, 0.0), (0, 1.42, 0.35)], [0.34, 0.40, 0.30]),),
        head=(
            chain([(0, 1.52, 0.45), (0, 1.80, 0.66)], [0.24, 0.20]), ellipsoid((0, 1.98, 0.80), (0.20, 0.20, 0.25)),
            limb((0, 1.97, 0.98), (0, 1.93, 1.28), 0.17, 0.115), limb((0, 1.82, 0.88), (0, 1.74, 1.18), 0.11, 0.075),
            twin(ellipsoid((0.13, 2.11, 0.90), (0.06, 0.05, 0.09))),
        ),
        legs=(
            (
                (0.24, 1.08, -0.30, 0.30), (0.30, 0.68, -0.05, 0.19), (0.28, 0.36, -0.36, 0.11),
                (0.28, 0.10, -0.22, 0.105), (0.28, 0.07, 0.02, 0.09),
            ),
            ((0.24, 1.38, 0.45, 0.085), (0.30, 1.18, 0.52, 0.065), (0.27, 1.12, 0.70, 0.05)),
        ),
        tail=((0, 1.15, -0.65, 0.30), (0, 1.02, -1.15, 0.20), (0, 0.95, -1.65, 0.12), (0, 1.02, -2.1, 0.04)),
        smooth=0.14, cell=0.042, low=(-0.7, -0.06, -2.3), high=(0.7, 2.4, 1.6), neck=(0, 1.62, 0.52), belt=0.22,
    )
    line = [
        (0, 2.16, 0.72), (0, 2.00, 0.50), (0, 1.80, 0.34), (0, 1.70, 0.10), (0, 1.66, -0.18), (0, 1.56, -0.45),
        (0, 1.42, -0.72), (0, 1.26, -1.0), (0, 1.13, -1.28), (0, 1.05, -1.52), (0, 1.03, -1.75),
    ]
    spikes = []
    for k, (x, y, z) in enumerate(line):
        size = 0.055 + 0.05 * np.sin(np.pi * (k + 1) / 12)
        cone = scaled(
            turned((0, -0.5), (1.0, -0.5), (0.05, 1.3, 0.04), (0, 1.31), segments=24), size * 0.45, size, size,
        )
        spikes.append(placed(cone, (x, y, z), (0, 1, -0.35 - 0.02 * k)))
    teeth = mirrored(
        joined(
            turned(
                (0, 0), (0.022, 0), (0.003, 0.062, 0.002), (0, 0.0622), segments=12,
            ).turned("x", 180).moved(0.135 - 0.055 * t, 1.835 - 0.02 * t, 1.02 + 0.30 * t)
            for t in np.linspace(0, 1, 6)
        )
    )
    claws = mirrored(
        joined(
            [
                turned(
                    (0, 0), (0.032, 0), (0.004, 0.11, 0.003), (0, 0.111), segments=16,
                ).turned("x", 100).turned("y", turn).moved(0.28 + dx, 0.05, 0.08)
                for turn, dx in ((-22, -0.055), (0, 0), (22, 0.055))
            ] + [turned(
                (0, 0), (0.02, 0), (0.003, 0.07, 0.002), (0, 0.071), segments=14,
            ).turned("x", 110).moved(0.27 + dx, 1.11, 0.73) for dx in (-0.025, 0.025)]
        )
    )
    nostrils = mirrored(egg(0.02, 0.014, 0.018, 16).moved(0.055, 2.0, 1.365))
    always = (
        part("spikes", Finish("leather", srgb("c25b2c")), *spikes),
        part("teeth", Finish("plastic", srgb("f6efdc")), teeth),
        part("claws", Finish("plastic", srgb("2f2a26")), claws, nostrils),
    )
    nature = (
        part(
            "belly", Finish("leather", srgb("d8c98a")), egg(0.27, 0.34, 0.42, 40).turned("x", -18).moved(0, 1.20, 0.22),
            egg(0.16, 0.24, 0.14, 32).turned("x", 36).moved(0, 1.58, 0.63),
        ),
    )
    return creature(
        look, anatomy, Finish("leather", srgb("5f8f3e")), nature=nature, always=always, eye=(0.165, 2.06, 0.965),
        radius=0.055, iris="e8b81f", chest=(0, 1.42, 0.66), crown=(0, 2.18, 0.80), turn=48, neck_size=0.26,
        neck_tilt=50, slit=True,
    )


def _dragon(look: Look) -> Model:
    dinosaur = _dinosaur(look)
    bones = [rod(path((0.20, 1.62, -0.05), (0.75, 2.25, -0.25), (1.15, 2.35, -0.35)), 0.07, 0.05, 0.03)]
    tips: list[Vector] = [(1.95, 1.95, -0.75), (1.65, 1.35, -0.95), (1.10, 1.10, -0.95), (0.25, 1.35, -0.60)]
    bones += [
        rod(
            path(
                (1.15, 2.35, -0.35),
                tuple((np.array((1.15, 2.35, -0.35)) + np.array(tip)) / 2 + np.array((0.05, 0.12, 0.03))), tip,
            ),
            0.035, 0.012,
        )
        for tip in tips[:3]
    ]
    edge: list[Vector] = [
        (1.15, 2.35, -0.35), tips[0], (1.75, 1.62, -0.82), tips[1], (1.36, 1.32, -0.92), tips[2], (0.72, 1.30, -0.76),
        tips[3], (0.20, 1.62, -0.05),
    ]
    membrane = _membrane(edge, (0.85, 1.85, -0.45))
    horns = mirrored(rod(path((0.10, 2.12, 0.70), (0.16, 2.30, 0.55), (0.17, 2.45, 0.32)), 0.055, 0.04, 0.012))
    wings = part("wings", Finish("leather", srgb("8f2f2a")), mirrored(joined(bones)), mirrored(membrane))
    return Model((*dinosaur.parts, wings, part("crest", Finish("plastic", srgb("efe4cc")), horns)), dinosaur.anchors)


def _membrane(edge: list[Vector], middle: Vector) -> Mesh:
    """A thin skin between an edge and a point inside it."""
    around_ = np.array([*edge, edge[0]])
    dense = np.array(
        [
            around_[int(k)] * (1 - k % 1) + around_[min(int(k) + 1, len(edge))] * (k % 1)
            for k in np.arange(0, len(edge) + 0.01, 0.25)
        ]
    )
    dense[-1] = dense[0]
    hub, lift = np.array(middle), np.array([0.0, 0.006, 0.018])
    rows = [hub + lift + (dense - hub) * s for s in (0.0, 0.35, 0.7, 0.985)] + [
        dense + lift * 0, *(hub - lift + (dense - hub) * s for s in (0.985, 0.7, 0.35, 0.0)),
    ]
    return boxed(loft(np.array(rows)))


def _butterfly(look: Look) -> Model:
    upper = curve(
        [(0.004, 0.004), (0.02, 0.03), (0.055, 0.058), (0.075, 0.052), (0.072, 0.025), (0.05, 0.004), (0.02, -0.002)],
        8,
    )
    lower = curve(
        [
            (0.004, 0.0), (0.03, -0.002), (0.055, -0.014), (0.056, -0.038), (0.038, -0.056), (0.022, -0.044),
            (0.008, -0.02),
        ],
        8,
    )
    rims = [plate(each, 0.0022, 0.0008) for each in (upper, lower)]
    panes = [
        scaled(plate(each, 0.0032, 0.0012).moved(-cx, -cy), 0.78, 0.78, 1).moved(cx * 1.01, cy * 1.01)
        for each, cx, cy in ((upper, 0.043, 0.027), (lower, 0.034, -0.025))
    ]
    dots = [
        egg(0.0045, 0.0045, 0.0022, 18).moved(x, y, 0)
        for x, y in ((0.066, 0.046), (0.069, 0.034), (0.049, -0.040), (0.040, -0.047))
    ]

    def spread(meshes: list[Mesh]) -> Mesh:
        return mirrored(joined(meshes).turned("y", -24).moved(0.003, 0.075, 0))

    body = joined(
        [
            egg(0.0055, 0.018, 0.0055, 28).moved(y=0.078), egg(0.0045, 0.026, 0.0045, 28).moved(y=0.048),
            egg(0.006, 0.006, 0.006, 24).moved(y=0.099),
        ]
    )
    feelers = mirrored(
        joined(
            [
                rod(path((0.002, 0.103, 0), (0.008, 0.12, 0.004), (0.019, 0.132, 0.006)), 0.0008, segments=8),
                egg(0.0016, 0.0016, 0.0016, 12).moved(0.0192, 0.1322, 0.006),
            ]
        )
    )
    return Model(
        (
            part("wings", Finish("petal", srgb("1d1a1c")), spread(rims)),
            part("body", Finish("petal", srgb("f08a24")), spread(panes)),
            part("crest", Finish("plastic", srgb("f7f3ea")), spread(dots)),
            part("head", Finish("fur", srgb("2a2320")), body, feelers),
        ),
        {"top": Anchor((0, 0.105, 0), 0.01), "head": Anchor((0, 0.105, 0), 0.012)},
    )


SHAPES = (
    Shape(
        "bird", "animals", ("bird", "sparrow", "robin", "parrot", "pigeon", "eagle", "owl"), _ROLES, _MAIN, FEATURES,
        _bird,
    ),
    Shape("duck", "animals", ("duck", "rubber duck", "duckling", "chick"), _ROLES, _MAIN, FEATURES, _duck),
    Shape("penguin", "animals", ("penguin",), _ROLES, _MAIN, FEATURES, _penguin),
    Shape("fish", "animals", ("fish", "goldfish", "shark", "whale"), _ROLES, (*_MAIN, "fins"), FEATURES, _fish),
    Shape("turtle", "animals", ("turtle", "tortoise"), _ROLES, _MAIN, FEATURES, _turtle),
    Shape("dinosaur", "animals", ("dinosaur", "tyrannosaurus", "t-rex", "lizard"), _ROLES, _MAIN, FEATURES, _dinosaur),
    Shape("dragon", "animals", ("dragon", "wyvern"), _ROLES, _MAIN, FEATURES, _dragon),
    Shape("butterfly", "animals", ("butterfly", "moth"), _ROLES, ("body",), (), _butterfly),
)
