"""How Generio's API tells errors, in FastAPI's style: `{"detail": "<message>"}`; and for a request that is malformed, a
list of `{"loc": [...], "msg": "<message>", "type": "<code>"}`, with the status 422.

Generio documents 200 and 422 alone; the other statuses are this farm's decision.
"""

import re

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in
from api.http.statuses import HEADERS, STATUSES

MALFORMED = 422

STATUS: dict[str, int] = STATUSES | dict.fromkeys(
    ("invalid_request", "invalid_settings", "invalid_format", "invalid_url", "no_file"), MALFORMED
)
"""By the farm's own code. What is malformed is told as FastAPI does."""

IN_QUERY = frozenset({"filter_by", "sort_by", "limit", "offset", "include_data"})


def tell(error: FarmError) -> Response:
    status = STATUS[code_in(STATUS, error)]
    detail: object = error.message
    if status == MALFORMED:
        detail = [{"loc": _place(error.param), "msg": error.message, "type": error.code}]
    return JSONResponse({"detail": detail}, status, HEADERS.get(status))


def _place(param: str | None) -> list[str | int]:
    """Where a field is, as FastAPI says it: "inputs[0].data" is ["body", "inputs", 0, "data"]."""
    parts = [int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", param or "")]
    return ["query" if parts and parts[0] in IN_QUERY else "body", *parts]
