"""How deliveries fare, on both databases."""

import datetime as dt
import threading

import pytest
from sqlalchemy import update

from api import clock
from api.db.session import Database
from api.db.tables import WebhookTarget
from api.domain.webhooks import deliveries, targets
from api.domain.webhooks.deliveries import GIVE_UP_AFTER, RETRY_SECONDS
from api.errors import DeliveryNotFound, InvalidState
from tests.api.domain.support import run_at_once, sign_up
from tests.api.domain.webhooks import (
    OTHER,
    URL,
    claim,
    claimed,
    database_time,
    delivery,
    due_at,
    due_now,
    emit,
    note,
    subscribe,
    target_of,
)


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def test_a_claim_has_all_that_sending_takes(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    with database.begin() as session:
        secret = targets.secret(session, account_id, "dxgl")
    held = claimed(database)
    assert (held.event.name, held.event.subject_kind, held.event.subject_id) == ("render.done", "render", "r1")
    assert (held.event.data, held.body, held.attempt, held.failures) == ({"number": "r1"}, None, 1, 0)
    assert (held.account_id, held.dialect, held.url, held.secret) == (account_id, "dxgl", URL, secret)
    assert abs(held.event.occurred_at - clock.now()) < dt.timedelta(minutes=1)
    assert claim(database) is None


def test_a_body_is_kept_for_all_attempts(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    with database.begin() as session:
        deliveries.keep_body(session, held, b'{"a":"\xc3\xa9"}')
    note(database, held, 500)
    due_now(database)
    again = claimed(database)
    assert (again.event.id, again.body, again.attempt) == (held.event.id, b'{"a":"\xc3\xa9"}', 2)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_what_has_arrived_is_not_sent_again(database: Database, account_id: str, status: int) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    assert note(database, held, status)
    due_now(database)
    assert claim(database) is None
    told = delivery(database, account_id, held.event.id)
    assert (told.state, told.attempts, told.answer_status, told.answer_body) == ("delivered", 1, status, "ok")


@pytest.mark.parametrize("status", [None, 100, 199, 301, 404, 500])
def test_what_has_not_is_tried_again_after_10_60_and_300_seconds_and_then_given_up(
    database: Database, account_id: str, status: int | None
) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    for delay in RETRY_SECONDS:
        held = claimed(database)
        earliest = database_time(database, delay)
        assert note(database, held, status, "it went wrong")
        assert delivery(database, account_id, held.event.id).state == "pending"
        assert earliest <= due_at(database, held.event.id) <= database_time(database, delay * 1.2)
        due_now(database)
    held = claimed(database)
    assert note(database, held, status, "it went wrong")
    due_now(database)
    assert claim(database) is None
    told = delivery(database, account_id, held.event.id)
    assert (told.state, told.attempts, told.problem) == ("failed", 4, "it went wrong")
    assert target_of(database, account_id).enabled


def test_what_is_hopeless_is_tried_once(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    note(database, held, None, "refused", hopeless=True)
    assert delivery(database, account_id, held.event.id).state == "failed"
    assert target_of(database, account_id).enabled


def test_what_a_dead_sender_had_claimed_comes_back_and_the_late_one_is_not_believed(
    database: Database, account_id: str
) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    earliest = database_time(database, deliveries.ATTEMPT_SECONDS)
    late = claimed(database)
    assert earliest <= due_at(database, late.event.id) <= database_time(database, deliveries.ATTEMPT_SECONDS)
    due_now(database)
    second = claimed(database)
    assert (second.event.id, second.attempt, second.failures) == (late.event.id, 2, 0)
    assert not note(database, late, 500)
    assert note(database, second, 200)
    assert not note(database, late, 500)
    assert delivery(database, account_id, late.event.id).state == "delivered"


def test_two_senders_at_once_claim_each_delivery_once(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {f"r{i}": URL for i in range(20)})
    emit(database, account_id, "render.done", *(f"r{i}" for i in range(20)))
    barrier, ids = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        while (held := claim(database)) is not None:
            ids.append(held.event.id)
            note(database, held, 200)

    run_at_once(work, 4)
    assert len(ids) == len(set(ids)) == 20


def test_a_sender_may_leave_out_accounts(database: Database, account_id: str) -> None:
    other = sign_up(database)
    for each in (account_id, other):
        subscribe(database, each, {"r1": URL})
        emit(database, each, "render.done", "r1")
    with database.read() as session:
        assert deliveries.is_due(session, busy=[account_id])
        assert not deliveries.is_due(session, busy=[account_id, other])
    held = claim(database, busy=[account_id])
    assert held is not None
    assert held.account_id == other
    assert claim(database, busy=[account_id]) is None


def test_a_url_that_is_gone_is_disabled_with_all_that_was_to_be_sent_there(
    database: Database, account_id: str
) -> None:
    subscribe(database, account_id, {"r1": URL, "r2": URL, "r3": OTHER})
    emit(database, account_id, "render.done", "r1", "r2", "r3")
    held = claimed(database)
    while held.url != URL:
        note(database, held, 200)
        held = claimed(database)
    note(database, held, 410)
    told = target_of(database, account_id)
    assert (told.enabled, told.disabled_reason) == (False, "Its server answered with status 410: gone for good")
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "dxgl", limit=9, offset=0)
    assert {each.state for each in page.items if each.url == URL} == {"failed"}
    assert "disabled" in str([each.problem for each in page.items])
    assert emit(database, account_id, "render.error", "r1") == []
    assert target_of(database, account_id, OTHER).enabled


def give_up(database: Database, account_id: str) -> None:
    """A delivery whose attempts all fail."""
    emit(database, account_id, "render.done", "r1")
    for _ in range(len(RETRY_SECONDS) + 1):
        due_now(database)
        note(database, claimed(database), 500)


def long_ago(database: Database) -> None:
    """As if deliveries had failed for as long as a target is given."""
    with database.begin() as session:
        session.execute(
            update(WebhookTarget)
            .where(WebhookTarget.failing_since.is_not(None))
            .values(failing_since=clock.now() - GIVE_UP_AFTER)
        )


def test_a_target_is_disabled_when_nothing_has_arrived_for_days(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    give_up(database, account_id)
    give_up(database, account_id)
    assert target_of(database, account_id).enabled
    long_ago(database)
    give_up(database, account_id)
    told = target_of(database, account_id)
    assert not told.enabled
    assert (told.disabled_reason or "").startswith("Nothing has arrived there since 20")


def test_one_delivery_that_arrives_gives_a_target_all_its_time_again(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    give_up(database, account_id)
    long_ago(database)
    emit(database, account_id, "render.done", "r1")
    note(database, claimed(database), 200)
    give_up(database, account_id)
    assert target_of(database, account_id).enabled


def test_a_delivery_is_sent_again_with_its_id_and_bytes_and_all_attempts(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    with database.begin() as session:
        deliveries.keep_body(session, held, b"{}")
    with pytest.raises(InvalidState, match="still to be sent"), database.begin() as session:
        deliveries.send_again(session, account_id, "dxgl", held.event.id)
    note(database, held, None, "refused", hopeless=True)
    for whose, dialect in ((sign_up(database), "dxgl"), (account_id, "glossi")):
        with pytest.raises(DeliveryNotFound), database.begin() as session:
            deliveries.send_again(session, whose, dialect, held.event.id)
    with database.begin() as session:
        assert deliveries.send_again(session, account_id, "dxgl", held.event.id).state == "pending"
    again = claimed(database)
    assert (again.event.id, again.body, again.attempt, again.failures) == (held.event.id, b"{}", 2, 0)
    note(database, again, 200)
    with database.begin() as session:
        targets.disable(session, target_of(database, account_id).id, "out of order")
    with pytest.raises(InvalidState, match="disabled"), database.begin() as session:
        deliveries.send_again(session, account_id, "dxgl", held.event.id)


def test_a_claim_that_has_run_out_keeps_no_body(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    late = claimed(database)
    due_now(database)
    held = claimed(database)
    with database.begin() as session:
        assert not deliveries.keep_body(session, late, b"late")
        assert deliveries.keep_body(session, held, b"{}")
    due_now(database)
    assert claimed(database).body == b"{}"


def test_an_answer_is_kept_as_text_that_every_database_stores(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    with database.begin() as session:
        deliveries.note(session, held, status=200, answer=b"\0\xff" + b"x" * 70_000, problem=None)
    body = delivery(database, account_id, held.event.id).answer_body or ""
    assert (len(body), body[:3]) == (64 * 1024, "\ufffd\ufffdx")
