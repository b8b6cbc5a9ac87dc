"""Image files that claim what they don't hold."""

import struct
import zlib


def png_header(width: int, height: int) -> bytes:
    """A PNG file that claims a size and holds one byte of pixels."""
    parts = {b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT": zlib.compress(b"0")}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )


def webp_header(kind: bytes, width: int, height: int) -> bytes:
    """A WebP file of at most 34 bytes without pixels: extended (VP8X), lossless (VP8L) or lossy (VP8)."""
    data = {
        b"VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + (width - 1 & 0x3FFF | (height - 1 & 0x3FFF) << 14).to_bytes(4, "little") + bytes(5),
    }.get(kind, b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + bytes(4))
    chunk = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk
