import numpy as np
import pytest

from renderer.errors import InvalidModel, ModelError, ModelTooLarge
from renderer.load import limits
from renderer.load.instancing import NAME
from renderer.scene.animation import pose_scene
from renderer.scene.bounds import scene_bounds
from renderer.scene.deform import drawables
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, triangle_builder

HALF = np.sqrt(0.5)
PLACES = [(0, 0, 0), (10, 0, 0), (0, 20, 0)]
TURNS = [(0, 0, 0, 1), (0, HALF, 0, HALF), (0, 0, HALF, HALF)]
SIZES = [(1, 1, 1), (2, 2, 2), (1, -3, 1)]


def instanced(**attributes: object) -> GlbBuilder:
    """The triangle, many times; each attribute is the values of a float32 accessor, or an accessor's index."""
    builder = triangle_builder()
    indices = {key: value if isinstance(value, int) else builder.add_accessor(np.array(value, np.float32))
               for key, value in attributes.items()}
    builder.document["nodes"][0] |= {"translation": [1, 2, 3], "extensions": {NAME: {"attributes": indices}}}
    builder.document["extensionsRequired"] = [NAME]
    return builder


def test_every_instance_is_placed_by_its_own_transform(load: Load) -> None:
    scene = load(instanced(TRANSLATION=PLACES, ROTATION=TURNS, SCALE=SIZES).glb())
    found, pose = drawables(scene), pose_scene(scene, None, 0.0)
    assert len(found) == 3
    assert len({id(drawable.primitive) for drawable in found}) == 1
    point = np.array([1.0, 0.0, 0.0, 1.0])  # the triangle's second vertex
    moved = [(drawable.world(pose) @ point)[:3] for drawable in found]
    np.testing.assert_allclose(moved, [(2, 2, 3), (11, 2, 1), (1, 23, 3)], atol=1e-6)


def test_bounds_hold_all_instances(load: Load) -> None:
    bounds = scene_bounds(load(instanced(TRANSLATION=PLACES, SCALE=SIZES).glb()), None)
    np.testing.assert_allclose((bounds.low, bounds.high), [(1, 2, 3), (13, 22, 3)])


def test_what_an_instance_lacks_is_the_identity(load: Load) -> None:
    (node,) = load(instanced(TRANSLATION=PLACES).glb()).nodes
    assert node.instances is not None
    np.testing.assert_array_equal(node.instances[:, :3, :3], np.tile(np.eye(3), (3, 1, 1)))
    np.testing.assert_array_equal(node.instances[:, :3, 3], PLACES)


def test_rotations_may_be_normalised_integers(load: Load) -> None:
    builder = instanced()
    turns = builder.add_accessor(np.array([(0, 23170, 0, 23170)]), "int16", normalized=True)
    builder.document["nodes"][0]["extensions"][NAME]["attributes"]["ROTATION"] = turns
    (node,) = load(builder.glb()).nodes
    assert node.instances is not None
    np.testing.assert_allclose(node.instances[0, :3, :3] @ (1, 0, 0), (0, 0, -1), atol=1e-3)


@pytest.mark.parametrize(("attributes", "error", "message"), [
    ({}, InvalidModel, "attributes must be TRANSLATION, ROTATION or SCALE with one count in common"),
    ({"_ID": 0}, InvalidModel, "attributes must be TRANSLATION, ROTATION or SCALE"),
    ({"TRANSLATION": PLACES, "SCALE": SIZES[:2]}, InvalidModel, "with one count in common"),
    ({"TRANSLATION": TURNS}, InvalidModel, "must be of type VEC3"),
    ({"TRANSLATION": 99}, InvalidModel, "TRANSLATION must be an integer below"),
    ({"TRANSLATION": [(0, 0, 1e13)]}, InvalidModel, r"has numbers beyond 1e\+12"),
    ({"TRANSLATION": [(0, 0, np.nan)]}, InvalidModel, "has NaN or infinite values"),
    ({"ROTATION": [(0, 0, 0, 0)]}, InvalidModel, "ROTATION must be unit quaternions"),
    ({"TRANSLATION": np.zeros((limits.DRAWN_PRIMITIVES + 1, 3))}, ModelTooLarge, "100,001 instances, and 100,000 are"),
])
def test_broken_instances_are_refused(
    load: Load, attributes: dict[str, object], error: type[ModelError], message: str
) -> None:
    with pytest.raises(error, match=message):
        load(instanced(**attributes).glb())


def test_instances_are_limited_over_all_nodes_whatever_they_show(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the second node's mesh is drawn."""
    monkeypatch.setattr(limits, "DRAWN_PRIMITIVES", 5)
    builder = instanced(TRANSLATION=PLACES)
    node = builder.document["nodes"][0]
    builder.show(builder.add_mesh({"attributes": {"NORMAL": 0}}), extensions=node["extensions"])
    with pytest.raises(ModelTooLarge, match=r"nodes\[1\].* brings the model to 6 instances, and 5 are allowed"):
        load(builder.glb())


def test_instances_count_as_often_as_they_are_drawn(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAWN_INDICES", 8)
    with pytest.raises(ModelTooLarge, match=r"meshes\[0\] brings the model to 9 indices drawn by nodes"):
        load(instanced(TRANSLATION=PLACES).glb())


def test_instances_beyond_what_a_camera_can_frame_are_refused(load: Load) -> None:
    builder = instanced(TRANSLATION=[(1e12, 0, 0)])
    builder.document["nodes"][0]["scale"] = [10, 1, 1]
    with pytest.raises(InvalidModel, match=r"the node transforms reach beyond 1e\+12 metres"):
        load(builder.glb())


def test_a_skinned_mesh_is_placed_by_its_joints_alone(load: Load) -> None:
    builder = instanced(TRANSLATION=PLACES)
    builder.document["nodes"][0]["skin"] = builder.add("skins", {"joints": [0]})
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["JOINTS_0"] = builder.add_accessor(np.zeros((3, 4)), "uint8")
    attributes["WEIGHTS_0"] = builder.add_accessor(np.tile((1.0, 0, 0, 0), (3, 1)))
    assert len(drawables(load(builder.glb()))) == 1
