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
from renderer.convert.usdz.variants import Variants
from renderer.scene.nodes import Material, Primitive


class Meshes:
    """Writes primitives as often as they are shown. Equal arrays are stored once in the file."""

    def __init__(
        self, stage: Any, scene: Sequence[Material], pictures: Pictures, materials: Materials,
        variants: Variants | None, notes: list[str],
    ) -> None:  # fmt: skip
        """`variants` are there if primitives have looks."""
        self._stage = stage
        self._scene = scene
        self._pictures = pictures
        self._materials = materials
        self._variants = variants
        self._notes = notes
        self._colorings: dict[tuple[int, int], Coloring] = {}

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
        bound = {index: self._bound(primitive, index) for index in (primitive.material, *primitive.looks.values())}
        if self._variants is None or not primitive.looks:
            self._dress(mesh, primitive, primitive.material, bound[primitive.material])
            return mesh
        for number in self._variants.each():
            index = primitive.material if number is None else primitive.looks.get(number, primitive.material)
            self._dress(mesh, primitive, index, bound[index])
        return mesh

    def _bound(self, primitive: Primitive, index: int) -> Any:
        """The UsdShade.Material of a material on the primitive."""
        material = self._scene[index]
        return self._materials.use(
            index, self._coloring(primitive, index), st_name(len(sets_of(material))),
            green_down=green_points_down(primitive, material),
        )  # fmt: skip

    def _dress(self, mesh: Any, primitive: Primitive, index: int, bound: Any) -> None:
        """Binds a material, and writes what it needs on the mesh."""
        material = self._scene[index]
        sets = sets_of(material)
        for coordinates, name in sets.items():
            _add_st(mesh, name, coordinates.st(primitive), UsdGeom.Tokens.vertex)
        baked = self._coloring(primitive, index).st
        if baked is not None:
            _add_st(mesh, st_name(len(sets)), baked, UsdGeom.Tokens.faceVarying)
        mesh.CreateDoubleSidedAttr(material.double_sided)
        UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(bound)

    def _coloring(self, primitive: Primitive, index: int) -> Coloring:
        key = id(primitive), index
        if key not in self._colorings:
            self._colorings[key] = coloring(primitive, self._scene[index], self._pictures, self._notes)
        return self._colorings[key]


def _add_st(mesh: Any, name: str, st: Float32, interpolation: str) -> None:
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar(name, Sdf.ValueTypeNames.TexCoord2fArray, interpolation)
    primvar.Set(Vt.Vec2fArray.FromNumpy(st))
