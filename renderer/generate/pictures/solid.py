"""Closed surfaces in front of and behind a picture: what `ways` makes and `glb` writes."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Float64, Int64
from renderer.generate.pictures.sheet import Sheet


@dataclasses.dataclass(frozen=True, slots=True)
class Solid:
    """`points` (n, 3) in the picture's pixels: x to the right, y up from its upper border, so below 0, z to the
    viewer.

    The triangles (m, 3) turn counter-clockwise seen from outside and use the same points, so that the surface is
    closed; those of the `front` show the picture, those of the `back` what is made up for the other side.
    """

    points: Float64
    front: Int64
    back: Int64

    def normals(self) -> Float64:
        """(n, 3) Unit normals: of the triangles at each point, by their areas."""
        triangles = np.concatenate([self.front, self.back])
        a, b, c = (self.points[triangles[:, corner]] for corner in range(3))
        facing = np.cross(b - a, c - a)
        sums = np.stack([
            np.bincount(triangles.ravel(), np.repeat(facing[:, axis], 3), len(self.points)) for axis in range(3)
        ], axis=1)  # fmt: skip
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), np.array([0.0, 0.0, 1.0]))


def raised(sheet: Sheet, heights: Float64, rim: float = 0.0) -> Solid:
    """The sheet `heights` (n,) in front of the picture's plane and as far behind it.

    Heights are `rim` on the outline. Where that is 0 both sides share their points there, else a wall joins them.
    """
    count = len(sheet.points)
    front = np.column_stack([sheet.points * [1, -1], heights])
    outline = sheet.on_outline()
    behind = np.arange(count, 2 * count)
    if rim == 0:
        inner = np.flatnonzero(~outline)
        behind = np.arange(count)
        behind[inner] = count + np.arange(len(inner))
        back = front[inner] * [1, 1, -1]
        wall = np.empty((0, 3), np.int64)
    else:
        back = front * [1, 1, -1]
        start, end = sheet.outline().T
        wall = np.concatenate([
            np.stack([start, end, behind[end]], axis=1), np.stack([start, behind[end], behind[start]], axis=1)
        ])  # fmt: skip
    return Solid(
        np.concatenate([front, back]), np.concatenate([sheet.triangles[:, ::-1], wall]), behind[sheet.triangles]
    )


def together(solids: Sequence[Solid]) -> Solid:
    """Several as one; they may overlap."""
    starts = np.cumsum([0, *(len(solid.points) for solid in solids)])[:-1]
    return Solid(
        np.concatenate([solid.points for solid in solids]),
        np.concatenate([solid.front + start for solid, start in zip(solids, starts, strict=True)]),
        np.concatenate([solid.back + start for solid, start in zip(solids, starts, strict=True)]),
    )
