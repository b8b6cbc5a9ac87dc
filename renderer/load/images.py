"""Encoded images of unknown origin: opened by their first bytes, decoded to RGBA8."""

import io

import numpy as np
import PIL.Image

from renderer.arrays import UInt8
from renderer.errors import InvalidModel, ModelTooLarge, reason
from renderer.load import limits
from renderer.pictures import PictureError, TooManyPixels, UnknownFormat, open_picture, to_rgba

BAND_PIXELS = 1 << 16
"""Converted at a time: few enough to stay in a core's cache, since new memory costs more than the work."""


class BrokenImage(InvalidModel):
    """The image is of no kind that is read, or can't be decoded: readers leave it out, and draw the model without."""


def broken(path: str, error: BaseException) -> InvalidModel:
    """The error, to be raised, for an image whose decoder raised `error`; only where it is the image's own fault, a
    BrokenImage."""
    kind = InvalidModel if isinstance(error, MemoryError) else BrokenImage
    return kind(f"{path} can't be decoded: {reason(error)}")


def open_header(data: bytes, path: str) -> PIL.Image.Image:
    """The image, undecoded. Raises BrokenImage and other ModelErrors whose messages begin with `path`."""
    try:
        return open_picture(io.BytesIO(data), ("PNG", "JPEG", "WEBP", "AVIF"), limits.TEXTURE_SIDE)
    except TooManyPixels as error:
        raise ModelTooLarge(f"{path} {error}") from None
    except UnknownFormat:
        raise BrokenImage(f"{path} is neither a PNG, a JPEG, a WebP, an AVIF nor a KTX2 image") from None
    except PictureError as error:
        raise broken(path, error.__cause__ or error) from error


def rgba(image: PIL.Image.Image) -> UInt8:
    """(height, width, 4), converted in bands: large images would otherwise be in memory four times."""
    pixels = np.empty((image.height, image.width, 4), np.uint8)
    rows = max(1, BAND_PIXELS // image.width)
    # Pillow keeps RGB as four bytes, of which the last is 255
    as_kept = image.mode == "RGB" and "transparency" not in image.info
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        data = band.tobytes("raw", "RGBX") if as_kept else to_rgba(band).tobytes()
        pixels[top : top + rows] = np.frombuffer(data, np.uint8).reshape(-1, image.width, 4)
    return pixels
