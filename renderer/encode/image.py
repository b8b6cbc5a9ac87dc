"""A still's own pixels -> here -> PNG, WebP or AVIF, and a smaller copy of it."""

from pathlib import Path
from typing import Any

from PIL import Image

from renderer.arrays import UInt8
from renderer.spec.frames import ImageFormat

OPTIONS: dict[ImageFormat, dict[str, Any]] = {
    "png": {"compress_level": 4},
    "webp": {"lossless": True, "quality": 50, "method": 2, "exact": True},
    "avif": {"quality": 90, "subsampling": "4:4:4", "speed": 8, "max_threads": 2, "autotiling": False},
}
"""What Pillow's encoders are told.

PNG's level of compression, of 1 to 9: over four models in 1080p with a vignette, 4 takes 75 to 110 ms and Pillow's own
6 180 to 260 ms for files smaller by 9 to 15 %, which is as long as drawing the picture on two cores. Below 4 there is
little to gain: 1 takes 60 to 85 ms for files larger by a fifth to a third.
Lossless WebP takes two thirds of a PNG's bytes. AVIF is for those who want few: over a model in 4K it keeps 49 dB for
an eighth of a PNG's, with edges in full colour; its bytes depend on the number of threads, so that is fixed.
"""


def write_image(pixels: UInt8, path: Path, kind: ImageFormat) -> None:
    """`pixels` are (height, width, 3) RGB or (height, width, 4) straight RGBA, sRGB-encoded, top row first."""
    _save(Image.fromarray(pixels), path, kind)


def write_thumbnail(pixels: UInt8, path: Path, kind: ImageFormat) -> None:
    """The same at a quarter of each axis."""
    _save(quartered(Image.fromarray(pixels)), path, kind)


def quartered(picture: Image.Image) -> Image.Image:
    """At a quarter of each axis, Lanczos-filtered in display space, like any web image; alpha weighs the colours."""
    size = (max(1, round(picture.width / 4)), max(1, round(picture.height / 4)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _save(picture: Image.Image, path: Path, kind: ImageFormat) -> None:
    picture.save(path, kind, **OPTIONS[kind])
