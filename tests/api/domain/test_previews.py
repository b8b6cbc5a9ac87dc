"""A preview is free with a paid render of its model: it ends with the last one, and comes back with the next."""

import functools
from collections.abc import Callable

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Render, Segment
from api.domain.kit.failures import CANCELLED, UNPAID
from api.domain.renders import ordering, removal, renders
from api.domain.renders.renders import RenderView
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.errors import InvalidState
from tests.api.domain.support import (
    LEASE,
    SHARE,
    balance,
    claim,
    claim_of,
    claimed,
    fail,
    files,
    inspect,
    run_at_once,
    settle,
    sign_up,
    unit,
    upload,
    upload_unread,
)  # fmt: skip

Ending = Callable[[Database, str, str], object]


def cancel(database: Database, account_id: str, render_id: str) -> None:
    with unit(database) as session:
        removal.cancel_render(session, account_id, render_id)


def delete(database: Database, account_id: str, render_id: str) -> None:
    with unit(database) as session:
        removal.delete_render(session, account_id, render_id)


def retry(database: Database, account_id: str, render_id: str) -> None:
    with database.begin() as session:
        ordering.retry_render(session, account_id, render_id)


def order(database: Database, account_id: str, model_id: str) -> str:
    with database.begin() as session:
        return ordering.create_render(session, account_id, model_id, SHARE).id


def preview(database: Database, account_id: str, model_id: str) -> RenderView:
    with database.read() as session:
        found = renders.renders_of_model(session, account_id, model_id)
    return next(view for view in found if view.is_system_preview)


def sweep(database: Database) -> None:
    while True:
        with unit(database) as session:
            if not removal.end_refunded_preview(session):
                return


@pytest.mark.parametrize("end", [cancel, delete])
@pytest.mark.parametrize("add", [upload_unread, upload])
def test_it_ends_with_its_uploads_render(database: Database, end: Ending, add: Callable[..., object]) -> None:
    account_id = sign_up(database)
    add(database, account_id)
    made = upload(database, account_id)  # the same bytes
    with database.read() as session:
        paid = session.scalars(select(Render.id).where(~Render.is_system_preview)).all()
    for render_id in paid:
        assert preview(database, account_id, made.model_id).status == RenderStatus.PENDING
        end(database, account_id, render_id)
    ended = preview(database, account_id, made.model_id)
    assert (ended.status, ended.error_code) == (RenderStatus.ERROR, UNPAID)
    assert (claim(database), balance(database, account_id)) == (None, 10)


@pytest.mark.parametrize("end", [cancel, delete])
def test_uploads_whose_renders_are_taken_back_leave_no_free_work(database: Database, end: Ending) -> None:
    account_id = sign_up(database, credits=1)
    for number in range(10):
        end(database, account_id, upload_unread(database, account_id, f"model {number}").render_id)
    inspect(database)
    assert (claim(database), balance(database, account_id)) == (None, 1)


@pytest.mark.parametrize("end", [cancel, delete])
def test_whoever_draws_it_loses_the_claim_and_its_files_go(database: Database, end: Ending) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    held = claimed(database)
    dropped: list[str] = []
    with unit(database, dropped) as session:
        (removal.cancel_render if end is cancel else removal.delete_render)(session, account_id, made.render_id)
    [preview_id] = held.variants
    assert held.output_prefix(preview_id) in dropped
    with database.begin() as session:
        assert not scheduling.heartbeat(session, held, lease_seconds=LEASE, stage="drawing", frames_done=1)
    assert not settle(database, held)


def test_one_that_is_done_stays(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    assert settle(database, claimed(database))
    cancel(database, account_id, made.render_id)
    assert preview(database, account_id, made.model_id).status == RenderStatus.DONE


def test_it_goes_on_where_the_credits_were_kept(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    held = claim_of(database, made.render_id)
    with database.begin() as session:
        assert scheduling.publish(session, held, files(held, "poster"))
    delete(database, account_id, made.render_id)
    sweep(database)
    assert preview(database, account_id, made.model_id).status == RenderStatus.POSTER_PROCESSING


def test_it_waits_no_longer_for_a_render_that_failed(database: Database) -> None:
    account_id = sign_up(database)
    made, other = upload(database, account_id), upload(database, account_id, "another chair")
    preview_of_it, _ = claimed(database), claimed(database)
    held = claim_of(database, made.render_id)
    with database.begin() as session:
        assert scheduling.release(session, preview_of_it)
    assert fail(database, held)
    sweep(database)
    assert preview(database, account_id, made.model_id).error_code == UNPAID
    assert preview(database, account_id, other.model_id).error_code is None


def test_two_renders_taken_back_at_once_take_it_with_them(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    for number in range(5):
        made = upload(database, account_id, f"model {number}")
        acts = iter([
            functools.partial(cancel, database, account_id, made.render_id),
            functools.partial(delete, database, account_id, order(database, account_id, made.model_id)),
        ])
        run_at_once(lambda acts=acts: next(acts)(), 2)  # type: ignore[misc]
        assert preview(database, account_id, made.model_id).error_code == UNPAID
    assert (claim(database), balance(database, account_id)) == (None, 100)


def test_a_render_that_is_taken_back_while_its_model_is_read_takes_it_along(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    for number in range(5):
        made = upload_unread(database, account_id, f"model {number}")
        acts = iter([
            functools.partial(inspect, database), functools.partial(cancel, database, account_id, made.render_id)
        ])
        run_at_once(lambda acts=acts: next(acts)(), 2)  # type: ignore[misc]
        assert preview(database, account_id, made.model_id).error_code == UNPAID
    assert (claim(database), balance(database, account_id)) == (None, 100)


@pytest.mark.parametrize("again", ["order", "upload", "retry"])
def test_it_is_drawn_after_all_once_something_is_paid_for(database: Database, again: str) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    cancel(database, account_id, made.render_id)
    if again == "order":
        order(database, account_id, made.model_id)
    elif again == "upload":
        assert upload(database, account_id).duplicate
    else:
        retry(database, account_id, made.render_id)
    waiting = preview(database, account_id, made.model_id)
    assert (waiting.status, waiting.error_code, balance(database, account_id)) == (RenderStatus.PENDING, None, 9)
    assert claimed(database).variants.keys() == {waiting.id}


def test_it_cannot_be_tried_again_without_something_paid(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    cancel(database, account_id, made.render_id)
    preview_id = preview(database, account_id, made.model_id).id
    with pytest.raises(InvalidState, match="free with a paid render"):
        retry(database, account_id, preview_id)
    order(database, account_id, made.model_id)
    cancel(database, account_id, preview_id)
    retry(database, account_id, preview_id)
    assert preview(database, account_id, made.model_id).status == RenderStatus.PENDING


def test_one_that_its_owner_has_cancelled_stays_so(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    cancel(database, account_id, preview(database, account_id, made.model_id).id)
    order(database, account_id, made.model_id)
    assert preview(database, account_id, made.model_id).error_code == CANCELLED
    with database.read() as session:
        assert session.scalars(select(Segment.priority).where(Segment.state == "pending")).all() == [10, 10]
