"""Numbers in text, parsed millions at a time: plain decimals by NumPy, all others by Python's float().

Tokens are given as the positions where they start and end in a block of bytes.
"""

from collections.abc import Iterator

import numpy as np

from renderer.arrays import Bools, Float64, Int64, UInt8

SPACE, PLUS, DOT, MINUS, SLASH, ZERO = b" +.-/0"

_EXACT_DIGITS = 15
"""Integers of up to 15 digits are exact in a double, and so are powers of ten up to 10^22: one divided by the other is
the double nearest to the decimal, as IEEE 754's division rounds correctly."""
_POWERS = 10.0 ** np.arange(_EXACT_DIGITS + 1)
_INDEX_DIGITS = 10
_CORNER_BYTES = 3 * (_INDEX_DIGITS + 2)


class BadToken(Exception):
    """The token that starts at byte `position` of the block is not a number, or not one that is allowed there."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position


def token_bounds(block: UInt8) -> tuple[Int64, Int64]:
    """Where runs of bytes above the space start, and where they end (exclusive)."""
    return _runs(block > SPACE)


def parse_floats(block: UInt8, starts: Int64, ends: Int64) -> Float64:
    """The tokens as finite numbers. Raises BadToken."""
    if not len(starts):
        return np.zeros(0)
    kept = _inside(block, starts, ends)
    text = np.where(kept, block, np.uint8(SPACE))
    points = np.flatnonzero(text == DOT)
    owner = np.searchsorted(starts, points, "right") - 1
    dots = np.bincount(owner, minlength=len(starts))
    signed = _is_sign(text[starts])
    digits = ends - starts - dots - signed
    plain = (dots <= 1) & (digits >= 1) & (digits <= _EXACT_DIGITS)
    odd = np.flatnonzero(kept & ~_is_digit(text) & (text != DOT))
    odd_owner = np.searchsorted(starts, odd, "right") - 1
    plain[odd_owner[~(_is_sign(text[odd]) & (starts[odd_owner] == odd))]] = False

    decimals = np.zeros(len(starts), np.int64)
    decimals[owner] = ends[owner] - 1 - points
    decimals[~plain] = 0
    if not plain.all():
        text[_inside(block, starts[~plain], ends[~plain])] = ZERO
    values: Float64 = _integers(text[text != DOT]) / _POWERS[decimals]

    values[~plain] = list(_floats(block.tobytes(), starts[~plain].tolist(), ends[~plain].tolist()))
    wild = ~np.isfinite(values)
    if wild.any():
        raise BadToken(int(starts[np.argmax(wild)]), "is not a finite number")
    return values


def parse_corners(block: UInt8, starts: Int64, ends: Int64) -> Int64:
    """(tokens, 3): vertex, texture coordinate and normal of the corners v, v/vt, v//vn or v/vt/vn as written; 0 where
    one is left out. Raises BadToken, also for an index 0 and for one of more than ten digits."""
    if not len(starts):
        return np.zeros((0, 3), np.int64)
    _check(starts, ends - starts > _CORNER_BYTES, "is not a face's corner")
    _check(starts, block[starts] == SLASH, "lacks its vertex")
    slash = block == SLASH
    text = np.where(_inside(block, starts, ends) & ~slash, block, np.uint8(SPACE))
    first, last = token_bounds(text)
    signed = _is_sign(text[first])
    digits = last - first - signed
    odd = (text != SPACE) & ~_is_digit(text)
    odd[first] &= ~signed
    if odd.any():
        raise BadToken(int(np.argmax(odd)), "is not a vertex index")
    _check(first, (digits < 1) | (digits > _INDEX_DIGITS), "is not a vertex index")

    slashes = np.zeros(len(block) + 1, np.uint8)  # modulo 256, and no corner is that long
    np.cumsum(slash.view(np.uint8), out=slashes[1:])
    _check(starts, slashes[ends] - slashes[starts] > 2, "has more than three indices")
    owner = np.searchsorted(starts, first, "right") - 1
    values = _integers(text)
    _check(first, values == 0, "is not a vertex index: OBJ counts from 1")
    corners = np.zeros((len(starts), 3), np.int64)
    corners[owner, slashes[first] - slashes[starts[owner]]] = values
    return corners


def _runs(inside: Bools) -> tuple[Int64, Int64]:
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    return edges[::2], edges[1::2]


def _is_digit(text: UInt8) -> Bools:
    digit: Bools = (text - np.uint8(ZERO)) < 10
    return digit


def _is_sign(text: UInt8) -> Bools:
    sign: Bools = (text == MINUS) | (text == PLUS)
    return sign


def _inside(block: UInt8, starts: Int64, ends: Int64) -> Bools:
    """Which bytes of the block belong to the tokens."""
    steps = np.zeros(len(block) + 1, np.int8)
    steps[starts] = 1
    steps[ends] = -1  # tokens have a space between them
    inside: Bools = np.cumsum(steps[:-1], dtype=np.int8).view(bool)
    return inside


def _floats(text: bytes, starts: list[int], ends: list[int]) -> Iterator[float]:
    for start, end in zip(starts, ends, strict=True):
        try:
            yield float(text[start:end])
        except ValueError:
            raise BadToken(start, "is not a number") from None


def _integers(text: UInt8) -> Int64:
    """The integers in a text that holds at least one, and nothing but integers."""
    found: Int64 = np.fromstring(text.tobytes(), np.int64, sep=" ")
    return found


def _check(positions: Int64, wrong: Bools, problem: str) -> None:
    if wrong.any():
        raise BadToken(int(positions[np.argmax(wrong)]), problem)
