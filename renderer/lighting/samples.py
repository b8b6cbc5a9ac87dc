"""The lamps as directions to cast shadows along: deterministic and evenly spread, so that sums are smooth.

A light that comes from direction d moves a point at height h above a plane by -h (d.x, d.z) / d.y on that plane: this
shear is all that a shadow on level ground needs of a light.
"""

import dataclasses
import math

import numpy as np

from renderer.arrays import Float64
from renderer.gl.sampling import SUPERSAMPLING
from renderer.lighting.sources import Lamps, Panel

GROUPS = SUPERSAMPLING**2
"""Of directions over the key: each sample of a pixel looks at one group, the pixel's mean at all."""

GROUP = 8
"""Directions in a group."""

LATTICE_STEP = 13
"""Found by trial: keeps the lights of the lattice and of each group well apart."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lights:
    """`directions` (n, 3) are unit vectors towards the lights; `weights` (n,) sum to 1. The first `of_key` are the
    key's."""

    directions: Float64
    weights: Float64
    of_key: int

    @property
    def shears(self) -> Float64:
        """(n, 2): how far a shadow moves along x and z for each unit of height, with the sign turned."""
        return np.asarray(self.directions[:, [0, 2]] / self.directions[:, 1:2])

    @property
    def spacings(self) -> Float64:
        """(2,): between neighbours of the key's lights, and of the others, as a mean of differences of their shears.

        Zero where there are fewer than two. An even patch of shears with the covariance C has the area 12 sqrt(det C).
        """
        parts = np.split(self.shears, [self.of_key])
        areas = [12 * math.sqrt(max(np.linalg.det(np.cov(part.T)), 0.0)) if len(part) > 1 else 0.0 for part in parts]
        return np.sqrt([area / max(len(part), 1) for area, part in zip(areas, parts, strict=True)])


def key_lights(key: Panel, places: Float64) -> Lights:
    """Directions to `places` (n, 2), shares 0..1 of the key's cloth in both directions, weighted by the light that each
    sends here. The places crowd less where the edges fade, so that no light is too weak to count."""
    right, up, axis = key.frame
    across = np.linspace(-1, 1, 513)
    spots = []
    for side in (0, 1):
        sums = np.concatenate([[0.0], np.cumsum(key.fade((across[1:] + across[:-1]) / 2, side))])
        spots.append(np.interp(places[:, side], sums / sums[-1], across))
    points = axis * np.linalg.norm(key.center) + sum(
        spot[:, None] * half * way for spot, half, way in zip(spots, key.half_size, (right, up), strict=True)
    )
    distances = np.linalg.norm(points, axis=1, keepdims=True)
    directions = points / distances
    weights = key.cloth(*spots) * (directions @ axis) / distances[:, 0] ** 2
    return Lights(directions, weights / weights.sum(), len(weights))


def ground_lights(lamps: Lamps, count: int) -> Lights:
    """The key and a cosine-weighted dome, as they light level ground."""
    share = lamps.key_share
    key_count = min(round(count * share), count - 1)  # one of the dome, even if that is black
    key = key_lights(lamps.key, _golden_lattice(key_count))
    key_ground = key.weights * key.directions[:, 1]
    u, turn = _golden_lattice(count - key_count).T
    sines = lamps.dome_sine * np.sqrt(u)
    dome = np.stack([sines * np.cos(2 * np.pi * turn), np.sqrt(1 - sines**2), sines * np.sin(2 * np.pi * turn)], axis=1)
    return Lights(
        np.concatenate([key.directions, dome]),
        np.concatenate([key_ground / key_ground.sum() * share, np.full(len(dome), (1 - share) / len(dome))]),
        key_count,
    )


def key_grid(key: Panel) -> Lights:
    """`GROUPS` * `GROUP` directions over the key; those of one group follow each other and are evenly spread.

    A rank-1 lattice: no two lights stand behind each other along either side of the key.
    """
    count = GROUPS * GROUP
    index = np.arange(count).reshape(GROUP, GROUPS).T.ravel()
    return key_lights(key, np.stack([(index + 0.5) / count, (index * LATTICE_STEP % count + 0.5) / count], axis=1))


def _golden_lattice(count: int) -> Float64:
    """`count` points (n, 2) in the unit square: even steps along one side, the golden ratio's along the other.

    Around a disc they are the sunflower's spiral. Half planes hold their share of so few points to within two thirds of
    what sequences such as Roberts' R2 reach, and each straight edge of a model is the edge of a half plane of lights.
    """
    index = np.arange(count)
    return np.stack([(index + 0.5) / count, (0.5 + index * (math.sqrt(5) - 1) / 2) % 1], axis=1)
