"""Small models for the optimiser: a ball with all that vertices can have, and what was made of it, read back."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from renderer.arrays import Array, Float64, UInt32
from renderer.load.accessors import COMPONENT_DTYPES, TYPE_WIDTHS
from tests.renderer.load.glb_builder import GlbBuilder, Json

RINGS, SEGMENTS = 24, 48
TRIANGLES = 2 * SEGMENTS * (RINGS - 1)


def ball() -> tuple[Float64, UInt32]:
    """Positions on the unit sphere (n, 3), a seam of two vertices in each place, and its triangles (TRIANGLES, 3)."""
    down, around = np.meshgrid(np.linspace(0, np.pi, RINGS + 1), np.linspace(0, 2 * np.pi, SEGMENTS + 1), indexing="ij")
    around[:, -1] = 0.0  # the same place to the bit
    down[-1] = np.pi
    points = np.stack([np.sin(down) * np.sin(around), np.cos(down), np.sin(down) * np.cos(around)], axis=-1)
    points[0], points[-1] = (0, 1, 0), (0, -1, 0)
    row = SEGMENTS + 1
    corners = [(i * row + j, (i + 1) * row + j, (i + 1) * row + j + 1, i * row + j + 1)
               for i in range(RINGS) for j in range(SEGMENTS)]
    quads = np.array(corners)
    upper, lower = quads[SEGMENTS:][:, [0, 1, 3]], quads[:-SEGMENTS][:, [1, 2, 3]]
    return points.reshape(-1, 3), np.concatenate([upper, lower]).astype(np.uint32)


def texcoords() -> Float64:
    v, u = np.meshgrid(np.linspace(0, 1, RINGS + 1), np.linspace(0, 1, SEGMENTS + 1), indexing="ij")
    return np.stack([u, v], axis=-1).reshape(-1, 2)


def ball_builder() -> GlbBuilder:
    """The ball, with normals and texture coordinates, shown by node 0 as mesh 0."""
    builder = GlbBuilder()
    builder.show(builder.add_mesh(ball_primitive(builder)))
    return builder


def ball_primitive(builder: GlbBuilder) -> Json:
    points, triangles = ball()
    bounds = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
    return {
        "attributes": {
            "POSITION": builder.add_accessor(points, **bounds), "NORMAL": builder.add_accessor(points),
            "TEXCOORD_0": builder.add_accessor(texcoords()),
        },
        "indices": builder.add_accessor(triangles.reshape(-1), "uint16"),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Glb:
    """A GLB as pygltflib-free tests read it: the JSON, and the arrays behind plain accessors."""

    document: Json
    binary: bytes

    @classmethod
    def read(cls, path: Path) -> "Glb":
        data = path.read_bytes()
        end = 20 + int.from_bytes(data[12:16], "little")
        return cls(json.loads(data[20:end]), data[end + 8 :])

    def rows(self, accessor: int) -> Array:
        fields = self.document["accessors"][accessor]
        view = self.document["bufferViews"][fields["bufferView"]]
        dtype, width = np.dtype(COMPONENT_DTYPES[fields["componentType"]]), TYPE_WIDTHS[fields["type"]]
        start = view.get("byteOffset", 0) + fields.get("byteOffset", 0)
        stride = view.get("byteStride", width * dtype.itemsize)
        return np.ndarray((fields["count"], width), dtype, self.binary, start, (stride, dtype.itemsize))

    def primitive(self, mesh: int = 0, number: int = 0) -> Json:
        found: Json = self.document["meshes"][mesh]["primitives"][number]
        return found

    def attribute(self, name: str, mesh: int = 0, number: int = 0) -> Array:
        return self.rows(self.primitive(mesh, number)["attributes"][name])

    def triangles(self, mesh: int = 0, number: int = 0) -> Array:
        return self.rows(self.primitive(mesh, number)["indices"]).reshape(-1, 3)

    def count(self) -> int:
        """The triangles of all primitives, each once."""
        return sum(len(self.triangles(mesh, number)) for mesh, fields in enumerate(self.document["meshes"])
                   for number in range(len(fields["primitives"])))


def open_edges(*corners: Array) -> int:
    """Edges of triangles (m, 3, 3) that belong to one triangle alone, where corners in one place are one."""
    places = np.unique(np.concatenate(corners).reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(-1, 3)
    edges = np.sort(np.concatenate([places[:, [0, 1]], places[:, [1, 2]], places[:, [2, 0]]]), axis=1)
    return int((np.unique(edges, axis=0, return_counts=True)[1] == 1).sum())
