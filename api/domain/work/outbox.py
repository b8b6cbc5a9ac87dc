"""Hints to send after the commit. A hint says that a queue has work; losing one costs time, never work."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import OutboxMessage
from api.domain.kit import unit


def add(session: Session, *queues: str) -> None:
    """Announces work on the queues, if and when the transaction commits."""
    if queues:
        moment = clock.now()
        session.execute(insert(OutboxMessage), [{"queue": queue, "created_at": moment} for queue in queues])
        unit.note_hints(session)


def oldest(session: Session, limit: int) -> dict[int, str]:
    """Up to `limit` of the oldest hints: their queues by their ids. They stay until they are `sent`."""
    rows = session.execute(select(OutboxMessage.id, OutboxMessage.queue).order_by(OutboxMessage.id).limit(limit))
    return {row.id: row.queue for row in rows}


def sent(session: Session, ids: Collection[int]) -> None:
    """These hints are on the broker. Two processes may have sent the same one, which does no harm."""
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))
