"""Density and colour at points in the cube, by a small network over the features of the three planes."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from renderer.arrays import Array, Float32
from renderer.checkpoints import checkpoint
from renderer.generate.triposr.checkpoint import Tensor, Weights

PAIRS = ((0, 1), (0, 2), (1, 2))
"""The axes of each plane."""

POINTS = 1 << 18
"""Asked about at once: their features take 130 MB."""


class Field:
    """Of three planes (3, channels, side, side). Points are from -1 to 1 in the cube."""

    def __init__(self, weights: Weights, planes: Tensor, density_bias: float) -> None:
        layers = weights.layers("decoder.layers.")
        self._first, self._rest = layers[0], layers[1:]
        self._planes = planes
        self._bias = density_bias

    def densities(self, side: int) -> Float32:
        """At the corners of a grid over the whole cube: (x, y, z), `side` each.

        The first layer is linear, so its part of each plane is taken before the planes are added up, not at each point.
        """
        line = torch.linspace(-1, 1, side, device=self._planes.device)
        grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), dim=-1).expand(3, -1, -1, -1)
        sampled = F.grid_sample(self._planes, grid, mode="bilinear", align_corners=False)
        parts = self._first["weight"].chunk(3, dim=1)
        xy, xz, yz = (torch.einsum("oc,cij->ijo", part, plane) for part, plane in zip(parts, sampled, strict=True))
        found = np.empty((side, side, side), np.float32)
        for x in range(side):
            checkpoint()
            hidden = xy[x, :, None] + xz[x, None, :] + yz + self._first["bias"]
            found[x] = torch.exp(self._decoded(hidden)[..., 0] + self._bias).cpu().numpy()
        return found

    def colors(self, points: Array) -> Float32:
        """sRGB from 0 to 1 at points (n, 3): (n, 3)."""
        found = []
        for start in range(0, len(points), POINTS):
            checkpoint()
            chunk = torch.from_numpy(points[start : start + POINTS].astype(np.float32)).to(self._planes.device)
            pairs = torch.stack([chunk[:, pair] for pair in PAIRS])[:, None]
            sampled = F.grid_sample(self._planes, pairs, mode="bilinear", align_corners=False)
            features = sampled[:, :, 0].permute(2, 0, 1).flatten(1)
            hidden = F.linear(features, self._first["weight"], self._first["bias"])
            found.append(torch.sigmoid(self._decoded(hidden)[:, 1:4]).cpu().numpy())
        colors: Float32 = np.concatenate(found)
        return colors

    def _decoded(self, hidden: Any) -> Any:
        """What comes out of the layers after the first: density, then three of colour."""
        for layer in self._rest:
            hidden = F.linear(F.silu(hidden), layer["weight"], layer["bias"])
        return hidden
