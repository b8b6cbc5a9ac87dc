"""A command as a user runs it, measured from outside: wall clock, CPU of all its processes, and their memory."""

import dataclasses
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

SAMPLE_S = 0.2

AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Lets Python keep what it compiles, as it does for users, where tests and containers may forbid it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Used:
    """`cpu_s` counts the command and the children it waited for; `peak_bytes` is the most that all of its processes
    held at a time, where they were watched: the sum of their proportional set sizes, looked at every SAMPLE_S."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, *, watched: bool = False) -> Used:
    """Runs `command`, with `environment` and AS_INSTALLED added to this process's.

    Watching its memory slows it by some 3 %, since a process can't map memory while its maps are summed up. Raises
    RuntimeError, with its output, if it fails.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **AS_INSTALLED, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )
        peak = _Peak(process.pid) if watched else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if peak is not None:
            peak.stop()
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{command[0]} ended with code {process.returncode}: {said.read()[-2000:]}")
    return Used(wall, usage.ru_utime + usage.ru_stime, peak.bytes if peak is not None else 0)


class _Peak:
    """Watches a process and its descendants from a thread."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            held = 0
            for process in self._tree():
                try:
                    held += process.memory_full_info().pss
                except psutil.Error:  # it has ended meanwhile
                    continue
            self.bytes = max(self.bytes, held)

    def _tree(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return []
