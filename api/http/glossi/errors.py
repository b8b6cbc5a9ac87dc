"""How Glossi's API tells errors: `{"error": "<message>", "code": "<CODE>"}`.

Glossi's documentation shows no error. The envelope and the codes are this farm's decision, in the style of its API.
"""

import re

from starlette.responses import JSONResponse, Response

from api.errors import FarmError, FileTooLarge, InvalidFormat, InvalidSettings
from api.http.errors import code_in
from renderer.spec.spelling import camel_case

VALIDATION_ERROR = 400, "VALIDATION_ERROR"
NOT_FOUND = 404, "NOT_FOUND"
CONFLICT = 409, "CONFLICT"
RATE_LIMITED = 429, "RATE_LIMITED"

TOLD: dict[str, tuple[int, str]] = {
    "invalid_request": VALIDATION_ERROR,
    "invalid_settings": VALIDATION_ERROR,
    "invalid_url": VALIDATION_ERROR,
    "no_file": VALIDATION_ERROR,
    "invalid_format": (400, "INVALID_FILE"),
    "unsupported_file_type": (400, "UNSUPPORTED_FILE_TYPE"),
    "upload_not_found": (400, "UPLOAD_NOT_FOUND"),
    "unauthorized": (401, "UNAUTHORIZED"),
    "token_expired": (401, "UNAUTHORIZED"),
    "no_credits": (402, "INSUFFICIENT_CREDITS"),
    "spending_cap": (402, "INSUFFICIENT_CREDITS"),
    "forbidden": (403, "FORBIDDEN"),
    "insufficient_scope": (403, "FORBIDDEN"),
    "storage_limit": (403, "QUOTA_EXCEEDED"),
    "not_found": NOT_FOUND,
    "model_not_found": NOT_FOUND,
    "render_not_found": NOT_FOUND,
    "video_not_found": NOT_FOUND,
    "poster_not_found": NOT_FOUND,
    "thumb_not_found": NOT_FOUND,
    "image_not_found": NOT_FOUND,
    "output_not_found": NOT_FOUND,
    "dataset_not_found": NOT_FOUND,
    "file_not_found": NOT_FOUND,
    "usdz_not_found": NOT_FOUND,
    "overlay_not_found": NOT_FOUND,
    "delivery_not_found": NOT_FOUND,
    "key_not_found": NOT_FOUND,
    "method_not_allowed": (405, "METHOD_NOT_ALLOWED"),
    "timeout": (408, "REQUEST_TIMEOUT"),
    "request_timeout": (408, "REQUEST_TIMEOUT"),
    "invalid_state": CONFLICT,
    "idempotency_conflict": CONFLICT,
    "idempotency_in_progress": CONFLICT,
    "model_not_ready": (409, "MODEL_NOT_READY"),
    "body_too_large": (413, "PAYLOAD_TOO_LARGE"),
    "content_too_long": (413, "PAYLOAD_TOO_LARGE"),
    "file_too_large": (413, "PAYLOAD_TOO_LARGE"),
    "uri_too_long": (414, "URI_TOO_LONG"),
    "unsupported_encoding": (415, "UNSUPPORTED_ENCODING"),
    "range_not_satisfiable": (416, "RANGE_NOT_SATISFIABLE"),
    "too_many_requests": RATE_LIMITED,
    "upload_limit": RATE_LIMITED,
    "headers_too_large": (431, "HEADERS_TOO_LARGE"),
    "internal": (500, "INTERNAL_ERROR"),
    "unavailable": (503, "UNAVAILABLE"),
    "no_space": (507, "STORAGE_FULL"),
}
"""Status and code of every error, by the farm's own code."""

HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "ApiKey"},  # every 401 must name a scheme, and for keys in a header none is registered
    503: {"Retry-After": "10"},
    507: {"Retry-After": "60"},
}
"""What an answer of a status says besides."""

MESSAGES = {
    FileTooLarge.code: "File exceeds the 1 GB limit",
    InvalidFormat.code: "The file is not what its fileType says",
    InvalidSettings.code: "A setting has a wrong value",
}
"""Of errors about which there is nothing more to tell, where the farm's own words are another dialect's."""


def told(error: FarmError) -> tuple[int, str]:
    """Status and code."""
    return TOLD[code_in(TOLD, error)]


def tell(error: FarmError) -> Response:
    status, code = told(error)
    return JSONResponse({"error": message_of(error), "code": code}, status, HEADERS.get(status))


def message_of(error: FarmError) -> str:
    """Where it begins with the name of the field at fault, it has the field's whole path, in Glossi's spelling."""
    if error.message == error.default_message:
        return MESSAGES.get(error.code, error.message)
    if error.param is None:
        return error.message
    path = camel_case(error.param)
    for name in (error.param, error.param.rpartition(".")[2]):
        if re.match(rf"{re.escape(name)}(?!\w)", error.message):
            return path + error.message[len(name) :]
    return error.message
