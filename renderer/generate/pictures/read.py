"""A picture of any origin -> here -> its pixels, upright, in sRGB, small enough to be worked on.

Decoders run in this process, as `renderer.pictures` says: whoever lets strangers send pictures calls an engine in a
child of the sandbox.
"""

import io
import warnings
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

from renderer.arrays import UInt8
from renderer.errors import EngineRejected, reason
from renderer.pictures import BROKEN, PictureError, TooManyPixels, UnknownFormat, open_picture, to_rgba

SIDE = 1024
"""Pixels a side that are worked on at most: textures have no more."""

SMALLEST = 16
"""Pixels a side below which no outline can be told from steps."""

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF")


def read_picture(path: Path) -> UInt8:
    """(height, width, 4), sRGB with straight alpha, at most SIDE pixels a side; of an animation its first frame.

    Raises EngineRejected, with what to do about it.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of oddities in files that it reads all the same
            image = open_picture(file, FORMATS)
            if min(image.size) < SMALLEST:
                raise EngineRejected(
                    f"The picture is {image.width}x{image.height} pixels: send one of at least {SMALLEST} a side"
                )
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded at a half or a quarter where that is enough
            upright = PIL.ImageOps.exif_transpose(image)
            upright = _in_srgb(upright)
    except TooManyPixels as error:
        raise EngineRejected(f"The picture {error}: send a smaller one; {SIDE} a side are all that is used") from error
    except UnknownFormat as error:
        raise EngineRejected(f"The picture {error}: save it in one of them") from error
    except PictureError as error:
        raise EngineRejected(f"The picture {error}; save it anew and send that") from error
    except BROKEN as error:
        raise EngineRejected(f"The picture can't be decoded: {reason(error)}; save it anew and send that") from error
    upright.thumbnail((SIDE, SIDE), PIL.Image.Resampling.LANCZOS, reducing_gap=2.0)
    if min(upright.size) < SMALLEST:
        raise EngineRejected("The picture is too narrow for its length: cut it to what the model should show")
    return np.asarray(upright)


def _in_srgb(image: PIL.Image.Image) -> PIL.Image.Image:
    """In mode RGBA, by the colour profile that the file brings if that is sound."""
    profile = image.info.get("icc_profile")
    image.load()
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        flat = image.convert("RGB") if image.mode == "RGBA" else image
        try:
            converted = PIL.ImageCms.profileToProfile(
                flat, PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile)), PIL.ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )  # fmt: skip
        except (PIL.ImageCms.PyCMSError, *BROKEN):
            converted = None  # a profile for another kind of pixels, say: viewers ignore it, too
        if converted is not None:
            image = converted
            if alpha is not None:
                image.putalpha(alpha)
    return to_rgba(image)
