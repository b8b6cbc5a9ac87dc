"""PNG files say what the planes say."""

import numpy as np
import pytest

from renderer.dataset.buffers import Planes
from renderer.dataset.planes import FOLDERS, coded_depth, encode_view, png
from tests.renderer.dataset.support import picture


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1), (3, 1, 3)])
def test_png_keeps_every_byte(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    read = picture(png(pixels))
    assert read.dtype == np.uint8
    assert (read == pixels).all()


def test_png_keeps_both_bytes_of_16_bits() -> None:
    pixels = np.random.default_rng(1).integers(0, 65536, (5, 7)).astype(np.uint16)
    read = picture(png(pixels))
    assert read.dtype == np.uint16
    assert (read == pixels).all()


def test_depth_is_coded_by_the_published_formula() -> None:
    depth = np.array([[2.0, 2.5, 4.0, 0.0]], np.float32)
    for levels in (255, 65535):
        coded = coded_depth(depth, 2.0, 4.0, levels).astype(np.float64)
        decoded = coded / levels * (4.0 - 2.0) + 2.0
        assert np.abs(decoded[0, :3] - depth[0, :3]).max() <= 1 / levels
        assert coded[0, 3] == levels, "nothing is far away"


def test_a_view_has_all_five_pictures_in_their_formats() -> None:
    depth = np.array([[0.0, 1.0], [1.5, 2.0]], np.float32)
    grey = np.full((2, 2, 3), 128, np.uint8)
    files = encode_view(Planes(grey, grey, depth), 1.0, 2.0)
    assert tuple(files) == FOLDERS
    read = {folder: picture(content) for folder, content in files.items()}
    assert read["images"].shape == read["normals"].shape == (2, 2, 3)
    assert read["depth"].tolist() == [[255, 0], [128, 255]]
    assert read["depth_16bit"].dtype == np.uint16
    assert read["depth_16bit"].tolist() == [[65535, 0], [32768, 65535]]
    assert read["masks"].tolist() == [[0, 255], [255, 255]]
