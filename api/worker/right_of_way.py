"""Previews go first: while one is drawn on this machine, another of its workers stands still between two frames.

Somebody waits for a preview, and the render that the same upload ordered would take half of the cores from it. One
worker is enough: a preview makes use of twice its worker's share of the cores (`api.processes.supervisor`). None stands
still for more than half of its time, so previews that never end don't end the work that is paid for.
"""

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

LONGEST_S = 4.0
"""How long work that went on undisturbed may be held up: a preview takes about as long on two cores."""
POLL_S = 0.02


class RightOfWay:
    """What one worker knows of it. All workers of a machine share `folder`, whose locks go with their processes."""

    def __init__(self, folder: Path) -> None:
        self._previews = folder / "preview.turn"
        self._waiting = folder / "waiting.turn"
        self._patience = LONGEST_S
        self._went_on = monotonic()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """While a preview is drawn."""
        with self._previews.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def give(self, check: Callable[[], None]) -> float:
        """Between two steps of any other work: waits for a preview; how many seconds. `check` is called meanwhile, and
        may raise."""
        start = monotonic()
        self._patience = min(LONGEST_S, self._patience + start - self._went_on)
        try:
            with self._waiting.open("w") as waiting, contextlib.suppress(BlockingIOError):
                while monotonic() - start < self._patience and self._preview_is_drawn():
                    fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused where another worker waits already
                    check()
                    sleep(POLL_S)
        finally:
            self._went_on = monotonic()
            self._patience -= self._went_on - start
        return self._went_on - start

    def _preview_is_drawn(self) -> bool:
        with self._previews.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
