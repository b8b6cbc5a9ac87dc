"""How much a child gets of a machine that others use too."""

from collections.abc import Iterator
from pathlib import Path


class Share:
    """Of the time in which the process's threads could have run on a core, the share in which they did."""

    def __init__(self, pid: int, proc: Path = Path("/proc")) -> None:
        self._tasks = proc / f"{pid}/task"
        self._before: dict[str, tuple[int, int]] = {}

    def since_last(self) -> float:
        """0 to 1, since this was called last. 1 where the threads slept all the time, as they do when a driver hangs,
        where the process has ended, and where the kernel doesn't tell."""
        now = dict(self._times())
        ran = waited = 0
        for thread, times in now.items():
            before = self._before.get(thread, (0, 0))
            ran += times[0] - before[0]
            waited += times[1] - before[1]
        self._before = now
        return ran / (ran + waited) if ran + waited > 0 else 1.0

    def _times(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """By thread, the nanoseconds that it ran, and that it was ready to but other threads had the cores: the first
        two numbers of schedstat (sched-stats in the kernel's documentation)."""
        try:
            threads = list(self._tasks.iterdir())
        except OSError:
            return
        for thread in threads:
            try:
                ran, waited, _ = (thread / "schedstat").read_text().split()
            except (OSError, ValueError):  # the thread has ended
                continue
            yield thread.name, (int(ran), int(waited))
