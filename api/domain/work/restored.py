"""A farm that was restored from a backup: its workers are others, and what they had begun has to be done again."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from api.db.tables import Segment, Worker
from api.domain.work import fleet, scheduling
from api.domain.work.states import SegmentState

ATTEMPTS_BETWEEN = 1000
"""How far attempts are numbered on. Where the farm's storage is still that of before, it may have files of attempts
that began after the backup, and no key is written twice; none of them had so many attempts."""


def go_on(session: Session) -> None:
    """Work that was under way is pending again, as no failure; nobody else may be at the database."""
    session.execute(delete(Worker))
    for segment_id in fleet.held_by(session, None):
        scheduling.hand_back(session, segment_id)
    session.execute(
        update(Segment).where(Segment.state != SegmentState.DONE).values(attempt=Segment.attempt + ATTEMPTS_BETWEEN)
    )
