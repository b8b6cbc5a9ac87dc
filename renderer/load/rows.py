"""Equal rows, found by sorting one number for each."""

import numpy as np

from renderer.arrays import Float32, Int64

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4)."""


def packed(columns: tuple[Int64, ...]) -> Int64:
    """One number for each row of the columns, which hold no negative numbers: equal for equal rows, and in the order of
    the rows."""
    key = columns[0]
    for column in columns[1:]:
        span = int(column.max(initial=0)) + 1
        if (int(key.max(initial=0)) + 1) * span > np.iinfo(np.int64).max:
            key = np.unique(key, return_inverse=True)[1]
        key = key * span + column
    return key


def welded(rows: Float32) -> tuple[Int64, Int64]:
    """Of rows (n, w), the place of one of each kind, and for each row the number of its kind.

    Rows are compared bit by bit, by hashes; where two kinds have the same one, which only a file does that is made for
    it, each row is a kind of its own.
    """
    keys = np.zeros(len(rows), np.uint64)
    for column in np.ascontiguousarray(rows).view(np.uint32).T:
        keys = (keys ^ column) * _ODD
        keys ^= keys >> np.uint64(29)
    _, first, kinds = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(rows[first[kinds]].view(np.uint32), np.ascontiguousarray(rows).view(np.uint32)):
        return np.arange(len(rows)), np.arange(len(rows))
    return first.astype(np.int64), kinds.astype(np.int64)
