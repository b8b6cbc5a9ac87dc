"""What this worker and its child log -> the database, where the portal shows it."""

import os
import sys
import threading
from collections.abc import Callable
from time import monotonic

from api.db.session import Database
from api.domain.work import logs
from api.observe.recent import Recent

WRITE_SECONDS = 15.0
"""How often at most: a worker that draws logs a few lines a minute, and a thousand of them share a database."""


class LogKeeper:
    """Writes what is new of `recent`, whoever calls."""

    def __init__(self, database: Database, worker: str, recent: Recent) -> None:
        self._database = database
        self._worker = worker
        self._recent = recent
        self._written = 0
        self._written_at = -WRITE_SECONDS

    def write(self, *, at_once: bool = False) -> None:
        """Unless that was done just now, or nothing is new."""
        version = self._recent.version
        if version == self._written or (monotonic() - self._written_at < WRITE_SECONDS and not at_once):
            return
        with self._database.begin() as session:
            logs.write(session, self._worker, self._recent.lines(), self._recent.last_error)
        self._written, self._written_at = version, monotonic()


def passed_on(hear: Callable[[str], None]) -> int:
    """A descriptor for the stderr of children: what they write there appears on this process's, and is heard line by
    line, as long as this process lives."""
    lines, written = os.pipe()

    def listen() -> None:
        with os.fdopen(lines, "rb") as pipe:
            for line in pipe:
                sys.stderr.buffer.write(line)
                sys.stderr.buffer.flush()
                hear(line.decode(errors="replace").rstrip())

    threading.Thread(target=listen, name="child-log", daemon=True).start()
    return written
