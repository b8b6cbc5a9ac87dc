"""What is in a model: a loaded scene -> here -> plain data, for those who look after models and for whoever orders
renders of them.
"""

import dataclasses
from typing import Any

from renderer.scene.bounds import scene_bounds
from renderer.scene.hierarchy import reachable
from renderer.scene.nodes import Scene, Topology

Point = tuple[float, float, float]


@dataclasses.dataclass(frozen=True, slots=True)
class Animation:
    """`duration` is in seconds."""

    name: str
    duration: float


@dataclasses.dataclass(frozen=True, slots=True)
class TextureSize:
    """An image that the shown materials use, in pixels."""

    name: str
    width: int
    height: int


@dataclasses.dataclass(frozen=True, slots=True)
class Inspection:
    """A model at rest, as it is shown first. Names are the file's own, and may be empty.

    `low` and `high` are the corners of its bounds in the world, in metres. `vertices` and `triangles` count what is
    drawn, so twice what is shown twice. `draw_calls` counts primitives, once for each node that shows them. `materials`
    and `textures` are those in use; `lights` counts lights that shine. `extensions` are glTF's.
    """

    low: Point
    high: Point
    vertices: int
    triangles: int
    draw_calls: int
    materials: tuple[str, ...]
    textures: tuple[TextureSize, ...]
    animations: tuple[Animation, ...]
    variants: tuple[str, ...]
    cameras: tuple[str, ...]
    lights: int
    extensions: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def inspect_model(scene: Scene) -> Inspection:
    """Looks through `scene`, as `renderer.load.load_model` gives it. Raises InvalidModel for boundless ones."""
    bounds = scene_bounds(scene, None)
    vertices = triangles = draw_calls = 0
    for node in (scene.nodes[index] for index in reachable(scene)):
        if node.mesh is None:
            continue
        times = 1 if node.instances is None else len(node.instances)
        for primitive in scene.meshes[node.mesh].primitives:
            draw_calls += 1
            vertices += times * len(primitive.positions)
            if primitive.topology is Topology.TRIANGLES:
                triangles += times * (len(primitive.indices) // 3)
    return Inspection(
        low=_point(bounds.low),
        high=_point(bounds.high),
        vertices=vertices,
        triangles=triangles,
        draw_calls=draw_calls,
        materials=tuple(material.name for material in scene.materials),
        textures=tuple(TextureSize(image.name, *image.pixels.shape[1::-1]) for image in scene.images),
        animations=tuple(Animation(clip.name, clip.duration) for clip in scene.clips),
        variants=tuple(scene.variants),
        cameras=tuple(scene.cameras),
        lights=len(scene.lights),
        extensions=tuple(scene.extensions),
        warnings=tuple(scene.warnings),
    )


def _point(values: Any) -> Point:
    x, y, z = (float(value) for value in values)
    return x, y, z
