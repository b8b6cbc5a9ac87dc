import numpy as np
import pytest

from renderer.errors import SettingsError
from renderer.load import load_model
from renderer.scene.animation import clip_time, find_clip, pose_scene, sample, still_time
from renderer.scene.nodes import Channel, Clip, Interpolation, Mesh, Node, Path, Scene, Skin
from tests.renderer.load.glb_builder import float32
from tests.support.models import shared_model

HALF = float(np.sqrt(0.5))
STILL = (0.0, 0.0, 0.0, 1.0)
QUARTER_TURN = (0.0, HALF, 0.0, HALF)  # about +Y


def channel(path: Path, interpolation: Interpolation, times: object, values: object, node: int = 0) -> Channel:
    return Channel(node, path, interpolation, float32(np.asarray(times)), float32(np.asarray(values)))


def scene_of(nodes: list[Node], clips: list[Clip] | None = None, skins: list[Skin] | None = None) -> Scene:
    return Scene(nodes, (0,), [Mesh("", [], (0.25, 0.5))], [], [], skins or [], clips or [])


@pytest.mark.parametrize(("time", "step", "linear"), [
    (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.5, 0.0, 5.0), (2.0, 10.0, 10.0), (3.0, 10.0, 15.0), (4.0, 20.0, 20.0),
    (99.0, 20.0, 20.0),
])
def test_steps_hold_and_lines_run_between_keyframes(time: float, step: float, linear: float) -> None:
    times, values = (1, 2, 4), [(0, 0, 0), (10, 0, 0), (20, 0, 0)]
    assert sample(channel("translation", "STEP", times, values), time)[0] == pytest.approx(step)
    assert sample(channel("translation", "LINEAR", times, values), time)[0] == pytest.approx(linear)


@pytest.mark.parametrize("sign", [1, -1])
def test_rotations_run_along_the_shorter_arc_at_even_speed(sign: int) -> None:
    turn = channel("rotation", "LINEAR", (0, 1), [STILL, sign * np.array(QUARTER_TURN)])
    for t in (0.1, 0.25, 0.5, 0.9):
        angle = t * np.pi / 4  # half of the rotation's angle
        np.testing.assert_allclose(sample(turn, t), (0, np.sin(angle), 0, np.cos(angle)), atol=1e-6)


def test_nearly_equal_and_zero_rotations_stay_unit() -> None:
    close = channel("rotation", "LINEAR", (0, 1), [STILL, (0, 1e-4, 0, 1)])
    assert np.linalg.norm(sample(close, 0.5)) == pytest.approx(1.0)
    nothing = channel("rotation", "LINEAR", (0, 1), [(0, 0, 0, 0), (0, 0, 0, 0)])
    np.testing.assert_array_equal(sample(nothing, 0.5), STILL)


def test_a_cubic_spline_meets_its_values_and_its_slopes() -> None:
    keys = [[(0, 0, 0), (1, 0, 0), (2, 0, 0)], [(-3, 0, 0), (4, 0, 0), (0, 0, 0)]]
    spline = channel("translation", "CUBICSPLINE", (1, 3), keys)
    assert sample(spline, 0.0)[0] == 1.0
    assert sample(spline, 9.0)[0] == 4.0
    small = 1e-4
    assert (sample(spline, 1 + small)[0] - 1.0) / small == pytest.approx(2.0, rel=1e-2)
    assert (4.0 - sample(spline, 3 - small)[0]) / small == pytest.approx(-3.0, rel=1e-2)
    # Hermite basis at the middle: values weigh 1/2, slopes span / 8 with opposite signs
    assert sample(spline, 2.0)[0] == pytest.approx(0.5 * 1 + 0.5 * 4 + 2 / 8 * (2 - -3))


def test_a_cubic_rotation_is_made_unit() -> None:
    flat = (0, 0, 0, 0)
    spline = channel("rotation", "CUBICSPLINE", (0, 1), [[flat, STILL, flat], [flat, QUARTER_TURN, flat]])
    assert np.linalg.norm(sample(spline, 0.3)) == pytest.approx(1.0)


def test_keyframes_at_the_same_time_jump() -> None:
    jump = channel("translation", "LINEAR", (0, 1, 1, 2), [(0, 0, 0), (1, 0, 0), (5, 0, 0), (6, 0, 0)])
    assert sample(jump, 1.0)[0] == 5.0
    assert sample(jump, 0.5)[0] == 0.5


def test_a_pose_composes_scale_then_rotation_then_translation_then_parents() -> None:
    parent = Node("", children=(1,), translation=(0, 0, 10))
    child = Node("", children=(2,), translation=(1, 2, 3), rotation=QUARTER_TURN, scale=(2, 1, 1))
    moved = np.eye(4)
    moved[0, 3] = 5
    world = pose_scene(scene_of([parent, child, Node("", matrix=moved)]), None, 0.0).world
    # x is doubled, then +Y turns x to -z
    np.testing.assert_allclose(world[1] @ (1, 0, 0, 1), (1, 2, 3 - 2 + 10, 1), atol=1e-12)
    np.testing.assert_allclose(world[2] @ (0, 0, 0, 1), (1, 2, 3 - 10 + 10, 1), atol=1e-12)


def test_parents_may_come_after_their_children() -> None:
    nodes = [Node("", translation=(1, 0, 0)), Node("", children=(0,), translation=(0, 1, 0))]
    world = pose_scene(scene_of(nodes), None, 0.0).world
    np.testing.assert_array_equal(world[0, :3, 3], (1, 1, 0))


def test_a_clip_moves_its_nodes_and_leaves_the_others() -> None:
    clip = Clip("", [
        channel("translation", "LINEAR", (0, 2), [(0, 0, 0), (4, 0, 0)]),
        channel("scale", "STEP", (0,), [(3, 3, 3)], node=1),
        channel("weights", "LINEAR", (0, 2), [(0, 0), (1, 2)], node=2),
    ])
    nodes = [Node("", children=(1, 2)), Node("", translation=(0, 7, 0)), Node("", mesh=0)]
    pose = pose_scene(scene_of(nodes, [clip]), clip, 1.0)
    np.testing.assert_array_equal(pose.world[1] @ (1, 1, 1, 1), (5, 10, 3, 1))
    np.testing.assert_array_equal(pose.weights[2], (0.5, 1.0))


def test_weights_at_rest_come_from_the_node_or_else_its_mesh() -> None:
    nodes = [Node("", mesh=0), Node("", mesh=0, weights=(1.0, 0.0)), Node("")]
    weights = pose_scene(scene_of(nodes), None, 0.0).weights
    assert {index: tuple(found) for index, found in weights.items()} == {0: (0.25, 0.5), 1: (1.0, 0.0)}


def test_a_skinned_node_is_drawn_in_world_space() -> None:
    inverse = np.eye(4)[None].copy()
    inverse[0, :3, 3] = (0, 0, -1)
    root = Node("", children=(1, 2), translation=(9, 9, 9))
    nodes = [root, Node("", mesh=0, skin=0), Node("", translation=(1, 0, 0))]
    pose = pose_scene(scene_of(nodes, skins=[Skin((2,), inverse)]), None, 0.0)
    np.testing.assert_array_equal(pose.world[1], np.eye(4))
    np.testing.assert_array_equal(pose.joints[0][0] @ (0, 0, 1, 1), (10, 9, 9, 1))


def test_clips_are_found_by_name() -> None:
    clips = [Clip("Walk", []), Clip("Run", []), Clip("Run", [])]
    scene = scene_of([Node("")], clips)
    assert find_clip(scene, None) is None
    assert find_clip(scene, "*") is clips[0]
    assert find_clip(scene, "Run") is clips[1]
    assert find_clip(scene_of([Node("")]), "*") is None
    with pytest.raises(SettingsError, match='no animation "Fly"; it has "Walk", "Run", "Run"') as caught:
        find_clip(scene, "Fly")
    assert caught.value.field == "animation"
    with pytest.raises(SettingsError, match="it has none"):
        find_clip(scene_of([Node("")]), "Fly")


def test_time_runs_with_the_frames_and_starts_over() -> None:
    clip = Clip("", [channel("translation", "STEP", (0, 2), np.zeros((2, 3)))])
    assert clip_time(clip, 0, 30, 1.0) == 0.0
    assert clip_time(clip, 15, 30, 1.0) == pytest.approx(0.5)
    assert clip_time(clip, 15, 30, 2.0) == pytest.approx(1.0)
    assert clip_time(clip, 75, 30, 1.0) == pytest.approx(0.5)
    assert clip_time(Clip("", []), 15, 30, 1.0) == 0.0


@pytest.mark.parametrize(
    ("rest", "time"), [((0, 0, 0), 0.0), ((4, 0, 0), 0.0), ((2, 0, 0), 0.0), ((0, 9, 0), 2.0), ((0, 0.1, 0), 2.0)]
)
def test_a_picture_shows_the_beginning_or_the_middle_where_the_rest_pose_lies_outside(
    rest: tuple[float, float, float], time: float
) -> None:
    slide = Clip("Slide", [channel("translation", "LINEAR", (0, 4), [(0, 0, 0), (4, 0, 0)])])
    assert still_time(scene_of([Node("", translation=rest)], [slide]), slide, None) == time


def test_a_picture_shows_the_moment_that_is_asked_for_if_the_clip_has_it() -> None:
    slide = Clip("Slide", [channel("translation", "LINEAR", (0, 4), [(0, 0, 0), (4, 0, 0)])])
    scene = scene_of([Node("")], [slide])
    assert [still_time(scene, slide, asked) for asked in (0.0, 3.5, 4.0)] == [0.0, 3.5, 4.0]
    with pytest.raises(SettingsError, match=r"lasts 4\.000 s, and not 4\.1 s") as error:
        still_time(scene, slide, 4.1)
    assert error.value.field == "time"


def test_a_real_clip_moves_the_fox() -> None:
    scene = load_model(shared_model("Fox.glb"))
    clip = find_clip(scene, "Run")
    assert clip is not None
    start, later = pose_scene(scene, clip, 0.0), pose_scene(scene, clip, clip.duration / 2)
    assert not np.allclose(start.joints[0], later.joints[0], atol=1.0)
    end = pose_scene(scene, clip, clip.duration)
    np.testing.assert_allclose(start.joints[0], end.joints[0], atol=0.5)  # the run is a loop
