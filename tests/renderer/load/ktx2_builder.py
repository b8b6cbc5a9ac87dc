"""A small KTX2 file for tests: UASTC blocks of one colour each, behind a header that may lie."""

import struct
from typing import Any

from renderer.load.ktx2 import MAGIC

COLORS = ((200, 100, 50, 255), (10, 20, 30, 128), (0, 255, 0, 255), (255, 255, 255, 0))
WIDTH, HEIGHT = 8, 6  # two by two blocks of 4x4 pixels, the lower ones cut

_UASTC, _LINEAR_TRANSFER, _RGBA = 166, 1, 3  # Khronos data format specification 1.3
_SOLID_COLOR = (0b10111, 5)  # UASTC LDR 4x4, mode 8 and its length in bits


def solid_block(rgba: tuple[int, ...]) -> bytes:
    """A 16 byte UASTC block of one colour."""
    value, bits = _SOLID_COLOR
    for channel in rgba:
        value |= channel << bits
        bits += 8
    return value.to_bytes(16, "little")


def ktx2(*, index: tuple[tuple[int, int, int], ...] = (), model: int = _UASTC, **header: Any) -> bytes:
    """A KTX2 file with the four COLORS; `header` replaces fields of its header, `index` its level index."""
    blocks = b"".join(map(solid_block, COLORS))
    sample = struct.pack("<HBB4BII", 0, 127, _RGBA, 0, 0, 0, 0, 0, 0xFFFFFFFF)
    block = struct.pack("<IHH4B4B8B", 0, 2, 24 + len(sample), model, 1, _LINEAR_TRANSFER, 0, 3, 3, 0, 0, 16, *[0] * 7)
    descriptor = struct.pack("<I", 4 + len(block + sample)) + block + sample
    count = len(index) or 1
    first = len(MAGIC) + 68 + 24 * count
    fields = {
        "form": 0, "type_size": 1, "width": WIDTH, "height": HEIGHT, "depth": 0, "layers": 0, "faces": 1,
        "levels": count, "packing": 0, "descriptor": first, "descriptor_size": len(descriptor), "pairs": 0,
        "pairs_size": 0, "global_data": 0, "global_size": 0,
    } | header
    start = -(-(first + len(descriptor)) // 16) * 16
    index = index or ((start, len(blocks), len(blocks)),)
    head = MAGIC + struct.pack("<13I2Q", *fields.values()) + b"".join(struct.pack("<3Q", *level) for level in index)
    return (head + descriptor).ljust(start, b"\0") + blocks
