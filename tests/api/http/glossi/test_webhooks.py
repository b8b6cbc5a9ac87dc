"""PUT, GET and DELETE /api/v1/webhooks: the one webhook of a workspace, as Glossi's documents have it."""

from typing import Any, get_args

import httpx
import pytest

from api.domain.projects import notices as domain
from api.domain.webhooks import targets
from api.http.glossi import notices
from api.http.glossi.webhooks import EventName
from tests.support.web import Web

EVENTS = [
    "model.processed", "model.failed", "project.created", "job.complete", "job.failed", "render.complete",
    "render.failed",
]  # fmt: skip
DOCUMENTED: dict[str, Any] = {"url": "https://your-app.com/webhooks/glossi", "events": EVENTS, "enabled": True}
"""The body of the documented example."""


def ask(web: Web, method: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return web.request(method, "/api/v1/webhooks", token=web.glossi_key, json=body)


def put(web: Web, **changes: Any) -> dict[str, Any]:
    answered = ask(web, "PUT", {**DOCUMENTED, **changes})
    assert answered.status_code == 200, answered.text
    configured: dict[str, Any] = answered.json()
    return configured


def error(answered: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of an error, of which there is nothing else in the body."""
    assert answered.json().keys() == {"error", "code"}
    return answered.status_code, answered.json()["code"], answered.json()["error"]


def test_the_events_are_the_documented_ones_everywhere() -> None:
    assert list(notices.EVENTS) == list(get_args(EventName)) == list(domain.EVENTS) == EVENTS


def test_the_documented_request_sets_it_up(web: Web) -> None:
    configured = put(web)
    secret, webhook_id = configured.pop("secret"), configured.pop("id")
    assert configured == DOCUMENTED
    assert len(webhook_id) == 12
    assert secret.startswith("whsec_")
    assert ask(web, "GET").json() == {"id": webhook_id, **DOCUMENTED}


def test_a_description_is_kept_and_enabled_is_the_default(web: Web) -> None:
    ended = ["job.complete", "job.failed", "job.complete"]
    body = {"url": DOCUMENTED["url"], "events": ended, "description": "Tells our shop"}
    assert ask(web, "PUT", body).status_code == 200
    configured = ask(web, "GET").json()
    assert (configured["description"], configured["enabled"]) == ("Tells our shop", True)
    assert configured["events"] == ["job.complete", "job.failed"]
    put(web)
    assert "description" not in ask(web, "GET").json()


def test_a_second_one_replaces_the_first_and_keeps_the_secret(web: Web) -> None:
    first = put(web)
    second = put(web, url="https://your-app.com/other", events=["job.failed"], enabled=False)
    assert second["secret"] == first["secret"]
    assert ask(web, "GET").json() == {
        "id": second["id"], "url": "https://your-app.com/other", "events": ["job.failed"], "enabled": False,
    }  # fmt: skip


def test_the_secret_is_replaced_only_on_request_and_outlasts_a_removal(web: Web) -> None:
    first = put(web)["secret"]
    assert put(web, rotateSecret=False)["secret"] == first
    second = put(web, rotateSecret=True)["secret"]
    assert second != first
    ask(web, "DELETE")
    assert put(web)["secret"] == second


def test_it_can_be_removed(web: Web) -> None:
    webhook_id = put(web)["id"]
    removed = ask(web, "DELETE")
    assert (removed.status_code, removed.json()) == (200, {"id": webhook_id, "deleted": True})
    for method in ("GET", "DELETE"):
        assert error(ask(web, method)) == (404, "NOT_FOUND", "No webhook is set up")


def test_one_that_the_farm_has_disabled_says_why_and_is_enabled_by_being_set_again(web: Web) -> None:
    webhook_id = put(web)["id"]
    with web.database.begin() as session:
        targets.disable(session, webhook_id, "Its server answered with status 410: gone for good")
    configured = ask(web, "GET").json()
    assert not configured["enabled"]
    assert configured["disabledReason"] == "Its server answered with status 410: gone for good"
    put(web)
    assert ask(web, "GET").json() == {"id": webhook_id, **DOCUMENTED}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://your-app.com/hook", "The URL must begin with https://"),
        ("https://127.0.0.1/hook", "The URL does not lead to a public address on port 443"),
        ("https://169.254.169.254/latest/meta-data/", "The URL does not lead to a public address on port 443"),
        ("https://[::ffff:127.0.0.1]/", "The URL does not lead to a public address on port 443"),
        ("https://10.0.0.5/", "The URL does not lead to a public address on port 443"),
        ("https://your-app.com:8443/", "The URL does not lead to a public address on port 443"),
        ("https://2130706433/", "The URL leads to a host that is no name or IP address in its usual spelling"),
        ("https://me:secret@your-app.com/", None),
        ("your-app.com", None),
        ("", None),
        ("https://your-app.com/" + "a" * 2000, "The URL has up to 2000 characters, not 2021"),
    ],
)
def test_a_url_that_is_private_or_malformed_is_refused(still_web: Web, url: str, message: str | None) -> None:
    before = ask(still_web, "GET").json()
    status, code, told = error(ask(still_web, "PUT", {**DOCUMENTED, "url": url}))
    assert (status, code, "secret" in told) == (400, "VALIDATION_ERROR", False)
    assert told == (message or told)
    assert ask(still_web, "GET").json() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"events": []}, "events"),
        ({"events": ["job.done"]}, "events[0]"),
        ({"events": ["job.complete", "*"]}, "events[1]"),
        ({"events": "job.complete"}, "events"),
        ({"events": None}, "events"),
        ({"enabled": "true"}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"url": 12}, "url"),
        ({"url": None}, "url"),
        ({"description": "a" * 201}, "description"),
        ({"description": ["a"]}, "description"),
        ({"rotateSecret": 0}, "rotateSecret"),
    ],
)
def test_a_field_of_a_wrong_value_is_named_and_nothing_is_set_up(still_web: Web, changes: Any, field: str) -> None:
    before = ask(still_web, "GET").json()
    status, code, told = error(ask(still_web, "PUT", {**DOCUMENTED, **changes}))
    assert (status, code) == (400, "VALIDATION_ERROR")
    assert told.startswith(f"{field}: ")
    assert ask(still_web, "GET").json() == before


@pytest.mark.parametrize("missing", ["url", "events"])
def test_url_and_events_are_needed(still_web: Web, missing: str) -> None:
    body = {name: value for name, value in DOCUMENTED.items() if name != missing}
    assert error(ask(still_web, "PUT", body)) == (400, "VALIDATION_ERROR", f"{missing}: Field required")


def test_a_text_with_a_nul_is_told_as_a_mistake(still_web: Web) -> None:
    assert error(ask(still_web, "PUT", {**DOCUMENTED, "description": "a\0b"}))[:2] == (400, "VALIDATION_ERROR")
