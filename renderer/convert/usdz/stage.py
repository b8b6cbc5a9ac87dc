"""The stage: what the scene shows, each below its nodes, which stand and move as glTF's do."""

from pathlib import Path
from typing import Any

import numpy as np
from pxr import Gf, Kind, Sdf, Usd, UsdGeom

from renderer.arrays import Float64
from renderer.convert.usdz.materials import Materials
from renderer.convert.usdz.meshes import Meshes
from renderer.convert.usdz.motion import FPS, Motion, sampled, set_rows
from renderer.convert.usdz.names import Names
from renderer.convert.usdz.pictures import Pictures
from renderer.convert.usdz.rigs import Rig
from renderer.convert.usdz.skeletons import check_depth, parents_of
from renderer.convert.usdz.variants import Variants
from renderer.errors import EmptyModel
from renderer.scene.animation import Pose, find_clip, pose_scene
from renderer.scene.hierarchy import reachable
from renderer.scene.nodes import Mesh, Node, Primitive, Scene, Topology

_MOMENTS = 24
"""At which the bounds of what deforms are taken, as for framing."""

_ROOT = Sdf.Path("/Root")


def write_stage(scene: Scene, file: Path, notes: list[str]) -> None:
    """Writes `file`, a .usdc in an empty folder, and the textures beside it; adds what is left out to `notes`.

    Raises ModelError subclasses, and whatever usd-core raises.
    """
    stage = Usd.Stage.CreateNew(str(file))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    root = UsdGeom.Xform.Define(stage, _ROOT)
    stage.SetDefaultPrim(root.GetPrim())
    Usd.ModelAPI(root).SetKind(Kind.Tokens.component)
    motion = sampled(scene, notes)
    if motion.frames > 1:
        stage.SetTimeCodesPerSecond(FPS)
        stage.SetFramesPerSecond(FPS)
        stage.SetStartTimeCode(0)
        stage.SetEndTimeCode(motion.frames - 1)
    pictures = Pictures(file.parent, scene.images)
    folder = UsdGeom.Scope.Define(stage, _ROOT.AppendChild("Materials")).GetPath()
    materials = Materials(stage, folder, scene.materials, pictures, notes)
    varied = any(primitive.looks for mesh in scene.meshes for primitive in mesh.primitives)
    variants = Variants(root.GetPrim(), scene.variants, notes) if varied else None
    meshes = Meshes(stage, scene.materials, pictures, materials, variants, notes)
    _Tree(stage, scene, motion, meshes, notes).write()
    stage.Save()


class _Tree:
    def __init__(self, stage: Any, scene: Scene, motion: Motion, meshes: Meshes, notes: list[str]) -> None:
        self._stage = stage
        self._scene = scene
        self._motion = motion
        self._meshes = meshes
        self._notes = notes
        self._names = Names("Materials", "Skeleton", "Animation")
        self._parents = parents_of(scene.nodes)
        self._rigs: dict[tuple[str, int], Rig] = {}
        self._rest = pose_scene(scene, None, 0.0)

    def write(self) -> None:
        shown = {index for index in reachable(self._scene) if self._triangles(self._scene.nodes[index])}
        if not shown:
            raise EmptyModel("the model has no triangles, and AR viewers show nothing else")
        skinned = {index for index in shown if self._scene.nodes[index].skin is not None}
        paths: dict[int, Any] = {}
        for index in self._with_their_parents(shown - skinned):
            node = self._scene.nodes[index]
            above = paths[self._parents[index]] if index in self._parents else _ROOT
            paths[index] = self._write_node(index, above.AppendChild(self._names.new(node.name, "Node")))
            if index in shown:
                self._show(index, paths[index])
        for index in sorted(skinned):  # joints alone place a skin, whatever node shows it
            self._show(index, _ROOT)
        poses = self._poses() if self._rigs else []
        for rig in self._rigs.values():
            rig.finish(self._scene, poses)

    def _poses(self) -> list[Pose]:
        """Of moments that are spread over the whole motion."""
        clip = find_clip(self._scene, "*") if self._motion.frames > 1 else None
        times = np.unique(np.linspace(0.0, (self._motion.frames - 1) / FPS, _MOMENTS))
        return [pose_scene(self._scene, clip, float(time)) for time in times]

    def _triangles(self, node: Node) -> list[Primitive]:
        if node.mesh is None:
            return []
        primitives = self._scene.meshes[node.mesh].primitives
        found = [primitive for primitive in primitives if primitive.topology is Topology.TRIANGLES]
        if len(found) < len(primitives):
            self._notes.append("lines and points are left out: AR viewers show triangles only")
        return found

    def _with_their_parents(self, shown: set[int]) -> list[int]:
        """The nodes to write, parents first. Joints that show nothing themselves are their skeleton's matter."""
        wanted = set()
        for index in shown:
            wanted.add(index)
            while index in self._parents and self._parents[index] not in wanted:
                index = self._parents[index]
                wanted.add(index)
        order = [index for index in reachable(self._scene) if index in wanted]
        depths: dict[int, int] = {}
        for index in order:
            depths[index] = 1 + (depths[self._parents[index]] if index in self._parents else 0)
        check_depth(max(depths.values(), default=0))
        return order

    def _write_node(self, index: int, path: Any) -> Any:
        node = self._scene.nodes[index]
        form = UsdGeom.Xform.Define(self._stage, path)
        if node.matrix is not None:
            form.AddTransformOp().Set(_matrix(node.matrix))
        else:
            self._write_transform(form, index, node)
        visible = self._motion.rows(index, "visible", (float(node.visible),))
        if not visible.all():
            set_rows(form.CreateVisibilityAttr(), visible, lambda row: (
                UsdGeom.Tokens.inherited if row[0] >= 0.5 else UsdGeom.Tokens.invisible
            ))
        return path

    def _write_transform(self, form: Any, index: int, node: Node) -> None:
        translations = self._motion.rows(index, "translation", node.translation)
        rotations = self._motion.rows(index, "rotation", node.rotation)
        scales = self._motion.rows(index, "scale", node.scale)
        if translations.any():
            set_rows(form.AddTranslateOp(), translations, lambda row: Gf.Vec3d(*row.tolist()))
        if rotations[:, :3].any():
            set_rows(form.AddOrientOp(), rotations, lambda row: Gf.Quatf(float(row[3]), *row[:3].tolist()))
        if (scales != 1).any():
            set_rows(form.AddScaleOp(), scales, lambda row: Gf.Vec3f(*row.tolist()))

    def _show(self, index: int, path: Any) -> None:
        node = self._scene.nodes[index]
        mesh = self._scene.meshes[node.mesh or 0]
        for place in [None] if node.instances is None else node.instances:
            below = path
            if place is not None:
                below = path.AppendChild(self._names.new("", "Instance"))
                UsdGeom.Xform.Define(self._stage, below).AddTransformOp().Set(_matrix(place))
            for primitive in self._triangles(node):
                self._show_primitive(index, below, mesh, primitive)

    def _show_primitive(self, index: int, above: Any, mesh: Mesh, primitive: Primitive) -> None:
        node = self._scene.nodes[index]
        name = self._names.new(mesh.name, "Mesh")
        if node.skin is not None and primitive.joints is not None:
            rig = self._skin_rig(node.skin)
        elif primitive.targets:
            rig = self._morph_rig(index, above)
        else:
            self._meshes.write(above.AppendChild(name), primitive)
            return
        written = self._meshes.write(rig.path.AppendChild(name), primitive)
        rig.bind(written, primitive, index, node.weights or mesh.weights)

    def _skin_rig(self, skin: int) -> Rig:
        if ("skin", skin) not in self._rigs:
            rig = self._rigs["skin", skin] = Rig(
                self._stage, _ROOT.AppendChild(self._names.new("", "Skin")), self._motion
            )
            rig.follow(self._scene.skins[skin], self._scene.nodes, self._rest, self._notes)
        return self._rigs["skin", skin]

    def _morph_rig(self, node: int, above: Any) -> Rig:
        key = (str(above), node)
        if key not in self._rigs:
            rig = self._rigs[key] = Rig(self._stage, above.AppendChild(self._names.new("", "Morphs")), self._motion)
            rig.stand_still()
        return self._rigs[key]


def _matrix(matrix: Float64) -> Any:
    """For usd-core, whose vectors are rows."""
    return Gf.Matrix4d(*np.asarray(matrix, np.float64).T.ravel().tolist())
