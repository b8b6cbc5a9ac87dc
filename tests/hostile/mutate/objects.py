"""OBJ and MTL texts, changed line by line."""

import random
from collections.abc import Callable, Sequence

WORDS = (
    b"", b"0", b"-1", b"-99", b"1", b"9", b"99999999999", b"1.5", b"-1e39", b"1e12", b"1e999", b"nan", b"inf", b"x",
    b"1//", b"//1", b"1/2/3/4", b"/", b"\xff", b"\0", b"1_000", b"0x10", b"+1", "\u0661".encode(), b"1" * 5000,
    b"\\", b"#",
)
LINES = (
    b"", b"f", b"f 1", b"f 1 2", b"f 1 1 1", b"f 1 2 3 4 5 6 7 8 9", b"f -1 -2 -3", b"f 1/1/1 2/2/2 3/3/3", b"v",
    b"v 0 0 0", b"v 1 2 3 4 5 6 7 8", b"vt", b"vn 0 0 0", b"vp 1 2 3", b"usemtl", b"usemtl \xff\xfe", b"usemtl m",
    b"mtllib", b"mtllib scan.obj", b"mtllib ../scan.mtl", b"mtllib /etc/passwd", b"mtllib a b c scan.mtl",
    b"mtllib scan.mtl\\", b"o", b"g a b c", b"s off", b"l 1 2", b"p 1", b"curv 0 1 1 2", b"call x.obj", b"csh rm",
    b"newmtl m", b"newmtl", b"map_Kd wood.png", b"map_Kd ../wood.png", b"map_Kd scan.obj", b"map_Kd -s 1e300 wood.png",
    b"map_Kd -s", b"map_Kd -o nan nan wood.png", b"map_Bump -bm 1e38 wood.png", b"Kd", b"Kd nan 0 0", b"Kd spectral x",
    b"d 2", b"Tr -1", b"Ns 1e39", b"illum 99", b"#" + b"x" * 70_000, b"\\", b"\\\r", b"\0" * 100, b"\r",
)


def mutated(rng: random.Random, text: bytes) -> bytes:
    """One to four changes of the text."""
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        text = rng.choice(CHANGES)(rng, text)
    return text


def _word(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = rng.randrange(len(lines))
    words = lines[at].split(b" ")
    words[rng.randrange(len(words))] = rng.choice(WORDS)
    lines[at] = b" ".join(words)
    return b"\n".join(lines)


def _line(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(LINES))
    return b"\n".join(lines)


def _without(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _moved(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return b"\n".join(lines)


def _repeated(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join(lines[:at] + lines[at : at + 1] * rng.choice((2, 100, 20_000)) + lines[at + 1 :])


def _polygon(rng: random.Random, text: bytes) -> bytes:
    """One face of many corners, most of them the same few."""
    corners = b" ".join(rng.choice((b"1", b"2", b"3", b"4")) for _ in range(rng.choice((5, 100, 4999, 6000))))
    return text + b"\nf " + corners + b"\n"


def _joined(rng: random.Random, text: bytes) -> bytes:
    """Lines that go on, or end in another way."""
    end = rng.choice((b" \\\n", b"\r", b"\r\n", b"\n\n", b"\x0b", b"\t", b"\0"))
    return text.replace(b"\n", end, rng.choice((1, 5, -1)))


CHANGES: Sequence[Callable[[random.Random, bytes], bytes]] = (
    _word, _word, _word, _line, _line, _without, _moved, _repeated, _polygon, _joined,
)
