"""The lights to choose from, as numbers: where the light comes from before anything is filtered or drawn."""

import dataclasses

from renderer.lighting.sources import NEUTRAL, Gradient, Lighting, Panel

WARM = (1.03, 1.0, 0.955)
COOL = (0.97, 1.0, 1.05)

STUDIO = Lighting(
    name="studio",
    key=Panel((-0.75, 2.4, 0.8), (1.75, 1.4), 3.8, WARM, falloff=0.75, softness=0.2),
    fills=(
        Panel((-2.7, 0.6, 0.3), (0.36, 1.4), 4.0, NEUTRAL, falloff=0.6, softness=0.25),
        Panel((2.7, 0.6, -0.1), (0.42, 1.4), 3.6, COOL, falloff=0.6, softness=0.25),
        Panel((0.3, 1.15, -2.7), (1.5, 0.36), 4.0, NEUTRAL, falloff=0.6, softness=0.25),
        Panel((0.9, 0.9, 2.7), (1.0, 0.6), 1.3, COOL, softness=0.6),
    ),
    above=Gradient((0.27, 0.27, 0.27), (-0.18, -0.18, -0.18), 0.75),
    below=Gradient((0.22, 0.22, 0.22), (0.55, 0.55, 0.55), 0.8),
    exposure=1.25, grey_ball=0.46, key_share=0.62, dome_sine=0.74, shadow_strength=0.72,
)
"""A big softbox hangs overhead, a little to the front left; two tall strips left and right draw long highlights along
edges; a strip at the back separates the outline; a dim panel in front fills. The floor is white paper that reflects the
light, the room is dark grey: metals need something dark to reflect, or they look like white plastic."""

SOFT = Lighting(
    name="soft",
    key=Panel((-0.35, 2.4, 0.6), (2.3, 1.9), 1.5, NEUTRAL, falloff=0.4, softness=0.5),
    fills=(
        Panel((-2.7, 0.9, 0.9), (1.3, 1.5), 0.65, WARM, softness=0.6),
        Panel((2.7, 0.9, -0.2), (1.3, 1.5), 0.45, COOL, softness=0.6),
        Panel((-2.2, 0.5, -1.9), (0.3, 1.6), -0.5, NEUTRAL, falloff=0.0, softness=0.8),
        Panel((2.2, 0.5, -1.9), (0.3, 1.6), -0.5, NEUTRAL, falloff=0.0, softness=0.8),
        Panel((1.9, 0.4, 2.2), (0.26, 1.6), -0.5, NEUTRAL, falloff=0.0, softness=0.8),
        Panel((-1.9, 0.4, 2.2), (0.26, 1.6), -0.5, NEUTRAL, falloff=0.0, softness=0.8),
    ),
    above=Gradient((0.55, 0.55, 0.55), (0.15, 0.15, 0.15), 0.6),
    below=Gradient((0.5, 0.5, 0.5), (0.32, 0.32, 0.32), 0.8),
    exposure=1.3, grey_ball=0.48, key_share=0.42, dome_sine=0.84, shadow_strength=0.5,
)
"""A tent of white cloth lit from outside, brightest overhead: shadows are faint and wide, nothing is overexposed. Four
black flags at the corners draw the dark lines without which glass and chrome vanish in so much white."""

DARK = Lighting(
    name="dark",
    key=Panel((-0.3, 2.6, -0.25), (0.95, 0.7), 3.0, NEUTRAL, falloff=0.6, softness=0.4),
    fills=(
        Panel((-2.5, 0.75, -1.15), (0.2, 1.5), 7.0, COOL, falloff=0.5, softness=0.5),
        Panel((2.5, 0.75, -1.15), (0.2, 1.5), 7.0, WARM, falloff=0.5, softness=0.5),
        Panel((-2.1, 0.75, 1.8), (0.16, 1.3), 3.2, COOL, falloff=0.5, softness=0.5),
        Panel((2.1, 0.75, 1.8), (0.16, 1.3), 3.2, WARM, falloff=0.5, softness=0.5),
        Panel((0.0, 0.7, 2.7), (1.5, 0.6), 0.3, NEUTRAL, softness=0.8),
    ),
    above=Gradient((0.02, 0.02, 0.022), (-0.01, -0.01, -0.01), 0.6),
    below=Gradient((0.015, 0.015, 0.016), (0.035, 0.035, 0.035), 0.8),
    exposure=2.0, grey_ball=0.31, key_share=0.6, dome_sine=0.74, shadow_strength=0.85,
)
"""Low key: a black room. Tall strips, strong at the back and faint in front, rim the outline from every side that the
camera passes; a small softbox overhead picks out what faces up; a faint light in front keeps lettering legible."""

OUTDOOR = Lighting(
    name="outdoor",
    key=Panel((-1.15, 2.2, 1.25), (0.24, 0.24), 440.0, (1.06, 1.0, 0.88), falloff=0.0, softness=1.0),
    fills=(
        Panel((-1.15, 2.2, 1.25), (1.9, 1.9), 0.9, (1.05, 1.0, 0.92), falloff=0.0, softness=1.0),
    ),
    above=Gradient((0.56, 0.61, 0.68), (-0.37, -0.33, -0.21), 0.75),
    below=Gradient((0.2, 0.19, 0.17), (0.1, 0.095, 0.085), 0.8),
    exposure=1.2, grey_ball=0.40, key_share=0.7, dome_sine=0.8, shadow_strength=0.8,
)
"""A clear day: the sun, seen through a little haze, high at the front left; a sky that pales towards the horizon; dry
ground that reflects warm light. The sun is some six times as wide as the real one, as shadow maps show its edge."""

OUTLINE = Lighting(
    name="outline",
    key=dataclasses.replace(STUDIO.key, radiance=2.85, tint=NEUTRAL),
    fills=(
        Panel((-2.5, 1.05, 0.6), (0.3, 1.35), 3.2, NEUTRAL, falloff=0.5, softness=0.5),
        Panel((2.5, 1.1, 0.0), (0.36, 1.35), 3.3, NEUTRAL, falloff=0.5, softness=0.5),
        Panel((0.5, 1.5, -2.4), (1.4, 0.5), 3.3, NEUTRAL, falloff=0.5, softness=0.4),
        Panel((0.9, 1.2, 2.5), (1.3, 0.6), 2.7, NEUTRAL, falloff=0.5, softness=0.6),
    ),
    above=Gradient((0.06, 0.06, 0.06), (0.13, 0.13, 0.13), 0.5),
    below=Gradient((0.06, 0.06, 0.06), (0.97, 0.97, 0.97), 0.7),
    exposure=1.15, grey_ball=0.43,
    key_share=STUDIO.key_share, dome_sine=STUDIO.dome_sine, shadow_strength=STUDIO.shadow_strength,
)
"""White things on a white background: the studio's softbox and white floor, and black cards all around at the product's
height, on every side that the camera passes. A smooth surface mirrors the cards where it turns away from the camera,
and gets a grey edge; a matt one gets less light the more it turns away from the softbox. The other lamps hang higher
than in the studio, above most of the cards. No lamp has a tint: on pure white, tinted greys look dirty. Its shadows are
the studio's."""

PRESETS = {lighting.name: lighting for lighting in (STUDIO, SOFT, DARK, OUTDOOR, OUTLINE)}
