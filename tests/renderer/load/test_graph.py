import numpy as np
import pytest

from renderer.errors import EmptyModel, InvalidModel
from renderer.scene.animation import pose_scene
from renderer.scene.deform import drawables
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import Json, triangle_glb


def with_nodes(nodes: list[Json], roots: tuple[int, ...] = (0,), **overrides: object) -> bytes:
    return triangle_glb(nodes=nodes, scenes=[{"nodes": list(roots)}], **overrides)


@pytest.mark.parametrize(("nodes", "message"), [
    ([{"mesh": 0, "children": [0]}], "the node graph has a cycle"),
    ([{"mesh": 0}, {"children": [2]}, {"children": [1]}], "the node graph has a cycle"),
    ([{"mesh": 0, "children": [1]}, {"children": [2]}, {"children": [0]}], "the node graph has a cycle"),
    ([{"mesh": 0, "children": [1]}, {"children": [1]}], "the node graph has a cycle"),
    ([{"mesh": 0, "children": [1]}], r"nodes\[0\].children\[0\] must be an integer below 1"),
    ([{"mesh": 0, "children": [-1]}], r"nodes\[0\].children\[0\] must be an integer below 1"),
    ([{"mesh": 0, "children": 1}], r"nodes\[0\].children must be a list of integers below 1"),
    ([{"mesh": 0, "children": ["0"]}], r"nodes\[0\].children must be a list of integers below 1"),
    ([{"mesh": 1}], r"nodes\[0\].mesh must be an integer below 1"),
    ([{"mesh": 0, "skin": 0}], r"nodes\[0\].skin must be an index, but there is nothing"),
    ([{"mesh": 0, "translation": [0, 0]}], r"nodes\[0\].translation must be a list of 3 numbers"),
    ([{"mesh": 0, "translation": [0, 0, 1e20]}], r"nodes\[0\].translation must be made of numbers up to 1e\+12"),
    ([{"mesh": 0, "rotation": [0, 0, 0, 0]}], r"nodes\[0\].rotation must be a unit quaternion"),
    ([{"mesh": 0, "rotation": [0, 0, 0, 1e200]}], r"nodes\[0\].rotation must be a list of 4 numbers"),
    ([{"mesh": 0, "matrix": [1] * 15}], r"nodes\[0\].matrix must be a list of 16 numbers"),
    ([{"mesh": 0, "matrix": [1e30] * 16}], r"nodes\[0\].matrix must be made of numbers up to 1e\+12"),
    ([{"mesh": 0, "weights": [1]}], r"nodes\[0\].weights must have one number per morph target"),
    ([{"children": [1], "scale": [1e9, 1, 1]}, {"mesh": 0, "scale": [1e9, 1, 1]}], "reach beyond 1e.12 metres"),
])
def test_a_graph_that_is_no_forest_is_refused(load: Load, nodes: list[Json], message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(with_nodes(nodes))


def test_scales_that_overflow_are_refused_without_a_warning(load: Load) -> None:
    depth = 100
    nodes: list[Json] = [{"scale": [1e12] * 3, "children": [i + 1]} for i in range(depth)]
    with pytest.raises(InvalidModel, match=r"reach beyond 1e\+12 metres"):
        load(with_nodes([*nodes, {"mesh": 0}]))


@pytest.mark.parametrize(("parents", "shown", "parent"), [
    (([2], [2]), ((), (2,)), 1), (([2, 2], []), ((2,), ()), 0),
])
def test_a_node_with_several_parents_stays_with_the_last(
    load: Load, parents: tuple[list[int], list[int]], shown: tuple[tuple[int, ...], tuple[int, ...]], parent: int
) -> None:
    """glTF forbids it; viewers move it from one to the other."""
    nodes: list[Json] = [{"children": children} if children else {} for children in parents]
    scene = load(with_nodes([*nodes, {"mesh": 0}], (0, 1)))
    assert (scene.nodes[0].children, scene.nodes[1].children) == shown
    assert scene.warnings == [f"node 2 is a child more than once: it is shown once, below node {parent}"]


@pytest.mark.parametrize(("listed", "roots", "warning"), [
    ((0, 0), (0,), "scenes[0].nodes lists a node twice: it is shown once"),
    ((1,), (1,), "scenes[0].nodes lists node 1, the child of another node: it is shown where the scene has it"),
    ((0, 1), (0, 1),
     "scenes[0].nodes lists node 1, the child of another node: it is shown where the scene has it"),
])
def test_a_scene_may_list_a_node_twice_or_a_child(
    load: Load, listed: tuple[int, ...], roots: tuple[int, ...], warning: str
) -> None:
    scene = load(with_nodes([{"translation": [9, 0, 0], "children": [1]}, {"mesh": 0}], listed))
    assert (scene.roots, scene.warnings) == (roots, [warning])
    children = {child for index in roots for child in scene.nodes[index].children}
    assert not children.intersection(roots)
    x = 9.0 if listed == (0, 0) else 0.0  # a parent that the scene doesn't have moves nothing
    assert pose_scene(scene, None, 0.0).world[1, 0, 3] == x


def test_roots_are_nodes(load: Load) -> None:
    with pytest.raises(InvalidModel, match=r"scenes\[0\].nodes\[0\] must be an integer below 2"):
        load(with_nodes([{"mesh": 0, "children": [1]}, {}], (5,)))


def test_a_chain_as_long_as_the_limit_allows_is_loaded(load: Load) -> None:
    depth = 5000
    nodes: list[Json] = [{"translation": [0, 1, 0], "children": [i + 1]} for i in range(depth)]
    scene = load(with_nodes([*nodes, {"mesh": 0}]))
    world = pose_scene(scene, None, 0.0).world
    assert world[depth, 1, 3] == depth


def test_scene_0_is_shown_where_none_is_named(load: Load) -> None:
    scenes = [{"nodes": [1]}, {"nodes": [0]}]
    scene = load(triangle_glb(nodes=[{"mesh": 0}, {"mesh": 0}], scenes=scenes, scene=1))
    assert scene.roots == (0,)
    from_first = triangle_glb(nodes=[{"mesh": 0}, {"mesh": 0}], scenes=scenes).replace(b'"scene": 0, ', b"            ")
    assert b'"scene":' not in from_first
    assert load(from_first).roots == (1,)


def test_all_parentless_nodes_are_shown_where_there_are_no_scenes(load: Load) -> None:
    scene = load(triangle_glb(nodes=[{"mesh": 0, "children": [2]}, {"mesh": 0}, {}], scenes=[]))
    assert scene.roots == (0, 1)


def test_nodes_outside_the_scene_show_nothing_and_their_meshes_are_not_read(load: Load) -> None:
    broken = {"primitives": [{"attributes": {"POSITION": 99}}]}
    whole = {"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}
    scene = load(with_nodes([{"mesh": 1}, {"mesh": 0}], meshes=[broken, whole]))
    assert [node.mesh for node in scene.nodes] == [0, None]
    assert len(scene.meshes) == 1


def test_a_matrix_is_column_major_and_kept_affine(load: Load) -> None:
    matrix = [1, 2, 3, 0.5, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 1]
    node = load(with_nodes([{"mesh": 0, "matrix": matrix}])).nodes[0]
    assert node.matrix is not None
    np.testing.assert_array_equal(node.matrix, [(1, 4, 7, 10), (2, 5, 8, 11), (3, 6, 9, 12), (0, 0, 0, 1)])


def test_rotations_are_made_unit(load: Load) -> None:
    node = load(with_nodes([{"mesh": 0, "rotation": [0, 0, 3, 4]}])).nodes[0]
    np.testing.assert_allclose(node.rotation, (0, 0, 0.6, 0.8))


HIDDEN: Json = {"extensions": {"KHR_node_visibility": {"visible": False}}}


def test_invisible_nodes_hide_all_below_them(load: Load) -> None:
    nodes: list[Json] = [
        {"mesh": 0, "children": [1, 2]}, HIDDEN | {"mesh": 0, "children": [3]},
        {"mesh": 0, "extensions": {"KHR_node_visibility": {"visible": True}}},
        {"mesh": 0, "extensions": {"KHR_node_visibility": {}}},
    ]
    scene = load(with_nodes(nodes, extensionsRequired=["KHR_node_visibility"]))
    assert [node.mesh for node in scene.nodes] == [0, None, 0, None]
    assert [drawable.node for drawable in drawables(scene)] == [0, 2]


def test_a_model_that_hides_everything_has_nothing_to_draw(load: Load) -> None:
    with pytest.raises(EmptyModel):
        load(with_nodes([HIDDEN | {"mesh": 0}]))


def test_a_visibility_that_is_no_boolean_is_refused(load: Load) -> None:
    with pytest.raises(InvalidModel, match=r"KHR_node_visibility.visible must be true or false"):
        load(with_nodes([{"mesh": 0, "extensions": {"KHR_node_visibility": {"visible": 0}}}]))
