"""An OBJ's maps as glTF's textures, which hold several of them in the channels of one picture.

    map_Kd, map_d       base colour, and its alpha
    map_Pr, map_Pm      green and blue of one texture
    norm, map_Bump      normals; bump maps where they hold normals, as Blender and others write them, and no heights
    map_Ke              emission

Maps that aren't there, or can't be decoded, are left out with a warning.
"""

import contextlib
import dataclasses
import posixpath
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import PIL.Image
import pygltflib

from renderer.arrays import UInt8
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.files import ModelFiles
from renderer.load.images import BrokenImage
from renderer.load.limits import Budget
from renderer.load.obj.files import Directory, image_for_gltf, pixels_of, png_of
from renderer.load.obj.mtl import Channel, ObjMaterial, Slot, TextureMap, without_number

_CHANNELS = {"r": 0, "g": 1, "b": 2, "m": 3}
_FLAT = (128.0, 128.0, 255.0)
_LEANING = (30.0, 30.0, 70.0)
"""How far from flat normals the mean of a map of normals may be, of 255 each: they lean to all sides alike, and by 45°
they have 218 in blue. Heights are grey, so that their blue is no greater than their red."""

Key = tuple[str, str, str, bool]
"""The files and channels in a picture, and whether it ends at its edge."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """The maps of a material that are shown, by their paths, and the textures that show them."""

    paths: Mapping[Slot, str]
    color: pygltflib.TextureInfo | None
    metal_and_roughness: pygltflib.TextureInfo | None
    emission: pygltflib.TextureInfo | None
    normals: pygltflib.NormalMaterialTexture | None


class _Broken(Exception):
    """`file` can't be decoded."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(why)
        self.file = file


class Textures:
    """Writes the textures that materials ask for into `gltf`, each once."""

    def __init__(
        self, files: ModelFiles, directory: Directory, gltf: GltfBuilder, budget: Budget, warnings: list[str]
    ) -> None:
        self._files = files
        self._directory = directory
        self._gltf = gltf
        self._budget = budget
        self._warnings = warnings
        self._made: dict[Key, int] = {}

    def shown(self, material: ObjMaterial) -> Shown:
        """Raises ModelTooLarge."""
        paths = self._found(material)
        while True:
            try:
                return Shown(
                    paths, self._color(material.maps, paths), self._metal_and_roughness(material.maps, paths),
                    self._emission(material.maps, paths), self._normals(material, paths),
                )  # fmt: skip
            except _Broken as error:
                for slot in [slot for slot, path in paths.items() if path == error.file]:
                    del paths[slot]
                    self._miss(material, slot, str(error))

    def _found(self, material: ObjMaterial) -> dict[Slot, str]:
        paths: dict[Slot, str] = {}
        for slot, each in material.maps.items():
            folder = posixpath.dirname(material.file)
            path = self._directory.find(each.name, folder) or self._directory.find(without_number(each.name), folder)
            if path is not None:
                paths[slot] = path
            else:
                self._miss(material, slot, f"{printable(each.name)!r} is not in the ZIP")
        return paths

    def _color(self, maps: Mapping[Slot, TextureMap], paths: Mapping[Slot, str]) -> pygltflib.TextureInfo | None:
        """The base colour, whose alpha counts where there is an opacity map."""
        base, mask = paths.get("texture"), paths.get("opacity map")
        if base is None and mask is None:
            return None
        settings = maps["texture" if base is not None else "opacity map"]
        if mask is None or base == mask:
            return self._info(settings, self._as_it_is(base or "", settings.clamped))

        def painted() -> UInt8:
            opacity = self._opacity(mask, maps["opacity map"].channel)
            color = np.full((1, 1, 4), 255, np.uint8) if base is None else self._pixels(base)
            size = max(opacity.shape[1], color.shape[1]), max(opacity.shape[0], color.shape[0])
            return np.dstack((_sized(color, size)[:, :, :3], _sized(opacity, size)))

        key = (base or "", mask, maps["opacity map"].channel, settings.clamped)
        return self._info(settings, self._painted(key, painted))

    def _metal_and_roughness(
        self, maps: Mapping[Slot, TextureMap], paths: Mapping[Slot, str]
    ) -> pygltflib.TextureInfo | None:
        metal, rough = paths.get("metalness map"), paths.get("roughness map")
        if metal is None and rough is None:
            return None
        settings = maps["metalness map" if rough is None else "roughness map"]

        def painted() -> UInt8:
            white = np.full((1, 1), 255, np.uint8)
            green = white if rough is None else self._grey(rough, maps["roughness map"].channel)
            blue = white if metal is None else self._grey(metal, maps["metalness map"].channel)
            size = max(green.shape[1], blue.shape[1]), max(green.shape[0], blue.shape[0])
            green, blue = _sized(green, size), _sized(blue, size)
            full = np.full_like(green, 255)
            return np.dstack((full, green, blue, full))

        channels = "".join(maps[slot].channel or "l" for slot in paths if slot in ("metalness map", "roughness map"))
        return self._info(settings, self._painted((metal or "", rough or "", channels, settings.clamped), painted))

    def _normals(
        self, material: ObjMaterial, paths: Mapping[Slot, str]
    ) -> pygltflib.NormalMaterialTexture | None:
        """Of the normal map, or else of a bump map that holds normals. Heights are left out with a warning."""
        slot: Slot = "normal map" if "normal map" in paths else "bump map"
        path = paths.get(slot)
        if path is None:
            return None
        if slot == "bump map" and not _are_normals(self._pixels(path)):
            self._leave_out(material, slot, "it holds heights")
            return None
        settings = material.maps[slot]
        plain = self._info(settings, self._as_it_is(path, settings.clamped))
        return pygltflib.NormalMaterialTexture(index=plain.index, scale=settings.strength, extensions=plain.extensions)

    def _emission(self, maps: Mapping[Slot, TextureMap], paths: Mapping[Slot, str]) -> pygltflib.TextureInfo | None:
        path = paths.get("emissive map")
        if path is None:
            return None
        settings = maps["emissive map"]
        return self._info(settings, self._as_it_is(path, settings.clamped))

    def _miss(self, material: ObjMaterial, slot: Slot, why: str) -> None:
        self._gltf.missing += 1
        self._leave_out(material, slot, why)

    def _leave_out(self, material: ObjMaterial, slot: Slot, why: str) -> None:
        self._warnings.append(f"the {slot} of material {printable(material.name)!r} is left out: {why}")

    def _info(self, settings: TextureMap, texture: int) -> pygltflib.TextureInfo:
        info = pygltflib.TextureInfo(index=texture)
        if (settings.scale, settings.offset) != ((1.0, 1.0), (0.0, 0.0)):
            # glTF's v points down: 1 - (s (1 - v) + o) = s v + (1 - s - o)
            offset = [settings.offset[0], 1.0 - settings.scale[1] - settings.offset[1]]
            info.extensions = {"KHR_texture_transform": {"offset": offset, "scale": list(settings.scale)}}
        return info

    def _as_it_is(self, file: str, clamped: bool) -> int:
        key = (file, "", "", clamped)
        if key not in self._made:
            name = printable(file)
            with _naming(file):
                image = image_for_gltf(self._read(file), name, self._budget)
            self._made[key] = self._add(image, name, clamped)
        return self._made[key]

    def _painted(self, key: Key, paint: Callable[[], UInt8]) -> int:
        if key not in self._made:
            name = printable(posixpath.basename(key[0] or key[1]))
            self._made[key] = self._add(png_of(paint()), name, key[3])
        return self._made[key]

    def _add(self, image: bytes, name: str, clamped: bool) -> int:
        wrap = pygltflib.CLAMP_TO_EDGE if clamped else pygltflib.REPEAT
        sampler = pygltflib.Sampler(
            magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR, wrapS=wrap, wrapT=wrap
        )
        source = self._gltf.add_image(image, name)
        return self._gltf.add(pygltflib.Texture(sampler=self._gltf.add(sampler), source=source))

    def _read(self, file: str) -> bytes:
        data = self._files.read(file)
        self._budget.take("bytes of textures", len(data), limits.RESOURCE_BYTES, printable(file))
        return data

    def _pixels(self, file: str) -> UInt8:
        with _naming(file):
            return pixels_of(self._read(file), printable(file), self._budget)

    def _grey(self, file: str, channel: Channel) -> UInt8:
        return _channel_of(self._pixels(file), channel or "l")

    def _opacity(self, file: str, channel: Channel) -> UInt8:
        """Of a picture that has alpha, this; else how bright it is."""
        pixels = self._pixels(file)
        return _channel_of(pixels, channel or ("l" if (pixels[:, :, 3] == 255).all() else "m"))


@contextlib.contextmanager
def _naming(file: str) -> Iterator[None]:
    try:
        yield
    except BrokenImage as error:
        raise _Broken(file, str(error)) from error


def _channel_of(pixels: UInt8, channel: str) -> UInt8:
    if channel in _CHANNELS:
        return pixels[:, :, _CHANNELS[channel]]
    return np.asarray(PIL.Image.fromarray(pixels).convert("L"))


def _sized(pixels: UInt8, size: tuple[int, int]) -> UInt8:
    """The pixels, (height, width) or with channels, at `size` (width, height)."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BILINEAR))


def _are_normals(pixels: UInt8) -> bool:
    mean = pixels[:, :, :3].mean(axis=(0, 1))
    return bool((np.abs(mean - _FLAT) <= _LEANING).all())
