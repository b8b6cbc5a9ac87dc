"""From a socket to requests: uvicorn's HTTP protocol, with bounds on what a stranger can make it hold and wait for.

uvicorn parses whatever arrives, however long it is, and waits for it however long it takes. Here bytes are counted
before the parser sees them, headers and requests in line are numbered, and whom the server waits for has limited time
(`PATIENCE`). What breaks a bound is answered like any other request, in the words of the path's dialect as far as the
path is known: see `REFUSED`. Then the connection is closed.

The time limits cost a request nothing: every connection is looked at twice a second, and who has been waited for since
too many looks ago is late.
"""

import asyncio
import contextlib
import dataclasses
import enum
import fcntl
import struct
import termios
import urllib.parse
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.errors import FarmError
from api.http.connections import Connections, Entry
from api.http.refusals import (
    AnswerTimeout,
    HeadersTooLarge,
    MalformedRequest,
    RequestTimeout,
    TooManyConnections,
    UriTooLong,
)

REFUSED = "pirouette.refused"
"""In the scope of a request that was refused before anybody worked on it: the FarmError to answer."""

HEAD_BYTES = 64 * 1024
"""Of the request line and all headers; also of a chunk's extensions, and of the trailers of a body. Of what begins in
the middle of a read, as behind another request, what was read with it isn't counted."""
URL_BYTES = 16 * 1024
"""Of the URL alone. RFC 9112 asks for 8,000 at least."""
FIELDS = 100
"""Headers of a request, as many as Apache takes: 64 KB of one-letter headers would be 2.3 MB in Python's lists."""
PIPELINED = 8
"""Requests in line behind the one that is worked on. No browser sends any, and the 256 KB that are read at once have
room for 14,000."""
DROPPED_BYTES = 4 * 1024 * 1024
"""What is read and thrown away of a client that was refused and sends on: closing at once would destroy the answer that
it hasn't read yet."""


class Party(enum.Enum):
    """Whom a connection waits for."""

    HEAD = enum.auto()  # the client: the rest of its request line and headers
    BODY = enum.auto()  # the client: the rest of its body
    ANSWER = enum.auto()  # the farm
    READER = enum.auto()  # the client: that it takes what was sent
    LEAVER = enum.auto()  # the client: that it closes the connection after a refusal


@dataclasses.dataclass(frozen=True, slots=True)
class Patience:
    """In each `seconds` as many bytes must have `moved`; None: all that are waited for."""

    seconds: float
    moved: int | None


PATIENCE = {
    Party.HEAD: Patience(10.0, None),
    # 1 KB/s is a fifth of what a phone has at the edge of a 2G cell, and a minute gets it through a tunnel.
    Party.BODY: Patience(60.0, 60 * 1024),
    Party.READER: Patience(60.0, 60 * 1024),
    Party.LEAVER: Patience(2.0, None),
}
REFUSED_HEAD_SECONDS = 2.0
"""How long a connection beyond the caps has to say what it wants, so as to be told that it can't have it."""


class _Stage(enum.Enum):
    """What is to come next."""

    IDLE = enum.auto()  # a request
    HEAD = enum.auto()  # the rest of its headers
    BODY = enum.auto()  # the rest of its body


class _HalfClosing:
    """A transport for an answer after which nothing more is sent, while the rest of the request may still arrive."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.write = transport.write
        self.is_closing = transport.is_closing

    def close(self) -> None:
        if not self._transport.is_closing():
            self._transport.write_eof()


class _LineFull(Exception):
    """Too many requests are in line."""


@dataclasses.dataclass(slots=True)
class _Wait:
    """`turn` tells what is waited for from what comes next; `moved` counts bytes."""

    party: Party
    turn: int
    since: float
    moved: int


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `host` is the address at its other end."""

    server_state: Connections

    def __init__(
        self,
        config: Config,
        server_state: Connections,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.host = ""
        self._admitted = True
        self._stage = _Stage.IDLE
        self._stalled = 0  # bytes that the parser has got since it last got anywhere
        self._fields = 0
        self._deaf = False  # what still comes is thrown away
        self._dropped = 0
        self._running: RequestResponseCycle | None = None
        self._turn = 0
        self._received = 0  # bytes of bodies
        self._wait: _Wait | None = None

    # called by the event loop

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.host = self.client[0] if self.client else ""
        entry = self.server_state.enter(self)
        self._admitted = entry is Entry.ADMITTED
        if entry is Entry.CUT_OFF:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.leave(self)
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._turn += 1  # the client has taken most of what there was
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            self._dropped += len(data)
            if self._dropped > DROPPED_BYTES:
                self.transport.abort()
            return
        self._unset_keepalive_if_required()
        try:
            while data:
                room = HEAD_BYTES - self._stalled
                piece, data = (data, b"") if len(data) <= room else (data[:room], data[room:])
                self._stalled += len(piece)
                self.parser.feed_data(piece)
                if self._stalled >= HEAD_BYTES:
                    raise HeadersTooLarge
        except HeadersTooLarge as error:
            self._refuse(error, self._half_sent())
        except httptools.HttpParserUpgrade:
            self._hear_no_more()  # the request itself is answered as if it had not asked for another protocol
        except httptools.HttpParserError as error:
            reason = error.__context__
            if isinstance(reason, _LineFull):
                self._hear_no_more()
            else:
                self._refuse(reason if isinstance(reason, FarmError) else MalformedRequest(), self._half_sent())

    # called by the parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._turn += 1
        self._stage = _Stage.HEAD
        self._fields = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            raise UriTooLong

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self._fields > FIELDS:
            raise HeadersTooLarge
        if self._stage is _Stage.HEAD:  # trailers come too late for everybody who looks at headers
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._admitted:
            raise TooManyConnections
        if len(self.pipeline) >= PIPELINED:
            raise _LineFull
        super().on_headers_complete()
        self._stage = _Stage.BODY
        self._stalled = self._fields = 0
        self.server_state.work(self)

    def on_chunk_header(self) -> None:
        self._stalled = 0

    def on_chunk_complete(self) -> None:
        self._stalled = 0

    def on_body(self, body: bytes) -> None:
        self._stalled = 0
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stage = _Stage.IDLE
        self._stalled = 0

    # called by uvicorn's answers

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        self._turn += 1
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._running is None or self._running.response_complete:
            self.server_state.wait(self)

    # called by the table of connections

    def make_room(self) -> None:
        self.transport.close()

    def look(self, now: float) -> None:
        """Ends a wait that has lasted too long."""
        party, moved = self._waited_for()
        if party is None:
            self._wait = None
            return
        patience = self._patience_with(party)
        wait = self._wait
        if wait is None or wait.party is not party or wait.turn != self._turn:
            self._wait = _Wait(party, self._turn, now, moved)
        elif now - wait.since >= patience.seconds:
            if patience.moved is not None and moved - wait.moved >= patience.moved:
                self._wait = _Wait(party, self._turn, now, moved)
            else:
                self._wait = None
                self._end_wait(party)

    def _waited_for(self) -> tuple[Party | None, int]:
        """Whom the connection waits for, and how many bytes have moved; None where nobody is late, however long it
        takes."""
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            return Party.READER, -unsent - _in_kernel(self.transport)
        running = self._running
        if running is None or running.response_complete:
            if self._deaf:
                return Party.LEAVER, 0
            silent = self.cycle is not None and self._stage is _Stage.IDLE and not self._stalled
            return (None if silent else Party.HEAD), 0  # uvicorn's own timer closes the silent
        if running.response_started:
            return None, 0
        if self._stage is _Stage.BODY and running is self.cycle and not self.flow.read_paused:
            return Party.BODY, self._received
        return Party.ANSWER, self._received

    def _patience_with(self, party: Party) -> Patience:
        if party is Party.ANSWER:
            return Patience(self.server_state.answer_seconds, 1)  # 1: a body that the storage takes slowly moves
        if party is Party.HEAD and not self._admitted:
            return Patience(REFUSED_HEAD_SECONDS, None)
        return PATIENCE[party]

    def _end_wait(self, party: Party) -> None:
        if party in (Party.READER, Party.LEAVER):
            self.transport.abort()
        elif party is Party.ANSWER:
            self._refuse(AnswerTimeout(), self._running)
        elif party is Party.HEAD and self._stage is _Stage.IDLE:
            self.transport.close()  # it has asked for nothing: a browser opens such connections in advance
        else:
            self._refuse(RequestTimeout(), self._half_sent())

    # refusals

    def _half_sent(self) -> RequestResponseCycle | None:
        """The request whose headers are there, and whose body isn't."""
        return self.cycle if self._stage is _Stage.BODY else None

    def _hear_no_more(self) -> None:
        """Answers what is in line, and closes."""
        self._deaf = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def _refuse(self, error: FarmError, given_up: RequestResponseCycle | None) -> None:
        """Answers `error` instead of `given_up`, or to a request that isn't one yet, when its turn comes; and closes.

        Who works on the request already finds that its client is gone.
        """
        self._deaf = True
        if self.transport.is_closing():
            return
        if given_up is None:
            scope = self._fragment()
        elif given_up.response_started:
            self.transport.close()  # a cut answer is all that is left
            return
        else:
            scope = dict(given_up.scope)
            given_up.disconnected = True
            given_up.message_event.set()
        scope |= {"state": dict(scope["state"]), REFUSED: error}
        refusal = RequestResponseCycle(
            scope=scope,  # type: ignore[arg-type]  # with a key of our own
            transport=_HalfClosing(self.transport),  # type: ignore[arg-type]  # all that it uses
            flow=self.flow, logger=self.logger, access_logger=self.access_logger, access_log=False,
            default_headers=self.server_state.default_headers, message_event=asyncio.Event(),
            expect_100_continue=False, keep_alive=False, on_response=self.on_response_complete,
        )  # fmt: skip
        running, self.cycle = self._running, refusal
        self.server_state.work(self)
        self.flow.resume_reading()  # else nobody would see the client leave
        if running is None or running.response_complete or running is given_up:
            self.pipeline.clear()
            self._start_asgi_task(refusal, self.app)
        else:
            if given_up is not None:
                self.pipeline.popleft()
            self.pipeline.appendleft((refusal, self.app))

    def _fragment(self) -> dict[str, Any]:
        """The scope of a request of which no more may have come than the beginning of its path."""
        if self._stage is _Stage.IDLE:
            self.on_message_begin()
        raw_path = self.url.partition(b"?")[0]
        with contextlib.suppress(httptools.HttpParserInvalidURLError):
            raw_path = httptools.parse_url(self.url).path or raw_path  # it may begin with a host
        path = urllib.parse.unquote(raw_path.decode("latin-1"))
        method = self.parser.get_method().decode("ascii") if self.url else "GET"
        return {**self.scope, "method": method, "path": path, "raw_path": raw_path, "query_string": b""}


def _in_kernel(transport: asyncio.Transport) -> int:
    """Bytes that the kernel has taken and the client has not. A slow client may have megabytes waiting there, so what
    the transport holds says nothing of whether it takes any."""
    connection = transport.get_extra_info("socket")
    try:
        answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    except OSError:
        return 0
    return int(struct.unpack("i", answer)[0])
