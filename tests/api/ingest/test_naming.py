"""A downloaded file gets a harmless name with the right suffix, or is no model at all."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidFormat
from api.ingest.naming import model_name

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
    ],
)
def test_then_the_kind_of_file_gives_the_suffix(path: str, kind: str | None, head: bytes, expected: str) -> None:
    assert name(path, path, head, kind=kind) == expected


@pytest.mark.parametrize("head", [GLTF, b"  \r\n\t" + GLTF, b"\xef\xbb\xbf" + GLTF, b"{"])
def test_a_gltf_is_a_json_object(head: bytes) -> None:
    assert name("/a.gltf", head=head) == "a.gltf"


@pytest.mark.parametrize(
    ("path", "kind", "head"),
    [
        ("/a.glb", None, b""),
        ("/a.glb", None, b"<!doctype html>"),
        ("/a.glb", None, GLTF),
        ("/a.glb", "model/gltf-binary", b"glT"),
        ("/a.gltf", None, GLB),
        ("/a.gltf", None, b"[1]"),
        ("/a.gltf", None, b"\xff\xfe{\0"),
        ("/a.zip", "application/zip", b"PK\3\4"),
        ("/a.obj", "model/obj", b"v 0 0 0"),
        ("/error", "application/json", b'{"error": "not found"}'),
        ("/a", "model/gltf-binary", GLTF),
        ("/a", "model/gltf+json", GLB),
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
