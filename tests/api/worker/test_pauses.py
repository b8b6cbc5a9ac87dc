"""A paused worker finishes what it holds, says that it rests, and claims nothing until it may work again."""

import logging
import threading

import pytest

from api.domain.work import fleet, pauses
from api.worker.messages import Ready
from api.worker.parent.bench import Bench
from api.worker.parent.loop import work_until_idle
from api.worker.parent.presence import be_heard, enter_fleet
from tests.api.domain.support import claimed, settle, sign_up, upload
from tests.support.waiting import wait_for


@pytest.fixture
def entered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A worker in the fleet, whose child is never started, and which fails everything that it claims."""
    monkeypatch.setattr(bench.children, "device", Ready(device="the test's", software=True))
    monkeypatch.setattr(bench.children, "ready", lambda: None)
    with bench.database.begin() as session:
        enter_fleet(session, bench)
    return bench


def resting(bench: Bench) -> bool:
    with bench.database.read() as session:
        [worker] = fleet.list_workers(session)
    return worker.resting


def test_a_pause_is_heard_of_and_told(entered: Bench) -> None:
    be_heard(entered)
    assert not resting(entered)
    with entered.database.begin() as session:
        pauses.pause(session, "w")
    be_heard(entered)
    assert resting(entered)
    be_heard(entered)
    assert resting(entered)
    with entered.database.begin() as session:
        pauses.resume(session, "w")
    be_heard(entered)
    assert not resting(entered)


def test_it_is_not_told_while_a_claim_is_under_way(entered: Bench) -> None:
    with entered.database.begin() as session:
        pauses.pause(session, None)
    entered.fitness.claiming.acquire()
    hearing = threading.Thread(target=be_heard, args=(entered,))
    hearing.start()
    wait_for(lambda: hearing.is_alive(), "the thread")
    assert not resting(entered)
    entered.fitness.claiming.release()
    hearing.join()
    assert resting(entered)


def test_a_paused_worker_claims_nothing_until_it_is_resumed(entered: Bench, caplog: pytest.LogCaptureFixture) -> None:
    upload(entered.database, sign_up(entered.database))
    passed_on: list[str] = []
    entered.fitness.paused = True
    working = threading.Thread(target=work_until_idle, args=(entered, ["render"], passed_on.append))
    with caplog.at_level(logging.INFO, logger="api.worker"):
        working.start()
        wait_for(lambda: "paused by an administrator" in caplog.text, "the worker")
    other = claimed(entered.database, "somebody else")  # the paused worker has left it
    assert working.is_alive()
    assert passed_on == []
    settle(entered.database, other)
    entered.fitness.paused = False
    working.join()


def test_a_paused_worker_stops_when_it_is_asked_to(entered: Bench) -> None:
    entered.fitness.paused = True
    working = threading.Thread(target=work_until_idle, args=(entered, ["render"], lambda _: None))
    working.start()
    entered.stop.set()
    working.join()
