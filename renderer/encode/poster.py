"""A frame's own pixels -> here -> PNG: the poster, at a quarter of each axis and in full."""

from pathlib import Path

from renderer.arrays import UInt8
from renderer.encode.image import write_image, write_thumbnail


def write_posters(pixels: UInt8, poster: Path, poster_full: Path) -> None:
    """`pixels` are (height, width, 3) RGB, sRGB-encoded, top row first."""
    write_image(pixels, poster_full, "png")
    write_thumbnail(pixels, poster, "png")
