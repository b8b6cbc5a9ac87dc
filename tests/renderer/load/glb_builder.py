"""Small GLBs for tests, made in memory: a container writer, a buffer that grows, and a model that is one triangle."""

import base64
import dataclasses
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from renderer.arrays import Float32, UInt32

Json = dict[str, Any]

COMPONENTS = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125, "float32": 5126}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}

TRIANGLE = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def float32(values: npt.ArrayLike) -> Float32:
    return np.asarray(values, np.float32)


def uint32(values: npt.ArrayLike) -> UInt32:
    return np.asarray(values, np.uint32)


def make_glb(document: Mapping[str, Any] | bytes, binary: bytes = b"") -> bytes:
    """A GLB of version 2 around a JSON document (or its raw bytes) and a binary chunk."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    chunks = _chunk(b"JSON", text, b" ") + (_chunk(b"BIN\0", binary, b"\0") if binary else b"")
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _chunk(kind: bytes, data: bytes, padding: bytes) -> bytes:
    data += padding * (-len(data) % 4)
    return struct.pack("<I4s", len(data), kind) + data


@dataclasses.dataclass
class GlbBuilder:
    """A document under construction: `document` may be changed at will, `add_*` append to its buffer 0."""

    document: Json = dataclasses.field(default_factory=lambda: {"asset": {"version": "2.0"}})
    binary: bytearray = dataclasses.field(default_factory=bytearray)

    def add(self, key: str, item: Json) -> int:
        """Appends to a top-level list and returns the index."""
        items = self.document.setdefault(key, [])
        items.append(item)
        return len(items) - 1

    def add_view(self, data: bytes, **fields: Any) -> int:
        self.binary += b"\0" * (-len(self.binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)} | fields
        self.binary += data
        return self.add("bufferViews", view)

    def add_accessor(self, values: npt.ArrayLike, dtype: str = "float32", **fields: Any) -> int:
        """An accessor over its own tightly packed view; (n,) becomes SCALAR, (n, width) a vector or matrix."""
        array = np.asarray(values, dtype)
        width = 1 if array.ndim == 1 else array.shape[1]
        view = self.add_view(array.tobytes())
        accessor = {"bufferView": view, "componentType": COMPONENTS[dtype], "count": len(array), "type": TYPES[width]}
        return self.add("accessors", accessor | fields)

    def add_image(self, data: bytes, mime_type: str = "image/png") -> int:
        """An embedded image."""
        return self.add("images", {"bufferView": self.add_view(data), "mimeType": mime_type})

    def add_texture(self, data: bytes, mime_type: str = "image/png") -> int:
        """A texture with an embedded image and no sampler."""
        return self.add("textures", {"source": self.add_image(data, mime_type)})

    def add_mesh(self, primitive: Json, **fields: Any) -> int:
        return self.add("meshes", {"primitives": [primitive]} | fields)

    def show(self, mesh: int, **fields: Any) -> int:
        """A node with the mesh, in the default scene."""
        node = self.add("nodes", {"mesh": mesh} | fields)
        self.document.setdefault("scene", 0)
        self.document.setdefault("scenes", [{"nodes": []}])[0]["nodes"].append(node)
        return node

    def glb(self) -> bytes:
        """The finished file; a `buffers` list in `document` replaces the one that fits."""
        return make_glb({"buffers": self.buffers()} | self.document, bytes(self.binary))

    def buffers(self) -> list[Json]:
        return [{"byteLength": len(self.binary)}] if self.binary else []

    def gltf(self) -> bytes:
        """The same as a .gltf with its buffer in a data URI."""
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.binary).decode()
        return json.dumps(self.document | {"buffers": [{"byteLength": len(self.binary), "uri": uri}]}).encode()

    def save(self, folder: Path, name: str = "model.glb") -> Path:
        path = folder / name
        path.write_bytes(self.glb())
        return path


def triangle_builder(**primitive: Any) -> GlbBuilder:
    """One triangle in the xy plane, indexed, with nothing but positions; `primitive` adds to its primitive object.

    Accessor 0 holds the positions, accessor 1 the indices; node 0 shows mesh 0 in scene 0.
    """
    builder = GlbBuilder()
    positions, indices = builder.add_accessor(TRIANGLE), builder.add_accessor((0, 1, 2), "uint16")
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": indices} | primitive))
    return builder


def triangle_glb(**overrides: Any) -> bytes:
    """The triangle's GLB with top-level keys of its JSON replaced, as in ``triangle_glb(asset={"version": "1.0"})``."""
    builder = triangle_builder()
    builder.document |= overrides
    return builder.glb()


def edited_triangle(path: str, value: Any) -> bytes:
    """The triangle's GLB with one value deep in its JSON replaced: ``edited_triangle("accessors.0.count", -1)``."""
    builder = triangle_builder()
    builder.document["buffers"] = builder.buffers()
    *parents, last = path.split(".")
    place: Any = builder.document
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return builder.glb()


def png(width: int = 2, height: int = 2, color: tuple[int, ...] = (255, 128, 0, 255), mode: str = "RGBA") -> bytes:
    """A PNG of one colour."""
    return encoded(PIL.Image.new(mode, (width, height), color))


def encoded(image: PIL.Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def make_zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():  # a fixed date: the bytes name tests, which all processes must agree on
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
