"""Any model that the loader opens, written as one GLB that holds all files which came along.

A ZIP with an OBJ, or with a .gltf and its buffers and images, becomes a GLB before it is stored, and so do an STL and
others. The document is checked here only as far as moving its bytes requires: loading checks all of it.
"""

from pathlib import Path

from renderer.errors import InvalidModel, ResourceMissing
from renderer.gltf.glb import Json, write_glb
from renderer.load import limits
from renderer.load.container import Document, open_document
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.resolver import NotPacked
from renderer.media_types import MEDIA_TYPES, picture_suffix

_ALIGNMENT = 8  # what the widest data in a buffer needs, that of compressed views
_IMAGES = (".png", ".jpg", ".webp", ".avif", ".ktx2")


def convert_to_glb(source: Path, target: Path, member: str | None = None) -> tuple[str, ...]:
    """Writes the model at `source`, a file as `load_model` takes it, to `target`; returns warnings. `member` names the
    model in a ZIP of several.

    Equal files give equal bytes. Raises ModelError subclasses, and OSError where a path can't be read or written.
    """
    document = open_document(source, member)
    root, pieces = _Packer(document).pack()
    try:
        write_glb(target, root, pieces)
    except ValueError as error:
        raise InvalidModel(f"the model's JSON holds a number that no reader takes: {error}") from error
    return document.warnings


class _Packer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._budget = Budget()
        self._pieces: list[bytes | memoryview] = []
        self._size = 0

    def pack(self) -> tuple[Json, list[bytes | memoryview]]:
        """The JSON with all data in buffer 0, and that buffer's bytes in pieces."""
        root = self._document.root
        buffers = root.children("buffers")
        offsets = [self._add_buffer(index, fields) for index, fields in enumerate(buffers)]
        views = [_moved(fields, offsets) for fields in root.children("bufferViews")]
        images = [self._packed_image(fields, views) for fields in root.children("images")]
        placeholders = [fields.values for fields, offset in zip(buffers, offsets, strict=True) if offset is None]
        packed = [{"byteLength": self._size}] if self._size else []
        lists = {"buffers": packed + placeholders, "bufferViews": views, "images": images}
        return root.values | {key: entries for key, entries in lists.items() if entries}, self._pieces

    def _add_buffer(self, index: int, fields: Fields) -> int | None:
        """The offset of the buffer's bytes in the new buffer; None for a buffer without bytes, which stands for
        decompressed data."""
        length = fields.integer("byteLength", low=1)
        if fields.has("uri"):
            data: bytes | memoryview = self._document.resolver.read(fields.string("uri"), f"{fields.path}.uri")
        elif index == 0 and self._document.binary is not None:
            data = self._document.binary
        elif fields.has("extensions"):
            return None
        else:
            raise ResourceMissing(f"{fields.path} has no uri, and the file no binary chunk for it")
        if length > len(data):
            raise InvalidModel(f"{fields.path} declares {length} bytes, and its data has {len(data)}")
        return self._add(data[:length], fields.path)

    def _packed_image(self, fields: Fields, views: list[Json]) -> Json:
        """The image with its file in a buffer view, which is added to `views`. One whose file is empty or didn't come
        along stays as it is, and one of a kind that glTF doesn't know is packed all the same: loading warns of both."""
        if not fields.has("uri"):
            return fields.values
        try:
            data = self._document.resolver.read(fields.string("uri"), f"{fields.path}.uri")
        except NotPacked:
            data = b""
        if not data:
            return fields.values
        suffix = picture_suffix(data)
        kind = MEDIA_TYPES[suffix] if suffix in _IMAGES else fields.string("mimeType", "application/octet-stream")
        views.append({"buffer": 0, "byteOffset": self._add(data, fields.path), "byteLength": len(data)})
        kept = {key: value for key, value in fields.values.items() if key != "uri"}
        return kept | {"mimeType": kind, "bufferView": len(views) - 1}

    def _add(self, data: bytes | memoryview, path: str) -> int:
        """The offset of `data` in the new buffer."""
        self._budget.take("bytes of resources", len(data), limits.RESOURCE_BYTES, path)
        offset = self._size
        padding = b"\0" * (-len(data) % _ALIGNMENT)
        self._pieces += [data, padding]
        self._size += len(data) + len(padding)
        return offset


def _moved(fields: Fields, offsets: list[int | None]) -> Json:
    """A buffer view as it is after packing; or the object of an extension that refers to a buffer in the same way."""
    moved = fields.values.copy()
    if fields.has("buffer"):
        buffer = fields.index("buffer", len(offsets))
        offset = offsets[buffer]
        if offset is None:
            before = offsets[:buffer].count(None)
            moved["buffer"] = before + (1 if any(o is not None for o in offsets) else 0)
        else:
            moved |= {"buffer": 0, "byteOffset": offset + fields.integer("byteOffset", 0)}
    extensions = fields.child("extensions")
    if extensions is not None:
        moved["extensions"] = {
            name: _moved(extensions.required_child(name), offsets) for name in extensions.values
        }
    return moved
