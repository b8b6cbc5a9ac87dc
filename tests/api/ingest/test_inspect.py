"""What an image's header tells, and what is refused on sight."""

from pathlib import Path

import PIL.Image
import pytest

from api.errors import FarmError, FileTooLarge, InvalidFormat
from api.ingest.inspect import ImageHeader, inspect_image
from tests.renderer.load.glb_builder import encoded
from tests.support.images import png_header, webp_header


@pytest.mark.parametrize(("kind", "content_type"), [
    ("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"),
])
def test_the_format_is_told_by_the_bytes(tmp_path: Path, kind: str, content_type: str) -> None:
    path = tmp_path / "image.gif"
    path.write_bytes(encoded(PIL.Image.new("RGB", (30, 20)), kind))
    assert inspect_image(path) == ImageHeader(content_type, 30, 20)


@pytest.mark.parametrize(("data", "error"), [
    (b"", InvalidFormat),
    (b"glTF" + bytes(50), InvalidFormat),
    (encoded(PIL.Image.new("RGB", (8, 8)), "GIF"), InvalidFormat),
    (encoded(PIL.Image.new("RGB", (8, 8)), "AVIF"), InvalidFormat),
    (encoded(PIL.Image.new("RGB", (8, 8)), "JPEG")[:20], InvalidFormat),
    (encoded(PIL.Image.new("RGB", (8, 8)), "WEBP")[:20], InvalidFormat),
    (b"\x89PNG\r\n\x1a\n" + bytes(40), InvalidFormat),
    (png_header(65535, 65535), FileTooLarge),
    (png_header(8193, 10), FileTooLarge),
    (png_header(10, 8193), FileTooLarge),
], ids=lambda value: value.__name__ if isinstance(value, type) else repr(value[:8]))
def test_what_is_no_picture_or_too_large_is_refused(tmp_path: Path, data: bytes, error: type[FarmError]) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(data)
    with pytest.raises(error) as refused:
        inspect_image(path)
    assert refused.value.param == "file"


@pytest.mark.parametrize(("data", "error"), [
    (webp_header(b"VP8X", 16384, 16384), FileTooLarge),
    (webp_header(b"VP8X", 1 << 24, 1 << 24), FileTooLarge),
    (webp_header(b"VP8L", 16384, 16384), FileTooLarge),
    (webp_header(b"VP8 ", 16383, 16383), FileTooLarge),
    (webp_header(b"VP8X", 8192, 8192), InvalidFormat),
    (webp_header(b"VP8 ", 100, 100)[:29], InvalidFormat),
    (webp_header(b"ALPH", 100, 100), InvalidFormat),
], ids=lambda value: value.__name__ if isinstance(value, type) else f"{value[12:16].decode()} of {len(value)} bytes")
def test_a_webp_of_a_few_bytes_is_judged_by_the_size_that_it_claims(
    tmp_path: Path, data: bytes, error: type[FarmError]
) -> None:
    path = tmp_path / "image"
    path.write_bytes(data)
    with pytest.raises(error):
        inspect_image(path)


def test_pixels_are_not_decoded_and_nothing_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image"
    path.write_bytes(encoded(PIL.Image.new("RGB", (8192, 8192)), "PNG")[:10_000])
    monkeypatch.setattr(PIL.Image.Image, "__init__", lambda image: pytest.fail("it is being opened"))
    assert inspect_image(path).width == 8192


def test_a_child_that_is_killed_makes_the_file_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(encoded(PIL.Image.new("RGB", (8, 8)), "PNG"))
    with pytest.raises(InvalidFormat, match="crashed or needed too much"):
        inspect_image(path, lambda child: child.kill())
