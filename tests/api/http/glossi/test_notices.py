"""Events as they arrive at Glossi's users: the documented bodies, and signatures that Node takes as documented."""

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from api import clock
from api.db.session import Database
from api.domain.projects import workflows
from api.domain.webhooks import events
from api.domain.webhooks.deliveries import Event
from api.domain.webhooks.events import NewEvent
from api.http.glossi import notices
from api.http.glossi.notices import EVENTS
from api.processes.webhooks import make_deliverer
from tests.api.domain import projects as hand
from tests.support.origin import Answer, Origin, answer, redirect
from tests.support.spec import reference
from tests.support.waiting import HANG_S
from tests.support.web import Web

NODE = Path(__file__).with_name("verify_webhook.cjs")
SURROGATES = range(0xD800, 0xE000)
NAME = 'Stühle "2"/\\ \U0001fa91 \u2028\u2029</script>'


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """A farm that may send to 127.0.0.1."""
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path, credits=100, webhook_allow="127.0.0.1")
    database.dispose()


def set_up(web: Web, url: str) -> str:
    """Has all events sent to the URL; returns the secret."""
    body = {"url": url, "events": list(EVENTS)}
    answered = web.request("PUT", "/api/v1/webhooks", token=web.glossi_key, json=body)
    assert answered.status_code == 200, answered.text
    secret: str = answered.json()["secret"]
    return secret


def happen(web: Web, name: str = "project.created", **data: Any) -> None:
    """An event of a project, whose data are these."""
    data = {"project_id": "p1", "name": NAME, "status": "PENDING", "model_ids": [], "template_id": "t1"} | data
    with web.database.begin() as session:
        events.emit(session, web.account_id, "project", ["p1"], lambda ids: [NewEvent(name, id, data) for id in ids])


def deliver(web: Web, **settings: Any) -> None:
    asyncio.run(make_deliverer(web.settings.model_copy(update=settings), web.database, web.storage).deliver_due())


def requests(origin: Origin) -> list[tuple[dict[str, str], bytes]]:
    """Header fields, by names in small letters, and body of all that has arrived."""
    heads = [dict(re.findall(r"^([\w-]+): (.*)\r$", head, re.MULTILINE)) for head in origin.requests]
    fields = [{name.lower(): value for name, value in head.items()} for head in heads]
    return list(zip(fields, origin.bodies, strict=True))


def told_by(web: Web, origin: Origin) -> list[dict[str, Any]]:
    """All bodies, in the order in which their events happened."""
    deliver(web)
    return sorted((json.loads(body) for body in origin.bodies), key=lambda told: told["timestamp"])


def asked_of_node(*deliveries: tuple[bytes, str, str]) -> list[list[bool]]:
    """What Node says of bodies, signatures and secrets: whether they are verified, and stringified to the same."""
    lines = "\n".join(
        json.dumps({"body": base64.b64encode(body).decode(), "signature": signature, "secret": secret})
        for body, signature, secret in deliveries
    )
    done = subprocess.run(
        ["node", NODE], input=lines, capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def latest(web: Web) -> dict[str, Any]:
    told = web.get("/api/v1/webhooks/deliveries", token=web.glossi_key).json()
    found: dict[str, Any] = told["deliveries"][0]
    return found


def test_a_models_events_are_told_with_links_that_anybody_may_follow(web: Web, origin: Origin) -> None:
    set_up(web, f"{origin.url}/hook")
    model_id = hand.ready_model(web.database, web.account_id, "chair.glb")
    [broken] = hand.announce(web.database, web.account_id, "broken.glb")
    hand.confirm(web.database, web.account_id, broken.id, "broken")
    hand.refuse_model(web.database)
    origin.answers["/hook"] = answer()
    deliver(web, public_url="https://farm.example.com/")
    processed, failed = sorted((json.loads(body) for body in origin.bodies), key=lambda told: told["timestamp"])
    data = processed.pop("data")
    assert (processed["event"], list(data)) == (
        "model.processed", ["modelId", "name", "status", "glbFilePath", "thumbnailUrl"]
    )  # fmt: skip
    assert (data["modelId"], data["name"], data["status"]) == (model_id, "chair", "READY")
    for url in (data["glbFilePath"], data["thumbnailUrl"]):
        key = url.removeprefix("https://farm.example.com/storage/").partition("?")[0]
        with web.storage.writer(key) as writer:
            writer.write(b"the file")
        got = web.get(url.removeprefix("https://farm.example.com"), token=None)
        assert (got.status_code, got.content) == (200, b"the file")
    assert "filename" in web.get(data["glbFilePath"].removeprefix("https://farm.example.com"), token=None).headers[
        "content-disposition"
    ]
    assert failed["event"] == "model.failed"
    assert failed["data"] == {
        "modelId": broken.id, "name": "broken", "status": "FAILED", "errorCode": "invalid_model",
        "errorMessage": "It is no model",
    }  # fmt: skip


def test_a_projects_and_its_renders_events_are_told(web: Web, origin: Origin) -> None:
    origin.answers["/hook"] = answer()
    model_id = hand.ready_model(web.database, web.account_id)
    set_up(web, f"{origin.url}/hook")
    project = hand.create_project(web.database, web.account_id, model_id)
    [done] = hand.order(web.database, web.account_id, project.id)
    hand.draw_all(web.database)
    other = hand.create_project(web.database, web.account_id, hand.ready_model(web.database, web.account_id, "b.glb"))
    [failing] = hand.order(web.database, web.account_id, other.id)
    hand.draw_all(web.database, failing="It broke")
    told = [each for each in told_by(web, origin) if not each["event"].startswith("model.")]
    assert [each["event"] for each in told] == [
        "project.created", "render.complete", "project.created", "render.failed"
    ]
    assert told[0]["data"] == {
        "projectId": project.id, "name": project.name, "status": project.status, "modelIds": [model_id],
        "templateId": project.template_id,
    }  # fmt: skip
    outputs = hand.job(web.database, web.account_id, done.id).outputs
    assert told[1]["data"] == {
        "jobId": done.id, "status": "COMPLETED", "projectId": project.id,
        "renderIds": [output.id for output in outputs],
    }  # fmt: skip
    error = hand.job(web.database, web.account_id, failing.id).error_message
    assert error is not None
    assert told[3]["data"] == {
        "jobId": failing.id, "status": "FAILED", "projectId": other.id, "errorMessage": error
    }


def order_job(web: Web, *file_names: str) -> tuple[str, list[str]]:
    """A job without rendering, whose files have come; returns its id and its models'."""
    announced = hand.announce(web.database, web.account_id, *file_names)
    with hand.work(web.database) as unit:
        job = workflows.create_workflow(
            unit, web.account_id, announced, template_id=None, create_projects=True, settings=None
        )
    for upload in announced:
        hand.confirm(web.database, web.account_id, upload.id, upload.id)
    with hand.work(web.database) as unit:
        workflows.confirm_uploads(unit, web.account_id, job.id)
    return job.id, [upload.id for upload in announced]


def test_a_jobs_end_is_told_with_its_results(web: Web, origin: Origin) -> None:
    origin.answers["/hook"] = answer()
    set_up(web, f"{origin.url}/hook")
    done, model_ids = order_job(web, "chair.glb", "table.glb")
    hand.read_models(web.database)
    failing, _ = order_job(web, "broken.glb")
    hand.refuse_model(web.database, "It is no model")
    complete, failed = (each for each in told_by(web, origin) if each["event"].startswith("job."))
    results = hand.workflow(web.database, web.account_id, done).results
    assert complete["event"] == "job.complete"
    assert complete["data"] == {
        "jobId": done,
        "status": "COMPLETE",
        "results": [
            {"model": {"id": model_id, "name": name}, "project": {"id": result.project[0], "name": result.project[1]}}
            for model_id, name, result in zip(model_ids, ("chair.glb", "table.glb"), results, strict=True)
            if result.project is not None
        ],
    }
    error = hand.workflow(web.database, web.account_id, failing).error
    assert error is not None
    assert failed["event"] == "job.failed"
    assert failed["data"] == {"jobId": failing, "status": "FAILED", "error": error, "results": []}


def ask_for_job(web: Web, url: str) -> httpx.Response:
    body = {"models": [{"fileName": "chair.glb", "fileType": "glb"}], "webhookUrl": url}
    return web.post("/api/v1/jobs", token=web.glossi_key, json=body)


def test_a_jobs_own_url_is_told_of_its_end_alone_and_signed_as_the_workspace_signs(web: Web, origin: Origin) -> None:
    origin.answers |= {"/job": answer(), "/all": answer()}
    asked = ask_for_job(web, f"{origin.url}/job")
    assert asked.status_code == 201, asked.text
    secret = set_up(web, f"{origin.url}/all")
    job_id, [model] = asked.json()["jobId"], asked.json()["models"]
    hand.confirm(web.database, web.account_id, model["id"], "chair")
    with hand.work(web.database) as unit:
        workflows.confirm_uploads(unit, web.account_id, job_id)
    hand.read_models(web.database)
    deliver(web)
    arrived = [(head.split(" ")[1], fields, body) for head, (fields, body) in zip(
        origin.requests, requests(origin), strict=True
    )]  # fmt: skip
    [(_, fields, body)] = [each for each in arrived if each[0] == "/job"]
    assert (json.loads(body)["event"], json.loads(body)["data"]["jobId"]) == ("job.complete", job_id)
    assert fields["x-glossi-signature"] == hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    to_all = {fields["x-glossi-event"] for path, fields, _ in arrived if path == "/all"}
    assert to_all >= {"project.created", "job.complete"}


@pytest.mark.parametrize("url", ["", "shop.example", "http://shop.example/", "https://10.0.0.5/", "https://[::1]/"])
def test_a_jobs_url_that_is_private_or_malformed_is_refused_and_nothing_is_announced(
    still_web: Web, url: str
) -> None:
    refused = ask_for_job(still_web, url)
    assert (refused.status_code, refused.json()["code"]) == (400, "VALIDATION_ERROR")
    assert still_web.get("/api/v1/models", token=still_web.glossi_key).json()["total"] == 0


def documented_bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """The payloads that Glossi's document shows, by event."""
    for block in re.findall(r"```json\n(\{\n  \"event\".*?)```", reference("glossi-workflow.md"), re.DOTALL):
        body = json.loads(block)
        yield body["event"], body


def shape(value: object) -> object:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return [(name, shape(each)) for name, each in value.items()]
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


DATA: dict[str, dict[str, Any]] = {
    "model.processed": {
        "model_id": "m1", "name": NAME, "file_key": "models/a.glb", "file_name": "a.glb", "thumbnail_key": "t/a.png",
    },
    "model.failed": {"model_id": "m1", "name": NAME, "error_code": "invalid_model", "error_message": "It broke"},
    "project.created": {
        "project_id": "p1", "name": NAME, "status": "PENDING", "model_ids": ["m1"], "template_id": "t1",
    },
    "job.complete": {
        "job_id": "j1", "results": [{"model": {"id": "m1", "name": NAME}, "project": {"id": "p1", "name": NAME}}],
    },
    "job.failed": {
        "job_id": "j1", "error": "It broke", "results": [{"model": {"id": "m1", "name": NAME}, "project": None}],
    },
    "render.complete": {"job_id": "r1", "project_id": "p1", "render_ids": ["a", "b"]},
    "render.failed": {"job_id": "r1", "project_id": "p1", "error": "It broke"},
}  # fmt: skip
"""What the domain tells of each event."""


def body_of(name: str, data: Mapping[str, Any] | None = None) -> bytes:
    moment = dt.datetime(2025, 1, 15, 10, 30, tzinfo=dt.UTC)
    event = Event("d1", name, "project", "p1", dict(data or DATA[name]), moment)
    return notices.notice(event, lambda key, file_name: f"https://farm.example.com/storage/{key}")


def test_the_documented_bodies_have_the_names_and_types_of_ours() -> None:
    documented = dict(documented_bodies())
    assert documented.keys() == {"model.processed", "job.complete", "render.complete"}
    for name, body in documented.items():
        ours = json.loads(body_of(name))
        assert shape(ours) == shape(body)
        assert (ours["timestamp"], ours["data"]["status"]) == (body["timestamp"], body["data"]["status"])


def test_node_makes_the_same_bytes_of_every_body_and_takes_its_signature() -> None:
    every_character = "".join(chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES)
    bodies = [body_of(name) for name in EVENTS]
    bodies.append(body_of("render.failed", DATA["render.failed"] | {"error": every_character}))
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
    event = Event("d1", "job.complete", "workflow", "j1", {}, clock.now())
    signed = [(body, notices.headers(event, body, secret)["X-Glossi-Signature"], secret) for body in bodies]
    assert asked_of_node(*signed) == [[True, True]] * 8
    forged = [(body, "0" * 64, secret) for body in bodies[:1]]
    assert asked_of_node(*forged, (bodies[0], signed[0][1], "another")) == [[False, True]] * 2


def test_the_code_that_node_runs_is_the_documents() -> None:
    [documented] = re.findall(r"```javascript\n(.*?)```", reference("glossi-workflow.md"), re.DOTALL)
    assert documented in NODE.read_text()


def test_a_delivery_is_verified_as_documented_and_as_standard_webhooks_has_it(web: Web, origin: Origin) -> None:
    origin.answers["/hook"] = answer(b"closed", status="503 Service Unavailable")
    secret = set_up(web, f"{origin.url}/hook")
    happen(web)
    deliver(web)
    first = latest(web)
    assert (first["event"], first["subjectId"], first["status"], first["answerStatus"], first["answerBody"]) == (
        "project.created", "p1", "pending", 503, "closed"
    )  # fmt: skip
    path = f"/api/v1/webhooks/deliveries/{first['id']}/send-again"
    refused = web.post(path, token=web.glossi_key)
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")
    origin.answers["/hook"] = answer(status="410 Gone")
    happen(web)
    deliver(web)
    assert requests(origin)[0][1] != requests(origin)[1][1]
    set_up(web, f"{origin.url}/hook")
    origin.answers["/hook"] = answer()
    again = web.post(path, token=web.glossi_key)
    assert (again.status_code, again.json()["status"], again.json()["id"]) == (200, "pending", first["id"])
    deliver(web)
    (headers, body), _, (headers_again, body_again) = requests(origin)
    assert body == body_again
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    for each in (headers, headers_again):
        assert each["x-glossi-signature"] == signature
        assert (each["x-glossi-event"], each["x-glossi-delivery"]) == ("project.created", first["id"])
        assert each["webhook-id"] == first["id"]
        assert each["content-type"] == "application/json"
        assert Webhook(secret).verify(body, each) == json.loads(body)
    assert asked_of_node((body, signature, secret)) == [[True, True]]
    assert latest(web)["status"] == "failed"  # what came while the URL was gone


def test_a_disabled_webhook_is_sent_nothing(web: Web, origin: Origin) -> None:
    origin.answers["/hook"] = answer()
    set_up(web, f"{origin.url}/hook")
    happen(web)
    body = {"url": f"{origin.url}/hook", "events": list(EVENTS), "enabled": False}
    assert web.request("PUT", "/api/v1/webhooks", token=web.glossi_key, json=body).status_code == 200
    happen(web)
    deliver(web)
    assert origin.requests == []
    assert latest(web)["problem"] == "The webhook is disabled by its owner"


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "10.0.0.5"])
def test_a_name_that_leads_inside_is_taken_and_never_sent_to(
    web: Web, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 0))])
    inward = Web(
        web.database, web.storage, web.settings.model_copy(update={"webhook_allow": ""}), web.account_id, web.token
    )
    set_up(inward, "https://shop.example/hook")
    happen(inward)
    deliver(inward)
    told = latest(inward)
    assert (told["status"], told["answerStatus"], told["answerBody"]) == ("pending", None, None)
    assert told["problem"] == "The URL does not lead to a public address on port 443"


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nbegun")
    await writer.drain()
    await asyncio.sleep(HANG_S)


TEN_MB = b"x" * (10 * 1024 * 1024)
HOSTILE: dict[str, tuple[Answer, dict[str, Any]]] = {
    "a redirect inside": (
        redirect("http://169.254.169.254/latest/meta-data/"),
        {"status": "pending", "answerStatus": 302,
         "problem": "The URL's server answered with status 302; redirects are not followed"},
    ),
    "a body without end": (
        trickle,
        {"status": "delivered", "answerStatus": 200, "answerBody": "begun",
         "problem": "The URL's server began to answer, but did not end, within 1 seconds"},
    ),
    "an answer of 10 MB": (
        answer(TEN_MB), {"status": "delivered", "answerStatus": 200, "answerBody": "x" * 64 * 1024, "problem": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_server_costs_a_bounded_time_and_space(
    web: Web, origin: Origin, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.net.sender.SECONDS", 1.0)
    origin.answers["/hook"], expected = HOSTILE[what]
    set_up(web, f"{origin.url}/hook")
    happen(web)
    deliver(web)
    assert expected.items() <= latest(web).items()
    assert len(origin.requests) == 1
