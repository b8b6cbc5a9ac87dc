"""What OBJ files say arrives in the scene: geometry, parts, shading, colours."""

import numpy as np
import pytest

from renderer.errors import EmptyModel
from renderer.load import limits, source
from renderer.scene.nodes import Primitive, Scene
from tests.renderer.load.conftest import Load
from tests.renderer.load.obj.support import FACE, SQUARE, scan


def only(scene: Scene) -> Primitive:
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    return primitive


def corners(primitive: Primitive) -> list[list[float]]:
    """The positions of all triangles' corners, in order."""
    found: list[list[float]] = primitive.positions[primitive.indices].tolist()
    return found


def names(scene: Scene) -> dict[str, list[str]]:
    """The materials of each node."""
    return {
        node.name: [scene.materials[primitive.material].name for primitive in scene.meshes[node.mesh].primitives]
        for node in scene.nodes if node.mesh is not None
    }  # fmt: skip


def test_a_square_becomes_two_triangles_with_normals(load: Load) -> None:
    scene = load(scan(SQUARE + FACE))
    primitive = only(scene)
    assert corners(primitive) == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert primitive.normals is not None
    assert np.allclose(primitive.normals, (0, 0, 1))
    material = scene.materials[primitive.material]
    assert (material.roughness_factor, material.metallic_factor, material.double_sided) == (1.0, 0.0, True)
    assert (material.base_color_factor, scene.nodes[0].name) == ((1.0, 1.0, 1.0, 1.0), "scan")


PLAIN = SQUARE + "f 1/1 2/2 3/3\nf 3/3 4/4 1/1\n"


@pytest.mark.parametrize("text", [
    PLAIN.replace("\n", "\r\n"),
    PLAIN.replace("\n", "\r"),
    "\ufeff" + PLAIN,
    PLAIN.rstrip("\n"),
    PLAIN.replace(" ", "\t  "),
    PLAIN.replace("\n", "  \n\n \t\n"),
    "  " + PLAIN.replace("\n", "\n   "),
    PLAIN.replace("f ", "f \\\n ").replace("v 1", "v\\\r\n 1"),
    "# v 9 9 9\n" + PLAIN.replace("\n", " # a comment: f 9 9 9\n"),
    PLAIN.replace("0", "0.000").replace("1 ", "1.0e0 ", 2),
    PLAIN.replace("v 0 1 0", "v 0 1 0 1.0"),  # with a weight
    PLAIN.replace("vt 0 1\n", "vt 0 1 0.5\n"),
    PLAIN.replace("f 3/3 4/4 1/1", "f -2/-2 -1/-1 -4/-4"),
    PLAIN.replace("f ", "fo "),
    "vp 1 2\nl 1 2\np 1\nbevel on\n\0\nlod 2\n" + PLAIN,
], ids=range(15))  # fmt: skip
def test_every_way_of_writing_it_means_the_same(load: Load, text: str) -> None:
    expected = only(load(scan(PLAIN)))
    found = only(load(scan(text)))
    assert corners(found) == corners(expected)


def test_negative_indices_count_back_from_their_own_line_across_blocks(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    triangle = "v {0} 0 0\nv {0} 1 0\nv {0} 0 1\nvn 1 0 0\nf -3//-1 -2//-1 -1//-1\n"
    text = "".join(triangle.format(x) for x in range(50))
    monkeypatch.setattr(source, "BLOCK_BYTES", 64)
    primitive = only(load(scan(text)))
    assert primitive.positions[primitive.indices][:, 0].tolist() == [x for x in range(50) for _ in range(3)]


def test_faces_may_come_before_their_vertices(load: Load) -> None:
    assert len(corners(only(load(scan(FACE + SQUARE))))) == 6


def test_corners_that_differ_in_their_normal_are_kept_apart(load: Load) -> None:
    primitive = only(load(scan(SQUARE + "vn 0 0 2\nvn 0 1 0\nf 1//1 2//1 3//1\nf 1//2 3//1 4//1\n")))
    assert len(primitive.positions) == 5
    assert primitive.normals is not None
    assert sorted(map(tuple, primitive.normals.tolist())) == [(0, 0, 1)] * 4 + [(0, 1, 0)]


ROOF = "v 0 0 0\nv 0 0 1\nv 1 1 0\nv 1 1 1\nv 2 0 0\nv 2 0 1\n"  # two slopes of 45 degrees that meet at x = 1
SLOPES = ("f 1 2 4 3\n", "f 3 4 6 5\n")


@pytest.mark.parametrize(("text", "smooth"), [
    ("{}{}", True),
    ("s 1\n{}{}", True),
    ("s on\n{}{}", True),
    ("s off\n{}{}", False),
    ("s 0\n{}{}", False),
    ("s 1\n{}s 2\n{}", False),
])
def test_missing_normals_are_smooth_within_a_smoothing_group(load: Load, text: str, smooth: bool) -> None:
    primitive = only(load(scan(ROOF + text.format(*SLOPES))))
    assert primitive.normals is not None
    ridge = primitive.normals[primitive.positions[:, 0] == 1]
    if smooth:
        assert len(primitive.positions) == 6
        assert np.allclose(ridge, (0, 1, 0), atol=1e-6)
    else:
        assert len(primitive.positions) == 8
        assert np.allclose(np.abs(ridge), (0.5**0.5, 0.5**0.5, 0), atol=1e-6)


def test_smooth_normals_do_not_depend_on_how_a_polygon_is_cut(load: Load) -> None:
    """At a cube's corner three faces of equal angles meet, of which one is given as two triangles."""
    cube = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nv 1 1 0\nv 0 1 1\nv 1 0 1\nf 1 3 5 2\nf 1 4 6\nf 1 6 3\nf 1 2 7 4\n"
    primitive = only(load(scan(cube)))
    assert primitive.normals is not None
    (corner,) = primitive.normals[(primitive.positions == 0).all(axis=1)]
    assert corner == pytest.approx(np.full(3, -(1 / 3) ** 0.5), abs=1e-6)


def test_a_normal_without_a_length_counts_as_missing(load: Load) -> None:
    primitive = only(load(scan(SQUARE + "vn 0 0 0\nf 1//1 2//1 3//1\n")))
    assert primitive.normals is not None
    assert np.allclose(primitive.normals, (0, 0, 1))


def test_objects_become_nodes_and_materials_primitives(load: Load) -> None:
    text = "f 1 2 3\no Seat\nusemtl Wood\ng a\nf 1 2 3\nusemtl Steel  pipe\nf 1 2 4\no Leg\nf 2 3 4\no Seat\nf 1 3 4\n"
    scene = load(scan(SQUARE + text))
    assert names(scene) == {"scan": [""], "Seat": ["Wood", "Steel pipe"], "Leg": ["Steel pipe"]}


def test_groups_become_nodes_where_there_are_no_objects(load: Load) -> None:
    scene = load(scan(SQUARE + "g a b\nf 1 2 3\ng c # other\nf 1 2 4\n"))
    assert names(scene) == {"a b": [""], "c": [""]}


def test_very_many_objects_are_merged(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OBJ_PARTS", 10)
    scene = load(scan(SQUARE + "".join(f"o {i}\nf 1 2 3\n" for i in range(11))))
    assert names(scene) == {"scan": [""]}
    assert len(only(scene).indices) == 33


def test_vertex_colours_are_decoded_from_srgb_and_take_the_place_of_kd(load: Load) -> None:
    text = "v 0 0 0 1 0 0\nv 1 0 0 0 0.5 0 1\nv 0 1 0 0 0 1\nv 1 1 0\nusemtl m\nf 1 2 3\nf 2 4 3\n"
    scene = load(scan(text, scan__mtl="newmtl m\nKd 0.5 0.5 0.5\n"))
    primitive = only(scene)
    grey = ((0.5 + 0.055) / 1.055) ** 2.4
    assert primitive.colors is not None
    expected = [[1, 0, 0, 1], [0, grey, 0, 1], [0, 0, 1, 1], [grey, grey, grey, 1]]
    assert primitive.colors == pytest.approx(np.array(expected), abs=1e-4)
    assert scene.materials[primitive.material].base_color_factor == (1, 1, 1, 1)


def test_vertex_colours_may_go_up_to_255(load: Load) -> None:
    primitive = only(load(scan("v 0 0 0 255 0 0\nv 1 0 0 0 255 0\nv 0 1 0 1 1 255\nf 1 2 3\n")))
    assert primitive.colors is not None
    assert primitive.colors[:2].tolist() == [[1, 0, 0, 1], [0, 1, 0, 1]]


def test_a_model_far_from_the_origin_keeps_its_shape_and_its_place(load: Load) -> None:
    text = "v 500000.001 4000000.5 0\nv 500000.002 4000000.5 0\nv 500000.001 4000000.501 0\nf 1 2 3\n"
    scene = load(scan(text))
    primitive = only(scene)
    assert np.ptp(primitive.positions, axis=0) == pytest.approx((0.001, 0.001, 0), rel=1e-3)
    placed = primitive.positions + scene.nodes[0].translation
    assert placed.min(axis=0) == pytest.approx((500000.001, 4000000.5, 0), abs=1e-6)


def test_triangles_that_name_a_vertex_twice_are_left_out(load: Load) -> None:
    assert len(corners(only(load(scan(SQUARE + "f 1 1 2\nf 1 2 3\n"))))) == 3


def test_what_cannot_be_drawn_is_mentioned(load: Load) -> None:
    assert load(scan(SQUARE + FACE + "l 1 2\nl 2 3\np 1\n")).warnings == [
        "2 lines of scan.obj are left out", "1 points of scan.obj are left out",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [
    ("", "has no faces"),
    ("# nothing\n", "has no faces"),
    (SQUARE, "a point cloud can't be rendered"),
    (SQUARE + "f 1 1 1\n", "no faces with an area"),
])
def test_an_obj_without_surfaces_is_refused(load: Load, text: str, message: str) -> None:
    with pytest.raises(EmptyModel, match=message):
        load(scan(text))
