"""The last lines that a process has logged, kept in memory for those who can't read its stderr."""

import datetime as dt
import logging
import threading
from collections import deque

from api.observe.log import Discreet, hidden

LINES = 100
LINE_CHARS = 2000
"""Of a line, or of an error with its traceback: together at most 200 KB of a worker."""


class Recent(logging.Handler):
    """`version` changes with whatever is kept. The last error is a record of the level ERROR or above, and when it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Discreet("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S"))
        self.version = 0
        self.last_error: tuple[str, dt.datetime] | None = None
        self._lines: deque[str] = deque(maxlen=LINES)
        self._kept = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if len(text) > LINE_CHARS:  # of a traceback, the end says most
            text = f"{text[: LINE_CHARS // 2]} ... {text[-LINE_CHARS // 2 :]}"
        with self._kept:
            self._lines.append(text)
            self.version += 1
            if record.levelno >= logging.ERROR:
                self.last_error = hidden(record.getMessage())[:LINE_CHARS], dt.datetime.fromtimestamp(
                    record.created, dt.UTC
                )

    def add(self, line: str) -> None:
        """A line that another process has logged."""
        with self._kept:
            self._lines.append(hidden(line)[:LINE_CHARS])
            self.version += 1

    def lines(self) -> list[str]:
        with self._kept:
            return list(self._lines)
