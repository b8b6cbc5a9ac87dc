"""What workers have logged last, for who runs the farm to read without a way to their machines."""

import dataclasses
import datetime as dt

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from api.db.dialects import from_now, insert
from api.db.tables import Worker, WorkerLog
from api.errors import NotFound

KEPT_SECONDS = 24 * 3600.0
"""How long the log of a worker stays that writes nothing more: why one is gone is asked on the next day, too."""


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerError:
    """`error` is None for a worker that had none. `written_at` is when something was last logged."""

    worker: str
    error: str | None
    at: dt.datetime | None
    written_at: dt.datetime


def write(session: Session, worker: str, lines: list[str], last_error: tuple[str, dt.datetime] | None) -> None:
    """These are the worker's last lines from now on, the oldest first."""
    error, at = last_error or (None, None)
    values = {"lines": lines, "last_error": error, "last_error_at": at, "written_at": from_now(0)}
    session.execute(
        insert(session, WorkerLog)
        .values(worker=worker, **values)
        .on_conflict_do_update(index_elements=[WorkerLog.worker], set_=values)
    )


def read(session: Session, worker: str) -> list[str]:
    """Raises NotFound."""
    lines = session.scalar(select(WorkerLog.lines).where(WorkerLog.worker == worker))
    if lines is None:
        raise NotFound(f"There is no log of a worker {worker}")
    return lines


def last_errors(session: Session) -> tuple[dict[str, WorkerError], list[WorkerError]]:
    """Of the workers that are up, by name; and of those that are gone, the last first."""
    up = exists().where(Worker.name == WorkerLog.worker).label("up")
    rows = session.execute(
        select(WorkerLog.worker, WorkerLog.last_error, WorkerLog.last_error_at, WorkerLog.written_at, up)
        .order_by(WorkerLog.written_at.desc(), WorkerLog.worker)
    ).all()
    found = [(WorkerError(*row[:4]), row.up) for row in rows]
    return {each.worker: each for each, is_up in found if is_up}, [each for each, is_up in found if not is_up]


def forget_old(session: Session) -> None:
    """Logs of workers that are gone."""
    up = exists().where(Worker.name == WorkerLog.worker)
    session.execute(delete(WorkerLog).where(WorkerLog.written_at < from_now(-KEPT_SECONDS), ~up))
