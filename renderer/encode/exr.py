"""A frame's pixels -> here -> OpenEXR: linear light, premultiplied, in half floats, as compositing programs take it.

Frames are composited in display space, where they are seen, and such programs do so in linear light. So that shadows
and edges look the same there, alpha isn't taken over: colour and alpha are those that give, in linear light, the frame
as it looks over black, and over white.
"""

from pathlib import Path

import numpy as np

from renderer.arrays import Float16, Float32
from renderer.errors import EncodeError

COMPRESSION = "zip"
"""Lossless, 16 rows at a time: what every program reads."""
ROWS = 256
"""Converted at a time: a frame in 4K in single precision takes 130 MB, and some copies of it are needed."""


def write_exr(pixels: Float16, path: Path) -> None:
    """`pixels` are (height, width, 4), 0 to 1, sRGB-encoded with straight alpha, top row first. Its primaries are
    those of sRGB. Raises EncodeError."""
    import OpenImageIO  # it takes a while, and few renders need it

    height, width = pixels.shape[:2]
    spec = OpenImageIO.ImageSpec(width, height, 4, "half")
    spec.channelnames = ("R", "G", "B", "A")
    spec.attribute("compression", COMPRESSION)
    spec.attribute("oiio:ColorSpace", "lin_rec709")
    spec.attribute("DateTime", "1980:01:01 00:00:00")  # else it is the time of writing: equal pixels give equal bytes
    OpenImageIO.attribute("exr_threads", -1)  # none beside the caller's
    file = OpenImageIO.ImageOutput.create(str(path))
    if file is None or not file.open(str(path), spec):
        raise EncodeError(f"{path.name} can't be written: {OpenImageIO.geterror()}")
    for top in range(0, height, ROWS):
        rows = linear(pixels[top : top + ROWS].astype(np.float32))
        if not file.write_scanlines(top, top + len(rows), 0, rows):
            raise EncodeError(f"{path.name} can't be written: {file.geterror()}")
    if not file.close():
        raise EncodeError(f"{path.name} can't be written: {file.geterror()}")


def linear(pixels: Float32) -> Float32:
    """The same in linear light, premultiplied."""
    alpha = pixels[..., 3:]
    over_black = decoded(pixels[..., :3] * alpha)
    over_white = decoded(pixels[..., :3] * alpha + (1 - alpha))
    shown = 1 - (over_white - over_black).mean(axis=2, keepdims=True)
    return np.concatenate([over_black, np.clip(shown, 0, 1)], axis=2, dtype=np.float32)


def decoded(values: Float32) -> Float32:
    """sRGB's transfer function, IEC 61966-2-1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)
