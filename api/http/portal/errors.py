"""How the portal's routes tell errors: in the envelope that its pages also get from dx.gl's API."""

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in

STATUS: dict[str, int] = {
    "invalid_request": 400,
    "invalid_settings": 400,
    "unauthorized": 401,
    "token_expired": 401,
    "no_credits": 402,
    "spending_cap": 402,
    "storage_limit": 403,
    "forbidden": 403,
    "insufficient_scope": 403,
    "not_found": 404,
    "model_not_found": 404,
    "image_not_found": 404,
    "key_not_found": 404,
    "flow_not_found": 404,
    "asset_not_found": 404,
    "file_not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "invalid_state": 409,
    "range_not_satisfiable": 416,
    "uri_too_long": 414,
    "unsupported_encoding": 415,
    "too_many_requests": 429,
    "headers_too_large": 431,
    "internal": 500,
    "unavailable": 503,
    "no_space": 507,
}
"""The status of every code."""


def tell(error: FarmError) -> Response:
    code = code_in(STATUS, error)
    described: dict[str, object] = {"code": code, "message": error.message, "status": STATUS[code]}
    if error.param is not None:
        described["param"] = error.param
    return JSONResponse({"error": described}, STATUS[code])
