"""Blades of plants."""

import numpy as np

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.solids import loft
from renderer.samples.mesh import Mesh


def leaf(length: float, width: float, droop: float = 0.5, segments: int = 16, rows: int = 14) -> Mesh:
    """A thin pointed blade that rises along y from the origin and bends over towards +z, by `droop` radians at its tip;
    its upper side looks to -z. It is folded a little along its middle."""
    share = np.linspace(0.0, 1.0, rows)
    half = width / 2 * np.sin(np.pi * share**0.8) ** 0.8
    half[[0, -1]] = 0.0
    bend = droop * share**1.5
    steps = np.diff(share, prepend=0.0) * length
    y, z = np.cumsum(steps * np.cos(bend)), np.cumsum(steps * np.sin(bend))
    angles = np.linspace(0, 2 * np.pi, segments + 1)
    across = np.cos(angles)[None, :] * half[:, None]
    thick = 0.012 * length * np.sin(angles)[None, :] * np.sqrt(half / (width / 2) + 1e-12)[:, None]
    fold = -0.28 * np.abs(across)
    lift = thick + fold
    rings = np.stack([
        across, y[:, None] - lift * np.sin(bend)[:, None], z[:, None] + lift * np.cos(bend)[:, None]
    ], axis=-1)  # fmt: skip
    rings[0], rings[-1] = (0.0, 0.0, 0.0), (0.0, y[-1], z[-1])
    return boxed(loft(rings[:, ::-1]), "y")
