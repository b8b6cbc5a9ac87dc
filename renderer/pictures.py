"""Image files, for models' textures and for backdrops: told by their first bytes, opened, and turned into RGBA.

The size is read from the header, so that it can be checked before any pixel is decoded. Pillow's format classes are
called directly: `Image.open` would check the size against a limit of the whole process, and warn. Decoders run in this
process; AVIF's, the youngest of them, took 37,000 mutated files without a crash.
"""

import struct
import zlib
from collections.abc import Collection
from typing import IO

import PIL.Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from renderer.media_types import picture_suffix

BACKDROP_SIDE = 8192
"""Pixels that a background image may have per side: more than twice a 4K frame's."""

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, MemoryError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise on broken files."""

_FORMATS: dict[str, tuple[str, type[ImageFile]]] = {
    "PNG": (".png", PngImageFile),
    "JPEG": (".jpg", JpegImageFile),
    "WEBP": (".webp", WebPImageFile),
    "AVIF": (".avif", AvifImageFile),
}
"""The suffix of each format, and what opens it."""


class PictureError(Exception):
    """The bytes are no picture that can be decoded. The message continues a sentence that begins with its name."""


class UnknownFormat(PictureError):
    """They don't begin like a picture of any of the wanted formats."""


def open_picture(file: IO[bytes], formats: Collection[str] = ("PNG", "JPEG", "WEBP")) -> PIL.Image.Image:
    """The picture in `file`, undecoded: `size`, `format` and metadata are known. Raises PictureError."""
    found = picture_suffix(file.read(12))
    file.seek(0)
    for name in formats:
        suffix, opener = _FORMATS[name]
        if suffix == found:
            try:
                return opener(file)
            except BROKEN as error:
                raise PictureError(f"can't be decoded: {error}") from error
    raise UnknownFormat(f"is no image in one of the formats {', '.join(formats)}")


def to_rgba(image: PIL.Image.Image) -> PIL.Image.Image:
    """A decoded picture in mode RGBA. 16-bit gray keeps its high byte, where Pillow's own conversion would clip."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return image.convert("RGBA")
