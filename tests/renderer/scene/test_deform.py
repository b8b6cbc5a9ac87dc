import numpy as np

from renderer.arrays import Float64
from renderer.scene.animation import Pose, pose_scene
from renderer.scene.deform import Drawable, deformed, drawables, is_deforming
from renderer.scene.nodes import Mesh, MorphTarget, Node, Primitive, Scene, Skin, Topology
from tests.renderer.load.glb_builder import TRIANGLE, float32, uint32


def triangle() -> Primitive:
    return Primitive(
        Topology.TRIANGLES, float32(TRIANGLE), uint32([0, 1, 2]), 0, normals=float32(np.tile([0, 0, 1], (3, 1))),
        tangents=float32(np.tile([1, 0, 0, -1], (3, 1))),
    )


def skinned(joints: Float64) -> tuple[Scene, Drawable, Pose]:
    """The triangle on two joints: vertex 0 follows the first, vertex 1 the second, vertex 2 both alike."""
    primitive = triangle()
    primitive.joints = np.array([(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)], np.uint16)
    primitive.weights = float32([(1, 0, 0, 0), (1, 0, 0, 0), (0.5, 0.5, 0, 0)])
    nodes = [Node("", children=(1, 2), mesh=0, skin=0), Node(""), Node("")]
    scene = Scene(nodes, (0,), [Mesh("", [primitive])], [], [], [Skin((1, 2), np.tile(np.eye(4), (2, 1, 1)))], [])
    return scene, Drawable(0, primitive), Pose(np.tile(np.eye(4), (3, 1, 1)), {}, (joints,), [])


def test_drawables_are_what_the_roots_reach_in_tree_order() -> None:
    first, second = triangle(), triangle()
    nodes = [Node("", mesh=1), Node("", children=(3,)), Node("", mesh=0), Node("", mesh=0)]
    scene = Scene(nodes, (1, 0), [Mesh("", [first, second]), Mesh("", [second])], [], [], [], [])
    assert [(d.node, d.primitive is second) for d in drawables(scene)] == [(0, True), (3, False), (3, True)]


def test_a_rigid_primitive_keeps_its_own_arrays() -> None:
    primitive = triangle()
    scene = Scene([Node("", mesh=0)], (0,), [Mesh("", [primitive])], [], [], [], [])
    drawable = Drawable(0, primitive)
    assert not is_deforming(scene, drawable)
    found = deformed(scene, drawable, pose_scene(scene, None, 0.0))
    assert found.positions is primitive.positions
    assert found.normals is primitive.normals
    assert found.tangents is primitive.tangents


def test_morph_targets_add_up_by_weight() -> None:
    primitive = triangle()
    ones = float32(np.ones((3, 3)))
    primitive.targets = (MorphTarget(positions=ones), MorphTarget(ones, 2 * ones, 3 * ones), MorphTarget(100 * ones))
    scene = Scene([Node("", mesh=0)], (0,), [Mesh("", [primitive], (0.5, 0.25, 0.0))], [], [], [], [])
    drawable = Drawable(0, primitive)
    assert is_deforming(scene, drawable)
    found = deformed(scene, drawable, pose_scene(scene, None, 0.0))
    np.testing.assert_allclose(found.positions, float32(TRIANGLE) + 0.75)
    assert found.normals is not None
    assert found.tangents is not None
    np.testing.assert_allclose(found.normals[0], (0.5, 0.5, 1.5))
    np.testing.assert_allclose(found.tangents[0], (1.75, 0.75, 0.75, -1))
    np.testing.assert_array_equal(primitive.positions, float32(TRIANGLE))


def test_vertices_follow_their_joints() -> None:
    joints = np.tile(np.eye(4), (2, 1, 1))
    joints[0, :3, 3], joints[1, :3, 3] = (0, 0, 5), (0, 10, 0)
    scene, drawable, pose = skinned(joints)
    assert is_deforming(scene, drawable)
    np.testing.assert_allclose(deformed(scene, drawable, pose).positions, [(0, 0, 5), (1, 10, 0), (0, 6, 2.5)])


def test_normals_stay_perpendicular_under_an_uneven_scale() -> None:
    joints = np.tile(np.eye(4), (2, 1, 1))
    joints[:, :3, :3] = np.diag([4.0, 1.0, 1.0]) @ [[0.6, 0, 0.8], [0, 1, 0], [-0.8, 0, 0.6]]
    scene, drawable, pose = skinned(joints)
    found = deformed(scene, drawable, pose)
    assert found.normals is not None
    assert found.tangents is not None
    edges = found.positions[1:] - found.positions[0]
    np.testing.assert_allclose(edges @ found.normals[0], 0, atol=1e-5)
    assert np.cross(*edges) @ found.normals[0] > 0
    np.testing.assert_allclose(found.tangents[0, :3], edges[0], atol=1e-6)
    assert found.tangents[0, 3] == -1


def test_a_mirrored_joint_does_not_turn_normals_inside_out() -> None:
    scene, drawable, pose = skinned(np.tile(np.diag([-1.0, 1.0, 1.0, 1.0]), (2, 1, 1)))
    normals = deformed(scene, drawable, pose).normals
    assert normals is not None
    np.testing.assert_allclose(normals, np.tile([0, 0, 1], (3, 1)), atol=1e-6)


def test_a_morphed_skin_is_morphed_first() -> None:
    joints = np.tile(np.diag([2.0, 2.0, 2.0, 1.0]), (2, 1, 1))
    scene, drawable, pose = skinned(joints)
    drawable.primitive.targets = (MorphTarget(positions=float32(np.ones((3, 3)))),)
    pose = Pose(pose.world, {0: np.array([1.0])}, pose.joints, [])
    np.testing.assert_allclose(deformed(scene, drawable, pose).positions, 2 * (float32(TRIANGLE) + 1))
