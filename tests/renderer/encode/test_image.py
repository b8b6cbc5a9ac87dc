"""Pixels into image files and back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import UInt8
from renderer.encode.image import write_image, write_thumbnail
from renderer.spec.frames import ImageFormat
from tests.renderer.encode.media import moving_frames


@pytest.fixture
def straight() -> UInt8:
    """(180, 320, 4): a picture that fades out to the right, of every alpha there is."""
    alpha = np.broadcast_to(np.linspace(255, 0, 320).astype(np.uint8)[None, :, None], (180, 320, 1))
    return np.concatenate([moving_frames(320, 180, 1)[0], alpha], axis=2)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_png_and_webp_keep_every_pixel_even_the_invisible(tmp_path: Path, straight: UInt8, kind: ImageFormat) -> None:
    for pixels in (straight, np.ascontiguousarray(straight[..., :3])):
        write_image(pixels, tmp_path / "file", kind)
        with Image.open(tmp_path / "file") as picture:
            assert picture.format == kind.upper()
            np.testing.assert_array_equal(np.asarray(picture), pixels)


def test_avif_is_close_in_colour_and_alpha(tmp_path: Path, straight: UInt8) -> None:
    for pixels in (straight, np.ascontiguousarray(straight[..., :3])):
        write_image(pixels, tmp_path / "file", "avif")
        with Image.open(tmp_path / "file") as picture:
            assert picture.format == "AVIF"
            difference = np.abs(np.asarray(picture).astype(int) - pixels)
        assert difference[:, :240].mean() < 1.5
        assert difference[..., 3:].max(initial=0) <= 4


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_equal_pixels_give_equal_bytes(tmp_path: Path, straight: UInt8, kind: ImageFormat) -> None:
    for name in ("first", "second"):
        write_image(straight, tmp_path / name, kind)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_in_a_thumbnail_colours_count_as_much_as_they_are_seen(tmp_path: Path) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[::2] = (200, 100, 0, 255)  # between rows of invisible black
    write_thumbnail(pixels, tmp_path / "file", "png")
    with Image.open(tmp_path / "file") as picture:
        assert (picture.size, picture.mode) == ((10, 10), "RGBA")
        red, green, blue, alpha = np.asarray(picture)[3:7, 3:7].reshape(-1, 4).mean(axis=0)
    assert (red, green, blue) == pytest.approx((200, 100, 0), abs=2)
    assert alpha == pytest.approx(127.5, abs=2)
