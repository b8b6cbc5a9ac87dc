"""notifyUrl: the end of a render told to its owner's server, in the words of GET /v1/renders/:id."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Segment
from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from api.http.app import create_app
from api.processes.webhooks import make_deliverer
from api.settings import Settings
from tests.api.domain.support import end_pauses
from tests.support.origin import Origin, answer
from tests.support.web import GLB, Web


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """A farm that may send to 127.0.0.1, and download from there."""
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path, credits=20, webhook_allow="127.0.0.1", ingest_allow="127.0.0.1")
    database.dispose()


BROKEN = Failure("invalid_model", "It broke")


def told(web: Web, origin: Origin) -> dict[str, list[dict[str, Any]]]:
    """What the farm has POSTed to the server so far, by path."""
    asyncio.run(make_deliverer(web.settings, web.database, web.storage).deliver_due())
    bodies: dict[str, list[dict[str, Any]]] = {}
    for request, body in zip(origin.requests, origin.bodies, strict=True):
        if request.startswith("POST"):
            bodies.setdefault(request.split(" ")[1], []).append(json.loads(body))
    return bodies


def model(web: Web) -> str:
    model_id: str = web.upload().json()["data"]["modelId"]
    return model_id


def order(web: Web, url: str | None, **settings: Any) -> str:
    body = {"modelId": model(web), "renderSettings": settings, "notifyUrl": url}
    answered = web.post("/v1/renders", json=body)
    assert answered.status_code == 201, answered.text
    render_id: str = answered.json()["data"]["id"]
    return render_id


def break_all(web: Web) -> None:
    """All renders that wait end in error."""
    web.inspect()
    while True:
        with web.database.begin() as session:
            claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
            if claim is None:
                return
            scheduling.settle_error(session, claim, BROKEN, retry=False, max_attempts=3)


def test_a_render_that_is_done_is_told_once_as_it_can_be_asked_for(web: Web, origin: Origin) -> None:
    origin.answers["/done"] = answer()
    render_id = order(web, f"{origin.url}/done", bgColor="#ff8800")
    assert told(web, origin) == {}
    web.finish(render_id, web=True)
    [body] = told(web, origin)["/done"]
    assert list(body) == ["event", "timestamp", "data"]
    assert body["event"] == "render.done"
    assert body["data"] == web.get(f"/v1/renders/{render_id}").json()["data"]
    assert list(body["data"]) == list(web.get(f"/v1/renders/{render_id}").json()["data"])
    assert body["timestamp"] >= body["data"]["updatedAt"]
    assert len(told(web, origin)["/done"]) == 1


def test_a_render_in_error_is_told_with_its_message(web: Web, origin: Origin) -> None:
    origin.answers["/done"] = answer()
    render_id = order(web, f"{origin.url}/done")
    claim = web.claim(render_id)
    with web.database.begin() as session:
        assert scheduling.settle_error(session, claim, BROKEN, retry=True, max_attempts=3)
    assert told(web, origin) == {}
    end_pauses(web.database)
    claim = web.claim(render_id)
    with web.database.begin() as session:
        assert scheduling.settle_error(session, claim, BROKEN, retry=False, max_attempts=3)
    [body] = told(web, origin)["/done"]
    assert (body["event"], body["data"]["id"]) == ("render.error", render_id)
    assert (body["data"]["status"], body["data"]["errorMessage"]) == ("error", "It broke")


def test_the_notification_is_signed_with_the_accounts_secret(web: Web, origin: Origin) -> None:
    origin.answers["/done"] = answer()
    secret = web.get("/v1/webhooks/secret").json()["data"]["secret"]
    web.finish(order(web, f"{origin.url}/done"))
    told(web, origin)
    headers = dict(line.split(": ", 1) for line in origin.requests[-1].strip().split("\r\n")[1:])
    assert Webhook(secret).verify(origin.bodies[-1], headers)["event"] == "render.done"
    replaced = web.post("/v1/webhooks/secret")
    assert replaced.status_code == 201
    assert replaced.json()["data"]["secret"] != secret
    assert web.get("/v1/webhooks/secret").json() == replaced.json()
    assert web.get("/v1/webhooks/secret", token=web.another_token()).json() != replaced.json()


def test_a_batch_has_a_url_for_all_and_for_each(web: Web, origin: Origin) -> None:
    origin.answers |= {"/all": answer(), "/one": answer()}
    items: list[dict[str, Any]] = [{"modelId": model(web), "renderSettings": {"rotateY": turn}} for turn in (0, 1, 2)]
    items[1]["notifyUrl"] = f"{origin.url}/one"
    answered = web.post("/v1/renders/batch", json={"renders": items, "notifyUrl": f"{origin.url}/all"}).json()
    ids = [each["id"] for each in answered["data"]]
    break_all(web)
    bodies = told(web, origin)
    assert {path: sorted(body["data"]["id"] for body in each) for path, each in bodies.items()} == {
        "/all": sorted([ids[0], ids[2]]), "/one": [ids[1]]
    }  # fmt: skip


def test_renders_that_share_a_shot_are_each_told(web: Web, origin: Origin) -> None:
    origin.answers["/all"] = answer()
    items = [{"modelId": model(web), "renderSettings": {"bgColor": color}} for color in ("#000000", "#ffffff")]
    answered = web.post("/v1/renders/batch", json={"renders": items, "notifyUrl": f"{origin.url}/all"}).json()
    ids = {each["id"] for each in answered["data"]}
    assert web.claim(next(iter(ids))).variants.keys() == ids
    with web.database.begin() as session:
        session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))
        while scheduling.take_back(session, max_attempts=1) is not None:
            pass
    assert {body["data"]["id"] for body in told(web, origin)["/all"]} == ids


def test_an_upload_tells_of_the_paid_render_and_not_of_the_preview(web: Web, origin: Origin) -> None:
    origin.answers["/done"] = answer()
    sent = web.post("/v1/models", files={"file": ("chair.glb", GLB)}, data={"notifyUrl": f"{origin.url}/done"})
    uploaded = sent.json()["data"]
    break_all(web)
    renders = web.get(f"/v1/models/{uploaded['modelId']}").json()["data"]["renders"]
    assert [each["status"] for each in renders] == ["error", "error"]
    [body] = told(web, origin)["/done"]
    assert body["data"]["id"] == uploaded["renderId"]


def test_a_download_tells_of_the_paid_render_too(web: Web, origin: Origin) -> None:
    origin.answers |= {"/done": answer(), "/chair.glb": answer(GLB)}
    body = {"url": f"{origin.url}/chair.glb", "notifyUrl": f"{origin.url}/done"}
    uploaded = web.post("/v1/models/ingest", json=body).json()["data"]
    web.finish(uploaded["renderId"])
    assert [each["data"]["id"] for each in told(web, origin)["/done"]] == [uploaded["renderId"]]


@pytest.mark.parametrize(
    "url", ["", "hook", "http://8.8.8.8/", "ftp://shop.example/", "https://10.0.0.5/",
            "https://me:secret@shop.example/", "https://shop.example/" + "a" * 2000],
)  # fmt: skip
def test_a_bad_url_is_refused_when_it_is_ordered(web: Web, url: str) -> None:
    model_id, balance = model(web), web.balance()
    item = {"modelId": model_id, "notifyUrl": url}
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("/v1/renders", "notifyUrl", {"json": item}),
        ("/v1/renders/batch", "renders[1].notifyUrl", {"json": {"renders": [{"modelId": model_id}, item]}}),
        ("/v1/renders/batch", "notifyUrl", {"json": {"renders": [{"modelId": model_id}], "notifyUrl": url}}),
        ("/v1/models/ingest", "notifyUrl", {"json": {"url": "http://127.0.0.1:1/a.glb", "notifyUrl": url}}),
    ]  # fmt: skip
    if url:  # an empty field of a form is one that wasn't filled in
        form = {"files": {"file": ("chair.glb", GLB)}, "data": {"notifyUrl": url}}
        requests.append(("/v1/models", "notifyUrl", form))
    for path, param, body in requests:
        answered = web.post(path, **body)
        error = answered.json()["error"]
        assert (answered.status_code, error["code"], error["param"]) == (400, "invalid_url", param), path
        assert "secret" not in answered.text
    assert web.balance() == balance


def test_the_same_order_with_another_url_is_another_request(web: Web) -> None:
    body = {"modelId": model(web)}
    headers = {"Idempotency-Key": "one"}
    first = web.post("/v1/renders", json={**body, "notifyUrl": "https://shop.example/a"}, headers=headers)
    again = web.post("/v1/renders", json={**body, "notifyUrl": "https://shop.example/a"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert web.post("/v1/renders", json=body, headers=headers).json()["error"]["code"] == "idempotency_conflict"


def test_deliveries_can_be_looked_at_and_sent_again(web: Web, origin: Origin) -> None:
    origin.answers["/done"] = answer(b"closed", status="503 Service Unavailable")
    render_id = order(web, f"{origin.url}/done")
    web.finish(render_id)
    told(web, origin)
    listed = web.get("/v1/webhooks/deliveries").json()
    [delivery] = listed["data"]
    assert listed["meta"] == {"total": 1, "offset": 0, "limit": 50}
    expected = {
        "url": f"{origin.url}/done", "event": "render.done", "renderId": render_id, "status": "pending", "attempts": 1,
        "answerStatus": 503, "answerBody": "closed", "problem": "The URL's server answered with status 503",
    }  # fmt: skip
    assert expected.items() <= delivery.items()
    path = f"/v1/webhooks/deliveries/{delivery['id']}/send-again"
    assert web.post(path).json()["error"]["code"] == "invalid_state"
    origin.answers["/done"] = answer(status="410 Gone")
    origin.answers["/other"] = answer()
    other = order(web, f"{origin.url}/other", rotateY=5)
    web.finish(other)
    told(web, origin)
    [sent, _] = web.get("/v1/webhooks/deliveries").json()["data"]
    assert (sent["renderId"], sent["status"]) == (other, "delivered")
    again = web.post(f"/v1/webhooks/deliveries/{sent['id']}/send-again")
    assert (again.status_code, again.json()["data"]["status"]) == (200, "pending")
    [first, second] = told(web, origin)["/other"]
    assert first == second
    stranger = web.another_token()
    refused = web.post(f"/v1/webhooks/deliveries/{sent['id']}/send-again", token=stranger)
    assert refused.json()["error"]["code"] == "delivery_not_found"
    assert web.get("/v1/webhooks/deliveries", token=stranger).json()["data"] == []


def test_the_secret_is_not_for_tokens_that_only_read(web: Web) -> None:
    reader = web.scoped_token("read", "render")
    for method in ("GET", "POST"):
        assert web.request(method, "/v1/webhooks/secret", token=reader).json()["error"]["code"] == "insufficient_scope"
    assert web.get("/v1/webhooks/deliveries", token=reader).status_code == 200


def test_a_malformed_allow_list_is_told_when_the_server_starts(web: Web, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, webhook_allow="10.0.0.1/8")
    for start in (lambda: create_app(settings, web.database, web.storage, lambda: None),
                  lambda: make_deliverer(settings, web.database, web.storage)):
        with pytest.raises(ValueError, match="PIROUETTE_WEBHOOK_ALLOW"):
            start()
