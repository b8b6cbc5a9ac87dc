"""Vertices as they are in the current pose, and the room that triangles and lines between them take."""

import numpy as np

from renderer.arrays import Float32, UInt32
from renderer.scene.nodes import Topology

_BATCH = 1 << 18
"""Triangles whose areas are computed in one go: some 30 MB."""


class Shape:
    """The vertices that drawables share, in the current pose: `positions` (n, 3), before the drawables' `world`, and
    the lowest and highest corner of their box."""

    def __init__(self, positions: Float32) -> None:
        self.move(positions)

    def move(self, positions: Float32) -> None:
        self.positions = positions
        self.box = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
        self._extents: dict[int, float] = {}

    def extent(self, indices: UInt32, topology: Topology) -> float:
        """The area of the triangles that `indices`, an array that is kept, make of them, or the length of the lines."""
        if id(indices) not in self._extents:
            measure = {Topology.TRIANGLES: _area, Topology.LINES: _length, Topology.POINTS: _nothing}[topology]
            self._extents[id(indices)] = measure(self.positions, indices)
        return self._extents[id(indices)]


def _area(positions: Float32, indices: UInt32) -> float:
    total = 0.0
    for start in range(0, len(indices), 3 * _BATCH):
        first, second, third = positions[indices[start : start + 3 * _BATCH]].reshape(-1, 3, 3).transpose(1, 2, 0)
        (ax, ay, az), (bx, by, bz) = second - first, third - first
        squares = (ay * bz - az * by) ** 2 + (az * bx - ax * bz) ** 2 + (ax * by - ay * bx) ** 2
        total += float(np.sqrt(squares).sum(dtype=np.float64)) / 2
    return total


def _length(positions: Float32, indices: UInt32) -> float:
    start, end = positions[indices].reshape(-1, 2, 3).transpose(1, 0, 2)
    return float(np.linalg.norm(end - start, axis=1).sum(dtype=np.float64))


def _nothing(positions: Float32, indices: UInt32) -> float:
    return 0.0
