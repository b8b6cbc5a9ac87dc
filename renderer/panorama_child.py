"""The program that decodes panoramas for `panoramas.py`, as a child of the sandbox.

    panorama_child.py FILE SIDE KEPT CHANNELS SAMPLES

It is run by its path and imports nothing of the project. FILE's suffix is that of its format. It writes HEADER and the
pixels as little-endian float32, or what is wrong with the file and exits with EX_DATAERR. Panoramas wider than SIDE are
refused, as are those of more than CHANNELS channels, or SAMPLES in all; those wider than KEPT are averaged down by a
whole factor.
"""

import os
import struct
import sys

HEADER = struct.Struct("<4I")  # the file's width and height, width and height of what follows


def main() -> None:
    import OpenImageIO

    path, side, kept, channels, samples = sys.argv[1], *map(int, sys.argv[2:])
    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", -1)  # none beside this one
    OpenImageIO.attribute("try_all_readers", 0)  # it goes by the suffix; a broken file is nothing for 20 other formats
    try:
        sys.stdout.buffer.write(decode(path, side, kept, channels, samples))
    except (ValueError, MemoryError) as error:
        sys.stdout.write(str(error).replace(path, "the file") or "it needs too much memory")
        sys.exit(os.EX_DATAERR)


def decode(path: str, side: int, kept: int, channels: int, samples: int) -> bytes:
    """Raises ValueError that says what is wrong with the file."""
    import numpy as np
    import OpenImageIO

    source = OpenImageIO.ImageInput.open(path)
    if source is None:
        raise ValueError(OpenImageIO.geterror().strip().splitlines()[-1])
    spec = source.spec()
    width, height = spec.width, spec.height
    if max(width, height) > side:
        raise ValueError(f"it is {width}x{height} pixels, and {side} are allowed per side")
    if height < 8 or abs(width - 2 * height) > 0.02 * width:
        raise ValueError(f"it is {width}x{height} pixels; a panorama of all directions is twice as wide as high")
    if spec.deep or spec.depth > 1:
        raise ValueError("it has more than one value for a direction")
    if spec.nchannels > channels:
        raise ValueError(f"it has {spec.nchannels} channels, and {channels} are allowed")
    if width * height * spec.nchannels > samples:
        raise ValueError(f"it is {width}x{height} pixels of {spec.nchannels} channels, which are too many for its size")
    pixels = source.read_image(0, 0, 0, min(3, spec.nchannels), "float")
    if pixels is None:
        raise ValueError(source.geterror().strip().splitlines()[-1])
    np.nan_to_num(pixels, copy=False, nan=0.0, posinf=65504.0, neginf=0.0)  # in place: the largest take 100 MB
    np.clip(pixels, 0.0, 1e9, out=pixels)
    if pixels.shape[2] < 3:  # grey, perhaps with alpha
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    factor = -(-width // kept)
    rows, columns = np.arange(0, height, factor), np.arange(0, width, factor)
    sums = np.add.reduceat(np.add.reduceat(pixels, rows, axis=0), columns, axis=1)
    means = sums / np.outer(np.diff(rows, append=height), np.diff(columns, append=width))[..., None]
    data: bytes = means.astype("<f4").tobytes()
    return HEADER.pack(width, height, len(columns), len(rows)) + data


if __name__ == "__main__":
    main()
