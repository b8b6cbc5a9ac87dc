"""PLY files of each form: what other programs write is read, and a header that lies costs nothing."""

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import EmptyModel, InvalidModel, ModelError, ModelTooLarge, UnsupportedModel
from renderer.load import limits, load_model, source
from renderer.load.ply import body
from renderer.scene.bounds import scene_bounds
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.plain_meshes import (
    SQUARE,
    corners_of,
    normals_of,
    ply_binary,
    ply_header,
    ply_square,
    primitive_of,
)
from tests.renderer.load.test_hostile import changed_bytes

ENCODINGS = ("binary", "ascii")
LITTLE, BIG = "binary_little_endian", "binary_big_endian"


def written(mesh: trimesh.Trimesh, encoding: str = "binary", *, normals: bool = False) -> bytes:
    data = mesh.export(file_type="ply", encoding=encoding, vertex_normal=normals)
    assert isinstance(data, bytes)
    return data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_box_is_where_it_was_and_keeps_its_edges(load: Load, encoding: str) -> None:
    scene = load(written(trimesh.creation.box((1.0, 2.0, 3.0)), encoding))
    bounds = scene_bounds(scene, None)
    assert np.allclose((bounds.low, bounds.high), ((-0.5, -1.0, -1.5), (0.5, 1.0, 1.5)))
    assert np.allclose(np.abs(normals_of(scene)).max(axis=1), 1.0)
    [material] = scene.materials
    assert (material.base_color_factor, material.roughness_factor) == ((0.4, 0.4, 0.4, 1.0), 0.6)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_normals_of_the_file_are_kept(load: Load, encoding: str) -> None:
    box = trimesh.creation.box()
    scene = load(written(box, encoding, normals=True))
    positions = primitive_of(scene).positions
    assert len(positions) == 8  # round, as its vertices say
    assert np.allclose(normals_of(scene), positions * 2 / np.sqrt(3), atol=1e-3)


def test_normals_that_are_none_are_made_anew(load: Load) -> None:
    more = "property float nx\nproperty float ny\nproperty float nz\n"
    assert np.allclose(normals_of(load(ply_square("0 0 0", more))), (0.0, 0.0, 1.0))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_colours_of_vertices_are_kept(load: Load, encoding: str) -> None:
    ball = trimesh.creation.icosphere(1)
    ball.visual.vertex_colors = np.tile((255, 188, 0, 255), (len(ball.vertices), 1)).astype(np.uint8)
    scene = load(written(ball, encoding))
    colors = primitive_of(scene).colors
    assert colors is not None
    assert np.allclose(colors[:, :3], (1.0, 0.5029, 0.0), atol=1e-3)  # linear
    assert scene.materials[0].base_color_factor == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(("kind", "vertex", "names"), [
    ("uchar", "255 188 0", "red green blue"), ("ushort", "65535 48318 0", "red green blue"),
    ("float", "1.0 0.7373 0.0", "red green blue"), ("float", "255 188 0", "r g b"),
    ("uchar", "255 188 0", "diffuse_red diffuse_green diffuse_blue"),
])  # fmt: skip
def test_colours_of_each_kind_mean_the_same(load: Load, kind: str, vertex: str, names: str) -> None:
    more = "".join(f"property {kind} {name}\n" for name in names.split())
    colors = primitive_of(load(ply_square(vertex, more))).colors
    assert colors is not None
    assert np.allclose(colors[:, :3], (1.0, 0.5029, 0.0), atol=1e-3)


@pytest.mark.parametrize("kind", [LITTLE, BIG])
def test_both_byte_orders_and_faces_of_different_sizes_are_read(load: Load, kind: str) -> None:
    even = corners_of(load(ply_binary(kind, (0, 1, 2), (0, 2, 3))))
    assert np.array_equal(even.reshape(-1, 3), np.array(SQUARE)[[0, 1, 2, 0, 2, 3]])
    mixed = corners_of(load(ply_binary(kind, (0, 1, 2), (0, 1, 2, 3), (0, 2), (0, 2, 3), ())))
    assert len(mixed) == 4
    assert np.array_equal(mixed[[0, 3]], even)


def test_a_text_reads_faces_of_different_sizes_and_other_elements(load: Load) -> None:
    head = (
        b"ply\r\nformat ascii 1.0\r\nelement camera 2\r\nproperty list uchar float parameters\r\n"
        b"element vertex 4\r\nproperty double z\r\nproperty double y\r\nproperty double x\r\n"
        b"element face 2\r\nproperty uchar flags\r\nproperty list uint8 uint32 vertex_index\r\n"
        b"element edge 1\r\nproperty int a\r\nend_header\r\n"
    )
    scene = load(head + b"3 1 2 3\r\n1 4\r\n0 0 0\r\n0 0 1\r\n0 1 1\r\n0 1 0\r\n7 3 0 1 2\r\n7 4 0 1 2 3\r\n5\r\n")
    assert len(corners_of(scene)) == 3
    assert np.ptp(corners_of(scene).reshape(-1, 3), axis=0).tolist() == [1.0, 1.0, 0.0]


def test_a_concave_face_is_cut_into_triangles_inside_it(load: Load) -> None:
    arrow = ((0, 0, 0), (2, 0, 0), (0.5, 0.5, 0), (0, 2, 0))
    rows = "".join(f"{x} {y} {z}\n" for x, y, z in arrow)
    corners = corners_of(load(ply_header("ascii", 4, 1) + f"{rows}4 1 2 3 0\n".encode()))
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
    assert areas.sum() == pytest.approx(1.0)
    assert (areas > 0).all()


def test_a_texture_is_left_out_and_named(load: Load) -> None:
    data = ply_square().replace(b"comment by hand", b"comment TextureFile scan color.png")
    assert load(data).warnings == ["the texture 'scan color.png' of model.ply is left out"]


def test_a_zip_may_hold_one(load: Load) -> None:
    assert len(corners_of(load(make_zip({"scan.ply": ply_square(), "notes.txt": b""})))) == 2


@pytest.mark.parametrize(("more", "what"), [("", "a point cloud"), ("property float f_dc_0\n", "a Gaussian splat")])
def test_points_without_faces_are_refused_by_name(load: Load, more: str, what: str) -> None:
    data = ply_header(LITTLE, 2, 0, more=more) + bytes(64)
    with pytest.raises(EmptyModel, match=f"^model.ply has no faces: {what} can't be rendered$"):
        load(data)
    with pytest.raises(EmptyModel, match=what):
        load(data.replace(b"element face 0\nproperty list uchar int vertex_indices\n", b""))


HEADER = ply_header(LITTLE, 4, 1)
VERTICES = b"".join(struct.pack("<3f", *corner) for corner in SQUARE)


@pytest.mark.parametrize(("data", "message"), [
    (HEADER + VERTICES[:-1], "is truncated: its header promises 4 times 'vertex'"),
    (HEADER + VERTICES, "is truncated: its header promises 1 times 'face'"),
    (HEADER + VERTICES + b"\xff" + bytes(8), "one of its lists should have 255 numbers"),
    (ply_header(LITTLE, 4, 1, indices="int int") + VERTICES + struct.pack("<i", -1), "one of its lists should have -1"),
    (ply_header(LITTLE, 4, 1, indices="float int") + VERTICES + struct.pack("<f", float("nan")), "should have nan"),
    (ply_header(LITTLE, 4, 1, indices="uint int") + VERTICES + struct.pack("<I", 2**32 - 1), "should have 4.29497e"),
    (ply_binary(LITTLE, (0, 1, 4)), "face 1 of model.ply points at vertex 4, and there are 4, counted from 0"),
    (ply_binary(LITTLE, (0, 1, 2), (0, -1, 2)), "face 2 of model.ply points at vertex -1"),
    (ply_square(face="3 0 1 1.5"), "points at vertex 1.5"),
    (ply_square(face="3 0 1"), "is truncated"),
    (ply_square(face="3 0 1 x"), "'x' is not a number"),
    (ply_square().replace(b"1.0 1.0 0.0", b"1.0 nan 0.0"), "'nan' is not a finite number"),
    (ply_binary(LITTLE, (0, 1, 2))[:-21] + struct.pack("<f", float("inf")) + bytes(17), "vertex 3 of model.ply"),
    (b"ply\nformat ascii 1.0\n", "has a header that does not end"),
    (b"ply\n" + b"comment a\n" * 200_000 + b"end_header\n", "has a header that does not end"),
    (b"ply\nelement vertex 3\nend_header\n", "does not say whether it is text or binary"),
    (b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nend_header\n", "has no vertices with x, y and z"),
    (b"ply\nformat ascii 1.0\nelement vertex -3\nend_header\n", "with the line 'element vertex -3'"),
    (b"ply\nformat ascii 1.0\nproperty float x\nend_header\n", "with the line 'property float x'"),
    (b"ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n", "with the line 'property quad x'"),
    (ply_square().replace(b"vertex_indices", b"corners"), "has faces that do not say of which vertices"),
    (ply_square().replace(b"float x", b"list uchar float x"), "is truncated|broken|no numbers"),
])  # fmt: skip
def test_what_is_broken_is_refused_by_name(load: Load, data: bytes, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(data)


def test_a_form_that_nobody_knows_is_refused(load: Load) -> None:
    with pytest.raises(UnsupportedModel, match=r"is of the format 'binary_middle_endian 1\.0'"):
        load(ply_square().replace(b"ascii", b"binary_middle_endian"))


@pytest.mark.parametrize("kind", ["ascii", LITTLE])
@pytest.mark.parametrize(("vertices", "faces", "error"), [
    (9_999_999, 1, InvalidModel), (4, 4_999_999, InvalidModel), (10**18, 1, ModelTooLarge), (4, 10**18, ModelTooLarge),
])  # fmt: skip
def test_counts_beyond_the_file_take_no_memory(
    load: Load, kind: str, vertices: int, faces: int, error: type[Exception]
) -> None:
    data = ply_header(kind, vertices, faces) + (b"0 0 0 1 1 1 2 2 2\n" if kind == "ascii" else bytes(100))
    tracemalloc.start()
    try:
        with pytest.raises(error):
            load(data)
        assert tracemalloc.get_traced_memory()[1] < 2 * limits.MEGABYTE
    finally:
        tracemalloc.stop()


def test_an_unknown_element_with_a_huge_count_takes_no_time(load: Load) -> None:
    def odd(properties: bytes) -> bytes:
        return ply_square().replace(b"element vertex", b"element odd 999999999999\n" + properties + b"element vertex")

    assert len(corners_of(load(odd(b"")))) == 2
    for properties in (b"property uchar a\n", b"property list uchar int a\n"):
        with pytest.raises(InvalidModel, match="promises 999,999,999,999 times 'odd'"):
            load(odd(properties))


@pytest.mark.parametrize(("owner", "limit", "value", "message"), [
    (limits, "OBJ_ROWS", 3, "has 4 vertices and 1 faces, and 3 and"),
    (limits, "INDICES", 3, "has more than 1 triangles"),
    (limits, "POLYGON_CORNERS", 3, "has a face of 4 corners, and 3 are allowed"),
    (body, "_MOST_NUMBERS", 16, "has more than 16 numbers: save it as a binary PLY"),
])  # fmt: skip
def test_what_goes_over_a_limit_is_refused(
    load: Load, monkeypatch: pytest.MonkeyPatch, owner: object, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(owner, limit, value)
    with pytest.raises(ModelTooLarge, match=message):
        load(ply_square())


def test_text_in_small_parts_is_the_same(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(trimesh.creation.icosphere(1), "ascii")
    whole = corners_of(load(data))
    monkeypatch.setattr(source, "BLOCK_BYTES", 100)
    assert np.array_equal(corners_of(load(data)), whole)


quick = settings(
    derandomize=True, deadline=None, max_examples=200, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BALL = trimesh.creation.icosphere(1)


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "upload"


@quick
@given(data=st.one_of(
    changed_bytes(written(BALL), 4), changed_bytes(written(BALL, "ascii"), 4), changed_bytes(ply_square(), 4),
    changed_bytes(ply_binary(BIG, (0, 1, 2), (0, 1, 2, 3)), 4),
))  # fmt: skip
def test_no_change_of_a_file_breaks_the_reader(upload: Path, data: bytes) -> None:
    upload.write_bytes(data)
    message = ""
    try:
        load_model(upload)
    except ModelError as error:
        message = str(error)
    assert message.isprintable()
    assert len(message) < 1000
