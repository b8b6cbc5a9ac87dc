"""Rows of whole numbers, made one number each, so that equal ones are found by sorting."""

import numpy as np

from renderer.arrays import Int64


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
