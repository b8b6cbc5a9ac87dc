"""Pixels -> here -> the bytes of a PNG file.

Every pixel is written as its difference from the one on its left (PNG's filter Sub, which no other type and no choice
of them row by row beats by much on drawn pictures) and packed by ISA-L at level 3. A drawn helmet of 960x540 takes 4 ms
and 380 kB, and with alpha 4 ms and 286 kB; by Pillow at level 4, whose files are compressed best for their time, 26 and
22 ms for 333 and 247 kB. Level 1 takes half of that time for files as large, but one picture in some 1,600 differs from
process to process, in its bytes only; parts of a training set shouldn't.
"""

import struct
import zlib

import numpy as np
from isal import isal_zlib

from renderer.arrays import UInt8, UInt16

_FILTER_SUB = 1
_LEVEL = 3
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""By the number of channels."""


def png(pixels: UInt8 | UInt16) -> bytes:
    """(height, width) gray, (height, width, 3) RGB or (height, width, 4) straight RGBA, of 8 or 16 bits, top row first.

    Equal pixels give equal bytes.
    """
    height, width = pixels.shape[:2]
    rows = pixels.astype(pixels.dtype.newbyteorder(">"), copy=False).reshape(height, -1).view(np.uint8)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    pixel = channels * pixels.dtype.itemsize
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _FILTER_SUB
    filtered[:, 1 : 1 + pixel] = rows[:, :pixel]
    np.subtract(rows[:, pixel:], rows[:, :-pixel], out=filtered[:, 1 + pixel :])
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.dtype.itemsize, _COLOUR_TYPES[channels], 0, 0, 0)
    packed = isal_zlib.compress(filtered, _LEVEL)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
