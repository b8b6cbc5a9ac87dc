"""How long a child waits for a core of a machine that others use too."""

from collections.abc import Iterator
from pathlib import Path


class CoreWaits:
    """Follows a process from now on."""

    def __init__(self, pid: int, proc: Path = Path("/proc")) -> None:
        self._tasks = proc / f"{pid}/task"
        self._before = dict(self._waits())

    def since_last(self) -> float:
        """Seconds since this was called last, or since the beginning, for which a thread was ready to run but others
        had the cores: those of the thread that waited longest.

        0 where all threads slept, as they do when a driver hangs, where the process has ended, and where the kernel
        doesn't tell.
        """
        now = dict(self._waits())
        longest = max((waited - self._before.get(thread, 0) for thread, waited in now.items()), default=0)
        self._before = now
        return longest / 1e9

    def _waits(self) -> Iterator[tuple[str, int]]:
        """By thread, nanoseconds: the second number of schedstat (sched-stats in the kernel's documentation)."""
        try:
            threads = list(self._tasks.iterdir())
        except OSError:
            return
        for thread in threads:
            try:
                _, waited, _ = (thread / "schedstat").read_text().split()
            except (OSError, ValueError):  # the thread has ended
                continue
            yield thread.name, int(waited)
