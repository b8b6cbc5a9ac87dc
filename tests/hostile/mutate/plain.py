"""Changes that know nothing of the format, or no more than that it has numbers of a fixed width in it."""

import random
import struct
from collections.abc import Callable, Sequence

Mutator = Callable[[random.Random, bytes], bytes]

BOUNDARIES = (0, 1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31,
              2**32 - 2, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
"""Numbers beside which lengths, counts and offsets overflow."""

FLOATS = (0.0, -0.0, 1.0, -1.0, 1e-45, -1e-38, 1e12, 1.0001e12, 3.4e38, -3.4e38,
          float("inf"), float("-inf"), float("nan"))

FORMATS = ("<H", ">H", "<I", ">I", "<Q", ">Q")


def flip_bits(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwrite(rng: random.Random, data: bytes) -> bytes:
    """A run of random bytes, or of one byte, in place of others."""
    if not data:
        return data
    start = rng.randrange(len(data))
    length = min(rng.choice((1, 2, 4, 16, 64)), len(data) - start)
    run = rng.choice((rng.randbytes(length), b"\0" * length, b"\xff" * length))
    return data[:start] + run + data[start + length :]


def cut(rng: random.Random, data: bytes) -> bytes:
    """The end is missing, as of an upload that broke off."""
    return data[: rng.randrange(len(data) + 1)]


def leave_out(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice((1, 2, 4, 16, 256)) :]


def repeat(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice((1, 4, 16, 256))]
    return data[:start] + piece * rng.choice((2, 3, 50)) + data[start + len(piece) :]


def insert(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.randbytes(rng.choice((1, 3, 4, 64))) + data[start:]


def number(rng: random.Random, data: bytes) -> bytes:
    """A number of 2, 4 or 8 bytes, in either order and most often in the header, becomes one at a boundary."""
    form = rng.choice(FORMATS)
    size = struct.calcsize(form)
    if len(data) < size:
        return data
    start = rng.randrange(min(len(data) - size, rng.choice((32, 128, len(data)))) + 1)
    [old] = struct.unpack_from(form, data, start)
    value = rng.choice((*BOUNDARIES, old + 1, old - 1, old * 2, old ^ 0x80)) % 256**size
    return data[:start] + struct.pack(form, value) + data[start + size :]


def floats(rng: random.Random, data: bytes) -> bytes:
    """Some aligned float32 become numbers that calculations don't survive."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 12))):
        if len(changed) >= 4:
            struct.pack_into("<f", changed, 4 * rng.randrange(len(changed) // 4), rng.choice(FLOATS))
    return bytes(changed)


ANY: Sequence[Mutator] = (flip_bits, overwrite, cut, leave_out, repeat, insert, number)


def any_of(mutators: Sequence[Mutator]) -> Mutator:
    """One to three of `mutators`, one after the other."""

    def mutate(rng: random.Random, data: bytes) -> bytes:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            data = rng.choice(mutators)(rng, data)
        return data

    return mutate
