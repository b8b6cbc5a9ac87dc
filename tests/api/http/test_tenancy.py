"""Who may do what, on every route that openapi.json lists: strangers find nothing, and tokens do what they are for.

A new route of any dialect is walked as soon as it exists. If its path or body has an id, say below what to put there.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Base
from api.domain.accounts import accounts, credentials
from api.domain.accounts.credentials import SCOPES, USUAL_SCOPES
from api.domain.webhooks import events
from api.domain.webhooks.events import NewEvent
from api.http.app import DIALECTS
from api.http.dialect import Dialects
from api.http.glossi.errors import TOLD
from tests.support.web import GLB, Web

PUBLIC = {("GET", "/v1/health")}
ABSENT = {
    "model_not_found", "render_not_found", "overlay_not_found", "delivery_not_found", "key_not_found", "NOT_FOUND",
}  # fmt: skip
HOOK_URL = "https://shop.example/hook"
HOOK = {"url": HOOK_URL, "events": ["project.created"]}

STRANGER = "StrangerStra"
"""Id of another account."""

Keys = Mapping[str, str | None]
"""By dialect."""
NOBODY: Keys = {dialect.name: None for dialect in DIALECTS}

dialect_of = Dialects(DIALECTS).of


class Estate:
    """An account with a bit of everything, and the requests that can be made about it."""

    def __init__(self, web: Web) -> None:
        self.web = web
        notify = {"notifyUrl": "https://shop.example/hook"}
        uploaded = web.post("/v1/models", files={"file": ("chair.glb", GLB)}, data=notify).json()["data"]
        ids = {"model_id": uploaded["modelId"], "render_id": uploaded["renderId"]}
        web.finish(uploaded["renderId"], web=True)
        ids["delivery_id"] = web.get("/v1/webhooks/deliveries").json()["data"][0]["id"]
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        overlay = web.post("/v1/overlays", files={"file": ("sky.png", picture.getvalue())})
        ids["overlay_id"] = overlay.json()["data"]["id"]
        with web.database.begin() as session:
            ids["key_id"] = credentials.issue(session, web.account_id, name="to be revoked").id
        self.sha256 = web.get(f"/v1/models/{ids['model_id']}").json()["data"]["sha256"]
        self.ids = {"dxgl": ids, "glossi": self._glossi_ids()}
        document = web.get("/openapi.json", token=None).json()
        self.operations: list[tuple[str, str, dict[str, Any]]] = [
            (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if not path.startswith(("/api/v/", "/s/"))  # what everybody may see: test_shares
        ]

    def _glossi_ids(self) -> dict[str, str]:
        web = self.web
        assert web.request("PUT", "/api/v1/webhooks", token=web.glossi_key, json=HOOK).status_code == 200
        data = {"project_id": "Pr5oJ7e3cT9x", "name": "Chair", "status": "PENDING", "model_ids": [], "template_id": ""}
        with web.database.begin() as session:
            events.emit(
                session, web.account_id, "project", ["Pr5oJ7e3cT9x"],
                lambda ids: [NewEvent("project.created", each, data) for each in ids],
            )  # fmt: skip
        told = web.get("/api/v1/webhooks/deliveries", token=web.glossi_key).json()
        return {"delivery_id": told["deliveries"][0]["id"]}

    @property
    def all_ids(self) -> set[str]:
        return {each for ids in self.ids.values() for each in ids.values()}

    def keys(self, account_id: str, scopes: Sequence[str] = USUAL_SCOPES) -> Keys:
        """Keys of an account for all dialects."""
        with self.web.database.begin() as session:
            return {
                dialect.name: credentials.issue(
                    session, account_id, name="test", dialect=dialect.name, scopes=scopes
                ).raw
                for dialect in DIALECTS
            }

    def stranger(self, monkeypatch: pytest.MonkeyPatch, credits: int = 10) -> Keys:
        """Keys of another account, whose id is STRANGER, for all that keys can be for."""
        with monkeypatch.context() as patch, self.web.database.begin() as session:
            patch.setattr(accounts, "new_id", lambda: STRANGER)
            accounts.sign_up(session, "other@example.com", credits=credits)
        return self.keys(STRANGER, SCOPES)

    def body(self, method: str, path: str) -> dict[str, Any]:
        """What to send so that the request is about this account."""
        ids = self.ids["dxgl"]
        model_id = ids["model_id"]
        bodies: dict[tuple[str, str], dict[str, Any]] = {
            ("POST", "/v1/models"): {"files": {"file": ("chair.glb", GLB)}},
            ("POST", "/v1/models/ingest"): {"json": {"url": "http://127.0.0.1/chair.glb"}},
            ("POST", "/v1/models/check-hash"): {"json": {"sha256": self.sha256}},
            ("POST", "/v1/renders"): {"json": {"modelId": model_id}},
            ("POST", "/v1/renders/batch"): {"json": {"renders": [{"modelId": model_id}]}},
            ("POST", "/v1/overlays"): {"files": {"file": ("sky.png", b"no picture")}},
            ("POST", "/v1/quote"): {"json": {"renders": [{}]}},
            ("POST", "/v1/renders/{render_id}/share"): {},
            ("POST", "/v1/tickets"): {},
            ("POST", "/v1/keys"): {"json": {"name": "mine", "scopes": ["admin"]}},
            ("POST", "/v1/renders/cancel"): {"json": {"ids": [ids["render_id"]]}},
            ("POST", "/v1/renders/delete"): {"json": {"ids": [ids["render_id"]]}},
            ("POST", "/v1/models/delete"): {"json": {"ids": [model_id]}},
            ("POST", "/v1/webhooks/secret"): {},
            ("POST", "/v1/webhooks/deliveries/{delivery_id}/send-again"): {},
            ("PATCH", "/v1/models/{model_id}"): {"json": {"title": "mine"}},
            ("PUT", "/api/v1/webhooks"): {"json": HOOK},
            ("POST", "/api/v1/webhooks/deliveries/{delivery_id}/send-again"): {},
        }
        return bodies[method, path] if method == "POST" else bodies.get((method, path), {})

    def ask(self, method: str, path: str, keys: Keys) -> httpx.Response:
        name = dialect_of(path).name
        url = path.format(**self.ids[name])
        return self.web.request(method, url, token=keys[name], **self.body(method, path))

    def state(self) -> tuple[object, ...]:
        """All rows of all tables, but the stranger's, when tokens were used, and secrets, made when asked for; and all
        files."""
        with self.web.database.read() as session:
            rows = [
                sorted(row for row in map(repr, session.execute(select(table))) if STRANGER not in row)
                for table in Base.metadata.sorted_tables
                if table.name not in ("tokens", "webhook_secrets")
            ]
        return rows, self.web.stored()


@pytest.fixture
def estate(sqlite_url: str, tmp_path: Path) -> Iterator[Estate]:
    database = Database(sqlite_url)
    yield Estate(Web.make(database, tmp_path))
    database.dispose()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a request, or of the one thing that a request about many was about."""
    body = answer.json()
    if "code" in body:  # Glossi's
        return answer.status_code, body["code"]
    error = body["error"] if "error" in body else body["data"][0]["error"]
    return error["status"], error["code"]


def told(path: str, code: str) -> str:
    """How the path's dialect calls an error."""
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
        if "{" in path or any(each in str(estate.body(method, path)) for each in estate.all_ids):
            status, code = refusal(answer)
            assert status == 404, where
            assert code in ABSENT, where
            absent.append(path)
        elif (method, path) not in PUBLIC:
            assert not any(each in answer.text for each in secret), where
            assert answer.status_code < 500, where
        if method == "GET" and "{" in path:
            assert estate.ask("HEAD", path, stranger).status_code in (404, 405), where
        assert estate.state() == before, where
    assert len(absent) >= 19


def test_a_stranger_is_told_of_none_of_it_in_lists_either(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = estate.stranger(monkeypatch)
    for path in ("/v1/models", "/v1/models?archived=true", "/v1/renders?include=preview", "/v1/overlays",
                 f"/v1/renders?model={estate.ids['dxgl']['model_id']}"):
        answer = estate.web.get(path, token=stranger["dxgl"]).json()
        assert (answer["data"], answer["meta"]["total"]) == ([], 0), path
    answer = estate.web.get("/api/v1/webhooks/deliveries", token=stranger["glossi"]).json()
    assert (answer["deliveries"], answer["total"]) == ([], 0)
    assert estate.ask("POST", "/v1/models/check-hash", stranger).json()["data"] == {"exists": False, "modelId": None}


def test_a_stranger_cannot_render_with_anothers_overlay(estate: Estate) -> None:
    settings = f'{{"bgImageId": "{estate.ids["dxgl"]["overlay_id"]}"}}'
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
    asking = {"/v1/quote", "/v1/models/check-hash", "/v1/tickets"}  # POST, but they change nothing
    secret = ("GET", "/v1/webhooks/secret")  # whoever has it can forge notifications
    for method, path, operation in estate.operations:
        if (method, path) not in {*PUBLIC, secret}:
            assert ("read" in scopes_of(operation)) == (method == "GET" or path in asking), f"{method} {path}"
