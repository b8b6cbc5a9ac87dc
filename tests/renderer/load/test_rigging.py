import copy
import re

import numpy as np
import pytest

from renderer.errors import InvalidModel, ModelTooLarge, SettingsError
from renderer.load import limits
from renderer.scene.animation import find_clip
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, Json, triangle_builder


def rigged() -> GlbBuilder:
    """The triangle hung on two joints, nodes 1 and 2."""
    builder = triangle_builder()
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["JOINTS_0"] = builder.add_accessor([(0, 1, 9, 9), (1, 9, 9, 9), (9, 9, 9, 9)], "uint8")
    attributes["WEIGHTS_0"] = builder.add_accessor([(1, 3, 0, 0), (0.5, 0, 0, 0), (0, 0, 0, 0)])
    builder.document["nodes"] = [{"mesh": 0, "skin": 0}, {"children": [2]}, {}]
    builder.document["scenes"] = [{"nodes": [0, 1]}]
    inverse = np.tile(np.eye(4).ravel(), (2, 1))
    inverse[1, 12:15] = (5, 6, 7)
    builder.add("skins", {"joints": [1, 2], "inverseBindMatrices": builder.add_accessor(inverse)})
    return builder


def animated(path: str = "translation", values: object = ((0, 0, 0), (1, 1, 1)), **sampler: object) -> GlbBuilder:
    builder = triangle_builder()
    fields = {"input": builder.add_accessor((0.0, 2.0)), "output": builder.add_accessor(np.asarray(values))}
    channel = {"sampler": 0, "target": {"node": 0, "path": path}}
    builder.add("animations", {"name": "Spin", "samplers": [fields | sampler], "channels": [channel]})
    return builder


def test_a_skin_comes_with_tidy_weights(load: Load) -> None:
    scene = load(rigged().glb())
    (skin,) = scene.skins
    assert skin.joints == (1, 2)
    np.testing.assert_array_equal(skin.inverse_bind_matrices[1, :3, 3], (5, 6, 7))
    primitive = scene.meshes[0].primitives[0]
    assert primitive.joints is not None
    assert primitive.weights is not None
    np.testing.assert_allclose(primitive.weights, [(0.25, 0.75, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)])
    assert primitive.joints.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_a_skin_without_matrices_has_identities(load: Load) -> None:
    builder = rigged()
    del builder.document["skins"][0]["inverseBindMatrices"]
    np.testing.assert_array_equal(load(builder.glb()).skins[0].inverse_bind_matrices, np.tile(np.eye(4), (2, 1, 1)))


def test_normalised_weights_and_a_second_set_are_read(load: Load) -> None:
    builder = rigged()
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["JOINTS_1"] = builder.add_accessor(np.ones((3, 4)), "uint16")
    attributes["WEIGHTS_0"] = builder.add_accessor([(51, 51, 0, 0)] * 3, "uint8", normalized=True)
    attributes["WEIGHTS_1"] = builder.add_accessor([(0, 0, 0, 39321)] * 3, "uint16", normalized=True)
    attributes["JOINTS_0"] = builder.add_accessor(np.zeros((3, 4)), "uint8")
    primitive = load(builder.glb()).meshes[0].primitives[0]
    assert primitive.joints is not None
    assert primitive.weights is not None
    np.testing.assert_allclose(primitive.weights[0], (0.2, 0.2, 0, 0, 0, 0, 0, 0.6), atol=1e-6)
    assert primitive.joints[0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]


def test_a_skin_on_a_mesh_without_joints_is_ignored(load: Load) -> None:
    builder = rigged()
    del builder.document["meshes"][0]["primitives"][0]["attributes"]["JOINTS_0"]
    scene = load(builder.glb())
    assert scene.nodes[0].skin is None


@pytest.mark.parametrize(("skin", "message"), [
    ({"joints": []}, r"skins\[0\].joints must be a list of at least one node"),
    ({"joints": [1, 7]}, r"skins\[0\].joints\[1\] must be an integer below 3"),
    ({"joints": [1]}, r"nodes\[0\] uses joint 1, and its skin has 1 joints"),
    ({"joints": [1, 2], "inverseBindMatrices": 0}, "accessor 0 must be of type MAT4 to serve as skins"),
])
def test_a_broken_skin_is_refused(load: Load, skin: Json, message: str) -> None:
    builder = rigged()
    builder.document["skins"] = [skin]
    with pytest.raises(InvalidModel, match=message):
        load(builder.glb())


def test_too_few_inverse_bind_matrices_are_refused(load: Load) -> None:
    builder = rigged()
    builder.document["skins"][0]["joints"] = [1, 2, 0]
    with pytest.raises(InvalidModel, match="has 2 matrices for 3 joints"):
        load(builder.glb())


def test_joints_without_weights_are_refused(load: Load) -> None:
    builder = rigged()
    del builder.document["meshes"][0]["primitives"][0]["attributes"]["WEIGHTS_0"]
    with pytest.raises(InvalidModel, match=r"attributes.WEIGHTS_0 is missing; it must be an integer below"):
        load(builder.glb())


def test_a_clip_is_read(load: Load) -> None:
    (clip,) = load(animated().glb()).clips
    assert (clip.name, clip.duration) == ("Spin", 2.0)
    (channel,) = clip.channels
    assert (channel.node, channel.path, channel.interpolation) == (0, "translation", "LINEAR")
    np.testing.assert_array_equal(channel.values, [(0, 0, 0), (1, 1, 1)])


def test_a_clip_without_a_name_is_numbered(load: Load) -> None:
    builder = animated()
    del builder.document["animations"][0]["name"]
    assert [clip.name for clip in load(builder.glb()).clips] == ["animation 0"]


def test_quantised_rotations_are_read(load: Load) -> None:
    builder = animated("rotation")
    rotations = builder.add_accessor([(0, 0, 0, 32767), (0, 0, 32767, 0)], "int16", normalized=True)
    builder.document["animations"][0]["samplers"][0]["output"] = rotations
    np.testing.assert_array_equal(load(builder.glb()).clips[0].channels[0].values, [(0, 0, 0, 1), (0, 0, 1, 0)])


def morphed() -> GlbBuilder:
    builder = animated("weights", (0.0, 0.5, 1.0, 0.25))
    targets = [{"POSITION": builder.add_accessor(np.full((3, 3), i + 1.0))} for i in range(2)]
    builder.document["meshes"][0]["primitives"][0]["targets"] = targets
    return builder


def test_morph_weights_come_in_rows_per_keyframe(load: Load) -> None:
    scene = load(morphed().glb())
    np.testing.assert_array_equal(scene.clips[0].channels[0].values, [(0, 0.5), (1, 0.25)])
    assert scene.meshes[0].weights == (0.0, 0.0)
    targets = scene.meshes[0].primitives[0].targets
    assert [float(t.positions.max()) for t in targets if t.positions is not None] == [1, 2]


def test_a_sparse_morph_target_is_zero_elsewhere(load: Load) -> None:
    builder = morphed()
    sparse = {
        "count": 1, "indices": {"bufferView": builder.add_view(b"\2"), "componentType": 5121},
        "values": {"bufferView": builder.add_view(np.array([1, 2, 3], np.float32).tobytes())},
    }
    target = builder.add("accessors", {"componentType": 5126, "count": 3, "type": "VEC3", "sparse": sparse})
    builder.document["meshes"][0]["primitives"][0]["targets"][0]["POSITION"] = target
    positions = load(builder.glb()).meshes[0].primitives[0].targets[0].positions
    assert positions is not None
    np.testing.assert_array_equal(positions, [(0, 0, 0), (0, 0, 0), (1, 2, 3)])


@pytest.mark.parametrize("primitives", [2, 1])
def test_targets_and_weights_must_agree(load: Load, primitives: int) -> None:
    builder = morphed()
    mesh = builder.document["meshes"][0]
    if primitives == 2:
        mesh["primitives"].append({"attributes": {"POSITION": 0}})
    mesh["weights"] = [1]
    with pytest.raises(InvalidModel, match=r"different numbers of morph targets|one number per morph target"):
        load(builder.glb())


def test_channels_that_move_nothing_drawn_are_left_out(load: Load) -> None:
    builder = animated()
    builder.document["animations"][0]["channels"] += [
        {"sampler": 0, "target": {"path": "translation"}},
        {"sampler": 0, "target": {"node": 0, "path": "pointer"}},
        {"sampler": 0, "target": {"node": 0, "path": "weights"}},
    ]
    assert len(load(builder.glb()).clips[0].channels) == 1


@pytest.mark.parametrize(("sampler", "message"), [
    ({"interpolation": "SMOOTH"}, r"animations\[0\].samplers\[0\].interpolation must be one of STEP, LINEAR"),
    ({"interpolation": "CUBICSPLINE"}, r"samplers\[0\].output has 6 numbers; 2 keyframes need 18"),
    ({"input": 0}, "accessor 0 must be of type SCALAR to serve as animations"),
    ({"output": 2}, "accessor 2 must be of type VEC3"),
    ({"input": 77}, r"samplers\[0\].input must be an integer below 4"),
])
def test_a_clip_with_a_broken_sampler_is_left_out(load: Load, sampler: Json, message: str) -> None:
    scene = load(animated("translation", **sampler).glb())
    assert scene.clips == []
    [warning] = scene.warnings
    assert re.fullmatch(f'the animation "Spin" is left out: .*{message}.*', warning)


def test_to_play_the_first_of_nothing_but_broken_clips_is_an_error(load: Load) -> None:
    scene = load(animated("translation", input=77).glb())
    with pytest.raises(SettingsError, match='the animation "Spin" can\'t be played'):
        find_clip(scene, "*")
    assert find_clip(load(triangle_builder().glb()), "*") is None


@pytest.mark.parametrize("times", [(1.0, 0.5), (-1.0, 0.0), (0.0, 1e20)])
def test_a_clip_whose_times_do_not_rise_from_zero_spoils_no_other(load: Load, times: tuple[float, float]) -> None:
    builder = animated()
    builder.document["animations"].append(copy.deepcopy(builder.document["animations"][0]) | {"name": "Wrong"})
    builder.document["animations"][1]["samplers"][0]["input"] = builder.add_accessor(times)
    scene = load(builder.glb())
    assert [clip.name for clip in scene.clips] == ["Spin"]
    with pytest.raises(SettingsError, match=r'the animation "Wrong" can\'t be played: .*input must be rising times'):
        find_clip(scene, "Wrong")
    assert find_clip(scene, "*") is scene.clips[0]


def test_channels_of_one_sampler_share_its_numbers(load: Load) -> None:
    """However many they are: the numbers of a sampler cost a file nothing where they are all zeros."""
    builder = animated()
    channels = builder.document["animations"][0]["channels"]
    channels.append({"sampler": 0, "target": {"node": 0, "path": "scale"}})
    first, second = load(builder.glb()).clips[0].channels
    assert first.values is second.values or first.values.base is second.values.base is not None


@pytest.mark.parametrize(("limit", "message"), [("CHANNELS", "1 channels, and 0"), ("KEYFRAMES", "2 keyframes, and 0")])
def test_animations_are_limited(load: Load, monkeypatch: pytest.MonkeyPatch, limit: str, message: str) -> None:
    monkeypatch.setattr(limits, limit, 0)
    with pytest.raises(ModelTooLarge, match=message):
        load(animated().glb())


@pytest.mark.parametrize(("limit", "message"), [
    ("SKIN_JOINTS", "2 joints, and 1"), ("MORPH_TARGETS", "2 morph targets"),
    ("MORPH_WEIGHTS", "2 morph weights of nodes, and 1"),
    ("MOVED_VERTICES", r"nodes\[0\] brings the model to \d+ vertices moved by joints and morph targets, and 1"),
])
def test_rigs_are_limited(load: Load, monkeypatch: pytest.MonkeyPatch, limit: str, message: str) -> None:
    monkeypatch.setattr(limits, limit, 1)
    with pytest.raises(ModelTooLarge, match=message):
        load((rigged() if limit == "SKIN_JOINTS" else morphed()).glb())
