"""What a request may bring, and how often a client may ask: before anything is parsed, stored or looked up.

Bytes are counted as they arrive.

A client that is refused in mid-upload is often still sending, and closing the socket on it would destroy the answer
that it hasn't read yet. So the answer goes out whole, then what still arrives is read and thrown away, within bounds.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ContentTooLong, FarmError, FileTooLarge
from api.http.dialect import Dialects
from api.http.errors import BodyTooLarge
from api.http.peers import client_in
from api.http.protocol import REFUSED
from api.http.rates import Limits
from api.settings import Settings
from api.storage.signing import PREFIX

MEGABYTE = 1024 * 1024
BODY_LIMIT = MEGABYTE
"""Bytes of a request that is not an upload."""
ENVELOPE_BYTES = MEGABYTE
"""What an upload may bring beside the file: boundaries, settings, fields that nobody reads."""

SIGNED_UPLOADS = ("PUT", PREFIX)
"""Method and beginning of the path of uploads by a signed link: their route counts."""

_LINGER_SECONDS = 30.0
_LINGER_BYTES = 512 * MEGABYTE


def file_too_large(max_upload_mb: int) -> FileTooLarge:
    return FileTooLarge(f"File exceeds the {max_upload_mb} MB limit")


class BodyLimit:
    """Refuses bodies over the limit: at once where Content-Length says so, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects, settings: Settings) -> None:
        self._app = app
        self._dialects = dialects
        self._uploads = [
            (upload.method, compile_path(upload.path)[0], upload.max_mb(settings))
            for dialect in dialects.all
            for upload in dialect.uploads
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if REFUSED in scope:
            await self._dialects.tell(scope["path"], scope[REFUSED])(scope, receive, send)
            return
        limit, error = self._rule(scope)
        body = _Body(Headers(scope=scope), receive, limit, error)
        if body.finished:  # there is none
            await self._app(scope, receive, send)
            return
        send = _lingering(body, send)
        if body.announced > limit:
            await self._dialects.tell(scope["path"], error)(scope, receive, send)
        else:
            await self._app(scope, body.receive, send)

    def _rule(self, scope: Scope) -> tuple[int, FarmError]:
        method, beginning = SIGNED_UPLOADS
        if scope["method"] == method and scope["path"].startswith(beginning):
            return sys.maxsize, ContentTooLong()
        for method, path, megabytes in self._uploads:
            if scope["method"] == method and path.match(scope["path"]):
                return megabytes * MEGABYTE + ENVELOPE_BYTES, file_too_large(megabytes)
        return BODY_LIMIT, BodyTooLarge(f"The request is longer than {BODY_LIMIT // 1024} KB")


class ClientLimit:
    """Refuses what one client asks too often. Behind a proxy, also what it asks at the same time: elsewhere these are
    no more than its connections, which are counted."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects, limits: Limits, behind_proxy: bool) -> None:
        self._app = app
        self._dialects = dialects
        self._limits = limits
        self._behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        buckets = self._limits.of_clients(scope["path"]) if scope["type"] == "http" else None
        if scope["type"] != "http" or (buckets is None and not self._behind_proxy):
            await self._app(scope, receive, send)
            return
        with contextlib.ExitStack() as held:
            try:
                if buckets is not None:
                    buckets.take(client_in(scope))
                if self._behind_proxy:
                    held.enter_context(self._limits.requests.one_more(client_in(scope)))
            except FarmError as error:
                await self._dialects.tell(scope["path"], error)(scope, receive, send)
                return
            await self._app(scope, receive, send)


class _Body:
    """The request's body on its way in. `finished`: all of it has arrived, or the client is gone."""

    def __init__(self, headers: Mapping[str, str], receive: Receive, limit: int, error: FarmError) -> None:
        length = headers.get("content-length", "0")
        self.announced = int(length) if length.isdecimal() else 0
        self.finished = self.announced == 0 and "transfer-encoding" not in headers
        self._receive = receive
        self._left = limit
        self._error = error

    async def receive(self) -> Message:
        """ASGI's receive; raises the FarmError when the limit is passed."""
        message = await self.receive_unlimited()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._error
        return message

    async def receive_unlimited(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.finished = True
        return message


def _lingering(body: _Body, send: Send) -> Send:
    """A `send` that, where the body has not arrived in full, reads on after the answer before it lets go."""

    async def send_and_linger(message: Message) -> None:
        if body.finished:
            await send(message)
        elif message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)
        elif message.get("more_body", False):
            await send(message)
        else:
            await send({**message, "more_body": True})
            await _discard(body)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_and_linger


async def _discard(body: _Body) -> None:
    deadline = time.monotonic() + _LINGER_SECONDS
    left = _LINGER_BYTES
    while not body.finished and left > 0:
        try:
            message = await asyncio.wait_for(body.receive_unlimited(), max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            return
        left -= len(message.get("body", b""))
