"""The ground shadow of simple bodies by its definition: rays from places of the ground to all of the lamps' light."""

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, UInt32
from renderer.lighting.sources import Lamps
from tests.renderer.lighting.stage import box_mesh

Blocks = Callable[[Float64, Float64], npt.NDArray[np.bool_]]

KEY_SIDE, DOME_RINGS, DOME_SIDES = 18, 8, 32
"""How finely the key's cloth and the dome are divided."""

HEIGHTS = 20
"""Heights at which a ray is looked at that may meet a torus."""

_TURNS = 2 * np.pi * (np.arange(64) + 0.5) / 64
RAYS = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)
"""Unit directions (64, 2) on the ground."""


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """Something that stands on y = 0.

    `contact` (64,) is how far from the middle its outer contact with the ground lies along each of RAYS, in metres.
    `blocks` says of places (n, 2) on the ground and light from shears (m, 2) whether the body is between: (n, m).
    """

    mesh: tuple[Float32, UInt32]
    contact: Float64
    blocks: Blocks


def block(half: tuple[float, float], height: float) -> Body:
    """A box of twice `half` along x and z."""

    def blocks(places: Float64, shears: Float64) -> npt.NDArray[np.bool_]:
        ways = shears[None] + 1e-12
        first, last = ((side * np.array(half) - places[:, None]) / ways for side in (-1, 1))
        enter, leave = np.minimum(first, last).max(axis=2), np.maximum(first, last).min(axis=2)
        return np.asarray((enter <= leave) & (leave >= 0) & (enter <= height))

    contact = (np.array(half) / np.abs(RAYS)).min(axis=1)
    return Body(box_mesh((-half[0], 0.0, -half[1]), (half[0], height, half[1])), contact, blocks)


def disc(height: float, sides: int = 128) -> Body:
    """A cylinder of radius 1."""

    def blocks(places: Float64, shears: Float64) -> npt.NDArray[np.bool_]:
        a, b, c = (shears**2).sum(axis=1) + 1e-12, places @ shears.T, (places**2).sum(axis=1)[:, None] - 1.0
        root = np.sqrt(np.maximum(b * b - a * c, 0.0))
        return np.asarray((b * b >= a * c) & (-b + root >= 0) & (-b - root <= a * height))

    turn = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=1)
    middles = np.array([[0.0, 0.0, 0.0], [0.0, height, 0.0]])
    here, next_ = np.arange(sides), (np.arange(sides) + 1) % sides
    low, high = np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
    triangles = [(here, next_, next_ + sides), (here, next_ + sides, here + sides), (here, next_, low),
                 (here + sides, next_ + sides, high)]
    indices = np.concatenate([np.stack(corners, axis=1) for corners in triangles]).ravel()
    positions = np.concatenate([ring, ring + middles[1], middles])
    return Body((positions.astype(np.float32), indices.astype(np.uint32)), np.ones(64), blocks)


def torus(radius: float, thickness: float, sides: tuple[int, int] = (96, 48)) -> Body:
    """A ring that lies on the ground: `radius` to the middle of its tube, whose radius is `thickness`."""

    def blocks(places: Float64, shears: Float64) -> npt.NDArray[np.bool_]:
        found = np.zeros((len(places), len(shears)), bool)
        for height in (np.arange(HEIGHTS) + 0.5) / HEIGHTS * 2 * thickness:
            at = places[:, None] + shears * height
            off = np.hypot(at[..., 0], at[..., 1]) - radius
            found |= off**2 + (height - thickness) ** 2 <= thickness**2
        return found

    around = 2 * np.pi * np.arange(sides[0])[:, None] / sides[0]
    across = 2 * np.pi * np.arange(sides[1]) / sides[1]
    out = radius + thickness * np.cos(across)
    points = np.stack(
        [out * np.cos(around), thickness * (1 + np.sin(across)) + 0 * around, out * np.sin(around)], axis=-1
    )
    i, j = np.arange(sides[0])[:, None], np.arange(sides[1])
    corners = [((i + a) % sides[0]) * sides[1] + (j + b) % sides[1]
               for a, b in ((0, 0), (1, 0), (1, 1), (0, 0), (1, 1), (0, 1))]
    indices = np.stack(corners, axis=-1).ravel()
    return Body((points.reshape(-1, 3).astype(np.float32), indices.astype(np.uint32)), np.full(64, radius), blocks)


def blocked_light(lamps: Lamps, places: Float64, blocks: Blocks) -> Float64:
    """The share of the lamps' light that does not arrive at `places` (n, 2) of the ground."""
    result = np.zeros(len(places))
    for share, directions, weights in _all_light(lamps):
        hidden = blocks(places, directions[:, [0, 2]] / directions[:, 1:2])
        result += share * (hidden @ weights) / weights.sum()
    return result


def _all_light(lamps: Lamps) -> list[tuple[float, Float64, Float64]]:
    """(share, unit directions (n, 3), what comes from each on level ground (n,)): the key's cloth, and the dome."""
    right, up, axis = lamps.key.frame
    steps = (np.arange(KEY_SIDE) + 0.5) / KEY_SIDE * 2 - 1
    x, y = (each.ravel()[:, None] for each in np.meshgrid(steps, steps))
    half = np.array(lamps.key.half_size) / np.linalg.norm(lamps.key.center)
    key = axis + x * half[0] * right + y * half[1] * up
    key /= np.linalg.norm(key, axis=1, keepdims=True)
    # a square on the tangent plane of the unit sphere fills cos³ of its area there
    weights = lamps.key.emitted(key)[:, 1] * (key @ axis) ** 3 * np.maximum(key[:, 1], 0.0)
    rings, sides = np.meshgrid((np.arange(DOME_RINGS) + 0.5) / DOME_RINGS, np.arange(DOME_SIDES) + 0.5)
    sines, turn = lamps.dome_sine * np.sqrt(rings.ravel()), 2 * np.pi * sides.ravel() / DOME_SIDES
    dome = np.stack([sines * np.cos(turn), np.sqrt(1 - sines**2), sines * np.sin(turn)], axis=1)
    return [(lamps.key_share, key, weights), (1 - lamps.key_share, dome, np.ones(len(dome)))]
