"""How every process of a farm logs: one line per event on stderr, with the process's role in it, and no secrets."""

import logging
import re

_HIDDEN = (
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/?#]*@", re.IGNORECASE), r"\1***@"),
    (re.compile(r"([?&][\w-]*(?:signature|credential|token|key|secret|password)=)[^&\s\"']+", re.IGNORECASE), r"\1***"),
)
"""What of a URL opens something: names and passwords of databases and brokers, and signatures. Libraries quote whole
URLs in their errors."""


def configure(level: str, role: str) -> None:
    """Sends log records of `level` and above to stderr. Libraries speak up only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(f"%(asctime)s %(levelname)-7s {role}: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library in ("alembic", "celery", "httpx", "kombu", "sqlalchemy", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Leaves out of every record, and of its traceback, what of a URL opens something."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for pattern, replacement in _HIDDEN:
            text = pattern.sub(replacement, text)
        return text
