"""Workers that are to rest, and work that is taken from them."""

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Segment
from api.domain.work import fleet, pauses, scheduling
from api.errors import InvalidState, NotFound
from tests.api.domain.support import claim, claimed, fail, settle, sign_up, upload


@pytest.fixture
def workers(database: Database) -> tuple[str, str]:
    with database.begin() as session:
        for name in ("a", "b"):
            fleet.announce(session, name, "H100", False, "x264")
    return "a", "b"


def paused(database: Database, *names: str) -> list[bool]:
    with database.read() as session:
        return [pauses.is_paused(session, name) for name in names]


def test_one_worker_or_all_are_paused_and_work_again(database: Database, workers: tuple[str, str]) -> None:
    with database.begin() as session:
        pauses.pause(session, "a")
        pauses.pause(session, "a")
    assert paused(database, "a", "b") == [True, False]
    with database.begin() as session:
        pauses.pause(session, None)
    assert paused(database, "a", "b", "one that starts later") == [True, True, True]
    with pytest.raises(InvalidState), database.begin() as session:
        pauses.resume(session, "a")
    with database.begin() as session:
        pauses.resume(session, None)
    assert paused(database, "a", "b") == [False, False]


def test_a_name_that_no_worker_has_is_refused_with_those_there_are(
    database: Database, workers: tuple[str, str]
) -> None:
    for act in (pauses.pause, pauses.requeue):
        with pytest.raises(NotFound, match="No worker c is up; there are a, b"), database.begin() as session:
            act(session, "c")


def test_a_worker_is_busy_until_it_rests_and_holds_nothing(database: Database, workers: tuple[str, str]) -> None:
    def busy(worker: str | None = None) -> list[str]:
        with database.read() as session:
            return [each.name for each in pauses.busy(session, worker)]

    upload(database, sign_up(database))
    held = claimed(database, "a")
    with database.begin() as session:
        for name in workers:
            fleet.seen(session, name, resting=True)
    assert (busy(), busy("a"), busy("b")) == (["a"], ["a"], [])
    assert settle(database, held)
    assert busy() == []
    with database.begin() as session:
        fleet.seen(session, "b")
    assert busy() == ["b"]


def test_what_is_taken_from_a_worker_is_done_by_another_and_is_no_failure(
    database: Database, workers: tuple[str, str]
) -> None:
    upload(database, sign_up(database))
    held = claimed(database, "a")
    with database.begin() as session:
        assert pauses.requeue(session, "a") == 1
        assert pauses.requeue(session, "a") == 0
        assert not scheduling.heartbeat(session, held, lease_seconds=30, stage="drawing", frames_done=1)
    assert not settle(database, held)
    again = claim(database, "b")
    assert again is not None
    assert (again.segment_id, again.attempt) == (held.segment_id, 2)
    assert settle(database, again)


@pytest.mark.parametrize(("resting", "left_by"), [(False, "a"), (True, None)])
def test_failed_work_is_left_to_others_only_if_they_may_work(
    database: Database, workers: tuple[str, str], resting: bool, left_by: str | None
) -> None:
    with database.begin() as session:
        fleet.seen(session, "b", resting=resting)
    upload(database, sign_up(database))
    held = claimed(database, "a")
    assert fail(database, held, retry=True)
    with database.read() as session:
        assert session.scalar(select(Segment.left_by).where(Segment.id == held.segment_id)) == left_by
