"""The files that an OBJ or MTL names, found among those that came along, whatever system
wrote the path."""

import io
import posixpath
from collections.abc import Callable

import PIL.Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.TgaImagePlugin import TgaImageFile
from PIL.TiffImagePlugin import TiffImageFile

from renderer.arrays import UInt8
from renderer.errors import ModelTooLarge
from renderer.load import limits
from renderer.load.files import ModelFiles
from renderer.load.images import broken, open_header, rgba
from renderer.load.limits import Budget
from renderer.load.names import Names, folded
from renderer.media_types import picture_suffix
from renderer.pictures import BROKEN

_CONVERTED: dict[str, Callable[[io.BytesIO], PIL.Image.Image]] = {
    ".bmp": BmpImageFile, ".tga": TgaImageFile, ".tif": TiffImageFile, ".tiff": TiffImageFile,
}  # fmt: skip
_PNG_LEVEL = 3  # a third of the time of Pillow's own level 6, for a few per cent more bytes


class Directory:
    """A model's files by the names that OBJ and MTL files give them."""

    def __init__(self, files: ModelFiles) -> None:
        names = sorted(files, key=lambda name: (name.count("/"), name))
        self._paths = Names(names)
        self._bases: dict[str, str] = {}
        for name in names:  # of several, the first is taken
            self._bases.setdefault(folded(posixpath.basename(name)), name)

    def find(self, reference: str, folder: str) -> str | None:
        """The path of the file that one in `folder` calls `reference`.

        Where nothing lies at that path, any file of the same name is taken, since many programs write paths of the
        machine that they ran on.
        """
        wanted = reference.replace("\\", "/")
        path = posixpath.normpath(posixpath.join(folder, wanted))
        return self._paths.find(path) or self._bases.get(folded(posixpath.basename(wanted)))


def image_for_gltf(data: bytes, name: str, budget: Budget) -> bytes:
    """The image's file: a JPEG or PNG as it is, any other as a PNG. Raises BrokenImage, ModelTooLarge."""
    if picture_suffix(data) in (".jpg", ".png"):
        open_header(data, f"texture {name!r}")
        return data
    return png_of(pixels_of(data, name, budget))


def png_of(pixels: UInt8) -> bytes:
    """The file of (height, width, 4) pixels, without alpha where all are opaque."""
    picture = PIL.Image.fromarray(pixels)
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=_PNG_LEVEL)
    return stream.getvalue()


def pixels_of(data: bytes, name: str, budget: Budget) -> UInt8:
    """The image (height, width, 4), decoded. Raises BrokenImage, ModelTooLarge."""
    what = f"texture {name!r}"
    opener = _CONVERTED.get(posixpath.splitext(name)[1].lower())
    if opener is None:
        image = open_header(data, what)
    else:
        try:
            image = opener(io.BytesIO(data))
        except BROKEN as error:
            raise broken(what, error) from error
    if max(image.size) > limits.TEXTURE_SIDE:
        raise ModelTooLarge(
            f"{what} is {image.width}x{image.height} pixels, and {limits.TEXTURE_SIDE} are allowed per side"
        )
    budget.take("pixels of images to convert", image.width * image.height, limits.CONVERTED_PIXELS, what)
    try:
        return rgba(image)
    except BROKEN as error:
        raise broken(what, error) from error
