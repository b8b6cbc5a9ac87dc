"""Hints to send after the commit. A hint says that a queue has work; losing one costs time, never work."""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import OutboxMessage


def add(session: Session, queue: str) -> None:
    """Announces work on `queue`, if and when the transaction commits."""
    session.execute(insert(OutboxMessage).values(queue=queue, created_at=clock.now()))


def take(session: Session, limit: int) -> list[str]:
    """Removes up to `limit` of the oldest hints and returns their queues, one for each hint."""
    # A CTE, because PostgreSQL may run a subquery that locks rows more than once, and then exceeds the limit.
    oldest = select(OutboxMessage.id).order_by(OutboxMessage.id).limit(limit).with_for_update(skip_locked=True).cte()
    taken = delete(OutboxMessage).where(OutboxMessage.id.in_(select(oldest.c.id))).returning(OutboxMessage.queue)
    return list(session.scalars(taken))
