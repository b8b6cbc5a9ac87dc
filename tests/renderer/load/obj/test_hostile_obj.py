"""Whatever the bytes: a scene or a ModelError that names the line. Never anything else, and never for long."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import InvalidModel, ModelError, ModelTooLarge
from renderer.load import limits, load_model, source
from renderer.load.obj.reader import read_obj
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.obj.support import FACE, FILES, MTL, OBJ, SQUARE, scan


@pytest.mark.parametrize(("line", "message"), [
    ("f 1 2 9", "line 9: '9' points at a vertex that is not there; the file has 4 v lines"),
    ("f 1 2 -5", "line 9: '-5' points back before the first vertex"),
    ("f 1 2 0", "line 9: '0' is not a vertex index: OBJ counts from 1"),
    ("f 1 2 x", "line 9: 'x' is not a vertex index"),
    ("f 1 2 3.5", "line 9: '.5' is not a vertex index"),
    ("f 1 2", "line 9: 'f' needs at least 3 corners"),
    ("f", "line 9: 'f' needs at least 3 corners"),
    ("v 1 2", "line 9: 'v' needs 3 numbers"),
    ("v 1 2 nan", "line 9: 'nan' is not a finite number"),
    ("v 1 2 1e999", "line 9: '1e999' is not a finite number"),
    ("v 1 2 1e13", "line 9: 'v' has a number beyond 1e+12"),
    ("v 1 2 3\\\n\\\r\n", "line 12: 'f' needs at least 3 corners"),
    ("vt", "line 9: 'vt' needs 1 numbers"),
    ("vn 1 2 three", "line 9: 'three' is not a number"),
])
def test_what_is_wrong_is_told_with_its_line(load: Load, line: str, message: str) -> None:
    text = SQUARE + line + ("\nf 1\n" if "\\" in line else f"\n{FACE}")
    with pytest.raises(InvalidModel) as caught:
        load(scan(text))
    assert str(caught.value).startswith(f"scan.obj, {message}")


@pytest.mark.parametrize(("files", "message"), [
    ({"a.mtl": b""}, "holds no .glb, .gltf, .obj, .stl, .ply or .usdz file"),
    ({"a.obj": OBJ, "b/c.OBJ": OBJ}, "holds 2 models, 'a.obj', 'b/c.OBJ': name one of them"),
    ({"a.obj": OBJ, "b.glb": b""}, "holds 2 models"),
    ({"a.obj": OBJ, "../b.png": b""}, "plain relative paths"),
    ({"a.obj": OBJ, "b.zip": b""}, "an archive inside the archive"),
])
def test_a_zip_holds_exactly_one_obj(load: Load, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(make_zip(files))


def test_the_finders_shadow_files_are_no_models(load: Load) -> None:
    files = {"a/scan.obj": OBJ, "a/._scan.obj": b"\0", "__MACOSX/a/scan.obj": b"\0", "._scan.obj": b"\0"}
    assert len(load(make_zip(files)).nodes) == 1


@pytest.mark.parametrize(("limit", "value", "message"), [
    ("OBJ_ROWS", 3, "more than 3 vertices"),
    ("INDICES", 3, "more than 1 triangles"),
    ("OBJ_STATEMENTS", 3, "more than 3 lines besides"),
    ("POLYGON_CORNERS", 4, "'f' has 5 corners, and 4 are allowed"),
    ("OBJ_PARTS", 1, "uses 2 materials, and 1 are allowed"),
    ("MTL_BYTES", 10, "scan.mtl brings the model to 79 bytes of material files"),
    ("MTL_FILES", 0, "names more than 0 material files"),
])
def test_what_goes_over_a_limit_is_refused(
    load: Load, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(limits, limit, value)
    with pytest.raises(ModelTooLarge, match=message):
        load(make_zip(FILES))


def test_a_line_without_an_end_is_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OBJ_LINE_BYTES", 1000)
    for block in (500, 1 << 20):
        monkeypatch.setattr(source, "BLOCK_BYTES", block)
        with pytest.raises(InvalidModel, match="line 10: longer than"):
            load(scan(SQUARE + FACE + "f " + "1 " * 600 + "\n"))


HEAVY = {
    "comments": "#\n" * 1_000_000,
    "blank lines": "\n" * 2_000_000,
    "long numbers": f"v {'1' * 100_000}e-99999 0 0\n" * 20,
    "odd numbers": "v 1e0 1E0 1e-0\n" * 100_000,
    "groups": "g\n" * 400_000,
    "garbage": "x y z\n" * 300_000,
    "long names": ("mtllib" + " a" * 500_000 + "\n") * 10,
    "one polygon": "f " + "1 2 3 4 " * 1000 + "\n",
}


@pytest.mark.parametrize("heavy", HEAVY.values(), ids=HEAVY)
def test_no_text_takes_long(heavy: str) -> None:
    began = time.process_time()
    read_obj((heavy + SQUARE + FACE).encode(), "scan.obj")
    # An ordinary core takes 0.6 s for the worst of them. What grows with the square of the text takes minutes.
    assert time.process_time() - began < 30


quick = settings(
    derandomize=True, deadline=None, max_examples=250, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PIECES = st.sampled_from([
    b"", b"\n", b"\\\n", b" ", b"\0", b"#", b"/", b"-", b"-1", b"0", b"9", b"1e39", b"nan", b"f 1 2 3\n",
    b"f -1 -2 -3\n", b"v 1 2 3 4 5 6\n", b"vt 1\n", b"vn 0 0 0\n", b"usemtl \xff\xfe\n", b"mtllib a b c\n", b"s\n",
    b"o\n", b"map_Kd -s\n", b"map_Kd -s 1e300 wood.png\n", b"map_Kd .\n", b"map_Kd ..\n", b"newmtl\n",
    b"f" + b" 1 2 3 4" * 20 + b"\n",
])


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """The file with pieces put in place of one to five of its parts."""
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 6)))
        data = data[:start] + draw(PIECES) + data[end:]
    return data


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "upload"


def test_the_scan_to_be_mutated_is_whole(load: Load) -> None:
    scene = load(make_zip(FILES))
    assert ([node.name for node in scene.nodes], len(scene.materials), len(scene.images)) == (["Seat"], 2, 1)
    assert scene.warnings == []


@quick
@given(obj=changed(OBJ), mtl=st.one_of(st.just(MTL), changed(MTL)), block=st.sampled_from([16, 40, 1 << 20]))
def test_no_change_of_a_scan_breaks_the_loader(upload: Path, obj: bytes, mtl: bytes, block: int) -> None:
    upload.write_bytes(make_zip(FILES | {"scan.obj": obj, "scan.mtl": mtl}))
    message = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK_BYTES", block)
        try:
            load_model(upload)
        except ModelError as error:
            message = str(error)
    assert message.isprintable()
    assert len(message) < 1000
