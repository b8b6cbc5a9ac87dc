"""A look at an uploaded image's header. No pixel is decoded here: workers do that, with less to lose."""

import dataclasses
from pathlib import Path

from api.errors import FileTooLarge, InvalidFormat
from renderer.pictures import BACKDROP_SIDE, PictureError, open_picture

CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


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
    return ImageHeader(CONTENT_TYPES[picture.format or ""], picture.width, picture.height)
