"""A glTF document under construction: its lists, and the buffer that its accessors and images lie in."""

from typing import Any

import numpy as np

from renderer.arrays import Array, Int64

Json = dict[str, Any]

_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_COMPONENTS = {"f4": 5126, "u2": 5123, "u4": 5125}
_KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class GltfLists:
    """`lists` are the top-level lists of the JSON by their names, `binary` is buffer 0."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Json]] = {}
        self.binary = bytearray()

    def add(self, kind: str, entry: Json) -> int:
        """Appends to a list and returns the index."""
        entries = self.lists.setdefault(kind, [])
        entries.append(entry)
        return len(entries) - 1

    def add_view(self, data: bytes, **fields: int) -> int:
        self.binary += b"\0" * (-len(self.binary) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)} | fields
        self.binary += data
        return self.add("bufferViews", entry)

    def add_indices(self, indices: Int64) -> int:
        rows = indices.reshape(-1, 1).astype("<u2" if indices.max() < 65535 else "<u4")
        return self.add("accessors", self._accessor(rows, _ELEMENT_ARRAY_BUFFER))

    def add_attribute(self, rows: Array, *, bounded: bool = False) -> int:
        """Vertex attributes (n, width), float32 or normalised uint16; `bounded` where glTF wants the range."""
        entry = self._accessor(rows, _ARRAY_BUFFER)
        if bounded:
            entry |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        if rows.dtype == np.uint16:
            entry["normalized"] = True
        return self.add("accessors", entry)

    def _accessor(self, rows: Array, target: int) -> Json:
        return {
            "bufferView": self.add_view(rows.tobytes(), target=target),
            "componentType": _COMPONENTS[rows.dtype.str[1:]],
            "count": len(rows),
            "type": _KINDS[rows.shape[1]],
        }
