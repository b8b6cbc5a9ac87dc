"""A finished video -> here -> a small GIF of it: each frame with 256 colours of its own, and dithered."""

from pathlib import Path

from PIL import Image

from renderer.encode.probe import run_tool
from renderer.errors import EncodeError

LONG_SIDE = 640
"""Pixels of the longer side: a turn of 6 s has some 6 MB then, and chats and shops rarely show it larger."""
MOST_FPS = 20
"""GIF counts hundredths of a second, and its bytes grow with every frame."""
DITHER = "sierra2_4a"
"""By look: ordered patterns (bayer) show on smooth metal, without any a shadow has steps, and Floyd-Steinberg is no
different for the same bytes."""
TIMEOUT_S = 3600.0
"""A video of 10 minutes in 4K takes a quarter of it."""


def gif_size(width: int, height: int) -> tuple[int, int]:
    """Width and height, in pixels, of the GIF of a video of that size."""
    scale = min(1.0, LONG_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def gif_step(fps: int) -> int:
    """Of so many frames the GIF shows one."""
    return -(-fps // MOST_FPS)


def write_gif(video: Path, size: tuple[int, int], fps: int, frame_count: int, path: Path) -> None:
    """Writes a GIF that repeats for ever, of `size` (width, height), to `path`, of a video of so many frames. Raises
    EncodeError, also where the file is another than it should be."""
    scaled = f"scale={size[0]}:{size[1]}:flags=lanczos+accurate_rnd+full_chroma_int+bitexact"
    run_tool([
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y",
        "-i", f"file:{video}", "-filter_complex",
        f"select='not(mod(n,{gif_step(fps)}))',{scaled},split[shown][counted];"
        "[counted]palettegen=stats_mode=single[palette];"
        f"[shown][palette]paletteuse=new=1:dither={DITHER}",
        "-fps_mode", "passthrough", "-flags", "+bitexact", "-fflags", "+bitexact", "-loop", "0", "-f", "gif",
        f"file:{path}",
    ], TIMEOUT_S, f"{path.name} can't be made")  # fmt: skip
    expected = -(-frame_count // gif_step(fps))
    with Image.open(path) as made:
        found = getattr(made, "n_frames", 1)
        if (made.size, found) != (size, expected):
            raise EncodeError(f"{path.name} has {found} frames of {made.size}, and not {expected} of {size}")
