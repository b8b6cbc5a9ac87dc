"""Meshes: from a primitive's accessors to arrays that are ready to draw (glTF 2.0, section 3.7.2).

Strips, loops and fans become lists, vertices that no index refers to are dropped, triangles without normals get flat
ones, and primitives whose material needs tangents get those.
"""

import numpy as np

from renderer.arrays import Float32, Int64, UInt32
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits, topology
from renderer.load.accessors import Accessors
from renderer.load.draco import Draco
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.materials import Materials, tangent_texcoord
from renderer.load.normals import flat_normals, unit, without_gaps
from renderer.load.tangents import generate_tangents
from renderer.load.vertices import VertexReader, used_vertices
from renderer.scene.nodes import Material, Mesh, MorphTarget, Primitive, Topology


class Meshes:
    """Reads the meshes that nodes ask for, each once; `used` becomes `Scene.meshes`."""

    def __init__(
        self, root: Fields, accessors: Accessors, materials: Materials, draco: Draco, budget: Budget,
        warnings: list[str],
    ) -> None:
        self._fields = root.children("meshes")
        self._accessors = accessors
        self._materials = materials
        self._draco = draco
        self._budget = budget
        self._warnings = warnings
        self._indices: dict[int, int] = {}
        self.used: list[Mesh] = []

    def __len__(self) -> int:
        return len(self._fields)

    def use(self, index: int, copies: int) -> int:
        """The index in `used` of the file's mesh `index`, which is drawn `copies` times."""
        if index not in self._indices:
            mesh = self._read_mesh(self._fields[index])
            self._indices[index] = len(self.used)
            self.used.append(mesh)
        mesh, path = self.used[self._indices[index]], self._fields[index].path
        drawn = copies * sum(len(primitive.indices) for primitive in mesh.primitives)
        self._budget.take("indices drawn by nodes", drawn, limits.DRAWN_INDICES, path)
        self._budget.take("primitives drawn by nodes", copies * len(mesh.primitives), limits.DRAWN_PRIMITIVES, path)
        return self._indices[index]

    def _read_mesh(self, fields: Fields) -> Mesh:
        children = fields.children("primitives")
        counts = {len(child.children("targets")) for child in children}
        if len(counts) > 1:
            raise InvalidModel(f"{fields.path} has primitives with different numbers of morph targets")
        weights = fields.number_list("weights")
        if weights and counts != {len(weights)}:
            raise InvalidModel(f"{fields.path}.weights must have one number per morph target")
        read = (self._read_primitive(child) for child in children)
        return Mesh(
            name=fields.name(),
            primitives=[primitive for primitive in read if primitive is not None],
            weights=weights or (0.0,) * max(counts, default=0),
        )

    def _read_primitive(self, fields: Fields) -> Primitive | None:
        """The primitive, or None where it has no positions or no complete element."""
        checkpoint()
        mode = fields.choice("mode", topology.MODES, topology.TRIANGLES)
        attributes = fields.required_child("attributes")
        if not attributes.has("POSITION"):
            self._warnings.append(f"{fields.path} has no positions, and is left out")
            return None
        self._draco.decompress(fields)
        positions = attributes.index("POSITION", len(self._accessors))
        vertices = self._accessors.count(positions, attributes.name_of("POSITION"))
        kind, indices = topology.as_list(mode, self._read_indices(fields, mode, vertices))
        if not len(indices):
            return None

        rows: Int64 | None
        flat = kind is Topology.TRIANGLES and not attributes.has("NORMAL")
        if flat:  # flat normals need vertices that no two triangles share
            rows, indices = indices.astype(np.int64), np.arange(len(indices), dtype=np.uint32)
        else:
            rows, indices = used_vertices(indices, vertices)
        reader = VertexReader(self._accessors, self._budget, vertices, rows)
        material_index = self._materials.use(fields)
        material, looks = self._materials.used[material_index], self._materials.looks(fields)
        primitive = Primitive(kind, reader.coordinates(attributes, "POSITION"), indices, material_index, looks=looks)
        if flat:
            primitive.normals = flat_normals(primitive.positions)
        elif attributes.has("NORMAL"):
            primitive.normals = self._normals(reader.floats(attributes, "NORMAL", (3,)), primitive, fields.path)
            if attributes.has("TANGENT") and tangent_texcoord(material) is not None:
                primitive.tangents = reader.tangents(attributes)
        primitive.texcoords = tuple(
            reader.floats(attributes, f"TEXCOORD_{i}", (2,)) if attributes.has(f"TEXCOORD_{i}")
            else np.zeros((reader.count, 2), np.float32)
            for i in range(max(self._materials.texcoords[index] for index in (material_index, *looks.values())) + 1)
        )
        if attributes.has("COLOR_0"):
            primitive.colors = reader.colors(attributes)
        primitive.joints, primitive.weights = reader.joints(attributes)
        primitive.targets = self._read_targets(fields, reader, flat)
        self._add_tangents(primitive, material, fields.path)
        return primitive

    def _normals(self, found: Float32, primitive: Primitive, path: str) -> Float32:
        """The normals `found` in the file, of length 1."""
        if primitive.topology is not Topology.TRIANGLES or found.any(axis=1).all():
            return unit(found)
        self._warnings.append(f"{path} has normals of no length: they are made of its triangles")
        return without_gaps(found, primitive.positions, primitive.indices)

    def _read_indices(self, fields: Fields, mode: int, vertices: int) -> UInt32:
        index = fields.optional_index("indices", len(self._accessors))
        found = None if index is None else self._accessors.integers(index, f"{fields.path}.indices", (1,))[:, 0]
        count = vertices if found is None else len(found)
        self._budget.take("indices", count * topology.GROWTH[mode], limits.INDICES, fields.path)
        if found is None:
            return np.arange(count, dtype=np.uint32)
        if int(found.max()) >= vertices:
            raise InvalidModel(f"{fields.path} has index {found.max()}, and {vertices} vertices")
        return found.astype(np.uint32)

    def _read_targets(self, fields: Fields, reader: VertexReader, flat: bool) -> tuple[MorphTarget, ...]:
        targets = fields.children("targets")
        if len(targets) > limits.MORPH_TARGETS:
            raise ModelTooLarge(
                f"{fields.path} has {len(targets)} morph targets, and {limits.MORPH_TARGETS} are allowed"
            )

        def displacement(target: Fields, name: str) -> Float32 | None:
            wanted = target.has(name) and (name == "POSITION" or not flat)
            return reader.coordinates(target, name) if wanted else None

        return tuple(
            MorphTarget(displacement(t, "POSITION"), displacement(t, "NORMAL"), displacement(t, "TANGENT"))
            for t in targets
        )

    def _add_tangents(self, primitive: Primitive, material: Material, path: str) -> None:
        """Generates the tangents that the material needs, where the file has none."""
        normals, texcoord = primitive.normals, tangent_texcoord(material)
        if normals is None or texcoord is None or primitive.tangents is not None:
            return
        if primitive.topology is not Topology.TRIANGLES:
            return
        texcoords = primitive.texcoords[texcoord]
        rows, indices, tangents = generate_tangents(primitive.positions, normals, texcoords, primitive.indices)
        if len(rows) > len(primitive.positions):
            floats = 16 + 6 * len(primitive.targets)  # at most, per vertex
            self._budget.take_bytes(4 * floats * len(rows), path)
            _split(primitive, rows)
            primitive.indices = indices
        primitive.tangents = tangents
        primitive.targets = tuple(MorphTarget(t.positions, t.normals) for t in primitive.targets)


def check_joints(mesh: Mesh, joints: int, path: str) -> None:
    """Raises InvalidModel where the mesh uses a joint beyond the number of `joints` that its skin has."""
    for primitive in mesh.primitives:
        if primitive.joints is not None and int(primitive.joints.max()) >= joints:
            raise InvalidModel(f"{path} uses joint {primitive.joints.max()}, and its skin has {joints} joints")


def moved_vertices(primitive: Primitive, *, skinned: bool) -> int:
    """The primitive's vertices, once for each joint and morph target that may move them."""
    joints = 0 if primitive.joints is None or not skinned else primitive.joints.shape[1]
    return len(primitive.positions) * (joints + len(primitive.targets))


def _split(primitive: Primitive, rows: Int64) -> None:
    """Makes vertex i a copy of the former vertex rows[i]."""

    def picked(array: Float32 | None) -> Float32 | None:
        return None if array is None else array[rows]

    primitive.positions = primitive.positions[rows]
    primitive.normals, primitive.colors = picked(primitive.normals), picked(primitive.colors)
    primitive.texcoords = tuple(texcoord[rows] for texcoord in primitive.texcoords)
    primitive.joints = None if primitive.joints is None else primitive.joints[rows]
    primitive.weights = picked(primitive.weights)
    primitive.targets = tuple(MorphTarget(picked(t.positions), picked(t.normals)) for t in primitive.targets)
