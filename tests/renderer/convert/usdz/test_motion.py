"""What moves in a model moves alike in its USDZ, frame by frame: nodes, skins and morph targets."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pxr import Gf, UsdGeom, UsdSkel

from renderer.arrays import Float64
from renderer.convert.usdz import motion
from renderer.convert.usdz.names import DEPTH
from renderer.convert.usdz.package import convert_to_usdz
from renderer.errors import ModelTooLarge
from renderer.scene.animation import pose_scene
from renderer.scene.deform import deformed, drawables
from renderer.scene.nodes import Clip, Scene
from tests.renderer.convert.usdz.support import Made, make, render_scene, square
from tests.renderer.load.glb_builder import GlbBuilder, Json
from tests.support.models import shared_model


def animate(
    builder: GlbBuilder, path: str, times: npt.ArrayLike, values: npt.ArrayLike, node: int = 0, **sampler: str
) -> None:
    """Adds a channel to the builder's first animation."""
    if "animations" not in builder.document:
        builder.add("animations", {"samplers": [], "channels": []})
    (clip,) = builder.document["animations"]
    clip["channels"].append({"sampler": len(clip["samplers"]), "target": {"node": node, "path": path}})
    keys = {"input": builder.add_accessor(times), "output": builder.add_accessor(values)}
    clip["samplers"].append(keys | sampler)


def drawn(scene: Scene, clip: Clip | None, time: float) -> Float64:
    """All vertices in the world at a moment, primitive by primitive."""
    pose = pose_scene(scene, clip, time)
    places = []
    for drawable in drawables(scene):
        matrix = drawable.world(pose)
        places.append(deformed(scene, drawable, pose).positions @ matrix[:3, :3].T + matrix[:3, 3])
    return in_order(places)


def in_order(clouds: list[Float64]) -> Float64:
    """By the clouds' centres: a stage has them in another order than a scene."""
    return np.concatenate(sorted(clouds, key=lambda cloud: np.round(cloud.mean(axis=0), 1).tolist()))


def bake(made: Made, last: int) -> None:
    """Has usd-core deform all meshes of the stage, at the frames up to `last`."""
    for prim in made.of_type("SkelRoot"):
        assert UsdSkel.BakeSkinning(UsdSkel.Root(prim), Gf.Interval(0, last))


def played(made: Made, frame: int) -> Float64:
    """The same of the stage; `bake` comes before."""
    places = []
    for mesh in made.meshes:
        matrix = np.array(UsdGeom.Xformable(mesh).ComputeLocalToWorldTransform(frame))
        places.append(np.array(mesh.GetPointsAttr().Get(frame)) @ matrix[:3, :3] + matrix[3, :3])
    return in_order(places)


def check_frames(made: Made, *frames: int, atol: float = 1e-4) -> None:
    bake(made, max(frames))
    for frame in frames:
        expected = drawn(made.scene, made.scene.clips[0], frame / motion.FPS)
        size = float(np.ptp(expected, axis=0).max())
        np.testing.assert_allclose(played(made, frame), expected, atol=atol * max(size, 1.0))


def test_a_nodes_animation_is_sampled_for_every_frame(tmp_path: Path) -> None:
    builder = square()
    animate(builder, "translation", (0.0, 1.0), [(0, 0, 0), (3, 6, 9)])
    animate(builder, "rotation", (0.0, 0.5), [(0, 0, 0, 1), (0, 0, -1, 0)])
    animate(builder, "scale", (0.0, 1.0), [(1, 1, 1), (2, 2, 2)], interpolation="STEP")
    made = make(tmp_path, builder)
    stage = made.stage
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0, 30)
    assert (stage.GetTimeCodesPerSecond(), stage.GetFramesPerSecond()) == (30, 30)
    check_frames(made, 0, 7, 15, 29, 30)
    (node,) = render_scene(made.path).animations()
    assert (node.has_node, node.duration) == (True, 30)


def test_curves_are_followed_to_a_hundredth(tmp_path: Path) -> None:
    builder = square()
    keys = [(0, 0, 0), (0, 0, 0), (9, 0, 0), (0, -9, 0), (1, 1, 1), (0, 0, 0)]  # in, value, out; twice
    animate(builder, "translation", (0.0, 1.0), keys, interpolation="CUBICSPLINE")
    made = make(tmp_path, builder)
    check_frames(made, 0, 10, 20, 30)
    clip = made.scene.clips[0]
    between = np.array(UsdGeom.Xformable(made.meshes[0].GetPrim().GetParent()).ComputeLocalToWorldTransform(10.5))
    wanted = pose_scene(made.scene, clip, 10.5 / 30).world[0][:3, 3]
    np.testing.assert_allclose(between[3, :3], wanted, atol=0.01)


def test_what_is_hidden_for_a_while_is_so_in_the_stage(tmp_path: Path) -> None:
    builder = square()
    builder.document["extensionsUsed"] = ["KHR_node_visibility", "KHR_animation_pointer"]
    builder.document["nodes"][0]["extensions"] = {"KHR_node_visibility": {"visible": False}}
    animate(builder, "pointer", (0.0, 0.5), np.array([0, 1]), interpolation="STEP")
    (channel,) = builder.document["animations"][0]["channels"]
    pointer = "/nodes/0/extensions/KHR_node_visibility/visible"
    channel["target"] = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    builder.document["accessors"][-1] |= {"componentType": 5121}
    builder.document["accessors"][-1]["bufferView"] = builder.add_view(bytes((0, 1)))
    made = make(tmp_path, builder)
    seen = [UsdGeom.Imageable(made.meshes[0]).ComputeVisibility(frame) for frame in (0, 14, 15)]
    assert seen == ["invisible", "invisible", "inherited"]


def test_what_stands_still_has_no_samples(tmp_path: Path) -> None:
    builder = square()
    animate(builder, "translation", (0.0, 1.0), [(1, 2, 3), (1, 2, 3)])
    made = make(tmp_path, builder)
    assert not made.stage.HasAuthoredTimeCodeRange()
    assert made.bounds() == [[1, 2, 3], [2, 3, 3]]


def test_a_long_animation_is_cut_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion, "MOST_NUMBERS", 26 * 50)
    builder = square()
    animate(builder, "translation", (0.0, 100.0), [(0, 0, 0), (100, 0, 0)])
    animate(builder, "scale", (0.0, 100.0), [(1, 1, 1), (2, 2, 2)])
    made = make(tmp_path, builder)
    assert made.stage.GetEndTimeCode() == 49
    assert made.notes == ("the animation is long, and is cut after 1.63333 of its 100 seconds",)


def test_a_skeletons_still_joints_count_for_how_long_it_may_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion, "MOST_NUMBERS", (10 * 3 + 14) * 20)
    made = make(tmp_path, bent())
    assert made.stage.GetEndTimeCode() == 19
    assert [note.partition(",")[0] for note in made.notes] == ["the animation is long"]


def test_joints_too_deep_for_usd_are_refused(tmp_path: Path) -> None:
    builder = bent()
    nodes = builder.document["nodes"]
    nodes[3] |= {"children": [4]}
    nodes += [{"children": [index + 1]} for index in range(4, 4 + DEPTH)] + [{}]
    builder.document["skins"][0]["joints"] = [2, len(nodes) - 1]
    with pytest.raises(ModelTooLarge, match="204 deep"):
        convert_to_usdz(builder.save(tmp_path), tmp_path / "model.usdz")


def bent() -> GlbBuilder:
    """The square on two joints, the second below the first, below a node that is no joint."""
    weights = [(1, 0, 0, 0), (1, 0, 0, 0), (0.5, 0.5, 0, 0), (0, 1, 0, 0)]
    builder = square(WEIGHTS_0=weights)
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["JOINTS_0"] = builder.add_accessor([(0, 1, 0, 0)] * 4, "uint8")
    builder.document["nodes"] = [
        {"mesh": 0, "skin": 0, "translation": [50, 50, 50]},  # which a skin ignores
        {"children": [2], "scale": [2, 2, 2], "translation": [0, 1, 0]},
        {"children": [3], "rotation": [0, 0, 0.6, 0.8]},
        {"matrix": [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]},
    ]
    builder.document["scenes"] = [{"nodes": [0, 1]}]
    inverse = np.tile(np.eye(4, dtype=np.float32).ravel(), (2, 1))
    inverse[1, 12:15] = (-0.5, -0.25, 0)
    builder.add("skins", {"joints": [2, 3], "inverseBindMatrices": builder.add_accessor(inverse)})
    animate(builder, "rotation", (0.0, 1.0), [(0, 0, 0, 1), (0, 0.6, 0, 0.8)], node=2)
    return builder


def test_a_skin_bends_as_in_the_model(tmp_path: Path) -> None:
    made = make(tmp_path, bent())
    check_frames(made, 0, 10, 30)
    (skeleton,) = render_scene(made.path).skeletons()
    assert skeleton.num_joints == 3  # with the node above the joints


def test_a_skin_without_animation_stands_in_its_pose(tmp_path: Path) -> None:
    builder = bent()
    del builder.document["animations"]
    made = make(tmp_path, builder)
    bake(made, 0)
    np.testing.assert_allclose(played(made, 0), drawn(made.scene, None, 0), atol=1e-4)
    assert not made.stage.HasAuthoredTimeCodeRange()


def morphing(builder: GlbBuilder) -> GlbBuilder:
    """Gives the square two targets, of which the second moves one vertex only."""
    (mesh,) = builder.document["meshes"]
    one = builder.add_accessor([(0, 0, 1), (0, 1, 1), (0, 0, 2), (1, 0, 0)])
    two = builder.add_accessor([(0, 0, 0), (5, 0, 0), (0, 0, 0), (0, 0, 0)])
    mesh["primitives"][0]["targets"] = [{"POSITION": one, "NORMAL": one}, {"POSITION": two}]
    mesh["weights"] = [0.5, 0.25]
    return builder


def test_morph_targets_are_blend_shapes(tmp_path: Path) -> None:
    builder = morphing(square())
    builder.document["nodes"][0] |= {"translation": [1, 2, 3]}
    builder.show(0, weights=[1, 0])
    animate(builder, "weights", (0.0, 1.0), (0.0, 1.0, 1.0, 0.5))
    animate(builder, "translation", (0.0, 1.0), [(1, 2, 3), (2, 4, 6)])
    made = make(tmp_path, builder)
    shapes = made.of_type("BlendShape")
    assert [len(UsdSkel.BlendShape(shape).GetPointIndicesAttr().Get()) for shape in shapes] == [4, 1, 4, 1]
    check_frames(made, 0, 12, 30)


def test_weights_at_rest_show(tmp_path: Path) -> None:
    made = make(tmp_path, morphing(square()))
    bake(made, 0)
    np.testing.assert_allclose(played(made, 0), drawn(made.scene, None, 0), atol=1e-5)


def test_a_skin_may_morph_too(tmp_path: Path) -> None:
    builder = morphing(bent())
    animate(builder, "weights", (0.0, 1.0), (0.0, 1.0, 1.0, 0.5))
    check_frames(make(tmp_path, builder), 0, 12, 30)


def test_bounds_hold_whatever_moves(tmp_path: Path) -> None:
    builder = morphing(square())
    animate(builder, "weights", (0.0, 0.5, 1.0), (0.0, 0.0, 0.0, 10.0, 0.0, 0.0))
    made = make(tmp_path, builder)
    (root,) = made.of_type("SkelRoot")
    low, high = UsdSkel.Root(root).GetExtentAttr().Get()
    assert tuple(low) == (0, 0, 0)
    assert tuple(high) == pytest.approx((51, 1, 0), rel=0.05)


@pytest.mark.parametrize("name", ["Fox.glb", "morph-stress-test.glb", "CesiumMilkTruck.glb"])
def test_a_real_model_moves_as_it_does_here(tmp_path: Path, name: str) -> None:
    check_frames(make(tmp_path, shared_model(name)), 0, 13, 25, atol=2e-3)


@pytest.mark.parametrize(("change", "note"), [
    ({"matrix": [1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}, "a joint is sheared"),
    ({"scale": [1e6, 1e6, 1e6]}, "joints are scaled beyond"),
])  # fmt: skip
def test_what_no_skeleton_holds_is_noted(tmp_path: Path, change: Json, note: str) -> None:
    builder = bent()
    builder.document["nodes"][3] = change
    (found,) = make(tmp_path, builder).notes
    assert found.startswith(note)


def test_joints_that_flatten_a_skin_are_noted(tmp_path: Path) -> None:
    builder = bent()
    builder.document["skins"][0]["inverseBindMatrices"] = builder.add_accessor(np.zeros((2, 16)))
    assert make(tmp_path, builder).notes == ("a skin has joints that flatten it, and may stand wrong",)


def test_animated_materials_are_noted(tmp_path: Path) -> None:
    builder = square({"pbrMetallicRoughness": {}})
    animate(builder, "pointer", (0.0, 1.0), np.array([0.0, 1.0]))
    (channel,) = builder.document["animations"][0]["channels"]
    pointer = "/materials/0/pbrMetallicRoughness/roughnessFactor"
    channel["target"] = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    builder.document["extensionsUsed"] = ["KHR_animation_pointer"]
    assert make(tmp_path, builder).notes == ("materials stand still: what animates them is left out",)
