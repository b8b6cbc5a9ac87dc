"""Encoded images of unknown origin: opened by their first bytes, decoded to RGBA8.

Pillow's format classes are called directly: `Image.open` would judge the size by a limit of the whole process, and
warn.
"""

import io
import struct
import zlib

import numpy as np
import PIL.Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from renderer.errors import InvalidModel
from renderer.scene.nodes import UInt8

BAND_PIXELS = 1 << 20

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, MemoryError, RuntimeError,
    struct.error, zlib.error,
)
"""What Pillow's decoders raise on broken files."""


def open_header(data: bytes, path: str) -> PIL.Image.Image:
    """The image, undecoded. Raises ModelError subclasses whose messages begin with `path`."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return PngImageFile(io.BytesIO(data))
        if data.startswith(b"\xff\xd8\xff"):
            return JpegImageFile(io.BytesIO(data))
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return WebPImageFile(io.BytesIO(data))
        if data[4:12] in (b"ftypavif", b"ftypmif1"):
            return AvifImageFile(io.BytesIO(data))
    except BROKEN as error:
        raise InvalidModel(f"{path} can't be decoded: {error}") from error
    raise InvalidModel(f"{path} is neither a PNG, a JPEG, a WebP, an AVIF nor a KTX2 image")


def rgba(image: PIL.Image.Image) -> UInt8:
    """(height, width, 4), converted in bands: large images would otherwise be in memory four times."""
    pixels = np.empty((image.height, image.width, 4), np.uint8)
    rows = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        pixels[top:bottom] = _rgba_band(image.crop((0, top, image.width, bottom)))
    return pixels


def _rgba_band(image: PIL.Image.Image) -> UInt8:
    """16-bit gray keeps its high byte, where Pillow's own conversion would clip."""
    if image.mode.startswith("I"):
        gray = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return np.dstack((gray, gray, gray, np.full_like(gray, 255)))
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return np.asarray(image.convert("RGBA"))
