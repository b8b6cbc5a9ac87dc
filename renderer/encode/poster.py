"""Frame 0's own pixels -> here -> PNG: the poster, at a quarter of each axis and in full."""

from pathlib import Path

from PIL import Image

from renderer.scene.nodes import UInt8


def write_png(pixels: UInt8, path: Path) -> None:
    """`pixels` are (height, width, 3) RGB or (height, width, 4) straight RGBA, sRGB-encoded, top row first."""
    Image.fromarray(pixels).save(path, format="PNG")


def write_posters(pixels: UInt8, poster: Path, poster_full: Path) -> None:
    """Writes the full picture and its quarter-size copy (Lanczos-filtered in display space, like any web image)."""
    full = Image.fromarray(pixels)
    full.save(poster_full, format="PNG")
    size = (max(1, round(full.width / 4)), max(1, round(full.height / 4)))
    full.resize(size, Image.Resampling.LANCZOS).save(poster, format="PNG")
