"""A glTF document under construction, out of pygltflib's objects, and the buffer that its data lie in."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pygltflib
from pygltflib import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, FLOAT, GLTF2, UNSIGNED_INT, UNSIGNED_SHORT

from renderer.arrays import Array, Float32, UInt16
from renderer.gltf.glb import MISSING, Json
from renderer.media_types import MEDIA_TYPES, picture_suffix

_LISTS = {
    pygltflib.Accessor: "accessors",
    pygltflib.Animation: "animations",
    pygltflib.BufferView: "bufferViews",
    pygltflib.Image: "images",
    pygltflib.Material: "materials",
    pygltflib.Mesh: "meshes",
    pygltflib.Node: "nodes",
    pygltflib.Sampler: "samplers",
    pygltflib.Texture: "textures",
}
_COMPONENTS = {"f4": FLOAT, "u2": UNSIGNED_SHORT, "u4": UNSIGNED_INT}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_ALIGNMENT = 4  # of the widest component
_SCALARS = frozenset({bool, int, float, str})


class GltfBuilder:
    """`gltf` holds the lists, whose entries may still be changed; `binary` is buffer 0. `missing` counts the textures
    and materials that the model's source names and that didn't come along or can't be read: whoever draws the model can
    still tell."""

    def __init__(self, generator: str) -> None:
        self.gltf = GLTF2(asset=pygltflib.Asset(generator=generator))
        self.binary = bytearray()
        self.missing = 0

    def add(self, entry: Any) -> int:
        """Appends a node, mesh, material, ... to the list of its kind and returns its index there."""
        entries = getattr(self.gltf, _LISTS[type(entry)])
        entries.append(entry)
        return len(entries) - 1

    def add_vertices(self, rows: Float32 | UInt16, *, bounded: bool = False) -> int:
        """The accessor of a vertex attribute (n, width): float32, or uint16 where 65535 stands for 1.

        `bounded` adds the range of values, which glTF wants of positions.
        """
        return self._add_accessor(rows, ARRAY_BUFFER, bounded=bounded, normalized=rows.dtype == np.uint16)

    def add_indices(self, indices: Array) -> int:
        """The accessor of a primitive's vertex indices, of any shape and integer type, in as few bytes as they need."""
        narrow = indices.max() < 65535  # the greatest number of a type would restart a primitive
        return self._add_accessor(indices.reshape(-1, 1).astype("<u2" if narrow else "<u4"), ELEMENT_ARRAY_BUFFER)

    def add_keyframes(self, rows: Float32, *, bounded: bool = False) -> int:
        """The accessor of an animation's times (k, 1), which must be `bounded`, or values (k, width)."""
        return self._add_accessor(rows, bounded=bounded)

    def add_image(self, data: bytes, name: str) -> int:
        """An image file of a format that `picture_suffix` knows."""
        mime_type = MEDIA_TYPES[picture_suffix(data) or ""]
        return self.add(pygltflib.Image(name=name, mimeType=mime_type, bufferView=self._add_view(data)))

    def document(self, roots: Sequence[int], scene_name: str | None = None) -> Json:
        """The JSON of a document that shows the nodes `roots`; it names the extensions that its entries use."""
        extensions: set[str] = set()
        gltf = dataclasses.replace(
            self.gltf, scene=0, scenes=[pygltflib.Scene(name=scene_name, nodes=list(roots))],
            buffers=[pygltflib.Buffer(byteLength=len(self.binary))],
        )
        root: Json = _plain(gltf, extensions)
        if self.missing:
            root["asset"]["extras"] = {MISSING: self.missing}
        return root | ({"extensionsUsed": sorted(extensions)} if extensions else {})

    def _add_accessor(
        self, rows: Array, target: int | None = None, *, bounded: bool = False, normalized: bool = False
    ) -> int:
        little = np.ascontiguousarray(rows, rows.dtype.newbyteorder("<"))
        return self.add(pygltflib.Accessor(
            bufferView=self._add_view(little.tobytes(), target),
            componentType=_COMPONENTS[rows.dtype.str[1:]],
            normalized=normalized or None,
            count=len(rows),
            type=_TYPES[rows.shape[1]],
            min=rows.min(axis=0).tolist() if bounded else None,
            max=rows.max(axis=0).tolist() if bounded else None,
        ))  # fmt: skip

    def _add_view(self, data: bytes, target: int | None = None) -> int:
        self.binary += bytes(-len(self.binary) % _ALIGNMENT)
        view = pygltflib.BufferView(buffer=0, byteOffset=len(self.binary), byteLength=len(data), target=target)
        self.binary += data
        return self.add(view)


def _plain(value: Any, extensions: set[str]) -> Any:
    """pygltflib's objects as JSON's, without what is empty; puts the names of the extensions into `extensions`.

    Five times as quick as pygltflib's own way, which copies every number: a scan may have 40,000 objects.
    """
    if isinstance(value, (list, tuple)):
        return [each if type(each) in _SCALARS else _plain(each, extensions) for each in value]
    if not isinstance(value, (pygltflib.Property, pygltflib.Attributes)):
        return value
    entry = {}
    for key, each in vars(value).items():
        if type(each) in _SCALARS:
            entry[key] = each
        elif each:
            entry[key] = _plain(each, extensions)
    extensions.update(entry.get("extensions", ()))
    return entry
