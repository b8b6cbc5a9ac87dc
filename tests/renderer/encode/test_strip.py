"""A strip shows, tile by tile, the frames that its video has at the same times."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import Float64
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import LIGHT_CRF, H264File, h264_arguments
from renderer.encode.strip import write_strip
from renderer.errors import EncodeError
from tests.renderer.encode.media import i420

SIZE = (64, 36)
TILE = (160, 90)


def grey_of(frame: int) -> int:
    return 40 + 4 * frame


def video(path: Path, frame_count: int) -> Path:
    """A thumbnail whose frames are each of another grey."""
    file = H264File(path, *SIZE, LIGHT_CRF)
    with EncoderProcess(h264_arguments(*SIZE, 30, [file])) as process:
        for frame in range(frame_count):
            process.write(i420(np.full((SIZE[1], SIZE[0], 3), grey_of(frame), np.uint8)))
        process.finish()
    return path


def tiles_of(path: Path) -> list[Float64]:
    """The tiles in the order in which pages show them: (height, width, 3) each."""
    with Image.open(path) as picture:
        assert picture.format == "WEBP"
        grid = np.asarray(picture.convert("RGB"), np.float64)
    assert grid.shape == (4 * TILE[1], 6 * TILE[0], 3)
    return [
        grid[row * TILE[1] : (row + 1) * TILE[1], column * TILE[0] : (column + 1) * TILE[0]]
        for row in range(4) for column in range(6)
    ]  # fmt: skip


@pytest.mark.parametrize("frame_count", [48, 24, 5])
def test_tiles_are_frames_evenly_picked_row_by_row(tmp_path: Path, frame_count: int) -> None:
    thumbnail = video(tmp_path / "thumb.mp4", frame_count)
    write_strip(thumbnail, 16 / 9, frame_count, tmp_path / "strip.webp")
    means = [float(tile.mean()) for tile in tiles_of(tmp_path / "strip.webp")]
    assert means == pytest.approx([grey_of(tile * frame_count // 24) for tile in range(24)], abs=2)
    assert {path.name for path in tmp_path.iterdir()} == {"thumb.mp4", "strip.webp"}


def test_tiles_are_as_high_as_the_aspect_makes_them(tmp_path: Path) -> None:
    write_strip(video(tmp_path / "thumb.mp4", 2), 9 / 16, 2, tmp_path / "strip.webp")
    with Image.open(tmp_path / "strip.webp") as picture:
        assert picture.size == (6 * 160, 4 * 284)


def test_a_thumbnail_that_lacks_frames_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="lacks frames"):
        write_strip(video(tmp_path / "thumb.mp4", 6), 16 / 9, 24, tmp_path / "strip.webp")
