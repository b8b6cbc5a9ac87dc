"""How the Grok 3D pipeline's API tells errors: `{"error": "<message>", "detail": "<message>"}`.

The document has the first field. The second is what the original server sends.
"""

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in

STATUS: dict[str, int] = {
    "invalid_request": 400,
    "invalid_settings": 400,
    "invalid_format": 400,
    "no_file": 400,
    "invalid_url": 400,
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
"""By the farm's own code. The document has 200, 400, 404 and 500."""

HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "10"},
    507: {"Retry-After": "60"},
}
"""What an answer of a status says besides."""


def tell(error: FarmError) -> Response:
    status = STATUS[code_in(STATUS, error)]
    return JSONResponse({"error": error.message, "detail": error.message}, status, HEADERS.get(status))
