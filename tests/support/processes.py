"""Processes of others, as a test strikes them."""

from collections.abc import Iterable
from pathlib import Path

import psutil

from tests.support.waiting import wait_for

STILL = {"T", "Z"}
"""Stopped by a signal, or ended, which nobody has asked about yet: whoever would may stand still, too."""


def freeze(process: psutil.Process) -> None:
    """Has all its threads stand still. The signal alone takes its time, and the process may do a lot until then."""
    process.suspend()
    wait_for(lambda: set(_states(process.pid)) <= STILL, f"process {process.pid} to stand still")


def _states(pid: int) -> list[str]:
    """The state of each thread, as proc(5) has it."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [(thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in threads]


def gone(processes: Iterable[psutil.Process]) -> bool:
    """Whether all have ended."""
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
