"""Whatever a decoder raises is the file's fault, and told in words that a user can do something with."""

import io
import struct
import zlib
from pathlib import Path

import PIL.Image
import pytest
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from renderer import pictures
from renderer.errors import InvalidModel
from renderer.load.images import open_header
from renderer.passes.overlays import read_overlay
from renderer.pictures import PictureError, TooManyPixels, open_picture
from tests.renderer.load.glb_builder import encoded
from tests.support.images import webp_header

PNG = encoded(PIL.Image.new("RGB", (8, 8)))
RAISED = [
    PIL.Image.DecompressionBombError("too large"), PIL.Image.DecompressionBombWarning("large"), SyntaxError("no PNG"),
    struct.error("too short"), ValueError("bad"), OSError("cut"), EOFError(), OverflowError("many"), MemoryError(),
    zlib.error("no zlib"), AssertionError(), KeyError("P"), IndexError(), RecursionError("deep"), AttributeError("fp"),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_whatever_a_decoder_raises_is_told_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setitem(pictures._FORMATS, "PNG", (".png", broken))
        with pytest.raises(PictureError, match=r"^can't be decoded: \S+"):
            open_picture(io.BytesIO(PNG))
        with pytest.raises(InvalidModel, match=r"^images\[0\] can't be decoded: \S+"):
            open_header(PNG, "images[0]")
    path = tmp_path / "picture"
    path.write_bytes(PNG)
    monkeypatch.setattr(PngImageFile, "load", broken)
    with pytest.raises(PictureError, match=r"^can't be decoded: \S+"):
        read_overlay(path, (8, 8), "center")


@pytest.mark.parametrize(("kind", "size"), [
    (b"VP8 ", (16383, 2)), (b"VP8L", (2, 16384)), (b"VP8X", (1 << 24, 1)), (b"VP8X", (9000, 9000)),
])
def test_a_webp_is_refused_by_the_size_that_it_claims_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, kind: bytes, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(WebPImageFile, "__init__", lambda *_: pytest.fail("it is being opened"))
    with pytest.raises(TooManyPixels) as refused:
        open_picture(io.BytesIO(webp_header(kind, *size)))
    assert refused.value.size == size


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (300, 17)])
def test_the_claimed_size_of_a_sound_webp_is_its_size(lossless: bool, mode: str, size: tuple[int, int]) -> None:
    stream = io.BytesIO()
    PIL.Image.effect_noise(size, 50).convert(mode).save(stream, "WEBP", lossless=lossless, exact=True)
    data = stream.getvalue()
    assert pictures._webp_size(data[:30]) == size == open_picture(io.BytesIO(data)).size
