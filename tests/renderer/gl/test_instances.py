"""A mesh that is drawn many times looks like as many nodes that show it, and is on the device once."""

from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32, Float64
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.scene.animation import find_clip, pose_scene
from renderer.scene.hierarchy import local_matrices
from renderer.scene.nodes import (
    AlphaMode,
    Channel,
    Clip,
    Material,
    MorphTarget,
    Node,
    Primitive,
    Scene,
)
from renderer.spec import FrameSpec
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import quad, scene_of, sphere

PLACES = np.array([(-1.0, 0.0, 0.3), (0.0, 0.5, 0.0), (1.0, 0.0, -0.3)])
TURNS = np.array([(0.0, 0.0, 0.0, 1.0), (0.0, 0.6, 0.0, 0.8), (0.6, 0.0, 0.0, 0.8)])
SIZES = np.array([(1.0, 1.0, 1.0), (-1.0, 2.0, 1.0), (0.5, 0.5, 1.5)])
TURN = (0.0, 0.0, 0.6, 0.8)

SHINY = Material(base_color_factor=(0.9, 0.4, 0.1, 1.0), roughness_factor=0.4)
GLASS = Material(base_color_factor=(0.2, 0.5, 0.9, 0.4), alpha_mode=AlphaMode.BLEND, double_sided=True)


def instances() -> Float64:
    return local_matrices(PLACES, TURNS, SIZES)


def as_instances(*parts: tuple[Primitive, Material]) -> Scene:
    nodes = [Node("many", mesh=i, rotation=TURN, instances=instances()) for i in range(len(parts))]
    return scene_of(*parts, nodes=nodes)


def as_nodes(*parts: tuple[Primitive, Material]) -> Scene:
    """The same as one node for each instance, below one that has the turn."""
    nodes = [
        Node("one", mesh=i, translation=tuple(place), rotation=tuple(turn), scale=tuple(size))
        for i in range(len(parts)) for place, turn, size in zip(PLACES, TURNS, SIZES, strict=True)
    ]
    scene = scene_of(*parts, nodes=[*nodes, Node("all", rotation=TURN, children=tuple(range(len(nodes))))])
    scene.roots = (len(nodes),)
    return scene


def morphing(primitive: Primitive) -> Primitive:
    primitive.targets = (MorphTarget(positions=np.ascontiguousarray(primitive.positions * np.float32(0.5))),)
    return primitive


def add_clip(scene: Scene) -> Scene:
    """Swells every morphed mesh over one second."""
    for mesh in scene.meshes:
        mesh.weights = (0.0,)
    times: Float32 = np.array([0, 1], np.float32)
    values: Float32 = np.array([[0], [1]], np.float32)
    nodes = [i for i, node in enumerate(scene.nodes) if node.mesh is not None]
    scene.clips.append(Clip("Swell", [Channel(i, "weights", "LINEAR", times, values) for i in nodes]))
    return scene


@pytest.mark.parametrize("material", [SHINY, GLASS], ids=["opaque", "blended"])
def test_instances_look_like_nodes(device: Device, light_cache: Path, material: Material) -> None:
    spec = FrameSpec(width=128, height=72, frame_count=8, easing=False)
    frames = []
    for scene in (as_instances((sphere(rings=12), material)), as_nodes((sphere(rings=12), material))):
        with ShotRenderer(device, scene, spec, cache_dir=light_cache) as shot:
            shot.draw(1)
            frames.append(shot.read_rgba())
    np.testing.assert_array_equal(frames[0], frames[1])
    assert (frames[0][..., 3] > 100).sum() > 500


def test_animated_instances_look_like_animated_nodes(device: Device, light_cache: Path) -> None:
    spec = FrameSpec(width=96, height=54, frame_count=8, fps=8, easing=False, animation="Swell")
    shown: list[list[object]] = []
    for make in (as_instances, as_nodes):
        scene = add_clip(make((morphing(sphere(rings=8)), SHINY)))
        with ShotRenderer(device, scene, spec, cache_dir=light_cache) as shot:
            frames = []
            for index in (0, 6):
                shot.draw(index)
                frames.append(shot.read_rgba().tolist())
            shown.append(frames)
    assert shown[0] == shown[1]


def test_instances_share_what_is_on_the_device(device: Device) -> None:
    before = live_objects()["Buffer"]
    scene = add_clip(as_instances((quad(), SHINY), (morphing(quad()), GLASS)))
    scene.meshes[0].weights = ()
    scene.clips[0].channels.pop(0)
    gpu_scene = GpuScene(device, scene)
    assert len(gpu_scene.drawables) == 6
    assert live_objects()["Buffer"] - before == 6  # per mesh positions, normals and indices
    gpu_scene.update(pose_scene(scene, find_clip(scene, "Swell"), 1.0))
    swollen = gpu_scene.drawables[3:]
    held = np.frombuffer(swollen[0].attributes["in_position"][0].read(), np.float32).reshape(-1, 3)
    np.testing.assert_allclose(held, scene.meshes[1].primitives[0].positions * 1.5)
    for drawable in swollen:
        np.testing.assert_array_equal(drawable.positions, held)
    gpu_scene.release()
    assert live_objects()["Buffer"] == before
