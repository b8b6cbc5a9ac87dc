"""The sources of light, before anything is filtered or drawn: panels and surroundings, and the radiance they emit.

The model stands at the origin and its front faces +Z. All radiance is linear, in units where a white diffuse surface
that faces the brightest part of the surroundings comes out near 1.
"""

import dataclasses

import numpy as np

from renderer.arrays import Float64

Colour = tuple[float, float, float]

NEUTRAL: Colour = (1.0, 1.0, 1.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Panel:
    """A rectangular softbox that faces the origin; with negative radiance, a black flag, which darkens what it covers.

    `center` is its position; `half_size` its (width, height) / 2 in the same unit, with the width horizontal.
    `radiance` is that of the centre, linear; `falloff` is the share of it that is lost at the rim; `softness` is the
    share of the half size over which the edge fades: at 1 the panel is round.
    """

    center: tuple[float, float, float]
    half_size: tuple[float, float]
    radiance: float
    tint: Colour = NEUTRAL
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
        value = self.radiance * np.where(depth > 0, self.fade(x, 0) * self.fade(y, 1) * self.cloth(x, y), 0.0)
        result: Float64 = value[:, None] * np.array(self.tint)
        return result

    def fade(self, place: Float64, axis: int) -> Float64:
        """The share of the radiance that the edges leave at places -1..1 across (axis 0) or up (1) the panel."""
        return _smoothstep((1 - np.abs(place)) * self.half_size[axis] / (self.softness * min(self.half_size)))

    def cloth(self, x: Float64, y: Float64) -> Float64:
        """The share that the falloff leaves, at places -1..1 across and up the panel."""
        result: Float64 = 1 - self.falloff * np.minimum(1.0, (x * x + y * y) / 2)
        return result


@dataclasses.dataclass(frozen=True, slots=True)
class Gradient:
    """One half of the surroundings: the radiance at the horizon, and the `change` from there to the pole.

    The change is complete where the sine of the angle to the horizon is `depth`.
    """

    horizon: Colour
    change: Colour
    depth: float

    def emitted(self, sines: Float64) -> Float64:
        """Radiance (n, 3) at those sines of the angle to the horizon (n,); negative ones count as zero."""
        result: Float64 = np.array(self.horizon) + np.array(self.change) * _smoothstep(sines / self.depth)[:, None]
        return result


@dataclasses.dataclass(frozen=True, slots=True)
class Lamps:
    """What casting shadows takes of a light. The `key` is the one lamp that casts them on the model.

    On the ground, `key_share` of the light is the key's and the rest comes from a dome around the zenith, down to an
    elevation of acos(dome_sine). `shadow_strength` is the opacity of a shadow where all light is blocked: less than 1,
    as the floor reflects some light into a real one.
    """

    key: Panel
    key_share: float
    dome_sine: float
    shadow_strength: float


@dataclasses.dataclass(frozen=True, slots=True)
class Lighting(Lamps):
    """A preset: the key, and in `fills` and the surroundings all other light.

    `exposure` multiplies all of it; `grey_ball` is the sRGB value, 0..1, of a ball of 18 % reflectance: its mean over
    the frames of a turntable.
    """

    name: str
    fills: tuple[Panel, ...]
    above: Gradient
    below: Gradient
    exposure: float
    grey_ball: float

    def ambient_radiance(self, directions: Float64) -> Float64:
        """Linear radiance (n, 3) of everything but the key, from unit `directions` (n, 3)."""
        height = directions[:, 1]
        below = self.below.emitted(-height)
        horizon = _smoothstep((height + 0.05) / 0.07)[:, None]
        result = below + (self.above.emitted(height) - below) * horizon
        for panel in self.fills:
            result += panel.emitted(directions)
        return self.exposure * result

    def key_radiance(self, directions: Float64) -> Float64:
        """The key alone. Same shapes as `ambient_radiance`."""
        return self.exposure * self.key.emitted(directions)


def _smoothstep(x: Float64) -> Float64:
    x = np.clip(x, 0.0, 1.0)
    result: Float64 = x * x * (3 - 2 * x)
    return result
