"""From errors to answers: the one place that knows status numbers, and which envelope a path speaks.

Every error of a request ends here: the domain's FarmErrors by their code, and those of the framework (unknown route,
wrong method, validation).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from api.errors import FarmError, InvalidRequest, NotFound, Unavailable
from api.storage.base import StorageUnavailable

log = logging.getLogger("api.http")

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
    "not_found": 404,
    "image_not_found": 404,
    "dataset_not_found": 404,
    "overlay_not_found": 404,
    "delivery_not_found": 404,
    "method_not_allowed": 405,
    "invalid_state": 409,
    "idempotency_conflict": 409,
    "idempotency_in_progress": 409,
    "content_too_long": 413,
    "range_not_satisfiable": 416,
    "unavailable": 503,
}
"""What dx.gl's reference has no code for."""

STATUS = DXGL_STATUS | OUR_STATUS
"""The status of every code."""


class MethodNotAllowed(FarmError):
    code = "method_not_allowed"
    default_message = "This path does not know the method"


class RangeNotSatisfiable(FarmError):
    code = "range_not_satisfiable"
    default_message = "The range lies outside the file"


HEADERS: dict[int, dict[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "10"}}
"""What an answer of a status says besides."""

_FRAMEWORK_ERRORS = {404: NotFound("No such path"), 405: MethodNotAllowed(), 416: RangeNotSatisfiable()}
"""What FastAPI and Starlette raise by status."""

Envelope = Callable[[str, str, int, str | None], Mapping[str, object]]


def _dxgl(code: str, message: str, status: int, param: str | None) -> Mapping[str, object]:
    error: dict[str, object] = {"code": code, "message": message, "status": status}
    if param is not None:
        error["param"] = param
    return {"error": error}


ENVELOPES: dict[tuple[str, ...], Envelope] = {("v1",): _dxgl, (): _dxgl}
"""How errors look below a path, given in whole segments. The longest match counts; () is everything else."""


def envelope_for(path: str) -> Envelope:
    segments = tuple(path.strip("/").split("/"))
    return ENVELOPES[max((prefix for prefix in ENVELOPES if segments[: len(prefix)] == prefix), key=len)]


def error_response(path: str, error: FarmError, *, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that tells `error` to a caller of `path`."""
    status = STATUS[error.code]
    merged = {**HEADERS.get(status, {}), **(headers or {})}
    return JSONResponse(envelope_for(path)(error.code, error.message, status, error.param), status, merged)


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Makes `app`, which has these routers, answer its errors in the envelope of the path."""
    routes = [route for router in routers for route in router.routes if isinstance(route, Route)]

    @app.exception_handler(FarmError)
    async def on_farm_error(request: Request, error: FarmError) -> Response:
        return error_response(request.url.path, error)

    @app.exception_handler(StorageUnavailable)
    async def on_storage_unavailable(request: Request, error: StorageUnavailable) -> Response:
        log.warning("%s: %s", request.url.path, error)
        return error_response(request.url.path, Unavailable())

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        path = request.url.path
        headers = error.headers
        if error.status_code == 405:  # Starlette names the methods of one route only
            methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
            headers = {"Allow": ", ".join(sorted(methods))} if methods else headers
        return error_response(path, _FRAMEWORK_ERRORS[error.status_code], headers=headers)

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        return error_response(request.url.path, invalid_request(error.errors()[0]))

    @app.exception_handler(ClientDisconnect)
    async def on_disconnect(request: Request, error: ClientDisconnect) -> Response:
        return error_response(request.url.path, InvalidRequest("The connection ended before the request did"))


def invalid_request(detail: Mapping[str, Any]) -> InvalidRequest:
    """One of pydantic's error details as an error that names the field."""
    parts = (part for part in detail["loc"] if part not in ("body", "query", "path", "header"))
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return InvalidRequest(f"{field}: {detail['msg']}" if field else detail["msg"], param=field or None)
