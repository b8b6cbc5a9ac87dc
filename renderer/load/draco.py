"""KHR_draco_mesh_compression: a primitive's indices and attributes out of one compressed buffer view.

Decoding runs in a child of the sandbox (`draco_child.py`): 80,000 mutated streams never crashed DracoPy, but some of
2 kB made it take 5 GB of memory and 13 seconds, and nothing in their headers tells.
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from renderer import sandbox
from renderer.arrays import Array
from renderer.errors import InvalidModel, ModelTooLarge, UnsupportedModel
from renderer.load import limits, topology
from renderer.load.accessors import Accessors
from renderer.load.draco_child import READY, REPLY, REQUEST
from renderer.load.fields import Fields, printable
from renderer.sandbox import Child

NAME = "KHR_draco_mesh_compression"

_HEADER = struct.Struct("<5sBBBBH")  # Draco bitstream 2.2, section 3.1: magic, version, encoder type, method, flags
_MESH, _EDGEBREAKER, _METADATA = 1, 1, 0x8000
_CHILD = Path(__file__).with_name("draco_child.py")


class Draco:
    """Decompresses the primitives of one model. A context manager: its child process ends with it."""

    def __init__(self, accessors: Accessors, warnings: list[str]) -> None:
        self._accessors = accessors
        self._warnings = warnings
        self._child: Child | None = None

    def decompress(self, primitive: Fields) -> None:
        """Decompresses `primitive`, if it is compressed; its accessors then read the decompressed data.

        A stream may hold less than the accessors declare: old exporters left there what the mesh had before duplicate
        vertices were merged. Raises InvalidModel for a broken stream, or one that holds more or something else.
        """
        packed = primitive.extension(NAME)
        if packed is None:
            return
        if primitive.integer("mode", topology.TRIANGLES) != topology.TRIANGLES:
            raise UnsupportedModel(f"{packed.path} compresses something other than a list of triangles")
        accessors = self._accessors
        indices = primitive.index("indices", len(accessors))
        attributes, names = primitive.required_child("attributes"), packed.required_child("attributes")
        wanted = {name: names.integer(name, high=2**32 - 1) for name in names.values if attributes.has(name)}
        if "POSITION" not in wanted:
            raise packed.wrong("attributes", "an object with the primitive's POSITION")
        index_user, position_user = f"{primitive.path}.indices", attributes.name_of("POSITION")
        corners = accessors.count(indices, index_user)
        vertices = accessors.count(attributes.index("POSITION", len(accessors)), position_user)
        if max(corners, vertices) > limits.INDICES:
            raise ModelTooLarge(f"{primitive.path} has {corners:,} indices, and {limits.INDICES:,} are allowed")
        data = accessors.view(packed.index("bufferView", accessors.view_count())).data.tobytes()
        _check_header(data, corners, vertices, packed.path)

        arrays = self._decode(data, sorted(set(wanted.values())), packed.path)
        accessors.provide(indices, index_user, arrays["faces"].reshape(-1, 1))
        for name, identifier in wanted.items():
            accessors.provide(attributes.index(name, len(accessors)), attributes.name_of(name), arrays[str(identifier)])
        held = arrays["faces"].size, len(arrays[str(wanted["POSITION"])])
        if held != (corners, vertices):
            self._warnings.append(
                f"{packed.path} holds {held[0]:,} indices and {held[1]:,} vertices, and the accessors declare "
                f"{corners:,} and {vertices:,}: the former are drawn"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self._child.close()

    def _decode(self, data: bytes, identifiers: list[int], path: str) -> Mapping[str, Array]:
        """The arrays "faces" (n, 3) and, by their unique ids, attributes (points, width)."""
        if self._child is None:
            self._child = _start_child()
        try:
            found = _ask(self._child, data, identifiers)
        except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
            raise InvalidModel(f"{path} can't be decompressed: its decoder crashed or needed too much") from error
        if isinstance(found, str):
            raise InvalidModel(f"{path} can't be decompressed: {printable(found)}")
        return found


def _start_child() -> Child:
    # each thread of OpenBLAS would reserve a part of the memory that is allowed
    allowed = sandbox.Limits(limits.DRACO_BYTES, limits.DRACO_SECONDS)
    child = sandbox.start(_CHILD, limits=allowed, environment={"OPENBLAS_NUM_THREADS": "1"})
    if child.stdout.read(len(READY)) != READY:
        child.close()
        raise RuntimeError("the Draco decoder doesn't start: is DracoPy installed?")
    return child


def _ask(child: Child, data: bytes, identifiers: list[int]) -> Mapping[str, Array] | str:
    """The decoded arrays, or what the decoder says is wrong. Raises EOFError or OSError where the child died."""
    child.stdin.write(REQUEST.pack(len(data), len(identifiers)))
    child.stdin.write(np.array(identifiers, "<u4").tobytes() + data)
    child.stdin.flush()
    head = child.stdout.read(REPLY.size)
    if len(head) < REPLY.size:
        raise EOFError
    decoded, length = REPLY.unpack(head)
    if length > limits.DRACO_BYTES:  # more than a decoder within its limits can have: the stream controls it
        raise EOFError
    payload = child.stdout.read(length)
    if len(payload) < length:
        raise EOFError
    if not decoded:
        return payload.decode(errors="replace")
    with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
        return dict(arrays)


def _check_header(data: bytes, corners: int, vertices: int, path: str) -> None:
    """Refuses streams whose header declares more than the accessors do.

    Draco bitstream 2.2, sections 3 and 4. Where metadata precedes the counts, they are compared after decoding only.
    """
    if len(data) < _HEADER.size:
        raise InvalidModel(f"{path} can't be decompressed: the stream is truncated")
    magic, major, minor, kind, method, flags = _HEADER.unpack_from(data)
    if magic != b"DRACO" or kind != _MESH or method > _EDGEBREAKER:
        raise InvalidModel(f"{path} can't be decompressed: the stream is not a mesh compressed with Draco")
    if (major, minor) != (2, 2):
        raise UnsupportedModel(f"{path} is Draco {major}.{minor}: compress the model with Draco 2.2, as glTF asks")
    if flags & _METADATA:
        return
    start = _HEADER.size + method  # edgebreaker has a byte for its traversal first
    first, start = _varint(data, start)
    second, start = _varint(data, start)
    # sequential: faces, points; edgebreaker: vertices, faces, and a vertex becomes one point or more at seams
    faces, points = (second, first) if method == _EDGEBREAKER else (first, second)
    if faces * 3 > corners or points > vertices:
        raise InvalidModel(
            f"{path} holds {faces:,} triangles of {points:,} vertices; "
            f"the accessors declare {corners:,} indices and {vertices:,} vertices"
        )


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """A LEB128 number, and where the next field starts; ends at five bytes or with the data."""
    value = 0
    for place, byte in enumerate(data[start : start + 5]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, start + place + 1
    return value, start + 5
