"""The vertices that a primitive keeps, and its per-vertex attributes read for those alone.

Files often share one large accessor among many primitives. Work and memory here depend on the number of a primitive's
indices, which the budget limits, not on the size of the accessors.
"""

import numpy as np

from renderer.arrays import Array, Float32, Int64, UInt16, UInt32
from renderer.errors import InvalidModel
from renderer.load import limits
from renderer.load.accessors import Accessors
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.normals import unit

SHORTS = (5121, 5123)  # UNSIGNED_BYTE and UNSIGNED_SHORT: the component types of joints


def used_vertices(indices: UInt32, vertices: int) -> tuple[Int64 | None, UInt32]:
    """The rows of the vertices that `indices` use, in rising order, and the indices into those rows; None and the same
    indices where all vertices are used."""
    if vertices > 4 * len(indices):
        rows, renumbered = np.unique(indices, return_inverse=True)
        return rows.astype(np.int64), renumbered.astype(np.uint32)
    used = np.zeros(vertices, bool)
    used[indices] = True
    if used.all():
        return None, indices
    places = np.cumsum(used, dtype=np.uint32) - np.uint32(1)
    return np.flatnonzero(used), places[indices]


class VertexReader:
    """Reads the attributes of one primitive with `vertices` vertices, of which it keeps `rows` (all where None)."""

    def __init__(self, accessors: Accessors, budget: Budget, vertices: int, rows: Int64 | None) -> None:
        self._accessors = accessors
        self._budget = budget
        self._vertices = vertices
        self._rows = rows
        self.count = vertices if rows is None else len(rows)

    def floats(
        self, attributes: Fields, name: str, widths: tuple[int, ...], *, normalized: bool = False
    ) -> Float32:
        """(count, width). Integers are scaled where the accessor says so, or always with `normalized`."""
        user, index = attributes.name_of(name), attributes.index(name, len(self._accessors))
        return self._kept(user, self._accessors.floats(index, user, widths, normalized=normalized))

    def coordinates(self, attributes: Fields, name: str) -> Float32:
        """(count, 3) metres, checked to be in range."""
        found = self.floats(attributes, name, (3,))
        if np.abs(found).max() > limits.COORDINATE:
            raise InvalidModel(f"{attributes.name_of(name)} has coordinates beyond {limits.COORDINATE:g} metres")
        return found

    def tangents(self, attributes: Fields) -> Float32:
        """(count, 4): unit xyz, and w as +1 or -1."""
        found = self.floats(attributes, "TANGENT", (4,))
        sign = np.where(found[:, 3:] < 0, np.float32(-1.0), np.float32(1.0))
        return np.concatenate((unit(found[:, :3], (1.0, 0.0, 0.0)), sign), axis=1)

    def colors(self, attributes: Fields) -> Float32:
        """(count, 4) linear RGBA in 0..1 of COLOR_0; alpha is 1 where the file has RGB."""
        found = np.clip(self.floats(attributes, "COLOR_0", (3, 4), normalized=True), 0.0, 1.0)
        return np.pad(found, ((0, 0), (0, 4 - found.shape[1])), constant_values=1.0)

    def joints(self, attributes: Fields) -> tuple[UInt16, Float32] | tuple[None, None]:
        """Joints and weights, (count, 4k) from k sets. Weights sum to 1 per vertex; joints without weight become
        joint 0, which also takes vertices without any weight."""
        sets = range(limits.JOINT_SETS)
        names = [(f"JOINTS_{i}", f"WEIGHTS_{i}") for i in sets if attributes.has(f"JOINTS_{i}")]
        if not names:
            return None, None
        joints = np.hstack([self._joint_set(attributes, name) for name, _ in names])
        found = np.hstack([self.floats(attributes, name, (4,), normalized=True) for _, name in names])
        weights = np.clip(found, 0.0, limits.COORDINATE).astype(np.float64)
        joints[weights == 0] = 0
        weights[weights.sum(axis=1) == 0, 0] = 1.0
        return joints, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)

    def _joint_set(self, attributes: Fields, name: str) -> UInt16:
        user, index = attributes.name_of(name), attributes.index(name, len(self._accessors))
        return self._kept(user, self._accessors.integers(index, user, (4,), SHORTS)).astype(np.uint16)

    def _kept(self, user: str, array: Array) -> Array:
        if len(array) != self._vertices:
            raise InvalidModel(f"{user} has {len(array)} elements, and there are {self._vertices} positions")
        if self._rows is None:
            return array
        self._budget.take_bytes(array.shape[1] * array.itemsize * len(self._rows), user)
        return array[self._rows]
