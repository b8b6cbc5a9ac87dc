"""How Generio's API tells errors, in FastAPI's style: `{"detail": "<message>"}`; and for a request that is malformed, a
list of `{"loc": [...], "msg": "<message>", "type": "<code>"}`, with the status 422.

Generio documents 200 and 422 alone; the other statuses are this farm's decision.
"""

import re

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in

MALFORMED = 422

STATUS: dict[str, int] = {
    "invalid_request": MALFORMED,
    "invalid_settings": MALFORMED,
    "invalid_format": MALFORMED,
    "invalid_url": MALFORMED,
    "no_file": MALFORMED,
    "unauthorized": 401,
    "token_expired": 401,
    "no_credits": 402,
    "spending_cap": 402,
    "forbidden": 403,
    "insufficient_scope": 403,
    "storage_limit": 403,
    "not_found": 404,
    "model_not_found": 404,
    "render_not_found": 404,
    "video_not_found": 404,
    "poster_not_found": 404,
    "thumb_not_found": 404,
    "image_not_found": 404,
    "dataset_not_found": 404,
    "file_not_found": 404,
    "usdz_not_found": 404,
    "overlay_not_found": 404,
    "delivery_not_found": 404,
    "key_not_found": 404,
    "method_not_allowed": 405,
    "timeout": 408,
    "request_timeout": 408,
    "invalid_state": 409,
    "idempotency_conflict": 409,
    "idempotency_in_progress": 409,
    "body_too_large": 413,
    "content_too_long": 413,
    "file_too_large": 413,
    "uri_too_long": 414,
    "unsupported_encoding": 415,
    "range_not_satisfiable": 416,
    "too_many_requests": 429,
    "upload_limit": 429,
    "headers_too_large": 431,
    "internal": 500,
    "unavailable": 503,
    "no_space": 507,
}
"""By the farm's own code."""

HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "10"},
    507: {"Retry-After": "60"},
}
"""What an answer of a status says besides."""

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
