"""Small STL and PLY files made by hand; trimesh writes the larger ones of the tests."""

import struct
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Float32
from renderer.scene.nodes import Primitive, Scene

SQUARE = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0))
TRIANGLES = ((0, 1, 2), (0, 2, 3))


def stl(facets: Sequence[Sequence[Sequence[float]]], spare: Sequence[int] = (), header: bytes = b"by hand") -> bytes:
    """A binary STL with normals of zeros; `spare` are the facets' last two bytes."""
    marks = [*spare] or [0] * len(facets)
    records = [
        struct.pack("<12fH", 0, 0, 0, *np.ravel(corners), mark) for corners, mark in zip(facets, marks, strict=True)
    ]
    return header.ljust(80, b"\0") + struct.pack("<I", len(facets)) + b"".join(records)


def square_facets() -> list[list[tuple[float, ...]]]:
    return [[SQUARE[corner] for corner in triangle] for triangle in TRIANGLES]


def stl_text(facets: Sequence[Sequence[Sequence[float]]], end: str = "\n") -> bytes:
    lines = ["solid by hand"]
    for corners in facets:
        lines += ["  facet normal 0 0 0", "    outer loop"]
        lines += [f"      vertex {x:e} {y:e} {z:e}" for x, y, z in corners]
        lines += ["    endloop", "  endfacet"]
    return end.join([*lines, "endsolid by hand", ""]).encode()


def ply_header(kind: str, vertices: int, faces: int, *, more: str = "", indices: str = "uchar int") -> bytes:
    """`more` are properties of the vertices besides x, y and z, a line each."""
    return (
        f"ply\nformat {kind} 1.0\ncomment by hand\nelement vertex {vertices}\nproperty float x\nproperty float y\n"
        f"property float z\n{more}element face {faces}\nproperty list {indices} vertex_indices\nend_header\n"
    ).encode()


def ply_square(vertex: str = "", more: str = "", face: str = "4 0 1 2 3") -> bytes:
    """A text with one face, of the square's vertices; `vertex` stands behind each of them."""
    rows = [" ".join(map(str, corner)) + f" {vertex}" for corner in SQUARE]
    return ply_header("ascii", 4, 1, more=more) + "\n".join([*rows, face, ""]).encode()


def ply_binary(kind: str, *faces: Sequence[int]) -> bytes:
    """The square's vertices with `faces`, in "binary_little_endian" or "binary_big_endian"."""
    order = ">" if "big" in kind else "<"
    vertices = b"".join(struct.pack(f"{order}3f", *corner) for corner in SQUARE)
    lists = [struct.pack(f"{order}B{len(face)}i", len(face), *face) for face in faces]
    return ply_header(kind, 4, len(faces)) + vertices + b"".join(lists)


def primitive_of(scene: Scene) -> Primitive:
    [mesh] = scene.meshes
    [primitive] = mesh.primitives
    return primitive


def normals_of(scene: Scene) -> Float32:
    normals = primitive_of(scene).normals
    assert normals is not None
    return normals


def corners_of(scene: Scene) -> Float32:
    """(t, 3, 3): the positions of the triangles' corners."""
    primitive = primitive_of(scene)
    corners: Float32 = primitive.positions[primitive.indices].reshape(-1, 3, 3)
    return corners
