"""From errors to answers: whatever goes wrong in a request ends here, and the dialect of its path tells it.

These are the domain's FarmErrors, and what the framework finds: unknown routes, wrong methods, fields of a wrong type.
"""

import logging
from collections.abc import Container, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.errors import FarmError, InvalidRequest, NoSpace, NotFound, Unavailable
from api.http.dialect import Dialects
from api.storage.base import StorageFull, StorageUnavailable
from api.storage.disk import FULL

log = logging.getLogger("api.http")


class MethodNotAllowed(FarmError):
    code = "method_not_allowed"
    default_message = "This path does not know the method"


class RangeNotSatisfiable(FarmError):
    code = "range_not_satisfiable"
    default_message = "The range lies outside the file"


class MalformedBody(InvalidRequest):
    code = "malformed_body"
    default_message = "The request body can't be read"


class UnknownEncoding(FarmError):
    code = "unsupported_encoding"
    default_message = "Request bodies may be sent as they are, or with Content-Encoding: gzip or br"


class BodyTooLarge(InvalidRequest):
    code = "body_too_large"
    default_message = "The request body is too long"


_FRAMEWORK_ERRORS = {404: NotFound("No such path"), 405: MethodNotAllowed(), 416: RangeNotSatisfiable()}
"""What FastAPI and Starlette raise by status."""


def code_in(table: Container[str], error: FarmError) -> str:
    """The error's own code where the table has it, else that of the kind of error that it is more generally."""
    return next(kind.code for kind in type(error).__mro__ if issubclass(kind, FarmError) and kind.code in table)


def install(app: FastAPI, dialects: Dialects) -> None:
    """Makes `app` answer its errors in the words of the path's dialect."""
    routes = dialects.routes

    @app.exception_handler(FarmError)
    async def on_farm_error(request: Request, error: FarmError) -> Response:
        return dialects.tell(request.url.path, error)

    @app.exception_handler(StorageUnavailable)
    async def on_storage_unavailable(request: Request, error: StorageUnavailable) -> Response:
        log.warning("%s: %s", dialects.loggable(request.url.path), error)
        return dialects.tell(request.url.path, NoSpace() if isinstance(error, StorageFull) else Unavailable())

    @app.exception_handler(OSError)
    async def on_system_error(request: Request, error: OSError) -> Response:
        if error.errno not in FULL:
            raise error
        log.warning("%s: %s", dialects.loggable(request.url.path), error)  # of temporary files
        return dialects.tell(request.url.path, NoSpace())

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        path = request.url.path
        headers = error.headers
        if error.status_code == 405:  # Starlette names the methods of one route only, in any order
            methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
            if "GET" in methods:
                methods.add("HEAD")
            methods = methods or set((headers or {}).get("Allow", "").split(", "))
            headers = {"Allow": ", ".join(sorted(methods))}
        return dialects.tell(path, _FRAMEWORK_ERRORS[error.status_code], headers=headers)

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        return dialects.tell(request.url.path, invalid_request(error.errors()[0]))

    @app.exception_handler(ClientDisconnect)
    async def on_disconnect(request: Request, error: ClientDisconnect) -> Response:
        return dialects.tell(request.url.path, MalformedBody("The connection ended before the request did"))


def invalid_request(detail: Mapping[str, Any]) -> InvalidRequest:
    """One of pydantic's error details as an error that names the field."""
    parts = (part for part in detail["loc"] if part not in ("body", "query", "path", "header"))
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    told = detail["msg"].removeprefix("Value error, ")
    return InvalidRequest(f"{field}: {told}" if field else told, param=field or None)
