"""What is painted on a surface: stripes, dots, checks, ... as masks that tile along both axes."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32
from renderer.generate.shapes.parts import Pattern
from renderer.samples.noise import smoothstep, tiling_noise

Field = npt.NDArray[np.floating]


def pattern_mask(pattern: Pattern, size: int, seed: int) -> Float32:
    """(size, size), 1 where the pattern's colour is, with edges one pixel soft."""
    steps = ((np.arange(size) + 0.5) / size).astype(np.float32)
    mask: Float32 = smoothstep(-1.0, 1.0, _DISTANCES[pattern](steps[None, :], steps[:, None], seed) * size)
    return np.broadcast_to(mask, (size, size))


def _plain(u: Float32, v: Float32, seed: int) -> Field:
    return np.full((1, 1), -1.0, np.float32)


def _stripes(u: Float32, v: Float32, seed: int) -> Field:
    distance: Field = (0.25 - np.abs((v * 6) % 1 - 0.5)) / 6
    return distance


def _dots(u: Float32, v: Float32, seed: int) -> Field:
    """Two rows of dots, staggered."""
    count = 6
    near = [np.hypot((u * count + shift) % 1 - 0.5, (v * count + shift) % 1 - 0.5) for shift in (0.0, 0.5)]
    distance: Field = (0.24 - np.minimum(*near)) / count
    return distance


def _checks(u: Float32, v: Float32, seed: int) -> Field:
    x, y = (0.5 - np.abs((u * 4) % 2 - 1)) / 4, (0.5 - np.abs((v * 4) % 2 - 1)) / 4
    distance: Field = np.where(x * y > 0, 1, -1) * np.minimum(np.abs(x), np.abs(y))
    return distance


def _zigzag(u: Float32, v: Float32, seed: int) -> Field:
    distance: Field = (0.25 - np.abs((v * 6 + np.abs((u * 6) % 1 - 0.5)) % 1 - 0.5)) / 6
    return distance


def _stars(u: Float32, v: Float32, seed: int) -> Field:
    """Five-pointed stars, staggered like the dots."""
    count = 5
    best = np.full((u.shape[1], u.shape[1]), -1.0, np.float32)
    for shift in (0.0, 0.5):
        x, y = (u * count + shift) % 1 - 0.5, 0.5 - (v * count + shift) % 1
        sector = np.abs((np.arctan2(x, y) / (2 * np.pi) * 5 + 0.5) % 1 - 0.5) * (2 * np.pi / 5)
        radius = np.hypot(x, y)
        # The edge from a point (radius 0.3) to the notch beside it (0.115, at 36 degrees).
        nx, ny = 0.3 - 0.115 * np.cos(np.pi / 5), 0.115 * np.sin(np.pi / 5)
        across = (0.3 - radius * np.cos(sector)) * ny - radius * np.sin(sector) * nx
        best = np.maximum(best, across / np.hypot(nx, ny))
    return best / count


def _camouflage(u: Float32, v: Float32, seed: int) -> Field:
    rng = np.random.default_rng(seed)
    size = u.shape[1]
    return (tiling_noise(rng, size, (6, 6)) + 0.3 * tiling_noise(rng, size, (14, 14)) - 0.3) / 20


_DISTANCES: Mapping[Pattern, Callable[[Float32, Float32, int], Field]] = {
    "plain": _plain, "stripes": _stripes, "dots": _dots, "checks": _checks, "zigzag": _zigzag, "stars": _stars,
    "camouflage": _camouflage,
}  # fmt: skip
"""Signed distances to the pattern's edge in shares of the texture, positive inside."""
