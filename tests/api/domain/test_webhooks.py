"""Who is told of what, and how deliveries fare, on both databases."""

import datetime as dt
import threading
from collections.abc import Collection, Iterator

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from api import clock
from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import WebhookDelivery, WebhookSubscription, WebhookTarget
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.deliveries import GIVE_UP_AFTER, KEPT, RETRY_SECONDS, Claim, Delivery
from api.domain.webhooks.events import NewEvent
from api.domain.webhooks.targets import Target
from api.errors import DeliveryNotFound, InvalidState, NotFound
from tests.api.domain.support import run_at_once, sign_up
from tests.support.statements import recorded_statements

URL = "https://shop.example/hook"
OTHER = "https://shop.example/other"
ENDS = ["render.done", "render.error"]


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def subscribe(database: Database, account_id: str, urls: dict[str, str]) -> None:
    with database.begin() as session:
        targets.subscribe(session, account_id, "dxgl", urls, subject_kind="render", events=ENDS)


def add(database: Database, account_id: str, url: str, *names: str, dialect: str = "dxgl") -> Target:
    with database.begin() as session:
        return targets.add(session, account_id, dialect, url, events=names)


def emit(database: Database, account_id: str, name: str, *subject_ids: str) -> list[str]:
    """Emits one event of each subject; returns the subjects that somebody asked to be told of."""
    told: list[str] = []

    def tell(wanted: Collection[str]) -> Iterator[NewEvent]:
        told.extend(sorted(wanted))
        return (NewEvent(name, subject_id, {"number": subject_id}) for subject_id in wanted)

    with database.begin() as session:
        events.emit(session, account_id, "render", subject_ids, tell)
    return told


def claim(database: Database, *, busy: Collection[str] = ()) -> Claim | None:
    with database.begin() as session:
        return deliveries.claim(session, busy=busy)


def claimed(database: Database) -> Claim:
    found = claim(database)
    assert found is not None
    return found


def note(database: Database, held: Claim, status: int | None, problem: str | None = None, hopeless: bool = False
         ) -> bool:
    with database.begin() as session:
        return deliveries.note(session, held, status=status, answer=b"ok", problem=problem, hopeless=hopeless)


def due_now(database: Database) -> None:
    """As if all had waited until they are due."""
    with database.begin() as session:
        session.execute(update(WebhookDelivery).values(due_at=from_now(-1)))


def database_time(database: Database, seconds: float = 0) -> dt.datetime:
    with database.read() as session:
        return session.scalars(select(from_now(seconds))).one()


def due_at(database: Database, delivery_id: str) -> dt.datetime:
    with database.read() as session:
        return session.scalars(select(WebhookDelivery.due_at).where(WebhookDelivery.id == delivery_id)).one()


def delivery(database: Database, account_id: str, delivery_id: str) -> Delivery:
    with database.read() as session:
        return deliveries.get(session, account_id, delivery_id)


def target_of(database: Database, account_id: str, url: str = URL) -> Target:
    with database.read() as session:
        [found] = [each for each in targets.list_targets(session, account_id, "dxgl") if each.url == url]
    return found


def sent(database: Database, account_id: str) -> list[tuple[str, str, str]]:
    """Event, subject and URL of all deliveries."""
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "dxgl", limit=100, offset=0)
    assert page.total == len(page.items)
    return sorted((each.event, each.subject_id, each.url) for each in page.items)


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


def test_a_delivery_is_sent_again_with_its_id_and_bytes_and_all_attempts(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    with database.begin() as session:
        deliveries.keep_body(session, held, b"{}")
    with pytest.raises(InvalidState, match="still to be sent"), database.begin() as session:
        deliveries.send_again(session, account_id, held.event.id)
    note(database, held, None, "refused", hopeless=True)
    with pytest.raises(DeliveryNotFound), database.begin() as session:
        deliveries.send_again(session, sign_up(database), held.event.id)
    with database.begin() as session:
        assert deliveries.send_again(session, account_id, held.event.id).state == "pending"
    again = claimed(database)
    assert (again.event.id, again.body, again.attempt, again.failures) == (held.event.id, b"{}", 2, 0)
    note(database, again, 200)
    with database.begin() as session:
        targets.disable(session, target_of(database, account_id).id, "out of order")
    with pytest.raises(InvalidState, match="disabled"), database.begin() as session:
        deliveries.send_again(session, account_id, held.event.id)


def test_an_accounts_targets_are_its_own(database: Database, account_id: str) -> None:
    added = add(database, account_id, URL, "render.done")
    assert (added.url, added.events, added.enabled) == (URL, ("render.done",), True)
    assert add(database, account_id, URL, "render.error") == Target(
        added.id, "dxgl", URL, None, ("render.error",), True, None, added.created_at
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


def test_an_answer_is_kept_as_text_that_every_database_stores(database: Database, account_id: str) -> None:
    subscribe(database, account_id, {"r1": URL})
    emit(database, account_id, "render.done", "r1")
    held = claimed(database)
    with database.begin() as session:
        deliveries.note(session, held, status=200, answer=b"\0\xff" + b"x" * 70_000, problem=None)
    body = delivery(database, account_id, held.event.id).answer_body or ""
    assert (len(body), body[:3]) == (64 * 1024, "\ufffd\ufffdx")


def test_what_is_old_is_discarded_and_what_is_needed_is_kept(database: Database, account_id: str) -> None:
    add(database, account_id, URL, "render.done")
    subscribe(database, account_id, {"r1": OTHER, "r2": f"{OTHER}/2"})
    emit(database, account_id, "render.error", "r1", "r2")
    held = claimed(database)
    note(database, held, 200)
    with database.begin() as session:
        deliveries.discard_old(session)
    assert len(sent(database, account_id)) == 2
    old = clock.now() - KEPT - dt.timedelta(hours=1)
    with database.begin() as session:
        session.execute(update(WebhookDelivery).values(created_at=old))
        session.execute(update(WebhookSubscription).values(created_at=old))
        session.execute(update(WebhookTarget).values(updated_at=old))
        deliveries.discard_old(session)
    [left] = sent(database, account_id)
    assert left[2] != held.url
    with database.read() as session:
        kept = {each.url for each in targets.list_targets(session, account_id, "dxgl")}
    assert kept == {URL, left[2]}
    assert emit(database, account_id, "render.done", "r1") == ["r1"]
