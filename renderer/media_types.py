"""The kinds of files that come in and go out: their media types; how pictures begin, and how large they may be."""

import re

MEDIA_TYPES = {
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".zip": "application/zip",
    ".obj": "model/obj",
    ".stl": "model/stl",
    ".ply": "application/x-ply",
    ".usdz": "model/vnd.usdz+zip",
    ".usd": "model/vnd.usd",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".tif": "image/tiff",
    ".ktx2": "image/ktx2",
    ".hdr": "image/vnd.radiance",
    ".exr": "image/x-exr",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}
"""By the suffix of a file's name."""

BACKDROP_SIDE = 8192
"""Pixels that a background image may have per side: more than twice a 4K frame's."""

_BEGINNINGS = {
    ".tif": rb"(II\*\x00|MM\x00\*)",
    ".png": rb"\x89PNG\r\n\x1a\n",
    ".jpg": rb"\xff\xd8\xff",
    ".webp": rb"RIFF.{4}WEBP",
    ".avif": rb".{4}ftyp(avif|mif1)",
    ".ktx2": rb"\xabKTX 20\xbb",
    ".hdr": rb"#\?(RADIANCE|RGBE)",
    ".exr": rb"\x76\x2f\x31\x01",
}


def picture_suffix(data: bytes | memoryview) -> str | None:
    """The suffix for a picture's format, told by its first 12 bytes; None for any other file."""
    return next((suffix for suffix, begin in _BEGINNINGS.items() if re.match(begin, data, re.DOTALL)), None)
