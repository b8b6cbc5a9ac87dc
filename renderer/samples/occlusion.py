"""Ambient visibility of the plinth's top under the things that stand on it, by sampling rays."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Float32


@dataclasses.dataclass(frozen=True, slots=True)
class Drum:
    """An upright cylinder: centre (x, z), radius, and the heights of its floor and lid above the board."""

    x: float
    z: float
    radius: float
    floor: float
    lid: float


def board_occlusion(width: float, depth: float, cells: tuple[int, int], rays: int, drums: Sequence[Drum]) -> Float32:
    """Cosine-weighted share of the sky that each cell (rows, columns) of a level board sees past the drums, 0..1.

    The board is centred on the origin of (x, z); row 0 lies at the back (-z). Ray directions are a golden-angle spiral
    with uniform density in the unit disc, which is cosine-weighted on the hemisphere (Malley's method).
    """
    k = np.arange(rays) + 0.5
    slant = np.sqrt(k / rays)
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    dx, dz, dy = slant * np.cos(angle), slant * np.sin(angle), np.sqrt(1.0 - k / rays)
    x = ((np.arange(cells[1]) + 0.5) / cells[1] - 0.5)[None, :, None] * width
    z = ((np.arange(cells[0]) + 0.5) / cells[0] - 0.5)[:, None, None] * depth
    blocked = np.zeros((*cells, rays), dtype=bool)
    for drum in drums:
        # The ray is blocked where its way through the endless cylinder overlaps its way from floor to lid.
        ox, oz = x - drum.x, z - drum.z
        along = ox * dx + oz * dz
        reach = along**2 - slant**2 * (ox * ox + oz * oz - drum.radius**2)
        root = np.sqrt(np.maximum(reach, 0.0))
        enter = np.maximum((-along - root) / slant**2, drum.floor / dy)
        leave = np.minimum((-along + root) / slant**2, drum.lid / dy)
        blocked |= (reach > 0.0) & (leave > enter)
    visible: Float32 = (1.0 - blocked.mean(axis=-1)).astype(np.float32)
    return visible
