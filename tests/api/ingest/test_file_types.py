"""A model's file is told by its first bytes and its size, and one that isn't what it was announced as is named."""

import importlib.util
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidFormat
from api.ingest.file_types import FILE_TYPES, REFUSED_TYPES, checked_type, named_type, sniffed_type
from renderer.model_types import HEAD_BYTES


def binary_stl(facets: int, header: bytes = b"") -> bytes:
    return header.ljust(80, b"\0") + struct.pack("<I", facets) + bytes(50 * facets)


def packed(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"#usda 1.0\n")
    return stream.getvalue()


FILES = {
    "glb": [b"glTF\2\0\0\0"],
    "gltf": [b'{"asset": {"version": "2.0"}}', b'\xef\xbb\xbf {\n "accessors": ['],
    "zip": [packed("scan.obj", "scan.mtl"), packed("textures/a.png", "scene.usda"), b"PK\5\6" + bytes(18)],
    "usdz": [packed("scene.usdc", "a.png"), packed("Scene.USDA"), packed("folder/scene.usd")],
    "obj": [
        b"v 0 0 0\n",
        b"\xef\xbb\xbf# by hand\r\nmtllib a b.mtl\no Cube\ng one two\nusemtl red\ns off\nv\t-1 0 0\n",
        b"# a long text\n" * 100 + b"v 0 0 0", b"\n\nvt .5 1\n",
    ],
    "stl": [
        b"solid cube\n facet normal 0 0 1\n  outer loop\n", b"SOLID\r\nFACET NORMAL 0 0 1", binary_stl(1),
        binary_stl(40), binary_stl(2, b"solid made by a program that doesn't know better facet "),
    ],
    "ply": [b"ply\nformat ascii 1.0\n", b"ply\r\nformat binary_little_endian 1.0\r\n"],
    "usd": [b"#usda 1.0\n(\n", b"PXR-USDC\0\x08"],
}  # fmt: skip
"""Files that can be read, by type."""

OTHERS = {
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a": "git lfs pull",
    b"\x1f\x8b\x08\0": "unpack it first",
    b"\x28\xb5\x2f\xfd\0": "unpack it first",
    b"7z\xbc\xaf\x27\x1c": "send a ZIP",
    b"Rar!\x1a\x07": "send a ZIP",
    b"chair.glb".ljust(257, b"\0") + b"ustar": "send a ZIP",
    b"Kaydara FBX Binary  \0": "FBX: export it as GLB or USDZ",
    b"; FBX 7.4.0 project file": "FBX: export it as GLB or USDZ",
    b"ISO-10303-21;\nHEADER;": "STEP, which holds no meshes: export it as GLB, STL or OBJ",
    b"IGES file".ljust(72) + b"S      1\n": "IGES, which holds no meshes",
    b"BLENDER-v402": "a Blender file: export the model as GLB",
    b"MM\x10\0\0\0\x02\0\x0a\0": "3DS: export the model as GLB",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of 3ds Max or SolidWorks",
    "\ufeffSketchUp Model".encode("utf-16-le").replace(b"\xfe", b"\xfe\xff\x0e", 1): "a SketchUp file",
    b"QC4DC4D6": "a Cinema 4D file",
    b"//Maya ASCII 2023 scene": "a Maya file",
    b"FOR4\0\0": "a Maya file",
    b"Ogawa\xff": "Alembic",
    b"#VRML V2.0 utf8": "VRML",
    b'<?xml version="1.0"?>\n<COLLADA xmlns="">': "COLLADA: export the model as GLB",
    b"%PDF-1.7": "a PDF",
    b"\n<!DOCTYPE html>": "a web page",
    b"<HTML><body>": "a web page",
    b"\x89PNG\r\n\x1a\n": "a picture",
    b"\xff\xd8\xff\xe0": "a picture",
    b"RIFF\0\0\0\0WEBPVP8 ": "a picture",
    b"solid ground under his feet": "",
    b"# A title\n\nand a text\n": "",
    b"ply": "",
    b"MZ\x90\0": "",
    binary_stl(3)[:-1]: "",
    binary_stl(0): "",
    b"PK\3\4": "",
}
"""Files that can't, and what is said of them."""


@pytest.mark.parametrize(("word", "data"), [(word, data) for word, files in FILES.items() for data in files])
def test_a_model_is_told_and_taken_for_what_it_is_and_for_nothing_else(word: str, data: bytes) -> None:
    head = data[:HEAD_BYTES]
    assert sniffed_type(head, len(data)) is FILE_TYPES[word]
    assert checked_type(word.upper(), head, len(data)) == FILE_TYPES[word].suffix
    for other in FILES.keys() - {word}:
        with pytest.raises(InvalidFormat, match=rf"^The file is not {FILE_TYPES[other].title}, as announced, but "):
            checked_type(other, head, len(data))


@pytest.mark.parametrize("data", OTHERS)
def test_other_files_are_named_where_they_are_known(data: bytes) -> None:
    if data != b"PK\3\4":
        assert sniffed_type(data, len(data)) is None
    with pytest.raises(InvalidFormat, match=rf"^The file is not GLB, as announced.*{OTHERS[data]}"):
        checked_type("glb", data, len(data))


def test_a_usd_layer_goes_by_each_of_its_names() -> None:
    assert {checked_type(word, b"#usda 1.0", 9) for word in ("usd", "usda", "usdc")} == {".usd"}


def test_an_empty_file_is_called_that() -> None:
    with pytest.raises(InvalidFormat, match=r"^The file is not STL, as announced, but empty$"):
        checked_type("stl", b"", 0)


@pytest.mark.parametrize("word", REFUSED_TYPES)
def test_what_is_refused_by_its_name_comes_with_what_to_send_instead(word: str) -> None:
    with pytest.raises(InvalidFormat, match="export the model"):
        named_type(word)


def test_usd_is_refused_where_nothing_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for word in ("usd", "usda", "usdc", "usdz"):
        with pytest.raises(InvalidFormat, match="export the model as GLB"):
            named_type(word)
    assert named_type("stl").suffix == ".stl"


@pytest.mark.parametrize("word", ["", "exe", ".glb", "glb\n"])
def test_an_unknown_name_is_answered_with_those_that_are_known(word: str) -> None:
    with pytest.raises(InvalidFormat, match="one of glb, gltf, zip, obj"):
        named_type(word)


def test_each_type_has_a_media_type() -> None:
    assert {kind.media_type for kind in FILE_TYPES.values()} >= {"model/gltf-binary", "model/stl", "model/obj"}


@given(head=st.binary(max_size=HEAD_BYTES), size=st.integers(0, 2**40))
def test_no_beginning_takes_long_to_judge(head: bytes, size: int) -> None:
    for data in (head, b"#\n" + head, b"{" + head, b" " * 1000 + head, b"#\n" * 500, b"o a\n" * 250 + head):
        sniffed_type(data, size)
