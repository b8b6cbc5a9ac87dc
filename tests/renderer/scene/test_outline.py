"""The outermost points of a scene stand for all of it, in all poses; what no picture shows takes no room."""

import numpy as np
import pytest

from renderer.load import load_model
from renderer.scene.animation import find_clip, pose_scene
from renderer.scene.bounds import clouds_at, scene_bounds
from renderer.scene.deform import deformed, drawables
from renderer.scene.nodes import AlphaMode, Channel, Clip, Material, Node, Scene
from renderer.scene.outline import DIRECTIONS, outermost, visible_parts
from tests.renderer.passes.scenes import quad, scene_of, sphere
from tests.support.models import shared_model


def test_a_ball_loses_hardly_anything_of_its_width_in_any_direction() -> None:
    points = sphere(0.5, rings=64).positions
    kept = points[outermost(points)]
    assert len(kept) <= DIRECTIONS
    ways = np.random.default_rng(1).normal(size=(500, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    widths, whole = ((cloud @ ways.T).max(axis=0) for cloud in (kept, points))
    assert (whole - widths).max() < 0.007 * 0.5


def test_a_box_far_from_the_origin_keeps_its_corners() -> None:
    inside = np.random.default_rng(2).uniform(-1, 1, (200_000, 3)).astype(np.float32)
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    points = np.concatenate([inside, corners]) + np.float32(1000)
    kept = points[outermost(points)]
    np.testing.assert_array_equal((kept.min(axis=0), kept.max(axis=0)), [[999] * 3, [1001] * 3])


@pytest.mark.parametrize("name", ["Fox.glb", "morph-stress-test.glb", "CesiumMilkTruck.glb"])
def test_the_outermost_points_hold_an_animated_model_at_any_moment(name: str) -> None:
    scene = load_model(shared_model(name))
    clip = find_clip(scene, "*")
    assert clip is not None
    times = np.linspace(0, clip.duration, 5).tolist()
    for time, cloud in zip(times, clouds_at(scene, clip, times), strict=True):
        pose = pose_scene(scene, clip, time)
        parts = [deformed(scene, each, pose).positions @ each.world(pose)[:3, :3].T + each.world(pose)[:3, 3]
                 for each in drawables(scene)]
        whole = np.concatenate(parts)
        size = np.linalg.norm(whole.max(axis=0) - whole.min(axis=0))
        assert np.abs(cloud.min(axis=0) - whole.min(axis=0)).max() < 0.01 * size
        assert np.abs(cloud.max(axis=0) - whole.max(axis=0)).max() < 0.01 * size


def part(mode: AlphaMode, alpha: float) -> Material:
    return Material(alpha_mode=mode, base_color_factor=(1.0, 1.0, 1.0, alpha))


def shown(*materials: Material, clips: tuple[Clip, ...] = ()) -> list[int]:
    """The meshes of which something is left."""
    scene = scene_of(*((quad(), material) for material in materials))
    scene.clips.extend(clips)
    return [index for index, mesh in enumerate(visible_parts(scene).meshes) if mesh.primitives]


def test_what_is_transparent_all_over_is_left_out() -> None:
    assert shown(
        part(AlphaMode.OPAQUE, 0.0), part(AlphaMode.BLEND, 0.0), part(AlphaMode.BLEND, 0.01), part(AlphaMode.MASK, 0.4),
        part(AlphaMode.MASK, 0.5),
    ) == [0, 2, 4]


def test_what_an_animation_may_show_stays_and_so_does_a_model_of_nothing_else() -> None:
    veil = part(AlphaMode.BLEND, 0.0)
    one = np.ones((1, 4), np.float32)
    appears = Channel(0, "material", "LINEAR", np.zeros(1, np.float32), one, "base_color_factor")
    assert shown(veil, part(AlphaMode.OPAQUE, 1.0), clips=(Clip("appears", [appears]),)) == [0, 1]
    assert shown(veil) == [0]


def blinking() -> tuple[Scene, Clip]:
    """A square that stays, and one above it that is hidden from one second on."""
    nodes = [Node("low", mesh=0), Node("high", mesh=1, translation=(0.0, 3.0, 0.0))]
    scene = scene_of((quad(), Material()), (quad(), Material()), nodes=nodes)
    values = np.array([[1.0], [0.0]], np.float32)
    return scene, Clip("blink", [Channel(1, "visible", "STEP", np.array([0, 1], np.float32), values)])


def test_what_is_hidden_has_no_points() -> None:
    scene, clip = blinking()
    before, after = clouds_at(scene, clip, [0.5, 1.5])
    assert (before[:, 1].max(), after[:, 1].max()) == (3.5, 0.5)


def test_a_hidden_node_takes_no_room() -> None:
    nodes = [Node("low", mesh=0), Node("high", mesh=1, translation=(0.0, 3.0, 0.0), visible=False)]
    scene = scene_of((quad(), Material()), (quad(), Material()), nodes=nodes)
    assert scene_bounds(scene, None).high[1] == clouds_at(scene, None, [0.0])[0][:, 1].max() == 0.5
