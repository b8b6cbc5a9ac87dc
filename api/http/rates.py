"""How much one account or one client may ask: requests a minute, and how many of a kind at the same time.

Each server process counts for itself, so that N of them allow N times as much. A count that they share would cost every
request a question to Redis or to the database, and be lost with them; what is protected here is the process itself.
What may not be exceeded, such as credits, is counted by the database.
"""

import collections
import contextlib
import dataclasses
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from api.errors import FarmError, TooManyRequests
from api.http.refusals import TooManyConnections
from api.settings import Settings

REMEMBERED = 10_000
"""Keys that Buckets tell apart, in 1 MB of memory. Beyond it, the one not seen for longest starts anew."""

MOST_PICTURES = 100
"""Requests that wait for pictures of one account: a page of a shop has as many, over one connection of HTTP/2."""


@dataclasses.dataclass(frozen=True, slots=True)
class Surface:
    """What is below `prefix`, and how many requests a minute of one account, and of one client without an account, are
    answered there, by the server's settings; 0: as many as they like."""

    prefix: str
    per_account: Callable[[Settings], int]
    per_client: Callable[[Settings], int]


def unlimited(settings: Settings) -> int:
    return 0


class Buckets:
    """A token bucket for each key: `per_minute` at once, and as many each minute after. Safe to share between threads.

    A bucket is one number, the time at which it will be full again (the generic cell rate algorithm).
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 60.0 / per_minute
        self._clock = clock
        self._full_at: dict[str, float] = {}  # the one asked for last is at the end
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Raises TooManyRequests where the bucket is empty."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.pop(key, now), now)
            late = full_at + self._interval - now - 60.0
            enough = late < 1e-6  # what adding up so many intervals may be off by
            self._full_at[key] = full_at + self._interval if enough else full_at
            if len(self._full_at) > REMEMBERED:
                del self._full_at[next(iter(self._full_at))]
        if not enough:
            raise TooManyRequests(retry_after=math.ceil(late))


class Tally:
    """How many of a kind each key has at the same time. To be used by one thread."""

    def __init__(self, most: int, refusal: Callable[[], FarmError]) -> None:
        self._most = most
        self._refusal = refusal
        self._counts: collections.Counter[str] = collections.Counter()

    @contextlib.contextmanager
    def one_more(self, key: str) -> Iterator[None]:
        """Counts while the block runs. Raises the refusal where there are enough."""
        if self._counts[key] >= self._most:
            raise self._refusal()
        self._counts[key] += 1
        try:
            yield
        finally:
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]


class Limits:
    """All that one server process counts. Of surfaces, the one with the longest prefix of a path has its say."""

    def __init__(self, surfaces: Iterable[Surface], settings: Settings) -> None:
        self._rows = [
            (row.prefix, _buckets(row.per_account(settings)), _buckets(row.per_client(settings)))
            for row in sorted(surfaces, key=lambda row: len(row.prefix), reverse=True)
        ]
        self.pictures = Tally(MOST_PICTURES, lambda: TooManyRequests("Too many pictures are being drawn"))
        self.streams = Tally(settings.account_streams, lambda: TooManyRequests("Too many event streams are open"))
        self.uploads = Tally(settings.account_uploads, lambda: TooManyRequests("Too many uploads are under way"))
        self.requests = Tally(settings.max_connections_per_client, TooManyConnections)

    def of_accounts(self, path: str) -> Buckets | None:
        return self._row(path)[1]

    def of_clients(self, path: str) -> Buckets | None:
        return self._row(path)[2]

    def _row(self, path: str) -> tuple[str, Buckets | None, Buckets | None]:
        found = (row for row in self._rows if not row[0] or path == row[0] or path.startswith(f"{row[0]}/"))
        return next(found, ("", None, None))


def _buckets(per_minute: int) -> Buckets | None:
    return Buckets(per_minute) if per_minute else None
