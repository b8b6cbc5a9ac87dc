"""What was received is decoded in children, and made into what engines hand on."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled
from renderer.generate.received import Unusable, received_model, received_picture
from tests.support.images import png_header


def encoded(image: PIL.Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_a_picture_is_turned_upright_and_keeps_its_shape(tmp_path: Path) -> None:
    image = PIL.Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees to the right
    made = PIL.Image.open(io.BytesIO(received_picture(encoded(image, "JPEG", exif=exif), 32, tmp_path)))
    assert made.size == (16, 32)
    red, white = (np.asarray(made)[row, 8] for row in (4, 28))
    assert np.allclose(red, (254, 0, 0), atol=12)
    assert np.allclose(white, 255, atol=12)


def test_what_is_transparent_is_white_and_of_a_square_the_middle_is_kept(tmp_path: Path) -> None:
    image = PIL.Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    image.paste((0, 0, 255, 255), (20, 0, 30, 20))
    made = PIL.Image.open(io.BytesIO(received_picture(encoded(image, "PNG"), 512, tmp_path, square=True)))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (20, 20))
    left, right = (np.asarray(made)[10, column] for column in (3, 16))
    assert np.allclose(left, (0, 0, 255), atol=12)
    assert np.allclose(right, 255, atol=12)


def test_a_picture_that_is_too_large_is_not_decoded(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="20000x20000"):
        received_picture(png_header(20_000, 20_000), 512, tmp_path)


def test_decoding_can_be_stopped(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled

    with at_checkpoints(stop), pytest.raises(Cancelled):
        received_model(b"glTF", {}, tmp_path)
