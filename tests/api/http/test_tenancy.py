"""Who may do what, on every route that openapi.json lists: strangers find nothing, and tokens do what they are for.

A new route of any dialect is walked as soon as it exists: see the module `estate`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.db.session import Database
from api.domain.accounts import accounts
from api.domain.accounts.credentials import SCOPES
from api.http.generio.errors import STATUS
from api.http.glossi.errors import TOLD
from tests.api.http.estate import NOBODY, Estate, dialect_of
from tests.support.web import Web

PUBLIC = {("GET", "/v1/health")}
EVERYBODYS = {("GET", "/templates/{template_id}")}
"""What anybody with a key may see."""
STATUS_OF_MODELS = ("POST", "/api/v1/models/status")
"""Where what isn't there is no error."""
ABSENT = {
    "model_not_found", "render_not_found", "overlay_not_found", "delivery_not_found", "key_not_found", "NOT_FOUND",
    "not_found",
    "404",
}  # fmt: skip


@pytest.fixture
def estate(sqlite_url: str, tmp_path: Path) -> Iterator[Estate]:
    database = Database(sqlite_url)
    yield Estate(Web.make(database, tmp_path, credits=20))
    database.dispose()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a request, or of the one thing that a request about many was about."""
    body = answer.json()
    if "detail" in body:  # Generio's, which has no codes
        return answer.status_code, f"{answer.status_code}"
    if "code" in body:  # Glossi's
        return answer.status_code, body["code"]
    error = body["error"] if "error" in body else body["data"][0]["error"]
    return error["status"], error["code"]


def told(path: str, code: str) -> str:
    """How the path's dialect calls an error."""
    if dialect_of(path).name == "generio":
        return f"{STATUS[code]}"
    return TOLD[code][1] if dialect_of(path).name == "glossi" else code


def scopes_of(operation: dict[str, Any]) -> list[str]:
    [scopes] = operation["security"][0].values()
    return list(scopes)


def test_a_stranger_finds_nothing_and_changes_nothing(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    before = estate.state()
    stranger = estate.stranger(monkeypatch, credits=0)
    secret = {*estate.all_ids, estate.web.account_id}
    absent = []
    for method, path, _ in estate.operations:
        answer = estate.ask(method, path, stranger)
        where = f"{method} {path}: {answer.text}"
        if (method, path) == STATUS_OF_MODELS:
            model_ids = estate.body(method, path)["json"]["modelIds"]
            assert answer.json() == {"models": [], "allReady": False, "notFound": model_ids}
        elif (method, path) in EVERYBODYS:
            assert answer.status_code == 200, where
        elif "{" in path or any(each in str(estate.body(method, path)) for each in estate.all_ids):
            status, code = refusal(answer)
            assert status == 404, where
            assert code in ABSENT, where
            absent.append(path)
        elif (method, path) not in PUBLIC:
            assert not any(each in answer.text for each in secret), where
            assert answer.status_code < 500, where
        if method == "GET" and "{" in path and (method, path) not in EVERYBODYS:
            assert estate.ask("HEAD", path, stranger).status_code in (404, 405), where
        assert estate.state() == before, where
    assert len(absent) >= 36


def test_a_stranger_is_told_of_none_of_it_in_lists_either(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = estate.stranger(monkeypatch)
    for path in ("/v1/models", "/v1/models?archived=true", "/v1/renders?include=preview", "/v1/overlays",
                 f"/v1/renders?model={estate.ids('/v1')['model_id']}"):
        answer = estate.web.get(path, token=stranger["dxgl"]).json()
        assert (answer["data"], answer["meta"]["total"]) == ([], 0), path
    for name in ("models", "projects", "webhooks/deliveries"):
        answer = estate.web.get(f"/api/v1/{name}", token=stranger["glossi"]).json()
        assert (answer[name.rpartition("/")[2]], answer["total"]) == ([], 0)
    assert estate.web.get("/api/v1/templates?public=false", token=stranger["glossi"]).json() == {"templates": []}
    assert estate.ask("POST", "/v1/models/check-hash", stranger).json()["data"] == {"exists": False, "modelId": None}


def test_a_stranger_cannot_render_with_anothers_overlay(estate: Estate) -> None:
    settings = f'{{"bgImageId": "{estate.ids("/v1")["overlay_id"]}"}}'
    assert estate.web.upload(settings=settings).status_code == 201
    stranger = estate.web.another_token(credits=1)
    before = estate.state()
    answer = estate.web.upload(b"glTF own model", settings=settings, token=stranger)
    assert answer.json()["error"]["param"] == "bgImageId"
    assert estate.state() == before


def test_nobody_gets_in_without_a_token(estate: Estate) -> None:
    before = estate.state()
    for method, path, _ in estate.operations:
        answer = estate.ask(method, path, NOBODY)
        if (method, path) in PUBLIC:
            assert answer.status_code == 200
        else:
            assert refusal(answer) == (401, told(path, "unauthorized")), f"{method} {path}"
    assert estate.state() == before


def test_a_suspended_account_gets_nowhere(estate: Estate) -> None:
    keys = estate.keys(estate.web.account_id)
    with estate.web.database.begin() as session:
        accounts.suspend(session, estate.web.account_id)
    before = estate.state()
    for method, path, _ in estate.operations:
        if (method, path) not in PUBLIC:
            answer = estate.ask(method, path, keys)
            assert refusal(answer) == (403, told(path, "forbidden")), f"{method} {path}"
    assert estate.state() == before


def test_a_token_needs_every_scope_of_the_route(estate: Estate) -> None:
    lacking = {
        scope: estate.keys(estate.web.account_id, [each for each in SCOPES if each != scope]) for scope in SCOPES
    }
    before = estate.state()
    for method, path, operation in estate.operations:
        if (method, path) not in PUBLIC:
            for scope in scopes_of(operation):
                answer = estate.ask(method, path, lacking[scope])
                refused = (403, told(path, "insufficient_scope"))
                assert refusal(answer) == refused, f"{method} {path} without {scope}"
    assert estate.state() == before


def test_a_token_needs_no_other_scope_than_the_routes(estate: Estate) -> None:
    for method, path, operation in sorted(estate.operations, key=lambda each: each[0] == "DELETE"):
        if (method, path) not in PUBLIC:
            answer = estate.ask(method, path, estate.keys(estate.web.account_id, scopes_of(operation)))
            assert answer.status_code not in (401, 403), f"{method} {path}"


def test_reading_asks_for_the_scope_to_read_and_changing_never_does(estate: Estate) -> None:
    asking = {"/v1/quote", "/v1/models/check-hash", "/v1/tickets", STATUS_OF_MODELS[1]}  # POST, but they change nothing
    secret = ("GET", "/v1/webhooks/secret")  # whoever has it can forge notifications
    for method, path, operation in estate.operations:
        if (method, path) not in {*PUBLIC, secret}:
            assert ("read" in scopes_of(operation)) == (method == "GET" or path in asking), f"{method} {path}"
