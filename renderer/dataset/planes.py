"""Planes of pixels -> here -> the bytes of PNG files.

Every row is written as its difference from the row above (PNG's filter Up) and packed by libdeflate at level 1: of what
was measured on real views, the fastest, at files as small as Pillow's default level makes them to within a tenth.
"""

import struct
import zlib

import imagecodecs
import numpy as np
import numpy.typing as npt

from renderer.dataset.buffers import Planes
from renderer.scene.nodes import Float32, UInt8

UInt16 = npt.NDArray[np.uint16]

FOLDERS = ("images", "depth", "depth_16bit", "normals", "masks")
"""Of the archive; each has one file per view, of the same name."""

_FILTER_UP = 2


def coded_depth(depth: Float32, near: float, far: float, levels: int) -> UInt16:
    """Depth as whole numbers, near 0 to far `levels`; where there is no surface (0), `levels` too."""
    scaled = np.rint((depth.astype(np.float64) - near) * (levels / (far - near))).clip(0, levels)
    return np.where(depth > 0, scaled, levels).astype(np.uint16)


def encode_view(planes: Planes, near: float, far: float) -> dict[str, bytes]:
    """A view's PNG files by folder: RGB, depth in 8 and in 16 bits, normals (RGB), and the mask (0 or 255)."""
    pictures: dict[str, UInt8 | UInt16] = {
        "images": planes.rgb,
        "depth": coded_depth(planes.depth, near, far, 255).astype(np.uint8),
        "depth_16bit": coded_depth(planes.depth, near, far, 65535),
        "normals": planes.normals,
        "masks": np.where(planes.depth > 0, np.uint8(255), np.uint8(0)),
    }
    return {folder: png(pictures[folder]) for folder in FOLDERS}


def png(pixels: UInt8 | UInt16) -> bytes:
    """(height, width) gray or (height, width, 3) RGB, of 8 or 16 bits. Equal pixels give equal bytes."""
    height, width = pixels.shape[:2]
    rows = pixels.astype(pixels.dtype.newbyteorder(">"), copy=False).view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _FILTER_UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    colour_type = 2 if pixels.ndim == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.dtype.itemsize, colour_type, 0, 0, 0)
    packed = bytes(imagecodecs.deflate_encode(filtered.tobytes(), level=1, raw=False))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
