"""The lamps as directions to cast shadows along: deterministic and evenly spread, so that sums are smooth.

A light that comes from direction d moves a point at height h above a plane by -h (d.x, d.z) / d.y on that plane: this
shear is all that a shadow on level ground needs of a light.
"""

import dataclasses

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


def key_lights(key: Panel, places: Float64) -> Lights:
    """Directions to `places` (n, 2) on the key's cloth, 0..1 across it, weighted by the light that each sends here."""
    right, up, axis = key.frame
    spot = (places * 2 - 1) * (1 - key.softness / 2)
    points = axis * np.linalg.norm(key.center)
    points = points + spot[:, :1] * key.half_size[0] * right + spot[:, 1:] * key.half_size[1] * up
    distances = np.linalg.norm(points, axis=1, keepdims=True)
    directions = points / distances
    weights = key.emitted(directions)[:, 1] * (directions @ axis) / distances[:, 0] ** 2
    return Lights(directions, weights / weights.sum(), len(weights))


def ground_lights(lamps: Lamps, count: int) -> Lights:
    """The key and a cosine-weighted dome, as they light level ground."""
    share = lamps.key_share
    key_count = round(count * share)
    key = key_lights(lamps.key, _plane_sequence(key_count))
    key_ground = key.weights * key.directions[:, 1]
    u, turn = _plane_sequence(count - key_count).T
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


def _plane_sequence(count: int) -> Float64:
    """`count` points (n, 2) in the unit square with low discrepancy: Roberts' R2 sequence (2018).

    Its steps are the powers of the inverse of the plastic number, the real root of x³ = x + 1.
    """
    plastic = 1.324717957244746
    index = np.arange(count)[:, None] + 0.5
    return np.asarray((0.5 + index * np.array([1 / plastic, 1 / plastic**2])) % 1)
