"""Request bodies that arrive compressed: `Content-Encoding: gzip` or `br`, as agents and batch clients send long lists.

What leaves here is counted by api.http.limits as if it had been sent so, and decompressed only as it is read: a small
body that swells to gigabytes is refused after the limit's own length.
"""

import zlib
from typing import Protocol

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.dialect import Dialects
from api.http.errors import MalformedBody, UnknownEncoding

PIECE_BYTES = 64 * 1024
"""About so many decompressed bytes are handed on at once."""
IDLE_BYTES = 64 * 1024
"""Of compressed bytes that may come to nothing: a stream may have empty blocks without end."""

_WINDOW_BITS = zlib.MAX_WBITS | 16  # expects gzip's header and checks its CRC


class Decoder(Protocol):
    """A stream that is decompressed. `piece` takes compressed data, only while it is `hungry`, and returns up to about
    PIECE_BYTES of what it has; it raises MalformedBody for what is no such data."""

    @property
    def hungry(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    def piece(self, data: bytes) -> bytes: ...


class Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_WINDOW_BITS)
        self._waiting = b""

    @property
    def hungry(self) -> bool:
        return not self._waiting

    @property
    def ended(self) -> bool:
        return self._stream.eof

    def piece(self, data: bytes) -> bytes:
        try:
            piece = self._stream.decompress(self._waiting + data, PIECE_BYTES)
        except zlib.error as error:
            raise MalformedBody(f"The request body is not valid gzip data: {error}") from None
        if self._stream.unused_data:
            raise MalformedBody("The request body goes on after its compressed data")
        self._waiting = self._stream.unconsumed_tail
        return piece


class Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def hungry(self) -> bool:
        accepts: bool = self._stream.can_accept_more_data()
        return accepts

    @property
    def ended(self) -> bool:
        finished: bool = self._stream.is_finished()
        return finished

    def piece(self, data: bytes) -> bytes:
        if self.ended:
            if data:
                raise MalformedBody("The request body goes on after its compressed data")
            return b""
        try:
            piece: bytes = self._stream.process(data, output_buffer_limit=PIECE_BYTES)
        except brotli.error:
            raise MalformedBody("The request body is not valid Brotli data") from None
        return piece


DECODERS: dict[str, type[Gzip] | type[Brotli]] = {"gzip": Gzip, "x-gzip": Gzip, "br": Brotli}
"""By content coding, as RFC 9110 and RFC 7932 register them."""


class Inflate:
    """Decompresses request bodies. Other encodings are refused, with what would do in `Accept-Encoding`."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects) -> None:
        self._app = app
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = Headers(scope=scope).get("content-encoding", "identity") if scope["type"] == "http" else "identity"
        decoder = DECODERS.get(encoding.lower())
        if encoding.lower() == "identity":
            await self._app(scope, receive, send)
        elif decoder is not None:
            scope = {**scope, "headers": list(scope["headers"])}
            headers = MutableHeaders(scope=scope)
            del headers["content-encoding"]
            del headers["content-length"]  # of the compressed body
            headers["transfer-encoding"] = "chunked"
            await self._app(scope, _Inflated(receive, decoder()), send)
        else:
            answer = self._dialects.tell(scope["path"], UnknownEncoding(), headers={"Accept-Encoding": "gzip, br"})
            await answer(scope, receive, send)


class _Inflated:
    """ASGI's receive, with the body decompressed. Raises MalformedBody, once, where it is damaged or ends too soon: who
    reads on then only wants the client to finish.
    """

    def __init__(self, receive: Receive, decoder: Decoder) -> None:
        self._receive = receive
        self._decoder = decoder
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
            data = b""
            if self._decoder.hungry and self._more:
                message = await self._receive()
                if message["type"] != "http.request":
                    return message
                data = message.get("body", b"")
                self._more = message.get("more_body", False)
            piece = self._decoder.piece(data)
            self._idle = 0 if piece else self._idle + len(data)
            if self._idle > IDLE_BYTES:
                raise MalformedBody("The request body is compressed data without content")
            is_all = self._decoder.hungry and not self._more
            if is_all and not piece and not self._decoder.ended:
                raise MalformedBody("The request body ends before its compressed data does")
            more = not (is_all and self._decoder.ended)
            if piece or not more:
                return {"type": "http.request", "body": piece, "more_body": more}
