"""GET /v1/renders/:id/events: what is told, when it ends, and that nobody has to wait for it."""

import dataclasses
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import httpx
import pytest

from api.db.session import Database
from api.domain.accounts import accounts, credentials
from api.domain.kit.failures import Failure
from api.domain.kit.unit import Unit
from api.domain.renders import removal
from api.domain.work import scheduling
from api.errors import Unavailable
from tests.support.statements import recorded_statements
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import Web, serving

Event = tuple[str, dict[str, object]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.events.POLL_SECONDS", 0.02)


def parse(text: str) -> list[Event]:
    """The events of a whole stream, comments left out."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


@contextmanager
def watching(web: Web, url: str, render_id: str) -> Iterator[Iterator[Event]]:
    """The events as they arrive."""
    headers = {"Authorization": f"Bearer {web.token}"}
    with httpx.stream("GET", f"{url}/v1/renders/{render_id}/events", headers=headers, timeout=HANG_S) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()

        def events() -> Iterator[Event]:
            for line in lines:
                if line.startswith("event: "):
                    yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))

        yield events()


def test_a_finished_render_is_told_once_and_ended(web: Web) -> None:
    render_id = web.upload(settings='{"length": 3}').json()["data"]["renderId"]
    web.finish(render_id)
    answer = web.get(f"/v1/renders/{render_id}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    data = {"status": "done", "stage": "done", "framesDone": 90, "framesTotal": 90, "secondsLeft": None}
    assert parse(answer.text) == [("progress", data), ("end", data)]


def test_a_render_is_watched_from_its_order_to_its_end(web: Web) -> None:
    render_id = web.upload(settings='{"length": 3}').json()["data"]["renderId"]
    with serving(web.app) as url, watching(web, url, render_id) as events:
        assert next(events) == (
            "progress",
            {"status": "pending", "stage": "queued", "framesDone": 0, "framesTotal": 90, "secondsLeft": None},
        )
        claim = web.claim(render_id)
        name, data = next(events)
        assert (name, data["status"], data["stage"]) == ("progress", "poster-processing", "queued")
        with web.database.begin() as session:
            assert scheduling.heartbeat(session, claim, lease_seconds=60, stage="drawing", frames_done=45)
        name, data = next(events)
        assert (data["stage"], data["framesDone"]) == ("drawing", 45)
        assert isinstance(data["secondsLeft"], float)
        with web.database.begin() as session:
            scheduling.settle_error(session, claim, Failure("invalid_model", "It broke"), retry=False, max_attempts=3)
        rest = list(events)
    assert [(name, data["status"], data["stage"]) for name, data in rest] == [
        ("progress", "error", "failed"), ("end", "error", "failed")
    ]


def test_the_last_event_of_a_render_that_is_deleted_says_so(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    with serving(web.app) as url, watching(web, url, render_id) as events:
        next(events)
        with web.database.begin_as(Unit) as session:
            removal.delete_render(session, web.account_id, render_id)
        assert [(name, data["status"]) for name, data in events] == [("end", "deleted")]


def test_a_stream_outlasts_a_database_that_is_away_for_a_while(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    tries = []

    def away(_: Database) -> NoReturn:
        tries.append(1)
        raise Unavailable

    with serving(web.app) as url, watching(web, url, render_id) as events:
        next(events)
        with monkeypatch.context() as patch:
            for name in ("read", "read_rows"):
                patch.setattr(Database, name, away)
            wait_for(lambda: len(tries) >= 2, "the stream to ask in vain")
        web.finish(render_id)
        assert list(events)[-1][1]["status"] == "done"


def suspend(web: Web, token_id: str) -> None:
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)


def revoke(web: Web, token_id: str) -> None:
    with web.database.begin() as session:
        credentials.revoke(session, web.account_id, token_id)


@pytest.mark.parametrize("lose", [suspend, revoke])
def test_a_stream_ends_when_its_key_is_no_longer_good(
    web: Web, monkeypatch: pytest.MonkeyPatch, lose: Callable[[Web, str], None]
) -> None:
    monkeypatch.setattr("api.http.events.CHECK_SECONDS", 0.1)
    render_id = web.upload().json()["data"]["renderId"]
    with web.database.begin() as session:
        token = credentials.issue(session, web.account_id, name="watcher")
    watcher = dataclasses.replace(web, token=token.raw)
    with serving(web.app) as url, watching(watcher, url, render_id) as events:
        next(events)
        lose(web, token.id)
        assert list(events) == []


def test_a_silent_stream_shows_life_and_asks_one_thing_at_a_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    render_id = web.upload().json()["data"]["renderId"]
    headers = {"Authorization": f"Bearer {web.token}"}
    with serving(web.app) as url:
        web.get("/v1/account")  # the token's use is noted now
        with (
            recorded_statements() as statements,
            httpx.stream("GET", f"{url}/v1/renders/{render_id}/events", headers=headers, timeout=HANG_S) as answer,
        ):
            assert ": ping" in answer.iter_lines()
        assert len(set(statements[1:])) == 1


def test_a_stopping_server_does_not_wait_for_streams(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.events.POLL_SECONDS", 0.2)
    render_id = web.upload().json()["data"]["renderId"]
    ended = threading.Event()
    opened = threading.Event()

    def watch() -> None:
        with watching(web, url, render_id) as events:
            next(events)
            opened.set()
            assert list(events) == []  # whole, not broken off
        ended.set()

    with serving(web.app) as url:
        thread = threading.Thread(target=watch)
        thread.start()
        assert opened.wait(HANG_S)
    thread.join()
    assert ended.is_set()


def test_a_client_that_goes_away_is_forgotten(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    with serving(web.app) as url, caplog.at_level(logging.INFO, logger="api.http"):
        with watching(web, url, render_id) as events:
            next(events)
            assert "/events" not in caplog.text
        wait_for(lambda: f"GET /v1/renders/{render_id}/events 200" in caplog.text, "the end of the request")
    assert "Traceback" not in caplog.text
