"""POST /v1/models/ingest: what an upload does, for a file that the farm downloads itself."""

import asyncio
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.db.session import Database
from api.http.app import create_app
from api.ingest.fetch import DOWNLOADS
from api.settings import Settings
from tests.support.origin import Origin, answer, redirect, running_origin
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web

PATH = "/v1/models/ingest"


@pytest.fixture
def origin() -> Iterator[Origin]:
    with running_origin() as running:
        running.answers["/chair.glb"] = answer(GLB)
        yield running


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """A farm that may download from 127.0.0.1."""
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path, ingest_allow="127.0.0.1", ingest_seconds=600, max_upload_mb=1)
    database.dispose()


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + GLB)
    while True:
        writer.write(b"\0")
        await writer.drain()
        await asyncio.sleep(0.02)


def test_a_url_makes_a_model_a_render_and_a_free_preview(web: Web, origin: Origin) -> None:
    reply = web.post(PATH, json={"url": f"{origin.url}/chair.glb", "renderSettings": {"aspect": "1:1"}})
    assert reply.status_code == 201
    data = reply.json()["data"]
    assert data.keys() == {"modelId", "renderId"}
    assert (web.balance(), web.woken) == (9, 1)
    [key] = web.stored()
    assert b"".join(web.storage.read(key)) == GLB
    model = web.get(f"/v1/models/{data['modelId']}").json()["data"]
    assert (model["originalName"], model["fileSize"]) == ("chair.glb", len(GLB))
    assert model["sha256"] == hashlib.sha256(GLB).hexdigest()
    renders = {render["is_system_preview"]: render for render in model["renders"]}
    assert renders.keys() == {True, False}
    assert renders[False]["id"] == data["renderId"]
    assert renders[False]["renderSettings"]["aspect"] == "1:1"


def test_bytes_that_were_uploaded_before_are_a_duplicate(web: Web, origin: Origin) -> None:
    uploaded = web.upload().json()["data"]
    stored = web.stored()
    reply = web.post(PATH, json={"url": f"{origin.url}/chair.glb"})
    assert reply.status_code == 201
    data = reply.json()["data"]
    assert (data["modelId"], data["duplicate"]) == (uploaded["modelId"], True)
    assert data["renderId"] != uploaded["renderId"]
    assert web.stored() == stored
    assert web.balance() == 8


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({}, 400, "url_required", "url"),
        ({"url": None}, 400, "url_required", "url"),
        ({"url": ""}, 400, "url_required", "url"),
        ({"renderSettings": {}}, 400, "url_required", "url"),
        ({"url": 12}, 400, "invalid_request", "url"),
        ({"url": "chair.glb"}, 400, "invalid_url", "url"),
        ({"url": "file:///etc/passwd"}, 400, "invalid_url", "url"),
        ({"url": "http://10.0.0.5/chair.glb"}, 400, "invalid_url", "url"),
        ({"url": "{origin}/inside"}, 400, "invalid_url", "url"),
        ({"url": "{origin}/absent.glb"}, 400, "invalid_url", "url"),
        ({"url": "{origin}/scan.zip"}, 400, "invalid_format", None),
        ({"url": "{origin}/page.glb"}, 400, "invalid_format", None),
        ({"url": "{origin}/large.glb"}, 400, "file_too_large", None),
    ],
)
def test_what_goes_wrong_is_told_and_nothing_is_kept_or_charged(
    web: Web, origin: Origin, body: dict[str, object], status: int, code: str, param: str | None
) -> None:
    origin.answers |= {
        "/inside": redirect("http://10.0.0.5/chair.glb"),
        "/scan.zip": answer(b"PK\3\4"),
        "/page.glb": answer(b"<html>"),
        "/large.glb": answer(GLB + bytes(1024 * 1024)),
    }
    reply = web.post(PATH, content=json.dumps(body).replace("{origin}", origin.url))
    error = reply.json()["error"]
    assert (reply.status_code, error["status"], error["code"], error.get("param")) == (status, status, code, param)
    assert web.stored() == []
    assert (web.balance(), web.woken) == (10, 0)


def test_a_download_that_takes_too_long_is_told_and_nothing_is_kept_or_charged(web: Web, origin: Origin) -> None:
    origin.answers["/slow.glb"] = trickle
    settings = web.settings.model_copy(update={"ingest_seconds": 0.3})
    impatient = create_app(settings, web.database, web.storage, lambda: None)
    reply = web.post(PATH, json={"url": f"{origin.url}/slow.glb"}, app=impatient)
    assert (reply.status_code, reply.json()["error"]["code"]) == (408, "timeout")
    assert web.stored() == []
    assert (web.balance(), web.woken) == (10, 0)


def test_where_a_redirect_leads_is_not_told(web: Web, origin: Origin) -> None:
    origin.answers["/a.glb"] = redirect("http://10.20.30.40/secret/a.glb")
    error = web.post(PATH, json={"url": f"{origin.url}/a.glb"}).json()["error"]
    assert error["code"] == "invalid_url"
    assert "10.20" not in error["message"]
    assert "secret" not in error["message"]


def test_what_is_wrong_before_the_download_spares_it(web: Web, origin: Origin) -> None:
    body = {"url": f"{origin.url}/chair.glb", "renderSettings": {"length": 31}}
    error = web.post(PATH, json=body).json()["error"]
    assert (error["code"], error["param"]) == ("invalid_settings", "length")
    del body["renderSettings"]
    for token, status, code in [
        (None, 401, "unauthorized"),
        (web.scoped_token("read", "render"), 403, "insufficient_scope"),
        (web.scoped_token("read", "write"), 403, "insufficient_scope"),
        (web.another_token(credits=0), 402, "no_credits"),
    ]:
        reply = web.post(PATH, json=body, token=token)
        assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert origin.requests == []


def test_too_few_credits_after_the_download_leave_nothing(web: Web, origin: Origin) -> None:
    poor = web.another_token(credits=1)
    body = {"url": f"{origin.url}/chair.glb", "renderSettings": {"quality": "standard"}}
    assert web.post(PATH, json=body, token=poor).json()["error"]["code"] == "no_credits"
    assert len(origin.requests) == 1
    assert web.stored() == []


def test_without_an_allow_list_a_farm_downloads_nothing_local(sqlite_url: str, tmp_path: Path, origin: Origin) -> None:
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path)
    for url in (f"{origin.url}/chair.glb", f"http://localhost:{origin.port}/chair.glb"):
        assert web.post(PATH, json={"url": url}).json()["error"]["code"] == "invalid_url"
    assert origin.requests == []
    database.dispose()


def test_a_malformed_allow_list_stops_the_farm_at_its_start(web: Web, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_INGEST_ALLOW"):
        create_app(Settings(data_dir=tmp_path, ingest_allow="10.0.0.1/8"), web.database, web.storage, lambda: None)


def test_slow_downloads_keep_no_other_request_waiting(web: Web, origin: Origin) -> None:
    released = threading.Event()

    async def held(writer: asyncio.StreamWriter) -> None:
        while not released.is_set():
            await asyncio.sleep(0.01)
        writer.write(answer(GLB))

    origin.answers["/held.glb"] = held
    tokens = [web.another_token(email=f"{i}@example.com") for i in range(12)]

    async def crowd() -> list[httpx.Response]:
        transport = httpx.ASGITransport(web.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://farm") as client:
            body = {"url": f"{origin.url}/held.glb"}
            slow = [
                asyncio.create_task(client.post(PATH, json=body, headers={"Authorization": f"Bearer {token}"}))
                for token in tokens
                for _ in range(4)
            ]
            try:
                while len(origin.requests) < DOWNLOADS:
                    await asyncio.sleep(0.01)
                account = await client.get("/v1/account", headers={"Authorization": f"Bearer {web.token}"})
                assert account.status_code == 200
                assert not any(task.done() for task in slow)
            finally:
                released.set()
            return await asyncio.gather(*slow)

    assert [reply.status_code for reply in asyncio.run(crowd())] == [201] * 48


def test_a_server_that_stops_ends_its_downloads_and_leaves_nothing(web: Web, origin: Origin) -> None:
    origin.answers["/slow.glb"] = trickle
    config = uvicorn.Config(web.app, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    serve = threading.Thread(target=server.run)
    serve.start()
    wait_for(lambda: server.started, "the server")
    port = server.servers[0].sockets[0].getsockname()[1]
    answers: list[int] = []

    def ingest() -> None:
        headers = {"Authorization": f"Bearer {web.token}"}
        with contextlib.suppress(httpx.HTTPError):
            body = {"url": f"{origin.url}/slow.glb"}
            reply = httpx.post(f"http://127.0.0.1:{port}{PATH}", json=body, headers=headers, timeout=HANG_S)
            answers.append(reply.status_code)

    client = threading.Thread(target=ingest)
    client.start()
    wait_for(web.stored, "the first bytes")
    server.should_exit = True
    serve.join(HANG_S)
    client.join(HANG_S)
    assert not serve.is_alive()
    assert 201 not in answers
    assert web.stored() == []
    assert (web.balance(), web.woken) == (10, 0)
