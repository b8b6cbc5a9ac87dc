"""What an account pulls forward is drawn before the rest of its own, and before nobody else's."""

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Lane, Segment
from api.domain.renders import queue
from api.domain.work import scheduling
from api.errors import InvalidState, RenderNotFound
from tests.api.domain.support import claim, claimed, inspect, settle, sign_up, unit, upload, upload_unread


def put_first(database: Database, account_id: str, render_id: str) -> None:
    with unit(database) as session:
        queue.put_first(session, account_id, render_id)


def waiting(database: Database, account_id: str) -> list[str]:
    with database.read() as session:
        return list(queue.waiting(session, account_id))


def with_paid_work(database: Database, count: int) -> tuple[str, list[str]]:
    """An account whose previews are drawn, and which waits for so many paid renders."""
    account_id = sign_up(database)
    renders = [upload(database, account_id, f"{account_id} {number}").render_id for number in range(count)]
    while (held := claimed(database)).priority == 0:
        settle(database, held)
    with database.begin() as session:
        assert scheduling.release(session, held)
    return account_id, renders


def test_the_render_that_is_put_first_is_claimed_next(database: Database) -> None:
    account_id, renders = with_paid_work(database, 4)
    assert waiting(database, account_id) == renders
    put_first(database, account_id, renders[2])
    put_first(database, account_id, renders[3])
    expected = [renders[3], renders[2], renders[0], renders[1]]
    assert waiting(database, account_id) == expected
    taken: list[str] = []
    while (held := claim(database)) is not None:
        taken += held.variants
        with database.read() as session:
            assert (held.variants.keys().isdisjoint(queue.waiting(session, account_id)))
            assert dict(queue.workers(session, account_id)).keys() == set(taken)
    assert taken == expected


def test_other_accounts_wait_no_longer_for_it(database: Database) -> None:
    first, renders = with_paid_work(database, 3)
    other, _ = with_paid_work(database, 1)
    put_first(database, first, renders[2])
    with database.read() as session:
        ages = dict(session.execute(select(Lane.account_id, Lane.oldest_at).where(Lane.oldest_at.is_not(None))).all())
        oldest = session.scalars(
            select(Segment.created_at).where(Segment.account_id == first, Segment.state == "pending")
        ).all()
    assert ages[first] == min(oldest)
    taken = [claimed(database) for _ in range(2)]
    assert len({held.segment_id for held in taken}) == 2
    with database.read() as session:
        owners = session.scalars(select(Segment.account_id).where(Segment.id.in_([h.segment_id for h in taken]))).all()
    assert sorted(owners) == sorted([first, other])


def test_what_waits_for_its_model_can_be_put_first_too(database: Database) -> None:
    account_id = sign_up(database)
    upload(database, account_id, "read")
    unread = upload_unread(database, account_id, "unread").render_id
    put_first(database, account_id, unread)
    assert unread not in waiting(database, account_id)
    inspect(database)
    assert waiting(database, account_id)[2] == unread  # after the previews, before what is paid


def test_only_what_waits_and_is_ones_own_can_be_put_first(database: Database) -> None:
    account_id, [render_id] = with_paid_work(database, 1)
    with pytest.raises(RenderNotFound):
        put_first(database, sign_up(database), render_id)
    claimed(database)
    with pytest.raises(InvalidState):
        put_first(database, account_id, render_id)
