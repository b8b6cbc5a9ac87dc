"""Units of work: a transaction, and what is to happen once it is committed and never if it isn't.

    with unit_of_work(database, storage, wake) as unit:
        ...                                     rows are written, `unit.drop` names files that nobody needs any more
    # committed; now the files are deleted, and `wake` is called if there are hints to send
    # and what comes next is done, each in a unit of its own

Nothing inside the block talks to the storage or to the broker: the block may hold locks that everybody waits for.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.db.session import Database
from api.storage.base import Storage, discard

_HINTS = "hints"
_DROPPED = "dropped"
_SPENDER = "spender"
_MOST_UNFINISHED = "most_unfinished"
_NEXT = "next"

logger = logging.getLogger(__name__)


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


def note_next(session: Session, step: Callable[[Unit, str], None], subject_id: str) -> None:
    """After the commit, `step` is done with the subject, in a unit of its own: it may take locks that this one can't.

    Ignored where the session isn't a unit's, and lost where the process dies before: the sweeper finds what is to do.
    """
    session.info.setdefault(_NEXT, {})[step, subject_id] = None


def spend_for(session: Session, token_id: str | None) -> None:
    """What the transaction spends from now on counts for that key's cap."""
    session.info[_SPENDER] = token_id


def spender(session: Session) -> str | None:
    """The id of the key by which the transaction was asked for: what it spends counts for the key's cap."""
    token_id: str | None = session.info.get(_SPENDER)
    return token_id


def most_unfinished(session: Session) -> int | None:
    """As many orders of an account may be unfinished, unless its own quota says otherwise; 0 means any number, and
    None that nobody counts them here."""
    most: int | None = session.info.get(_MOST_UNFINISHED)
    return most


@contextmanager
def unit_of_work(
    database: Database,
    storage: Storage,
    wake: Callable[[], None],
    *,
    token_id: str | None = None,
    most_unfinished: int | None = None,
) -> Iterator[Unit]:
    """`wake` is told of hints to send; it must not block or fail. `token_id` is the `spender`."""
    with database.begin_as(Unit) as unit:
        unit.info[_SPENDER] = token_id
        unit.info[_MOST_UNFINISHED] = most_unfinished
        yield unit
    discard(storage, *unit.info.get(_DROPPED, ()))
    if unit.info.get(_HINTS):
        wake()
    for step, subject_id in unit.info.get(_NEXT, ()):
        try:
            with unit_of_work(database, storage, wake, most_unfinished=most_unfinished) as after:
                step(after, subject_id)
        except Exception:  # what was committed stays so: whoever did it must not take it for failed
            logger.exception("The sweeper will try again")
