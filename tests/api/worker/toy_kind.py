"""Two kinds of work that only a test has: "spin" makes a thread, and "weave" a cloth of it, in two parts.

What the service must know of them stands here, and is registered by `register`; what the child does is in `toy_loom`.
Toys, which own the tasks, are rows of a table of the test's own. Run as a program, this is a worker of these kinds.
"""

import functools
import sys
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, select, update
from sqlalchemy.orm import Session

from api import clock
from api.domain.accounts import ledger
from api.domain.kit.failures import CANCELLED, Failure
from api.domain.kit.files import FileView
from api.domain.work import tasks
from api.domain.work.costs import Cost
from api.domain.work.outcomes import KINDS, Kind, OwnerFiles, Variants
from api.domain.work.tasks import NewTask, Priority, Work
from api.ids import new_id
from api.processes.worker import run_worker
from api.settings import Settings
from api.worker.parent.children import start_child

PRICE = 3
WAITING = ("waiting", "working")

TOYS = Table(
    "toys", MetaData(), Column("id", String(12), primary_key=True), Column("task_id", String(12)),
    Column("status", String(20)),
)  # fmt: skip


class Toys:
    """The Outcome of both kinds."""

    subject = "toy"

    def owners(self, session: Session, task_id: str) -> list[str]:
        waiting = select(TOYS.c.id).where(TOYS.c.task_id == task_id, TOYS.c.status.in_(WAITING))
        return sorted(session.scalars(waiting))

    def begun(self, session: Session, task_id: str) -> Variants:
        self._move(session, task_id, "working")
        return {toy_id: {"colour": "red"} for toy_id in self.owners(session, task_id)}

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """These kinds have nothing to say."""

    def advanced(self, session: Session, task_id: str) -> None:
        """A toy shows no progress."""

    def published(self, session: Session, task_id: str, files: OwnerFiles) -> None:
        """There is nothing to be fetched before the end."""

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        self._move(session, task_id, "waiting")

    def finished(self, session: Session, task_id: str, files: OwnerFiles, told: Mapping[str, Any]) -> dict[str, str]:
        """The next task gets the thread that this one has made."""
        self._move(session, task_id, "done")
        made: list[FileView] = [named["thread"] for named in files.values() if "thread" in named]
        return {"thread": made[0].key} if made else {}

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        toys = self.owners(session, task_id)
        self._move(session, task_id, "cancelled" if failure.code == CANCELLED else f"failed: {failure.code}")
        for toy_id in toys:
            ledger.refund(session, self.subject, toy_id)

    def _move(self, session: Session, task_id: str, status: str) -> None:
        session.execute(
            update(TOYS).where(TOYS.c.task_id == task_id, TOYS.c.status.in_(WAITING)).values(status=status)
        )


OUTCOME = Toys()
ROW = Kind("toy", "tests.api.worker.toy_kind:OUTCOME", Cost(begin_s=1))


def register() -> None:
    """A row for each kind."""
    KINDS.update(spin=ROW, weave=ROW)


def order(session: Session, account_id: str, *, until: str) -> dict[str, str]:
    """A thread and a cloth of it, the cloth for money; the ids of their toys by kind.

    Each part of the cloth is made when there is a file called `until`, and not before.
    """
    spin = NewTask(Work("spin", {"version": 1}, {}, frame_count=1), "k" * 64, Priority.PAID)
    weave = NewTask(
        Work("weave", {"version": 1, "until": until}, {}, frame_count=4, parts=2), "k" * 64, Priority.PAID,
        needs=(spin.id,),
    )  # fmt: skip
    tasks.add(session, account_id, [spin, weave], clock.now())
    toys = {task.work.kind: (new_id(), task.id) for task in (spin, weave)}
    for toy_id, task_id in toys.values():
        session.execute(TOYS.insert().values(id=toy_id, task_id=task_id, status="waiting"))
    ledger.charge(session, account_id, Toys.subject, {toys["weave"][0]: PRICE})
    return {kind: toy_id for kind, (toy_id, _) in toys.items()}


def again(session: Session, account_id: str, toy_id: str) -> None:
    """The toy is wanted after all, and paid for once more."""
    task_id = session.scalars(select(TOYS.c.task_id).where(TOYS.c.id == toy_id)).one()
    session.execute(update(TOYS).where(TOYS.c.id == toy_id).values(status="waiting"))
    tasks.retry(session, task_id)
    ledger.charge(session, account_id, Toys.subject, {toy_id: PRICE}, number=2)


if __name__ == "__main__":
    register()
    sys.exit(run_worker(Settings(), start=functools.partial(start_child, program="tests.api.worker.toy_loom")))
