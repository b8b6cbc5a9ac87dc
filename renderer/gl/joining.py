"""Many small parts that stand still, joined into few: each is a draw call, once for each light that casts shadows.

A scene of 100,000 boxes, whether nodes show them or instances, took a minute before its first frame: a hundred lights
cast its shadows, and each asked for 100,000 draw calls. Joined they are 37 parts, of 2.4 million vertices together.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from renderer.arrays import Float32, Float64, Int64, UInt32
from renderer.checkpoints import checkpoint
from renderer.gl.coarse import CASTER_CELL, cluster, local_cell
from renderer.scene.animation import pose_scene
from renderer.scene.hierarchy import below, reachable
from renderer.scene.nodes import AlphaMode, Material, Mesh, Node, Primitive, Scene, Topology

FEW = 1000
"""Parts that need no joining: all lights of the shadows together take 6 s for their calls. Models of things have a few
hundred at most."""

MOST_VERTICES = 4_000_000
"""Of all that is joined, 40 for each of 100,000 parts: they take up to 300 MB. What is left stays as it is."""

LARGEST = 1 << 16
"""Vertices of what is joined to one part: two bytes suffice for its indices, and what is computed of all is 2 MB."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Placed:
    """A primitive, and the matrices (k, 4, 4) to the world of all that show it and stand still."""

    primitive: Primitive
    matrices: Float64

    @property
    def vertices(self) -> int:
        return len(self.primitive.positions) * len(self.matrices)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # hostile numbers: `scene_bounds` refuses them
def joined(scene: Scene) -> Scene:
    """A scene that looks the same, with still parts of one material joined where there are more than FEW parts.

    Blended and transmissive parts stay as they are, since they are drawn in the order of their distances.
    """
    if _parts(scene) <= FEW:
        return scene
    moving = _moving(scene)
    placed = _placed(scene, moving)
    groups: dict[tuple[object, ...], list[_Placed]] = {}
    room = MOST_VERTICES
    chosen: set[int] = set()
    for one in sorted(placed, key=lambda one: len(one.primitive.positions)):
        room -= one.vertices
        if room < 0:
            break
        chosen.add(id(one.primitive))
        groups.setdefault(_likeness(one.primitive), []).append(one)
    if not groups:
        return scene
    meshes = list(scene.meshes)
    rest: dict[int, int | None] = {}  # what is left of each mesh
    for index, mesh in enumerate(scene.meshes):
        left = [primitive for primitive in mesh.primitives if id(primitive) not in chosen]
        rest[index] = index if len(left) == len(mesh.primitives) else len(meshes) if left else None
        if rest[index] == len(meshes):
            meshes.append(Mesh(mesh.name, left, mesh.weights))
    nodes = [
        dataclasses.replace(node, mesh=None if node.mesh is None else rest[node.mesh])
        if _stands(node, index, moving) else node
        for index, node in enumerate(scene.nodes)
    ]
    parts = [one for group in groups.values() for one in group]
    x, y, z = np.concatenate([one.matrices[:, :3, 3] for one in parts]).mean(axis=0).tolist()
    origin, cell = np.array([x, y, z]), CASTER_CELL * _diagonal(parts)
    primitives = [
        _one(share, scene.materials[share[0].primitive.material], origin, cell)
        for group in groups.values() for share in _shares(group)
    ]
    nodes.append(Node("joined", mesh=len(meshes), translation=(x, y, z)))  # float32 is finest about the middle
    meshes.append(Mesh("joined", primitives))
    return dataclasses.replace(scene, nodes=nodes, meshes=meshes, roots=(*scene.roots, len(scene.nodes)))


def _diagonal(parts: list[_Placed]) -> float:
    """Of the box around the middles of all, metres."""
    middles = []
    for one in parts:
        middle = (one.primitive.positions.min(axis=0) + one.primitive.positions.max(axis=0)) / 2
        middles.append(one.matrices[:, :3, :3] @ middle + one.matrices[:, :3, 3])
    return float(np.linalg.norm(np.ptp(np.concatenate(middles), axis=0)))


def _parts(scene: Scene) -> int:
    """How many there are, moving ones among them."""
    return sum(
        len(scene.meshes[node.mesh].primitives) * (1 if node.instances is None else len(node.instances))
        for node in scene.nodes if node.mesh is not None
    )


def _moving(scene: Scene) -> set[int]:
    """The nodes that a clip moves, shows or hides, with all below them."""
    moved = {channel.node for clip in scene.clips for channel in clip.channels if channel.path != "material"}
    return set(below(scene.nodes, sorted(moved)))


def _stands(node: Node, index: int, moving: set[int]) -> bool:
    return node.skin is None and index not in moving


def _placed(scene: Scene, moving: set[int]) -> list[_Placed]:
    """Whatever can be joined."""
    world = pose_scene(scene, None, 0.0).world
    found: dict[int, tuple[Primitive, list[Float64]]] = {}
    for index in reachable(scene):
        node = scene.nodes[index]
        if node.mesh is None or not _stands(node, index, moving):
            continue
        matrices = world[index][None] if node.instances is None else world[index] @ node.instances
        for primitive in scene.meshes[node.mesh].primitives:
            if not primitive.targets and not _is_sorted(scene.materials[primitive.material]):
                found.setdefault(id(primitive), (primitive, []))[1].append(matrices)
    placed = []
    for primitive, parts in found.values():
        together = np.concatenate(parts)
        shown = together[together[:, :3, :3].any(axis=(1, 2))]  # what is shrunk to a point takes no room in a picture
        if len(shown):
            placed.append(_Placed(primitive, shown))
    return placed


def _is_sorted(material: Material) -> bool:
    return material.alpha_mode is AlphaMode.BLEND or material.transmission is not None


def _likeness(primitive: Primitive) -> tuple[object, ...]:
    """What primitives have in common that can be one."""
    attributes = (primitive.normals, primitive.tangents, primitive.colors)
    given = tuple(array is not None for array in attributes)
    return primitive.topology, primitive.material, given, len(primitive.texcoords)


def _one(share: list[_Placed], material: Material, origin: Float64, cell: float) -> Primitive:
    """All of the share, whose `_likeness` is the same, about `origin`."""
    first = share[0].primitive

    def every(
        read: Callable[[Primitive], Float32 | None], place: Callable[[Float32, _Placed], Float32]
    ) -> Float32 | None:
        given = [(read(one.primitive), one) for one in share]
        parts = [place(array, one) for array, one in given if array is not None]
        return np.concatenate(parts) if parts else None

    indices, casting = _indices(share, material.alpha_mode is AlphaMode.OPAQUE, cell)
    return Primitive(
        first.topology, np.concatenate([_positions(one, origin) for one in share]), indices, first.material,
        normals=every(lambda one: one.normals, _normals), tangents=every(lambda one: one.tangents, _tangents),
        texcoords=tuple(
            np.concatenate([_repeated(one.primitive.texcoords[index], one) for one in share])
            for index in range(len(first.texcoords))
        ),
        colors=every(lambda one: one.colors, _repeated),
        casting=casting if first.topology is Topology.TRIANGLES else None,
    )


def _shares(group: list[_Placed]) -> Iterator[list[_Placed]]:
    """The group in shares of LARGEST vertices at most, but for single parts that have more."""
    share: list[_Placed] = []
    room = LARGEST
    for one in group:
        size, done = len(one.primitive.positions), 0
        while done < len(one.matrices):
            if share and room < size:
                yield share
                share, room = [], LARGEST
            count = max(room // size, 1)
            share.append(_Placed(one.primitive, one.matrices[done : done + count]))
            done += count
            room -= share[-1].vertices
    yield share


def _positions(one: _Placed, origin: Float64) -> Float32:
    checkpoint()
    places = one.primitive.positions @ one.matrices[:, :3, :3].transpose(0, 2, 1)
    return (places + (one.matrices[:, :3, 3] - origin)[:, None]).astype(np.float32).reshape(-1, 3)


def _normals(normals: Float32, one: _Placed) -> Float32:
    rows = one.matrices[:, :3, :3]
    cofactors = np.stack([np.cross(rows[:, (i + 1) % 3], rows[:, (i + 2) % 3]) for i in range(3)], axis=1)
    cofactors *= _winding(one)[:, None, None]
    return _unit(normals @ cofactors.transpose(0, 2, 1))


def _tangents(tangents: Float32, one: _Placed) -> Float32:
    ways = _unit(tangents[:, :3] @ one.matrices[:, :3, :3].transpose(0, 2, 1))
    sides = _winding(one)[:, None] * tangents[:, 3]
    return np.concatenate([ways, sides.reshape(-1, 1)], axis=1).astype(np.float32)


def _indices(share: list[_Placed], opaque: bool, cell: float) -> tuple[UInt32, UInt32]:
    """Those of all, and the coarser ones for shadows: of each part what `cluster` makes of it, if anything."""
    start, every, casting = 0, [], []
    coarser: dict[tuple[int, float], UInt32] = {}
    for one in share:
        indices = one.primitive.indices
        every.append(_corners(one, np.arange(len(one.matrices)), indices, start))
        if opaque and cell > 0:
            locals_ = local_cell(cell, np.linalg.norm(one.matrices[:, :3, :3], axis=1).max(axis=1))
            for local in np.unique(locals_).tolist():
                key = id(one.primitive), local
                if key not in coarser:
                    found = cluster(one.primitive.positions, indices, local)
                    coarser[key] = found if len(found) else indices
                casting.append(_corners(one, np.flatnonzero(locals_ == local), coarser[key], start))
        start += one.vertices
    together = np.concatenate(every)
    return together, np.concatenate(casting) if casting else together


def _corners(one: _Placed, rows: Int64, indices: UInt32, start: int) -> UInt32:
    """`indices` of those `rows` of the matrices; the vertices of all follow each other from `start` on."""
    every = np.tile(indices, (len(rows), 1))
    if one.primitive.topology is Topology.TRIANGLES:
        every[_winding(one)[rows] < 0] = indices.reshape(-1, 3)[:, ::-1].reshape(-1)
    every += (start + len(one.primitive.positions) * rows).astype(np.uint32)[:, None]
    return every.reshape(-1)


def _repeated(array: Float32, one: _Placed) -> Float32:
    return np.tile(array, (len(one.matrices), 1))


def _winding(one: _Placed) -> Float64:
    """(k,): -1 where the matrix turns the winding of triangles around, 1 elsewhere."""
    return np.where(np.linalg.det(one.matrices[:, :3, :3]) < 0, -1.0, 1.0)


def _unit(vectors: Float64) -> Float32:
    """Those of (k, n, 3), one after the other; what has no length stays so."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    units: Float32 = (vectors / np.maximum(lengths, 1e-30)).astype(np.float32)
    return units.reshape(-1, 3)
