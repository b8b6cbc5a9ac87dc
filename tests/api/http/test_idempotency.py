"""Idempotency-Key: a costly request may be repeated, and nothing is made or paid twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import IdempotencyKey
from api.domain.accounts import ledger
from tests.support.origin import answer, running_origin
from tests.support.web import GLB, Web

KEY = {"Idempotency-Key": "order 66"}


@pytest.fixture
def web(database: Database, tmp_path: Path) -> Web:
    return Web.make(database, tmp_path)


def model(web: Web) -> str:
    model_id: str = web.upload().json()["data"]["modelId"]
    return model_id


def order(web: Web, model_id: str, headers: dict[str, str] = KEY, **settings: Any) -> httpx.Response:
    return web.post("/v1/renders", json={"modelId": model_id, "renderSettings": settings}, headers=headers)


def refusal(refused: httpx.Response) -> tuple[int, str]:
    return refused.status_code, refused.json()["error"]["code"]


def test_a_repeated_order_is_the_first_one(web: Web) -> None:
    model_id = model(web)
    first = order(web, model_id, length=4)
    again = order(web, model_id, length=4)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert web.balance() == 8
    assert len(web.get("/v1/renders").json()["data"]) == 2


def test_the_same_request_may_be_spelt_differently(web: Web) -> None:
    model_id = model(web)
    first = order(web, model_id)
    body = f' {{"renderSettings": {{"length": 6}},\n "modelId": "{model_id}"}}'
    assert web.post("/v1/renders", content=body, headers=KEY).content == first.content


def test_another_order_needs_another_key(web: Web) -> None:
    model_id = model(web)
    order(web, model_id, length=4)
    assert refusal(order(web, model_id, length=5)) == (409, "idempotency_conflict")
    assert refusal(web.upload(headers=KEY)) == (409, "idempotency_conflict")
    assert order(web, model_id, {"Idempotency-Key": "~"}, length=5).status_code == 201
    assert order(web, model_id, {}, length=4).json() != order(web, model_id, length=4).json()


def test_a_repeated_upload_is_the_first_one(web: Web) -> None:
    first = web.upload(settings='{"length": 3}', headers=KEY)
    again = web.upload(settings=' {"length": 3.0}', name="sofa.glb", headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "duplicate" not in first.json()["data"]
    assert len(web.stored()) == 1
    assert web.balance() == 9
    for changed in (web.upload(settings='{"length": 4}', headers=KEY), web.upload(GLB + b"x", headers=KEY)):
        assert refusal(changed) == (409, "idempotency_conflict")
    assert len(web.stored()) == 1


def test_a_repeated_batch_is_the_first_one(web: Web) -> None:
    body = {"renders": [{"modelId": model(web)}] * 2}
    first = web.post("/v1/renders/batch", json=body, headers=KEY)
    assert web.post("/v1/renders/batch", json=body, headers=KEY).content == first.content
    assert first.status_code == 201
    assert web.balance() == 7
    body["renders"].pop()
    assert refusal(web.post("/v1/renders/batch", json=body, headers=KEY)) == (409, "idempotency_conflict")


def test_a_repeated_ingest_downloads_nothing(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, ingest_allow="127.0.0.1", credits=1)
    with running_origin() as origin:
        body = {"url": f"{origin.url}/chair.glb"}
        assert refusal(web.post("/v1/models/ingest", json=body, headers=KEY)) == (400, "invalid_url")
        origin.answers["/chair.glb"] = answer(GLB)
        first = web.post("/v1/models/ingest", json=body, headers=KEY)
        assert first.status_code == 201
        asked = len(origin.requests)
        assert web.post("/v1/models/ingest", json=body, headers=KEY).content == first.content
        assert len(origin.requests) == asked
    assert (web.balance(), len(web.stored())) == (0, 1)


def test_a_paid_upload_is_repeated_although_the_credits_are_spent(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, credits=1)
    first = web.upload(headers=KEY)
    assert web.balance() == 0
    assert web.upload(headers=KEY).content == first.content
    assert refusal(web.upload(headers={"Idempotency-Key": "another"})) == (402, "no_credits")
    assert len(web.stored()) == 1


def test_what_was_refused_may_be_tried_again(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, credits=1)
    model_id = model(web)
    assert refusal(order(web, model_id)) == (402, "no_credits")
    with database.begin() as session:
        ledger.grant(session, web.account_id, 1)
    made = order(web, model_id)
    assert (made.status_code, "idempotent-replayed" in made.headers) == (201, False)


def test_an_order_that_was_taken_before_a_defect_is_not_lost(web: Web) -> None:
    model_id = model(web)
    web.inspect()

    def broken_wake() -> None:
        raise RuntimeError("the broker is on fire")

    body = {"modelId": model_id}
    failed = web.post("/v1/renders", json=body, headers=KEY, app=web.app_with(broken_wake))
    assert failed.status_code == 500
    again = web.post("/v1/renders", json=body, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert web.balance() == 8


def test_orders_at_once_are_one_order(web: Web) -> None:
    model_id = model(web)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: order(web, model_id), range(4)))
    made = [each for each in answers if each.status_code == 201]
    assert {each.content for each in made} == {order(web, model_id).content}
    assert all(refusal(each) == (409, "idempotency_in_progress") for each in answers if each not in made)
    assert web.balance() == 8


def test_an_order_that_still_runs_is_not_joined(web: Web) -> None:
    model_id = model(web)
    order(web, model_id)
    with web.database.begin() as session:
        session.execute(update(IdempotencyKey).values(status=None, body=None))
    assert refusal(order(web, model_id)) == (409, "idempotency_in_progress")
    with web.database.begin() as session:
        session.execute(update(IdempotencyKey).values(expires_at=from_now(-1)))
    assert order(web, model_id).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel", "a\tb"])
def test_a_malformed_key_is_refused(web: Web, key: str) -> None:
    refused = web.post("/v1/renders", json={}, headers={"Idempotency-Key": key.encode()})
    assert refusal(refused) == (400, "invalid_request")
    assert refused.json()["error"]["param"] == "Idempotency-Key"


def test_the_longest_key_is_taken(web: Web) -> None:
    assert order(web, model(web), {"Idempotency-Key": "k" * 255}).status_code == 201


def test_keys_of_strangers_are_not_looked_at(web: Web) -> None:
    model_id = model(web)
    order(web, model_id)
    assert web.post("/v1/renders", headers=KEY, token=None).status_code == 401
    other = web.another_token()
    refused = web.post("/v1/renders", json={"modelId": model_id}, headers=KEY, token=other)
    assert refusal(refused) == (404, "model_not_found")
