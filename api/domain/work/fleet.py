"""The workers that are up, as they report themselves."""

import dataclasses
import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now, insert
from api.db.tables import Worker

NO_DEVICE = "none"
"""What a worker draws on that takes work only of kinds that need no drawing."""

SILENCE_SECONDS = 60.0
"""A worker not heard of for so long is taken for dead."""


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerView:
    """`device` is the GL device's own name or NO_DEVICE; `software` says that it is the CPU; `encoder` is that of the
    settings."""

    name: str
    device: str
    software: bool
    encoder: str
    started_at: dt.datetime
    seen_at: dt.datetime

    @property
    def draws(self) -> bool:
        return self.device != NO_DEVICE


def announce(session: Session, worker: str, device: str, software: bool, encoder: str) -> None:
    """A worker has started."""
    values = {
        "device": device, "software": software, "encoder": encoder, "started_at": from_now(0), "seen_at": from_now(0),
    }  # fmt: skip
    session.execute(
        insert(session, Worker)
        .values(name=worker, **values)
        .on_conflict_do_update(index_elements=[Worker.name], set_=values)
    )


def seen(session: Session, worker: str) -> bool:
    """The worker is still there. False if it was taken for dead: it should announce itself again."""
    found = session.scalar(
        update(Worker).where(Worker.name == worker).values(seen_at=from_now(0)).returning(Worker.name)
    )
    return found is not None


def leave(session: Session, worker: str) -> None:
    """The worker stops of its own accord."""
    session.execute(delete(Worker).where(Worker.name == worker))


def list_workers(session: Session) -> list[WorkerView]:
    """The workers heard of lately, by name."""
    alive = select(Worker).where(Worker.seen_at > from_now(-SILENCE_SECONDS)).order_by(Worker.name)
    return [
        WorkerView(w.name, w.device, w.software, w.encoder, w.started_at, w.seen_at) for w in session.scalars(alive)
    ]


def remove_silent(session: Session) -> None:
    """Forgets the dead."""
    session.execute(delete(Worker).where(Worker.seen_at <= from_now(-SILENCE_SECONDS)))
