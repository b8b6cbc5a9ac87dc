"""A shot's thumbnail video -> here -> its strip: a few of its frames side by side in one small WebP.

Pages show a tile at a time, as the mouse moves along: one file that is there at once, where a video would have to seek.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from renderer.arrays import UInt8
from renderer.encode.probe import run_tool
from renderer.errors import EncodeError
from renderer.spec.strips import COLUMNS, ROWS, TILE_WIDTH, TILES

OPTIONS = {"quality": 82, "method": 2}
"""What Pillow's encoder is told: some 30 kB for a helmet. Method 4 takes 55 ms instead of 21, for 1 kB less."""

TIMEOUT_S = 600.0


def write_strip(thumbnail: Path, aspect: float, frame_count: int, path: Path) -> None:
    """Writes TILES of the thumbnail's frames, evenly picked from the first on, row by row into a WebP at `path`.

    `aspect` is the frames' width by their height. All of it takes some 80 ms of CPU time, half of which ffmpeg needs to
    start, where the video takes 20 s in software, and a preview 5. Raises EncodeError.
    """
    height = max(1, round(TILE_WIDTH / aspect))
    picked = [tile * frame_count // TILES for tile in range(TILES)]
    frames = _decoded(thumbnail, sorted(set(picked)), (TILE_WIDTH, height))
    tiles = np.stack([frames[index] for index in picked]).reshape(ROWS, COLUMNS, height, TILE_WIDTH, 3)
    grid = tiles.swapaxes(1, 2).reshape(ROWS * height, COLUMNS * TILE_WIDTH, 3)
    Image.fromarray(grid).save(path, "webp", **OPTIONS)


def _decoded(video: Path, indices: Sequence[int], size: tuple[int, int]) -> dict[int, UInt8]:
    """The frames of those indices, scaled to `size` (width, height), as (height, width, 3) RGB, top row first."""
    raw = video.with_suffix(".rgb24")
    wanted = "+".join(f"eq(n,{index})" for index in indices)
    scaled = f"scale={size[0]}:{size[1]}:flags=area+accurate_rnd+full_chroma_int+bitexact"
    run_tool([
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y", "-threads", "1",
        "-i", f"file:{video}", "-vf", f"select='{wanted}',{scaled}", "-fps_mode", "passthrough",
        "-pix_fmt", "rgb24", "-f", "rawvideo", f"file:{raw}",
    ], TIMEOUT_S, f"{video.name} can't be decoded")  # fmt: skip
    pixels = np.fromfile(raw, np.uint8)
    raw.unlink()
    if pixels.size != len(indices) * size[0] * size[1] * 3:
        raise EncodeError(f"{video.name} lacks frames that were encoded")
    return dict(zip(indices, pixels.reshape(-1, size[1], size[0], 3), strict=True))
