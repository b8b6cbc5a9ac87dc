"""/v1/renders/export: renders and where their files are, as a table or as a plain list."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from api import clock
from api.domain.renders import lists
from api.domain.renders.lists import ExportRow
from api.domain.renders.outputs import FILES, MAIN
from api.domain.renders.states import RenderStatus
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import PREFIX, new_router
from api.http.dxgl.renders import FilterQuery
from api.http.state import FarmDep
from api.http.tables import MEDIA_TYPE, csv_response

COLUMNS = (
    "modelId", "title", "sku", "tags", "renderId", "quality", "aspect", "length", "status", "createdAt", "videoUrl",
    "posterUrl",
)  # fmt: skip

router = new_router("renders")


class Format(StrEnum):
    CSV = "csv"
    URLS = "urls"


class ExportQuery(FilterQuery):
    """Which renders, and how."""

    format: Format = Field(
        Format.CSV,
        description="csv is a table of all renders; urls are the links of those that are done, by line",
    )


@router.get(
    "/renders/export",
    response_class=Response,
    responses={
        200: {"description": "The table, or the list", "content": {MEDIA_TYPE: {}, "text/plain": {}}}, **errors()
    },
)  # fmt: skip
def export_renders(
    principal: Reader,
    farm: FarmDep,
    request: Request,
    query: Annotated[ExportQuery, Query()],
) -> Response:
    """Beyond dx.gl's API: all renders that the filters of GET /v1/renders leave, newest first, without pages.

    The links need a token, as the files do.
    """
    base = str(request.base_url).rstrip("/")
    rows = lists.export(farm.database.read, principal.account_id, query.filter())
    if query.format == Format.URLS:
        return StreamingResponse(_urls(rows, base), media_type=PlainTextResponse.media_type)
    return csv_response(COLUMNS, (_row(each, base) for each in rows), filename="renders.csv")


def _urls(rows: Iterator[ExportRow], base: str) -> Iterator[str]:
    for row in rows:
        if row.status == RenderStatus.DONE:
            yield f"{_url(row, base, MAIN[row.output])}\r\n"


def _row(row: ExportRow, base: str) -> tuple[object, ...]:
    done = row.status == RenderStatus.DONE
    return (
        row.model_id, row.title, row.sku, ", ".join(row.tags), row.id,
        *(row.settings.get(name) for name in ("quality", "aspect", "length")),
        row.status, clock.iso(row.created_at),
        _url(row, base, MAIN[row.output]) if done else None,
        _url(row, base, "poster") if done and "poster" in FILES[row.output] else None,
    )  # fmt: skip


def _url(row: ExportRow, base: str, file: str) -> str:
    return f"{base}{PREFIX}/renders/{row.id}/{file}"
