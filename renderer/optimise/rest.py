"""What is left of a part: the triangles that stay, and the vertices that these use."""

import dataclasses

import meshopt
import numpy as np

from renderer.arrays import Array, UInt32
from renderer.optimise.parts import Name, Part


@dataclasses.dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a part: the vertices in use (n, width) by attribute, and `indices` into them, flat.

    Both are empty where nothing is left.
    """

    part: Part
    attributes: dict[Name, Array]
    indices: UInt32


def rest_of(part: Part, triangles: UInt32) -> Rest:
    """The part with these triangles, (k, 3) rows of its vertices, in an order that graphics cards like."""
    if not len(triangles):
        return Rest(part, {name: rows[:0] for name, (_, rows) in part.attributes.items()}, np.zeros(0, np.uint32))
    indices, places, count = meshopt.reorder_mesh(triangles.reshape(-1).astype(np.uint32), True, False)
    rows = np.empty(count, np.int64)
    used = places < count
    rows[places[used]] = np.flatnonzero(used)
    return Rest(part, {name: values[rows] for name, (_, values) in part.attributes.items()}, indices)
