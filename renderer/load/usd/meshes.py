"""UsdGeom's meshes as glTF's: polygons to triangles, what vertices, corners and faces have to vertices."""

import dataclasses
from typing import Any

import numpy as np
import pygltflib
from pxr import UsdGeom, UsdShade

from renderer.arrays import Float32, Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel, ModelTooLarge
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.creases import creased_normals
from renderer.load.fields import printable
from renderer.load.limits import Budget
from renderer.load.normals import unit
from renderer.load.polygons import triangulate
from renderer.load.rows import welded
from renderer.load.usd.materials import Look, Materials, material_path
from renderer.load.usd.opening import Notes

CREASE_DEGREES = 60.0
"""Of meshes without normals, which modellers mean to be round, but for the edges of boxes."""

_COLOR = "displayColor"
_UV_NAMES = ("st", "st0", "UVMap", "uv", "map1")


@dataclasses.dataclass(frozen=True, slots=True)
class Triangles:
    """Of a mesh: `corners` (t, 3) count the mesh's face corners, `faces` (t,) its faces; `vertices` (c,) are those of
    all corners, and `sizes` (f,) the corners of all faces."""

    points: Float64
    vertices: Int64
    sizes: Int64
    corners: Int64
    faces: Int64

    def spread(self, values: Float32, interpolation: str) -> Float32 | None:
        """(3t, width): what each triangle's corner has of the values; None where there are too few or too many."""
        faces = np.repeat(self.faces, 3)
        places, count = {
            UsdGeom.Tokens.constant: (np.zeros_like(faces), 1),
            UsdGeom.Tokens.uniform: (faces, len(self.sizes)),
            UsdGeom.Tokens.varying: (self.vertices[self.corners.ravel()], len(self.points)),
            UsdGeom.Tokens.vertex: (self.vertices[self.corners.ravel()], len(self.points)),
            UsdGeom.Tokens.faceVarying: (self.corners.ravel(), len(self.vertices)),
        }.get(interpolation, (faces, -1))
        return values[places] if len(values) == count else None


class Meshes:
    """Writes each mesh once, however often it is instanced."""

    def __init__(self, gltf: GltfBuilder, materials: Materials, time: Any, budget: Budget, notes: Notes) -> None:
        self._gltf = gltf
        self._materials = materials
        self._time = time
        self._budget = budget
        self._notes = notes
        self._made: dict[tuple[str, str], int | None] = {}

    def use(self, prim: Any) -> int | None:
        """The index of the glTF mesh; None for one without faces. Raises InvalidModel, ModelTooLarge."""
        path = str(prim.GetPrimInPrototype().GetPath() if prim.IsInstanceProxy() else prim.GetPath())
        key = path, material_path(prim)  # which an instance may have from what it stands in
        if key not in self._made:
            self._made[key] = self._write(prim, printable(str(prim.GetPath())))
        return self._made[key]

    def _write(self, prim: Any, name: str) -> int | None:
        checkpoint()
        mesh = UsdGeom.Mesh(prim)
        triangles = self._triangles(mesh, name)
        if triangles is None:
            return None
        scheme = mesh.GetSubdivisionSchemeAttr()
        if scheme.HasAuthoredValue() and scheme.Get() != UsdGeom.Tokens.none:
            self._notes["a subdivision surface is drawn as the mesh that controls it"] = None
        normals = self._normals(mesh, triangles, name)
        positions = triangles.points[triangles.vertices[triangles.corners.ravel()]].astype(np.float32)
        primitives = [
            self._primitive(prim, look, members, triangles, positions, normals)
            for look, members in self._parts(prim, mesh, triangles)
        ]
        return self._gltf.add(pygltflib.Mesh(name=printable(prim.GetName()), primitives=primitives))

    def _triangles(self, mesh: Any, name: str) -> Triangles | None:
        points = _array(mesh.GetPointsAttr().Get(self._time), np.float64, 3)
        sizes = _array(mesh.GetFaceVertexCountsAttr().Get(self._time), np.int64)
        vertices = _array(mesh.GetFaceVertexIndicesAttr().Get(self._time), np.int64)
        if not len(sizes) or not len(points):
            return None
        if (sizes < 0).any() or sizes.sum() != len(vertices):
            raise InvalidModel(f"{name} has {len(vertices):,} indices, and faces of {sizes.sum():,}")
        if (vertices < 0).any() or (vertices >= len(points)).any():
            raise InvalidModel(f"{name} has a face at a point that is not there; it has {len(points):,}")
        if not (np.abs(points) <= limits.COORDINATE).all():
            raise InvalidModel(f"{name} has a point that is nowhere")
        if sizes.max() > limits.POLYGON_CORNERS:
            allowed = f"{limits.POLYGON_CORNERS:,} are allowed"
            raise ModelTooLarge(f"{name} has a face of {sizes.max():,} corners, and {allowed}")
        whole = sizes >= 3
        holes = _array(mesh.GetHoleIndicesAttr().Get(self._time), np.int64)
        whole[holes[(holes >= 0) & (holes < len(sizes))]] = False
        self._budget.take("corners of triangles", 3 * int((sizes[whole] - 2).sum()), limits.INDICES, name)
        if not whole.any():
            return None
        places = np.flatnonzero(np.repeat(whole, sizes))
        corners, owners = triangulate(points, vertices[places], sizes[whole])
        corners = places[corners]
        if mesh.GetOrientationAttr().Get() == UsdGeom.Tokens.leftHanded:
            corners = corners[:, ::-1]
        at = points[vertices[corners]]
        kept = np.cross(at[:, 1] - at[:, 0], at[:, 2] - at[:, 0]).any(axis=1)
        faces = np.flatnonzero(whole)[owners][kept]
        return Triangles(points, vertices, sizes, corners[kept], faces) if kept.any() else None

    def _normals(self, mesh: Any, triangles: Triangles, name: str) -> Float32:
        """(3t, 3), those of the file where it has whole ones."""
        found = self._primvar(mesh, "normals", 3, triangles)
        if found is None:
            values = _array(mesh.GetNormalsAttr().Get(self._time), np.float32, 3)
            found = triangles.spread(values, mesh.GetNormalsInterpolation()) if len(values) else None
            if found is None and len(values):
                self._notes[f"the normals of {name} don't fit its faces, and are made anew"] = None
        if found is not None and np.isfinite(found).all() and found.any(axis=1).all():
            return unit(found)
        rows, normals = creased_normals(triangles.points, triangles.vertices[triangles.corners], CREASE_DEGREES)
        return normals[rows]

    def _parts(self, prim: Any, mesh: Any, triangles: Triangles) -> list[tuple[Look, Int64]]:
        """The materials, each with its triangles."""
        binding = UsdShade.MaterialBindingAPI(prim)
        subsets = binding.GetMaterialBindSubsets()
        self._budget.take("parts of meshes", 1 + len(subsets), limits.DRAWN_PRIMITIVES, "the USD")
        owner = np.zeros(len(triangles.sizes), np.int64)
        for number, subset in enumerate(subsets):
            faces = _array(subset.GetIndicesAttr().Get(self._time), np.int64)
            owner[faces[(faces >= 0) & (faces < len(owner))]] = number + 1
        owners = owner[triangles.faces]
        prims = [prim, *(subset.GetPrim() for subset in subsets)]
        double_sided = bool(mesh.GetDoubleSidedAttr().Get())
        has_color = bool(UsdGeom.PrimvarsAPI(prim).FindPrimvarWithInheritance(_COLOR).HasValue())
        found: dict[int, tuple[Look, list[int]]] = {}
        for number in np.unique(owners):
            look = self._materials.use(prims[number], prim, double_sided=double_sided, has_color=has_color)
            found.setdefault(look.material, (look, []))[1].append(int(number))
        return [(look, np.flatnonzero(np.isin(owners, numbers))) for look, numbers in found.values()]

    def _primitive(
        self, prim: Any, look: Look, members: Int64, triangles: Triangles, positions: Float32, normals: Float32
    ) -> pygltflib.Primitive:
        corners = (members[:, None] * 3 + np.arange(3)).ravel()
        columns = {"POSITION": positions[corners], "NORMAL": normals[corners]}
        for number, name in enumerate(look.texcoords):
            found = self._texcoords(prim, name, triangles)
            if found is None:
                self._notes[f"{printable(prim.GetName())} has no texture coordinates {printable(name)!r}"] = None
                found = np.zeros((len(positions), 2), np.float32)
            columns[f"TEXCOORD_{number}"] = np.stack((found[corners, 0], 1 - found[corners, 1]), axis=1)
        colors = self._primvar(UsdGeom.Mesh(prim), look.color, 3, triangles) if look.color else None
        if colors is not None:
            shown = np.clip(np.nan_to_num(colors[corners]), 0.0, 1.0)
            columns["COLOR_0"] = np.pad(shown, ((0, 0), (0, 1)), constant_values=1.0)
        first, indices = welded(np.concatenate(list(columns.values()), axis=1))
        attributes = pygltflib.Attributes(**{
            name: self._gltf.add_vertices(rows[first], bounded=name == "POSITION") for name, rows in columns.items()
        })  # fmt: skip
        return pygltflib.Primitive(
            attributes=attributes, indices=self._gltf.add_indices(indices), material=look.material
        )

    def _texcoords(self, prim: Any, name: str, triangles: Triangles) -> Float32 | None:
        """The set that the material asks for, else the one that most programs write."""
        mesh = UsdGeom.Mesh(prim)
        found = (self._primvar(mesh, each, 2, triangles) for each in (name, *_UV_NAMES))
        values = next((each for each in found if each is not None), None)
        return None if values is None else np.nan_to_num(values, posinf=0.0, neginf=0.0)

    def _primvar(self, mesh: Any, name: str, width: int, triangles: Triangles) -> Float32 | None:
        """(3t, width); None where the mesh has none of that name and width, or one that doesn't fit its faces."""
        primvar = UsdGeom.PrimvarsAPI(mesh.GetPrim()).FindPrimvarWithInheritance(name)
        if not primvar or not primvar.HasValue():
            return None
        values = np.array(primvar.ComputeFlattened(self._time))
        if values.dtype.kind not in "fiu" or values.size == 0 or values.size % width or values.shape[-1] != width:
            return None
        return triangles.spread(values.reshape(-1, width).astype(np.float32), primvar.GetInterpolation())


def _array(values: Any, kind: Any, width: int | None = None) -> Any:
    """usd-core's array as NumPy's, (n,) or (n, width); empty where there is none."""
    found = np.zeros(0, kind) if values is None else np.array(values).astype(kind)
    return found if width is None else found.reshape(-1, width)
