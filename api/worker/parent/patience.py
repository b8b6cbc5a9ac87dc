"""Outages in the middle of a claim: what was made is not thrown away because nobody can take it just now."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import TypeVar

PAUSE_S = 1.0
"""Between two tries. A database that restarts needs some seconds, and a few dozen workers that ask once a second don't
hold it up."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


def outlast(
    outages: type[Exception] | tuple[type[Exception], ...],
    act: Callable[[], T],
    *,
    stop: threading.Event,
    check: Callable[[], None] = lambda: None,
    seconds: float = math.inf,
) -> T:
    """What `act` returns, which is called again while it raises one of `outages`, for up to `seconds`.

    Raises the outage in the end, and where `stop` is set; and what `check`, called after each pause, raises.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except outages as outage:
            if time.monotonic() >= deadline:
                raise
            logger.warning("Will try again in %g s: %s", PAUSE_S, outage)
            stopping = stop.wait(PAUSE_S)
            check()
            if stopping:
                raise
