"""What all processes of the farm have counted: each writes its own row, so none waits for another.

A row is what its process has counted since the row began. Rows of processes that are gone are added up in one, so that
the sum of all never gets less. A process that was taken for gone and isn't begins a new row.
"""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from api.counts import Numbers, plus
from api.db import dialects
from api.db.dialects import from_now
from api.db.tables import ProcessCounts

GONE = ""
"""The row of those that are gone."""

SILENCE_SECONDS = 600.0
"""Who has written nothing for so long is gone: ten times as long as a quiet process lets pass."""


def write(session: Session, process: str, numbers: Numbers) -> bool:
    """Writes all that the process's row is to have. False if it has no row (any more)."""
    found = session.scalar(
        update(ProcessCounts)
        .where(ProcessCounts.process == process)
        .values(numbers=numbers, seen_at=from_now(0))
        .returning(ProcessCounts.process)
    )
    return found is not None


def begin(session: Session, process: str, numbers: Numbers) -> None:
    """The process's row begins with so much."""
    session.execute(insert(ProcessCounts).values(process=process, numbers=numbers, seen_at=from_now(0)))


def total(session: Session) -> Numbers:
    """What all have counted."""
    found: Numbers = {}
    for numbers in session.scalars(select(ProcessCounts.numbers)):
        found = plus(found, numbers)
    return found


def fold(session: Session) -> None:
    """Adds up the rows of those that are gone. Any number of processes may call it."""
    session.execute(
        dialects.insert(session, ProcessCounts)
        .values(process=GONE, numbers={}, seen_at=from_now(0))
        .on_conflict_do_nothing()
    )
    gone = session.scalars(
        select(ProcessCounts.numbers).where(ProcessCounts.process == GONE).with_for_update()
    ).one()
    rows = session.scalars(
        delete(ProcessCounts)
        .where(ProcessCounts.process != GONE, ProcessCounts.seen_at < from_now(-SILENCE_SECONDS))
        .returning(ProcessCounts.numbers)
    ).all()
    if rows:
        for numbers in rows:
            gone = plus(gone, numbers)
        session.execute(
            update(ProcessCounts).where(ProcessCounts.process == GONE).values(numbers=gone, seen_at=from_now(0))
        )
