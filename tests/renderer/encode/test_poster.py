from pathlib import Path

import numpy as np
from PIL import Image

from renderer.encode.poster import write_posters
from tests.renderer.encode.media import moving_frames


def test_the_full_poster_is_the_frame_and_the_small_one_a_quarter_of_each_axis(tmp_path: Path) -> None:
    frame = moving_frames(320, 180, 1)[0]
    write_posters(frame, tmp_path / "poster.png", tmp_path / "full.png")
    with Image.open(tmp_path / "full.png") as full, Image.open(tmp_path / "poster.png") as small:
        assert full.format == small.format == "PNG"
        assert np.array_equal(np.asarray(full), frame)
        assert small.size == (80, 45)
        means = frame.reshape(45, 4, 80, 4, 3).mean((1, 3))
        assert np.abs(np.asarray(small) - means).mean() < 2
