"""Waiting for what a test has set off."""

import time
from collections.abc import Callable
from typing import Any

HANG_S = 200.0
"""After so long a test fails, however busy the machine is."""


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Polls until `condition` gives something true, and returns that."""
    deadline = time.monotonic() + HANG_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {HANG_S:g} s: {what}")
        time.sleep(0.02)
