"""Caps on connections: silent ones keep nobody out, and who is refused is told so."""

import contextlib
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.db.session import Database
from api.http.connections import REFUSALS
from api.http.peers import Proxies, client_of
from api.http.server import OTHER_FILES
from tests.support.raw import answer_in, ask, connected, received
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import Web, running_server, serving

HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: farm\r\nConnection: close\r\n\r\n"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


@contextlib.contextmanager
def streaming(web: Web, url: str, **headers: str) -> Iterator[None]:
    """A connection that is busy until the end of the block."""
    render_id = web.upload().json()["data"]["renderId"]
    headers["Authorization"] = f"Bearer {web.token}"
    with httpx.stream("GET", f"{url}/v1/renders/{render_id}/events", headers=headers, timeout=HANG_S) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines) == "event: progress"
        yield


@pytest.mark.parametrize("limits", [{"max_connections_per_client": 3}, {"max_connections": 3}])
def test_silent_connections_make_room_the_oldest_first(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, limits: dict[str, int]
) -> None:
    web = Web.make(database, tmp_path, **limits)
    with serving(web.app) as url, contextlib.ExitStack() as opened:
        silent: list[socket.socket] = []
        for number in range(30):
            client = opened.enter_context(connected(url))
            if number % 2:
                client.sendall(b"GET /v1/health HTTP/1.1\r\n")
            if number >= 3:
                assert received(silent[number - 3]) == b""
            silent.append(client)
        assert ask(url, HEALTH).status == 200
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1
    assert "Too many connections: 4 are open, 4 of them from 127.0.0.1" in warned[0].getMessage()


def test_a_connection_with_a_request_under_way_stays_and_a_new_one_is_told(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    web = Web.make(database, tmp_path, max_connections_per_client=2)
    with serving(web.app) as url, streaming(web, url), streaming(web, url):
        for _ in range(3):
            answer = ask(url, HEALTH)
            assert (answer.status, answer.json()["error"]["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["connection"] == "close"
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def test_there_are_no_more_than_the_open_files_allow(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    web = Web.make(database, tmp_path)
    monkeypatch.setattr("resource.getrlimit", lambda _: (OTHER_FILES + 6, 1024))
    with serving(web.app) as url, connected(url) as first, connected(url), connected(url), connected(url):
        assert received(first) == b""
        assert ask(url, HEALTH).status == 200
    assert "3 connections instead of 2000" in caplog.text


def test_more_than_can_be_told_are_cut_off(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, max_connections_per_client=1)
    with serving(web.app) as url, streaming(web, url), contextlib.ExitStack() as opened:
        beyond = [opened.enter_context(connected(url)) for _ in range(REFUSALS)]
        with connected(url) as one_more, contextlib.suppress(ConnectionResetError):
            assert received(one_more) == b""
        beyond[0].sendall(HEALTH)
        assert answer_in(received(beyond[0])).status == 503


def test_who_leaves_is_forgotten(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, max_connections_per_client=2)
    with running_server(web.app) as (url, server):
        for _ in range(5):
            assert ask(url, HEALTH).status == 200
            with connected(url):
                pass
        table: Any = server.server_state
        wait_for(lambda: not table._clients, "the last one to be gone")
        assert (dict(table._open), table._waiting, dict(table._waiting_of)) == ({}, {}, {})


def test_behind_a_proxy_clients_are_counted_by_what_it_says(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, max_connections_per_client=1, trusted_proxies="127.0.0.0/8, ::1")
    with serving(web.app) as url, streaming(web, url, **{"X-Forwarded-For": "192.0.2.1"}):
        def health(client: str) -> int:
            return httpx.get(f"{url}/v1/health", headers={"X-Forwarded-For": client}, timeout=HANG_S).status_code

        assert health("192.0.2.1") == health("192.0.2.9, 192.0.2.1, 127.0.0.1") == 503
        assert health("192.0.2.2") == 200
    with serving(web.app) as url:
        assert httpx.get(f"{url}/v1/health", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 200


def test_nobody_else_is_believed(database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    web = Web.make(database, tmp_path, trusted_proxies="192.0.2.0/24")
    with serving(web.app) as url, caplog.at_level(logging.INFO, logger="api.http"):
        httpx.get(f"{url}/v1/health", headers={"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"})
    assert "127.0.0.1 - GET /v1/health 200" in caplog.text


def test_the_address_that_a_proxy_tells_is_logged(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    web = Web.make(database, tmp_path, trusted_proxies="127.0.0.1")
    with serving(web.app) as url, caplog.at_level(logging.INFO, logger="api.http"):
        httpx.get(f"{url}/v1/health", headers={"X-Forwarded-For": "198.51.100.1"})
        httpx.get(f"{url}/v1/health", headers={"X-Forwarded-For": "a b\t" + "c" * 1000})
    lines = [record.getMessage() for record in caplog.records if record.name == "api.http"]
    assert lines[0].startswith("198.51.100.1 - GET /v1/health 200 ")
    assert re.match(r"a%20b%09c{1,40} - GET /v1/health 200 ", lines[1])


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("", "-"),
    ],
)
def test_addresses_of_one_customer_are_one_client(host: str, client: str) -> None:
    assert client_of(host) == client


@pytest.mark.parametrize("text", ["*", "proxy.example.com", "192.0.2.1/8"])
def test_proxies_are_named_by_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_TRUSTED_PROXIES"):
        Proxies(text)
