"""Tokens at the door: who is let in, who isn't, and in which words."""

import datetime as dt

import httpx
import pytest

from api import clock
from api.domain.accounts import accounts, credentials
from tests.support.web import Web, serving


def refusal(web: Web, token: str | None, path: str = "/v1/account") -> tuple[int, str]:
    answer = web.get(path, token=token)
    assert (answer.status_code == 401) == (answer.headers.get("www-authenticate") == "Bearer")
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"]


def test_a_missing_token_is_unauthorized(web: Web) -> None:
    assert refusal(web, None) == (401, "unauthorized")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer dxgl_sk_", "Bearer something-else", "dxgl_sk_abc",
     "Bearer dxgl_sk_" + "A" * 43, "Bearer dxgl_sk_" + "ä" * 43, "Bearer dxgl_sk_" + "A" * 10_000],
)
def test_a_malformed_or_unknown_token_is_unauthorized(web: Web, header: str) -> None:
    answer = web.get("/v1/account", token=None, headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path",
    ["/v1/renders?status=nonsense", "/v1/models?archived=nonsense", "/v1/renders/nonsense", "/v1/models/nonsense"],
)
def test_strangers_learn_nothing_else_of_what_is_wrong(web: Web, path: str) -> None:
    assert refusal(web, "dxgl_sk_" + "A" * 43, path) == (401, "unauthorized")
    assert refusal(web, None, path) == (401, "unauthorized")
    assert web.get(path).status_code in (400, 404)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(web: Web, scheme: str) -> None:
    answer = web.get("/v1/account", token=None, headers={"Authorization": f"{scheme} {web.token}"})
    assert answer.status_code == 200


def test_a_revoked_token_is_unauthorized(web: Web) -> None:
    with web.database.begin() as session:
        token = credentials.issue(session, web.account_id, name="lost laptop")
        credentials.revoke(session, web.account_id, token.id)
    assert refusal(web, token.raw) == (401, "unauthorized")


def test_an_expired_token_says_so(web: Web) -> None:
    token = web.another_token(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert refusal(web, token) == (401, "token_expired")


def test_a_suspended_account_is_forbidden(web: Web) -> None:
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)
    assert refusal(web, web.token) == (403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/v1/account", ("write", "render")),
        ("GET", "/v1/models/Ab3kF9x2qL1m", ("write", "render")),
        ("GET", "/v1/renders/Ab3kF9x2qL1m", ("write", "render")),
        ("GET", "/v1/renders/Ab3kF9x2qL1m/video", ("write", "render")),
        ("GET", "/v1/renders/Ab3kF9x2qL1m/poster", ("write", "render")),
        ("GET", "/v1/renders/Ab3kF9x2qL1m/thumb", ("write", "render")),
        ("GET", "/v1/renders/Ab3kF9x2qL1m/bundle", ("write", "render")),
        ("POST", "/v1/renders", ("read", "write")),
        ("POST", "/v1/models", ("read", "write")),
        ("POST", "/v1/models", ("read", "render")),
    ],
)
def test_a_token_without_the_scope_is_refused(web: Web, method: str, path: str, scopes: tuple[str, ...]) -> None:
    answer = web.request(method, path, token=web.scoped_token(*scopes))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "insufficient_scope")


def test_who_asks_is_asked_before_what(web: Web) -> None:
    assert web.post("/v1/renders", token=None, content=b"{").json()["error"]["code"] == "unauthorized"
    assert web.get("/v1/models/no-id", token=None).json()["error"]["code"] == "unauthorized"


def test_the_use_of_a_token_is_noted_after_the_request(web: Web) -> None:
    web.get("/v1/account")
    web.app.state.farm.touches.write()
    with web.database.read() as session:
        [token] = credentials.list_tokens(session, web.account_id)
    assert token.last_used_at is not None


def test_a_server_notes_the_use_of_tokens_at_the_latest_when_it_stops(web: Web) -> None:
    with serving(web.app) as url:
        httpx.get(f"{url}/v1/account", headers={"Authorization": f"Bearer {web.token}"})
    with web.database.read() as session:
        [token] = credentials.list_tokens(session, web.account_id)
    assert token.last_used_at is not None
