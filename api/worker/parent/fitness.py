"""Whether this worker can do its work, by how its last orders ended, and whether it may."""

import threading
from collections import Counter

MOST_FAILURES = 2
"""So many failures in a row, of one kind of work, that need not be the model's fault set off a self-test. One may be
chance; a worker that has no more than these spoils at most one of a segment's tries."""


class Fitness:
    """`unfit_reason` says why the worker has left the fleet, and is None while it is in it.

    Failures are counted by kind: a worker whose ffmpeg is broken may well read models. `paused` says that an
    administrator lets it rest; it changes, and the worker claims, under the lock `claiming`. So once it is True and the
    lock was free, no claim comes after.
    """

    def __init__(self) -> None:
        self.unfit_reason: str | None = None
        self.paused = False
        self.claiming = threading.Lock()
        self._failures = Counter[str]()

    def succeeded(self, kind: str) -> None:
        del self._failures[kind]

    def failed(self, kind: str) -> None:
        """The failure may be this worker's."""
        self._failures[kind] += 1

    @property
    def doubtful(self) -> bool:
        """Whether a self-test is due."""
        return self.unfit_reason is not None or any(count >= MOST_FAILURES for count in self._failures.values())

    def proved(self) -> None:
        """The self-test has passed."""
        self._failures.clear()
