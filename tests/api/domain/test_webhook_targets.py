"""Who is told of what, on both databases."""

import datetime as dt

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from api import clock
from api.db.session import Database
from api.db.tables import WebhookDelivery, WebhookSubscription, WebhookTarget
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.events import NewEvent
from api.domain.webhooks.targets import Target
from api.errors import NotFound
from tests.api.domain.support import sign_up
from tests.api.domain.webhooks import (
    OTHER,
    URL,
    add,
    claim,
    claimed,
    emit,
    note,
    sent,
    subscribe,
    target_of,
)
from tests.support.statements import recorded_statements

KEPT = dt.timedelta(days=30)


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def test_a_subject_is_told_of_where_it_was_asked_for_and_nowhere_else(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL, "r2": OTHER, "r3": URL})
    assert emit(database, account_id, "render.done", "r1", "r2", "r9") == ["r1", "r2"]
    assert emit(database, account_id, "render.begun", "r3") == ["r3"]
    assert emit(database, sign_up(database), "render.done", "r3") == []
    assert sent(database, account_id) == [("render.done", "r1", URL), ("render.done", "r2", OTHER)]


def test_an_accounts_target_is_told_of_all_its_subjects_but_of_none_twice(database: Database, account_id: str) -> None:
    add(database, account_id, URL, "render.done", "model.ready")
    subscribe(database, account_id, {"r1": URL})
    assert emit(database, account_id, "render.done", "r1", "r2") == ["r1", "r2"]
    assert emit(database, account_id, "render.error", "r1", "r2") == ["r1", "r2"]
    assert sent(database, account_id) == [
        ("render.done", "r1", URL), ("render.done", "r2", URL), ("render.error", "r1", URL)
    ]  # fmt: skip


def test_an_event_costs_one_statement_where_nobody_listens_and_two_where_many_do(
    database: Database, account_id: str
) -> None:
    with recorded_statements() as statements:
        assert emit(database, account_id, "render.done", "r1") == []
    assert len(statements) == 1
    subscribe(database, account_id, {f"r{i}": f"{URL}/{i}" for i in range(50)})
    with recorded_statements() as statements:
        emit(database, account_id, "render.done", *(f"r{i}" for i in range(50)))
    assert len(statements) == 2
    assert len(sent(database, account_id)) == 50


def test_an_event_of_a_transaction_that_fails_is_not_sent(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})

    def end_and_fail() -> None:
        with database.begin() as session:
            events.emit(session, account_id, "render", ["r1"], lambda _: [NewEvent("render.done", "r1", {})])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        end_and_fail()
    assert claim(database) is None


def test_asking_anew_enables_a_target_again(database: Database, account_id: str) -> None:
    added = add(database, account_id, URL, "render.done")
    for again in ("subscribe", "enable"):
        with database.begin() as session:
            targets.disable(session, added.id, "out of order")
        assert not target_of(database, account_id).enabled
        if again == "subscribe":
            subscribe(database, account_id, {"r1": URL})
        else:
            with database.begin() as session:
                targets.enable(session, account_id, added.id)
        assert target_of(database, account_id) == added
    assert emit(database, account_id, "render.done", "r7") == ["r7"]


def test_an_accounts_targets_are_its_own(database: Database, account_id: str) -> None:
    added = add(database, account_id, URL, "render.done")
    assert (added.url, added.events, added.enabled) == (URL, ("render.done",), True)
    assert add(database, account_id, URL, "render.error") == Target(
        added.id, "dxgl", URL, None, ("render.error",), False, True, None, added.created_at
    )
    subscribe(database, account_id, {"r1": OTHER})
    assert target_of(database, account_id, OTHER).events == ()
    assert add(database, account_id, URL, "job.complete", dialect="other").id != added.id
    with database.begin() as session:
        stranger = sign_up(database)
        for ask in (targets.get, targets.remove, targets.enable):
            with pytest.raises(NotFound):
                ask(session, stranger, added.id)
        assert targets.list_targets(session, stranger, "dxgl") == []
        targets.remove(session, account_id, added.id)
        assert [each.url for each in targets.list_targets(session, account_id, "dxgl")] == [OTHER]
        assert [each.url for each in targets.list_targets(session, account_id, "other")] == [URL]


def test_what_a_removed_target_was_to_be_sent_goes_with_it(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    with database.begin() as session:
        targets.remove(session, account_id, target_of(database, account_id).id)
    assert (claim(database), sent(database, account_id)) == (None, [])


def test_a_secret_is_one_for_each_account_and_dialect_and_can_be_replaced(database: Database, account_id: str) -> None:
    def secret(account: str, dialect: str) -> str:
        with database.begin() as session:
            return targets.secret(session, account, dialect)

    first = secret(account_id, "dxgl")
    assert first.startswith("whsec_")
    Webhook(first)
    assert secret(account_id, "dxgl") == first
    assert len({first, secret(account_id, "other"), secret(sign_up(database), "dxgl")}) == 3
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    with database.begin() as session:
        replaced = targets.replace_secret(session, account_id, "dxgl")
    assert replaced != first
    assert claimed(database).secret == replaced == secret(account_id, "dxgl")


def test_what_is_old_is_discarded_and_what_is_needed_is_kept(database: Database, account_id: str) -> None:
    add(database, account_id, URL, "render.done")
    subscribe(database, account_id, {"r1": OTHER, "r2": f"{OTHER}/2"})
    emit(database, account_id, "render.error", "r1", "r2")
    held = claimed(database)
    note(database, held, 200)
    with database.begin() as session:
        deliveries.discard_old(session, KEPT)
    assert len(sent(database, account_id)) == 2
    old = clock.now() - KEPT - dt.timedelta(hours=1)
    with database.begin() as session:
        session.execute(update(WebhookDelivery).values(created_at=old))
        session.execute(update(WebhookSubscription).values(created_at=old))
        session.execute(update(WebhookTarget).values(updated_at=old))
        deliveries.discard_old(session, KEPT)
    [left] = sent(database, account_id)
    assert left[2] != held.url
    with database.read() as session:
        kept = {each.url for each in targets.list_targets(session, account_id, "dxgl")}
    assert kept == {URL, left[2]}
    assert emit(database, account_id, "render.done", "r1") == ["r1"]
