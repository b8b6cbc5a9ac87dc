"""Texture coordinates in metres for surfaces without any: each triangle is seen along the axis that it faces most."""

import dataclasses

import numpy as np

from renderer.samples.mesh import Mesh

_AXES = ((2, 1), (0, 2), (0, 1))
"""For a triangle that faces x, y or z: the axes that go right and up in the image."""


def boxed(mesh: Mesh, grain: str | None = None) -> Mesh:
    """The mesh, its vertices doubled where the projections of two sides meet.

    The texture's u runs along the axis `grain`, or along the longest axis of the mesh, so that wood looks sawn.
    """
    extent = np.ptp(mesh.positions, axis=0)
    long = "xyz".index(grain) if grain else int(np.argmax(extent))
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    axis = np.argmax(np.abs(facing), axis=1)
    side = axis * 2 + (np.take_along_axis(facing, axis[:, None], axis=1)[:, 0] < 0)
    corners, renumbered = np.unique(
        mesh.triangles.astype(np.int64) * 6 + side[:, None], return_inverse=True
    )
    vertex, side = corners // 6, corners % 6
    places = mesh.positions[vertex] - mesh.positions.mean(axis=0)
    uvs = np.empty((len(vertex), 2))
    for axis_, (right, up) in enumerate(_AXES):
        along, across = (up, right) if up == long else (right, up)
        for back in (0, 1):
            chosen = side == axis_ * 2 + back
            uvs[chosen, 0] = places[chosen, along] * (-1 if back else 1)
            uvs[chosen, 1] = -places[chosen, across]
    return dataclasses.replace(
        mesh, positions=mesh.positions[vertex], normals=mesh.normals[vertex], uvs=uvs,
        triangles=renumbered.reshape(-1, 3).astype(np.uint32),
    )  # fmt: skip
