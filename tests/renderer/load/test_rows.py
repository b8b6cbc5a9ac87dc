"""Rows that are equal get one number, and different rows never do, even where their hashes are equal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from renderer.arrays import Float32
from renderer.load import rows
from renderer.load.rows import welded

quick = settings(derandomize=True, deadline=None, database=None, max_examples=100)
SIZES = st.tuples(st.integers(1, 30), st.integers(1, 5))
ROWS = arrays.arrays(np.float32, SIZES, elements=st.sampled_from([-0.0, 0, 1, 2]))


@quick
@given(found=ROWS)
def test_equal_rows_become_one(found: Float32) -> None:
    first, kinds = welded(found)
    np.testing.assert_array_equal(found[first][kinds], found)
    assert len(first) == len({row.tobytes() for row in found})


def test_rows_of_equal_hashes_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_ODD", np.uint64(0))
    found = np.array([(1, 2), (3, 4), (1, 2)], np.float32)
    first, kinds = welded(found)
    np.testing.assert_array_equal(found[first][kinds], found)
