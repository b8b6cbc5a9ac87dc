"""Counts of what a transaction does, which count once it is committed."""

from sqlalchemy import event
from sqlalchemy.orm import Session

from api import counts

_COUNTED = "counted"


def add(session: Session, name: str, amount: int, **labels: str) -> None:
    """As `counts.add`, if and when the transaction commits."""
    if _COUNTED not in session.info:
        session.info[_COUNTED] = []
        event.listen(session, "after_commit", _count)
    session.info[_COUNTED].append((name, amount, labels))


def _count(session: Session) -> None:
    for name, amount, labels in session.info.pop(_COUNTED, ()):
        counts.add(name, amount, **labels)
