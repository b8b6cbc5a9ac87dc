"""Who is connected: caps in total and for each client, and who has to go where one is reached.

A connection *waits* while none of its requests is being worked on: it is silent, or has sent a part of a request.
Clients close such connections themselves at any time, and open others when they need them. So where a cap is reached,
the connection that has waited longest makes room for the new one: as many silent connections as anybody likes keep
nobody out. Only where all of them are busy is the new one refused, with 503 as the answer to its request.
"""

import collections
import enum
import logging
import time
from typing import Protocol

from uvicorn.server import ServerState

from api.http.peers import Proxies, client_of

BURST_SECONDS = 10.0
"""How often at most the log says that there are too many connections."""

REFUSALS = 32
"""Connections beyond the caps that are told so, which takes until their request was read. More are cut off."""

log = logging.getLogger("api.http")


class Connection(Protocol):
    """What a connection is to its table."""

    host: str

    def make_room(self) -> None:
        """Closes it. It waits."""

    def look(self, now: float) -> None:
        """Ends what takes too long; `now` is the event loop's time."""


class Entry(enum.Enum):
    ADMITTED = enum.auto()
    REFUSED = enum.auto()  # to be told so
    CUT_OFF = enum.auto()


class Connections(ServerState):
    """Those of a server process. A connection enters, works, waits, works again, ..., and leaves. Proxies may have as
    many as they like: they stand for many clients, whom api.http.rates counts.

    `answer_seconds` is how long the application may take until its answer begins.
    """

    def __init__(self, *, most: int, most_per_client: int, proxies: Proxies, answer_seconds: float) -> None:
        super().__init__()
        self.answer_seconds = answer_seconds
        self._most = most
        self._most_per_client = most_per_client
        self._proxies = proxies
        self._clients: dict[Connection, str] = {}
        self._open: collections.Counter[str] = collections.Counter()
        self._waiting: dict[Connection, None] = {}  # in the order in which they began to wait, as the next
        self._waiting_of: collections.defaultdict[str, dict[Connection, None]] = collections.defaultdict(dict)
        self._refused: set[Connection] = set()
        self._noted_at = -BURST_SECONDS
        self._since_noted = 0

    def enter(self, connection: Connection) -> Entry:
        """Notes a new connection. If it is not admitted, it is only counted until it leaves."""
        client = client_of(connection.host)
        self._clients[connection] = client
        self._open[client] += 1
        if self._open[client] > self._most_per_client and connection.host not in self._proxies:
            crowd = self._waiting_of[client]
        elif len(self._clients) > self._most:
            crowd = self._waiting
        else:
            self.wait(connection)
            return Entry.ADMITTED
        self._note(client)
        if crowd:
            longest = next(iter(crowd))
            self.leave(longest)
            longest.make_room()
            self.wait(connection)
            return Entry.ADMITTED
        if len(self._refused) >= REFUSALS:
            return Entry.CUT_OFF
        self._refused.add(connection)
        return Entry.REFUSED

    def wait(self, connection: Connection) -> None:
        client = self._clients.get(connection)
        if client is not None:
            self._waiting[connection] = self._waiting_of[client][connection] = None

    def work(self, connection: Connection) -> None:
        client = self._clients.get(connection)
        if client is not None:
            self._waiting.pop(connection, None)
            self._waiting_of[client].pop(connection, None)

    def leave(self, connection: Connection) -> None:
        """Forgets it. Does nothing the second time."""
        self.work(connection)
        client = self._clients.pop(connection, None)
        if client is not None:
            self._refused.discard(connection)
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]
                self._waiting_of.pop(client, None)

    def look(self, now: float) -> None:
        """Has every connection look at its time limits."""
        for connection in list(self._clients):
            connection.look(now)

    def _note(self, client: str) -> None:
        self._since_noted += 1
        now = time.monotonic()
        if now - self._noted_at >= BURST_SECONDS:
            log.warning(
                "Too many connections: %d are open, %d of them from %s; %d closed or refused for it",
                len(self._clients), self._open[client], client, self._since_noted,
            )  # fmt: skip
            self._noted_at, self._since_noted = now, 0
