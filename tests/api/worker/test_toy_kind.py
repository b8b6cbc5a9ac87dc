"""A kind of work is what stands in its own files: here are two that the tests alone have, in real worker processes."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from sqlalchemy import select, update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import LedgerEntry, Segment, Task
from api.domain.work import leftovers, outcomes, results, scheduling
from api.queue.broker import declare_queues, make_celery, send_hint
from api.settings import Settings
from api.storage.local import LocalStorage
from tests.api.domain.support import balance, sign_up
from tests.api.worker import toy_kind
from tests.api.worker.toy_kind import PRICE, TOYS
from tests.support.waiting import HANG_S, wait_for

ROOT = Path(__file__).parents[3]
CLOTH = "red\nthread 0\nthread 1\nthread 2\nthread 3\n"


@dataclasses.dataclass
class Mill:
    """A farm of toys. Its workers weave when `open` has been called."""

    database: Database
    folder: Path
    settings: Settings
    celery: Celery
    workers: list[subprocess.Popen[bytes]] = dataclasses.field(default_factory=list)

    @property
    def until(self) -> Path:
        return self.folder / "open"

    def start_worker(self) -> subprocess.Popen[bytes]:
        environment = {
            "PIROUETTE_DATA_DIR": str(self.folder), "PIROUETTE_DATABASE_URL": self.settings.sqlalchemy_url,
            "PIROUETTE_QUEUES": "toy", "PIROUETTE_HEARTBEAT_SECONDS": "0.1", "PIROUETTE_LEASE_SECONDS": "300",
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.api.worker.toy_kind"], cwd=ROOT, env={**os.environ, **environment},
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def order(self, account_id: str) -> dict[str, str]:
        with self.database.begin() as session:
            toys = toy_kind.order(session, account_id, until=str(self.until))
        send_hint(self.celery, "toy")
        return toys

    def open(self) -> None:
        self.until.touch()

    def status(self, toy_id: str) -> str:
        with self.database.read() as session:
            return str(session.scalars(select(TOYS.c.status).where(TOYS.c.id == toy_id)).one())

    def segments(self, toy_id: str) -> list[Segment]:
        """In the order of their frames, the assembly last."""
        with self.database.read() as session:
            own = select(Segment).join(TOYS, TOYS.c.task_id == Segment.task_id).where(TOYS.c.id == toy_id)
            return sorted(session.scalars(own), key=lambda each: (each.role == "assembly", each.first_frame))

    def wait_until_woven_at(self, toy_id: str) -> None:
        wait_for(lambda: any(each.state == "running" for each in self.segments(toy_id)), "somebody to weave")

    def content(self, toy_id: str) -> str:
        with self.database.read() as session:
            cloth = results.read(session, [toy_id])[toy_id]["cloth"]
        storage = LocalStorage(self.settings.files_dir)
        return b"".join(storage.read(cloth.key)).decode()

    def ledger(self, toy_id: str) -> list[tuple[str, int, int | None]]:
        with self.database.read() as session:
            entries = select(LedgerEntry.kind, LedgerEntry.amount, LedgerEntry.charge_number)
            return [(*row,) for row in session.execute(
                entries.where(LedgerEntry.subject_kind == "toy", LedgerEntry.subject_id == toy_id)
                .order_by(LedgerEntry.id)
            )]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def mill(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mill]:
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    monkeypatch.setitem(outcomes.KINDS, "spin", toy_kind.ROW)
    monkeypatch.setitem(outcomes.KINDS, "weave", toy_kind.ROW)
    database = Database(url)
    with database.begin() as session:
        TOYS.create(session.connection())
    settings = Settings(data_dir=tmp_path, database_url=url)
    celery = make_celery(settings)
    declare_queues(celery)
    mill = Mill(database, tmp_path, settings, celery)
    yield mill
    for worker in mill.workers:
        if worker.poll() is None:
            worker.terminate()
            worker.wait(HANG_S)
    celery.close()
    with database.begin() as session:
        TOYS.drop(session.connection())
    database.dispose()


def test_a_toy_is_paid_for_waits_for_what_it_needs_and_survives_its_worker(mill: Mill) -> None:
    account_id = sign_up(mill.database)
    toys = mill.order(account_id)
    cloth = toys["weave"]
    assert balance(mill.database, account_id) == 10 - PRICE
    assert [each.state for each in mill.segments(cloth)] == ["waiting"] * 3
    victim = mill.start_worker()
    mill.wait_until_woven_at(cloth)
    assert (mill.status(toys["spin"]), mill.status(cloth)) == ("done", "working")
    [held] = [each for each in mill.segments(cloth) if each.state == "running"]
    helpers = psutil.Process(victim.pid).children(recursive=True)
    victim.kill()
    victim.wait(HANG_S)
    wait_for(lambda: not any(each.is_running() and each.status() != "zombie" for each in helpers), "the child to end")
    with mill.database.begin() as session:
        session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))
        lost = scheduling.take_back(session, max_attempts=3)
    assert lost is not None
    assert lost.again
    assert mill.status(cloth) == "waiting"
    mill.open()
    mill.start_worker()
    send_hint(mill.celery, "toy")
    wait_for(lambda: mill.status(cloth) == "done", "the cloth")
    assert mill.content(cloth) == CLOTH
    assert [each.attempt for each in mill.segments(cloth) if each.id == held.id] == [2]
    assert [each.attempt for each in mill.segments(cloth) if each.id != held.id] == [1, 1]
    assert mill.ledger(cloth) == [("charge", -PRICE, 1)]


def test_a_toy_that_is_cancelled_is_paid_back_and_can_be_wanted_again(mill: Mill) -> None:
    account_id = sign_up(mill.database)
    cloth = mill.order(account_id)["weave"]
    mill.start_worker()
    mill.wait_until_woven_at(cloth)
    with mill.database.begin() as session:
        task_id = session.scalars(select(TOYS.c.task_id).where(TOYS.c.id == cloth)).one()
        scheduling.cancel(session, task_id)
        owners = [cloth]
        stale = leftovers.of_task(session, task_id, "weave", owners)
    assert (mill.status(cloth), balance(mill.database, account_id)) == ("cancelled", 10)
    assert {prefix.split("/")[0] for prefix in stale} == {"tasks", "toys"}
    mill.open()
    with mill.database.begin() as session:
        toy_kind.again(session, account_id, cloth)
    send_hint(mill.celery, "toy")
    wait_for(lambda: mill.status(cloth) == "done", "the cloth")
    assert mill.content(cloth) == CLOTH
    assert mill.ledger(cloth) == [("charge", -PRICE, 1), ("refund", PRICE, 1), ("charge", -PRICE, 2)]


def test_what_needs_a_toy_is_cancelled_with_it(mill: Mill) -> None:
    account_id = sign_up(mill.database)
    toys = mill.order(account_id)
    with mill.database.begin() as session:
        scheduling.cancel(session, session.scalars(select(TOYS.c.task_id).where(TOYS.c.id == toys["spin"])).one())
    assert [mill.status(toy) for toy in toys.values()] == ["cancelled", "cancelled"]
    assert balance(mill.database, account_id) == 10


def test_a_kind_that_nobody_knows_fails_its_task_with_a_code_and_the_worker_lives(mill: Mill) -> None:
    account_id = sign_up(mill.database)
    with mill.database.begin() as session:
        unknown = toy_kind.order(session, account_id, until=str(mill.until))["spin"]
        session.execute(update(Task).where(Task.kind == "spin").values(kind="knit"))
    cloth = mill.order(account_id)["weave"]
    mill.open()
    mill.start_worker()
    wait_for(lambda: mill.status(cloth) == "done", "the cloth")
    wait_for(lambda: mill.status(unknown) == "failed: unknown_kind", "the unknown kind to fail")
    assert balance(mill.database, account_id) == 10 - PRICE
