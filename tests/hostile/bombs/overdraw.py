"""Models whose triangles cover each other: few bytes, many pixels."""

from typing import Any

import numpy as np

from tests.hostile.bombs.parts import LARGE_TRIANGLE, SMALL_TRIANGLE, Alpha, material, triangle
from tests.renderer.load.glb_builder import GlbBuilder, float32


def layers(triangles: int, nodes: int = 1, alpha: Alpha = "BLEND", *extensions: str) -> bytes:
    """Triangles that all cover the same large area, three bytes each, in a mesh that `nodes` nodes show."""
    builder = GlbBuilder()
    primitive = triangle(builder, material=material(builder, alpha, *extensions))
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    mesh = builder.add_mesh(primitive)
    for _ in range(nodes):
        builder.show(mesh)
    return builder.glb()


def stairs(triangles: int, alpha: Alpha = "OPAQUE") -> bytes:
    """Large triangles one before the other, the farthest first, so that none is hidden when it is drawn."""
    builder = GlbBuilder()
    points = np.tile(float32(LARGE_TRIANGLE), (triangles, 1))
    points[:, 2] = np.repeat(np.linspace(-1, 1, triangles), 3)
    builder.show(builder.add_mesh({
        "attributes": {"POSITION": builder.add_accessor(points)}, "material": material(builder, alpha),
    }))  # fmt: skip
    return builder.glb()


def objects(count: int, alpha: Alpha = "BLEND", *extensions: str) -> bytes:
    """Large triangles one before the other, each a node with a material of its own."""
    builder = GlbBuilder()
    primitive = triangle(builder)
    for number in range(count):
        mesh = builder.add_mesh({**primitive, "material": material(builder, alpha, *extensions)})
        builder.show(mesh, translation=[0, 0, 2 * number / count])
    return builder.glb()


def dots(count: int, mode: int) -> bytes:
    """Points (mode 0), lines (1) or a strip of lines (3), all at the same few places."""
    builder = GlbBuilder()
    primitive = triangle(builder, mode=mode)
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), count), "uint8")
    builder.show(builder.add_mesh(primitive))
    return builder.glb()


def slivers(triangles: int) -> bytes:
    """Triangles of no area: nothing to fill, all to transform."""
    builder = GlbBuilder()
    primitive = triangle(builder)
    primitive["indices"] = builder.add_accessor(np.tile((0, 1, 1), triangles), "uint8")
    shown = triangle(builder)
    builder.show(builder.add_mesh(primitive))
    builder.show(builder.add_mesh(shown))
    return builder.glb()


def spread(exponent: int) -> bytes:
    """Two small triangles that are 10^exponent metres apart."""
    builder = GlbBuilder()
    mesh = builder.add_mesh(triangle(builder, SMALL_TRIANGLE))
    builder.show(mesh)
    builder.show(mesh, translation=[10.0**exponent, 0, 0])
    return builder.glb()


def turned(triangles: int, axis: str, alpha: Alpha = "BLEND") -> bytes:
    """Layers that are seen from the side where a turn begins, by the camera (turned about y) or by the lamp (x)."""
    builder = GlbBuilder()
    primitive = triangle(builder, material=material(builder, alpha))
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    half = float(np.sqrt(0.5))
    builder.show(builder.add_mesh(primitive), rotation=[half if axis == name else 0 for name in "xyz"] + [half])
    return builder.glb()


def growing(triangles: int, by: str) -> bytes:
    """Layers that are a hundredth as large where their motion begins, by a node's scale or a morph target's weights."""
    builder = GlbBuilder()
    primitive = triangle(builder, SMALL_TRIANGLE, material=material(builder, "BLEND"))
    primitive["indices"] = builder.add_accessor(np.tile(np.arange(3), triangles), "uint8")
    if by == "weights":
        primitive["targets"] = [{"POSITION": builder.add_accessor(LARGE_TRIANGLE)}]
    node = builder.show(builder.add_mesh(primitive))
    times = builder.add_accessor((0.0, 0.5, 1.0))
    grown: Any = {"scale": ((1, 1, 1), (100, 100, 100), (1, 1, 1)), "weights": (0, 1, 0)}[by]
    sampler = {"input": times, "output": builder.add_accessor(grown)}
    builder.add("animations", {
        "name": "a", "samplers": [sampler], "channels": [{"sampler": 0, "target": {"node": node, "path": by}}],
    })  # fmt: skip
    return builder.glb()
