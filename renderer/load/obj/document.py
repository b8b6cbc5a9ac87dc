"""An OBJ with its files as glTF: the JSON document and its binary chunk.

Where a surface has several sources of colour, the most detailed one counts alone: the texture, or else vertex colours,
or else Kd. Programs that write scans fill in the others at random.
"""

import posixpath
from collections.abc import Sequence

import numpy as np
from pygltflib import Attributes, Mesh, Node, Primitive

from renderer.arrays import Float32, Int64
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel, ModelTooLarge
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.files import ModelFiles
from renderer.load.made import MadeDocument, linear_rgba, origin_of
from renderer.load.normals import unit
from renderer.load.obj.materials import Materials
from renderer.load.obj.mtl import material_name
from renderer.load.obj.reader import ObjData, Statement, read_obj
from renderer.load.obj.shading import FLAT, missing_normals
from renderer.load.polygons import triangulate
from renderer.load.rows import packed


def read_obj_files(files: ModelFiles) -> MadeDocument:
    """Raises ModelError subclasses: those of `read_obj`, and ModelTooLarge for its textures and materials."""
    data = read_obj(files.read(files.model), files.model)
    triangles, faces = triangulate(data.positions, data.corners[:, 0], data.sizes)
    checkpoint()
    a, b, c = data.corners[triangles, 0].T
    whole = (a != b) & (b != c) & (c != a)
    triangles, faces = triangles[whole], faces[whole]
    if not len(triangles):
        raise EmptyModel(f"{printable(files.model)} has no faces with an area")

    warnings = list(data.warnings)
    gltf = GltfBuilder("Pirouette")
    libraries = [statement.argument for statement in data.statements if statement.keyword == "mtllib"]
    named = any(statement.keyword == "usemtl" for statement in data.statements)
    materials = Materials(files, libraries, gltf, warnings, named=named)
    writer = _MeshWriter(data, triangles, gltf, materials)
    stem = posixpath.splitext(posixpath.basename(files.model))[0]
    meshes: dict[str, Mesh] = {}
    for part, material, members in _runs(data, triangles, faces, files.model):
        name = printable(part or stem)
        if name not in meshes:
            meshes[name] = Mesh(name=name)
            gltf.add(Node(name=name, mesh=gltf.add(meshes[name]), translation=writer.translation))
        meshes[name].primitives.append(writer.primitive(members, material))
    return MadeDocument(gltf.document(range(len(meshes))), gltf.binary, tuple(warnings))


def _runs(data: ObjData, triangles: Int64, faces: Int64, name: str) -> list[tuple[str, str, Int64]]:
    """The triangles by part and material: name of the part ("" without one), name of the material, (t, 3) corners."""
    count = len(data.sizes)
    material_names, materials = _switches(data.statements, "usemtl", count)
    part_names, parts = _switches(data.statements, "o", count)
    if len(part_names) == 1:
        part_names, parts = _switches(data.statements, "g", count)
    keys = parts * len(material_names) + materials
    if len(np.unique(keys)) > limits.OBJ_PARTS:
        part_names, keys = [""], materials
    keys = keys[faces]
    order = np.argsort(keys, kind="stable")
    used, begins = np.unique(keys[order], return_index=True)
    if len(used) > limits.OBJ_PARTS:
        raise ModelTooLarge(f"{printable(name)} uses {len(used):,} materials, and {limits.OBJ_PARTS:,} are allowed")
    pairs = (divmod(int(key), len(material_names)) for key in used)
    members = np.split(triangles[order], begins[1:])
    return [(part_names[part], material_names[m], rows) for (part, m), rows in zip(pairs, members, strict=True)]


def _switches(statements: Sequence[Statement], keyword: str, faces: int) -> tuple[list[str], Int64]:
    """The different arguments of all statements `keyword`, after "" for the faces before the first of them; and for
    each face the index of its own."""
    names = {"": 0}
    begins, values = [0], [0]
    for statement in statements:
        if statement.keyword == keyword:
            begins.append(statement.face)
            values.append(names.setdefault(material_name(statement.argument), len(names)))
    return list(names), np.repeat(values, np.diff(begins, append=faces))


class _MeshWriter:
    """Writes primitives; `translation` is that of their nodes, if they have one."""

    def __init__(self, data: ObjData, triangles: Int64, gltf: GltfBuilder, materials: Materials) -> None:
        self._data = data
        self._gltf = gltf
        self._materials = materials
        self._corners, self._normals = _with_normals(data, triangles)
        origin = origin_of(data.positions)
        self._points = (data.positions - origin).astype(np.float32)
        self.translation: list[float] | None = origin.tolist() if origin.any() else None
        # Most programs write colours in 0..1, some in 0..255.
        self._color_scale = 255.0 if data.colors is not None and np.nanmax(data.colors) > 1 else 1.0

    def primitive(self, triangles: Int64, name: str) -> Primitive:
        """The triangles (t, 3) of corners, with the material of that name."""
        checkpoint()
        maps = self._materials.shown(name).paths
        corners = self._corners[triangles.ravel()]
        v, vt, vn = corners.T
        keys = packed((v, vt + 1, vn) if maps else (v, vn))
        _, first, indices = np.unique(keys, return_index=True, return_inverse=True)
        v, vt, vn = corners[first].T
        attributes = Attributes(
            POSITION=self._gltf.add_vertices(self._points[v], bounded=True),
            NORMAL=self._gltf.add_vertices(self._normals[vn]),
        )
        colors = None if "texture" in maps or self._data.colors is None else self._data.colors[v]
        colored = colors is not None and bool(np.isfinite(colors).any())
        if maps:
            attributes.TEXCOORD_0 = self._gltf.add_vertices(_flipped(self._data.texcoords, vt))
        if colors is not None and colored:
            linear = linear_rgba(colors / np.float32(self._color_scale), self._materials.get(name).color)
            attributes.COLOR_0 = self._gltf.add_vertices(linear)
        return Primitive(
            attributes=attributes, indices=self._gltf.add_indices(indices),
            material=self._materials.use(name, colored=colored),
        )


def _with_normals(data: ObjData, triangles: Int64) -> tuple[Int64, Float32]:
    """The corners, each with the row of its normal, and all unit normals."""
    row = data.corners[:, 2]
    usable = np.append(data.normals.any(axis=1), False)  # the last one for row -1
    lacking = ~usable[row]
    if not lacking.any():
        return data.corners, unit(data.normals)
    faces = np.repeat(np.arange(len(data.sizes)), data.sizes)
    names, switched = _switches(data.statements, "s", len(data.sizes))
    group_of = np.array([FLAT if name.lower() in ("off", "0") else group for group, name in enumerate(names)])
    groups = group_of[switched][faces]
    rows, made = missing_normals(data.positions, data.corners[:, 0], faces, groups, triangles, lacking)
    corners = data.corners.copy()
    corners[lacking, 2] = len(data.normals) + rows[lacking]
    return corners, np.concatenate((unit(data.normals), made))


def _flipped(texcoords: Float32, rows: Int64) -> Float32:
    """The texture coordinates of `rows` with v pointing down; those of row -1 are (0, 0) in the OBJ's sense."""
    found = np.append(texcoords, np.zeros((1, 2), np.float32), axis=0)[rows]
    found[:, 1] = 1.0 - found[:, 1]
    return found
