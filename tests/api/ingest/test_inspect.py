"""What an image's header tells, and what is refused on sight."""

import tracemalloc
from pathlib import Path

import PIL.Image
import pytest

from api.errors import FarmError, FileTooLarge, InvalidFormat
from api.ingest.inspect import ImageHeader, inspect_image
from tests.renderer.load.glb_builder import encoded
from tests.support.images import png_header


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


def test_pixels_are_never_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image"
    path.write_bytes(encoded(PIL.Image.new("RGB", (8192, 8192)), "PNG"))
    monkeypatch.setattr(PIL.Image.Image, "load", lambda image: pytest.fail("it is being decoded"))
    tracemalloc.start()
    try:
        assert inspect_image(path).width == 8192
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
