"""A look at an uploaded overlay, by children of the sandbox: this process decodes nothing.

Of a picture, only the header is read: a worker's child decodes the pixels. A panorama is decoded as a whole, since what
a worker could not light by should not be stored.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from api.errors import FileTooLarge, InvalidFormat
from renderer.media_types import BACKDROP_SIDE, MEDIA_TYPES
from renderer.panoramas import PanoramaError, read_panorama
from renderer.picture_headers import HeaderError, read_header
from renderer.sandbox import Child

Started = Callable[[Child], None]
"""Is told a child that reads the file, so that another thread can kill it."""


@dataclasses.dataclass(frozen=True, slots=True)
class ImageHeader:
    """`width` and `height` in pixels, as stored: metadata may say that the picture is to be turned."""

    content_type: str
    width: int
    height: int


def inspect_image(path: Path, started: Started | None = None) -> ImageHeader:
    """Raises InvalidFormat for what is no PNG, JPEG or WebP image, FileTooLarge for one of too many pixels."""
    try:
        header = read_header(path, started)
    except HeaderError as error:
        raise InvalidFormat(f"The file {error}", param="file") from None
    if max(header.width, header.height) > BACKDROP_SIDE:
        raise FileTooLarge(
            f"The image is {header.width}x{header.height} pixels, and {BACKDROP_SIDE} are allowed per side",
            param="file",
        )
    return ImageHeader(header.media_type, header.width, header.height)


def inspect_panorama(path: Path, started: Started | None = None) -> ImageHeader:
    """Raises InvalidFormat for what is no Radiance HDR or OpenEXR panorama of all directions."""
    try:
        panorama = read_panorama(path, started)
    except PanoramaError as error:
        raise InvalidFormat(f"The file {error}", param="file") from None
    return ImageHeader(MEDIA_TYPES[panorama.suffix], *panorama.size)
