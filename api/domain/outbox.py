"""Hints to send after the commit. A hint says that a queue has work; losing one costs time, never work."""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import OutboxMessage


def add(session: Session, queue: str) -> None:
    """Announces work on `queue`, if and when the transaction commits."""
    session.execute(insert(OutboxMessage).values(queue=queue, created_at=clock.now()))


def take(session: Session, limit: int) -> list[str]:
    """Removes up to `limit` hints, oldest first, and returns their queues, one for each hint."""
    oldest = (
        select(OutboxMessage.id).order_by(OutboxMessage.id).limit(limit).with_for_update(skip_locked=True)
    ).scalar_subquery()
    return list(
        session.scalars(delete(OutboxMessage).where(OutboxMessage.id.in_(oldest)).returning(OutboxMessage.queue))
    )
