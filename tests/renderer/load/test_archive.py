import base64
import io
import json
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import InvalidModel, ModelTooLarge, ResourceMissing, UnsupportedModel
from renderer.load import limits
from renderer.load.container import open_document
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import (
    TRIANGLE,
    float32,
    make_zip,
    png,
    triangle_builder,
    triangle_glb,
)
from tests.renderer.load.plain_meshes import square_facets, stl


def textured_gltf(buffer_uri: str, image_uri: str) -> tuple[bytes, bytes]:
    """A .gltf with its buffer and its one texture beside it, and the buffer's bytes."""
    builder = triangle_builder(material=0)
    builder.add("images", {"uri": image_uri})
    builder.add("textures", {"source": 0})
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    builder.document["buffers"] = [{"byteLength": len(builder.binary), "uri": buffer_uri}]
    return json.dumps(builder.document).encode(), bytes(builder.binary)


def test_a_gltf_finds_its_files_in_the_archive(load: Load) -> None:
    text, buffer = textured_gltf("../data/mesh%20one.bin", "./maps\\red.png")
    files = {"chair/model.gltf": text, "data/mesh one.bin": buffer, "chair/maps/red.png": png(color=(255, 0, 0, 255))}
    scene = load(make_zip(files))
    np.testing.assert_array_equal(scene.meshes[0].primitives[0].positions, float32(TRIANGLE))
    assert scene.images[0].pixels[0, 0].tolist() == [255, 0, 0, 255]


COMPOSED, DECOMPOSED = "Größe é.png", "Gro\u0308ße e\u0301.png"


@pytest.mark.parametrize(("entries", "uri"), [
    ({"maps\\red.png": "red"}, "maps/red.png"),
    ({"./maps/red.png": "red"}, "maps/red.png"),
    ({DECOMPOSED: "red"}, COMPOSED),
    ({COMPOSED: "red"}, DECOMPOSED),
    ({"Maps/RED.png": "red"}, "maps/red.PNG"),
    ({"RED.png": "blue", "red.png": "red"}, "red.png"),
])
def test_files_are_found_however_a_system_writes_their_names(load: Load, entries: dict[str, str], uri: str) -> None:
    colors = {"red": png(color=(255, 0, 0, 255)), "blue": png(color=(0, 0, 255, 255))}
    text, buffer = textured_gltf("./mesh.bin", uri)
    files = {"./model.gltf": text, "mesh.bin": buffer} | {name: colors[color] for name, color in entries.items()}
    assert load(make_zip(files)).images[0].pixels[0, 0].tolist() == [255, 0, 0, 255]


def test_a_name_in_utf8_is_read_without_the_flag_that_says_so(load: Load) -> None:
    text, buffer = textured_gltf("mesh.bin", COMPOSED)
    packed = make_zip({"model.gltf": text, "mesh.bin": buffer, DECOMPOSED: png(color=(255, 0, 0, 255))})
    parts = re.split(rb"(PK\x01\x02|PK\x03\x04)", packed)
    unflagged = b"".join(
        part.replace(b"\0\x08", b"\0\0", 1) if DECOMPOSED.encode() in part else part for part in parts
    )
    assert unflagged != packed
    assert load(unflagged).images[0].pixels[0, 0].tolist() == [255, 0, 0, 255]


def test_of_names_that_differ_in_case_alone_none_is_guessed(load: Load) -> None:
    text, buffer = textured_gltf("mesh.bin", "Red.png")
    (warning,) = load(make_zip({"model.gltf": text, "mesh.bin": buffer, "red.png": png(), "RED.png": png()})).warnings
    assert "'Red.png', which is not in the archive" in warning


def test_an_image_that_did_not_come_along_is_left_out_by_name(load: Load) -> None:
    text, buffer = textured_gltf("mesh.bin", "maps/red.png")
    scene = load(make_zip({"model.gltf": text, "mesh.bin": buffer}))
    assert (scene.images, scene.materials[0].base_color_texture, scene.missing) == ([], None, 1)
    assert scene.warnings == [
        "a texture is left out: images[0].uri needs the file 'maps/red.png', which is not in the archive "
        "(image 0, baseColorTexture of material 0)"
    ]


@pytest.mark.parametrize("uri", ["http://example.com/a.png", "file:///a.png", "/a.png", "C:\\a.png", "../a.png"])
def test_an_image_that_lies_elsewhere_is_refused(load: Load, uri: str) -> None:
    """Viewers would show it: a picture without it would be another one."""
    text, buffer = textured_gltf("mesh.bin", uri)
    with pytest.raises(ResourceMissing, match=r"images\[0\]\.uri points at"):
        load(make_zip({"model.gltf": text, "mesh.bin": buffer}))


@pytest.mark.parametrize(("uri", "message"), [
    ("file:///etc/passwd", "'file:///etc/passwd': only files packed with the model"),
    ("http://example.com/a.bin", "'http://example.com/a.bin': only files packed"),
    ("//example.com/a.bin", "only files packed"),
    ("/etc/passwd", "'/etc/passwd': only files packed"),
    ("C:\\secret.bin", "only files packed"),
    ("../../etc/passwd", "'../../etc/passwd', which is outside"),
    ("%2e%2e/%2e%2e/etc/passwd", "which is outside"),
    ("..\\..\\etc\\passwd", "which is outside"),
    ("a/../../../b", "which is outside"),
    ("absent.bin", "'absent.bin', which is not in the archive"),
    ("", "which is not in the archive"),
    ("a\0b", "not in the archive"),
])
def test_nothing_outside_the_archive_is_read(load: Load, uri: str, message: str) -> None:
    text, _ = textured_gltf(uri, "a.png")
    with pytest.raises(ResourceMissing, match=r"buffers\[0\]\.uri .*" + re.escape(message)):
        load(make_zip({"sub/model.gltf": text}))


def test_a_lone_gltf_reads_no_file_beside_it(load: Load) -> None:
    text, _ = textured_gltf("mesh.bin", "a.png")
    with pytest.raises(ResourceMissing, match=r"needs the file 'mesh\.bin': upload a GLB, or a ZIP"):
        load(text)


@pytest.mark.parametrize(("uri", "message"), [
    ("data:application/octet-stream;base64", "without a comma"),
    ("data:;base64,AB=C", "not valid base64"),
    ("data:,\ud800", "characters that no URI may have"),
    ("data:;base64,%ZZ", "not valid base64"),
    ("data:;base64,AAAAA", "not valid base64"),
    ("data:;base64,AAAA", r"declares 42 bytes, and its data has 3"),
])
def test_a_broken_data_uri_is_refused(load: Load, uri: str, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(triangle_glb(buffers=[{"byteLength": 42, "uri": uri}]))


def test_percent_encoded_data_uris_are_read(load: Load) -> None:
    builder = triangle_builder()
    uri = "data:," + "".join(f"%{byte:02x}" for byte in builder.binary)
    scene = load(triangle_glb(buffers=[{"byteLength": len(builder.binary), "uri": uri}]))
    np.testing.assert_array_equal(scene.meshes[0].primitives[0].positions, float32(TRIANGLE))


def test_base64_may_be_wrapped_and_lack_its_padding(load: Load) -> None:
    builder = triangle_builder()
    text = base64.b64encode(builder.binary).decode().rstrip("=")
    lines = " \r\n\t".join(text[start : start + 20] for start in range(0, len(text), 20))
    buffers = [{"byteLength": len(builder.binary), "uri": f"data:application/octet-stream;base64,\n{lines}\n"}]
    scene = load(triangle_glb(buffers=buffers))
    np.testing.assert_array_equal(scene.meshes[0].primitives[0].positions, float32(TRIANGLE))


@pytest.mark.parametrize(("files", "error", "message"), [
    ({"a.txt": b""}, InvalidModel, "holds no .glb, .gltf, .obj, .stl, .ply or .usdz file"),
    ({"chair.fbx": b""}, UnsupportedModel, "holds 'chair.fbx', which can't be read: export FBX models as GLB or USDZ"),
    ({"3D/3dmodel.model": b""}, UnsupportedModel, "can't be read: export 3MF models as GLB or STL"),
    ({"a.txt": b"", "scene.usdc": b""}, UnsupportedModel, "can't be read: pack USD files as USDZ"),
    ({"a.glb": b"", "b/c.gltf": b"", "d.stl": b""}, InvalidModel,
     "holds 2 models, 'a.glb', 'b/c.gltf': name one of them in the setting file, or pack exactly one"),
    ({f"{i:02}.stl": b"" for i in range(30)}, InvalidModel, "30 models, '00.stl', .*, '19.stl' and 10 more: name"),
    ({"a.glb": b"version https://git-lfs.github.com/spec/v1"}, InvalidModel, "'a.glb' in the archive is a pointer of"),
    ({"a.glb": b"\x1f\x8b\x08"}, InvalidModel, "'a.glb' in the archive is compressed as a whole .*: unpack it first"),
    ({"../a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"/a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"a/../../b.glb": b""}, InvalidModel, "plain relative paths"),
    ({"..\\a.glb": b""}, InvalidModel, "'../a.glb': names must be plain relative paths"),
    ({"./../a.glb": b""}, InvalidModel, "plain relative paths"),
    ({".//a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"C:\\a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"\\\\server\\a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"a/b.glb": b"", "a\\b.glb": b""}, InvalidModel, "two entries named 'a/b.glb'"),
    ({"C:a.glb": b""}, InvalidModel, "plain relative paths"),
    ({"a.glb": b"", "more.zip": b""}, InvalidModel, "an archive inside the archive"),
    ({f"{i}.txt": b"" for i in range(limits.ARCHIVE_ENTRIES + 1)}, ModelTooLarge, "entries"),
    ({"x" * 60_000 + str(i): b"" for i in range(20)}, ModelTooLarge, "directory"),
    ({"a.glb": bytes(2_000_000)}, ModelTooLarge, "unpacks to 2,000,000 bytes from"),
])
def test_a_bad_archive_is_refused(
    load: Load, files: dict[str, bytes], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        load(make_zip(files))


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """The ZIP with bytes of its first central directory record replaced."""
    start = data.index(b"PK\1\2") + offset
    return data[:start] + value + data[start + len(value) :]


ZIP = make_zip({"a.glb": triangle_glb()})


@pytest.mark.parametrize(("data", "error", "message"), [
    (patched(ZIP, 46, b"\0"), InvalidModel, "an entry named '': names must be plain"),
    (patched(ZIP, 38, struct.pack("<I", 0o120777 << 16)), InvalidModel, "a link or a device"),
    (patched(ZIP, 8, b"\1"), UnsupportedModel, "encrypted"),
    (patched(ZIP, 10, b"\x0c"), UnsupportedModel, "not packed with deflate"),
    (patched(ZIP, 24, struct.pack("<I", 2**32 - 2)), ModelTooLarge, "unpacks to 4,294,967,294 bytes"),
    (patched(ZIP, 24, struct.pack("<I", 10)), InvalidModel, "damaged|declares"),
    (patched(ZIP, 16, b"\0\0\0\0"), InvalidModel, "damaged: Bad CRC"),
    (ZIP[:-10], InvalidModel, "truncated"),
    (ZIP[:40], InvalidModel, "truncated"),
    (ZIP[:60] + b"\xff" * 20 + ZIP[80:], InvalidModel, "damaged"),
    (make_zip({"a.glb": triangle_glb(), "b.glb": b"glTF"}).replace(b"b.glb", b"a.glb"), InvalidModel,
     "two entries named 'a.glb': pack one of them"),
    (ZIP[:-22] + b"PK\6\7" + bytes(16) + ZIP[-22:], UnsupportedModel, "ZIP64"),
])
def test_a_forged_archive_is_refused(load: Load, data: bytes, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load(data)


def test_the_unpacked_total_is_limited_before_unpacking(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 100_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.glb", "b.bin", "c.bin"):
            archive.writestr(name, bytes(40_000))
    with pytest.raises(ModelTooLarge, match="unpacks to 120,000 bytes"):
        load(stream.getvalue())


def several(tmp_path: Path) -> Path:
    """A ZIP of models whose widths tell them apart."""
    def wide(width: float) -> bytes:
        return triangle_glb(nodes=[{"mesh": 0, "scale": [width, 1, 1]}], scenes=[{"nodes": [0]}], scene=0)

    path = tmp_path / "several.zip"
    names = {"a/chair.glb": wide(1), "b/chair.glb": wide(2), "b/Größe.glb": wide(3)}
    path.write_bytes(make_zip(names | {"c/part.stl": stl(square_facets())}))
    return path


@pytest.mark.parametrize(("chosen", "width"), [
    ("a/chair.glb", 1), ("b/chair.glb", 2), ("B\\Chair.GLB", 2), ("./b/chair.glb", 2), ("Gro\u0308ße.glb", 3),
    ("part.stl", None), ("c/part.stl", None),
])
def test_of_several_models_the_chosen_one_is_taken(tmp_path: Path, chosen: str, width: float | None) -> None:
    root = open_document(several(tmp_path), chosen).root
    [node] = root.children("nodes")
    assert node.values.get("scale", [None])[0] == width


@pytest.mark.parametrize(("chosen", "message"), [
    ("chair.glb", "several models 'chair.glb'; it holds 'a/chair.glb', 'b/chair.glb'"),
    ("hair.glb", "no model 'hair.glb'; it holds 'a/chair.glb', 'b/chair.glb', 'b/Größe.glb', 'c/part.stl'"),
    ("../a/chair.glb", "no model"),
    ("a", "no model"),
])
def test_a_choice_that_names_no_one_model_is_answered_with_the_list(tmp_path: Path, chosen: str, message: str) -> None:
    with pytest.raises(InvalidModel, match=f"the archive holds {re.escape(message)}"):
        open_document(several(tmp_path), chosen)
