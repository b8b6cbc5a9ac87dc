"""Every error code there is, reached over HTTP: its status, its envelope, and nothing beside them."""

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import clock
from api.db.session import Database
from api.domain.accounts import accounts, credentials, quotas
from api.domain.catalog import overlays
from api.http.app import create_app
from api.http.dxgl.errors import DXGL_STATUS, STATUS
from api.settings import Settings
from api.storage.open import open_storage
from tests.support.origin import running_origin
from tests.support.ports import free_port
from tests.support.raw import answer_in, connected
from tests.support.spec import reference_errors
from tests.support.waiting import wait_for
from tests.support.web import GLB, Web, running_server, serving

UNKNOWN = "Ab3kF9x2qL1m"
KEY = {"Idempotency-Key": "twice"}


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """A farm with narrow limits, which may download from this machine."""
    database = Database(sqlite_url)
    yield Web.make(
        database, tmp_path, max_upload_mb=1, upload_limit=1, ingest_allow="127.0.0.1"
    )
    database.dispose()


def model_id(web: Web) -> str:
    made: str = web.upload().json()["data"]["modelId"]
    return made


def render_id(web: Web) -> str:
    made: str = web.upload().json()["data"]["renderId"]
    return made


def suspended(web: Web) -> httpx.Response:
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)
    return web.get("/v1/account")


def expired(web: Web) -> httpx.Response:
    return web.get("/v1/account", token=web.another_token(expires_at=clock.now() - dt.timedelta(seconds=1)))


def file_lost(web: Web) -> httpx.Response:
    model = model_id(web)
    for key in web.stored():
        web.storage.delete(key)
    return web.get(f"/v1/models/{model}/file")


def download_too_slow(web: Web) -> httpx.Response:
    async def silence(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    settings = web.settings.model_copy(update={"ingest_seconds": 0.2})
    impatient = create_app(settings, web.database, web.storage, lambda: None)
    with running_origin() as origin:
        origin.answers["/chair.glb"] = silence
        return web.post("/v1/models/ingest", json={"url": f"{origin.url}/chair.glb"}, app=impatient)


def storage_taken(web: Web) -> httpx.Response:
    with web.database.begin() as session:
        quotas.set_own(session, web.account_id, {"storage_mb": 1})
        overlays.add(session, web.account_id, storage_key=overlays.new_key(), content_type="image/png", width=1,
                     height=1, file_size=quotas.MEGABYTE)
    return web.upload()


def one_model_too_many(web: Web) -> httpx.Response:
    model_id(web)
    return web.upload(b"glTF another")


def other_request_with_the_key(web: Web) -> httpx.Response:
    model = model_id(web)
    web.post("/v1/renders", json={"modelId": model}, headers=KEY)
    return web.post("/v1/renders", json={"modelId": model, "renderSettings": {"length": 7}}, headers=KEY)


def request_that_still_runs(web: Web) -> httpx.Response:
    """The second request comes while the first one's download runs."""
    answers = []

    async def ask_again(writer: asyncio.StreamWriter) -> None:
        answers.append(await asyncio.to_thread(ingest))

    with running_origin() as origin:
        def ingest() -> httpx.Response:
            return web.post("/v1/models/ingest", json={"url": f"{origin.url}/chair.glb"}, headers=KEY)

        origin.answers["/chair.glb"] = ask_again
        ingest()
    return answers[0]


def beyond_the_end(web: Web) -> httpx.Response:
    render = render_id(web)
    web.finish(render)
    return web.get(f"/v1/renders/{render}/video", headers={"Range": "bytes=999999-"})


def signed_for_less(web: Web) -> httpx.Response:
    upload = web.storage.signed_upload("models/a.glb", seconds=60, size=1, sha256="0" * 64, content_type="text/plain")
    return web.request(upload.method, upload.url, content=b"12", headers=dict(upload.headers), token=None)


def storage_away(web: Web) -> httpx.Response:
    """The farm's files are in a bucket of a server that nobody has started."""
    settings = {**web.settings.model_dump(), "s3_bucket": "files", "s3_endpoint": f"http://127.0.0.1:{free_port()}",
                "s3_access_key": "key", "s3_secret_key": "of nobody else"}
    web.storage = open_storage(Settings.model_validate(settings))
    return web.upload()


def disk_full(web: Web) -> httpx.Response:
    """No disk has as much free space as the farm wants to keep."""
    web.storage = open_storage(web.settings.model_copy(update={"disk_reserve_mb": 1 << 40}))
    return web.upload()


def defect(web: Web) -> httpx.Response:
    def wake() -> None:
        raise RuntimeError("secret detail")

    return web.upload(app=web.app_with(wake))


def another_image_under_way(web: Web) -> httpx.Response:
    with web.app.state.farm.looks.one_of(web.account_id):
        return web.post("/v1/overlays", files={"file": ("a.png", b"x")})


def over_the_wire(web: Web, path: str, **arguments: Any) -> httpx.Response:
    """The answer of a real server, which refuses what its application never sees."""
    with serving(web.app) as url:
        return httpx.get(f"{url}{path}", **arguments)


def half_a_request(web: Web, path: str = "/v1/account") -> httpx.Response:
    """The first line of a request, and the answer when the time for the rest is up."""
    with running_server(web.app) as (url, server), connected(url) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\n".encode())
        loop, later = server.servers[0].get_loop(), itertools.count(0, 100)

        def answered() -> bytes:
            loop.call_soon_threadsafe(lambda: server.server_state.look(loop.time() + next(later)))
            with contextlib.suppress(BlockingIOError):
                return client.recv(65536)
            return b""

        client.setblocking(False)
        answer = answer_in(wait_for(answered, "the answer"))
    return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


def once_too_often(web: Web) -> httpx.Response:
    settings = web.settings.model_copy(update={"account_requests": 1})
    strict = create_app(settings, web.database, web.storage, lambda: None)
    web.get("/v1/account", app=strict)
    return web.get("/v1/account", app=strict)


def key_without_credits(web: Web) -> httpx.Response:
    with web.database.begin() as session:
        key = credentials.issue(session, web.account_id, name="capped", credits_cap=0).raw
    return web.post("/v1/renders", json={"modelId": model_id(web)}, token=key)


PROVOKE: dict[str, Callable[[Web], httpx.Response]] = {
    "unauthorized": lambda web: web.get("/v1/account", token=None),
    "token_expired": expired,
    "forbidden": suspended,
    "insufficient_scope": lambda web: web.get("/v1/account", token=web.scoped_token("write")),
    "no_file": lambda web: web.post("/v1/models", data={"renderSettings": "{}"}, files={"other": b"x"}),
    "invalid_format": lambda web: web.upload(b"MZ\x90", name="chair.exe"),
    "invalid_url": lambda web: web.post("/v1/models/ingest", json={"url": "ftp://example.com/chair.glb"}),
    "url_required": lambda web: web.post("/v1/models/ingest", json={}),
    "invalid_settings": lambda web: web.upload(settings='{"length": 1}'),
    "model_id_required": lambda web: web.post("/v1/renders", json={}),
    "file_too_large": lambda web: web.upload(GLB + bytes(1024 * 1024)),
    "no_credits": lambda web: web.upload(token=web.another_token(credits=0)),
    "model_not_found": lambda web: web.get(f"/v1/models/{UNKNOWN}"),
    "render_not_found": lambda web: web.get(f"/v1/renders/{UNKNOWN}"),
    "renders_required": lambda web: web.post("/v1/renders/batch", json={"renders": []}),
    "too_many": lambda web: web.post("/v1/renders/batch", json={"renders": [{"modelId": UNKNOWN}] * 101}),
    "upload_limit": one_model_too_many,
    "storage_limit": storage_taken,
    "video_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/video"),
    "poster_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/poster"),
    "thumb_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/thumb"),
    "file_not_found": file_lost,
    "sha256_required": lambda web: web.post("/v1/models/check-hash", json={}),
    "timeout": download_too_slow,
    "internal": defect,
    "dataset_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/dataset"),
    "usdz_not_found": lambda web: web.get(f"/v1/models/{web.upload().json()['data']['modelId']}/file?format=usdz"),
    "image_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/image"),
    "output_not_found": lambda web: web.get(f"/v1/renders/{render_id(web)}/strip"),
    "idempotency_conflict": other_request_with_the_key,
    "idempotency_in_progress": request_that_still_runs,
    "invalid_request": lambda web: web.post("/v1/renders", content=b"{"),
    "invalid_state": lambda web: web.request("PATCH", f"/v1/renders/{render_id(web)}/dismiss"),
    "key_not_found": lambda web: web.request(
        "DELETE", f"/v1/keys/{UNKNOWN}", token=web.scoped_token(*credentials.SCOPES)
    ),
    "spending_cap": key_without_credits,
    "delivery_not_found": lambda web: web.post(f"/v1/webhooks/deliveries/{UNKNOWN}/send-again"),
    "method_not_allowed": lambda web: web.request("DELETE", "/v1/account"),
    "not_found": lambda web: web.get("/v1/chairs"),
    "overlay_not_found": lambda web: web.request("DELETE", f"/v1/overlays/{UNKNOWN}"),
    "content_too_long": signed_for_less,
    "range_not_satisfiable": beyond_the_end,
    "too_many_requests": another_image_under_way,
    "unavailable": storage_away,
    "no_space": disk_full,
    "unsupported_encoding": lambda web: web.post("/v1/quote", content=b"{}", headers={"Content-Encoding": "zstd"}),
    "uri_too_long": lambda web: over_the_wire(web, f"/v1/{'a' * 20_000}"),
    "headers_too_large": lambda web: over_the_wire(web, "/v1/account", headers={"X-A": "a" * 70_000}),
    "request_timeout": half_a_request,
}


@pytest.mark.parametrize("code", sorted(STATUS))
def test_every_code_is_reached_with_its_status_in_the_envelope(web: Web, code: str) -> None:
    answer = PROVOKE[code](web)
    error = answer.json()["error"]
    assert answer.json().keys() == {"error"}
    assert error.keys() - {"param"} == {"code", "message", "status"}
    assert (error["code"], error["status"], answer.status_code) == (code, STATUS[code], STATUS[code])
    assert error["message"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    assert ("retry-after" in answer.headers) == (answer.status_code in (503, 507) or code == "too_many_requests")
    if code == "internal":
        assert answer.headers["x-request-id"] in error["message"]
        assert "secret" not in answer.text


def test_the_codes_of_the_document_are_ours_with_their_statuses() -> None:
    assert reference_errors() == DXGL_STATUS
