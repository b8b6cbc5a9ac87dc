"""Figures that stand on two legs: robots, a figurine, an astronaut."""

import numpy as np

from renderer.generate.shapes.blobs import (
    Field,
    blend,
    brick,
    carved,
    chain,
    common,
    ellipsoid,
    grown,
    limb,
    surface,
    twin,
)
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    ball,
    box,
    disc,
    egg,
    mirrored,
    part,
    path,
    pillow,
    placed,
    rod,
    scaled,
    smooth,
    turned,
)
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined

_WHITE = Finish("glossy plastic", srgb("eef1f3"))
_DARK = Finish("plastic", srgb("25282d"))
_GLOW = Finish("light", srgb("38b6ff"), glowing=True)
_VISOR = "dark glass"


def _robot(look: Look) -> Model:
    """A friendly mascot: a large head with a dark face, a body like an egg, short limbs."""
    head_y = 0.92
    head = pillow(0.50, 0.40, 0.38, 3.6, 3.2).moved(y=head_y)
    visor = pillow(0.40, 0.27, 0.20, 3.6, 3.0).moved(y=head_y - 0.005, z=0.118)
    eye = egg(0.040, 0.058, 0.014, 32).turned("y", 14).moved(0.092, head_y + 0.025, 0.205)
    smile = rod(
        path((-0.05, head_y - 0.062, 0.211), (0, head_y - 0.083, 0.216), (0.05, head_y - 0.062, 0.211)), 0.009,
        segments=14,
    )
    ear = turned(
        (0, 0), (0.072, 0, 0.008), (0.066, 0.035, 0.014), (0.035, 0.04, 0.004), (0, 0.04),
    ).turned("z", -90).moved(x=0.238, y=head_y)
    ear_light = disc(
        (0, 0), (0.03, 0, 0.004), (0.028, 0.01, 0.004), (0, 0.012),
    ).turned("z", -90).moved(x=0.276, y=head_y)
    stalk = rod(np.array([(0, head_y + 0.18, 0), (0, head_y + 0.29, 0)]), 0.012, 0.008)
    bulb = ball(0.032, 32).moved(y=head_y + 0.31)
    torso = smooth(
        (0, 0.30), (0.09, 0.302), (0.165, 0.34), (0.205, 0.45), (0.185, 0.58), (0.12, 0.68), (0.07, 0.715), (0, 0.72),
    )
    torso = scaled(torso, 1, 1, 0.86)
    neck = turned((0, 0.69), (0.06, 0.69), (0.052, 0.74, 0.01), (0.06, 0.78), (0, 0.78))
    badge = placed(egg(0.043, 0.016, 0.043, 32), (0, 0.525, 0.163), (0, 0.12, 1))
    badge_ring = placed(torus(0.046, 0.014, 40, 12), (0, 0.525, 0.163), (0, 0.12, 1))
    belt = scaled(torus(0.186, 0.022, 64, 12), 1, 1, 0.86).moved(y=0.385)
    if "waving" in look.features:
        arm_way = path((-0.205, 0.61, 0), (-0.29, 0.66, 0.02), (-0.33, 0.78, 0.04))
        wave = [rod(arm_way, 0.042, 0.036), egg(0.058, 0.06, 0.052, 32).moved(-0.34, 0.83, 0.045)]
    else:
        arm_way = path((-0.205, 0.61, 0), (-0.275, 0.52, 0.02), (-0.285, 0.41, 0.06))
        wave = [rod(arm_way, 0.042, 0.036), egg(0.055, 0.06, 0.055, 32).moved(-0.287, 0.365, 0.07)]
    right = [
        rod(path((0.205, 0.61, 0), (0.275, 0.52, 0.02), (0.285, 0.41, 0.06)), 0.042, 0.036),
        egg(0.055, 0.06, 0.055, 32).moved(0.287, 0.365, 0.07),
    ]
    cuffs = [torus(0.040, 0.022, 36, 10).turned("x", 30).moved(0.285, 0.418, 0.055)]
    if "waving" in look.features:
        cuffs.append(torus(0.040, 0.022, 36, 10).turned("z", 20).moved(-0.327, 0.772, 0.04))
    else:
        cuffs.append(torus(0.040, 0.022, 36, 10).turned("x", 30).moved(-0.285, 0.418, 0.055))
    shoulders = mirrored(ball(0.056, 32).moved(0.19, 0.605, 0))
    if "wheels" in look.features:
        wheel = turned((0, -0.05), (0.13, -0.05, 0.03), (0.13, 0.05, 0.03), (0, 0.05)).turned("z", 90).moved(y=0.13)
        hub = turned((0, -0.06), (0.06, -0.06, 0.01), (0.06, 0.06, 0.01), (0, 0.06)).turned("z", 90).moved(y=0.13)
        fork = mirrored(box(0.03, 0.24, 0.07, 0.014).moved(0.08, 0.23, 0))
        legs = [part("wheels", "rubber", wheel), part("joints", _DARK, hub, fork)]
    else:
        leg = rod(np.array([(0.085, 0.33, 0), (0.09, 0.12, 0)]), 0.048, 0.044)
        foot = _half(egg(0.085, 0.10, 0.125, 40)).moved(0.092, 0.0, 0.03)
        legs = [part("legs", _DARK, mirrored(leg)), part("feet", _WHITE, mirrored(foot))]
    parts: list[Part] = [
        part("head", _WHITE, head), part("face", _VISOR, visor), part("eyes", _GLOW, mirrored(eye)),
        part("mouth", _GLOW, smile), part("body", _WHITE, torso), part("ears", _DARK, mirrored(ear)),
        part("light", _GLOW, mirrored(ear_light), bulb, badge),
        part("joints", _DARK, neck, stalk, badge_ring, belt, *cuffs, shoulders), part("arms", _WHITE, *wave, *right),
        *legs,
    ]
    return Model(
        tuple(parts),
        {
            "head": Anchor((0, head_y + 0.195, 0), 0.36), "top": Anchor((0, head_y + 0.195, 0), 0.36),
            "eyes": Anchor((0, head_y + 0.02, 0.215), 0.18), "face": Anchor((0, head_y, 0.22), 0.3),
            "front": Anchor((0, 0.45, 0.175), 0.15), "back": Anchor((0, 0.5, -0.17), 0.25),
            "hand": Anchor((-0.287, 0.365, 0.12), 0.1),
        },
    )


def _half(mesh: Mesh) -> Mesh:
    """The upper half of a body about the origin, closed by its flattened lower half."""
    positions = mesh.positions * np.where(mesh.positions[:, 1:2] < 0, (1, 0.04, 1), (1, 1, 1))
    normals = mesh.normals.copy()
    low = mesh.positions[:, 1] < -1e-9
    normals[low] = normals[low] * (0.04, 1, 0.04)
    return Mesh(positions, normals / np.linalg.norm(normals, axis=1, keepdims=True), mesh.uvs, mesh.triangles)


def _android(look: Look) -> Model:
    """A humanoid robot, 1.7 m tall."""
    chest = surface(
        blend(
            0.05, ellipsoid((0, 1.30, 0), (0.205, 0.16, 0.125)),
            twin(ellipsoid((0.09, 1.335, 0.05), (0.105, 0.085, 0.075))),
            twin(ellipsoid((0.15, 1.40, -0.01), (0.09, 0.06, 0.08))),
        ),
        (-0.32, 1.0, -0.25), (0.32, 1.6, 0.25), 0.02,
    )
    waist = joined(
        [scaled(torus(0.098 + 0.005 * k, 0.045, 48, 12), 1, 1, 0.8).moved(y=1.03 + 0.04 * k) for k in range(4)]
    )
    hips = surface(
        blend(
            0.06, ellipsoid((0, 0.955, 0), (0.155, 0.085, 0.11)),
            twin(ellipsoid((0.09, 0.90, 0), (0.075, 0.075, 0.085))),
        ),
        (-0.25, 0.75, -0.2), (0.25, 1.1, 0.2), 0.02,
    )
    skull = surface(
        blend(0.05, ellipsoid((0, 1.625, 0), (0.085, 0.11, 0.10)), ellipsoid((0, 1.555, 0.035), (0.06, 0.06, 0.06))),
        (-0.14, 1.45, -0.16), (0.14, 1.78, 0.16), 0.012,
    )
    face = egg(0.070, 0.062, 0.045, 40).turned("x", 6).moved(0, 1.615, 0.073)
    eye = egg(0.019, 0.0075, 0.008, 24).turned("y", 16).moved(0.030, 1.628, 0.113)
    neck = turned((0, 1.42), (0.052, 1.42), (0.045, 1.54), (0, 1.54))
    rings = [torus(0.049, 0.014, 40, 10).moved(y=1.46 + 0.026 * k) for k in range(3)]
    ear = turned((0, 0), (0.028, 0, 0.004), (0.024, 0.014, 0.006), (0, 0.014)).turned("z", -90).moved(0.080, 1.615, 0)
    upper = rod(path((0.262, 1.36, 0), (0.272, 1.25, 0.0), (0.282, 1.13, 0.0)), 0.052, 0.056, 0.042)
    lower = rod(path((0.287, 1.06, 0.005), (0.292, 0.98, 0.025), (0.298, 0.85, 0.06)), 0.043, 0.048, 0.03)
    palm = pillow(0.04, 0.095, 0.08, 3, 2.6).turned("x", -18).moved(0.302, 0.775, 0.082)
    fingers = [
        rod(path((0.303, 0.735, z), (0.30, 0.695, z + 0.014), (0.292, 0.665, z + 0.022)), 0.0105, 0.009, segments=12)
        for z in (0.068, 0.090, 0.112, 0.132)
    ]
    thumb = rod(path((0.292, 0.79, 0.12), (0.276, 0.755, 0.142), (0.268, 0.725, 0.148)), 0.012, 0.010, segments=12)
    thigh = rod(path((0.10, 0.84, 0), (0.105, 0.70, 0.012), (0.108, 0.52, 0.01)), 0.080, 0.083, 0.055, segments=32)
    shin = rod(path((0.110, 0.42, 0.0), (0.112, 0.32, -0.014), (0.112, 0.13, -0.005)), 0.054, 0.062, 0.038, segments=32)
    foot = _half(egg(0.058, 0.085, 0.135, 36)).moved(0.113, 0.012, 0.042)
    sole = _half(egg(0.062, 0.03, 0.14, 36)).moved(0.113, 0.0, 0.042)
    joints = [
        ball(0.058, 28).moved(0.252, 1.40, 0), ball(0.042, 24).moved(0.285, 1.095, 0.0),
        ball(0.028, 20).moved(0.300, 0.83, 0.066), ball(0.07, 28).moved(0.098, 0.87, 0),
        ball(0.05, 28).moved(0.11, 0.468, 0.006), ball(0.04, 24).moved(0.112, 0.085, 0.0),
    ]
    pads = [placed(egg(0.045, 0.014, 0.05, 28), (0.11, 0.47, 0.05), (0, 0, 1)), ]
    core = placed(egg(0.034, 0.012, 0.034, 32), (0, 1.285, 0.126), (0, -0.05, 1))
    core_ring = placed(torus(0.038, 0.012, 40, 10), (0, 1.285, 0.125), (0, -0.05, 1))
    return Model(
        (
            part("body", _WHITE, chest, hips), part("head", _WHITE, skull), part("face", _VISOR, face),
            part("eyes", _GLOW, mirrored(eye)), part("light", _GLOW, core),
            part("arms", _WHITE, mirrored(joined([upper, lower]))),
            part("hands", _DARK, mirrored(joined([palm, *fingers, thumb]))),
            part("legs", _WHITE, mirrored(joined([thigh, shin, *pads]))), part("feet", _WHITE, mirrored(foot)),
            part("joints", _DARK, waist, neck, *rings, core_ring, mirrored(joined([*joints, ear, sole]))),
        ),
        {
            "head": Anchor((0, 1.735, 0), 0.17), "top": Anchor((0, 1.735, 0), 0.17),
            "eyes": Anchor((0, 1.628, 0.12), 0.06), "face": Anchor((0, 1.6, 0.12), 0.12),
            "front": Anchor((0, 1.28, 0.14), 0.2), "back": Anchor((0, 1.28, -0.13), 0.3),
            "hand": Anchor((-0.30, 0.73, 0.09), 0.08),
        },
    )


def _figurine(look: Look) -> Model:
    """A collector's figure of nobody in particular: a large head, a jacket over a shirt, on a round base."""
    skin = Finish("skin")
    base_top = 0.018
    base = turned(
        (0, 0), (0.062, 0, 0.002), (0.062, 0.006, 0.001), (0.058, 0.0085, 0.001), (0.056, base_top, 0.003),
        (0, base_top), segments=96,
    )
    rim = turned(
        (0.0605, 0.0035), (0.0626, 0.0035, 0.0008), (0.0626, 0.0062, 0.0008), (0.0605, 0.0062), (0.0605, 0.0035),
        segments=96,
    )
    plaque = box(0.034, 0.008, 0.004, 0.0012).turned("x", -10).moved(0, 0.0118, 0.0575)
    shoe = surface(
        common(
            blend(
                0.006, ellipsoid((0.019, 0.022, 0.006), (0.0125, 0.011, 0.023)),
                limb((0.018, 0.036, -0.004), (0.018, 0.024, -0.004), 0.010, 0.0105),
            ),
            brick((0.02, 0.05, 0.0), (0.05, 0.032, 0.05), 0.002), 0.002,
        ),
        (0.0, 0.01, -0.03), (0.04, 0.055, 0.04), 0.0028,
    )
    leg = chain([(0.018, 0.075, -0.002), (0.0185, 0.052, -0.001), (0.018, 0.036, -0.004)], [0.0165, 0.0142, 0.0128])
    trousers = surface(
        blend(0.008, twin(leg), ellipsoid((0.0, 0.080, -0.002), (0.027, 0.016, 0.019))), (-0.045, 0.015, -0.03),
        (0.045, 0.105, 0.03), 0.0028,
    )
    coat_field: Field = blend(
        0.010, ellipsoid((0, 0.112, -0.001), (0.032, 0.034, 0.023)),
        twin(ellipsoid((0.020, 0.130, -0.002), (0.017, 0.012, 0.016))),
        ellipsoid((0, 0.086, -0.001), (0.031, 0.018, 0.023)),
    )
    arm: Field = blend(
        0.006,
        twin(chain([(0.033, 0.130, -0.002), (0.045, 0.112, 0.000), (0.047, 0.092, 0.008)], [0.0125, 0.0112, 0.0095])),
        coat_field,
    )
    opening = twin(ellipsoid((0.0, 0.120, 0.024), (0.0095, 0.044, 0.010)))
    coat = surface(carved(arm, opening, 0.003), (-0.07, 0.055, -0.04), (0.07, 0.155, 0.045), 0.0028)
    shirt = surface(grown(coat_field, -0.0022), (-0.06, 0.055, -0.04), (0.06, 0.155, 0.04), 0.004)
    lapel = mirrored(
        rod(
            path((0.0085, 0.146, 0.010), (0.0125, 0.128, 0.0222), (0.0085, 0.103, 0.0238)), 0.0042, 0.0052, 0.002,
            flat=0.35,
        )
    )
    buttons = joined(egg(0.0017, 0.0017, 0.0011, 14).moved(0.0102, y, 0.0232) for y in (0.092, 0.083))
    hand = mirrored(
        joined(
            [
                egg(0.0088, 0.0105, 0.0085, 28).moved(0.0475, 0.079, 0.0115),
                rod(path((0.043, 0.084, 0.016), (0.041, 0.076, 0.0195)), 0.0034, segments=12),
            ]
        )
    )
    neck = turned((0, 0.138), (0.0125, 0.138, 0.002), (0.0115, 0.158), (0, 0.158))
    head_field = blend(
        0.012, ellipsoid((0, 0.192, 0.0), (0.0405, 0.0435, 0.039)),
        ellipsoid((0, 0.170, 0.010), (0.0275, 0.0215, 0.0265)),
    )
    details = [
        twin(ellipsoid((0.0405, 0.184, -0.001), (0.0065, 0.0105, 0.0055))),
        ellipsoid((0, 0.179, 0.0385), (0.0045, 0.0052, 0.0055)),
    ]
    head = surface(blend(0.004, head_field, *details), (-0.06, 0.135, -0.055), (0.06, 0.25, 0.06), 0.0033)
    cut = blend(
        0.006, ellipsoid((0, 0.168, 0.047), (0.0385, 0.042, 0.050)),
        twin(ellipsoid((0.045, 0.166, 0.004), (0.016, 0.030, 0.022))),
    )
    quiff = chain([(-0.022, 0.226, 0.026), (0.0, 0.2375, 0.029), (0.024, 0.232, 0.022)], [0.0085, 0.0125, 0.0085])
    hair_field = blend(
        0.008, carved(grown(ellipsoid((0, 0.194, -0.003), (0.0405, 0.0435, 0.040)), 0.0045), cut, 0.006), quiff,
    )
    hair = surface(hair_field, (-0.06, 0.14, -0.06), (0.06, 0.265, 0.06), 0.003)
    brow = mirrored(
        rod(
            path((0.009, 0.1995, 0.0393), (0.0165, 0.2025, 0.0368), (0.0235, 0.1995, 0.0325)), 0.0016, 0.0019, 0.001,
            segments=12,
        )
    )
    white = mirrored(egg(0.0066, 0.0078, 0.0035, 28).turned("y", 20).moved(0.0155, 0.1875, 0.0357))
    pupil = mirrored(egg(0.0042, 0.0056, 0.0022, 24).turned("y", 18).moved(0.0152, 0.1873, 0.0381))
    shine = joined(ball(0.0013, 12).moved(x, 0.1898, 0.0400) for x in (0.0168, -0.0136))
    smile = rod(path((-0.0085, 0.1668, 0.0352), (0, 0.1638, 0.0375), (0.0085, 0.1668, 0.0352)), 0.0011, segments=10)
    return Model(
        (
            part("base", Finish("glossy plastic", srgb("1d1f23")), base), part("rim", "gold", rim, plaque),
            part("shoes", Finish("glossy plastic", srgb("5a3118")), mirrored(shoe)),
            part("trousers", Finish("plastic", srgb("39445a")), trousers),
            part("jacket", Finish("plastic", srgb("22262e")), coat),
            part("lapels", Finish("plastic", srgb("2d323c")), lapel),
            part("shirt", Finish("plastic", srgb("f0f1f2")), shirt), part("buttons", "gold", buttons),
            part("head", skin, head, neck), part("hands", skin, hand),
            part("hair", Finish("plastic", srgb("3a2718")), hair),
            part("brows", Finish("plastic", srgb("2e1f13")), brow),
            part("eyes", Finish("glossy plastic", srgb("ffffff")), white),
            part("pupils", Finish("glossy plastic", srgb("2f2118")), pupil),
            part("shines", Finish("glossy plastic", srgb("ffffff")), shine),
            part("mouth", Finish("plastic", srgb("9c5546")), smile),
        ),
        {
            "head": Anchor((0, 0.243, 0.0), 0.075), "top": Anchor((0, 0.243, 0.0), 0.075),
            "eyes": Anchor((0, 0.1875, 0.039), 0.031), "face": Anchor((0, 0.18, 0.042), 0.06),
            "front": Anchor((0, 0.11, 0.024), 0.03), "back": Anchor((0, 0.115, -0.025), 0.05),
            "hand": Anchor((-0.0475, 0.077, 0.018), 0.015),
        },
    )


def _astronaut(look: Look) -> Model:
    suit = blend(
        0.09, ellipsoid((0, 1.12, 0), (0.25, 0.30, 0.21)), ellipsoid((0, 0.86, 0), (0.21, 0.16, 0.19)),
        twin(chain([(0.22, 1.30, 0), (0.36, 1.10, 0.03), (0.38, 0.86, 0.12)], [0.125, 0.11, 0.095])),
        twin(chain([(0.115, 0.80, 0), (0.135, 0.45, 0.02), (0.14, 0.16, -0.01)], [0.14, 0.125, 0.115])),
    )  # fmt: skip
    boot = blend(
        0.04, ellipsoid((0.145, 0.09, 0.07), (0.105, 0.09, 0.17)),
        limb((0.14, 0.22, -0.01), (0.14, 0.12, -0.01), 0.12, 0.11),
    )
    boot = common(boot, brick((0.15, 0.5, 0.0), (0.4, 0.495, 0.5), 0.02), 0.02)
    glove = blend(
        0.02, ellipsoid((0.385, 0.75, 0.145), (0.07, 0.085, 0.075)),
        limb((0.345, 0.80, 0.19), (0.325, 0.73, 0.22), 0.03, 0.024),
    )
    helmet = egg(0.215, 0.215, 0.205, 56).moved(y=1.60)
    visor = egg(0.172, 0.140, 0.12, 48).moved(0, 1.605, 0.112)
    frame = scaled(torus(0.165, 0.035, 64, 14).turned("x", 90), 1, 0.82, 1).moved(0, 1.605, 0.135)
    collar = torus(0.155, 0.06, 64, 16).moved(y=1.405)
    pack = [box(0.40, 0.56, 0.2, 0.06, 5).moved(0, 1.16, -0.27), box(0.30, 0.12, 0.16, 0.05, 5).moved(0, 1.48, -0.26)]
    panel = box(0.2, 0.13, 0.07, 0.022).moved(0, 1.12, 0.205)
    knobs = joined(
        disc((0, 0), (0.016, 0, 0.002), (0.014, 0.014, 0.003), (0, 0.014)).turned("x", 90).moved(x, y, 0.238)
        for x, y in ((-0.055, 1.14), (0.0, 1.14), (0.055, 1.14))
    )
    screen = box(0.15, 0.03, 0.01, 0.004).moved(0, 1.09, 0.24)
    rings = [
        torus(0.108, 0.03, 40, 10).turned("x", 26).moved(0.378, 0.885, 0.115),
        torus(0.13, 0.03, 40, 10).moved(0.14, 0.245, -0.008),
        torus(0.118, 0.03, 40, 10).turned("z", 35).moved(0.305, 1.2, 0.015),
    ]
    hoses = mirrored(rod(path((0.08, 1.08, 0.21), (0.15, 1.0, 0.23), (0.24, 1.08, 0.1), (0.2, 1.2, -0.18)), 0.018))
    stripes = mirrored(torus(0.126, 0.028, 40, 10).turned("z", 6).moved(0.13, 0.62, 0.015))
    return Model(
        (
            part(
                "body", Finish("fabric", srgb("eceef0")), surface(suit, (-0.55, 0.02, -0.3), (0.55, 1.5, 0.35), 0.032),
            ),
            part(
                "boots", Finish("plastic", srgb("d9dde2")),
                mirrored(surface(boot, (-0.02, -0.02, -0.2), (0.3, 0.4, 0.3), 0.024)),
            ),
            part(
                "gloves", Finish("plastic", srgb("b9c0c8")),
                mirrored(surface(glove, (0.25, 0.6, 0.0), (0.5, 0.9, 0.3), 0.016)),
            ),
            part("helmet", "glossy plastic", helmet), part("visor", "gold", visor),
            part("trim", Finish("plastic", srgb("9aa2ab")), frame, collar, mirrored(joined(rings)), hoses),
            part("pack", Finish("plastic", srgb("e4e7ea")), *pack),
            part("panel", Finish("plastic", srgb("3b4149")), panel),
            part("knobs", Finish("glossy plastic", srgb("d8362a")), knobs, stripes), part("screen", _GLOW, screen),
        ),
        {
            "head": Anchor((0, 1.81, 0), 0.3), "top": Anchor((0, 1.81, 0), 0.3), "eyes": Anchor((0, 1.62, 0.23), 0.12),
            "face": Anchor((0, 1.6, 0.235), 0.2), "front": Anchor((0, 1.3, 0.2), 0.2),
            "back": Anchor((0, 1.2, -0.37), 0.3), "hand": Anchor((-0.385, 0.72, 0.2), 0.12),
        },
    )


_ROBOT_ROLES = (
    "head", "face", "eyes", "mouth", "body", "ears", "light", "joints", "arms", "hands", "legs", "feet", "wheels",
)
_ROBOT_MAIN = ("head", "body", "arms", "legs", "feet")

SHAPES = (
    Shape(
        "robot", "robots", ("robot", "mascot", "bot", "robot mascot", "droid"), _ROBOT_ROLES,
        ("head", "body", "arms", "feet"), ("waving", "wheels"), _robot,
    ),
    Shape(
        "humanoid robot", "robots", ("humanoid robot", "android", "humanoid", "cyborg", "mech"), _ROBOT_ROLES,
        _ROBOT_MAIN, (), _android,
    ),
    Shape(
        "figurine", "people", ("figurine", "figure", "action figure", "person", "man", "doll", "statue"),
        (
            "base", "rim", "shoes", "trousers", "jacket", "lapels", "shirt", "buttons", "head", "hands", "hair",
            "brows", "eyes", "pupils", "shines", "mouth",
        ),
        ("jacket", "lapels"), (), _figurine,
    ),
    Shape(
        "astronaut", "people", ("astronaut", "spaceman", "cosmonaut"),
        ("body", "boots", "gloves", "helmet", "visor", "trim", "pack", "panel", "knobs", "screen"),
        ("body", "helmet", "boots", "pack"), (), _astronaut,
    ),
)
