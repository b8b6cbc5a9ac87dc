"""Pictures are told by their first bytes, and every kind of them has a media type that is registered or in use."""

import mimetypes

import PIL.Image
import pytest

from renderer.media_types import MEDIA_TYPES, picture_suffix
from tests.renderer.load.glb_builder import encoded
from tests.renderer.load.ktx2_builder import ktx2


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp"), ("AVIF", ".avif")])
def test_what_pillow_writes_is_told_and_named_as_pillow_names_it(kind: str, suffix: str) -> None:
    data = encoded(PIL.Image.new("RGB", (2, 2)), kind)
    assert picture_suffix(data) == suffix
    assert MEDIA_TYPES[suffix] == PIL.Image.MIME[kind]


def test_other_pictures_of_models_and_light_are_told() -> None:
    assert picture_suffix(ktx2()) == ".ktx2"
    assert picture_suffix(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n") == ".hdr"
    assert picture_suffix(b"v/1\x01\x02\0\0\0") == ".exr"


@pytest.mark.parametrize("data", [
    b"", b"\x89PNG", b"RIFF\0\0\0\0WAVEfmt ", b"\0\0\0\x20ftypmp42", b"glTF\2\0\0\0", b" \xff\xd8\xff",
])
def test_other_files_are_no_pictures(data: bytes) -> None:
    assert picture_suffix(data) is None


def test_the_types_are_those_that_python_knows_too() -> None:
    registered = mimetypes.MimeTypes().types_map[True]  # without what this machine's files add
    known = {suffix: registered[suffix] for suffix in MEDIA_TYPES if suffix in registered}
    known.pop(".obj", None)  # which older ones take for a compiler's output
    assert {".png", ".jpg", ".mp4", ".mov", ".zip"} <= known.keys()
    assert known.items() <= MEDIA_TYPES.items()
