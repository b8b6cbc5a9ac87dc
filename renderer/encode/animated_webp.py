"""Pictures in WebP, each for itself -> here -> an animated WebP. The bytes of the pictures stay as they are.

Source of the layout: RFC 9649, section 2.7.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

_ANIMATED, _ALPHA = 0x02, 0x10
_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_REPLACE = 0x02
"""A frame takes the place of what was there, also where it is transparent: none depends on another."""


def write_animated_webp(path: Path, size: tuple[int, int], frames: Iterable[tuple[bytes, int]]) -> None:
    """Writes `frames`, files of that `size` (width, height) and how many milliseconds each is shown, to `path`.

    It repeats for ever.
    """
    canvas = _three(size[0] - 1) + _three(size[1] - 1)
    parts, alpha = [], 0
    for file, milliseconds in frames:
        picture = b"".join(_chunk(kind, content) for kind, content in _chunks(file) if kind in _PICTURE)
        alpha |= _ALPHA if picture.startswith(b"ALPH") or _lossless_alpha(picture) else 0
        parts.append(_chunk(b"ANMF", bytes(6) + canvas + _three(milliseconds) + bytes([_REPLACE]) + picture))
    header = _chunk(b"VP8X", bytes([_ANIMATED | alpha, 0, 0, 0]) + canvas) + _chunk(b"ANIM", bytes(6))
    body = b"WEBP" + header + b"".join(parts)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(file):
        kind, length = struct.unpack_from("<4sI", file, at)
        yield kind, file[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _lossless_alpha(picture: bytes) -> bool:
    return picture[:4] == b"VP8L" and bool(picture[12] & 0x10)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")
