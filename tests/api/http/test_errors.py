"""Whatever goes wrong, the answer is dx.gl's envelope, and a stranger learns nothing about the inside."""

import logging
import re
from collections.abc import AsyncIterator, Mapping

import pytest
from fastapi import FastAPI

from api.errors import FarmError
from api.http.app import create_app
from api.http.dxgl.errors import STATUS
from api.http.errors import code_in
from api.http.generio import errors as generio
from api.http.glossi.errors import TOLD
from api.http.grok import errors as grok
from tests.support.web import Web


def tree(error: type[FarmError]) -> list[type[FarmError]]:
    return [error, *(each for child in error.__subclasses__() for each in tree(child))]


TABLES: dict[str, Mapping[str, object]] = {
    "dxgl": STATUS, "glossi": TOLD, "generio": generio.STATUS, "grok": grok.STATUS
}  # fmt: skip


@pytest.mark.parametrize("dialect", TABLES)
def test_every_error_of_the_service_has_a_status_in_each_dialect(dialect: str) -> None:
    table = TABLES[dialect]
    of_others = tuple(f"api.http.{other}." for other in TABLES if other != dialect)
    told = {kind: code_in(table, kind()) for kind in tree(FarmError) if not kind.__module__.startswith(of_others)}
    assert set(told.values()) == table.keys()
    assert [kind for kind, code in told.items() if code == "internal"] == [FarmError]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/index.html", 404, "not_found"),
        ("POST", "/", 405, "method_not_allowed"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/v1/chairs", 404, "not_found"),
        ("GET", "/v1/account/me", 404, "not_found"),
        ("DELETE", "/v1/account", 405, "method_not_allowed"),
        ("PUT", "/v1/models", 405, "method_not_allowed"),
        ("POST", "/v1/models/Ab3kF9x2qL1m", 405, "method_not_allowed"),
    ],
)
def test_wrong_paths_and_methods(web: Web, method: str, path: str, status: int, code: str) -> None:
    answer = web.request(method, path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error == {"code": code, "message": error["message"], "status": status}
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/renders", "GET, HEAD, POST"),
        ("/v1/renders/Ab3kF9x2qL1m", "DELETE, GET, HEAD"),
        ("/v1/renders/Ab3kF9x2qL1m/video", "GET, HEAD"),
        ("/v1/models/Ab3kF9x2qL1m", "DELETE, GET, HEAD, PATCH"),
        ("/docs", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(web: Web, path: str, methods: str) -> None:
    answer = web.request("PUT", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not valid JSON"),
        (b'{"modelId": NaN}', "NaN is not a JSON number"),
        (b"\xff", "not valid JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
    ],
)
def test_a_body_that_is_no_json_object(web: Web, body: bytes, message: str) -> None:
    answer = web.post("/v1/renders", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"
    assert message in answer.json()["error"]["message"]


def test_a_field_of_the_wrong_type_is_named(web: Web) -> None:
    answer = web.post("/v1/renders", json={"modelId": 12})
    error = answer.json()["error"]
    assert (error["code"], error["status"], error["param"]) == ("invalid_request", 400, "modelId")


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_limit_is_refused(web: Web, announced: bool) -> None:
    body = b'{"modelId": "' + b"x" * 1024 * 1024 + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    answer = web.post("/v1/renders", content=body if announced else pieces())
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"
    assert "1024 KB" in answer.json()["error"]["message"]


def test_a_defect_is_logged_and_told_without_details(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    def wake() -> None:
        raise RuntimeError("secret detail")

    model_id = web.upload().json()["data"]["modelId"]
    web.inspect()
    with caplog.at_level(logging.INFO, logger="api.http"):
        answer = web.post("/v1/renders", json={"modelId": model_id}, app=web.app_with(wake))
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == ("internal", 500)
    assert answer.headers["x-request-id"] in error["message"]
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text


def test_every_answer_has_a_request_id_of_its_own(web: Web) -> None:
    ids = [web.get(path).headers["x-request-id"] for path in ("/v1/health", "/v1/account", "/nowhere")]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9]{12}", each) for each in ids)


def test_the_access_log_says_what_was_asked_and_no_secrets(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="api.http"):
        web.get("/v1/account?key=private")
        web.get("/v1/a%0Ab")
    first, second = [record.getMessage() for record in caplog.records if record.name == "api.http"]
    assert re.fullmatch(rf"127\.0\.0\.1 {web.account_id} GET /v1/account 200 \d+ ms [A-Za-z0-9]{{12}}", first)
    assert second.startswith("127.0.0.1 - GET /v1/a%0Ab 404 ")
    assert web.token not in caplog.text


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/v/Ab3kF9x2qL1m/Xz7pQ4w8nR2k/video?quality=web", "/api/v/..."),
        ("/api/%76/Ab3kF9x2qL1m/Xz7pQ4w8nR2k/video", "/api/v/..."),
        ("/storage/renders/a.mp4?signature=secret", "/storage/renders/a.mp4"),
        ("/v1/" + "a" * 10_000, "/v1/" + "a" * 196),
        ("/v1/%20200%203%20ms%20%0a", "/v1/%20200%203%20ms%20%0A"),
        ("/v1/" + "%c3%bc" * 1000, "/v1/" + "%C3%BC" * 32 + "%C3%"),
    ],
)
def test_logged_paths_are_one_word_without_secrets_and_cut(
    web: Web, caplog: pytest.LogCaptureFixture, path: str, logged: str
) -> None:
    with caplog.at_level(logging.INFO, logger="api.http"):
        web.get(path, token=None)
    assert caplog.messages[-1].startswith(f"127.0.0.1 - GET {logged} ")


def test_the_log_names_no_account_where_the_key_is_not_good(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="api.http"):
        web.get("/v1/account", token="dxgl_sk_" + "A" * 43)
        web.get("/v1/account", token=web.scoped_token("write"))
    assert [line.split()[1] for line in caplog.messages] == ["-", web.account_id]


@pytest.mark.parametrize("path", ["/v1/account", "/v1/none", "/docs", "/openapi.json", "/docs/files/swagger-ui.css"])
def test_browsers_are_told_to_trust_nothing(web: Web, path: str) -> None:
    headers = web.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("script-src" in policy) == (path == "/docs")


def test_https_only_is_asked_for_over_https_if_the_farm_wants_it(web: Web) -> None:
    settings = web.settings.model_copy(update={"hsts_seconds": 600})
    strict = create_app(settings, web.database, web.storage, lambda: None)

    def told(app: FastAPI, url: str) -> str | None:
        told: str | None = web.get(url, app=app).headers.get("strict-transport-security")
        return told

    assert told(strict, "https://farm/v1/account") == "max-age=600"
    assert told(strict, "http://farm/v1/account") is told(web.app, "https://farm/v1/account") is None


def test_answers_without_a_word_on_caching_are_not_kept(web: Web) -> None:
    for path in ("/v1/account", "/v1/renders/Ab3kF9x2qL1m/video"):
        assert web.get(path).headers["cache-control"] == "no-store"
