"""The outermost layer of the HTTP door: a request id, headers for browsers, and one line in the log; and the layer that
answers when the code breaks, below what else there is to say on every answer.

Pure ASGI, because Starlette's BaseHTTPMiddleware would put a queue between a download and its socket.
"""

import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import counts
from api.errors import FarmError
from api.http.auth import account_in
from api.http.dialect import Dialects
from api.http.peers import UNKNOWN, client_in
from api.ids import new_id
from api.observe import log as observed
from api.observe import trace

FILES_ONLY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of what is no page of ours: whatever a stranger uploaded, no script of it runs. What browsers
show a picture or a video with, if it is opened by itself, is allowed."""

DEFAULTS = {
    b"cache-control": b"no-store",
    b"content-security-policy": FILES_ONLY.encode(),
    b"referrer-policy": b"no-referrer",  # paths and queries may open something to whoever knows them
    b"x-content-type-options": b"nosniff",
}
"""Headers of every answer that does not say otherwise."""

_REQUEST_ID = "request_id"
_STATUS = "status"
"""What a request's state says of it: 0 until its answer begins."""
ROUTE = "route"
"""Where a route of api.http.routes puts its path, with {parameters}: of such there are few."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that are counted by their name: a client may send any word."""

log = logging.getLogger("api.http")


class Boundary:
    """Adds X-Request-Id to every answer, and the DEFAULTS. Where `hsts_seconds` isn't 0 and a request came by https,
    also Strict-Transport-Security.

    The log's line is: client, account, method and path, status, time, request id.
    """

    def __init__(self, app: ASGIApp, *, dialects: Dialects, hsts_seconds: int) -> None:
        self._app = app
        self._dialects = dialects
        self._hsts = f"max-age={hsts_seconds}".encode() if hsts_seconds else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})  # what is below may work on a copy of the scope, but on the same state
        request_id = state[_REQUEST_ID] = new_id()
        state[_STATUS] = 0
        started = time.perf_counter()

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                state[_STATUS] = message["status"]
                counts.observe(
                    "http_request_seconds", time.perf_counter() - started,
                    method=scope["method"] if scope["method"] in METHODS else "other",
                    route=_route_of(scope), status=str(message["status"]),
                )  # fmt: skip
                headers = message["headers"] = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                headers += (default for default in DEFAULTS.items() if default[0] not in said)
                headers.append((b"x-request-id", request_id.encode()))
                if self._hsts is not None and scope["scheme"] == "https":
                    headers.append((b"strict-transport-security", self._hsts))
            await send(message)

        observed.begin_about(request=request_id)
        try:
            with trace.span("request", parent=_traceparent_in(scope), kind="server", request=request_id) as span:
                try:
                    await self._app(scope, receive, send_marked)
                finally:
                    if span is not None:
                        _tell(span, scope)
        finally:
            self._log(scope, request_id, (time.perf_counter() - started) * 1000)

    def _log(self, scope: Scope, request_id: str, milliseconds: float) -> None:
        told = {
            "client": client_in(scope), "account": account_in(scope) or UNKNOWN, "method": scope["method"],
            "path": self._dialects.loggable(scope["path"]), "status": scope["state"][_STATUS],
            "ms": round(milliseconds),
        }  # fmt: skip
        log.info("%s %s %s %s %d %d ms %s", *told.values(), request_id, extra={observed.FIELDS: told})


class Faults:
    """Answers 500 when the code breaks, and quotes the request's id, which the log has beside the traceback."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects) -> None:
        self._app = app
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            request_id = scope["state"][_REQUEST_ID]
            log.exception("request %s failed", request_id)
            if scope["state"][_STATUS]:
                raise  # the answer is under way: all that is left is to break the connection
            error = FarmError(f"Internal server error. Please quote the request id {request_id} when you report it")
            await self._dialects.tell(scope["path"], error)(scope, receive, send)


def _traceparent_in(scope: Scope) -> str | None:
    """Of which trace the request is a part, by its own word."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            told: bytes = value
            return told.decode("latin-1")
    return None


def _tell(span: Any, scope: Scope) -> None:
    """What is known of a request once it is answered, by OpenTelemetry's names."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    span.update_name(f"{method} {_route_of(scope)}")
    told = {"http.request.method": method, "http.route": _route_of(scope)}
    span.set_attributes(told | {"http.response.status_code": scope["state"][_STATUS]})


def _route_of(scope: Scope) -> str:
    """The path of the route that has answered, as it was declared; "none" if none has."""
    found: str | None = scope["state"].get(ROUTE)
    if found is None and "route" in scope:
        found = scope["route"].path
    return found or "none"
