"""Units of work: a transaction, and what is to happen once it is committed and never if it isn't.

    with unit_of_work(database, storage, wake) as unit:
        ...                                     rows are written, `unit.drop` names files that nobody needs any more
    # committed; now the files are deleted, and `wake` is called if there are hints to send

Nothing inside the block talks to the storage or to the broker: the block may hold locks that everybody waits for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.db.session import Database
from api.storage.base import Storage, discard

_HINTS = "hints"
_DROPPED = "dropped"
_SPENDER = "spender"


class Unit(Session):
    """The session of a unit of work."""

    def drop(self, *prefixes: str) -> None:
        """Deletes these storage keys, and what lies below them, after the commit."""
        note_dropped(self, *prefixes)


def note_dropped(session: Session, *prefixes: str) -> None:
    """As `Unit.drop`. Ignored where the session isn't a unit's: the sweeper finds that nobody needs those files."""
    session.info.setdefault(_DROPPED, []).extend(prefixes)


def note_hints(session: Session) -> None:
    """The transaction leaves hints to be sent. Ignored where the session isn't a unit's: the sweeper sends those."""
    session.info[_HINTS] = True


def spender(session: Session) -> str | None:
    """The id of the key by which the transaction was asked for: what it spends counts for the key's cap."""
    token_id: str | None = session.info.get(_SPENDER)
    return token_id


@contextmanager
def unit_of_work(
    database: Database, storage: Storage, wake: Callable[[], None], *, token_id: str | None = None
) -> Iterator[Unit]:
    """`wake` is told of hints to send; it must not block or fail. `token_id` is the `spender`."""
    with database.begin_as(Unit) as unit:
        unit.info[_SPENDER] = token_id
        yield unit
    discard(storage, *unit.info.get(_DROPPED, ()))
    if unit.info.get(_HINTS):
        wake()
