"""What an error of the database means to us: away for now, full, or a mistake of ours.

The first two become errors that every dialect can tell and that a worker waits out. The rest stays what it is.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from api.errors import FarmError, NoSpace, Unavailable

logger = logging.getLogger(__name__)

Outage = (Unavailable, NoSpace)
"""What passes without anybody's doing wrong: the same transaction may succeed later."""

_SQLITE: dict[int, type[FarmError]] = {
    sqlite3.SQLITE_BUSY: Unavailable,
    sqlite3.SQLITE_LOCKED: Unavailable,
    sqlite3.SQLITE_FULL: NoSpace,
    sqlite3.SQLITE_IOERR: Unavailable,
    sqlite3.SQLITE_CANTOPEN: Unavailable,
    sqlite3.SQLITE_PROTOCOL: Unavailable,  # too many began to read at the same moment
}
"""By primary result code: https://sqlite.org/rescode.html"""

_SQLSTATE: dict[str, type[FarmError]] = {
    "53100": NoSpace,  # disk_full
    "08": Unavailable,  # connection exceptions
    "53": Unavailable,  # insufficient resources: connections, memory
    "57": Unavailable,  # operator intervention: shutdown, start-up, a statement that took too long
    "58": Unavailable,  # errors of the server's system
    "25P03": Unavailable,  # idle_in_transaction_session_timeout
    "40001": Unavailable,  # serialization_failure
    "40P01": Unavailable,  # deadlock_detected
    "55P03": Unavailable,  # lock_not_available
}
"""By SQLSTATE or its class, its first two characters: PostgreSQL's manual, appendix A."""


@contextmanager
def outages_told() -> Iterator[None]:
    """Raises Unavailable or NoSpace in place of an error that means it, with the error itself as the cause."""
    try:
        yield
    except (DBAPIError, TimeoutError) as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        logger.warning("The database can't be used: %s", error.orig if isinstance(error, DBAPIError) else error)
        raise meaning() from error


def _meaning(error: DBAPIError | TimeoutError) -> type[FarmError] | None:
    if isinstance(error, TimeoutError) or error.connection_invalidated:
        return Unavailable
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nobody answered
        return Unavailable if isinstance(error, OperationalError | InterfaceError) else None
    return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])
