"""How dx.gl's API tells errors: its codes, some of which no other has, their statuses and its envelope."""

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.dxgl.spelling import spelled
from api.http.errors import code_in

DXGL_STATUS: dict[str, int] = {
    "invalid_settings": 400,
    "invalid_format": 400,
    "file_too_large": 400,
    "no_file": 400,
    "model_id_required": 400,
    "renders_required": 400,
    "too_many": 400,
    "sha256_required": 400,
    "url_required": 400,
    "invalid_url": 400,
    "unauthorized": 401,
    "token_expired": 401,
    "no_credits": 402,
    "forbidden": 403,
    "insufficient_scope": 403,
    "model_not_found": 404,
    "render_not_found": 404,
    "video_not_found": 404,
    "poster_not_found": 404,
    "thumb_not_found": 404,
    "file_not_found": 404,
    "timeout": 408,
    "upload_limit": 429,
    "internal": 500,
}
"""Source: dx.gl's API reference, "Errors"."""

OUR_STATUS: dict[str, int] = {
    "invalid_request": 400,
    "spending_cap": 402,
    "storage_limit": 403,  # as all that the reference has an account refused for; 429 says that waiting helps
    "not_found": 404,
    "image_not_found": 404,
    "dataset_not_found": 404,
    "output_not_found": 404,
    "usdz_not_found": 404,
    "overlay_not_found": 404,
    "delivery_not_found": 404,
    "key_not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "invalid_state": 409,
    "idempotency_conflict": 409,
    "idempotency_in_progress": 409,
    "content_too_long": 413,
    "uri_too_long": 414,
    "unsupported_encoding": 415,
    "range_not_satisfiable": 416,
    "too_many_requests": 429,
    "headers_too_large": 431,
    "unavailable": 503,
    "no_space": 507,
}
"""What dx.gl's reference has no code for."""

STATUS = DXGL_STATUS | OUR_STATUS
"""The status of every code."""

HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "10"},
    507: {"Retry-After": "60"},
}
"""What an answer of a status says besides."""


def tell(error: FarmError) -> Response:
    """The envelope around what is `told`."""
    status = STATUS[code_in(STATUS, error)]
    return JSONResponse({"error": told(error)}, status, HEADERS.get(status))


def told(error: FarmError) -> dict[str, object]:
    """The error's code, a message, the status once more and, where there is one, the field at fault."""
    error = spelled(error)
    code = code_in(STATUS, error)
    described: dict[str, object] = {"code": code, "message": error.message, "status": STATUS[code]}
    if error.param is not None:
        described["param"] = error.param
    return described


class ModelIdRequired(FarmError):
    code = "model_id_required"
    default_message = "Missing modelId field"


class RendersRequired(FarmError):
    code = "renders_required"
    default_message = "Missing or empty renders array"


class TooMany(FarmError):
    code = "too_many"
    default_message = "Batch exceeds 100 renders"


class Sha256Required(FarmError):
    code = "sha256_required"
    default_message = "Missing sha256 field"


class UrlRequired(FarmError):
    code = "url_required"
    default_message = "Missing url field"
