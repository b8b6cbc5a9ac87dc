"""The GLB container: a JSON document and its binary chunk in one file (glTF 2.0, section 4)."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MISSING = "missingFiles"
"""The property of asset.extras, ours, that counts what the model's source names and that didn't come along with it, or
can't be read."""

_ALIGNMENT = 4


def write_glb(path: Path, document: Json, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
    """Writes `document` and, where there are any, the pieces of its buffer 0 one behind the other.

    Equal arguments give equal bytes. Raises ValueError for a number that JSON can't hold, before anything is written.
    """
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * _padding(len(text))
    size = sum(map(len, pieces))
    binary = size + _padding(size)
    length = 12 + 8 + len(text) + (8 + binary if binary else 0)
    with path.open("wb") as file:
        file.write(struct.pack("<4sII", b"glTF", 2, length) + struct.pack("<I4s", len(text), b"JSON") + text)
        if binary:
            file.write(struct.pack("<I4s", binary, b"BIN\0"))
            file.writelines(pieces)
            file.write(bytes(binary - size))


def read_own_glb(path: Path) -> tuple[Json, bytes]:
    """The document, and buffer 0, of a file that `write_glb` has written. Others' files are for `renderer.load`."""
    data = path.read_bytes()
    text = int.from_bytes(data[12:16], "little")
    return json.loads(data[20 : 20 + text]), data[28 + text :]


def _padding(length: int) -> int:
    return -length % _ALIGNMENT
