"""A downloaded file gets a harmless name with the right suffix, or is no model at all."""

import contextlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidFormat
from api.ingest.naming import model_name, model_suffix

GLB = b"glTF\x02\0\0\0"
GLTF = b'{"asset": {"version": "2.0"}}'


def name(
    first: str = "/x", last: str = "/x", head: bytes = GLB, disposition: str | None = None, kind: str | None = None
) -> str:
    headers = {b"content-disposition": disposition, b"content-type": kind}
    sent = {name: value.encode("utf-8", "replace") for name, value in headers.items() if value is not None}
    return model_name(first, last, httpx.Headers(sent), head)


def test_the_path_that_was_asked_for_names_the_file() -> None:
    assert name("/a/Chair 2.GLB", "/other.glb", disposition='attachment; filename="third.glb"') == "Chair 2.GLB"
    assert name("/scene.gltf", head=GLTF) == "scene.gltf"


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('attachment; filename="chair.glb"', "chair.glb"),
        ("attachment; filename=chair.glb", "chair.glb"),
        ("inline; filename*=UTF-8''St%C3%BChle.glb", "Stühle.glb"),
        ('attachment; filename="../../etc/chair.glb"', "chair.glb"),
        ('attachment; filename="..\\\\chair.glb"', "chair.glb"),
        ("attachment; filename*=no-such-charset''chair.glb", "chair.glb"),
        ("attachment", "download.glb"),
        ("", "download.glb"),
        (";;;=", "download.glb"),
    ],
)
def test_then_content_disposition_does(disposition: str, expected: str) -> None:
    assert name("/download.php", disposition=disposition, kind="model/gltf-binary") == expected


def test_then_the_path_that_answered_does() -> None:
    assert name("/latest", "/v7/chair.glb", disposition='attachment; filename="chair"') == "chair.glb"


@pytest.mark.parametrize(
    ("path", "kind", "head", "expected"),
    [
        ("/download", "model/gltf-binary", GLB, "download.glb"),
        ("/download.php", "Model/glTF+JSON; charset=utf-8", GLTF, "download.gltf"),
        ("/", "model/gltf-binary", GLB, "model.glb"),
        ("/..", "model/gltf-binary", GLB, "model.glb"),
        ("/.glb", None, GLB, "glb.glb"),
        ("/a/8f3a", "application/octet-stream", GLB, "8f3a.glb"),
        ("/a/8f3a", None, GLB, "8f3a.glb"),
        ("/a.glb", "model/gltf-binary", GLTF, "a.gltf"),
        ("/a.gltf", None, GLB, "a.glb"),
        ("/a", "model/gltf+json", GLB, "a.glb"),
        ("/a.glb.exe", "application/octet-stream", GLB, "a.glb.glb"),
    ],
)
def test_the_suffix_is_that_of_the_bytes(path: str, kind: str | None, head: bytes, expected: str) -> None:
    assert name(path, path, head, kind=kind) == expected


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (GLB, ".glb"),
        (GLTF, ".gltf"),
        (b"  \r\n\t" + GLTF, ".gltf"),
        (b"\xef\xbb\xbf" + GLTF, ".gltf"),
        (b'{\n  "accessors": [' + b" " * 1000, ".gltf"),
        (b'{"comment": "by hand", "asset": {}}', ".gltf"),
        (b"PK\3\4" + bytes(26) + b"scan.obj", ".zip"),
        (b"PK\5\6" + bytes(18), ".zip"),
        (b"PK\3\4" + bytes(22) + b"\x0a\0\0\0" + b"chair.usdc", ".usdz"),
        (b"#usda 1.0\n", ".usd"),
        (b"ply\nformat ascii 1.0\n", ".ply"),
        (b"solid a\nfacet normal 0 0 1\n", ".stl"),
        (bytes(80) + b"\2\0\0\0", ".stl"),
    ],
)
def test_a_model_is_told_by_how_it_begins(head: bytes, suffix: str) -> None:
    assert model_suffix(head) == suffix


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "git lfs pull"),
        (b"\x1f\x8b\x08\0", "unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "send a ZIP"),
        (b"Kaydara FBX Binary  \0", "export it as GLB"),
        (b"# Blender 4.2\nmtllib a.mtl\no Cube\nv 1.0 -1 0\n", "put it into a ZIP"),
        (b"\n<!DOCTYPE html>", "a web page"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b'{"error": "not found"}', ""),
        (b"[1]", ""),
        (b"glT", ""),
        (b"\xff\xfe{\0", ""),
        (b"MZ", ""),
        (b"", ""),
    ],
)
def test_what_is_no_model_is_refused_and_named_where_it_is_known(head: bytes, says: str) -> None:
    with pytest.raises(InvalidFormat, match=f"^File is not .glb, .gltf, or .zip.*{says}"):
        model_suffix(head)


@given(st.binary(max_size=1024))
def test_no_beginning_takes_long_to_judge(head: bytes) -> None:
    for data in (head, b"#\n" + head, b"{" + head, b" " * 1000 + head, b"#\n" * 500, b"o a\n" * 250 + head):
        with contextlib.suppress(InvalidFormat):
            model_suffix(data)


@pytest.mark.parametrize(
    ("path", "kind", "head"),
    [
        ("/a.glb", None, b""),
        ("/a.glb", None, b"<!doctype html>"),
        ("/a.glb", "model/gltf-binary", b"glT"),
        ("/a.gltf", None, b"[1]"),
        ("/a.zip", "application/zip", b"PK\3\4"),
        ("/a.obj", "model/obj", b"v 0 0 0"),
        ("/error", "application/json", b'{"error": "not found"}'),
        ("/a.glb.exe", "application/octet-stream", b"MZ"),
    ],
)
def test_other_files_are_refused(path: str, kind: str | None, head: bytes) -> None:
    with pytest.raises(InvalidFormat):
        name(path, path, head, kind=kind)


@given(first=st.text(max_size=60), last=st.text(max_size=60), disposition=st.text(max_size=60))
def test_whatever_is_sent_the_name_ends_right_and_has_no_folder(first: str, last: str, disposition: str) -> None:
    made = name(first, last, disposition=disposition, kind="model/gltf-binary")
    assert made.lower().endswith(".glb")
    assert made.isprintable()
    assert not {"/", "\\"} & set(made)
