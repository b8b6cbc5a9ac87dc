"""Buffers, buffer views and accessors: from byte ranges that a file claims to checked, decoded arrays.

glTF 2.0, section 3.6. Ranges are checked before anything is read or allocated; sparse accessors come out expanded,
normalised integers as floats. Arrays are cached and shared: nobody may write to them.
"""

import dataclasses
from typing import Any

import numpy as np

from renderer.arrays import Array, Float32, UInt8
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel, ResourceMissing
from renderer.load import limits
from renderer.load.container import Document
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.meshopt import compression, decompress

COMPONENT_DTYPES: dict[int, str] = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
UNSIGNED_COMPONENTS = (5121, 5123, 5125)
TYPE_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
LARGEST_STRIDE = 252  # glTF 2.0, section 5.11.4


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A checked slice of a buffer. `stride` is None where elements are tightly packed."""

    index: int
    data: UInt8
    stride: int | None


class Accessors:
    """Reads the accessors and buffer views of one document."""

    def __init__(self, document: Document, budget: Budget) -> None:
        self._document = document
        self._budget = budget
        self._accessors = document.root.children("accessors")
        self._views = document.root.children("bufferViews")
        self._buffers = document.root.children("buffers")
        self._bytes: dict[int, UInt8] = {}
        self._decompressed: dict[int, UInt8] = {}
        self._provided: dict[str, Array] = {}
        self._decoded: dict[tuple[int | str, bool], Array] = {}

    def __len__(self) -> int:
        return len(self._accessors)

    def count(self, index: int, user: str = "") -> int:
        """Elements of what `user` was provided; else those that accessor `index` claims to have, not yet checked
        against its data."""
        provided = self._provided.get(user)
        return self._accessors[index].integer("count", low=1) if provided is None else len(provided)

    def floats(self, index: int, user: str, widths: tuple[int, ...], *, normalized: bool = False) -> Float32:
        """(count, width) float32. `widths` are the allowed ones; `user` is the JSON path of what refers to it.

        Integers are scaled to 0..1 or -1..1 where the accessor says so, or always with `normalized`.
        Raises InvalidModel for NaN and infinities.
        """
        key = (user if user in self._provided else index, normalized)
        if key not in self._decoded:
            fields = self._accessors[index]
            scaled = normalized or fields.boolean("normalized", False)
            self._decoded[key] = _as_float(self._read(index, user), scaled)
            if not np.isfinite(self._decoded[key]).all():
                del self._decoded[key]
                raise InvalidModel(f"accessor {index} ({user}) has NaN or infinite values")
        return self._of_width(index, user, self._decoded[key], widths)

    def integers(
        self, index: int, user: str, widths: tuple[int, ...], components: tuple[int, ...] = UNSIGNED_COMPONENTS
    ) -> Array:
        """(count, width) of the accessor's own type, which must be one of `components`."""
        self._accessors[index].choice("componentType", components)
        return self._of_width(index, user, self._read(index, user), widths)

    def provide(self, index: int, user: str, decoded: Array) -> None:
        """Gives `user` the array `decoded` (n, width) whenever it reads accessor `index`, in place of its own data.

        Raises InvalidModel where `decoded` has more rows than the accessor declares, none, or numbers of another type.
        Whole numbers may come as floats: decoders give out all positions so, those of KHR_mesh_quantization too.
        """
        count, width, dtype = self._declared(index)
        if decoded.ndim != 2 or not 0 < len(decoded) <= count or decoded.shape[1] != width:
            shape = " x ".join(map(str, decoded.shape))
            raise InvalidModel(f"{user} holds {shape} numbers; accessor {index} declares {count} x {width}")
        if not _fits(decoded, dtype):
            raise InvalidModel(f"{user} holds numbers that are not of the component type of accessor {index}")
        self._budget.take_bytes(decoded.size * 4, f"accessor {index}")
        with np.errstate(over="ignore"):  # infinities are refused where they are read
            self._provided[user] = decoded.astype(dtype, copy=False)

    def view(self, index: int) -> View:
        """Bytes of buffer view `index`, decompressed where they are compressed."""
        fields = self._views[index]
        stride = fields.integer("byteStride", low=4, high=LARGEST_STRIDE) if fields.has("byteStride") else None
        packed = compression(fields)
        if packed is None:
            return View(index, self._slice(fields, f"bufferView {index}"), stride)
        if index not in self._decompressed:
            data = self._slice(packed, packed.path)
            self._decompressed[index] = decompress(fields, packed, data, self._budget)
        return View(index, self._decompressed[index], stride)

    def view_count(self) -> int:
        return len(self._views)

    def _slice(self, fields: Fields, who: str) -> UInt8:
        buffer = fields.index("buffer", len(self._buffers))
        offset, length = fields.integer("byteOffset", 0), fields.integer("byteLength", low=1)
        data = self._buffer(buffer)
        if offset + length > len(data):
            raise InvalidModel(
                f"{who} reads bytes {offset}..{offset + length} of buffer {buffer}, which has {len(data)}"
            )
        return data[offset : offset + length]

    def _buffer(self, index: int) -> UInt8:
        if index not in self._bytes:
            fields = self._buffers[index]
            length = fields.integer("byteLength", low=1)
            if fields.has("uri"):
                source: bytes | memoryview = self._document.resolver.read(fields.string("uri"), f"{fields.path}.uri")
            elif index == 0 and self._document.binary is not None:
                source = self._document.binary
            else:
                raise ResourceMissing(f"{fields.path} has neither a uri nor a binary chunk to lie in")
            if length > len(source):
                raise InvalidModel(f"{fields.path} declares {length} bytes, and its data has {len(source)}")
            self._budget.take("bytes of resources", len(source), limits.RESOURCE_BYTES, fields.path)
            self._bytes[index] = np.frombuffer(source, np.uint8, length)
        return self._bytes[index]

    def _declared(self, index: int) -> tuple[int, int, np.dtype[Any]]:
        """Count, width and component type of accessor `index`."""
        fields = self._accessors[index]
        component = fields.choice("componentType", tuple(COMPONENT_DTYPES))
        width = TYPE_WIDTHS.get(fields.string("type"), 0)
        if not width:
            raise fields.wrong("type", "one of " + ", ".join(TYPE_WIDTHS))
        return fields.integer("count", low=1), width, np.dtype(COMPONENT_DTYPES[component])

    def _read(self, index: int, user: str) -> Array:
        """(count, width) in the accessor's component type, sparse values put in place."""
        checkpoint()
        if user in self._provided:
            return self._provided[user]
        fields = self._accessors[index]
        count, width, dtype = self._declared(index)
        view = fields.optional_index("bufferView", len(self._views))
        sparse = fields.child("sparse")
        if view is not None:
            base = self._elements(f"accessor {index}", view, fields.integer("byteOffset", 0), count, width, dtype)
        self._budget.take_bytes(count * width * 4, f"accessor {index}")
        if view is None:
            base = np.zeros((count, width), dtype)
        return base if sparse is None else self._with_sparse(index, sparse, base.copy())

    def _with_sparse(self, index: int, sparse: Fields, base: Array) -> Array:
        count = sparse.integer("count", low=1, high=len(base))
        where, what = sparse.required_child("indices"), sparse.required_child("values")
        dtype = np.dtype(COMPONENT_DTYPES[where.choice("componentType", UNSIGNED_COMPONENTS)])
        rows = self._elements(
            f"the sparse indices of accessor {index}", where.index("bufferView", len(self._views)),
            where.integer("byteOffset", 0), count, 1, dtype,
        )[:, 0]
        if int(rows.max()) >= len(base):
            raise InvalidModel(f"accessor {index} has sparse index {rows.max()}, and {len(base)} elements")
        base[rows] = self._elements(
            f"the sparse values of accessor {index}", what.index("bufferView", len(self._views)),
            what.integer("byteOffset", 0), count, base.shape[1], base.dtype,
        )
        return base

    def _elements(self, who: str, view_index: int, offset: int, count: int, width: int, dtype: np.dtype[Any]) -> Array:
        """A (count, width) array over the view's own bytes."""
        view = self.view(view_index)
        size = width * dtype.itemsize
        stride = view.stride or size
        end = offset + (count - 1) * stride + size
        if end > len(view.data):
            raise InvalidModel(
                f"{who} reads bytes {offset}..{end} of bufferView {view_index}, which has {len(view.data)}"
            )
        return np.ndarray((count, width), dtype, view.data, offset, (stride, dtype.itemsize))

    @staticmethod
    def _of_width(index: int, user: str, array: Array, widths: tuple[int, ...]) -> Array:
        if array.shape[1] not in widths:
            allowed = " or ".join(name for name, width in TYPE_WIDTHS.items() if width in widths and name != "MAT2")
            raise InvalidModel(f"accessor {index} must be of type {allowed} to serve as {user}")
        return array


def _fits(decoded: Array, dtype: np.dtype[Any]) -> bool:
    """Whether accessors of `dtype` can have all of the numbers."""
    if dtype.kind == "f":
        return True
    bounds = np.iinfo(dtype)
    in_range = bounds.min <= decoded.min() and decoded.max() <= bounds.max  # never so for NaN
    return bool(in_range and (decoded.dtype.kind != "f" or (decoded == np.rint(decoded)).all()))


def _as_float(array: Array, normalized: bool) -> Float32:
    """glTF 2.0, section 3.6.2.2: c / max, and max(c / max, -1) for signed types."""
    values = np.ascontiguousarray(array, np.float32)
    if not normalized or array.dtype.kind == "f":
        return values
    values = values / np.float32(np.iinfo(array.dtype).max)
    return np.maximum(values, np.float32(-1.0)) if array.dtype.kind == "i" else values
