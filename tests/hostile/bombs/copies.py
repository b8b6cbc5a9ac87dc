"""Models of few parts that are drawn many times, or each in another way."""

import numpy as np

from tests.hostile.bases import LAYERS
from tests.hostile.bombs.parts import SMALL_TRIANGLE, Alpha, material, triangle
from tests.renderer.load.glb_builder import GlbBuilder


def instances(count: int, triangles: int = 1, alpha: Alpha = "OPAQUE") -> bytes:
    """One mesh at `count` places (EXT_mesh_gpu_instancing)."""
    name = "EXT_mesh_gpu_instancing"
    builder = GlbBuilder()
    primitive = triangle(builder, SMALL_TRIANGLE, material=material(builder, alpha))
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    at = builder.add_accessor(np.random.default_rng(1).uniform(-1, 1, (count, 3)))
    builder.show(builder.add_mesh(primitive), extensions={name: {"attributes": {"TRANSLATION": at}}})
    builder.document["extensionsUsed"] = [name]
    return builder.glb()


def shared(nodes: int, primitives: int = 1) -> bytes:
    """Nodes that all show the mesh of `primitives` parts."""
    builder = GlbBuilder()
    primitive = triangle(builder, SMALL_TRIANGLE)
    mesh = builder.add("meshes", {"primitives": [primitive] * primitives})
    for number in range(nodes):
        builder.show(mesh, translation=[number / nodes, 0, 0])
    return builder.glb()


def doubling(levels: int) -> bytes:
    """Nodes of which each has the next one as its child twice: 2^levels to be visited."""
    builder = GlbBuilder()
    builder.add_mesh(triangle(builder))
    builder.document["nodes"] = [{"children": [i + 1] * 2} for i in range(levels)] + [{"mesh": 0}]
    builder.document |= {"scene": 0, "scenes": [{"nodes": [0]}]}
    return builder.glb()


def permutations(count: int, primitives: int = 1) -> bytes:
    """Materials that each ask for a shader of their own."""
    builder = GlbBuilder()
    attributes = triangle(builder)["attributes"]
    names = [*LAYERS]
    shown = []
    for number in range(count):
        chosen = [name for bit, name in enumerate(names) if number >> bit & 1]
        alpha = ("OPAQUE", "MASK", "BLEND")[number % 3]
        shown += [{"attributes": attributes, "material": material(builder, alpha, *chosen)}] * primitives
    builder.show(builder.add("meshes", {"primitives": shown}))
    return builder.glb()


def lamps(count: int, triangles: int) -> bytes:
    """Lights of the model's own over triangles that cover each other."""
    name = "KHR_lights_punctual"
    builder = GlbBuilder()
    primitive = triangle(builder, material=material(builder, "BLEND"))
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    builder.show(builder.add_mesh(primitive))
    kinds = ("point", "spot", "directional")
    lights = [{"type": kinds[i % 3], "intensity": 10, **({"spot": {}} if i % 3 == 1 else {})} for i in range(count)]
    builder.document["extensions"] = {name: {"lights": lights}}
    for light in range(count):
        node = builder.add("nodes", {"translation": [0, light / count, 1], "extensions": {name: {"light": light}}})
        builder.document["scenes"][0]["nodes"].append(node)
    builder.document["extensionsUsed"] = [name]
    return builder.glb()
