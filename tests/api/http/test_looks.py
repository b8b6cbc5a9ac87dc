"""Uploaded overlays are looked at by few children at a time, which end with their requests and with the server."""

import http.client
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from api.ingest import looks
from api.ingest.looks import AT_ONCE
from renderer import picture_headers, sandbox
from renderer.sandbox import Child
from tests.support.images import png_header
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web, serving

PNG = png_header(8, 8)


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Children that look at pictures never end by themselves; returns what gives the ids of those that run."""
    program = tmp_path / "hanging.py"
    program.write_text("import signal\nsignal.pause()\n")

    running: list[int] = []

    def run(_: str, arguments: list[str], *, started: Callable[[Child], None], **options: Any) -> bytes:
        here: list[int] = []

        def known(child: Child) -> None:
            here.append(child.pid)
            running.append(child.pid)
            started(child)

        try:
            return sandbox.run(program, arguments, started=known, **options)
        finally:
            running.remove(here[0])

    monkeypatch.setattr(picture_headers, "run", run)
    return lambda: list(running)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def send(
    url: str, token: str, path: str = "/v1/overlays", file: tuple[str, bytes] = ("a.png", PNG)
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{url}{path}", files={"file": file}, headers=headers, timeout=HANG_S)


def end(hanging: Callable[[], list[int]]) -> None:
    """Ends one of the children."""
    ended = wait_for(hanging, "a child")[0]
    os.kill(ended, signal.SIGKILL)

    def is_gone() -> bool:
        return ended not in hanging()

    wait_for(is_gone, "its end")


def code(request: Future[requests.Response]) -> str:
    found: str = request.result(HANG_S).json()["error"]["code"]
    return found


def refused(answer: requests.Response) -> bool:
    return (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_requests")


def test_an_account_has_one_looked_at_and_others_have_their_turns(
    web: Web, hanging: Callable[[], list[int]], pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "WAIT_S", 0.1)
    tokens = [web.another_token(email=f"{number}@example.com") for number in range(AT_ONCE + 1)]
    with serving(web.app) as url:
        first = [pool.submit(send, url, token) for token in tokens[:AT_ONCE]]
        wait_for(lambda: len(hanging()) == AT_ONCE, "the children")
        answer = send(url, tokens[0])
        assert refused(answer)
        assert int(answer.headers["Retry-After"]) > 0
        assert refused(send(url, tokens[AT_ONCE]))  # its turn doesn't come
        assert send(url, tokens[0], "/v1/models", ("a.glb", GLB)).status_code == 201
        for _ in first:
            end(hanging)
        assert {code(request) for request in first} == {"invalid_format"}


def test_who_waits_for_a_turn_gets_the_next(
    web: Web, hanging: Callable[[], list[int]], pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "WAIT_S", HANG_S)
    tokens = [web.another_token(email=f"{number}@example.com") for number in range(AT_ONCE + 1)]
    with serving(web.app) as url:
        answers = [pool.submit(send, url, token) for token in tokens[:AT_ONCE]]
        wait_for(lambda: len(hanging()) == AT_ONCE, "the children")
        answers.append(pool.submit(send, url, tokens[AT_ONCE]))
        for _ in tokens:
            end(hanging)
        assert {code(answer) for answer in answers} == {"invalid_format"}
    assert web.stored() == []


def test_the_child_of_a_client_that_leaves_ends(web: Web, hanging: Callable[[], list[int]]) -> None:
    with serving(web.app) as url:
        request = requests.Request("POST", f"{url}/v1/overlays", files={"file": ("a.png", PNG)}).prepare()
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        headers = {"Content-Type": request.headers["Content-Type"], "Authorization": f"Bearer {web.token}"}
        connection.request("POST", "/v1/overlays", request.body, headers)
        wait_for(hanging, "the child")
        connection.close()
        wait_for(lambda: not hanging(), "the child's end")
        wait_for(lambda: not web.stored(), "the file's end")


def test_the_child_of_a_server_that_stops_ends(
    web: Web, hanging: Callable[[], list[int]], pool: ThreadPoolExecutor
) -> None:
    with serving(web.app, grace_s=1) as url:
        pool.submit(send, url, web.token)
        wait_for(hanging, "the child")
    wait_for(lambda: not hanging(), "the child's end")
    wait_for(lambda: not web.stored(), "the file's end")
