"""Four-legged animals. They look along +z."""

from renderer.generate.shapes.blobs import blend, chain, ellipsoid, limb, twin
from renderer.generate.shapes.creatures import FEATURES, Anatomy, creature
from renderer.generate.shapes.parts import Finish, Look, Model, Shape, srgb
from renderer.generate.shapes.solids import egg, mirrored, part, path, rod, turned
from renderer.samples.mesh import Mesh, joined

_PINK = Finish("plastic", srgb("e79aa0"))
_DARK = Finish("glossy plastic", srgb("1c1718"))
_ROLES = (
    "body", "head", "legs", "tail", "joints", "light", "eyes", "eye rings", "pupils", "shines", "nose", "muzzle",
    "ears", "whiskers", "collar", "mouth", "mane", "horn", "tusks", "shell", "feet",
)
_MAIN = ("body", "head", "legs", "tail")


def _cat(look: Look) -> Model:
    head = (
        ellipsoid((0, 0.350, 0.205), (0.070, 0.060, 0.060)), ellipsoid((0, 0.328, 0.235), (0.055, 0.036, 0.04)),
        twin(limb((0.043, 0.385, 0.200), (0.057, 0.452, 0.192), 0.029, 0.006)),
    )
    anatomy = Anatomy(
        torso=(
            chain([(0, 0.225, -0.13), (0, 0.222, 0.0), (0, 0.232, 0.115)], [0.073, 0.068, 0.072]),
            limb((0, 0.25, 0.12), (0, 0.32, 0.185), 0.055, 0.047),
        ),
        head=head,
        legs=(
            (
                (0.040, 0.20, 0.12, 0.038), (0.045, 0.11, 0.125, 0.024), (0.045, 0.022, 0.125, 0.020),
                (0.045, 0.017, 0.145, 0.020),
            ),
            (
                (0.043, 0.205, -0.125, 0.056), (0.050, 0.135, -0.10, 0.042), (0.048, 0.075, -0.155, 0.022),
                (0.047, 0.020, -0.148, 0.020), (0.047, 0.017, -0.125, 0.020),
            ),
        ),
        tail=(
            (0, 0.25, -0.185, 0.024), (0, 0.265, -0.25, 0.021), (0, 0.33, -0.305, 0.019), (0, 0.42, -0.315, 0.017),
            (0, 0.475, -0.28, 0.014),
        ),
        smooth=0.035, cell=0.0075, low=(-0.14, -0.02, -0.36), high=(0.14, 0.5, 0.32), neck=(0, 0.287, 0.155),
        belt=0.052,
    )
    fluff = Finish("fur", srgb("f5ede0"))
    muzzle = joined(
        [
            mirrored(egg(0.024, 0.019, 0.02, 24).moved(0.017, 0.319, 0.268)),
            egg(0.018, 0.014, 0.016, 20).moved(0, 0.304, 0.262),
        ]
    )
    nose = egg(0.009, 0.0065, 0.006, 20).moved(0, 0.333, 0.286)
    ears = mirrored(egg(0.0135, 0.026, 0.005, 20).turned("z", -11).turned("x", -20).moved(0.0485, 0.412, 0.2155))
    whiskers = mirrored(
        joined(
            rod(
                path((0.022, 0.318 + d, 0.28), (0.06, 0.322 + 2 * d, 0.285), (0.10, 0.318 + 4 * d, 0.27)), 0.0009,
                0.0004, segments=6,
            )
            for d in (-0.006, 0.0, 0.006)
        )
    )
    chest = egg(0.042, 0.06, 0.03, 28).turned("x", -18).moved(0, 0.235, 0.165)
    nature = [
        part("muzzle", fluff, muzzle, chest), part("nose", _PINK, nose), part("ears", _PINK, ears),
        part("whiskers", Finish("plastic", srgb("f4f2ee")), whiskers),
    ]  # fmt: skip
    return creature(
        look, anatomy, Finish("fur", srgb("d08a45")), nature=nature, eye=(0.031, 0.360, 0.2475), radius=0.0225,
        iris="8fbf3f", chest=(0, 0.225, 0.185), crown=(0, 0.408, 0.205), slit=True, neck_size=0.052,
    )


def _dog(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(
            chain([(0, 0.40, -0.24), (0, 0.395, -0.02), (0, 0.40, 0.18)], [0.105, 0.10, 0.125]),
            limb((0, 0.44, 0.2), (0, 0.58, 0.30), 0.09, 0.078),
        ),
        head=(
            ellipsoid((0, 0.625, 0.325), (0.097, 0.092, 0.10)), limb((0, 0.595, 0.36), (0, 0.575, 0.475), 0.062, 0.044),
            twin(
                blend(
                    0.02, limb((0.085, 0.665, 0.315), (0.118, 0.60, 0.335), 0.026, 0.034),
                    limb((0.118, 0.60, 0.335), (0.115, 0.53, 0.345), 0.032, 0.022),
                )
            ),
        ),
        legs=(
            (
                (0.07, 0.36, 0.19, 0.066), (0.075, 0.20, 0.195, 0.040), (0.075, 0.04, 0.19, 0.034),
                (0.075, 0.03, 0.225, 0.036),
            ),
            (
                (0.07, 0.37, -0.24, 0.085), (0.085, 0.245, -0.205, 0.062), (0.08, 0.14, -0.295, 0.037),
                (0.078, 0.035, -0.28, 0.034), (0.078, 0.03, -0.24, 0.036),
            ),
        ),
        tail=((0, 0.45, -0.33, 0.035), (0, 0.52, -0.43, 0.030), (0, 0.63, -0.47, 0.026), (0, 0.70, -0.44, 0.018)),
        smooth=0.06, cell=0.0125, low=(-0.24, -0.02, -0.54), high=(0.24, 0.78, 0.58), neck=(0, 0.50, 0.245), belt=0.082,
    )
    nature = [
        part("nose", _DARK, egg(0.026, 0.019, 0.018, 24).moved(0, 0.602, 0.512)),
        part(
            "muzzle", Finish("fur", srgb("f2e8d6")), egg(0.068, 0.10, 0.045, 32).turned("x", -14).moved(0, 0.395, 0.27),
            egg(0.050, 0.040, 0.05, 28).moved(0, 0.572, 0.468),
        ),
        part("mouth", _PINK, egg(0.02, 0.008, 0.035, 20).turned("x", 30).moved(0, 0.535, 0.505)),
    ]
    return creature(
        look, anatomy, Finish("fur", srgb("b57a3e")), nature=nature, eye=(0.045, 0.652, 0.400), radius=0.025,
        iris="4a2c18", chest=(0, 0.41, 0.30), crown=(0, 0.715, 0.32), neck_size=0.086, neck_tilt=32,
    )


def _rabbit(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(ellipsoid((0, 0.115, -0.05), (0.085, 0.095, 0.115)), ellipsoid((0, 0.13, 0.045), (0.062, 0.08, 0.07))),
        head=(
            ellipsoid((0, 0.235, 0.09), (0.056, 0.054, 0.062)), ellipsoid((0, 0.218, 0.13), (0.038, 0.03, 0.03)),
            twin(chain([(0.025, 0.275, 0.075), (0.034, 0.35, 0.05), (0.042, 0.42, 0.035)], [0.014, 0.022, 0.012])),
        ),
        legs=(
            ((0.035, 0.11, 0.075, 0.032), (0.036, 0.05, 0.09, 0.02), (0.036, 0.017, 0.105, 0.019)),
            ((0.062, 0.09, -0.055, 0.06), (0.072, 0.03, -0.05, 0.028), (0.072, 0.018, 0.03, 0.02)),
        ),
        tail=((0, 0.10, -0.165, 0.034), (0, 0.105, -0.175, 0.034)),
        smooth=0.03, cell=0.0065, low=(-0.15, -0.02, -0.24), high=(0.15, 0.46, 0.2), neck=(0, 0.185, 0.075), belt=0.045,
    )  # fmt: skip
    nature = [
        part("nose", _PINK, egg(0.0075, 0.0055, 0.005, 18).moved(0, 0.229, 0.1585)),
        part(
            "ears", _PINK,
            mirrored(
                rod(
                    path((0.029, 0.29, 0.083), (0.036, 0.35, 0.0655), (0.042, 0.40, 0.05)), 0.008, 0.012, 0.006,
                    flat=0.5,
                )
            ),
        ),
        part(
            "muzzle", Finish("fur", srgb("fbf7f0")), mirrored(egg(0.017, 0.014, 0.013, 20).moved(0.012, 0.213, 0.15)),
            egg(0.05, 0.06, 0.03, 28).moved(0, 0.125, 0.095),
        ),
        part(
            "whiskers", Finish("plastic", srgb("f4f2ee")),
            mirrored(
                joined(
                    rod(
                        path((0.015, 0.214 + d, 0.158), (0.05, 0.214 + 2 * d, 0.16), (0.08, 0.21 + 4 * d, 0.15)),
                        0.0007, 0.0004, segments=6,
                    )
                    for d in (-0.004, 0.003)
                )
            ),
        ),
    ]
    return creature(
        look, anatomy, Finish("fur", srgb("b9a18a")), nature=nature, eye=(0.038, 0.248, 0.130), radius=0.0125,
        iris="2a1a12", chest=(0, 0.14, 0.115), crown=(0, 0.287, 0.085), turn=38, neck_size=0.05, neck_tilt=24,
    )


def _elephant(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(ellipsoid((0, 1.5, -0.35), (0.72, 0.72, 1.05)), ellipsoid((0, 1.6, 0.35), (0.62, 0.66, 0.6))),
        head=(
            ellipsoid((0, 1.95, 1.05), (0.46, 0.52, 0.48)), twin(ellipsoid((0.16, 2.2, 1.05), (0.22, 0.24, 0.25))),
            chain(
                [(0, 1.80, 1.42), (0, 1.42, 1.66), (0, 0.92, 1.70), (0, 0.55, 1.78), (0, 0.45, 2.0), (0, 0.56, 2.12)],
                [0.22, 0.18, 0.135, 0.11, 0.095, 0.085],
            ),
        ),
        legs=(
            ((0.38, 1.3, 0.45, 0.32), (0.40, 0.7, 0.45, 0.24), (0.40, 0.2, 0.45, 0.23), (0.40, 0.12, 0.47, 0.24)),
            ((0.40, 1.25, -0.95, 0.38), (0.42, 0.7, -0.95, 0.26), (0.42, 0.2, -0.98, 0.23), (0.42, 0.12, -0.95, 0.24)),
        ),
        tail=((0, 1.7, -1.38, 0.07), (0, 1.3, -1.5, 0.05), (0, 0.95, -1.5, 0.045), (0, 0.85, -1.5, 0.07)), smooth=0.22,
        cell=0.05, low=(-1.1, -0.15, -1.8), high=(1.1, 2.7, 2.5), neck=(0, 1.8, 0.72), belt=0.44,
    )
    ears = mirrored(joined([egg(0.50, 0.56, 0.06, 40).turned("y", 32).turned("x", 4).moved(0.80, 1.92, 0.82)]))
    tusks = mirrored(
        rod(path((0.20, 1.62, 1.38), (0.27, 1.38, 1.62), (0.26, 1.32, 1.88), (0.22, 1.42, 2.08)), 0.075, 0.06, 0.02)
    )
    nails = mirrored(
        joined(
            egg(0.06, 0.07, 0.04, 18).moved(0.40 + dx, 0.07, z)
            for z, spread in ((0.69, 0.12), (-0.71, 0.12))
            for dx in (-spread, 0.0, spread)
        )
    )
    ear_part = part("ears", Finish("leather", srgb("8b8791")), ears)
    always = (ear_part, part("tusks", Finish("plastic", srgb("f3ead4")), tusks))
    return creature(
        look, anatomy, Finish("leather", srgb("8b8791")),
        nature=[part("feet", Finish("plastic", srgb("d8cfc0")), nails)],
        eye=(0.30, 2.02, 1.39), radius=0.062, iris="3a2417", chest=(0, 1.35, 0.95), crown=(0, 2.46, 1.05), turn=38,
        neck_size=0.55, neck_tilt=60, always=always,
    )


def _horse(look: Look) -> Model:
    anatomy = Anatomy(
        torso=(
            chain([(0, 1.13, -0.58), (0, 1.10, 0.0), (0, 1.12, 0.45)], [0.29, 0.275, 0.29]),
            chain([(0, 1.22, 0.55), (0, 1.5, 0.82), (0, 1.72, 0.98)], [0.23, 0.165, 0.12]),
        ),
        head=(
            chain([(0, 1.76, 1.0), (0, 1.66, 1.18), (0, 1.47, 1.42)], [0.135, 0.115, 0.082]),
            ellipsoid((0, 1.45, 1.44), (0.085, 0.085, 0.10)),
            twin(limb((0.065, 1.86, 0.96), (0.085, 2.0, 0.97), 0.042, 0.012)),
        ),
        legs=(
            (
                (0.16, 1.02, 0.48, 0.17), (0.165, 0.62, 0.50, 0.085), (0.165, 0.5, 0.50, 0.07),
                (0.165, 0.13, 0.48, 0.05), (0.165, 0.06, 0.51, 0.07),
            ),
            (
                (0.16, 1.06, -0.62, 0.23), (0.18, 0.72, -0.56, 0.115), (0.175, 0.54, -0.72, 0.07),
                (0.172, 0.14, -0.70, 0.05), (0.172, 0.06, -0.67, 0.07),
            ),
        ),
        tail=(), smooth=0.14, cell=0.036, low=(-0.5, -0.06, -1.2), high=(0.5, 2.1, 1.7), neck=(0, 1.6, 0.90), belt=0.14,
    )
    hair = [rod(path((0, 1.22, -0.84), (0, 1.2, -1.0), (0, 0.85, -1.1), (0, 0.5, -1.02)), 0.06, 0.11, 0.10, 0.03)]
    hair += [
        rod(path((0, y, z), (0.06, y - 0.02, z - 0.06), (0.13, y - 0.20, z - 0.08)), 0.05, 0.055, 0.02)
        for y, z in ((1.88, 0.93), (1.80, 0.85), (1.71, 0.78), (1.61, 0.72), (1.51, 0.66), (1.42, 0.58))
    ]
    hair.append(rod(path((0, 1.88, 0.97), (0.02, 1.87, 1.10), (0.03, 1.74, 1.18)), 0.05, 0.045, 0.02))
    hooves = mirrored(joined(_hoof().moved(x, 0.0, z) for x, z in ((0.165, 0.52), (0.172, -0.66))))
    nature = [part("nose", _DARK, mirrored(egg(0.018, 0.022, 0.012, 16).moved(0.038, 1.46, 1.525)))]
    always = [
        part("mane", Finish("fur", srgb("2d2019")), *hair), part("feet", Finish("plastic", srgb("2b2623")), hooves),
    ]
    if "horn" in look.features:
        spire = turned(
            (0, 0), (0.035, 0), (0.004, 0.34, 0.003), (0, 0.345), segments=32,
        ).turned("x", 38).moved(0, 1.83, 1.10)
        always.append(part("horn", "gold", spire))
    return creature(
        look, anatomy, Finish("fur", srgb("8a5430")), nature=nature, eye=(0.094, 1.72, 1.13), radius=0.045,
        iris="2a1810", chest=(0, 1.15, 0.745), crown=(0, 1.89, 1.0), turn=62, neck_size=0.16, neck_tilt=50,
        always=always,
    )


def _hoof() -> Mesh:
    return turned((0, 0), (0.088, 0, 0.01), (0.068, 0.10, 0.02), (0, 0.11), segments=32)


def _bear(look: Look) -> Model:
    """A teddy bear that sits."""
    anatomy = Anatomy(
        torso=(ellipsoid((0, 0.14, 0), (0.105, 0.13, 0.095)), ellipsoid((0, 0.21, 0), (0.075, 0.07, 0.07))),
        head=(
            ellipsoid((0, 0.345, 0.01), (0.105, 0.095, 0.095)),
            twin(ellipsoid((0.082, 0.425, 0.0), (0.038, 0.038, 0.022))),
        ),
        legs=(
            ((0.085, 0.23, 0.0, 0.04), (0.14, 0.16, 0.03, 0.037), (0.165, 0.105, 0.06, 0.04)),
            ((0.06, 0.065, 0.04, 0.055), (0.095, 0.055, 0.13, 0.05), (0.105, 0.06, 0.165, 0.054)),
        ),
        tail=(), smooth=0.022, cell=0.0075, low=(-0.25, -0.03, -0.16), high=(0.25, 0.5, 0.28), neck=(0, 0.265, 0.0),
        belt=0.06,
    )
    cream = Finish("plush", srgb("ecd3a8"))
    muzzle = egg(0.048, 0.038, 0.035, 32).moved(0, 0.318, 0.093)
    pads = mirrored(
        joined(
            [
                egg(0.034, 0.038, 0.012, 24).moved(0.107, 0.062, 0.213),
                egg(0.022, 0.022, 0.008, 20).moved(0.085, 0.425, 0.018),
            ]
        )
    )
    smile = rod(path((-0.016, 0.304, 0.1235), (0, 0.298, 0.127), (0.016, 0.304, 0.1235)), 0.0022, segments=8)
    line = rod(path((0, 0.325, 0.1275), (0, 0.299, 0.127)), 0.0022, segments=8)
    bow = [
        egg(0.017, 0.014, 0.012, 20).moved(0, 0.253, 0.088),
        mirrored(egg(0.042, 0.027, 0.014, 24).turned("z", 10).moved(0.045, 0.255, 0.08)),
    ]
    nature = [
        part("muzzle", cream, muzzle, pads, egg(0.068, 0.08, 0.03, 32).moved(0, 0.135, 0.078)),
        part("nose", _DARK, egg(0.018, 0.012, 0.01, 24).moved(0, 0.338, 0.124)), part("mouth", _DARK, smile, line),
        part("collar", Finish("velvet", srgb("b3202a")), *bow),
    ]
    return creature(
        look, anatomy, Finish("plush", srgb("a8713c")), nature=nature, eye=(0.040, 0.368, 0.092), radius=0.0145,
        iris="241510", chest=(0, 0.16, 0.105), crown=(0, 0.438, 0.01), neck_size=0.07, neck_tilt=0,
    )


SHAPES = (
    Shape("cat", "animals", ("cat", "kitten", "kitty", "tiger", "lion", "fox"), _ROLES, _MAIN, FEATURES, _cat),
    Shape("dog", "animals", ("dog", "puppy", "hound", "wolf"), _ROLES, _MAIN, FEATURES, _dog),
    Shape("rabbit", "animals", ("rabbit", "bunny", "hare"), _ROLES, _MAIN, FEATURES, _rabbit),
    Shape("elephant", "animals", ("elephant", "mammoth"), _ROLES, (*_MAIN, "ears"), FEATURES, _elephant),
    Shape("horse", "animals", ("horse", "pony", "unicorn", "donkey"), _ROLES, _MAIN, (*FEATURES, "horn"), _horse),
    Shape(
        "teddy bear", "animals", ("teddy bear", "bear", "teddy", "panda", "plush toy"), _ROLES, _MAIN, FEATURES, _bear,
    ),
)
