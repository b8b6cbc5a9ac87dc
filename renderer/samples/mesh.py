"""Triangle meshes as plain arrays: what the shapes of `geometry` make and `glb` writes."""

import dataclasses
from collections.abc import Iterable
from typing import Self

import numpy as np

from renderer.arrays import Float64, UInt32


def rotation(axis: str, degrees: float) -> Float64:
    """The 3x3 matrix of a right-handed turn about "x", "y" or "z"."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


@dataclasses.dataclass(frozen=True, slots=True)
class Mesh:
    """Positions and unit normals (n, 3), texture coordinates (n, 2), triangles (m, 3) counter-clockwise from outside.

    Texture coordinates follow glTF: (0, 0) is the image's upper left corner.
    """

    positions: Float64
    normals: Float64
    uvs: Float64
    triangles: UInt32

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Self:
        return dataclasses.replace(self, positions=self.positions + np.array([x, y, z]))

    def turned(self, axis: str, degrees: float) -> Self:
        matrix = rotation(axis, degrees)
        return dataclasses.replace(self, positions=self.positions @ matrix.T, normals=self.normals @ matrix.T)

    def with_uvs(self, uvs: Float64) -> Self:
        return dataclasses.replace(self, uvs=uvs)

    def tangents(self) -> Float64:
        """(n, 4) unit tangents along +u, w the handedness, averaged over the triangles at each vertex.

        glTF's bitangent, cross(normal, tangent) * w, points up in the image, which is against +v.
        """
        corners, uvs = self.positions[self.triangles], self.uvs[self.triangles]
        edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        (u1, v1), (u2, v2) = (uvs[:, 1] - uvs[:, 0]).T, (uvs[:, 2] - uvs[:, 0]).T
        flip = np.sign(u1 * v2 - u2 * v1)[:, None]
        along_u = flip * (edge1 * v2[:, None] - edge2 * v1[:, None])
        along_v = flip * (edge2 * u1[:, None] - edge1 * u2[:, None])
        sums = np.zeros((2, *self.positions.shape))
        for corner in self.triangles.T:
            np.add.at(sums[0], corner, along_u)
            np.add.at(sums[1], corner, along_v)
        tangent = sums[0] - self.normals * np.einsum("ij,ij->i", sums[0], self.normals)[:, None]
        length = np.linalg.norm(tangent, axis=1, keepdims=True)
        # Where the texture has no direction, as at a pole, any one across the normal will do.
        spare = np.cross(self.normals, np.eye(3)[np.argmin(np.abs(self.normals), axis=1)])
        tangent = np.where(length > 1e-12, tangent, spare)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        w = np.where(np.einsum("ij,ij->i", np.cross(self.normals, tangent), sums[1]) > 0, -1.0, 1.0)
        return np.column_stack([tangent, w])


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of several."""
    parts = list(meshes)
    starts = np.cumsum([0, *(len(part.positions) for part in parts[:-1])])
    return Mesh(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.uvs for part in parts]),
        np.concatenate([part.triangles + start for part, start in zip(parts, starts, strict=True)]).astype(np.uint32),
    )


def compacted(positions: Float64, normals: Float64, uvs: Float64, triangles: UInt32) -> Mesh:
    """The mesh without triangles of no area and without vertices that no triangle uses."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    triangles = triangles[np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-13]
    used, renumbered = np.unique(triangles, return_inverse=True)
    return Mesh(positions[used], normals[used], uvs[used], renumbered.reshape(-1, 3).astype(np.uint32))
