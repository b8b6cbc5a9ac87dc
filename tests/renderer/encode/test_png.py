"""PNG files say what the pixels say."""

import io

import numpy as np
import PIL.Image
import pytest

from renderer.encode.png import png


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4), (1, 1), (3, 1, 3)])
def test_png_keeps_every_byte(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    read = np.asarray(PIL.Image.open(io.BytesIO(png(pixels))))
    assert read.dtype == np.uint8
    assert (read == pixels).all()


def test_png_keeps_both_bytes_of_16_bits() -> None:
    pixels = np.random.default_rng(1).integers(0, 65536, (5, 7)).astype(np.uint16)
    read = np.asarray(PIL.Image.open(io.BytesIO(png(pixels))))
    assert read.dtype == np.uint16
    assert (read == pixels).all()
