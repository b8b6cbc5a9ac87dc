"""Whatever goes wrong below /api/v1 is told in Glossi's envelope, and nothing else is."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api import clock
from api.domain.accounts import accounts, credentials, quotas
from api.domain.catalog import overlays
from api.errors import (
    FileTooLarge,
    InvalidRequest,
    InvalidSettings,
    JobNotFound,
    ModelNotReady,
    NoCredits,
    UnsupportedFileType,
    UploadNotFound,
)
from api.http.app import create_app
from api.http.glossi.errors import TOLD, message_of, told
from api.settings import Settings
from api.storage.open import open_storage
from tests.api.domain import projects as hand
from tests.api.http.test_error_matrix import half_a_request
from tests.support.ports import free_port
from tests.support.web import GLB, Web, serving

PATH = "/api/v1/webhooks"
UNKNOWN = "Ab3kF9x2qL1m"


def get(web: Web, path: str = PATH, *, key: str | None = "") -> httpx.Response:
    return web.get(path, token=web.glossi_key if key == "" else key)


def issued(web: Web, *, expires_at: dt.datetime | None = None, scopes: tuple[str, ...] = ("read",)) -> str:
    with web.database.begin() as session:
        return credentials.issue(
            session, web.account_id, name="test", dialect="glossi", scopes=scopes, expires_at=expires_at
        ).raw


def suspended(web: Web) -> httpx.Response:
    with web.database.begin() as session:
        account = accounts.sign_up(session, "suspended@example.com", credits=0)
        key = credentials.issue(session, account.id, name="test", dialect="glossi").raw
        accounts.suspend(session, account.id)
    return get(web, key=key)


def once_too_often(web: Web) -> httpx.Response:
    settings = web.settings.model_copy(update={"account_requests": 1})
    strict = create_app(settings, web.database, web.storage, lambda: None)
    web.get(PATH, app=strict, token=web.glossi_key)
    return web.get(PATH, app=strict, token=web.glossi_key)


def defect(web: Web) -> httpx.Response:
    broken = create_app(web.settings, web.database, web.storage, lambda: None)
    broken.state.farm = None
    return web.get(PATH, app=broken, token=web.glossi_key)


def over_the_wire(web: Web, path: str, headers: dict[str, str]) -> httpx.Response:
    with serving(web.app) as url:
        return httpx.get(f"{url}{path}", headers=headers)


def announce(web: Web, key: str, file_type: str = "glb") -> httpx.Response:
    return web.post(
        "/api/v1/models", token=key, json={"models": [{"fileName": f"chair.{file_type}", "fileType": file_type}]}
    )


def confirm(web: Web, data: bytes | None = None, app: FastAPI | None = None) -> httpx.Response:
    """The answer to confirming a model, for which `data` were uploaded, if anything was."""
    [model] = announce(web, web.glossi_key).json()["models"]
    if data is not None:
        assert web.request("PUT", model["uploadUrl"], token=None, content=data).status_code == 200
    return web.post(f"/api/v1/models/{model['modelId']}/confirm", token=web.glossi_key, app=app)


def on_a_storage(web: Web, **settings: Any) -> FastAPI:
    """The same farm with its files elsewhere."""
    changed = Settings.model_validate({**web.settings.model_dump(), **settings})
    return create_app(changed, web.database, open_storage(changed), lambda: None)


def storage_away(web: Web) -> httpx.Response:
    nowhere = f"http://127.0.0.1:{free_port()}"
    return confirm(web, GLB, on_a_storage(
        web, s3_bucket="files", s3_endpoint=nowhere, s3_access_key="key", s3_secret_key="hush"
    ))  # fmt: skip


def other_account(web: Web, name: str, credits: int) -> tuple[str, str]:
    """Its id, and a key."""
    with web.database.begin() as session:
        account = accounts.sign_up(session, f"{name}@example.com", credits=credits)
        return account.id, credentials.issue(session, account.id, name="test", dialect="glossi").raw


def poor(web: Web) -> httpx.Response:
    account_id, key = other_account(web, "poor", credits=0)
    project = hand.create_project(web.database, account_id, hand.ready_model(web.database, account_id))
    return web.post("/api/v1/renders", token=key, json={"projectIds": [project.id]})


def storage_taken(web: Web) -> httpx.Response:
    account_id, key = other_account(web, "collector", credits=0)
    with web.database.begin() as session:
        quotas.set_own(session, account_id, {"storage_mb": 1})
        overlays.add(session, account_id, storage_key=overlays.new_key(), content_type="image/png", width=1, height=1,
                     file_size=quotas.MEGABYTE + 1)
    return announce(web, key)


def model_in_use(web: Web) -> httpx.Response:
    model_id = hand.ready_model(web.database, web.account_id)
    hand.create_project(web.database, web.account_id, model_id)
    return web.request("DELETE", f"/api/v1/models/{model_id}", token=web.glossi_key)


def model_not_ready(web: Web) -> httpx.Response:
    [upload] = hand.announce(web.database, web.account_id, "chair.glb")
    body = {"modelIds": [upload.id], "templateId": hand.STUDIO}
    return web.post("/api/v1/projects", token=web.glossi_key, json=body)


def put(web: Web, **arguments: Any) -> httpx.Response:
    return web.request("PUT", PATH, token=web.glossi_key, **arguments)


PROVOKE: dict[str, tuple[int, str, Callable[[Web], httpx.Response]]] = {
    "no key": (401, "UNAUTHORIZED", lambda web: get(web, key=None)),
    "a wrong key": (401, "UNAUTHORIZED", lambda web: get(web, key="glsi_AAAAAAAAAA_" + "A" * 43)),
    "a key in another format": (401, "UNAUTHORIZED", lambda web: get(web, key="glsi_short")),
    "another dialect's key": (401, "UNAUTHORIZED", lambda web: get(web, key=web.token)),
    "another dialect's key as its own": (
        401, "UNAUTHORIZED", lambda web: web.get(PATH, token=None, headers={"X-API-Key": web.token})
    ),
    "a key as another dialect's": (
        401, "UNAUTHORIZED",
        lambda web: web.get(PATH, token=None, headers={"Authorization": f"Bearer {web.glossi_key}"}),
    ),
    "an expired key": (
        401, "UNAUTHORIZED", lambda web: get(web, key=issued(web, expires_at=clock.now() - dt.timedelta(seconds=1)))
    ),
    "a suspended account": (403, "FORBIDDEN", suspended),
    "a key without the scope": (403, "FORBIDDEN", lambda web: get(web, key=issued(web, scopes=("write",)))),
    "an unknown path": (404, "NOT_FOUND", lambda web: get(web, "/api/v1/chairs")),
    "the prefix alone": (404, "NOT_FOUND", lambda web: get(web, "/api/v1")),
    "an unknown id": (
        404, "NOT_FOUND", lambda web: web.post(f"{PATH}/deliveries/{UNKNOWN}/send-again", token=web.glossi_key)
    ),
    "what can be no id": (
        404, "NOT_FOUND", lambda web: web.post(f"{PATH}/deliveries/%00/send-again", token=web.glossi_key)
    ),
    "a wrong method": (405, "METHOD_NOT_ALLOWED", lambda web: web.request("PATCH", PATH, token=web.glossi_key)),
    "no JSON": (400, "VALIDATION_ERROR", lambda web: put(web, content=b"{")),
    "no object": (400, "VALIDATION_ERROR", lambda web: put(web, content=b"[1]")),
    "no UTF-8": (400, "VALIDATION_ERROR", lambda web: put(web, content=b"\xff")),
    "no number": (400, "VALIDATION_ERROR", lambda web: put(web, content=b'{"url": NaN}')),
    "deep nesting": (400, "VALIDATION_ERROR", lambda web: put(web, content=b"[" * 200_000)),
    "a wrong query": (400, "VALIDATION_ERROR", lambda web: get(web, f"{PATH}/deliveries?limit=many")),
    "a long body": (413, "PAYLOAD_TOO_LARGE", lambda web: put(web, content=b" " * (1024 * 1024 + 1))),
    "an unknown encoding": (
        415, "UNSUPPORTED_ENCODING", lambda web: put(web, content=b"{}", headers={"Content-Encoding": "zstd"})
    ),
    "a long URL": (414, "URI_TOO_LONG", lambda web: over_the_wire(web, f"/api/v1/{'a' * 20_000}", {})),
    "long headers": (431, "HEADERS_TOO_LARGE", lambda web: over_the_wire(web, PATH, {"X-A": "a" * 70_000})),
    "too many requests": (429, "RATE_LIMITED", once_too_often),
    "a file that is none": (400, "INVALID_FILE", lambda web: confirm(web, b"<!doctype html><title>Not found</title>")),
    "a file that never came": (400, "UPLOAD_NOT_FOUND", confirm),
    "a type that isn't read": (400, "UNSUPPORTED_FILE_TYPE", lambda web: announce(web, web.glossi_key, "fbx")),
    "too few credits": (402, "INSUFFICIENT_CREDITS", poor),
    "no storage left": (403, "QUOTA_EXCEEDED", storage_taken),
    "a model in use": (409, "CONFLICT", model_in_use),
    "a model that is not there yet": (409, "MODEL_NOT_READY", model_not_ready),
    "half a request": (408, "REQUEST_TIMEOUT", lambda web: half_a_request(web, PATH)),
    "a storage that is away": (503, "UNAVAILABLE", storage_away),
    "a defect": (500, "INTERNAL_ERROR", defect),
}  # fmt: skip


def test_every_code_that_can_be_met_is_met() -> None:
    of_files = {"RANGE_NOT_SATISFIABLE", "STORAGE_FULL"}  # they come and go by signed links, on other paths
    assert {code for _, code, _ in PROVOKE.values()} == {code for _, code in TOLD.values()} - of_files


@pytest.mark.parametrize("what", PROVOKE)
def test_it_is_told_with_its_status_in_the_envelope(still_web: Web, what: str) -> None:
    status, code, provoke = PROVOKE[what]
    answer = provoke(still_web)
    assert answer.json().keys() == {"error", "code"}
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["error"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert ("retry-after" in answer.headers) == (status in (429, 503))
    if status == 500:
        assert answer.headers["x-request-id"] in answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/v/none", "/api/v", "/api", "/api/v12", "/api/v1x/webhooks", "/v1/api/v1"])
def test_its_prefix_is_two_whole_segments(still_web: Web, path: str) -> None:
    answer = get(still_web, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_stranger_is_told_nothing_but_that_the_key_is_missing(still_web: Web) -> None:
    for answer in (get(still_web, key=None), still_web.request("PUT", PATH, token=None, content=b"{")):
        assert answer.json() == {"error": "Missing token: send the header X-API-Key: glsi_...", "code": "UNAUTHORIZED"}


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (UploadNotFound(), 400, "UPLOAD_NOT_FOUND", "No file was uploaded"),
        (UnsupportedFileType("Export it as GLB"), 400, "UNSUPPORTED_FILE_TYPE", "Export it as GLB"),
        (NoCredits(), 402, "INSUFFICIENT_CREDITS", "No render credits remaining"),
        (JobNotFound(), 404, "NOT_FOUND", "Job not found"),
        (ModelNotReady(), 409, "MODEL_NOT_READY", "The model is not ready"),
        (FileTooLarge(), 413, "PAYLOAD_TOO_LARGE", "File exceeds the 1 GB limit"),
        (InvalidSettings(), 400, "VALIDATION_ERROR", "A setting has a wrong value"),
        (
            InvalidRequest("model_ids must not be empty", param="model_ids"),
            400, "VALIDATION_ERROR", "modelIds must not be empty",
        ),
        (
            InvalidSettings("image_quality must be 0, 1 or 2", param="settings.image_quality"),
            400, "VALIDATION_ERROR", "settings.imageQuality must be 0, 1 or 2",
        ),
        (
            InvalidRequest("models[2].file_name is too long", param="models[2].file_name"),
            400, "VALIDATION_ERROR", "models[2].fileName is too long",
        ),
        (InvalidRequest("Too many at once", param="models"), 400, "VALIDATION_ERROR", "Too many at once"),
    ],
)  # fmt: skip
def test_errors_of_the_farm_are_told_in_its_words(
    error: InvalidRequest, status: int, code: str, message: str
) -> None:
    assert (*told(error), message_of(error)) == (status, code, message)
