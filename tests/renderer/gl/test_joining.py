"""Many still parts are drawn as few, and look as they did."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import moderngl
import numpy as np
import pytest

from renderer.arrays import Float64, UInt8
from renderer.frames import ShotRenderer
from renderer.gl import joining
from renderer.gl.context import Device
from renderer.gl.joining import joined
from renderer.lighting.shadow import FEWEST_LIGHTS
from renderer.scene.animation import pose_scene
from renderer.scene.deform import drawables
from renderer.scene.hierarchy import local_matrices
from renderer.scene.nodes import AlphaMode, Channel, Clip, Image, Material, Node, Scene, Transmission
from renderer.spec import FrameSpec
from tests.renderer.gl.test_instances import GLASS, SHINY, as_instances, as_nodes, morphing
from tests.renderer.passes.scenes import quad, scene_of, sphere, texture

MANY = joining.FEW + 1


def many(count: int = MANY) -> Scene:
    """So many small squares in space, as instances of one node."""
    random = np.random.default_rng(1)
    turns = random.normal(size=(count, 4))
    matrices = local_matrices(
        random.uniform(-20, 20, (count, 3)), turns / np.linalg.norm(turns, axis=1, keepdims=True),
        random.uniform(-2, 2, (count, 3)),
    )
    material = dataclasses.replace(SHINY, double_sided=True)
    return scene_of((quad(), material), nodes=[Node("many", mesh=0, instances=matrices)])


def corners(scene: Scene) -> Float64:
    """(n, 3): those of all triangles, in the world, in their order."""
    pose = pose_scene(scene, None, 0.0)
    placed = [
        (one.primitive.positions @ one.world(pose)[:3, :3].T + one.world(pose)[:3, 3])[one.primitive.indices]
        for one in drawables(scene)
    ]
    return np.concatenate(placed)


def draw(device: Device, cache: Path, scene: Scene) -> UInt8:
    with ShotRenderer(device, scene, FrameSpec(128, 72, 1), cache_dir=cache) as shot:
        shot.draw(0)
        return shot.read_rgba()


def brushed() -> Scene:
    """Squares with a map of normals and colours of their own, mirrored, turned and stretched."""
    square = quad(
        tangents=np.tile(np.array([1, 0, 0, -1], np.float32), (4, 1)),
        colors=np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], np.float32),
    )
    slopes = np.random.default_rng(2).integers(90, 165, (8, 8, 4)).astype(np.uint8)
    material = dataclasses.replace(SHINY, normal_texture=texture(), double_sided=True)
    scene = as_instances((square, material))
    return dataclasses.replace(scene, images=[Image("slopes", slopes)])


@pytest.mark.parametrize("make", [brushed, lambda: as_nodes((sphere(rings=12), SHINY))], ids=["instances", "nodes"])
def test_what_is_joined_looks_as_it_did(
    device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Scene]
) -> None:
    apart = draw(device, light_cache, make()).astype(int)
    monkeypatch.setattr(joining, "FEW", 1)
    assert len(drawables(joined(make()))) == 1
    together = draw(device, light_cache, make())
    assert np.abs(together - apart).max() <= 2
    assert (together[..., 3] > 100).sum() > 500


def test_any_number_of_parts_is_drawn_by_as_many_calls(
    device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, render = [0], moderngl.VertexArray.render

    def counted(array: moderngl.VertexArray, *args: int, **named: int) -> None:
        calls[-1] += 1
        render(array, *args, **named)

    monkeypatch.setattr(moderngl.VertexArray, "render", counted)
    monkeypatch.setattr("renderer.lighting.shadow.MOST_LIGHTS", FEWEST_LIGHTS)  # more triangles would have fewer
    for count in (MANY, 2 * MANY):
        draw(device, light_cache, many(count))
        calls.append(0)
    assert 0 < calls[0] == calls[1] < joining.FEW


def test_parts_lie_where_they_were_also_far_from_the_origin() -> None:
    scene = many()
    scene.nodes[0].translation = (1e7, 0, 0)
    together = joined(scene)
    assert len(drawables(together)) == 1
    moved = [np.sort(corners(each).reshape(-1, 3), axis=0) for each in (scene, together)]
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-5)


def test_few_parts_stay_as_they_are() -> None:
    scene = many(joining.FEW)
    assert joined(scene) is scene


def test_what_moves_or_is_drawn_in_order_stays_apart() -> None:
    window = Material(transmission=Transmission(1.0))
    scene = many()
    others = scene_of((quad(), SHINY), (quad(), GLASS), (quad(), window), (morphing(quad()), SHINY), (quad(), SHINY))
    for index, mesh in enumerate(others.meshes, len(scene.materials)):
        mesh.primitives[0].material = index
    scene.meshes += others.meshes
    scene.materials += others.materials
    scene.nodes += [Node("other", mesh=mesh) for mesh in range(1, 6)]
    scene.roots = tuple(range(len(scene.nodes)))
    times = np.array([0, 1], np.float32)
    scene.clips.append(Clip("Go", [Channel(1, "translation", "LINEAR", times, np.zeros((2, 3), np.float32))]))
    together = joined(scene)
    assert [one.node for one in drawables(together)] == [1, 2, 3, 4, 6, 6]  # the last square with what was many
    assert together.nodes[5].mesh is None


def test_a_mesh_keeps_what_is_not_joined() -> None:
    scene = many()
    scene.materials.append(GLASS)
    scene.meshes[0].primitives.append(quad(material=1))
    together = joined(scene)
    shown = drawables(together)
    assert len(shown) == MANY + 1
    assert sum(one.primitive.material == 1 for one in shown) == MANY


def test_no_more_is_joined_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = many()
    monkeypatch.setattr(joining, "MOST_VERTICES", 4 * MANY - 1)
    assert joined(scene) is scene


def test_parts_smaller_than_a_shadows_details_cast_theirs() -> None:
    scene = many()
    assert scene.nodes[0].instances is not None
    scene.nodes[0].instances[:, :3, :3] *= 0.01
    [one] = drawables(joined(scene))
    assert one.primitive.casting is not None
    assert len(one.primitive.casting) == 6 * MANY


def test_holes_are_cast_with_all_triangles() -> None:
    scene = many()
    scene.materials[0].alpha_mode = AlphaMode.MASK
    [one] = drawables(joined(scene))
    assert one.primitive.casting is one.primitive.indices
