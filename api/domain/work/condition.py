"""How the work is going, for reports: who is there to do it, who is silent, how long the oldest of it has waited."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.tables import Lane
from api.domain.work import fleet
from api.domain.work.fleet import WorkerView


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """`silent` counts those of the workers that should have been heard of since. `oldest_pending_seconds` is the age of
    the oldest work that nobody is at, None if there is none."""

    workers: tuple[WorkerView, ...]
    silent: int
    oldest_pending_seconds: float | None


def ask(session: Session, *, silent_seconds: float) -> Condition:
    """A worker counts as silent when it was not heard of for that long."""
    oldest_at = select(func.min(Lane.oldest_at)).scalar_subquery()
    row = session.execute(select(from_now(0).label("now"), oldest_at.label("oldest_at"))).one()
    workers = fleet.list_workers(session)
    return Condition(
        tuple(workers),
        sum((row.now - worker.seen_at).total_seconds() > silent_seconds for worker in workers),
        None if row.oldest_at is None else max(0.0, (row.now - row.oldest_at).total_seconds()),
    )
