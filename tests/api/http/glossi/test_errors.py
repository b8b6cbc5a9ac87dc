"""Whatever goes wrong below /api/v1 is told in Glossi's envelope, and nothing else is."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api import clock
from api.domain.accounts import accounts, credentials
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
from api.http.glossi.errors import message_of, told
from tests.support.web import Web, serving

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
    "a defect": (500, "INTERNAL_ERROR", defect),
}  # fmt: skip


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
    assert ("retry-after" in answer.headers) == (status == 429)
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
