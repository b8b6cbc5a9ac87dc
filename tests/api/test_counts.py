"""What a process counts."""

import pytest

from api import counts
from api.counts import COUNTS, minus, plus


def counted(before: counts.Numbers) -> counts.Numbers:
    """Since then, without what stayed as it was."""
    return minus(counts.snapshot(), before)


def test_amounts_are_added_up_by_their_labels() -> None:
    before = counts.snapshot()
    counts.add("credits", 3, kind="grant")
    counts.add("credits", 4, kind="grant")
    counts.add("credits", kind="charge")
    assert counted(before) == {"credits": {"grant": [7], "charge": [1]}}


def test_times_fall_into_the_first_bucket_that_they_do_not_exceed() -> None:
    before = counts.snapshot()
    for seconds in (0.01, 0.011, 1000.0):
        counts.observe("frame_seconds", seconds, 2, kind="video")
    [[total, *buckets]] = counted(before)["frame_seconds"].values()
    assert total == pytest.approx(2 * 1000.021)
    assert buckets == [2, 2, *[0] * (len(COUNTS["frame_seconds"].buckets) - 2), 2]


def test_what_the_table_does_not_have_can_not_be_counted() -> None:
    with pytest.raises(KeyError):
        counts.add("dreams")
    with pytest.raises(KeyError):
        counts.add("credits", colour="red")


def test_numbers_of_an_older_version_are_added_as_far_as_they_fit() -> None:
    assert plus({"a": {"x": [1, 2]}}, {"a": {"x": [1], "y": [3]}, "b": {}}) == {
        "a": {"x": [2, 2], "y": [3]}, "b": {},
    }  # fmt: skip
