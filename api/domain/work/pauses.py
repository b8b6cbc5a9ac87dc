"""Workers that an administrator lets rest: they finish what they hold, and claim nothing more.

A pause is a row; the worker reads it with its heartbeat, and says in its own row that it rests. From then on it claims
nothing: see `worker.parent.fitness`.
"""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from api.db import dialects
from api.db.dialects import from_now
from api.db.tables import Pause
from api.domain.work import fleet, scheduling
from api.domain.work.fleet import WorkerView
from api.errors import InvalidState, NotFound

ALL = ""
"""The row that stands for all workers, those that start later included."""


def pause(session: Session, worker: str | None) -> None:
    """Of None, all. Raises NotFound for a worker that isn't up."""
    if worker is not None:
        _require(session, worker)
    session.execute(
        dialects.insert(session, Pause)
        .values(worker=worker or ALL, created_at=from_now(0))
        .on_conflict_do_nothing()
    )


def resume(session: Session, worker: str | None) -> None:
    """Of None, all that are paused in any way. Raises InvalidState while all are paused, not this one alone."""
    if worker is not None and session.scalar(select(exists().where(Pause.worker == ALL))):
        raise InvalidState("All workers are paused; they can only be resumed together")
    session.execute(delete(Pause) if worker is None else delete(Pause).where(Pause.worker == worker))


def is_paused(session: Session, worker: str) -> bool:
    """Whether the worker is to rest."""
    return bool(session.scalar(select(exists().where(Pause.worker.in_([ALL, worker])))))


def busy(session: Session, worker: str | None) -> list[WorkerView]:
    """Those of the workers (None: of all) that don't rest yet, or still hold something."""
    return [
        each
        for each in fleet.list_workers(session)
        if worker in (None, each.name) and (each.working or not each.resting)
    ]


def requeue(session: Session, worker: str) -> int:
    """What the worker holds is pending again, as no failure, and what it makes of it doesn't count; how much it was.

    Raises NotFound where there is no such worker and nothing that it held.
    """
    held = fleet.held_by(session, worker)
    if not held:
        _require(session, worker)
    return sum(scheduling.hand_back(session, segment_id) for segment_id in held)


def _require(session: Session, worker: str) -> None:
    names = [each.name for each in fleet.list_workers(session)]
    if worker not in names:
        raise NotFound(f"No worker {worker} is up; there are {', '.join(names) or 'none'}")
