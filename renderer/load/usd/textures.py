"""The images that UsdUVTextures show, as glTF's textures: as they are, or with their channels where glTF has them."""

import dataclasses
import io
from collections.abc import Sequence

import numpy as np
import PIL.Image
import pygltflib

from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.images import open_header, rgba
from renderer.load.limits import Budget
from renderer.load.obj.files import image_for_gltf
from renderer.load.usd.networks import Map, Source
from renderer.load.usd.opening import Notes, Package
from renderer.pictures import BROKEN

_PNG_LEVEL = 3  # as for OBJ
_CONVERTED = "pixels of images to convert"


@dataclasses.dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a picture to be made: the `name` of one of the source's, times `scale` and plus `bias`; or white
    where that is no texture."""

    source: Source
    name: str = ""
    scale: float = 1.0
    bias: float = 0.0

    @property
    def key(self) -> tuple[object, ...]:
        return (self.source.file, self.name, self.scale, self.bias) if isinstance(self.source, Map) else ()


class Textures:
    """Writes each picture once. Those that aren't in the package, or can't be decoded, are noted and left out."""

    def __init__(self, package: Package, gltf: GltfBuilder, notes: Notes) -> None:
        self._package = package
        self._gltf = gltf
        self._notes = notes
        self._budget = Budget()
        self._images: dict[str, int | None] = {}
        self._packed: dict[tuple[object, ...], int | None] = {}

    def plain(self, source: Map) -> int | None:
        """The index of the texture that shows the file as it is."""
        image = self._image(source)
        return None if image is None else self._texture(image, source.wrap)

    def packed(self, channels: Sequence[Channel], mode: str) -> int | None:
        """The index of a texture of the `channels`, as many as Pillow's `mode` has; the largest file says its size."""
        maps = [channel.source for channel in channels if isinstance(channel.source, Map)]
        if not maps:
            return None
        key = tuple(channel.key for channel in channels)
        if key not in self._packed:
            try:
                self._packed[key] = self._pack(channels, mode)
            except InvalidModel as error:
                self._left_out(maps[0], str(error))
                self._packed[key] = None
        image = self._packed[key]
        return None if image is None else self._texture(image, maps[0].wrap)

    def _image(self, source: Map) -> int | None:
        if source.file not in self._images:
            self._images[source.file] = None
            member = self._package.member(source.file)
            if member is None:
                self._left_out(source, "it is not in the file")
                return None
            data = self._package.read(member)
            self._budget.take("bytes of textures", len(data), limits.RESOURCE_BYTES, printable(source.name))
            try:
                data = image_for_gltf(data, member, self._budget)
            except InvalidModel as error:
                self._left_out(source, str(error))
                return None
            self._images[source.file] = self._gltf.add_image(data, printable(member))
        return self._images[source.file]

    def _pack(self, channels: Sequence[Channel], mode: str) -> int | None:
        pictures = {c.source.file: self._decoded(c.source) for c in channels if isinstance(c.source, Map)}
        width, height = max(each.size for each in pictures.values())
        self._budget.take(_CONVERTED, width * height, limits.CONVERTED_PIXELS, "the USD")
        bands = []
        for channel in channels:
            checkpoint()
            if not isinstance(channel.source, Map):
                bands.append(PIL.Image.new("L", (width, height), 255))
                continue
            picture = pictures[channel.source.file]
            band = picture.getchannel("rgba".index(channel.name[:1]))
            if (channel.scale, channel.bias) != (1.0, 0.0):
                shares = np.clip(np.arange(256) / 255 * channel.scale + channel.bias, 0.0, 1.0)
                band = band.point(np.round(shares * 255).astype(np.uint8).tolist())
            bands.append(band if band.size == (width, height) else band.resize((width, height)))
        stream = io.BytesIO()
        PIL.Image.merge(mode, bands).save(stream, "PNG", compress_level=_PNG_LEVEL)
        self._budget.take("bytes of textures", stream.tell(), limits.RESOURCE_BYTES, "the USD")
        return self._gltf.add_image(stream.getvalue(), "channels")

    def _decoded(self, source: Map) -> PIL.Image.Image:
        """RGBA. Raises ModelError subclasses."""
        member = self._package.member(source.file)
        if member is None:
            raise InvalidModel("it is not in the file")
        image = open_header(self._package.read(member), printable(member))
        self._budget.take(_CONVERTED, image.width * image.height, limits.CONVERTED_PIXELS, printable(member))
        try:
            image.load()
            return PIL.Image.fromarray(np.asarray(rgba(image)))
        except BROKEN as error:
            raise InvalidModel("it can't be decoded") from error

    def _texture(self, image: int, wrap: tuple[int, int]) -> int:
        sampler = pygltflib.Sampler(
            magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR, wrapS=wrap[0], wrapT=wrap[1]
        )
        return self._gltf.add(pygltflib.Texture(sampler=self._gltf.add(sampler), source=image))

    def _left_out(self, source: Map, why: str) -> None:
        self._gltf.missing += 1
        self._notes[f"the texture {printable(source.name)!r} is left out: {why}"] = None
