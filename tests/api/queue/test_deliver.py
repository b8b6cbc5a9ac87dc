"""Deliveries over the wire to real servers, that verify them with the Standard Webhooks library."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import WebhookDelivery
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.deliveries import Delivery, Event
from api.domain.webhooks.events import NewEvent
from api.net.guard import AllowList, LookUp, system_look_up
from api.net.sender import Sender
from api.queue.deliver import SENDING_PER_ACCOUNT, Deliverer, Spelling
from tests.api.domain.support import sign_up
from tests.support.origin import Answer, Origin, answer, redirect
from tests.support.ports import free_port
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[3]


def told(event: Event) -> bytes:
    return json.dumps({"event": event.name, "data": event.data}, ensure_ascii=False).encode()


SPELLINGS = {"dxgl": Spelling(told)}


def make(
    database: Database, spellings: dict[str, Spelling] = SPELLINGS, look_up: LookUp = system_look_up
) -> Deliverer:
    return Deliverer(database, Sender(AllowList.parse("127.0.0.1", "PIROUETTE_WEBHOOK_ALLOW"), look_up), spellings)


def deliver(database: Database, **options: Any) -> None:
    """Sends what is due."""
    asyncio.run(make(database, **options).deliver_due())


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def happen(database: Database, account_id: str, url: str, count: int = 1, dialect: str = "dxgl") -> str:
    """Events to be sent to `url`; returns what they are signed with."""
    subjects = {f"render{i}": url for i in range(count)}
    with database.begin() as session:
        targets.subscribe(session, account_id, dialect, subjects, subject_kind="render", events=["render.done"])
        events.emit(
            session, account_id, "render", list(subjects),
            lambda wanted: [NewEvent("render.done", each, {"name": f"{each}: Stühle"}) for each in wanted],
        )  # fmt: skip
        return targets.secret(session, account_id, dialect)


def due_now(database: Database) -> None:
    with database.begin() as session:
        session.execute(update(WebhookDelivery).values(due_at=from_now(-1)))


def all_of(database: Database, account_id: str) -> list[Delivery]:
    with database.read() as session:
        return list(deliveries.list_deliveries(session, account_id, "dxgl", limit=100, offset=0).items)


def one_of(database: Database, account_id: str) -> Delivery:
    [delivery] = all_of(database, account_id)
    return delivery


def verified(origin: Origin, secret: str) -> list[str]:
    """The webhook-ids of all requests so far, after verifying each."""
    ids = []
    for request, body in zip(origin.requests, origin.bodies, strict=True):
        headers = dict(line.split(": ", 1) for line in request.strip().split("\r\n")[1:])
        assert Webhook(secret).verify(body, headers) == json.loads(body)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
        ids.append(headers["webhook-id"])
    return ids


def in_turn(*answers: bytes) -> Answer:
    """One answer after the other."""
    left = iter(answers)

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(next(left))
        await writer.drain()

    return reply


ERROR = answer(b"out of order", status="500 Internal Server Error")


def test_an_event_is_delivered_once_and_can_be_verified(database: Database, account_id: str, origin: Origin) -> None:
    origin.answers["/hook"] = answer(b"thanks")
    secret = happen(database, account_id, f"{origin.url}/hook")
    deliver(database)
    due_now(database)
    deliver(database)
    delivery = one_of(database, account_id)
    assert verified(origin, secret) == [delivery.id]
    assert json.loads(origin.bodies[0]) == {"event": "render.done", "data": {"name": "render0: Stühle"}}
    assert "content-type: application/json" in origin.requests[0].lower()
    assert (delivery.state, delivery.attempts, delivery.answer_status, delivery.answer_body, delivery.problem) == (
        "delivered", 1, 200, "thanks", None
    )  # fmt: skip


def test_what_failed_is_sent_again_with_the_same_bytes_and_id(
    database: Database, account_id: str, origin: Origin
) -> None:
    origin.answers["/hook"] = in_turn(ERROR, answer())
    secret = happen(database, account_id, f"{origin.url}/hook")
    deliver(database)
    failed = one_of(database, account_id)
    assert (failed.state, failed.answer_status, failed.answer_body) == ("pending", 500, "out of order")
    assert failed.problem == "The URL's server answered with status 500"
    due_now(database)
    deliver(database, spellings={"dxgl": Spelling(lambda event: b"another body")})
    assert verified(origin, secret) == [failed.id, failed.id]
    assert origin.bodies[0] == origin.bodies[1]
    assert one_of(database, account_id).state == "delivered"


def test_the_receiver_may_say_that_it_is_gone(database: Database, account_id: str, origin: Origin) -> None:
    origin.answers["/hook"] = answer(status="410 Gone")
    happen(database, account_id, f"{origin.url}/hook")
    deliver(database)
    assert one_of(database, account_id).state == "failed"
    with database.read() as session:
        [target] = targets.list_targets(session, account_id, "dxgl")
    assert (target.enabled, target.disabled_reason) == (False, "Its server answered with status 410: gone for good")


DELIVERER = """
import sys
from api.db.session import Database
from tests.api.queue.test_deliver import make
make(Database(sys.argv[1])).run()
"""


def test_a_deliverer_that_dies_before_it_has_noted_the_answer_costs_nothing(
    database: Database, account_id: str, origin: Origin
) -> None:
    with database.read_rows() as connection:
        url = connection.engine.url.render_as_string(hide_password=False)
    started = threading.Event()

    async def kill_and_answer(writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(started.wait)
        process.kill()
        await asyncio.to_thread(process.wait)
        writer.write(answer())

    origin.answers["/hook"] = kill_and_answer
    secret = happen(database, account_id, f"{origin.url}/hook")
    process = subprocess.Popen([sys.executable, "-c", DELIVERER, url], cwd=ROOT)
    started.set()
    assert process.wait(60) == -signal.SIGKILL
    assert one_of(database, account_id).state == "pending"
    deliver(database)
    assert len(origin.requests) == 1  # the dead one's claim still counts
    origin.answers["/hook"] = answer()
    due_now(database)
    deliver(database)
    delivery = one_of(database, account_id)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert verified(origin, secret) == [delivery.id, delivery.id]
    assert origin.bodies[0] == origin.bodies[1]


def test_a_delivery_can_be_sent_again(database: Database, account_id: str, origin: Origin) -> None:
    origin.answers["/hook"] = answer()
    secret = happen(database, account_id, f"{origin.url}/hook")
    deliver(database)
    with database.begin() as session:
        [delivery] = deliveries.list_deliveries(session, account_id, "dxgl", limit=9, offset=0).items
        deliveries.send_again(session, account_id, "dxgl", delivery.id)
    deliver(database)
    assert verified(origin, secret) == [delivery.id, delivery.id]
    assert origin.bodies[0] == origin.bodies[1]


def test_two_deliverers_at_once_send_each_once(database: Database, account_id: str, origin: Origin) -> None:
    origin.answers["/hook"] = answer()
    secret = happen(database, account_id, f"{origin.url}/hook", 30)
    threads = [make(database) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_for(lambda: all(each.state == "delivered" for each in all_of(database, account_id)), "all deliveries")
    for thread in threads:
        thread.stop()
    ids = verified(origin, secret)
    assert len(ids) == len(set(ids)) == 30


def held_until(gate: threading.Event, meanwhile: Callable[[], None] = lambda: None) -> Answer:
    """An answer that comes once the test opens the gate, and what happens before."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(meanwhile)
        await asyncio.to_thread(gate.wait)
        writer.write(answer())

    return reply


def test_an_account_with_a_slow_server_keeps_nobody_else_waiting(
    database: Database, account_id: str, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.net.sender.SECONDS", 25.0)
    gate = threading.Event()
    origin.answers |= {"/slow": held_until(gate), "/quick": answer()}
    other = sign_up(database)
    happen(database, account_id, f"{origin.url}/slow", SENDING_PER_ACCOUNT + 2)
    happen(database, other, f"{origin.url}/quick", 3)
    deliverer = make(database)
    deliverer.start()
    try:
        wait_for(lambda: all(each.state == "delivered" for each in all_of(database, other)), "the quick deliveries")
        assert sum("/slow" in request for request in origin.requests) <= SENDING_PER_ACCOUNT
    finally:
        gate.set()
    wait_for(lambda: all(each.state == "delivered" for each in all_of(database, account_id)), "the slow deliveries")
    deliverer.stop()


def test_no_transaction_is_open_while_a_request_is_on_its_way(
    database: Database, account_id: str, origin: Origin
) -> None:
    gate = threading.Event()
    gate.set()

    def lock_all() -> None:
        with database.begin() as session:
            session.scalars(select(WebhookDelivery.id).with_for_update(nowait=True)).all()

    origin.answers["/hook"] = held_until(gate, lock_all)
    happen(database, account_id, f"{origin.url}/hook")
    deliver(database)
    assert one_of(database, account_id).answer_status == 200


def test_what_is_on_its_way_when_the_farm_stops_comes_back(
    database: Database, account_id: str, origin: Origin
) -> None:
    gate, begun = threading.Event(), threading.Event()
    origin.answers["/hook"] = held_until(gate, begun.set)
    happen(database, account_id, f"{origin.url}/hook")
    deliverer = make(database)
    deliverer.start()
    assert begun.wait(60)
    deliverer.stop()
    gate.set()
    assert (one_of(database, account_id).state, one_of(database, account_id).answer_status) == ("pending", None)
    origin.answers["/hook"] = answer()
    due_now(database)
    deliver(database)
    assert one_of(database, account_id).state == "delivered"


def test_a_dialect_adds_headers_of_its_own(database: Database, account_id: str, origin: Origin) -> None:
    def headers(event: Event, body: bytes, secret: str) -> dict[str, str]:
        return {"X-Event": event.name, "X-Length": str(len(body)), "X-Secret": secret[:6]}

    origin.answers["/hook"] = answer()
    secret = happen(database, account_id, f"{origin.url}/hook")
    deliver(database, spellings={"dxgl": Spelling(told, headers)})
    assert f"X-Event: render.done\r\nX-Length: {len(origin.bodies[0])}\r\nX-Secret: whsec_" in origin.requests[0]
    assert len(verified(origin, secret)) == 1


def test_an_event_that_a_dialect_cannot_spell_fails_and_the_others_are_sent(
    database: Database, account_id: str, origin: Origin, caplog: pytest.LogCaptureFixture
) -> None:
    def choosy(event: Event) -> bytes:
        if event.subject_id == "render1":
            raise ValueError("no words")
        return told(event)

    origin.answers["/hook"] = answer()
    happen(database, account_id, f"{origin.url}/hook", 3)
    happen(database, account_id, f"{origin.url}/hook", dialect="unknown")
    deliver(database, spellings={"dxgl": Spelling(choosy)})
    states = {each.subject_id: (each.state, each.problem) for each in all_of(database, account_id)}
    failed = ("failed", "The farm could not write this event; its log says why")
    assert states == {"render0": ("delivered", None), "render1": failed, "render2": ("delivered", None)}
    assert "no words" in caplog.text
    assert "in the dialect unknown" in caplog.text
    with database.read() as session:
        assert not deliveries.is_due(session)


def leading_to(*addresses: str) -> LookUp:
    async def look_up(host: str) -> list[str]:
        return list(addresses)

    return look_up


@pytest.mark.parametrize(
    ("url", "state", "problem"),
    [
        ("https://inside.example/", "pending", "The URL does not lead to a public address on port 443"),
        ("http://inside.example/", "pending", "The URL must begin with https://"),
        ("http://8.8.8.8/", "failed", "The URL must begin with https://"),
        ("https://169.254.169.254/", "failed", "The URL does not lead to a public address on port 443"),
        ("{origin}/elsewhere", "pending", "The URL's server answered with status 302; redirects are not followed"),
        ("{origin}/no-http", "pending", "The URL's server broke the connection off, or does not speak HTTP"),
        ("https://127.0.0.1:{port}/", "pending", "The URL's server could not prove its identity by TLS"),
    ],
)
def test_what_cannot_be_sent_says_why(
    database: Database, account_id: str, origin: Origin, url: str, state: str, problem: str
) -> None:
    origin.answers |= {"/elsewhere": redirect("http://169.254.169.254/"), "/no-http": b"220 smtp.example\r\n"}
    happen(database, account_id, url.format(origin=origin.url, port=origin.port))
    deliver(database, look_up=leading_to("::ffff:127.0.0.1"))
    delivery = one_of(database, account_id)
    assert (delivery.state, delivery.problem) == (state, problem)


def test_a_database_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    away = Database(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nowhere?connect_timeout=1")
    deliverer = make(away)
    deliverer.start()
    wait_for(lambda: caplog.text.count("Could not look for deliveries") >= 2, "a second look")
    deliverer.stop()
    away.dispose()
