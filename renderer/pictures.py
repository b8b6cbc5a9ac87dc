"""Image files, for models' textures and for backdrops: told by their first bytes, opened, and turned into RGBA.

The size is read from the header and checked before any pixel is decoded. Pillow's format classes are called directly:
`Image.open` would check the size against a limit of the whole process, and warn. Decoders run in this process, which is
a child of the sandbox where strangers send the files; AVIF's, the youngest of them, took 37,000 mutated files without a
crash.
"""

import functools
import io
import struct
import zlib
from collections.abc import Collection
from typing import IO

import PIL.Image
import PIL.ImageCms
from PIL.AvifImagePlugin import AvifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from renderer.errors import reason
from renderer.media_types import BACKDROP_SIDE, picture_suffix

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, MemoryError, RuntimeError,
    AssertionError, AttributeError, struct.error, zlib.error,
    PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow's decoders raise on broken files; and on large ones, by a limit of its own, where WebP's is opened."""

_FORMATS: dict[str, tuple[str, type[ImageFile]]] = {
    "PNG": (".png", PngImageFile),
    "JPEG": (".jpg", JpegImageFile),
    "WEBP": (".webp", WebPImageFile),
    "AVIF": (".avif", AvifImageFile),
    "TIFF": (".tif", TiffImageFile),
}
"""The suffix of each format, and what opens it."""


_SRGB = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB"))


class PictureError(Exception):
    """The bytes are no picture that can be decoded. The message continues a sentence that begins with its name."""


class UnknownFormat(PictureError):
    """They don't begin like a picture of any of the wanted formats."""


class TooManyPixels(PictureError):
    """It is larger than allowed; its `size` is (width, height)."""

    def __init__(self, size: tuple[int, int], side: int) -> None:
        super().__init__(f"is {size[0]}x{size[1]} pixels, and {side} are allowed per side")
        self.size = size


def open_picture(
    file: IO[bytes], formats: Collection[str] = ("PNG", "JPEG", "WEBP"), side: int = BACKDROP_SIDE
) -> PIL.Image.Image:
    """The picture in `file`, undecoded: `size`, at most `side` in both directions, `format` and metadata are known.

    Raises PictureError.
    """
    found = picture_suffix(file.read(12))
    file.seek(0)
    opener = next((opener for suffix, opener in map(_FORMATS.__getitem__, formats) if suffix == found), None)
    if opener is None:
        raise UnknownFormat(f"is no image in one of the formats {', '.join(formats)}")
    try:
        if opener is WebPImageFile:  # which allocates pixels as it is opened
            _check_side(_webp_size(file.read(30)), side)
            file.seek(0)
        image = opener(file)
    except BROKEN as error:
        raise PictureError(f"can't be decoded: {reason(error)}") from error
    _check_side(image.size, side)
    return image


def _check_side(size: tuple[int, int], side: int) -> None:
    if max(size) > side:
        raise TooManyPixels(size, side)


def _webp_size(head: bytes) -> tuple[int, int]:
    """Width and height by a WebP's first 30 bytes: RFC 9649, sections 2.5 (lossy), 2.6 (lossless), 2.7 (extended)."""
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def to_rgba(image: PIL.Image.Image) -> PIL.Image.Image:
    """A decoded picture in mode RGBA. 16-bit gray keeps its high byte, where Pillow's own conversion would clip."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "CMYK":
        image = _without_black(image)
    return image.convert("RGBA")


def _without_black(image: PIL.Image.Image) -> PIL.Image.Image:
    """CMYK as RGB: by its profile, since the same inks are other colours in each, or else by Pillow's plain formula.

    Profiles of RGB pictures are ignored, as glTF asks (2.0, section 3.8.3).
    """
    profile = image.info.get("icc_profile")
    transform = _to_srgb(profile) if profile else None
    return image.convert("RGB") if transform is None else transform.apply(image)


@functools.lru_cache(2)  # pictures are converted in bands
def _to_srgb(profile: bytes) -> PIL.ImageCms.ImageCmsTransform | None:
    """None for a profile that is broken, or not one of CMYK."""
    try:
        return PIL.ImageCms.ImageCmsTransform(
            PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, "CMYK", "RGB",
            PIL.ImageCms.Intent.RELATIVE_COLORIMETRIC,
            # threads would share the cache
            flags=PIL.ImageCms.Flags.BLACKPOINTCOMPENSATION | PIL.ImageCms.Flags.NOCACHE,
        )
    except BROKEN:
        return None
