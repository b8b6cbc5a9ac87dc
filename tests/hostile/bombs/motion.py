"""Models that move: keyframes, long chains, bones and morph targets."""

import numpy as np

from tests.hostile.bombs.parts import LARGE_TRIANGLE, Json, triangle
from tests.renderer.load.glb_builder import GlbBuilder, float32


def _keys(builder: GlbBuilder, count: int) -> int:
    return builder.add_accessor(np.arange(count, dtype=np.float32))


def channels(nodes: int, keys: int, clips: int = 1) -> bytes:
    """`nodes` moving nodes, each by keyframes that all share."""
    builder = GlbBuilder()
    mesh = builder.add_mesh(triangle(builder))
    for _ in range(nodes):
        builder.show(mesh)
    values = builder.add_accessor(np.zeros((keys, 3)))
    sampler = {"input": _keys(builder, keys), "output": values}
    moved = [{"sampler": 0, "target": {"node": node, "path": "translation"}} for node in range(nodes)]
    for clip in range(clips):
        builder.add("animations", {"name": f"{clip}", "samplers": [sampler], "channels": moved})
    return builder.glb()


def chain(nodes: int, moving: int) -> bytes:
    """A chain of nodes, some of which move."""
    builder = GlbBuilder()
    builder.add_mesh(triangle(builder))
    builder.document["nodes"] = [{"children": [i + 1]} for i in range(nodes - 1)] + [{"mesh": 0}]
    builder.document |= {"scene": 0, "scenes": [{"nodes": [0]}]}
    sampler = {"input": _keys(builder, 2), "output": builder.add_accessor(((0, 0, 0), (1e-4, 0, 0)))}
    moved = [{"sampler": 0, "target": {"node": i, "path": "translation"}} for i in range(moving)]
    builder.add("animations", {"name": "a", "samplers": [sampler], "channels": moved})
    return builder.glb()


def bones(joints: int, skins: int = 1, triangles: int = 1) -> bytes:
    """Skins that share their joints, which all move."""
    builder = GlbBuilder()
    primitive = triangle(builder)
    primitive["attributes"] |= {
        "JOINTS_0": builder.add_accessor(np.zeros((3, 4)), "uint8"),
        "WEIGHTS_0": builder.add_accessor(np.tile(float32((1, 0, 0, 0)), (3, 1))),
    }
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    mesh = builder.add_mesh(primitive)
    for skin in range(skins):
        builder.show(mesh, skin=skin)
    first = len(builder.document["nodes"])
    builder.document["nodes"] += [{"children": [first + i + 1]} for i in range(joints - 1)] + [{}]
    builder.document["scenes"][0]["nodes"].append(first)
    names = [*range(first, first + joints)]
    builder.document["skins"] = [{"joints": names} for _ in range(skins)]
    sampler = {"input": _keys(builder, 2), "output": builder.add_accessor(((0, 0, 0, 1), (0, 0.6, 0, 0.8)))}
    moved = [{"sampler": 0, "target": {"node": node, "path": "rotation"}} for node in names]
    builder.add("animations", {"name": "a", "samplers": [sampler], "channels": moved})
    return builder.glb()


def morphs(targets: int, vertices: int) -> bytes:
    """A mesh whose targets all read the same zeros, and all move."""
    builder = GlbBuilder()
    points = np.tile(float32(LARGE_TRIANGLE), (max(1, vertices // 3), 1))
    zeros = builder.add("accessors", {"componentType": 5126, "count": len(points), "type": "VEC3"})
    attributes = {"POSITION": builder.add_accessor(points)}
    primitive: Json = {"attributes": attributes, "targets": [{"POSITION": zeros}] * targets}
    builder.show(builder.add_mesh(primitive, weights=[0.5] * targets))
    sampler = {"input": _keys(builder, 2), "output": builder.add_accessor(np.ones(2 * targets))}
    moved = [{"sampler": 0, "target": {"node": 0, "path": "weights"}}]
    builder.add("animations", {"name": "a", "samplers": [sampler], "channels": moved})
    return builder.glb()
