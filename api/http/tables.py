"""Long tables as CSV (RFC 4180), sent as they are made."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from starlette.responses import StreamingResponse

from api.storage.attachment import attachment

MEDIA_TYPE = "text/csv"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet calculates cells that begin so: a text of a stranger must not (OWASP, "CSV injection")."""


def csv_response(header: Sequence[str], rows: Iterable[Sequence[object]], *, filename: str) -> StreamingResponse:
    """A download. None is an empty cell; texts that a spreadsheet would calculate begin with an apostrophe."""
    return StreamingResponse(
        _lines(header, rows),
        media_type=f"{MEDIA_TYPE}; charset=utf-8; header=present",
        headers={"Content-Disposition": attachment(filename)},
    )


def _lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
