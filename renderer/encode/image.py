"""A still's own pixels -> here -> PNG, WebP or AVIF, and a smaller copy of it."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from renderer.arrays import UInt8
from renderer.encode.png import png
from renderer.spec.frames import ImageFormat

OPTIONS: dict[ImageFormat, dict[str, Any]] = {
    "webp": {"lossless": True, "quality": 50, "method": 2, "exact": True},
    "avif": {"quality": 90, "subsampling": "4:4:4", "speed": 8, "max_threads": 2, "autotiling": False},
}
"""What Pillow's encoders are told.

Lossless WebP takes two thirds of a PNG's bytes. AVIF is for those who want few: over a model in 4K it keeps 49 dB for
an eighth of a PNG's, with edges in full colour; its bytes depend on the number of threads, so that is fixed.
"""


def write_image(pixels: UInt8, path: Path, kind: ImageFormat) -> None:
    """`pixels` are (height, width, 3) RGB or (height, width, 4) straight RGBA, sRGB-encoded, top row first."""
    if kind == "png":
        path.write_bytes(png(pixels))
    else:
        Image.fromarray(pixels).save(path, kind, **OPTIONS[kind])


def write_thumbnail(pixels: UInt8, path: Path, kind: ImageFormat) -> None:
    """The same at a quarter of each axis."""
    write_image(np.asarray(quartered(Image.fromarray(pixels))), path, kind)


def quartered(picture: Image.Image) -> Image.Image:
    """At a quarter of each axis, filtered in display space, like any web image; alpha weighs the colours.

    Opaque pictures are halved by means of 2x2 pixels before Lanczos halves them again, as Pillow's own thumbnails are:
    7 ms of 1920x1080 pixels, not 16.
    """
    size = (max(1, round(picture.width / 4)), max(1, round(picture.height / 4)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)

