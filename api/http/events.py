"""Streams of events: a state asked for once a second, told whenever it has changed, until nothing more will.

FastAPI's EventSourceResponse writes them as server-sent events, and a comment every 15 s so that proxies see life. A
client that goes away cancels the stream; so that a server that stops needn't wait for clients, `Farm.stopping` ends it.
So does a key that is no longer good: a stream may outlive its account's suspension by CHECK_SECONDS only.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from api.errors import Forbidden, InsufficientScope, TokenExpired, Unauthorized, Unavailable
from api.http.auth import Caller
from api.http.state import Farm

POLL_SECONDS = 1.0
CHECK_SECONDS = 5.0

T = TypeVar("T")


async def changes(
    farm: Farm, caller: Caller, first: T, ask: Callable[[], T], is_final: Callable[[T], bool]
) -> AsyncIterator[T]:
    """`first`, then whatever `ask` answers that differs from the last; the last one `is_final`, unless the farm stops
    or the caller's key is no longer good.

    `ask` blocks, so it runs in a worker thread.
    """
    state = first
    checked_at = time.monotonic()

    def asked() -> T:
        nonlocal checked_at
        if time.monotonic() - checked_at >= CHECK_SECONDS:
            caller.check()
            checked_at = time.monotonic()
        return ask()

    yield state
    while not is_final(state):
        await asyncio.sleep(POLL_SECONDS)
        if farm.stopping.is_set():
            return
        try:
            new = await run_in_threadpool(asked)
        except (Unauthorized, TokenExpired, Forbidden, InsufficientScope):
            return
        except Unavailable:
            continue  # whoever watches needn't know of an outage that passes
        if new != state:
            state = new
            yield state
