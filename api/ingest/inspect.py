"""A look at an uploaded overlay. No pixel of a picture is decoded here: a worker's child does that.

Panoramas are: in a process of their own, and what a worker could not light by should not be stored.
"""

import dataclasses
from pathlib import Path

import PIL.Image

from api.errors import FileTooLarge, InvalidFormat
from renderer.media_types import MEDIA_TYPES
from renderer.panoramas import PanoramaError, read_panorama
from renderer.pictures import BACKDROP_SIDE, PictureError, open_picture


@dataclasses.dataclass(frozen=True, slots=True)
class ImageHeader:
    """`width` and `height` in pixels, as stored: metadata may say that the picture is to be turned."""

    content_type: str
    width: int
    height: int


def inspect_image(path: Path) -> ImageHeader:
    """Raises InvalidFormat for what is no PNG, JPEG or WebP image, FileTooLarge for one of too many pixels."""
    try:
        with path.open("rb") as file:
            picture = open_picture(file)
    except PictureError as error:
        raise InvalidFormat(f"The file {error}", param="file") from None
    if max(picture.size) > BACKDROP_SIDE:
        raise FileTooLarge(
            f"The image is {picture.width}x{picture.height} pixels, and {BACKDROP_SIDE} are allowed per side",
            param="file",
        )
    return ImageHeader(PIL.Image.MIME[picture.format or ""], picture.width, picture.height)


def inspect_panorama(path: Path) -> ImageHeader:
    """Raises InvalidFormat for what is no Radiance HDR or OpenEXR panorama of all directions."""
    try:
        panorama = read_panorama(path)
    except PanoramaError as error:
        raise InvalidFormat(f"The file {error}", param="file") from None
    return ImageHeader(MEDIA_TYPES[panorama.suffix], *panorama.size)
