"""Images, samplers and textures: from an image's bytes to RGBA8 pixels, in parallel and each image once.

The size is read from the image's header and checked before any pixel is decoded. An image that didn't come along or
can't be decoded is left out with a warning, as viewers do; one that is too large is refused.
"""

import concurrent.futures
import contextlib
import math
import warnings
from collections.abc import Iterator
from typing import Any

import PIL.Image

from renderer.checkpoints import checkpoint, with_checkpoints
from renderer.cores import usable_cores
from renderer.errors import InvalidModel, ModelError, ModelTooLarge, UnsupportedModel
from renderer.load import limits
from renderer.load.accessors import Accessors
from renderer.load.container import Document
from renderer.load.fields import Fields
from renderer.load.images import BrokenImage, broken, open_header, rgba
from renderer.load.ktx2 import MAGIC, Ktx2Image
from renderer.load.limits import Budget
from renderer.load.resolver import NotPacked
from renderer.pictures import BROKEN
from renderer.scene.nodes import Image, Sampler, TextureRef

MAG_FILTERS = (9728, 9729)  # NEAREST, LINEAR
MIN_FILTERS = (9728, 9729, 9984, 9985, 9986, 9987)  # the same, and with mipmaps
WRAPS = (33071, 33648, 10497)  # CLAMP_TO_EDGE, MIRRORED_REPEAT, REPEAT

SOURCE_EXTENSIONS = ("KHR_texture_basisu", "EXT_texture_avif", "EXT_texture_webp")


class Textures:
    """Reads texture references and collects the images that they need; `decode` decodes each of those once."""

    def __init__(self, document: Document, accessors: Accessors, budget: Budget, notes: list[str]) -> None:
        self._document = document
        self._accessors = accessors
        self._budget = budget
        self._notes = notes
        self._textures = document.root.children("textures")
        self._images = document.root.children("images")
        self._samplers = [_read_sampler(fields) for fields in document.root.children("samplers")]
        self._used: dict[int, int] = {}
        self.missing = 0  # textures that are left out
        self._uses: dict[int, str] = {}  # the JSON path that refers to an image first

    def reference(self, material: Fields, key: str) -> TextureRef | None:
        """The texture that object `material` uses as `key`; None where it has none, or one without an image."""
        info = material.child(key)
        if info is None:
            return None
        texture = self._textures[info.index("index", len(self._textures))]
        source = self._source(texture)
        if source is None:
            self.missing += 1
            self._notes.append(f"{texture.path} has no image that this renderer reads, and is left out")
            return None
        self._uses.setdefault(source, material.name_of(key))
        sampler = texture.optional_index("sampler", len(self._samplers))
        transform = info.extension("KHR_texture_transform")
        owner = transform if transform is not None and transform.has("texCoord") else info
        return TextureRef(
            image=self._used.setdefault(source, len(self._used)),
            sampler=Sampler() if sampler is None else self._samplers[sampler],
            texcoord=owner.integer("texCoord", 0, high=limits.TEXCOORD_SETS - 1),
            **({} if transform is None else _texture_transform(transform)),
        )

    def decode(self) -> list[Image | None]:
        """The images in use, in the order of `TextureRef.image`; None for those that are left out.

        Raises ModelError subclasses naming the image and a material that shows it.
        """
        with warnings.catch_warnings():  # Pillow warns of oddities in files that it reads all the same
            warnings.simplefilter("ignore")
            opened = {}
            for index in self._used:
                with self._blaming(index):
                    opened[index] = self._open(self._images[index])
            largest = max((math.prod(image.size) for _, _, image in opened.values()), default=1)
            threads = min(usable_cores(), max(limits.DECODING_PIXELS // largest, 1))
            images: dict[int, Image | None] = dict.fromkeys(self._used)
            with concurrent.futures.ThreadPoolExecutor(threads) as pool:
                decoding = {index: pool.submit(with_checkpoints(_decode), each) for index, each in opened.items()}
                for index, each in decoding.items():
                    with self._blaming(index):
                        images[index] = each.result()
        return list(images.values())

    @contextlib.contextmanager
    def _blaming(self, index: int) -> Iterator[None]:
        """Adds to a ModelError the names of the image and of the material that shows it, which its author knows. Of an
        image that can be left out, it becomes a warning."""
        try:
            yield
        except ModelError as error:
            use = self._uses[index]
            number = int(use.removeprefix("materials[").partition("]")[0])
            image = _called("image", self._images[index])
            material = _called("material", self._document.root.children("materials")[number])
            message = f"{error} ({image}, {use.rpartition('.')[2]} of {material})"
            if not isinstance(error, (NotPacked, BrokenImage, UnsupportedModel)):
                raise type(error)(message) from error
            self.missing += 1
            self._notes.append(f"a texture is left out: {message}")

    def _source(self, texture: Fields) -> int | None:
        """The index of the image of the first known extension or, without one, of the texture itself."""
        found = (texture.extension(name) for name in SOURCE_EXTENSIONS)
        owner = next((extension for extension in found if extension is not None), texture)
        return owner.optional_index("source", len(self._images))

    def _open(self, image: Fields) -> tuple[str, str, PIL.Image.Image | Ktx2Image]:
        """Name, JSON path and the opened but undecoded image."""
        if image.has("uri"):
            data = self._document.resolver.read(image.string("uri"), f"{image.path}.uri")
        elif image.has("bufferView"):
            data = self._accessors.view(image.index("bufferView", self._accessors.view_count())).data.tobytes()
        else:
            raise InvalidModel(f"{image.path} has neither a uri nor a bufferView")
        self._budget.take("bytes of resources", len(data), limits.RESOURCE_BYTES, image.path)
        opened = Ktx2Image(data, image.path) if data.startswith(MAGIC) else open_header(data, image.path)
        width, height = opened.size
        if max(width, height) > limits.TEXTURE_SIDE:
            raise ModelTooLarge(
                f"{image.path} is {width}x{height} pixels, and {limits.TEXTURE_SIDE} are allowed per side"
            )
        self._budget.take(
            "bytes of textures", width * height * 16 // 3, limits.TEXTURE_BYTES, image.path, "make its images smaller"
        )
        return image.name(), image.path, opened


def _decode(opened: tuple[str, str, PIL.Image.Image | Ktx2Image]) -> Image:
    checkpoint()
    name, path, image = opened
    if isinstance(image, Ktx2Image):
        return Image(name, image.pixels())
    try:
        image.load()
        return Image(name, rgba(image))
    except BROKEN as error:
        raise broken(path, error) from error
    finally:
        image.close()  # frees Pillow's copy of the pixels before the next image is decoded


def _called(kind: str, fields: Fields) -> str:
    name = fields.name()
    return f'the {kind} "{name}"' if name else f"{kind} {fields.path.rpartition('[')[2].rstrip(']')}"


def _read_sampler(fields: Fields) -> Sampler:
    default = Sampler()
    return Sampler(
        mag_filter=fields.choice("magFilter", MAG_FILTERS, default.mag_filter),
        min_filter=fields.choice("minFilter", MIN_FILTERS, default.min_filter),
        wrap_s=fields.choice("wrapS", WRAPS, default.wrap_s),
        wrap_t=fields.choice("wrapT", WRAPS, default.wrap_t),
    )


def _texture_transform(fields: Fields) -> dict[str, Any]:
    """KHR_texture_transform, as `TextureRef` has it."""
    return {
        "offset": fields.numbers("offset", 2, (0.0, 0.0)), "rotation": fields.number("rotation", 0.0),
        "scale": fields.numbers("scale", 2, (1.0, 1.0)),
    }  # fmt: skip
