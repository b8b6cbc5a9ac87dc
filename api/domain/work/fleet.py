"""The workers that are up, as they report themselves: which of them are at work, and which are unfit for any."""

import dataclasses
import datetime as dt

from sqlalchemy import ColumnElement, Exists, delete, exists, literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.db.dialects import from_now, insert
from api.db.tables import Segment, Worker
from api.domain.work.states import SegmentState

NO_DEVICE = "none"
"""What a worker draws on that takes work only of kinds that need no drawing."""

SILENCE_SECONDS = 60.0
"""A worker not heard of for so long is taken for dead."""


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerView:
    """`device` is the GL device's own name or NO_DEVICE; `software` says that it is the CPU; `encoder` is that of the
    settings. `working`: it holds a claim. `unfit_reason` says why it claims nothing, and is None while it is fit.
    `resting`: it claims nothing because it is paused."""

    name: str
    device: str
    software: bool
    encoder: str
    unfit_reason: str | None
    resting: bool
    started_at: dt.datetime
    seen_at: dt.datetime
    working: bool

    @property
    def draws(self) -> bool:
        return self.device != NO_DEVICE


def announce(
    session: Session, worker: str, device: str, software: bool, encoder: str, unfit_reason: str | None = None
) -> None:
    """A worker has started, or is back after it was taken for dead."""
    values = {
        "device": device, "software": software, "encoder": encoder, "unfit_reason": unfit_reason, "resting": False,
        "started_at": from_now(0), "seen_at": from_now(0),
    }  # fmt: skip
    session.execute(
        insert(session, Worker)
        .values(name=worker, **values)
        .on_conflict_do_update(index_elements=[Worker.name], set_=values)
    )


def seen(session: Session, worker: str, unfit_reason: str | None = None, *, resting: bool = False) -> bool:
    """The worker is still there, and fit unless there is a reason against it. False if it was taken for dead: it should
    announce itself again. `resting`: from now on it claims nothing, because it is paused."""
    found = session.scalar(
        update(Worker)
        .where(Worker.name == worker)
        .values(seen_at=from_now(0), unfit_reason=unfit_reason, resting=resting)
        .returning(Worker.name)
    )
    return found is not None


def leave(session: Session, worker: str) -> None:
    """The worker stops of its own accord."""
    session.execute(delete(Worker).where(Worker.name == worker))


def list_workers(session: Session) -> list[WorkerView]:
    """The workers heard of lately, by name."""
    running = Segment.state == literal_column(f"'{SegmentState.RUNNING}'")  # so that its index is used
    working = exists().where(running, Segment.worker == Worker.name)
    rows = session.execute(
        select(
            Worker.name, Worker.device, Worker.software, Worker.encoder, Worker.unfit_reason, Worker.resting,
            Worker.started_at, Worker.seen_at, working,
        )
        .where(_heard_of())
        .order_by(Worker.name)
    )
    return [WorkerView(*row) for row in rows]


def held_by(session: Session, worker: str | None) -> list[str]:
    """The ids of the segments that the worker holds; of None, those that anybody does."""
    of_worker = () if worker is None else (Segment.worker == worker,)
    running = Segment.state == literal_column(f"'{SegmentState.RUNNING}'")
    return list(session.scalars(select(Segment.id).where(running, *of_worker).order_by(Segment.id)))


def others_than(worker: InstrumentedAttribute[str | None]) -> Exists:
    """The condition that there is a fit worker at work other than the one so called."""
    return exists().where(_heard_of(), Worker.unfit_reason.is_(None), ~Worker.resting, Worker.name != worker)


def remove_silent(session: Session) -> None:
    """Forgets the dead."""
    session.execute(delete(Worker).where(~_heard_of()))


def _heard_of() -> ColumnElement[bool]:
    return Worker.seen_at > from_now(-SILENCE_SECONDS)
