"""The meshes of a stage, each where it stands, as glTF's nodes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
from pxr import Usd, UsdGeom, UsdLux, UsdSkel

from renderer.arrays import Float64
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel, InvalidModel
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.limits import Budget
from renderer.load.made import MadeDocument
from renderer.load.usd.materials import Materials
from renderer.load.usd.meshes import Meshes
from renderer.load.usd.opening import Notes, Package, open_stage

_DRAWN = (UsdGeom.Tokens.default_, UsdGeom.Tokens.render)
_Z_UP = np.array([(1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)], np.float64)
"""For rows, as usd-core has them: z becomes y."""


def read_scene(path: Path) -> MadeDocument:
    """Raises ModelError subclasses, and whatever usd-core raises."""
    package = Package(path)
    notes: Notes = {}
    stage = open_stage(package, notes)
    walk = _Walk(stage, package, notes)
    walk.add_all()
    if not walk.nodes:
        kinds = f"; it has {', '.join(walk.others)}" if walk.others else ""
        raise EmptyModel(f"the USD has no meshes to draw{kinds}")
    notes |= dict.fromkeys(f"{kind} can't be drawn, and is left out" for kind in walk.others)
    return MadeDocument(walk.gltf.document(walk.nodes), walk.gltf.binary, tuple(notes)[: limits.WARNINGS])


class _Walk:
    """`nodes` are those of the document. `others` are the types of what would be seen but isn't read."""

    def __init__(self, stage: Any, package: Package, notes: Notes) -> None:
        self.gltf = GltfBuilder("Pirouette")
        self.nodes: list[int] = []
        self.others: dict[str, None] = {}
        self._stage = stage
        self._notes = notes
        self._time = Usd.TimeCode.EarliestTime()  # the first moment of what moves, else the only one
        self._places = UsdGeom.XformCache(self._time)
        self._budget = Budget()
        materials = Materials(package, self.gltf, self._time, notes)
        self._meshes = Meshes(self.gltf, materials, self._time, self._budget, notes)
        self._root = _root_matrix(stage)

    def add_all(self) -> None:
        for prim in self._visible(self._stage.GetPseudoRoot()):
            if prim.IsA(UsdGeom.PointInstancer):
                self._add_instances(UsdGeom.PointInstancer(prim))
            elif prim.IsA(UsdGeom.Mesh):
                self._add(prim, _matrix(self._places.GetLocalToWorldTransform(prim)))
            elif prim.IsA(UsdGeom.Gprim) or prim.HasAPI(UsdLux.LightAPI):
                self.others[printable(prim.GetTypeName())] = None
            elif prim.IsA(UsdSkel.Animation):
                self._notes["its skeleton doesn't move: it is drawn at rest"] = None
            if prim.IsA(UsdGeom.Xformable) and UsdGeom.Xformable(prim).TransformMightBeTimeVarying():
                self._notes["what moves is drawn at its first moment"] = None

    def _visible(self, root: Any) -> Iterator[Any]:
        """The prims below, without those that are hidden, or are only there to be instanced."""
        prims = iter(Usd.PrimRange(root, Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)))
        for prim in prims:
            checkpoint()
            self._budget.take("prims", 1, 20 * limits.NODES, "the USD")
            imageable = UsdGeom.Imageable(prim)
            if imageable and imageable.GetVisibilityAttr().Get(self._time) == UsdGeom.Tokens.invisible:
                prims.PruneChildren()
                continue
            if imageable and imageable.ComputePurpose() not in _DRAWN:
                continue
            if prim.IsA(UsdGeom.PointInstancer):
                prims.PruneChildren()
            yield prim

    def _add(self, prim: Any, world: Float64) -> None:
        mesh = self._meshes.use(prim)
        if mesh is None:
            return
        self._budget.take("nodes", 1, limits.NODES, "the USD")
        matrix = world @ self._root
        if not (np.abs(matrix) <= limits.COORDINATE).all():
            raise InvalidModel(f"{printable(str(prim.GetPath()))} is placed nowhere")
        node = pygltflib.Node(name=printable(prim.GetName()), mesh=mesh, matrix=matrix.ravel().tolist())
        self.nodes.append(self.gltf.add(node))

    def _add_instances(self, instancer: Any) -> None:
        prototypes = [self._stage.GetPrimAtPath(path) for path in instancer.GetPrototypesRel().GetForwardedTargets()]
        placed = instancer.ComputeInstanceTransformsAtTime(self._time, self._time)
        if not placed:
            return
        self._budget.take("instances", len(placed), limits.NODES, "the USD")
        base = _matrix(self._places.GetLocalToWorldTransform(instancer.GetPrim()))
        chosen = np.array(instancer.GetProtoIndicesAttr().Get(self._time), np.int64)
        mask = instancer.ComputeMaskAtTime(self._time)
        shown = np.array(mask, bool) if mask else np.ones(len(chosen), bool)
        chosen = chosen[shown] if len(shown) == len(chosen) else chosen
        if len(chosen) != len(placed) or (chosen < 0).any() or (chosen >= len(prototypes)).any():
            raise InvalidModel(f"{printable(str(instancer.GetPath()))} has instances of what isn't there")
        for number, prototype in enumerate(prototypes):
            if not prototype:
                continue
            for prim in self._visible(prototype):
                if prim.IsA(UsdGeom.Mesh):
                    relative = _matrix(self._places.ComputeRelativeTransform(prim, prototype)[0])
                    for index in np.flatnonzero(chosen == number):
                        self._add(prim, relative @ _matrix(placed[int(index)]) @ base)


def _matrix(matrix: Any) -> Float64:
    return np.array(matrix, np.float64).reshape(4, 4)


def _root_matrix(stage: Any) -> Float64:
    """From the stage to glTF's metres with y up."""
    size = UsdGeom.GetStageMetersPerUnit(stage)
    scale = np.diag([size, size, size, 1.0]) if 0 < size < limits.COORDINATE else np.eye(4)
    return scale @ _Z_UP if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.z else scale
