"""What processes have counted comes together, and what the farm is at can be told at any moment."""

import contextlib

import pytest
from sqlalchemy import func, select, update

from api import counts
from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import ProcessCounts, Worker
from api.domain.accounts import ledger
from api.domain.watching import counts as all_counts
from api.domain.watching import farm
from api.domain.watching.farm import FarmState
from api.domain.work import fleet
from api.errors import NoCredits
from api.processes.counting import Counting
from tests.api.domain.support import claim, expire_leases, sign_up, upload_unread


def total(database: Database, name: str = "frames") -> float:
    with database.read() as session:
        return sum(sum(cell) for cell in all_counts.total(session).get(name, {}).values())


def silence(database: Database) -> None:
    """Nobody has written anything for long."""
    with database.begin() as session:
        session.execute(update(ProcessCounts).values(seen_at=from_now(-2 * all_counts.SILENCE_SECONDS)))
        all_counts.fold(session)


@pytest.fixture
def counting(database: Database) -> Counting:
    return Counting(database)


def draw(frames: int) -> None:
    counts.add("frames", frames, kind="video")


def test_a_process_writes_what_it_counted_since_it_began(database: Database, counting: Counting) -> None:
    assert total(database) == 0
    for frames in (3, 4):
        draw(frames)
        counting.write()
    assert total(database) == 7


def test_what_processes_counted_that_are_gone_stays(database: Database, counting: Counting) -> None:
    draw(3)
    counting.write()
    silence(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProcessCounts)) == 1
    assert total(database) == 3
    silence(database)
    assert total(database) == 3


def test_a_process_that_was_taken_for_gone_counts_on(database: Database, counting: Counting) -> None:
    draw(3)
    counting.write()
    silence(database)
    draw(4)
    counting.write()
    draw(5)
    counting.write()
    assert total(database) == 12


def test_what_the_database_could_not_take_is_written_the_next_time(
    database: Database, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(3)
    with monkeypatch.context() as away:
        away.setattr(database, "begin", lambda: 1 / 0)
        counting.write()
    draw(4)
    counting.write()
    assert total(database) == 7


def test_two_processes_come_together(database: Database) -> None:
    one, other = Counting(database), Counting(database)  # in this process, so that both see all that is counted
    draw(3)
    one.write()
    other.write()
    assert total(database) == 6


def test_what_is_rolled_back_does_not_count(database: Database, counting: Counting) -> None:
    account_id = sign_up(database, credits=1)
    counting.write()
    before = total(database, "credits")
    with contextlib.suppress(NoCredits), database.begin() as session:
        ledger.grant(session, account_id, 5)
        ledger.charge(session, account_id, "render", {"r": 1000})
    with database.begin() as session:
        ledger.grant(session, account_id, 7)
    counting.write()
    assert total(database, "credits") - before == 7


def state(database: Database) -> FarmState:
    with database.read() as session:
        return farm.ask(session, silent_seconds=20)


def test_an_idle_farm_has_nothing_waiting_in_any_queue(database: Database) -> None:
    idle = state(database)
    assert idle.pending == {}
    assert idle.running == dict.fromkeys(idle.running, 0)
    assert {"inspect", "render"} <= idle.running.keys() == idle.oldest_pending_seconds.keys()
    assert (idle.outbox_seconds, idle.late_delivery_seconds, idle.stored_bytes, idle.workers) == (0, 0, 0, ())


def test_work_is_told_from_order_to_a_lost_lease(database: Database) -> None:
    upload_unread(database, sign_up(database), "a chair")
    waiting = state(database)
    assert waiting.pending[("inspect", "awaited")] == 1
    assert waiting.oldest_pending_seconds["inspect"] > 0
    assert waiting.outbox_seconds > 0
    assert waiting.stored_bytes > 0
    assert claim(database, queue="inspect") is not None
    assert ("inspect", "awaited") not in state(database).pending
    assert state(database).running["inspect"] == 1
    assert state(database).overdue_leases == 0
    expire_leases(database)
    assert state(database).overdue_leases == 1


def test_workers_come_with_whether_they_are_silent(database: Database) -> None:
    with database.begin() as session:
        fleet.announce(session, "a", "H100", False, "x264")
        fleet.announce(session, "b", fleet.NO_DEVICE, False, "x264", "its disk is full")
    with database.begin() as session:
        session.execute(update(Worker).where(Worker.name == "a").values(seen_at=from_now(-30)))
    assert [(worker.name, silent) for worker, silent in state(database).workers] == [("a", True), ("b", False)]
