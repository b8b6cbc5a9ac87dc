"""The outermost layer of the HTTP door: a request id, one line in the log, and an answer even when the code breaks.

Pure ASGI, because Starlette's BaseHTTPMiddleware would put a queue between a download and its socket.
"""

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import FarmError
from api.http.dialect import Dialects
from api.ids import new_id

log = logging.getLogger("api.http")


class Boundary:
    """Adds X-Request-Id to every answer and `Cache-Control: no-store` to those that say nothing of caching."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects) -> None:
        self._app = app
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        started = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            log.exception("request %s failed", request_id)
            if status:
                raise  # the answer is under way: all that is left is to break the connection
            error = FarmError(f"Internal server error. Please quote the request id {request_id} when you report it")
            await self._dialects.tell(scope["path"], error)(scope, receive, send_marked)
        finally:
            path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")  # still quoted: no line breaks
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s %d %.0f ms %s", scope["method"], path, status, milliseconds, request_id)
