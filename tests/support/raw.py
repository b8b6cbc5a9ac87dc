"""A client that sends bytes as it likes, for what no HTTP client would send."""

import dataclasses
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.support.waiting import HANG_S


@dataclasses.dataclass(frozen=True)
class Answer:
    """`headers` by their names in lower case. `rest` is what came after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    rest: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to the server of this URL."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=HANG_S) as client:
        yield client


def received(client: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    found = bytearray()
    while chunk := client.recv(65536):
        found += chunk
    return bytes(found)


def answer_in(raw: bytes) -> Answer:
    """The first of the answers in `raw`, which has a Content-Length."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    return Answer(int(first.split(" ")[1]), headers, rest[:length], rest[length:])


def ask(url: str, raw: bytes) -> Answer:
    """Sends `raw` and waits until the connection is closed. Returns the only answer."""
    with connected(url) as client:
        client.sendall(raw)
        answer = answer_in(received(client))
    assert answer.rest == b""
    return answer
