"""A colour profile of inks, as small as they come: a table of what each of the 16 mixes of full inks looks like."""

import itertools
import struct

import numpy as np


def cmyk_profile(paper: tuple[int, int, int] = (255, 128, 128), ink: tuple[int, int, int] = (136, 208, 195)) -> bytes:
    """ICC.1:2001-04: a header, and one lut8Type (6.5.8), from CMYK to L*a*b* in bytes (L 0..255, a and b around 128).

    No ink is white `paper`; full cyan alone is `ink`, by default sRGB's red, which no plain formula makes of it; any
    other mix is black.
    """
    mixes = itertools.product((0, 1), (0, 1), (0, 1), (0, 1))  # the last channel changes fastest
    looks = {(0, 0, 0, 0): paper, (1, 0, 0, 0): ink}
    table = np.array([looks.get(mix, (0, 128, 128)) for mix in mixes], np.uint8)
    ramp = np.arange(256, dtype=np.uint8).tobytes()
    matrix = struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + ramp * 4 + table.tobytes() + ramp * 3
    lut += bytes(-len(lut) % 4)
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(lut))
    header = struct.pack(
        ">I4sI4s4s4s12s4s", 144 + len(lut), bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ", bytes(12), b"acsp"
    )
    white = struct.pack(">3i", 63190, 65536, 54061)  # D50
    return (header.ljust(68, b"\0") + white).ljust(128, b"\0") + tags + lut
