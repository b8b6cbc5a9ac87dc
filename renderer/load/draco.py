"""KHR_draco_mesh_compression: a primitive's indices and attributes out of one compressed buffer view.

Runs in a child process with limits: 80,000 mutated streams crashed no decoder, but some of 2 kB took 5 GB and 13 s.
"""

import contextlib
import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from renderer.errors import InvalidModel, UnsupportedModel
from renderer.load import limits, topology
from renderer.load.accessors import Accessors, Array
from renderer.load.fields import Fields

NAME = "KHR_draco_mesh_compression"

_HEADER = struct.Struct("<5sBBBBH")  # Draco bitstream 2.2, section 3.1: magic, version, type, method, flags
_MESH, _EDGEBREAKER, _METADATA = 1, 1, 0x8000


class Draco:
    """Decompresses the primitives of one model; a context manager that ends its child process."""

    def __init__(self, accessors: Accessors) -> None:
        self._accessors = accessors
        self._child: subprocess.Popen[bytes] | None = None

    def decompress(self, primitive: Fields) -> None:
        """Puts what is compressed in `primitive`, if anything, in place of its accessors' own data.

        Raises InvalidModel for a broken stream, or one that doesn't hold what the accessors declare.
        """
        packed = primitive.extension(NAME)
        if packed is None:
            return
        if primitive.integer("mode", topology.TRIANGLES) != topology.TRIANGLES:
            raise UnsupportedModel(f"{packed.path} compresses something else than a list of triangles")
        accessors = self._accessors
        index = primitive.index("indices", len(accessors))
        attributes, names = primitive.required_child("attributes"), packed.required_child("attributes")
        wanted = {name: names.integer(name, high=2**32 - 1) for name in names.values if attributes.has(name)}
        if "POSITION" not in wanted:
            raise packed.wrong("attributes", "an object with a POSITION that the primitive has too")
        corners = accessors.count(index)
        vertices = accessors.count(attributes.index("POSITION", len(accessors)))
        data = accessors.view(packed.index("bufferView", accessors.view_count())).data.tobytes()
        _check_header(data, corners, vertices, packed.path)

        arrays = self._decode(data, sorted(set(wanted.values())), packed.path)
        accessors.provide(index, f"{primitive.path}.indices", arrays["indices"])
        for name, identifier in wanted.items():
            accessors.provide(attributes.index(name, len(accessors)), attributes.name_of(name), arrays[str(identifier)])

    def _decode(self, data: bytes, identifiers: list[int], path: str) -> Mapping[str, Array]:
        if self._child is None:
            self._child = _start_child()
        try:
            found = _ask(self._child, data, identifiers)
        except (OSError, EOFError, ValueError, struct.error, zipfile.BadZipFile) as error:
            raise InvalidModel(f"{path} can't be decompressed: its decoder failed or took too much") from error
        if isinstance(found, str):
            raise InvalidModel(f"{path} can't be decompressed: {found}")
        return found
