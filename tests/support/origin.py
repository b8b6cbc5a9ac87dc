"""An HTTP server on loopback that answers with the very bytes it is told to, right or wrong."""

import asyncio
import contextlib
import dataclasses
import re
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping

from tests.support.waiting import HANG_S

ROUNDS = 3
"""Of the event loop, until a socket that was accepted has become a connection."""

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclasses.dataclass
class Origin:
    """`answers` by request target; others are answered with 404.

    `requests` are the heads of all requests so far, `bodies` what came after each.
    """

    port: int
    answers: dict[str, Answer]
    requests: list[str] = dataclasses.field(default_factory=list)
    bodies: list[bytes] = dataclasses.field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(body: bytes = b"", *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """A well-formed answer, unless `headers` say otherwise."""
    fields = {"Content-Length": str(len(body))} | dict(headers or {})
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(status=status, headers={"Location": location})


@contextlib.contextmanager
def running_origin(*, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Origin]:
    """Serves from a thread of its own, until the block ends."""
    origin = Origin(port, {})
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()
    connections: set[asyncio.WriteTransport] = set()

    class Connection(asyncio.StreamReaderProtocol):
        """Is closed in the end, whatever became of it: its handler may not even have begun."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.WriteTransport)
            self.transport = transport
            connections.add(transport)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            connections.discard(self.transport)
            super().connection_lost(error)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if not (first := await reader.readexactly(1)).isupper():
                reply: Answer = answer(status="400 Bad Request")
            else:
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
                origin.bodies.append(await reader.readexactly(int(length[1])) if length else b"")
                origin.requests.append(head)
                reply = origin.answers.get(head.split(" ")[1], answer(status="404 Not Found"))
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def run() -> None:
        server = await loop.create_server(lambda: Connection(asyncio.StreamReader(), serve), host, port, ssl=tls)
        origin.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        for listener in server.sockets:  # Python 3.11's close() would leave sockets open that it has just accepted
            loop.remove_reader(listener.fileno())
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        while connections:
            for transport in connections:
                transport.abort()
            await asyncio.sleep(0)
        server.close()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:  # cancels what still hangs
            runner.run(run())

    thread = threading.Thread(target=main)
    thread.start()
    assert started.wait(HANG_S)
    try:
        yield origin
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
