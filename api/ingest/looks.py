"""Looks at uploaded overlays, by children of the sandbox: how many there may be at a time, and when they end early.

They cost up to ten seconds of a core each, and nobody pays for them. So they have threads of their own, beside those
that all other requests share, and whatever ends a request ends its child.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import anyio
import anyio.to_thread

from api.errors import TooManyRequests
from renderer.sandbox import Child

T = TypeVar("T")

AT_ONCE = 2
"""Of all accounts: so one file that takes long keeps nobody from having another looked at."""

WAIT_S = 10.0
"""How long a request waits for its turn, in which the files before it are done or given up."""


class Looks:
    """One per server process; its methods belong to one event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._accounts: set[str] = set()

    @contextlib.contextmanager
    def one_of(self, account_id: str) -> Iterator["Look"]:
        """While its upload arrives and is looked at. Raises TooManyRequests where the account has one already."""
        if account_id in self._accounts:
            raise TooManyRequests("Another image of this account is being uploaded; send them one after the other")
        self._accounts.add(account_id)
        try:
            yield Look(self._turns)
        finally:
            self._accounts.remove(account_id)


class Look:
    """One look. `started` is for whoever starts the child, in any thread."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._is_over = False

    def started(self, child: Child) -> None:
        """Kills the child at once where nobody waits for it any more."""
        with self._lock:
            self._child = child
            if self._is_over:
                child.kill()

    async def run(self, work: Callable[[], T], gone: Callable[[], Awaitable[object]]) -> T:
        """What `work` returns, in a thread of its own. Its child is killed when `gone` returns or this is cancelled.

        Raises TooManyRequests where its turn doesn't come in time.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError:
            raise TooManyRequests("Too many images are being looked at; try again after a while") from None
        leaving = asyncio.ensure_future(gone())
        leaving.add_done_callback(lambda _: self._end())
        try:
            return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))
        finally:
            leaving.cancel()
            self._end()  # where this was cancelled, the thread is still there
            self._turns.release()

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._child is not None:
                self._child.kill()
