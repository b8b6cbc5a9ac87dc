"""The triangles of a glTF document as parts: from its primitives to arrays of the types that the file stores.

A part is what one primitive draws, or several that refer to the same data. Compressed data are decoded; all else stays
as the file has it, so that a vertex that is kept is kept to the bit.
"""

import dataclasses
import json
from collections.abc import Iterator

import numpy as np

from renderer.arrays import Array, Float32, Float64, Int64, UInt32
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel
from renderer.load import topology
from renderer.load.accessors import COMPONENT_DTYPES, TYPE_WIDTHS, Accessors
from renderer.load.draco import NAME as DRACO
from renderer.load.draco import Draco
from renderer.load.fields import Fields
from renderer.load.instancing import read_instances
from renderer.load.limits import Budget
from renderer.load.rows import welded
from renderer.load.vertices import VertexReader
from renderer.scene.animation import Pose
from renderer.scene.deform import Drawable, deformed
from renderer.scene.nodes import Primitive, Scene, Topology

Place = tuple[int, int]
"""Of a primitive in the document: the numbers of its mesh and, there, its own."""

Name = tuple[int | None, str]
"""Of an attribute: the number of its morph target, None for the mesh itself, and its semantic, such as "POSITION"."""

_TRIANGLES = (topology.TRIANGLES, topology.TRIANGLE_STRIP, topology.TRIANGLE_FAN)
_WIDTHS = tuple(sorted(set(TYPE_WIDTHS.values())))
_FLAT = 1e-12
"""A transform that leaves less of a volume than this share of its scale cubed places nothing: something that grows in
an animation, say. The mesh is then taken as it is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """`primitives` draw it, `drawn` times in all: in several nodes, or as instances of one.

    `attributes` have the number of the accessor, and its rows (n, width) of the component type that the file stores.
    `indices` are flat, three for each triangle. What follows is the same n vertices as they are seen at rest, where the
    part is largest: `positions` in the world, `normals` not scaled to length 1, `anchors` the middles of the joints
    that move them, by their weights; `offsets` are those of the morph targets.
    """

    primitives: tuple[Place, ...]
    drawn: int
    attributes: dict[Name, tuple[int, Array]]
    indices: UInt32
    index_accessor: int | None
    positions: Float64
    normals: Float64 | None
    texcoords: tuple[Float32, ...]
    colors: Float32 | None
    anchors: Float64 | None
    offsets: tuple[Float64, ...]

    def twins(self) -> Int64:
        """For each vertex the first that is the same in all attributes, (n,)."""
        columns = [np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
                   for _, rows in self.attributes.values()]
        packed = np.concatenate(columns, axis=1)
        padded = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4)))
        first, kinds = welded(padded.view(np.float32))
        return first[kinds]


@dataclasses.dataclass(frozen=True, slots=True)
class _Showing:
    """A node that shows a mesh, and the matrix of one instance."""

    node: int
    matrix: Float64


def read_parts(root: Fields, accessors: Accessors, budget: Budget, scene: Scene, pose: Pose) -> list[Part]:
    """The parts of the document, in the order of their first primitives. `scene` is made from it, in `pose` at rest.

    Raises InvalidModel for data that break the format.
    """
    shown = _showings(root, accessors, budget, pose)
    alike: dict[str, list[Place]] = {}
    primitives: dict[Place, Fields] = {}
    for mesh, fields in enumerate(root.children("meshes")):
        for number, primitive in enumerate(fields.children("primitives")):
            if _has_triangles(primitive):
                primitives[mesh, number] = primitive
                alike.setdefault(_data_of(primitive), []).append((mesh, number))
    parts = []
    with Draco(accessors, []) as draco:  # `scene` has its warnings already
        for places in alike.values():
            showings = [each for mesh, _ in places for each in shown.get(mesh, ())]
            part = _read(primitives[places[0]], tuple(places), showings, accessors, budget, draco, scene, pose)
            if len(part.indices):
                parts.append(part)
    return parts


def _has_triangles(primitive: Fields) -> bool:
    mode = primitive.choice("mode", topology.MODES, topology.TRIANGLES)
    return mode in _TRIANGLES and primitive.required_child("attributes").has("POSITION")


def _data_of(primitive: Fields) -> str:
    """Equal for primitives that draw the same triangles."""
    values = primitive.values
    packed = values.get("extensions", {}).get(DRACO)
    return json.dumps([packed, *(values.get(key) for key in ("mode", "attributes", "indices", "targets"))],
                      sort_keys=True)


def _showings(root: Fields, accessors: Accessors, budget: Budget, pose: Pose) -> dict[int, list[_Showing]]:
    """By the number of a mesh, what shows it."""
    found: dict[int, list[_Showing]] = {}
    for index, node in enumerate(root.children("nodes")):
        mesh = node.optional_index("mesh", len(root.children("meshes")))
        if mesh is not None:
            instances = None if node.has("skin") else read_instances(node, accessors, budget)
            matrices = pose.world[index] @ (np.eye(4)[None] if instances is None else instances)
            found.setdefault(mesh, []).extend(_Showing(index, matrix) for matrix in matrices)
    return found


def _read(
    fields: Fields, places: tuple[Place, ...], showings: list[_Showing], accessors: Accessors, budget: Budget,
    draco: Draco, scene: Scene, pose: Pose,
) -> Part:
    checkpoint()
    draco.decompress(fields)
    attributes = {name: (accessor, accessors.integers(accessor, user, _WIDTHS, tuple(COMPONENT_DTYPES)))
                  for name, accessor, user in _attributes(fields, len(accessors))}
    vertices = len(attributes[None, "POSITION"][1])
    for name, (_, rows) in attributes.items():
        if len(rows) != vertices:
            raise InvalidModel(f"{fields.path} has {len(rows)} elements of {name[1]}, and {vertices} positions")
    index = fields.optional_index("indices", len(accessors))
    given = (np.arange(vertices) if index is None
             else accessors.integers(index, fields.name_of("indices"), (1,))[:, 0]).astype(np.uint32)
    if int(given.max()) >= vertices:
        raise InvalidModel(f"{fields.path} has index {given.max()}, and {vertices} vertices")
    mode = fields.choice("mode", topology.MODES, topology.TRIANGLES)
    indices = topology.as_list(mode, given)[1]

    reader = VertexReader(accessors, budget, vertices, None)
    own = fields.required_child("attributes")
    primitive = Primitive(Topology.TRIANGLES, reader.coordinates(own, "POSITION"), indices, 0)
    if own.has("NORMAL"):
        primitive.normals = reader.floats(own, "NORMAL", (3,))
    primitive.joints, primitive.weights = reader.joints(own)
    seen = max(showings, key=lambda each: abs(float(np.linalg.det(each.matrix[:3, :3]))), default=None)
    matrix = np.eye(4) if seen is None or _is_flat(seen.matrix) else seen.matrix
    positions, normals, anchors = primitive.positions, primitive.normals, None
    if seen is not None and primitive.joints is not None and scene.nodes[seen.node].skin is not None:
        bent = deformed(scene, Drawable(seen.node, primitive), pose)
        positions, normals = bent.positions, bent.normals
        anchors = _anchors(primitive, scene, scene.nodes[seen.node].skin, pose)
    return Part(
        primitives=places,
        drawn=max(1, len(showings)),
        attributes=attributes,
        indices=indices,
        index_accessor=index,
        positions=positions @ matrix[:3, :3].T + matrix[:3, 3],
        normals=None if normals is None else normals @ np.linalg.inv(matrix[:3, :3]),
        texcoords=tuple(reader.floats(own, name, (2,)) for name in sorted(own.values) if name.startswith("TEXCOORD_")),
        colors=reader.colors(own) if own.has("COLOR_0") else None,
        anchors=anchors,
        offsets=tuple(reader.coordinates(target, "POSITION") @ matrix[:3, :3].T
                      for target in fields.children("targets") if target.has("POSITION")),
    )


def _attributes(fields: Fields, accessors: int) -> Iterator[tuple[Name, int, str]]:
    """The name of each attribute, its accessor, and by what path it is read."""
    owners: list[tuple[int | None, Fields]] = [(None, fields.required_child("attributes"))]
    owners += enumerate(fields.children("targets"))
    for target, owner in owners:
        for semantic in owner.values:
            yield (target, semantic), owner.index(semantic, accessors), owner.name_of(semantic)


def _is_flat(matrix: Float64) -> bool:
    scale = float(np.abs(matrix[:3, :3]).max())
    return not abs(float(np.linalg.det(matrix[:3, :3]))) > _FLAT * scale**3


def _anchors(primitive: Primitive, scene: Scene, skin: int | None, pose: Pose) -> Float64 | None:
    if skin is None or primitive.joints is None or primitive.weights is None:
        return None
    joints = pose.world[list(scene.skins[skin].joints)][:, :3, 3]
    anchors: Float64 = np.einsum("nj,njk->nk", primitive.weights, joints[primitive.joints])
    return anchors
