"""Image files in any of the formats that models and backdrops come in: PNG, JPEG and WebP, told by their first bytes.

The size is read from the header, to be judged before any pixel is decoded. Pillow's format classes are called directly:
`Image.open` would judge the size by a limit of the whole process, and warn.
"""

import struct
import zlib
from typing import IO

import PIL.Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

BACKDROP_SIDE = 8192
"""Pixels that a background image may have per side: more than twice a 4K frame's."""

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, MemoryError, struct.error,
    zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise on broken files."""


class PictureError(Exception):
    """The bytes are no picture that can be decoded. The message goes on after the name of the picture."""


def open_picture(file: IO[bytes]) -> PIL.Image.Image:
    """The picture in `file`, undecoded: `size`, `format` and metadata are known. Raises PictureError."""
    head = file.read(12)
    file.seek(0)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return PngImageFile(file)
        if head.startswith(b"\xff\xd8\xff"):
            return JpegImageFile(file)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return WebPImageFile(file)
    except BROKEN as error:
        raise PictureError(f"can't be decoded: {error}") from error
    raise PictureError("is neither a PNG, a JPEG nor a WebP image")


def to_rgba(image: PIL.Image.Image) -> PIL.Image.Image:
    """A decoded picture in mode RGBA. 16-bit gray keeps its high byte, where Pillow's own conversion would clip."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return image.convert("RGBA")
