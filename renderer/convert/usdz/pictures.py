"""The files of a package's textures: factors are multiplied into them, and packed maps split into one per value.

AR viewers ignore a texture's scale, or read the wrong channel of a packed map; what a file has itself, none gets wrong.
"""

import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image

from renderer.arrays import Float64, UInt8
from renderer.checkpoints import checkpoint
from renderer.scene.nodes import Image

SIDE = 2048
"""Pixels per side that phones have the memory for: four maps of that size take 64 MB."""

FOLDER = "textures"

_QUALITY = 92
"""Of JPEG: the textures of sample models change by 0.03 to 2.1 of 255 levels in the mean, for a quarter to nine tenths
of a PNG's bytes."""

_QUICK = 2
"""PNG's quickest compression takes at most 1.3 times the bytes of its best on sample models' textures, for a third of
the time. On plain colours and stripes it takes up to 3.7 times as many, but half of JPEG's even so."""

_LEVELS = np.arange(256) / 255
_DECODED = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A file of the package, by its path there. `has_alpha` says whether anything in it is transparent."""

    file: str
    has_alpha: bool


class Pictures:
    """Writes each texture once, whichever materials use it."""

    def __init__(self, folder: Path, images: Sequence[Image]) -> None:
        """`images` are the scene's; the files go to FOLDER in `folder`."""
        self._folder = folder
        self._images = images
        self._kept: dict[tuple[object, ...], Picture | float] = {}
        self._shrunk: dict[int, UInt8] = {}
        (folder / FOLDER).mkdir()

    def pixels(self, image: int) -> UInt8:
        """(height, width, 4), at most SIDE in both directions."""
        if image not in self._shrunk:
            self._shrunk[image] = _fitting(self._images[image].pixels)
        return self._shrunk[image]

    def is_opaque(self, image: int) -> bool:
        return bool((self.pixels(image)[..., 3] == 255).all())

    def color(self, image: int, factor: Sequence[float], *, with_alpha: bool) -> Picture:
        """Colours in sRGB times the linear `factor`, RGBA, of 0 to 1; without alpha unless something is transparent."""
        key = ("color", image, *factor, with_alpha)
        found = self._kept.get(key)
        if not isinstance(found, Picture):
            pixels = multiplied(self.pixels(image), factor)
            found = self._kept[key] = self.made(pixels if with_alpha else pixels[..., :3], "color")
        return found

    def values(self, image: int, channel: int, factor: float, offset: float = 0.0) -> Picture | float:
        """One channel of an image, times `factor` plus `offset`, as a picture of grey levels, or as the number that
        all of it is."""
        key = ("values", image, channel, factor, offset)
        if key not in self._kept:
            levels = np.clip(np.round((_LEVELS * factor + offset) * 255), 0, 255).astype(np.uint8)
            found = levels[self.pixels(image)[..., channel]]
            same = (found == found.flat[0]).all()
            self._kept[key] = float(found.flat[0]) / 255 if same else self._written(found, "values")
        return self._kept[key]

    def normals(self, image: int, scales: tuple[float, float]) -> Picture:
        """A normal map whose slopes along both axes are `scales` times the image's."""
        key = ("normals", image, scales)
        found = self._kept.get(key)
        if not isinstance(found, Picture):
            pixels = self.pixels(image)[..., :3]
            if scales != (1, 1):
                vectors = pixels / 127.5 - 1.0
                vectors[..., :2] *= scales
                vectors /= np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-6)
                pixels = np.clip(np.round((vectors + 1.0) * 127.5), 0, 255).astype(np.uint8)
            found = self._kept[key] = self._written(pixels, "normals", lossless=True)
        return found

    def made(self, pixels: UInt8, name: str, *, lossless: bool = False) -> Picture:
        """A picture of colours, (height, width, 3 or 4)."""
        if pixels.shape[2] == 4 and (pixels[..., 3] == 255).all():
            pixels = pixels[..., :3]  # viewers sort what has alpha, even where it is opaque
        return self._written(pixels, name, lossless=lossless or pixels.shape[2] == 4)

    def _written(self, pixels: UInt8, name: str, *, lossless: bool = False) -> Picture:
        checkpoint()
        picture = PIL.Image.fromarray(np.ascontiguousarray(pixels))
        data, suffix = (_encoded(picture, "PNG"), "png") if lossless else _smallest(picture)
        file = f"{FOLDER}/{name}_{len(list((self._folder / FOLDER).iterdir()))}.{suffix}"
        (self._folder / file).write_bytes(data)
        return Picture(file, has_alpha=picture.mode == "RGBA")


def multiplied(pixels: UInt8, factor: Sequence[float]) -> UInt8:
    """(height, width, 4): RGB in sRGB times the linear RGB of `factor`, alpha times its fourth number."""
    if all(value == 1 for value in factor):
        return pixels
    tables = [encoded_srgb(_DECODED * value) for value in factor[:3]]
    tables.append(np.clip(np.round(_LEVELS * factor[3] * 255), 0, 255).astype(np.uint8))
    return np.stack([table[pixels[..., channel]] for channel, table in enumerate(tables)], axis=2)


def decoded_srgb(levels: UInt8) -> Float64:
    """Linear values of levels in sRGB."""
    found: Float64 = _DECODED[levels]
    return found


def encoded_srgb(linear: Float64) -> UInt8:
    """Levels in sRGB (IEC 61966-2-1) of linear values, which are cut to 0..1."""
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255).astype(np.uint8)


def _fitting(pixels: UInt8) -> UInt8:
    height, width = pixels.shape[:2]
    largest = max(height, width)
    if largest <= SIDE:
        return pixels
    size = max(round(width * SIDE / largest), 1), max(round(height * SIDE / largest), 1)
    planes = [PIL.Image.fromarray(np.ascontiguousarray(pixels[..., channel])) for channel in range(4)]
    # by planes: Pillow would weigh colours by alpha, and a map may have a value there
    return np.stack([np.asarray(plane.resize(size, PIL.Image.Resampling.BOX)) for plane in planes], axis=2)


def _smallest(picture: PIL.Image.Image) -> tuple[bytes, str]:
    """JPEG, or PNG where few colours take fewer bytes so, and no loss; and its suffix."""
    jpeg = _encoded(picture, "JPEG", quality=_QUALITY, subsampling=0)
    if len(_encoded(picture, "PNG", compress_level=1)) < _QUICK * len(jpeg):
        png = _encoded(picture, "PNG")
        if len(png) <= len(jpeg):
            return png, "png"
    return jpeg, "jpg"


def _encoded(picture: PIL.Image.Image, kind: str, **options: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()
