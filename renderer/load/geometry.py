"""Meshes: from a primitive's accessors to arrays that are ready to draw (glTF 2.0, section 3.7.2).

On the way every mode becomes a list, vertices that nothing draws are dropped, triangles without normals get flat ones
and those under a normal map get tangents.
"""

import numpy as np
import numpy.typing as npt

from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits, topology
from renderer.load.accessors import Accessors
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.materials import Materials, highest_texcoord
from renderer.load.normals import flat_normals, unit
from renderer.load.tangents import generate_tangents
from renderer.scene.nodes import Float32, Material, Mesh, MorphTarget, Primitive, Topology, UInt32

Rows = npt.NDArray[np.int64]


class Meshes:
    """Reads the meshes that nodes ask for, each once; `used` becomes `Scene.meshes`."""

    def __init__(
        self, root: Fields, accessors: Accessors, materials: Materials, budget: Budget, warnings: list[str]
    ) -> None:
        self._fields = root.children("meshes")
        self._accessors = accessors
        self._materials = materials
        self._budget = budget
        self._warnings = warnings
        self._indices: dict[int, int] = {}
        self.used: list[Mesh] = []

    def __len__(self) -> int:
        return len(self._fields)

    def use(self, index: int) -> int:
        """The index in `used` of the file's mesh `index`."""
        if index not in self._indices:
            mesh = self._read_mesh(self._fields[index])
            self._indices[index] = len(self.used)
            self.used.append(mesh)
        mesh = self.used[self._indices[index]]
        drawn = sum(len(primitive.indices) for primitive in mesh.primitives)
        self._budget.take("drawn vertices", drawn, limits.DRAWN_INDICES, self._fields[index].path)
        return self._indices[index]

    def _read_mesh(self, fields: Fields) -> Mesh:
        children = fields.children("primitives")
        self._budget.take("primitives", len(children), limits.PRIMITIVES, fields.path)
        counts = {len(child.children("targets")) for child in children}
        if len(counts) > 1:
            raise InvalidModel(f"{fields.path} has primitives with different numbers of morph targets")
        weights = fields.number_list("weights")
        if weights and weights and counts != {len(weights)}:
            raise InvalidModel(f"{fields.path}.weights must have one number per morph target")
        read = (self._read_primitive(child) for child in children)
        return Mesh(
            name=fields.string("name", ""),
            primitives=[primitive for primitive in read if primitive is not None],
            weights=weights or (0.0,) * max(counts, default=0),
        )

    def _read_primitive(self, fields: Fields) -> Primitive | None:
        """None where there is nothing to draw."""
        mode = fields.choice("mode", topology.MODES, topology.TRIANGLES)
        attributes = fields.required_child("attributes")
        if not attributes.has("POSITION"):
            self._warnings.append(f"{fields.path} has no positions, and is left out")
            return None
        positions = self._attribute(attributes, "POSITION", (3,))
        if np.abs(positions).max() > limits.COORDINATE:
            raise InvalidModel(f"{attributes.path}.POSITION has coordinates beyond {limits.COORDINATE:g} metres")
        kind, indices = topology.as_list(mode, self._indices_of(fields, len(positions)))
        if not len(indices):
            return None
        material_index = self._materials.use(fields)
        material = self._materials.used[material_index]
        primitive = Primitive(kind, positions, indices, material_index)
        self._read_attributes(primitive, attributes, material)
        self._read_joints(primitive, attributes)
        primitive.targets = self._read_targets(fields, len(positions))
        self._finish(primitive, material, fields.path)
        return primitive

    def _indices_of(self, fields: Fields, vertices: int) -> UInt32:
        index = fields.optional_index("indices", len(self._accessors))
        count = vertices if index is None else self._accessors.count(index)
        if index is None:
            self._budget.take("indices", count, limits.INDICES, fields.path)
            return np.arange(count, dtype=np.uint32)
        found = self._accessors.integers(index, f"{fields.path}.indices", (1,))[:, 0]
        self._budget.take("indices", count, limits.INDICES, fields.path)
        if int(found.max()) >= vertices:
            raise InvalidModel(f"{fields.path} has index {found.max()}, and {vertices} vertices")
        return found.astype(np.uint32)

    def _attribute(
        self, attributes: Fields, name: str, widths: tuple[int, ...], count: int | None = None,
        *, normalized: bool = False,
    ) -> Float32:
        user = attributes.name_of(name)
        index = attributes.index(name, len(self._accessors))
        values = self._accessors.floats(index, user, widths, normalized=normalized)
        _check_count(user, len(values), count)
        return values

    def _read_attributes(self, primitive: Primitive, attributes: Fields, material: Material) -> None:
        count = len(primitive.positions)
        if attributes.has("NORMAL"):
            primitive.normals = unit(self._attribute(attributes, "NORMAL", (3,), count))
            # glTF 2.0, 3.7.2.1: without normals, tangents must be ignored
            if attributes.has("TANGENT") and material.normal_texture is not None:
                primitive.tangents = _unit_tangents(self._attribute(attributes, "TANGENT", (4,), count))
        primitive.texcoords = tuple(
            self._attribute(attributes, f"TEXCOORD_{i}", (2,), count)
            if attributes.has(f"TEXCOORD_{i}") else np.zeros((count, 2), np.float32)
            for i in range(highest_texcoord(material) + 1)
        )
        if attributes.has("COLOR_0"):
            colors = self._attribute(attributes, "COLOR_0", (3, 4), count, normalized=True)
            if colors.shape[1] == 3:
                colors = np.concatenate((colors, np.ones((count, 1), np.float32)), axis=1)
            primitive.colors = np.clip(colors, 0.0, 1.0)

    def _read_joints(self, primitive: Primitive, attributes: Fields) -> None:
        count = len(primitive.positions)
        sets = [i for i in range(limits.JOINT_SETS) if attributes.has(f"JOINTS_{i}") and attributes.has(f"WEIGHTS_{i}")]
        if not sets:
            return
        joints, weights = [], []
        for i in sets:
            user = attributes.name_of(f"JOINTS_{i}")
            index = attributes.index(f"JOINTS_{i}", len(self._accessors))
            joints.append(self._accessors.integers(index, user, (4,)).astype(np.uint16))
            _check_count(user, len(joints[-1]), count)
            weights.append(self._attribute(attributes, f"WEIGHTS_{i}", (4,), count, normalized=True))
        primitive.joints, primitive.weights = _tidy_weights(np.hstack(joints), np.hstack(weights))

    def _read_targets(self, fields: Fields, count: int) -> tuple[MorphTarget, ...]:
        targets = fields.children("targets")
        if len(targets) > limits.MORPH_TARGETS:
            raise ModelTooLarge(
                f"{fields.path} has {len(targets)} morph targets, and {limits.MORPH_TARGETS} are allowed"
            )

        def displacement(target: Fields, name: str) -> Float32 | None:
            return self._attribute(target, name, (3,), count) if target.has(name) else None

        return tuple(
            MorphTarget(displacement(t, "POSITION"), displacement(t, "NORMAL"), displacement(t, "TANGENT"))
            for t in targets
        )

    def _finish(self, primitive: Primitive, material: Material, path: str) -> None:
        """Drops unused vertices, then adds the normals and tangents that are missing."""
        count = len(primitive.positions)
        if primitive.topology is Topology.TRIANGLES and primitive.normals is None:
            self._reorder(primitive, primitive.indices.astype(np.int64), path)
            primitive.indices = np.arange(len(primitive.indices), dtype=np.uint32)
            primitive.normals = flat_normals(primitive.positions)
            primitive.targets = tuple(MorphTarget(target.positions) for target in primitive.targets)
        else:
            used = np.zeros(count, bool)
            used[primitive.indices] = True
            if not used.all():
                renumbered = np.cumsum(used, dtype=np.int64) - 1
                self._reorder(primitive, np.flatnonzero(used), path)
                primitive.indices = renumbered[primitive.indices].astype(np.uint32)
        self._add_tangents(primitive, material, path)

    def _add_tangents(self, primitive: Primitive, material: Material, path: str) -> None:
        """Generates the tangents that a normal map needs, where the file has none."""
        normals, normal_map = primitive.normals, material.normal_texture
        if normals is None or normal_map is None or material.unlit or primitive.tangents is not None:
            return
        if primitive.topology is not Topology.TRIANGLES:
            return
        texcoords = primitive.texcoords[normal_map.texcoord]
        rows, indices, tangents = generate_tangents(primitive.positions, normals, texcoords, primitive.indices)
        if len(rows) > len(primitive.positions):
            self._reorder(primitive, rows, path)
            primitive.indices = indices
        primitive.tangents = tangents
        primitive.targets = tuple(MorphTarget(t.positions, t.normals) for t in primitive.targets)

    def _reorder(self, primitive: Primitive, rows: Rows, path: str) -> None:
        """Gives every per-vertex array the given rows, each row one vertex."""
        arrays: list[npt.NDArray[np.generic] | None] = [
            primitive.positions, primitive.normals, primitive.tangents, primitive.colors, primitive.joints,
            primitive.weights, *primitive.texcoords,
        ]
        for target in primitive.targets:
            arrays += [target.positions, target.normals, target.tangents]
        width = sum(a.shape[1] * a.itemsize for a in arrays if a is not None)
        self._budget.take_bytes(width * len(rows), path)

        def picked(array: Float32 | None) -> Float32 | None:
            return None if array is None else array[rows]

        primitive.positions = primitive.positions[rows]
        primitive.normals, primitive.tangents = picked(primitive.normals), picked(primitive.tangents)
        primitive.colors, primitive.weights = picked(primitive.colors), picked(primitive.weights)
        primitive.joints = None if primitive.joints is None else primitive.joints[rows]
        primitive.texcoords = tuple(texcoord[rows] for texcoord in primitive.texcoords)
        primitive.targets = tuple(
            MorphTarget(picked(t.positions), picked(t.normals), picked(t.tangents)) for t in primitive.targets
        )


def check_joints(mesh: Mesh, joints: int, path: str) -> None:
    """Raises InvalidModel where the mesh uses joints that its skin of `joints` lacks."""
    for primitive in mesh.primitives:
        if primitive.joints is not None and int(primitive.joints.max(initial=0)) >= joints:
            raise InvalidModel(f"{path} uses joint {primitive.joints.max()}, and its skin has {joints} joints")


def _check_count(user: str, found: int, count: int | None) -> None:
    if count is not None and found != count:
        raise InvalidModel(f"{user} has {found} elements, and there are {count} positions")


def _unit_tangents(tangents: Float32) -> Float32:
    """Unit xyz, and w as +1 or -1."""
    sign = np.where(tangents[:, 3:] < 0, np.float32(-1.0), np.float32(1.0))
    return np.concatenate((unit(tangents[:, :3], (1.0, 0.0, 0.0)), sign), axis=1)


def _tidy_weights(joints: npt.NDArray[np.uint16], weights: Float32) -> tuple[npt.NDArray[np.uint16], Float32]:
    """Weights that sum to 1 per vertex; joints without weight become joint 0, and so do vertices without any."""
    weights = np.clip(weights, 0.0, limits.COORDINATE).astype(np.float64)
    total = weights.sum(axis=1)
    weights[total == 0, 0] = 1.0
    weights = (weights / np.where(total == 0, 1.0, total)[:, None]).astype(np.float32)
    return np.where(weights > 0, joints, np.uint16(0)), weights
