"""Skins and morph targets as UsdSkel has them: a SkelRoot, in it a skeleton, its animation, and the meshes.

What only morphs has a skeleton of one joint, which stands still: viewers look for blend shapes there.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, UsdSkel, Vt

from renderer.arrays import Float64, Int64
from renderer.convert.usdz.motion import Motion, set_rows
from renderer.convert.usdz.skeletons import parents_of, skeleton_nodes
from renderer.scene.animation import Pose
from renderer.scene.deform import Drawable, deformed
from renderer.scene.hierarchy import local_matrices
from renderer.scene.nodes import MorphTarget, Node, Path, Primitive, Scene, Skin

_HALF = (6e-5, 65504.0)
"""The smallest and the largest scale that UsdSkel's 16-bit floats hold to three digits."""

_PATHS: tuple[Path, ...] = ("translation", "rotation", "scale")


@dataclasses.dataclass(slots=True)
class Shapes:
    """A node's morph targets: their names in the skeleton's animation, and weights (frames or 1, targets)."""

    names: list[str]
    weights: Float64


class Rig:
    """The SkelRoot at `path`. Meshes are written below it and bound one by one; `finish` writes what moves them."""

    def __init__(self, stage: Any, path: Any, motion: Motion) -> None:
        self.path = path
        self._stage = stage
        self._motion = motion
        self._root = UsdSkel.Root.Define(stage, path)
        self._skeleton = UsdSkel.Skeleton.Define(stage, path.AppendChild("Skeleton"))
        self._animation = UsdSkel.Animation.Define(stage, path.AppendChild("Animation"))
        self._numbers: Int64 | None = None  # by the skin's joints: which of the skeleton's each is
        self._shapes: dict[int, Shapes] = {}
        self._bound: list[Drawable] = []
        binding = UsdSkel.BindingAPI.Apply(self._skeleton.GetPrim())
        binding.CreateAnimationSourceRel().SetTargets([self._animation.GetPath()])
        UsdSkel.BindingAPI.Apply(self._root.GetPrim())

    def stand_still(self) -> None:
        """Gives the skeleton one joint."""
        one = np.eye(4)[None]
        self._set_joints(["Joint"], one, one)
        self._animation.CreateTranslationsAttr(Vt.Vec3fArray(1, Gf.Vec3f(0.0)))
        self._animation.CreateRotationsAttr(Vt.QuatfArray(1, Gf.Quatf.GetIdentity()))
        self._animation.CreateScalesAttr(Vt.Vec3hArray(1, Gf.Vec3h(1.0)))

    def follow(self, skin: Skin, nodes: list[Node], rest: Pose, notes: list[str]) -> None:
        """Gives the skeleton the joints of `skin`. Raises ModelTooLarge for joints too deep."""
        parents = parents_of(nodes)
        joints = skeleton_nodes(skin, parents)
        names: dict[int, str] = {}
        for joint in joints:  # nodes' own names would be repeated in the paths of all below
            names[joint] = f"{names[parents[joint]]}/n{joint}" if joint in parents else f"n{joint}"
        numbers = {joint: number for number, joint in enumerate(joints)}
        self._numbers = np.array([numbers[joint] for joint in skin.joints])
        bound = rest.world[joints]
        bound[self._numbers] = _inverse(skin.inverse_bind_matrices, notes)
        own = [_local(nodes[joint], notes) for joint in joints]
        at_rest = local_matrices(*(np.array([local[path] for local in own]) for path in _PATHS))
        self._set_joints(list(names.values()), bound, at_rest)
        moved = {path: self._stacked(joints, path, [local[path] for local in own]) for path in _PATHS}
        if ((abs(moved["scale"]) < _HALF[0]) | (abs(moved["scale"]) > _HALF[1])).any():
            notes.append("joints are scaled beyond what USD's numbers hold, and may stand wrong")
        scales = np.clip(moved["scale"], -_HALF[1], _HALF[1])
        animation = self._animation
        set_rows(
            animation.CreateTranslationsAttr(), moved["translation"], lambda row: Vt.Vec3fArray.FromNumpy(_f32(row))
        )
        set_rows(animation.CreateRotationsAttr(), moved["rotation"], lambda row: Vt.QuatfArray.FromNumpy(_f32(row)))
        set_rows(animation.CreateScalesAttr(), scales, lambda row: Vt.Vec3hArray.FromNumpy(row.astype(np.float16)))

    def bind(self, mesh: Any, primitive: Primitive, node: int, weights: tuple[float, ...]) -> None:
        """Has the skeleton move `mesh`, which is below this rig, as `primitive` of `node` is moved; `weights` are those
        of the morph targets at rest."""
        binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
        binding.CreateSkeletonRel().SetTargets([self._skeleton.GetPath()])
        binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
        if self._numbers is None or primitive.joints is None or primitive.weights is None:
            count = len(primitive.positions)  # one for all is valid, but some readers refuse it
            joints, shares = np.zeros((count, 1), np.int32), np.ones((count, 1), np.float32)
        else:
            joints, shares = self._numbers[primitive.joints].astype(np.int32), primitive.weights
        width = joints.shape[1]
        binding.CreateJointIndicesPrimvar(False, width).Set(Vt.IntArray.FromNumpy(joints.ravel()))
        binding.CreateJointWeightsPrimvar(False, width).Set(Vt.FloatArray.FromNumpy(_f32(shares.ravel())))
        self._bound.append(Drawable(node, primitive))
        if primitive.targets:
            self._add_shapes(binding, mesh, primitive.targets, node, weights)

    def finish(self, scene: Scene, poses: Sequence[Pose]) -> None:
        """Writes the weights of all shapes, and the room that is taken in the `poses`."""
        if self._shapes:
            every = list(self._shapes.values())
            frames = max(len(shapes.weights) for shapes in every)
            weights = np.concatenate(
                [np.broadcast_to(shapes.weights, (frames, len(shapes.names))) for shapes in every], axis=1
            )
            self._animation.CreateBlendShapesAttr([name for shapes in every for name in shapes.names])
            set_rows(
                self._animation.CreateBlendShapeWeightsAttr(), weights, lambda row: Vt.FloatArray.FromNumpy(_f32(row))
            )
        self._set_extent(scene, poses)

    def _set_extent(self, scene: Scene, poses: Sequence[Pose]) -> None:
        """One box for all poses: viewers drop what they take to be out of sight."""
        clouds = (deformed(scene, drawable, pose).positions for drawable in self._bound for pose in poses)
        boxes = np.array([(cloud.min(axis=0), cloud.max(axis=0)) for cloud in clouds])
        box = np.stack((boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)))
        self._root.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(_f32(box)))

    def _stacked(self, joints: list[int], path: Path, rest: list[tuple[float, ...]]) -> Float64:
        """(frames or 1, joints, width)."""
        tracks = [self._motion.rows(joint, path, values) for joint, values in zip(joints, rest, strict=True)]
        frames = max(map(len, tracks))
        return np.stack([np.broadcast_to(track, (frames, track.shape[1])) for track in tracks], axis=1)

    def _set_joints(self, names: list[str], bound: Float64, rest: Float64) -> None:
        self._skeleton.CreateJointsAttr(names)
        self._skeleton.CreateBindTransformsAttr(_matrices(bound))
        self._skeleton.CreateRestTransformsAttr(_matrices(rest))
        self._animation.CreateJointsAttr(names)

    def _add_shapes(
        self, binding: Any, mesh: Any, targets: tuple[MorphTarget, ...], node: int, weights: tuple[float, ...]
    ) -> None:
        if node not in self._shapes:
            names = [f"n{node}_{number}" for number in range(len(targets))]
            self._shapes[node] = Shapes(names, self._motion.rows(node, "weights", weights))
        names = self._shapes[node].names
        shapes = [
            _write_shape(self._stage, mesh.GetPath().AppendChild(name), target)
            for name, target in zip(names, targets, strict=True)
        ]
        binding.CreateBlendShapesAttr(names)
        binding.CreateBlendShapeTargetsRel().SetTargets([shape.GetPath() for shape in shapes])


def _local(node: Node, notes: list[str]) -> dict[Path, tuple[float, ...]]:
    """What the node's own transform is made of; a matrix is taken apart."""
    if node.matrix is None:
        return {"translation": node.translation, "rotation": node.rotation, "scale": node.scale}
    matrix = Gf.Matrix4d(*node.matrix.T.ravel().tolist())
    translation, rotation, scale = UsdSkel.DecomposeTransform(matrix)
    if not Gf.IsClose(UsdSkel.MakeTransform(translation, rotation, scale), matrix, 1e-3 * max(map(abs, scale))):
        notes.append("a joint is sheared, which no skeleton of USD is, and may stand wrong")
    turned = (*rotation.GetImaginary(), rotation.GetReal())
    return {"translation": tuple(translation), "rotation": turned, "scale": tuple(map(float, scale))}


def _inverse(matrices: Float64, notes: list[str]) -> Float64:
    try:
        return np.asarray(np.linalg.inv(matrices), np.float64)
    except np.linalg.LinAlgError:
        notes.append("a skin has joints that flatten it, and may stand wrong")
        return np.asarray(np.linalg.pinv(matrices), np.float64)


def _write_shape(stage: Any, path: Any, target: MorphTarget) -> Any:
    shape = UsdSkel.BlendShape.Define(stage, path)
    moved = [array for array in (target.positions, target.normals) if array is not None]
    rows = np.flatnonzero(np.any([array.any(axis=1) for array in moved], axis=0)) if moved else np.zeros(0, np.int64)
    if not len(rows):
        rows = np.zeros(1, np.int64)  # a shape must move something, by nothing
    zero = np.zeros((len(rows), 3), np.float32)
    shape.CreateOffsetsAttr(Vt.Vec3fArray.FromNumpy(zero if target.positions is None else _f32(target.positions[rows])))
    shape.CreateNormalOffsetsAttr(
        Vt.Vec3fArray.FromNumpy(zero if target.normals is None else _f32(target.normals[rows]))
    )
    shape.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(rows.astype(np.int32)))
    return shape


def _matrices(rows: Float64) -> Any:
    """For usd-core, whose vectors are rows."""
    return Vt.Matrix4dArray.FromNumpy(np.ascontiguousarray(rows.transpose(0, 2, 1)))


def _f32(values: Any) -> Any:
    return np.ascontiguousarray(values, np.float32)
