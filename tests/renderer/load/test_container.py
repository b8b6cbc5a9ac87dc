import struct
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import InvalidModel, ModelTooLarge, UnsupportedModel
from renderer.load import limits, load_model
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import (
    TRIANGLE,
    float32,
    make_glb,
    make_zip,
    triangle_builder,
    triangle_glb,
)


@pytest.mark.parametrize("data", [
    triangle_glb(),
    triangle_builder().gltf(),
    b"\xef\xbb\xbf \n" + triangle_builder().gltf(),
    make_zip({"chair/chair.glb": triangle_glb(), "__MACOSX/chair/._chair.glb": b"junk"}),
    triangle_glb() + b"trailing bytes",
], ids=["glb", "gltf", "gltf with BOM", "zip", "glb with more behind it"])
def test_every_container_is_told_by_its_first_bytes(load: Load, data: bytes) -> None:
    scene = load(data)
    np.testing.assert_array_equal(scene.meshes[0].primitives[0].positions, float32(TRIANGLE))


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "absent.glb")


@pytest.mark.parametrize("size", range(0, len(triangle_glb()), 7))
def test_a_glb_cut_anywhere_is_refused(load: Load, size: int) -> None:
    with pytest.raises(InvalidModel, match=r"truncated|empty|neither a GLB"):
        load(triangle_glb()[:size])


@pytest.mark.parametrize(("data", "message"), [
    (b"", "the file is empty"),
    (b"solid cube", "neither a GLB, a glTF file nor a ZIP"),
    (struct.pack("<4sIIII", b"glTF", 2, 20, 100, 0x4E4F534A), "a chunk declares 100 bytes, and 0 are left"),
    (struct.pack("<4sIIII", b"glTF", 2, 20, 0, 0x004E4942), "does not begin with a JSON chunk"),
    (struct.pack("<4sII", b"glTF", 2, 12), "does not begin with a JSON chunk"),
    (make_glb(b"[1, 2]"), "must hold a JSON object"),
    (make_glb(b'{"asset": '), "not valid JSON"),
    (make_glb(b'{"asset": NaN}'), "NaN is not a JSON number"),
    (make_glb(b'{"asset": "\xff"}'), "not valid JSON"),
    (make_glb(b'{"a": ' + b"1" * 5000 + b"}"), "not valid JSON"),
    (make_glb(b'{"a":' * 100 + b"1" + b"}" * 100), "nested more than 64 levels deep"),
    (make_glb(b'{"a":' + b"[" * 100_000), "nested more than 64 levels deep"),
])
def test_a_broken_container_is_refused(load: Load, data: bytes, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(data)


def test_glb_version_1_is_unsupported(load: Load) -> None:
    with pytest.raises(UnsupportedModel, match="GLB of version 1: convert it to glTF"):
        load(struct.pack("<4sIIII", b"glTF", 1, 20, 0, 0))


def test_json_with_too_many_values_is_refused_before_it_is_parsed(load: Load) -> None:
    with pytest.raises(ModelTooLarge, match="brackets and commas"):
        load(b'{"a": [' + b"[]," * (limits.JSON_TOKENS // 3 + 1))


def test_brackets_and_quotes_inside_strings_do_not_count_as_structure(load: Load) -> None:
    asset = {"version": "2.0", "generator": '[{"' * 200 + "\\"}
    assert load(triangle_glb(asset=asset)).meshes


def test_an_endless_string_of_escapes_is_refused_in_linear_time(load: Load) -> None:
    with pytest.raises(InvalidModel, match="not valid JSON"):
        load(b'{"a": "' + b'\\"' * 1_000_000)


@pytest.mark.parametrize(("asset", "message"), [
    ({"version": "1.0"}, "glTF '1.0'"),
    ({"version": "3.0"}, "glTF '3.0'"),
    ({"version": "2.0", "minVersion": "2.1"}, "glTF '2.1'"),
])
def test_another_version_of_gltf_is_unsupported(load: Load, asset: dict[str, str], message: str) -> None:
    with pytest.raises(UnsupportedModel, match=message):
        load(triangle_glb(asset=asset))


def test_a_required_extension_that_is_unknown_is_named(load: Load) -> None:
    with pytest.raises(UnsupportedModel, match="requires the glTF extension MSFT_lod, not"):
        load(triangle_glb(extensionsRequired=["KHR_mesh_quantization", "MSFT_lod"]))


def test_a_used_extension_that_is_unknown_is_a_warning(load: Load) -> None:
    scene = load(triangle_glb(extensionsUsed=["KHR_materials_unlit", "MSFT_lod", "EVIL\n\0\ud800"]))
    assert scene.warnings == [
        "the glTF extension MSFT_lod is ignored", "the glTF extension EVIL??? is ignored",
    ]


def test_warnings_are_bounded(load: Load) -> None:
    scene = load(triangle_glb(extensionsUsed=[f"X_{i}" for i in range(1000)]))
    assert len(scene.warnings) == limits.WARNINGS


def test_an_extension_that_says_who_made_the_model_is_no_obstacle(load: Load) -> None:
    assert load(triangle_glb(extensionsRequired=["KHR_xmp_json_ld"])).warnings == []
