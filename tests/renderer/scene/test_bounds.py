import numpy as np
import pytest

from renderer.errors import InvalidModel
from renderer.load import load_model
from renderer.scene.animation import find_clip, pose_scene
from renderer.scene.bounds import SMALLEST_RADIUS, scene_bounds
from renderer.scene.deform import deformed, drawables
from renderer.scene.nodes import Channel, Clip, Mesh, MorphTarget, Node, Primitive, Scene, Topology
from tests.renderer.load.glb_builder import float32, uint32
from tests.support.models import shared_model


def cloud(points: object, nodes: list[Node], clips: list[Clip] | None = None) -> Scene:
    positions = float32(np.asarray(points))
    primitive = Primitive(Topology.POINTS, positions, uint32(np.arange(len(positions))), 0)
    return Scene(nodes, (0,), [Mesh("", [primitive])], [], [], [], clips or [])


OCTAHEDRON = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]


def test_the_sphere_is_about_the_box_and_reaches_the_farthest_vertex() -> None:
    bounds = scene_bounds(cloud(OCTAHEDRON, [Node("", mesh=0, translation=(10, 0, 0), scale=(2, 2, 2))]), None)
    np.testing.assert_allclose(bounds.center, (10, 0, 0))
    np.testing.assert_allclose((bounds.low, bounds.high), [(8, -2, -2), (12, 2, 2)])
    assert bounds.radius == pytest.approx(2.0)  # the box's own sphere would have 3.46


def test_nodes_outside_the_scene_do_not_count() -> None:
    nodes = [Node("", mesh=0), Node("", mesh=0, translation=(100, 0, 0))]
    assert scene_bounds(cloud(OCTAHEDRON, nodes), None).high[0] == 1


def test_the_whole_animation_counts() -> None:
    path = Channel(0, "translation", "LINEAR", float32([0, 1, 2]), float32([(0, 0, 0), (0, 8, 0), (0, 0, 0)]))
    scene = cloud(OCTAHEDRON, [Node("", mesh=0)], [Clip("", [path])])
    bounds = scene_bounds(scene, scene.clips[0])
    np.testing.assert_allclose((bounds.low, bounds.high), [(-1, -1, -1), (1, 9, 1)])
    assert bounds.radius == pytest.approx(5.0)
    assert scene_bounds(scene, None).radius == pytest.approx(1.0)


def test_morphs_count() -> None:
    scene = cloud(OCTAHEDRON, [Node("", mesh=0, weights=(0.0,))])
    (primitive,) = scene.meshes[0].primitives
    primitive.targets = (MorphTarget(float32(np.tile((0, 0, 4), (6, 1)))),)
    scene.meshes[0].weights = (0.0,)
    scene.clips = [Clip("", [Channel(0, "weights", "LINEAR", float32([0, 1, 2]), float32([(0,), (1,), (0,)]))])]
    np.testing.assert_allclose(scene_bounds(scene, scene.clips[0]).high, (1, 1, 5))


def test_a_single_point_still_has_a_radius() -> None:
    assert scene_bounds(cloud([(3, 4, 5)], [Node("", mesh=0)]), None).radius == SMALLEST_RADIUS


def test_an_animation_that_flies_off_is_refused_without_a_warning() -> None:
    growth = [Channel(i, "scale", "STEP", float32([0]), float32([(1e12,) * 3])) for i in range(30)]
    nodes = [Node("", children=(i + 1,)) for i in range(29)]
    scene = cloud(OCTAHEDRON, [*nodes, Node("", mesh=0)], [Clip("", growth)])
    with pytest.raises(InvalidModel, match="reaches beyond"):
        scene_bounds(scene, scene.clips[0])


def test_a_skinned_model_stays_inside_its_bounds() -> None:
    scene = load_model(shared_model("Fox.glb"))
    clip = find_clip(scene, "Survey")
    assert clip is not None
    bounds = scene_bounds(scene, clip)
    for time in np.linspace(0, clip.duration, 7):
        pose = pose_scene(scene, clip, float(time))
        for drawable in drawables(scene):
            positions = deformed(scene, drawable, pose).positions
            assert np.linalg.norm(positions - bounds.center, axis=1).max() <= bounds.radius * 1.02
