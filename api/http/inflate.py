"""Request bodies that arrive compressed: `Content-Encoding: gzip`, as agents and batch clients send long lists.

What leaves here is counted by api.http.limits as if it had been sent so, and decompressed only as it is read: a small
body that swells to gigabytes is refused after the limit's own length.
"""

import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.dialect import Dialects
from api.http.errors import MalformedBody, UnknownEncoding

PIECE_BYTES = 64 * 1024
"""Of decompressed bytes handed on at once."""
IDLE_BYTES = 64 * 1024
"""Of compressed bytes that may come to nothing: a gzip stream may have empty blocks without end."""

GZIP = ("gzip", "x-gzip")
_WINDOW_BITS = zlib.MAX_WBITS | 16  # expects gzip's header and checks its CRC


class Inflate:
    """Decompresses request bodies. Other encodings than gzip are refused, with what would do in `Accept-Encoding`."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects) -> None:
        self._app = app
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = Headers(scope=scope).get("content-encoding", "identity") if scope["type"] == "http" else "identity"
        if encoding.lower() == "identity":
            await self._app(scope, receive, send)
        elif encoding.lower() in GZIP:
            scope = {**scope, "headers": list(scope["headers"])}
            headers = MutableHeaders(scope=scope)
            del headers["content-encoding"]
            del headers["content-length"]  # of the compressed body
            headers["transfer-encoding"] = "chunked"
            await self._app(scope, _Inflated(receive), send)
        else:
            answer = self._dialects.tell(scope["path"], UnknownEncoding(), headers={"Accept-Encoding": "gzip"})
            await answer(scope, receive, send)


class _Inflated:
    """ASGI's receive, with the body decompressed. Raises MalformedBody, once, where it isn't gzip or ends too soon: who
    reads on then only wants the client to finish.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._stream = zlib.decompressobj(_WINDOW_BITS)
        self._waiting = b""
        self._more = True
        self._idle = 0
        self._refused = False

    async def __call__(self) -> Message:
        if self._refused:
            return await self._receive() if self._more else {"type": "http.disconnect"}
        try:
            return await self._inflated()
        except MalformedBody:
            self._refused = True
            raise

    async def _inflated(self) -> Message:
        while True:
            if not self._waiting and self._more:
                message = await self._receive()
                if message["type"] != "http.request":
                    return message
                self._waiting = message.get("body", b"")
                self._more = message.get("more_body", False)
            piece = self._next_piece()
            if not piece and not self._waiting and not self._more and not self._stream.eof:
                raise MalformedBody("The request body ends before its gzip data does")
            more = bool(self._waiting) or self._more or not self._stream.eof
            if piece or not more:
                return {"type": "http.request", "body": piece, "more_body": more}

    def _next_piece(self) -> bytes:
        before = len(self._waiting)
        try:
            piece = self._stream.decompress(self._waiting, PIECE_BYTES)
        except zlib.error as error:
            raise MalformedBody(f"The request body is not valid gzip data: {error}") from None
        if self._stream.unused_data:
            raise MalformedBody("The request body goes on after its gzip data")
        self._waiting = self._stream.unconsumed_tail
        self._idle = 0 if piece else self._idle + before - len(self._waiting)
        if self._idle > IDLE_BYTES:
            raise MalformedBody("The request body is gzip data without content")
        return piece
