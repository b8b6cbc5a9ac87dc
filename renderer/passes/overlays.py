"""Background and foreground images: from files to textures of the frame's size, for composite.glsl."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import moderngl
import numpy as np
import PIL.Image
from PIL import ImageOps

from renderer.arrays import UInt8
from renderer.errors import SettingsError, reason
from renderer.gl.context import Device
from renderer.pictures import BROKEN, PictureError, open_picture, to_rgba
from renderer.spec import Backdrop, Foreground


class OverlayImages:
    """The images behind and before one shot's frames, each decoded and fitted once, on first use; owns their textures.

    `files` has an image file for each name that a backdrop or a foreground may use.
    """

    def __init__(self, device: Device, size: tuple[int, int], files: Mapping[str, Path]) -> None:
        self._device = device
        self._size = size
        self._files = files
        self._textures: dict[tuple[str, ...], moderngl.Texture] = {}

    def behind(self, backdrop: Backdrop) -> moderngl.Texture | None:
        """The texture of the frame's size, top row first, that shows instead of the flat colour, if any does.

        Raises SettingsError for an image that is missing or broken.
        """
        if backdrop.image is None:
            return None
        key = (backdrop.image, backdrop.align, backdrop.color)
        if key not in self._textures:
            pixels = self._read("bg_image_id", "background", backdrop.image, backdrop.align)
            self._textures[key] = self._upload(on_colour(pixels, backdrop))
        return self._textures[key]

    def before(self, foreground: Foreground | None) -> moderngl.Texture | None:
        """The texture of the frame's size, top row first and premultiplied, that lies over everything, if any does.

        Raises SettingsError for an image that is missing or broken.
        """
        if foreground is None:
            return None
        key = (foreground.image, foreground.align)
        if key not in self._textures:
            pixels = self._read("fg_image_id", "foreground", foreground.image, foreground.align)
            self._textures[key] = self._upload(pixels)
        return self._textures[key]

    def release(self) -> None:
        for texture in self._textures.values():
            texture.release()
        self._textures.clear()

    def _read(self, setting: str, layer: str, name: str, align: str) -> UInt8:
        if name not in self._files:
            raise SettingsError(setting, f"There is no {layer} image {name}")
        try:
            return read_overlay(self._files[name], self._size, align)
        except PictureError as error:
            raise SettingsError(setting, f"The {layer} image {name} {error}") from error

    def _upload(self, pixels: UInt8) -> moderngl.Texture:
        texture = self._device.ctx.texture(self._size, pixels.shape[2], pixels, alignment=1)
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = False
        return texture


def read_overlay(path: Path, size: tuple[int, int], align: str) -> UInt8:
    """(height, width, 4) uint8, premultiplied, sRGB-encoded: the picture turned upright, scaled to cover `size` (width,
    height), cropped at the anchor. Raises PictureError.
    """
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities in files that it reads all the same
        image = open_picture(file)
        try:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
        except BROKEN as error:
            raise PictureError(f"can't be decoded: {reason(error)}") from error
    image = to_rgba(image).convert("RGBa")  # premultiplied, or the colours of what can't be seen would bleed
    fitted = image.resize(size, PIL.Image.Resampling.LANCZOS, box=cover_box(image.size, size, align))
    pixels = np.asarray(fitted)
    # The filter overshoots at edges, and no part may be brighter than its alpha allows.
    return np.concatenate([np.minimum(pixels[..., :3], pixels[..., 3:]), pixels[..., 3:]], axis=2)


def on_colour(pixels: UInt8, backdrop: Backdrop) -> UInt8:
    """(height, width, 3) uint8, sRGB-encoded: a premultiplied picture on the backdrop's colour."""
    color = np.round(np.array(backdrop.rgb) * 255).astype(np.uint16)
    shown = pixels[..., :3] + ((255 - pixels[..., 3:].astype(np.uint16)) * color + 127) // 255
    return shown.astype(np.uint8)


def cover_box(image: tuple[int, int], frame: tuple[int, int], align: str) -> tuple[float, float, float, float]:
    """(left, top, right, bottom): the largest part of an image of this (width, height) that has the frame's aspect and
    lies at the anchor.
    """
    scale = min(image[0] / frame[0], image[1] / frame[1])
    width, height = min(frame[0] * scale, image[0]), min(frame[1] * scale, image[1])
    across = 0.0 if align.endswith("left") else 1.0 if align.endswith("right") else 0.5
    down = 0.0 if align.startswith("top") else 1.0 if align.startswith("bottom") else 0.5
    left, top = (image[0] - width) * across, (image[1] - height) * down
    return left, top, left + width, top + height
