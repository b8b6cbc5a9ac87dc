"""Deleted renders: gone for their owner, and with them the work, the credits and the files that nobody needs."""

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from api.db.session import Database
from api.db.tables import Base, Render, Segment, Task
from api.domain.renders import ordering, removal, renders
from api.domain.renders.states import RenderStatus
from api.domain.work import leftovers, scheduling
from api.domain.work.claims import Claim
from api.errors import InvalidState, RenderNotFound
from tests.api.domain.support import (
    LEASE,
    SHARE,
    balance,
    claim,
    claim_of,
    entries,
    expire_leases,
    fail,
    files,
    get,
    settle,
    sign_up,
    sweep,
    unit,
    upload,
    waiting_lanes,
)  # fmt: skip

BLACK = dataclasses.replace(SHARE, bg_color="#000000")


def delete(database: Database, account_id: str, render_id: str) -> None:
    with unit(database) as session:
        removal.delete_render(session, account_id, render_id)


def shared(database: Database, account_id: str) -> tuple[str, str]:
    """Two renders of one task."""
    model_id = upload(database, account_id).model_id
    with database.begin() as session:
        first, second = ordering.create_renders(session, account_id, [(model_id, SHARE), (model_id, BLACK)])
    return first.id, second.id


def at_once(*acts: Callable[[], None]) -> None:
    """Does all of it in threads that start together; raises what one of them raises."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        barrier.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))


def count(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_pending_render_goes_with_its_work_and_gives_its_credits_back(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    delete(database, account_id, made.render_id)
    with pytest.raises(RenderNotFound):
        get(database, account_id, made.render_id)
    assert balance(database, account_id) == 10
    assert entries(database, account_id) == {"grant": [10], "charge": [-1], "refund": [1]}
    left = [count(database, table) for table in (Task, Segment, Render)]
    assert (left, waiting_lanes(database)) == ([2, 2, 1], 0)  # the preview's, and the inspection
    assert claim(database) is None


def test_a_render_in_work_goes_and_its_worker_loses_the_claim(database: Database) -> None:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    held = claim_of(database, render_id)
    delete(database, account_id, render_id)
    with database.begin() as session:
        assert not scheduling.heartbeat(session, held, lease_seconds=LEASE, stage="drawing", frames_done=1)
    assert not settle(database, held)
    assert not fail(database, held, retry=True)
    assert (balance(database, account_id), claim(database)) == (10, None)
    expire_leases(database)
    assert sweep(database) == []


def test_a_render_that_waits_again_is_paid_back_like_one_that_nobody_has_claimed(database: Database) -> None:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    assert fail(database, claim_of(database, render_id), retry=True)
    assert get(database, account_id, render_id).status == RenderStatus.PENDING
    delete(database, account_id, render_id)
    assert balance(database, account_id) == 10
    assert claim(database) is None


def test_a_render_whose_posters_are_there_is_not_paid_back(database: Database) -> None:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    held = claim_of(database, render_id)
    with database.begin() as session:
        assert scheduling.publish(session, held, files(held, "poster"))
    delete(database, account_id, render_id)
    assert balance(database, account_id) == 9
    assert not settle(database, held)


@pytest.mark.parametrize(("end", "credits"), [(settle, 9), (fail, 10)])
def test_a_finished_render_goes_and_the_books_stay_as_they_were(
    database: Database, end: Callable[[Database, Claim], bool], credits: int
) -> None:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    assert end(database, claim_of(database, render_id))
    delete(database, account_id, render_id)
    assert balance(database, account_id) == credits
    with pytest.raises(RenderNotFound):
        delete(database, account_id, render_id)


def test_the_work_goes_on_for_the_renders_that_share_it(database: Database) -> None:
    account_id = sign_up(database)
    first, second = shared(database, account_id)
    delete(database, account_id, first)
    assert balance(database, account_id) == 8
    held = claim_of(database, second)
    assert held.variants.keys() == {second}
    assert settle(database, held)
    assert get(database, account_id, second).status == RenderStatus.DONE


def test_a_worker_that_holds_it_for_others_too_hears_that_it_is_gone(database: Database) -> None:
    account_id = sign_up(database)
    first, second = shared(database, account_id)
    held = claim_of(database, second)
    delete(database, account_id, first)
    with database.read() as session:
        assert set(leftovers.of_claim(session, held)) == {held.output_prefix(first), held.output_prefix(second)}
    assert settle(database, held)
    with database.read() as session:
        assert leftovers.of_claim(session, held) == [held.output_prefix(first)]
    assert get(database, account_id, second).status == RenderStatus.DONE
    assert balance(database, account_id) == 8


def test_renders_that_share_their_work_deleted_at_once_leave_nothing_of_it(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    for _ in range(5):
        at_once(*(partial(delete, database, account_id, render_id) for render_id in shared(database, account_id)))
    with database.read() as session:
        paid = select(Task.id).join(Segment).where(Segment.priority > 0).join(Render, isouter=True)
        assert session.scalars(paid.where(Render.id.is_(None))).all() == []
    assert entries(database, account_id)["refund"] == [1] * 10


def test_a_render_claimed_and_deleted_at_once_is_paid_back_and_its_claim_lost(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    model_id = upload(database, account_id).model_id
    while (held := claim(database)) is not None:
        settle(database, held)
    before = balance(database, account_id)
    taken: list[Claim | None] = []
    for _ in range(12):
        with database.begin() as session:
            render_id = ordering.create_render(session, account_id, model_id, SHARE).id
        at_once(partial(delete, database, account_id, render_id), lambda: taken.append(claim(database)))
    assert balance(database, account_id) == before
    assert not any(settle(database, held) for held in taken if held)
    assert claim(database) is None
    assert waiting_lanes(database) == 0
    expire_leases(database)
    assert sweep(database) == []


def test_only_a_render_in_error_can_be_dismissed_and_only_once(database: Database) -> None:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    with database.begin() as session, pytest.raises(InvalidState, match="pending"):
        renders.dismiss_render(session, account_id, render_id)
    assert fail(database, claim_of(database, render_id), "It broke")
    with database.begin() as session:
        view = renders.dismiss_render(session, account_id, render_id)
    assert (view.status, view.error_message) == (RenderStatus.FAILED, "It broke")
    with database.begin() as session, pytest.raises(InvalidState, match="failed"):
        renders.dismiss_render(session, account_id, render_id)
    assert balance(database, account_id) == 10


def test_nobody_deletes_or_dismisses_what_belongs_to_others(database: Database) -> None:
    owner, stranger = sign_up(database), sign_up(database)
    render_id = upload(database, owner).render_id
    for wanted in (render_id, "AbsentRender", "", "\0" * 12):
        with unit(database) as session, pytest.raises(RenderNotFound):
            removal.delete_render(session, stranger, wanted)
        with database.begin() as session, pytest.raises(RenderNotFound):
            renders.dismiss_render(session, stranger, wanted)
    assert get(database, owner, render_id).status == RenderStatus.PENDING
