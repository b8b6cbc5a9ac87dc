"""Workers report themselves, and are forgotten when they fall silent; hints are handed out once."""

import threading

from sqlalchemy import update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Worker
from api.domain.work import fleet, outbox
from tests.api.domain.support import claimed, run_at_once, settle, sign_up, upload


def announce(database: Database, worker: str, *, software: bool = True) -> None:
    with database.begin() as session:
        fleet.announce(session, worker, "llvmpipe (LLVM 15.0.6, 256 bits)", software, "x264")


def names(database: Database) -> list[str]:
    with database.read() as session:
        return [worker.name for worker in fleet.list_workers(session)]


def seen(database: Database, worker: str) -> bool:
    with database.begin() as session:
        return fleet.seen(session, worker)


def fall_silent(database: Database, worker: str) -> None:
    with database.begin() as session:
        silent_since = from_now(-fleet.SILENCE_SECONDS - 1)
        session.execute(update(Worker).where(Worker.name == worker).values(seen_at=silent_since))


def test_workers_are_listed_with_their_devices_until_they_leave(database: Database) -> None:
    announce(database, "b", software=False)
    announce(database, "a")
    with database.read() as session:
        a, b = fleet.list_workers(session)
    assert (a.name, a.software, b.name, b.software) == ("a", True, "b", False)
    assert a.device.startswith("llvmpipe")
    assert a.encoder == "x264"
    assert a.started_at <= a.seen_at
    with database.begin() as session:
        fleet.leave(session, "b")
    assert names(database) == ["a"]


def test_a_worker_that_starts_again_is_one_worker(database: Database) -> None:
    announce(database, "a", software=True)
    announce(database, "a", software=False)
    with database.read() as session:
        assert [worker.software for worker in fleet.list_workers(session)] == [False]


def test_who_is_at_work_is_known(database: Database) -> None:
    def working() -> dict[str, bool]:
        with database.read() as session:
            return {worker.name: worker.working for worker in fleet.list_workers(session)}

    announce(database, "a")
    announce(database, "b")
    upload(database, sign_up(database))
    held = claimed(database, "b")
    assert working() == {"a": False, "b": True}
    settle(database, held)
    assert working() == {"a": False, "b": False}


def test_an_unfit_worker_is_listed_with_the_reason_until_it_is_fit_again(database: Database) -> None:
    def reasons() -> dict[str, str | None]:
        with database.read() as session:
            return {worker.name: worker.unfit_reason for worker in fleet.list_workers(session)}

    announce(database, "a")
    announce(database, "b")
    for reason in ("ffmpeg is broken", None):
        with database.begin() as session:
            fleet.seen(session, "a", reason)
        assert reasons() == {"a": reason, "b": None}


def test_a_worker_that_starts_is_fit(database: Database) -> None:
    announce(database, "a")
    with database.begin() as session:
        fleet.seen(session, "a", "ffmpeg is broken")
    announce(database, "a")
    with database.read() as session:
        assert [worker.unfit_reason for worker in fleet.list_workers(session)] == [None]


def test_a_silent_worker_is_not_listed_and_a_sweep_removes_it(database: Database) -> None:
    announce(database, "a")
    announce(database, "b")
    fall_silent(database, "a")
    assert names(database) == ["b"]
    assert seen(database, "a")  # a late sign of life before the sweep counts
    assert names(database) == ["a", "b"]
    fall_silent(database, "a")
    with database.begin() as session:
        fleet.remove_silent(session)
    assert not seen(database, "a")
    announce(database, "a")
    assert names(database) == ["a", "b"]


def test_hints_are_told_oldest_first_and_stay_until_they_are_sent(database: Database) -> None:
    for queue in ("render", "inspect", "render"):
        with database.begin() as session:
            outbox.add(session, queue)
    with database.read() as session:
        first = outbox.oldest(session, 2)
        assert list(first.values()) == ["render", "inspect"]
        assert outbox.oldest(session, 2) == first
    with database.begin() as session:
        outbox.sent(session, first)
    with database.read() as session:
        assert list(outbox.oldest(session, 2).values()) == ["render"]


def test_relays_that_send_the_same_hints_at_once_leave_none(database: Database) -> None:
    with database.begin() as session:
        outbox.add(session, *["render"] * 20)
    barrier = threading.Barrier(4)

    def work() -> None:
        with database.read() as session:
            hints = outbox.oldest(session, 100)
        barrier.wait()
        with database.begin() as session:
            outbox.sent(session, hints)

    run_at_once(work, 4)
    with database.read() as session:
        assert outbox.oldest(session, 100) == {}


def test_hints_of_a_transaction_that_fails_are_never_sent(database: Database) -> None:
    with database.begin() as session:
        outbox.add(session, "render")
        session.rollback()
    with database.read() as session:
        assert outbox.oldest(session, 10) == {}
