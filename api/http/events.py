"""Streams of events: a state asked for once a second, told whenever it has changed, until nothing more will.

FastAPI's EventSourceResponse writes them as server-sent events, and a comment every 15 s so that proxies see life. A
client that goes away cancels the stream; so that a server that stops needn't wait for clients, `Farm.stopping` ends it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from api.http.state import Farm

POLL_SECONDS = 1.0

T = TypeVar("T")


async def changes(farm: Farm, first: T, ask: Callable[[], T], is_final: Callable[[T], bool]) -> AsyncIterator[T]:
    """`first`, then whatever `ask` answers that differs from the last; the last one `is_final`, unless the farm stops.

    `ask` blocks, so it runs in a worker thread.
    """
    state = first
    yield state
    while not is_final(state):
        await asyncio.sleep(POLL_SECONDS)
        if farm.stopping.is_set():
            return
        asked = await run_in_threadpool(ask)
        if asked != state:
            state = asked
            yield state
