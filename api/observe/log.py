"""How every process of a farm logs: one event a line on stderr, with the process's role in it, and no secrets.

    with log.about(task="Ab3kF9x2qL1m", attempt="2"):
        ...         every record from here, by whatever module, says in JSON that it is about that task and attempt
"""

import contextlib
import datetime as dt
import logging
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Literal

import orjson

Format = Literal["text", "json"]

_HIDDEN = (
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/?#]*@", re.IGNORECASE), r"\1***@"),
    (re.compile(r"([?&][\w-]*(?:signature|credential|token|key|secret|password)=)[^&\s\"']+", re.IGNORECASE), r"\1***"),
)
"""What of a URL opens something: names and passwords of databases and brokers, and signatures. Libraries quote whole
URLs in their errors."""

_about: ContextVar[Mapping[str, object]] = ContextVar("about")

FIELDS = "fields"
"""The name in `extra` by which a record brings fields of its own, for JSON alone: its message has them as text."""


def configure(level: str, role: str, format: Format = "text") -> None:
    """Sends log records of `level` and above to stderr. Libraries speak up only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        Structured(role)
        if format == "json"
        else Discreet(f"%(asctime)s %(levelname)-7s {role}: %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library in ("alembic", "celery", "httpx", "kombu", "sqlalchemy", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)


def begin_about(**fields: object) -> None:
    """Records of this task of an event loop are about these from now on, and those of threads that it waits for."""
    _about.set({**_about.get({}), **fields})


@contextlib.contextmanager
def about(**fields: object) -> Iterator[None]:
    """Records within the block are about these: ids of a request, a render, a task, and such."""
    token = _about.set({**_about.get({}), **fields})
    try:
        yield
    finally:
        _about.reset(token)


class Discreet(logging.Formatter):
    """Leaves out of every record, and of its traceback, what of a URL opens something."""

    def format(self, record: logging.LogRecord) -> str:
        return hidden(super().format(record))


class Structured(logging.Formatter):
    """A JSON object a line: time (ISO 8601, UTC), level, role, logger, message, `about`'s fields, exception."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "role": self._role, "logger": record.name,
            "message": hidden(record.getMessage()), **_about.get({}), **getattr(record, FIELDS, {}),
        }  # fmt: skip
        if record.exc_info:
            told["exception"] = hidden(self.formatException(record.exc_info))
        return orjson.dumps(told, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def hidden(text: str) -> str:
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text
