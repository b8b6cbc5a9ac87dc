"""Whoever announced a model is told when it is processed, whichever of several equal files was the first."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from api.db.session import Database
from api.domain.kit.failures import Failure
from api.domain.webhooks import deliveries, targets
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from tests.api.domain.projects import announce, confirm, draw_all, read_models, ready_model, refuse_model, work
from tests.api.domain.support import claimed, files, run_at_once, sign_up, upload

EVENTS = ["model.processed", "model.failed"]


def listening(database: Database) -> str:
    """A new account that wants to be told."""
    account_id = sign_up(database)
    with database.begin() as session:
        targets.replace(session, account_id, "glossi", "https://shop.example/hook", events=EVENTS)
    return account_id


def told(database: Database, account_id: str) -> list[tuple[str, str]]:
    """Model and event, oldest first."""
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "glossi", limit=100, offset=0)
    return [(each.subject_id, each.event) for each in reversed(page.items)]


def test_equal_files_are_told_of_when_the_first_is_processed(database: Database) -> None:
    account_id = listening(database)
    first, second = (view.id for view in announce(database, account_id, "a.glb", "b.glb"))
    confirm(database, account_id, first, "a chair")
    confirm(database, account_id, second, "a chair")
    read_models(database)
    assert told(database, account_id) == []  # the thumbnail is still to come
    draw_all(database)
    assert sorted(told(database, account_id)) == sorted((each, "model.processed") for each in (first, second))


def test_a_file_that_is_processed_already_is_told_of_at_once(database: Database) -> None:
    account_id = listening(database)
    known = ready_model(database, account_id)
    [again] = announce(database, account_id, "again.glb")
    confirm(database, account_id, again.id, known)
    assert told(database, account_id) == [(known, "model.processed"), (again.id, "model.processed")]


def test_a_file_known_by_another_way_is_told_of_with_its_thumbnail(database: Database) -> None:
    account_id = listening(database)
    upload(database, account_id, "a chair")
    [view] = announce(database, account_id, "chair.glb")
    confirm(database, account_id, view.id, "a chair")
    assert told(database, account_id) == []
    draw_all(database)
    assert told(database, account_id) == [(view.id, "model.processed")]


def test_a_file_that_can_not_be_read_is_told_of(database: Database) -> None:
    account_id = listening(database)
    [view] = announce(database, account_id, "chair.glb")
    confirm(database, account_id, view.id, "a chair")
    refuse_model(database)
    assert told(database, account_id) == [(view.id, "model.failed")]


def drawn(database: Database, held: Claim) -> None:
    with work(database) as unit:
        assert scheduling.settle_done(unit, held, files(held, "thumb"))


def not_drawn(database: Database, held: Claim) -> None:
    with work(database) as unit:
        assert scheduling.settle_error(unit, held, Failure("stalled", "x"), retry=False, max_attempts=1)


@pytest.mark.parametrize("end", [drawn, not_drawn])
def test_nobody_is_forgotten_whose_file_is_confirmed_while_the_thumbnail_ends(
    database: Database, end: Callable[[Database, Claim], None]
) -> None:
    account_id = listening(database)
    for content in "123":
        ids = [view.id for view in announce(database, account_id, "a.glb", "b.glb", "c.glb", "d.glb")]
        confirm(database, account_id, ids[0], content)
        read_models(database)
        at_once(
            partial(end, database, claimed(database)),
            *(partial(confirm, database, account_id, upload_id, content) for upload_id in ids[1:]),
        )
        draw_all(database)
        counts = [told(database, account_id).count((each, "model.processed")) for each in ids]
        assert all(counts)
        assert end is not_drawn or max(counts) == 1


def at_once(*acts: Callable[[], None]) -> None:
    turns, barrier = iter(acts), threading.Barrier(len(acts))

    def act() -> None:
        mine = next(turns)
        barrier.wait()
        mine()

    run_at_once(act, len(acts))
