"""A glTF document under change: its JSON, and the bytes of each of its buffer views beside it, decoded."""

import copy
import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from renderer.arrays import Array
from renderer.errors import InvalidModel
from renderer.gltf.glb import Json, write_glb
from renderer.load.accessors import COMPONENT_DTYPES, TYPE_WIDTHS, Accessors
from renderer.load.draco import NAME as DRACO
from renderer.load.fields import Fields
from renderer.load.meshopt import EXTENSIONS as MESHOPT

ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963  # GL's names for vertices and indices
ALIGNMENT = 8  # what the widest data in a buffer needs, that of compressed views


@dataclasses.dataclass(slots=True)
class Draft:
    """`views[i]` are the bytes of `document["bufferViews"][i]`. All lists that glTF has are there, some empty."""

    document: Json
    views: list[bytes]

    @classmethod
    def of(cls, root: Fields, accessors: Accessors) -> Self:
        """A copy of the document `root`, whose views `accessors` reads. Raises InvalidModel for broken ones."""
        document = copy.deepcopy(root.values)
        for key in ("accessors", "bufferViews", "meshes", "nodes", "animations", "images", "materials", "skins"):
            document.setdefault(key, [])
        for view in document["bufferViews"]:
            remove_extensions(view, MESHOPT)
        return cls(document, [accessors.view(i).data.tobytes() for i in range(accessors.view_count())])

    def require(self, extension: str) -> None:
        """Says that whoever reads the document must know this extension."""
        for key in ("extensionsUsed", "extensionsRequired"):
            if extension not in (names := self.document.setdefault(key, [])):
                names.append(extension)

    def rows(self, accessor: int) -> Array:
        """(count, width), of an accessor that `put` has made."""
        fields = self.document["accessors"][accessor]
        view = fields["bufferView"]
        dtype, width = np.dtype(COMPONENT_DTYPES[fields["componentType"]]), TYPE_WIDTHS[fields["type"]]
        stride = self.document["bufferViews"][view].get("byteStride", width * dtype.itemsize)
        return np.ndarray((fields["count"], width), dtype, self.views[view], 0, (stride, dtype.itemsize))

    def put_bytes(self, data: bytes, view: int, **fields: int) -> int:
        """Makes `data` the bytes of a view, which may be one behind the last, and returns its number."""
        if view == len(self.views):
            self.views.append(b"")
            self.document["bufferViews"].append({})
        self.views[view], self.document["bufferViews"][view] = data, fields
        return view

    def put(self, accessor: int, rows: Array, target: int, view: int | None) -> None:
        """Makes `rows` (n, width) the data of an accessor whose component type and width they have; they fill a view,
        which may be one behind the last, or are in a compressed stream. Its bounds are told anew where it had some."""
        fields = self.document["accessors"][accessor]
        for key in ("bufferView", "byteOffset", "sparse"):
            fields.pop(key, None)
        little = rows.astype(COMPONENT_DTYPES[fields["componentType"]], copy=False)
        fields["count"] = len(rows)
        if "min" in fields or "max" in fields:
            fields |= {"min": little.min(axis=0).tolist(), "max": little.max(axis=0).tolist()}
        if view is None:
            return
        stride, size = {}, little.shape[1] * little.itemsize
        if target == ARRAY_BUFFER and size % 4:  # glTF 2.0, section 3.6.2.4: vertices begin at multiples of 4
            little = np.pad(little.view(np.uint8).reshape(len(little), -1), ((0, 0), (0, -size % 4)))
            stride = {"byteStride": little.shape[1]}
        fields["bufferView"] = self.put_bytes(np.ascontiguousarray(little).tobytes(), view, target=target, **stride)

    def entry_of(self, view: int, offset: int) -> Json:
        """The buffer view's JSON where its bytes lie at `offset` of buffer 0."""
        entry: Json = self.document["bufferViews"][view]
        return entry | {"buffer": 0, "byteOffset": offset, "byteLength": len(self.views[view])}

    def write(self, path: Path) -> None:
        """Writes it as a GLB of one buffer. Raises InvalidModel for a number that JSON doesn't have."""
        pieces: list[bytes] = []
        entries: list[Json] = []
        size = 0
        for number, data in enumerate(self.views):
            entries.append(self.entry_of(number, size))
            pieces += [data, bytes(-len(data) % ALIGNMENT)]
            size += len(data) + len(pieces[-1])
        self.save(path, entries, [{"byteLength": size}] if size else [], pieces)

    def save(self, path: Path, views: list[Json], buffers: list[Json], pieces: list[bytes]) -> None:
        """Writes it as a GLB with these buffer views and buffers, of which the first is made of `pieces`."""
        document = self.document | {"bufferViews": views, "buffers": buffers}
        named = set(_extensions({key: value for key, value in document.items() if not key.startswith("extensions")}))
        for key in ("extensionsUsed", "extensionsRequired"):
            gone = {*MESHOPT, DRACO} - named
            document[key] = [name for name in document.get(key, []) if name not in gone]
        try:
            write_glb(path, {key: value for key, value in document.items() if value != []}, pieces)
        except ValueError as error:
            raise InvalidModel(f"the model's JSON holds a number that no reader takes: {error}") from error


def remove_extensions(fields: Json, names: Iterable[str]) -> None:
    """Takes the extensions `names` from an object of the document."""
    kept = {name: value for name, value in fields.pop("extensions", {}).items() if name not in names}
    if kept:
        fields["extensions"] = kept


def _extensions(value: object) -> Iterator[str]:
    """The names of all extensions in a JSON value."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "extensions" and isinstance(each, dict):
                yield from each
            yield from _extensions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _extensions(each)
