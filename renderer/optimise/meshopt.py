"""A draft written with its vertices and indices compressed (EXT_meshopt_compression)."""

from pathlib import Path

import meshopt
import numpy as np

from renderer.checkpoints import checkpoint
from renderer.gltf.glb import Json
from renderer.load.accessors import COMPONENT_DTYPES, TYPE_WIDTHS
from renderer.optimise.draft import ALIGNMENT, ELEMENT_ARRAY_BUFFER, Draft
from renderer.optimise.rewrite import of_primitive

NAME = "EXT_meshopt_compression"


def write_compressed(draft: Draft, primitives: list[Json], path: Path) -> None:
    """Writes the draft as a GLB where the views of `primitives`, which `rewrite` has made, are compressed if that makes
    them smaller.

    The second buffer has no bytes: the views lie there for readers that know the extension, and which must.
    """
    entries: list[Json] = []
    pieces: list[bytes] = []
    size = decoded = 0
    accessors = [draft.document["accessors"][index] for primitive in primitives for index in of_primitive(primitive)]
    sizes = {accessor["bufferView"]: _row_size(accessor) for accessor in accessors}
    for number, data in enumerate(draft.views):
        checkpoint()
        entry = draft.entry_of(number, size)
        stored, packed = data, None
        if number in sizes:
            stride, indices = entry.get("byteStride", sizes[number]), entry["target"] == ELEMENT_ARRAY_BUFFER
            packed = _packed(data, stride, indices=indices)
        if packed is not None and len(packed) < len(data):
            extension = {"buffer": 0, "byteOffset": size, "byteLength": len(packed), "byteStride": stride,
                         "count": len(data) // stride, "mode": "TRIANGLES" if indices else "ATTRIBUTES"}
            entry |= {"buffer": 1, "byteOffset": decoded, "extensions": {NAME: extension}}
            decoded += len(data) + -len(data) % ALIGNMENT
            stored = packed
        entries.append(entry)
        pieces += [stored, bytes(-len(stored) % ALIGNMENT)]
        size += len(stored) + len(pieces[-1])
    if not decoded:
        draft.write(path)
        return
    draft.require(NAME)
    fallback = {"byteLength": decoded, "extensions": {NAME: {"fallback": True}}}
    draft.save(path, entries, [{"byteLength": size}, fallback], pieces)


def _row_size(accessor: Json) -> int:
    return TYPE_WIDTHS[accessor["type"]] * np.dtype(COMPONENT_DTYPES[accessor["componentType"]]).itemsize


def _packed(data: bytes, stride: int, *, indices: bool) -> bytes:
    rows = np.frombuffer(data, f"<u{stride}") if indices else np.frombuffer(data, np.uint8).reshape(-1, stride)
    packed: bytes = meshopt.encode_gltf_buffer(rows, "TRIANGLES" if indices else "ATTRIBUTES")
    return packed
