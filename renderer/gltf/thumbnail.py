"""A GLB gets a picture of itself, in the form of glTF 2.1: `asset.thumbnail` is the index of one of its `images`.

    header | JSON | BIN           | ...
    header | JSON | BIN + picture | ...

Nothing else of the file changes, byte for byte: members of the JSON are put beside those that are there, whose numbers,
spaces and order stay as they are. A viewer that knows glTF 2.0 ignores what no texture names.

Source: https://github.com/KhronosGroup/glTF/pull/2629
"""

import dataclasses
import json
import struct
from typing import Any

Json = dict[str, Any]
Span = tuple[int, int]

_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
_CHUNK = struct.Struct("<I4s")
_HEADER = struct.Struct("<4sII")

CHUNK_BYTES = _CHUNK.size
"""Of the header of a chunk."""
HEADER_BYTES = _HEADER.size + CHUNK_BYTES
"""Of the header of a GLB and of its JSON."""

MOST_JSON_BYTES = 16 * 1024 * 1024
"""Of JSON that is taken into memory, by a server: a hundred times what most files have."""


class CannotHold(Exception):
    """The file can't hold a thumbnail; the message says why."""


def json_bytes(header: bytes) -> int:
    """The length of the JSON, by the file's first HEADER_BYTES. Raises CannotHold."""
    if len(header) < HEADER_BYTES:
        raise CannotHold("it is no GLB")
    magic, version, _ = _HEADER.unpack_from(header)
    length, kind = _CHUNK.unpack_from(header, _HEADER.size)
    if (magic, version, kind) != (b"glTF", 2, b"JSON"):
        raise CannotHold("it is no GLB of version 2")
    if length > MOST_JSON_BYTES:
        raise CannotHold(f"its JSON is longer than {MOST_JSON_BYTES // 1024**2} MB")
    return int(length)


@dataclasses.dataclass(frozen=True, slots=True)
class Embedded:
    """The new file: `head`, then the bytes of `binary` of the old one, the picture, `padding` zero bytes, and what the
    old file has from `rest` on. `size` is that of all of it."""

    head: bytes
    binary: Span
    padding: int
    rest: int
    size: int


def embed(beginning: bytes, file_size: int, picture_size: int, media_type: str) -> Embedded:
    """`beginning` is that of a GLB of `file_size` bytes: HEADER_BYTES, the JSON, and CHUNK_BYTES, if there are so many.
    The picture has `picture_size` bytes. Raises CannotHold."""
    end = HEADER_BYTES + json_bytes(beginning)
    start, length = end, 0
    if len(beginning) >= end + _CHUNK.size:
        length, kind = _CHUNK.unpack_from(beginning, end)
        if kind == b"BIN\0":
            start += _CHUNK.size
        else:
            length = 0
    if start + length > file_size:
        raise CannotHold("it is cut off")
    try:
        document = beginning[HEADER_BYTES:end].decode()
        text = _with_thumbnail(document.rstrip(_SPACE), length, picture_size, media_type).encode()
    except (ValueError, RecursionError):
        raise CannotHold("its JSON can't be read") from None
    text += b" " * (-len(text) % 4)
    padding = -(length + picture_size) % 4
    chunk = length + picture_size + padding
    rest = start + length
    size = HEADER_BYTES + len(text) + _CHUNK.size + chunk + file_size - rest
    if size >= 2**32:
        raise CannotHold("a GLB has less than 4 GiB")
    head = _HEADER.pack(b"glTF", 2, size) + _CHUNK.pack(len(text), b"JSON") + text + _CHUNK.pack(chunk, b"BIN\0")
    return Embedded(head, (start, rest), padding, rest, size)


def _with_thumbnail(text: str, binary: int, picture: int, media_type: str) -> str:
    """The document `text` with a picture that lies in buffer 0 behind `binary` bytes. Raises ValueError for what is no
    JSON, CannotHold for what is no glTF whose buffer 0 is the GLB's own."""
    document = json.loads(text)
    document = document if isinstance(document, dict) else {}
    buffers, views, images = (document.get(name, []) for name in ("buffers", "bufferViews", "images"))
    lists = all(isinstance(each, list) for each in (buffers, views, images))
    if not lists or not isinstance(document.get("asset"), dict):
        raise CannotHold("it is no glTF")
    members, close = _members(text, _after_space(text, 0))
    edits: list[tuple[int, int, str]] = []
    added: list[str] = []

    def append(name: str, item: Json) -> None:
        spelled = json.dumps(item, separators=(",", ":"))
        if name in members:
            end = members[name][1] - 1
            edits.append((end, end, f",{spelled}" if document[name] else spelled))
        else:
            added.append(f'"{name}":[{spelled}]')

    def set_member(owner: Span, name: str, value: int) -> None:
        inside, end = _members(text, owner[0])
        if name in inside:
            edits.append((*inside[name], str(value)))
        else:
            edits.append((end, end, f'{"," if inside else ""}"{name}":{value}'))

    if not buffers:
        if binary:
            raise CannotHold("its binary part is no buffer's")
        append("buffers", {"byteLength": picture})
    elif not isinstance(buffers[0], dict) or "uri" in buffers[0] or not binary:
        raise CannotHold("its buffer is not in its binary part")
    else:
        set_member(_first(text, members["buffers"]), "byteLength", binary + picture)
    append("bufferViews", {"buffer": 0, "byteOffset": binary, "byteLength": picture})
    append("images", {"bufferView": len(views), "mimeType": media_type, "name": "thumbnail"})
    set_member(members["asset"], "thumbnail", len(images))
    edits.append((close, close, "".join(f",{each}" for each in added)))
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _first(text: str, array: Span) -> Span:
    start = _after_space(text, array[0] + 1)
    return start, _DECODER.raw_decode(text, start)[1]


def _members(text: str, start: int) -> tuple[dict[str, Span], int]:
    """Where the values are of the object that begins at `start`, by name, and where its closing brace is. Of names that
    come twice the last counts, as everywhere."""
    found: dict[str, Span] = {}
    position = _after_space(text, start + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = _after_space(text, _after_space(text, position) + 1)
        end = _DECODER.raw_decode(text, position)[1]
        found[name] = position, end
        position = _after_space(text, end)
        if text[position] == ",":
            position = _after_space(text, position + 1)
    return found, position


def _after_space(text: str, position: int) -> int:
    while text[position] in _SPACE:
        position += 1
    return position
