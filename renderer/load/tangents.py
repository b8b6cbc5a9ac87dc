"""Tangents for normal maps, with the semantics of MikkTSpace (Mikkelsen 2008), in vectorised NumPy.

glTF 2.0, section 3.7.2.1, names MikkTSpace as the default algorithm. Corners with equal position, normal and texture
coordinate and with the same orientation of their texture form one group; its tangent is the sum of its triangles'
directions of growing u in the plane of the normal, weighted by the corner's angle. Vertices between triangles of
opposite orientation (mirrored texture) are split. One simplification: a group also spans triangles that touch in the
vertex alone, without a common edge.
"""


import numpy as np

from renderer.arrays import Array, Float32, Int64, UInt32
from renderer.checkpoints import checkpoint

Vectors = Array  # float32 or float64, as the caller has them


def generate_tangents(
    positions: Float32, normals: Float32, texcoords: Float32, indices: UInt32
) -> tuple[Int64, UInt32, Float32]:
    """Tangents for a triangle list; splits vertices where the texture is mirrored.

    Returns (rows, indices, tangents): new vertex i is a copy of old vertex rows[i], `indices` index the new vertices,
    and tangents are (len(rows), 4), unit xyz and w = +1 or -1, so that bitangent = cross(normal, xyz) * w.
    """
    corners = indices.astype(np.int64)
    with np.errstate(all="ignore"):  # degenerate triangles divide by zero; they are masked below
        direction, orientation = _texture_directions(positions, texcoords, corners)
        checkpoint()
        weighted = _corner_tangents(positions, normals, direction, corners)
    checkpoint()
    welded = _weld(positions, normals, texcoords)[corners]
    checkpoint()
    orientation = _adopt_orientation(welded, np.repeat(orientation, 3))

    groups = welded * 2 + orientation
    sums = np.stack([np.bincount(groups, weighted[:, axis], welded.max() * 2 + 2) for axis in range(3)], axis=1)

    group_of_key = np.full(len(positions) * 2, -1)  # a key is a vertex and an orientation: one vertex of the result
    group_of_key[corners * 2 + orientation] = groups
    keys = np.flatnonzero(group_of_key >= 0)
    place_of_key = np.cumsum(group_of_key >= 0, dtype=np.uint32) - np.uint32(1)
    rows = keys // 2
    tangents = np.empty((len(keys), 4), np.float32)
    tangents[:, :3] = _orthonormal(sums[group_of_key[keys]], normals[rows])
    tangents[:, 3] = keys % 2 * 2 - 1
    return rows, place_of_key[corners * 2 + orientation], tangents


def _texture_directions(positions: Float32, texcoords: Float32, corners: Int64) -> tuple[Float32, Int64]:
    """Per triangle the unit direction of growing u (zero where the texture has no area there), and its orientation.

    Orientation is 1 where (u, up) turns the same way as the triangle, 0 where it is mirrored, -1 where undefined.
    glTF's v points down while bitangents point up the picture, so v is negated.
    """
    p = positions[corners].reshape(-1, 3, 3)
    t = texcoords[corners].reshape(-1, 3, 2)
    edge1, edge2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    u1, u2 = (t[:, 1, 0] - t[:, 0, 0]), (t[:, 2, 0] - t[:, 0, 0])
    v1, v2 = (t[:, 0, 1] - t[:, 1, 1]), (t[:, 0, 1] - t[:, 2, 1])
    area = u1.astype(np.float64) * v2 - u2.astype(np.float64) * v1
    direction = _unit_or_zero((v2[:, None] * edge1 - v1[:, None] * edge2) * np.sign(area)[:, None])
    solid = np.einsum("ij,ij->i", direction, direction) > 0
    return direction, np.where(solid, (area > 0).astype(np.int64), -1)


def _corner_tangents(positions: Float32, normals: Float32, direction: Float32, corners: Int64) -> Float32:
    """(3t, 3): the triangle's direction in each corner's tangent plane, scaled by the corner's angle."""
    p = positions[corners].reshape(-1, 3, 3)
    result = np.empty((len(p), 3, 3), np.float32)
    for corner in range(3):
        normal = normals[corners[corner::3]]
        ahead = _unit_or_zero(_in_plane(p[:, (corner + 1) % 3] - p[:, corner], normal))
        behind = _unit_or_zero(_in_plane(p[:, (corner + 2) % 3] - p[:, corner], normal))
        angle = np.arccos(np.clip(np.einsum("ij,ij->i", ahead, behind), -1.0, 1.0))
        result[:, corner] = _unit_or_zero(_in_plane(direction, normal)) * angle[:, None]
    return result.reshape(-1, 3)


def _weld(positions: Float32, normals: Float32, texcoords: Float32) -> Int64:
    """An id per vertex, equal for vertices with equal position, normal and texture coordinate."""
    mixed = np.zeros(len(positions), np.uint64)
    for column in (*positions.T, *normals.T, *texcoords.T):
        bits = (column + np.float32(0.0)).view(np.uint32)  # the sum turns -0 into 0
        mixed = (mixed ^ bits) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed, return_inverse=True)[1].astype(np.int64)


def _adopt_orientation(welded: Int64, orientation: Int64) -> Int64:
    """Corners of triangles without texture area join a group that exists at their vertex."""
    present = np.zeros(int(welded.max()) * 2 + 2, bool)
    known = orientation >= 0
    present[welded[known] * 2 + orientation[known]] = True
    return np.where(known, orientation, np.where(present[welded * 2 + 1] | ~present[welded * 2], 1, 0))


def _orthonormal(directions: Vectors, normals: Vectors) -> Vectors:
    """Unit vectors perpendicular to the normals; any such vector where a direction has no length."""
    with np.errstate(all="ignore"):
        tangents = _unit_or_zero(_in_plane(directions, normals))
    lost = ~(np.einsum("ij,ij->i", tangents, tangents) > 0.5)
    if lost.any():
        axis = np.eye(3)[np.abs(normals[lost]).argmin(axis=1)]
        tangents[lost] = _unit_or_zero(np.cross(axis, normals[lost]))
    return tangents


def _in_plane(vectors: Vectors, normals: Vectors) -> Vectors:
    flat: Vectors = vectors - normals * np.einsum("ij,ij->i", vectors, normals)[:, None]
    return flat


def _unit_or_zero(vectors: Vectors) -> Vectors:
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return np.where(length > np.finfo(np.float32).tiny, vectors / np.where(length > 0, length, 1), 0)
