"""STL files: what other programs write is read, with creases where edges are sharp; what is broken is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import EmptyModel, InvalidModel, ModelError, ModelTooLarge
from renderer.load import load_model, source, stl
from renderer.scene.bounds import scene_bounds
from tests.renderer.load import plain_meshes
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.plain_meshes import corners_of, normals_of, primitive_of, square_facets, stl_text
from tests.renderer.load.test_hostile import changed_bytes

FORMS = ("stl", "stl_ascii")
SQUARE = plain_meshes.stl(square_facets())


def written(mesh: trimesh.Trimesh, form: str = "stl") -> bytes:
    data = mesh.export(file_type=form)
    return data.encode() if isinstance(data, str) else bytes(data)


@pytest.mark.parametrize("form", FORMS)
def test_a_box_stands_upright_and_keeps_its_edges(load: Load, form: str) -> None:
    scene = load(written(trimesh.creation.box((1.0, 2.0, 3.0)), form))
    bounds = scene_bounds(scene, None)
    assert np.allclose((bounds.low, bounds.high), ((-0.5, -1.5, -1.0), (0.5, 1.5, 1.0)))
    assert len(primitive_of(scene).positions) == 24
    assert np.allclose(np.abs(normals_of(scene)).max(axis=1), 1.0)
    corners = corners_of(scene)
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", outward, corners.mean(axis=1)) > 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_ball_is_round_and_its_facets_share_their_vertices(load: Load, form: str) -> None:
    scene = load(written(trimesh.creation.icosphere(3), form))
    positions = primitive_of(scene).positions
    assert len(positions) == 642
    assert ((normals_of(scene) * positions).sum(axis=1) > 0.999).all()


def test_a_cylinder_is_round_between_two_sharp_rims(load: Load) -> None:
    scene = load(written(trimesh.creation.cylinder(1.0, 2.0, sections=24)))
    upright = np.abs(normals_of(scene)[:, 1])
    assert ((upright > 0.999) | (upright < 0.001)).all()
    side = upright < 0.001
    assert ((normals_of(scene) * primitive_of(scene).positions).sum(axis=1)[side] > 0.999).all()


def test_what_has_no_colours_is_matt_and_grey(load: Load) -> None:
    [material] = load(SQUARE).materials
    assert (material.metallic_factor, material.roughness_factor, material.double_sided) == (0.0, 0.6, True)
    assert material.base_color_factor == (0.4, 0.4, 0.4, 1.0)


@pytest.mark.parametrize("text", [
    stl_text(square_facets()), stl_text(square_facets(), "\r\n"), stl_text(square_facets(), "\r"),
    stl_text(square_facets()).upper(), stl_text(square_facets()).replace(b" ", b"\t "),
    stl_text(square_facets()[:1]) + b"\n" + stl_text(square_facets()[1:]),
    stl_text(square_facets()).replace(b"normal 0 0 0", b"normal nan nan nan").replace(b"by hand", b"facet vertex 1"),
], ids=["lf", "crlf", "cr", "capitals", "tabs", "two solids", "odd words"])  # fmt: skip
def test_text_is_read_however_it_is_laid_out(load: Load, text: bytes) -> None:
    assert np.array_equal(corners_of(load(text)), corners_of(load(SQUARE)))


def test_text_in_small_parts_is_the_same(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(trimesh.creation.icosphere(1), "stl_ascii")
    whole = corners_of(load(data))
    monkeypatch.setattr(source, "BLOCK_BYTES", 200)
    assert np.array_equal(corners_of(load(data)), whole)


@pytest.mark.parametrize(("header", "spare", "expected"), [
    (b"solid by VisCAM", (0x8000 | 31 << 10, 0), [(1.0, 0.0, 0.0), (0.4, 0.4, 0.4)]),
    (b"COLOR=\0\xff\0\xff", (0x8000, 31), [(0.0, 1.0, 0.0), (1.0, 0.0, 0.0)]),
])  # fmt: skip
def test_facets_have_the_colours_that_programs_give_them(
    load: Load, header: bytes, spare: tuple[int, int], expected: list[tuple[float, float, float]]
) -> None:
    scene = load(plain_meshes.stl(square_facets(), spare, header))
    primitive = primitive_of(scene)
    assert primitive.colors is not None
    colors = primitive.colors[primitive.indices].reshape(2, 3, -1)[..., :3]
    assert np.allclose(colors, np.array(expected)[:, None], atol=1e-3)
    assert scene.materials[0].base_color_factor == (1.0, 1.0, 1.0, 1.0)


def test_spare_bytes_that_are_no_colours_leave_it_grey(load: Load) -> None:
    assert primitive_of(load(plain_meshes.stl(square_facets(), (0x8000 | 5, 7)))).colors is None


def test_facets_without_an_area_are_left_out(load: Load) -> None:
    flat = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (2.0, 0.0, 0.0)]
    assert len(corners_of(load(plain_meshes.stl([*square_facets(), flat])))) == 2
    with pytest.raises(EmptyModel, match="no facets with an area"):
        load(plain_meshes.stl([flat]))


def test_a_part_far_from_the_origin_keeps_its_shape(load: Load) -> None:
    far = np.array(square_facets()) * 0.001 + (4e5, 0, 0)
    text = "".join(f"vertex {x!r} {y!r} {z!r}\n" for x, y, z in far[0].tolist())
    scene = load(f"solid a\nfacet normal 0 0 1\nouter loop\n{text}endloop\nendfacet\nendsolid\n".encode())
    assert np.ptp(corners_of(scene).reshape(-1, 3), axis=0) == pytest.approx((0.001, 0.0, 0.001), rel=1e-4)
    assert scene_bounds(scene, None).low[0] == pytest.approx(4e5)


def test_a_zip_may_hold_one(load: Load) -> None:
    assert len(corners_of(load(make_zip({"parts/nut.STL": SQUARE, "readme.txt": b""})))) == 2


NAN = struct.pack("<f", float("nan"))
LINE = b"vertex 0.000000e+00 0.000000e+00 0.000000e+00"


@pytest.mark.parametrize(("data", "message"), [
    (SQUARE[:96] + NAN + SQUARE[100:], "facet 1 of model.stl has a corner that is nowhere"),
    (SQUARE[:96] + struct.pack("<f", 1e30) + SQUARE[100:], "has a corner that is nowhere"),
    (stl_text(square_facets()).replace(LINE, b"vertex 0 0 nan"), "line 4: 'nan' is not a finite number"),
    (stl_text(square_facets()).replace(LINE, b"vertex 0 0 1e999"), "is not a finite number"),
    (stl_text(square_facets()).replace(LINE, b"vertex 0 0 x"), "'x' is not a number"),
    (stl_text(square_facets()).replace(LINE, b"vertex 0 0"), "line 4: 'vertex' needs three numbers"),
    (stl_text(square_facets()).replace(LINE, b""), "of its facets, facet 1 has 2 corners"),
    (stl_text(square_facets()).replace(LINE, LINE + b"\n" + LINE), "facet 1 has 4 corners"),
    (b"".join(stl_text(square_facets()).splitlines(keepends=True)[:11]), "is cut off: its facet 2 has 1 corners"),
    (b"solid a\n" + LINE + b"\nfacet normal 0 0 1\n", "facet 0 has 1 corners"),
    (SQUARE[:-1], "neither a GLB"),
    (SQUARE + b"\0", "neither a GLB"),
])  # fmt: skip
def test_what_is_broken_is_refused_and_the_place_is_told(load: Load, data: bytes, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(data)


def test_too_many_facets_are_refused_before_they_are_read(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stl, "MOST_FACETS", 1)
    for data in (SQUARE, stl_text(square_facets())):
        with pytest.raises(ModelTooLarge, match="has 2 facets, and 1 are allowed"):
            load(data)


@pytest.mark.parametrize("text", [b"", b"\xef\xbb\xbf", b"\n", b"solid facet \nendsolid\n"])
def test_a_text_without_facets_is_empty(load: Load, text: bytes) -> None:
    with pytest.raises(EmptyModel, match=r"^part\.stl has no facets$"):
        load(make_zip({"part.stl": text}))


quick = settings(
    derandomize=True, deadline=None, max_examples=150, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BALL = trimesh.creation.icosphere(1)


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "upload"


@quick
@given(data=st.one_of(changed_bytes(written(BALL), 84), changed_bytes(written(BALL, "stl_ascii"), 30)))
def test_no_change_of_a_file_breaks_the_reader(upload: Path, data: bytes) -> None:
    upload.write_bytes(data)
    message = ""
    try:
        load_model(upload)
    except ModelError as error:
        message = str(error)
    assert message.isprintable()
    assert len(message) < 1000
