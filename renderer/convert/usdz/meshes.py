"""A primitive's triangles as a UsdGeom.Mesh."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Sdf, UsdGeom, UsdShade, Vt

from renderer.arrays import Float32
from renderer.checkpoints import checkpoint
from renderer.convert.usdz.colors import Coloring, coloring
from renderer.convert.usdz.coordinates import sets_of, st_name
from renderer.convert.usdz.materials import Materials
from renderer.convert.usdz.pictures import Pictures
from renderer.convert.usdz.tangents import green_points_down
from renderer.scene.nodes import Material, Primitive


class Meshes:
    """Writes primitives as often as they are shown. Equal arrays are stored once in the file."""

    def __init__(
        self, stage: Any, scene: Sequence[Material], pictures: Pictures, materials: Materials, notes: list[str]
    ) -> None:
        self._stage = stage
        self._scene = scene
        self._pictures = pictures
        self._materials = materials
        self._notes = notes
        self._colorings: dict[int, Coloring] = {}

    def write(self, path: Any, primitive: Primitive) -> Any:
        """The UsdGeom.Mesh at `path`, with its material. The scene keeps `primitive` alive meanwhile."""
        checkpoint()
        mesh = UsdGeom.Mesh.Define(self._stage, path)
        points = Vt.Vec3fArray.FromNumpy(primitive.positions)
        mesh.CreatePointsAttr(points)
        mesh.CreateExtentAttr(UsdGeom.PointBased.ComputeExtent(points))
        mesh.CreateFaceVertexCountsAttr(Vt.IntArray(len(primitive.indices) // 3, 3))
        mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(primitive.indices.astype(np.int32)))
        mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
        if primitive.normals is not None:
            mesh.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(primitive.normals))
            mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
        material = self._scene[primitive.material]
        sets = sets_of(material)
        for coordinates, name in sets.items():
            _add_st(mesh, name, coordinates.st(primitive), UsdGeom.Tokens.vertex)
        mesh.CreateDoubleSidedAttr(material.double_sided)
        found = self._coloring(primitive, material)
        baked = st_name(len(sets))
        if found.st is not None:
            _add_st(mesh, baked, found.st, UsdGeom.Tokens.faceVarying)
        green_down = green_points_down(primitive, material)
        bound = self._materials.use(primitive.material, found, baked, green_down=green_down)
        UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(bound)
        return mesh

    def _coloring(self, primitive: Primitive, material: Material) -> Coloring:
        if id(primitive) not in self._colorings:
            self._colorings[id(primitive)] = coloring(primitive, material, self._pictures, self._notes)
        return self._colorings[id(primitive)]


def _add_st(mesh: Any, name: str, st: Float32, interpolation: str) -> None:
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar(name, Sdf.ValueTypeNames.TexCoord2fArray, interpolation)
    primvar.Set(Vt.Vec2fArray.FromNumpy(st))
