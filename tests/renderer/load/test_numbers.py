"""What NumPy parses by the million is what Python's float() and int() make of the same words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.arrays import Float64
from renderer.load.numbers import BadToken, parse_corners, parse_floats, token_bounds

quick = settings(derandomize=True, deadline=None, database=None, max_examples=200)

WORDS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(-1000, 1000, places=6).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["0", "-0.0", "+1.5", ".5", "-.5", "5.", "1e-3", "1E+05", "0.1234567890123456", "00012", "1e-400"]),
)


def floats(text: str) -> Float64:
    block = np.frombuffer(text.encode(), np.uint8)
    return parse_floats(block, *token_bounds(block))


@quick
@given(words=st.lists(WORDS, max_size=30))
def test_every_decimal_becomes_the_nearest_double(words: list[str]) -> None:
    assert floats(" ".join(words)).tolist() == [float(word) for word in words]


@pytest.mark.parametrize("word", ["nan", "-Infinity", "1e999", "x", "1,5", "1.2.3", "-", ".", "1-2", "+-1", "0x1"])
def test_a_word_that_is_no_finite_number_is_pointed_at(word: str) -> None:
    with pytest.raises(BadToken) as caught:
        floats(f"1.5 -2  {word} 4")
    assert caught.value.position == 8


def corners(text: str) -> list[list[int]]:
    block = np.frombuffer(text.encode(), np.uint8)
    found: list[list[int]] = parse_corners(block, *token_bounds(block)).tolist()
    return found


def test_corners_may_leave_out_texture_coordinates_and_normals() -> None:
    assert corners("1 2/3 4//5 6/7/8 -1/-2/-3 9/ 10// +4/5/") == [
        [1, 0, 0], [2, 3, 0], [4, 0, 5], [6, 7, 8], [-1, -2, -3], [9, 0, 0], [10, 0, 0], [4, 5, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("word", [
    "0", "1/0", "x", "1/2/3/4", "//1", "/", "1.5", "1-2", "--1", "12345678901", "-", "1" * 300, "1" + "/" * 258,
])
def test_a_word_that_is_no_corner_is_refused(word: str) -> None:
    with pytest.raises(BadToken):
        corners(f"1 2 {word} 3")
