"""The photo studio, as numbers: where the light comes from before anything is filtered or drawn.

The model stands at the origin and its front faces +Z. A big softbox hangs overhead, a little to the front left; two
tall strips left and right draw long highlights along edges; a strip at the back separates the outline; a dim panel in
front fills. The floor is white paper that bounces the light, the room is dark grey: metals need something dark to
reflect, or they look like white plastic. All radiance is linear, in units where a white diffuse surface that faces the
brightest part of the room comes out near 1.
"""

import dataclasses

import numpy as np

from renderer.scene.nodes import Float64

EXPOSURE = 1.25
"""Multiplies all of the studio's light: set so that an 18 % grey ball averages mid-grey (sRGB 0.46)."""

WARM = (1.03, 1.0, 0.955)
NEUTRAL = (1.0, 1.0, 1.0)
COOL = (0.97, 1.0, 1.05)


@dataclasses.dataclass(frozen=True, slots=True)
class Panel:
    """A rectangular softbox that faces the origin.

    `center` is its place; `half_size` its (width, height) / 2 in the same unit, where width runs level; `roll` in
    radians turns it about its axis. `radiance` is that of the centre; `falloff` is how much of it is lost at the rim,
    as the lamp inside lights the middle of the cloth more; `softness` is the share of the half size over which the
    edge fades.
    """

    center: tuple[float, float, float]
    half_size: tuple[float, float]
    radiance: float
    tint: tuple[float, float, float] = NEUTRAL
    falloff: float = 0.45
    softness: float = 0.12

    @property
    def frame(self) -> tuple[Float64, Float64, Float64]:
        """Unit vectors (right, up, towards the panel) as seen from the origin."""
        axis = np.array(self.center) / np.linalg.norm(self.center)
        right = np.cross([0.0, 1.0, 0.0], axis)
        right /= np.linalg.norm(right)
        return right, np.cross(axis, right), axis

    def emitted(self, directions: Float64) -> Float64:
        """Radiance (n, 3) seen from the origin along unit `directions` (n, 3)."""
        right, up, axis = self.frame
        depth = directions @ axis
        scale = np.linalg.norm(self.center) / np.maximum(depth, 1e-6)
        x = directions @ right * scale / self.half_size[0]
        y = directions @ up * scale / self.half_size[1]
        fade = _smoothstep((1 - np.abs(x)) * self.half_size[0] / (self.softness * min(self.half_size)))
        fade *= _smoothstep((1 - np.abs(y)) * self.half_size[1] / (self.softness * min(self.half_size)))
        cloth = 1 - self.falloff * np.minimum(1.0, (x * x + y * y) / 2)
        value = self.radiance * np.where(depth > 0, fade * cloth, 0.0)
        result: Float64 = value[:, None] * np.array(self.tint)
        return result


KEY = Panel((-0.75, 2.4, 0.8), (1.75, 1.4), 3.8, WARM, falloff=0.75, softness=0.2)
FILLS = (
    Panel((-2.7, 0.6, 0.3), (0.36, 1.4), 4.0, NEUTRAL, falloff=0.6, softness=0.25),
    Panel((2.7, 0.6, -0.1), (0.42, 1.4), 3.6, COOL, falloff=0.6, softness=0.25),
    Panel((0.3, 1.15, -2.7), (1.5, 0.36), 4.0, NEUTRAL, falloff=0.6, softness=0.25),
    Panel((0.9, 0.9, 2.7), (1.0, 0.6), 1.3, COOL, softness=0.6),
)


def ambient_radiance(directions: Float64) -> Float64:
    """Everything but the key: fills, room and floor. `directions` (n, 3) unit vectors -> (n, 3) linear radiance."""
    result = _room(directions)
    for panel in FILLS:
        result += panel.emitted(directions)
    return EXPOSURE * result


def key_radiance(directions: Float64) -> Float64:
    """The overhead softbox alone, which casts the shadows. Same shapes as `ambient_radiance`."""
    return EXPOSURE * KEY.emitted(directions)


def _room(directions: Float64) -> Float64:
    """Walls that darken towards the ceiling, and a floor that is brightest around the model."""
    height = directions[:, 1]
    walls = 0.27 - 0.18 * _smoothstep(height / 0.75)
    floor = 0.22 + 0.55 * _smoothstep(-height / 0.8)
    blend = _smoothstep((height + 0.05) / 0.07)
    return (floor + (walls - floor) * blend)[:, None] * np.ones(3)


def _smoothstep(x: Float64) -> Float64:
    x = np.clip(x, 0.0, 1.0)
    result: Float64 = x * x * (3 - 2 * x)
    return result
