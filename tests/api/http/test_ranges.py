"""The range parser and the answers made with it, against RFC 9110 and against plain slicing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.ranges import Span, Unsatisfiable, answer, matches, parse_range

positions = st.integers(0, 50)


@given(size=positions, first=positions, last=positions)
def test_a_closed_range_is_a_slice(size: int, first: int, last: int) -> None:
    data = bytes(range(size))
    header = f"bytes={first}-{last}"
    if last < first:
        assert parse_range(header, size) is None
    elif first >= size:
        with pytest.raises(Unsatisfiable):
            parse_range(header, size)
    else:
        span = parse_range(header, size)
        assert span is not None
        assert data[span.start : span.end] == data[first : last + 1]


@given(size=positions, first=positions)
def test_an_open_range_is_the_rest(size: int, first: int) -> None:
    if first >= size:
        with pytest.raises(Unsatisfiable):
            parse_range(f"bytes={first}-", size)
    else:
        assert parse_range(f"bytes={first}-", size) == Span(first, size)


@given(size=positions, count=positions)
def test_a_suffix_range_is_the_tail(size: int, count: int) -> None:
    data = bytes(range(size))
    if count == 0 or size == 0:
        with pytest.raises(Unsatisfiable):
            parse_range(f"bytes=-{count}", size)
    else:
        span = parse_range(f"bytes=-{count}", size)
        assert span is not None
        assert data[span.start : span.end] == data[-count:]


@given(st.text(max_size=20), positions)
def test_no_header_breaks_the_parser(text: str, size: int) -> None:
    for header in (text, f"bytes={text}"):
        try:
            span = parse_range(header, size)
        except Unsatisfiable:
            continue
        assert span is None or 0 <= span.start < span.end <= size


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=1", "bytes=--1",
     "bytes=+1-2", "bytes=٣-٤", "bytes=0-" + "9" * 5000],
)
def test_what_is_no_single_byte_range_is_ignored(header: str) -> None:
    assert parse_range(header, 100) is None


def test_the_unit_is_case_insensitive() -> None:
    assert parse_range("Bytes=0-1", 10) == Span(0, 2)


def test_without_a_range_the_whole_file_is_sent() -> None:
    answered = answer("GET", {}, size=100, etag="tag")
    assert (answered.status, answered.span) == (200, Span(0, 100))
    assert answered.headers == {"Accept-Ranges": "bytes", "ETag": '"tag"', "Content-Length": "100"}


def test_a_range_is_partial_content() -> None:
    answered = answer("GET", {"range": "bytes=10-19"}, size=100, etag="tag")
    assert (answered.status, answered.span) == (206, Span(10, 20))
    assert answered.headers["Content-Range"] == "bytes 10-19/100"
    assert answered.headers["Content-Length"] == "10"


def test_a_range_outside_the_file_is_unsatisfiable() -> None:
    answered = answer("GET", {"range": "bytes=100-"}, size=100, etag="tag")
    assert (answered.status, answered.span) == (416, None)
    assert answered.headers["Content-Range"] == "bytes */100"


def test_a_head_request_has_no_ranges() -> None:
    answered = answer("HEAD", {"range": "bytes=10-19"}, size=100, etag="tag")
    assert (answered.status, answered.headers["Content-Length"]) == (200, "100")


@pytest.mark.parametrize(
    ("if_range", "status"),
    [('"tag"', 206), ('"other"', 200), ('W/"tag"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
)
def test_a_range_holds_only_for_the_same_strong_etag(if_range: str, status: int) -> None:
    assert answer("GET", {"range": "bytes=0-0", "if-range": if_range}, size=100, etag="tag").status == status


def test_what_the_client_has_is_not_sent_again() -> None:
    answered = answer("GET", {"if-none-match": '"tag"', "range": "bytes=0-0"}, size=100, etag="tag")
    assert (answered.status, answered.span) == (304, None)


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, False), ("*", True), ('"tag"', True), ('W/"tag"', True), ('"a", "tag"', True), ('"a"', False), ("", False),
     ("tag", False)],
)
def test_if_none_match_compares_weakly(header: str | None, expected: bool) -> None:
    assert matches(header, "tag") is expected
