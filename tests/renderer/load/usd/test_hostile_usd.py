"""USD of unknown origin: read by a child that sees nothing else, and refused with a reason where it is broken."""

import importlib.util
import struct
import zipfile
from pathlib import Path

import pytest
from pxr import Usd

from renderer import sandbox
from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EmptyModel, InvalidModel, ModelTooLarge, UnsupportedModel
from renderer.load import limits, load_model
from renderer.load.usd import opening, reader
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import make_zip, png
from tests.renderer.load.plain_meshes import corners_of
from tests.renderer.load.usd.stages import BOUND, look, scene_of, square, stage, texture, usdz

TEXTURED = stage(
    square(BOUND) + look("color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>", texture("a.png"))
)


def crate(folder: Path, text: str) -> bytes:
    """The stage in USD's binary form, as usd-core writes it."""
    (folder / "text.usda").write_text(text)
    Usd.Stage.Open(str(folder / "text.usda")).Export(str(folder / "binary.usdc"))
    return (folder / "binary.usdc").read_bytes()


def test_a_child_reads_each_of_usds_forms(load: Load, tmp_path: Path) -> None:
    assert len(corners_of(load(crate(tmp_path, stage(square()))))) == 2
    scene = load(usdz(TEXTURED, {"a.png": png()}))
    assert ([image.name for image in scene.images], scene.warnings) == (["a.png"], [])


def test_a_usdz_in_a_zip_is_read(load: Load) -> None:
    scene = load(make_zip({"lot/chair.usdz": usdz(TEXTURED, {"a.png": png()})}))
    assert [image.name for image in scene.images] == ["a.png"]

def test_what_lies_outside_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "other.usda").write_text(stage(square(name="Other")))
    body = square() + "".join(
        f'def "Out{number}" ( prepend {arc} ) {{ }}\n' for number, arc in enumerate((
            f"references = @{tmp_path}/other.usda@", "payload = @other.usda@", "references = @https://example.com/x.usda@",
            "references = @inner.usda@",
        ))
    )  # fmt: skip
    scene = scene_of(tmp_path, stage(body), {"inner.usda": stage(square(name="Inner")).encode()})
    assert sorted(node.name for node in scene.nodes) == ["Inner", "Square"]
    assert sorted(warning.rpartition("/")[2] for warning in scene.warnings) == [
        "'other.usda' is not in the file, and is left out", "other.usda' is not in the file, and is left out",
        "x.usda' is not in the file, and is left out",
    ]


def test_layers_in_layers_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_LAYERS", 2)
    layers = {f"{n}.usda": f"#usda 1.0\n( subLayers = [@{n + 1}.usda@] )\n".encode() for n in range(3)}
    text = '#usda 1.0\n( subLayers = [@0.usda@] )\n'
    with pytest.raises(ModelTooLarge, match="more than 2 layers"):
        scene_of(tmp_path, text, layers)


def test_layers_that_name_each_other_end(tmp_path: Path) -> None:
    text = "#usda 1.0\n( subLayers = [@scene.usda@, @a.usda@] )\n" + stage(square()).partition(")\n")[2]
    assert len(corners_of(scene_of(tmp_path, text, {"a.usda": b"#usda 1.0\n( subLayers = [@scene.usda@] )\n"}))) == 2


@pytest.mark.parametrize(("mesh", "message"), [
    (square(indices="0, 1, 2, 4"), "/Root/Square has a face at a point that is not there; it has 4"),
    (square(indices="0, 1, 2, -1"), "has a face at a point that is not there"),
    (square(counts="5"), "has 4 indices, and faces of 5"),
    (square(counts="-4, 8"), "has 4 indices, and faces of 4"),
    (square().replace("(1, 1, 0)", "(1, nan, 0)"), "has a point that is nowhere"),
    (square().replace("(1, 1, 0)", "(1, 1e30, 0)"), "has a point that is nowhere"),
    (square("matrix4d xformOp:transform = ((1e300, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))\n"
            'uniform token[] xformOpOrder = ["xformOp:transform"]'), "/Root/Square is placed nowhere"),
])  # fmt: skip
def test_a_broken_mesh_is_refused_by_name(tmp_path: Path, mesh: str, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        scene_of(tmp_path, stage(mesh))


def test_what_is_over_a_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INDICES", 3)
    with pytest.raises(ModelTooLarge, match="brings the model to 6 corners of triangles, and 3 are allowed"):
        scene_of(tmp_path, stage(square()))
    monkeypatch.setattr(limits, "NODES", 1)
    monkeypatch.setattr(limits, "INDICES", 100)
    with pytest.raises(ModelTooLarge, match="brings the model to 2 nodes"):
        scene_of(tmp_path, stage(square() + square(name="Second")))


def bad_count(data: bytes) -> bytes:
    """A binary layer whose table of contents is said to lie beyond its end."""
    return data[:16] + struct.pack("<q", 2**60) + data[24:]


def test_broken_files_are_refused_by_the_child(load: Load, tmp_path: Path) -> None:
    whole = crate(tmp_path, stage(square()))
    for data, error, message in (
        (bad_count(whole), InvalidModel, "the USD can't be read"),
        (usdz(stage(square()), compression=zipfile.ZIP_DEFLATED), UnsupportedModel,
         "the files in the USDZ are compressed, .*: pack it with usdzip, or export it as GLB"),
        (stage('def Xform "A" {' * 1000 + "}" * 1000).encode(), EmptyModel, "no meshes to draw"),
    ):
        with pytest.raises(error, match=message) as caught:
            load(data)
        assert str(caught.value).isprintable()


def test_a_usd_that_takes_too_much_memory_ends_only_its_reader(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LIMITS", sandbox.Limits(memory_bytes=512 * limits.MEGABYTE, cpu_seconds=60))
    with pytest.raises(InvalidModel, match=r"can't be read: (it needs too much memory|the process .* needed too)"):
        load(stage(square()).encode())


def test_who_reads_one_can_be_stopped(load: Load) -> None:
    def stop() -> None:
        raise Cancelled("enough")

    with at_checkpoints(stop), pytest.raises(Cancelled):
        load(stage(square()).encode())


def test_where_usd_core_is_missing_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.usda").write_text(stage(square()))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnsupportedModel, match=r"pip install usd-core.*export the model as GLB"):
        load_model(tmp_path / "a.usda")
