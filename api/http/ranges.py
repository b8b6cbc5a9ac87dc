"""Downloads of stored files with HTTP's conditions and ranges (RFC 9110, sections 13 and 14).

Starlette's FileResponse knows ranges too, but of local paths only; a stored file may lie in a bucket, and a bundle is
made while it is sent. So the answer is worked out here as plain data, and its bytes come from a function.
"""

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.IGNORECASE | re.ASCII)
_MAX_DIGITS = 18  # more can't be a position in a file


class Unsatisfiable(Exception):
    """The range lies wholly outside the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """The bytes `start` to `end`, exclusive."""

    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What to send: `span` is None where there is no body."""

    status: int
    headers: dict[str, str]
    span: Span | None


def parse_range(header: str, size: int) -> Span | None:
    """The single span that a Range header asks of a file of `size` bytes; None: send it whole.

    Headers that are malformed, in other units or of several ranges are ignored, as RFC 9110 allows. Raises
    Unsatisfiable.
    """
    match = _RANGE.fullmatch(header)
    if match is None or max(map(len, match.groups())) > _MAX_DIGITS:
        return None
    first, last = match.groups()
    if not first:
        if not last:
            return None
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, min(int(last) + 1, size) if last else size)


def answer(method: str, request: Mapping[str, str], *, size: int, etag: str) -> Answer:
    """The answer to a GET or HEAD with these request headers for a file with the strong `etag` (without quotes).

    Ranges are defined for GET alone.
    """
    quoted = f'"{etag}"'
    headers = {"Accept-Ranges": "bytes", "ETag": quoted}
    if matches(request.get("if-none-match"), etag):
        return Answer(304, headers, None)
    wanted = request.get("range") if method == "GET" else None
    if wanted is None or request.get("if-range", quoted) != quoted:
        return Answer(200, headers | {"Content-Length": str(size)}, Span(0, size))
    try:
        span = parse_range(wanted, size)
    except Unsatisfiable:
        return Answer(416, headers | {"Content-Range": f"bytes */{size}"}, None)
    if span is None:
        return Answer(200, headers | {"Content-Length": str(size)}, Span(0, size))
    return Answer(
        206,
        headers
        | {
            "Content-Range": f"bytes {span.start}-{span.end - 1}/{size}",
            "Content-Length": str(span.end - span.start),
        },
        span,
    )


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names `etag`, by the weak comparison that the header is defined with."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return tags == ["*"] or f'"{etag}"' in tags


def file_response(
    read: Callable[[int, int], Iterator[bytes]],
    answered: Answer,
    *,
    method: str,
    content_type: str,
    headers: Mapping[str, str],
) -> Response:
    """`answered` with the bytes it speaks of, which `read` yields by their start and end (exclusive).

    `headers` are added to every answer but 416, which is an error. Raises what `read` raises at its first piece: a file
    that is gone, or a storage that is away, can only be told before the answer has begun.
    """
    if answered.status == 416:
        raise HTTPException(416, "The range lies outside the file", headers=answered.headers)
    merged = answered.headers | dict(headers)
    if answered.span is None:
        return Response(status_code=answered.status, headers=merged)
    if method == "HEAD":
        return Response(status_code=answered.status, headers=merged, media_type=content_type)
    body = read(answered.span.start, answered.span.end)
    begun = itertools.chain(list(itertools.islice(body, 1)), body)
    return StreamingResponse(begun, status_code=answered.status, headers=merged, media_type=content_type)
