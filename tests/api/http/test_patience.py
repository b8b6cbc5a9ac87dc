"""Whom a connection waits for has limited time. The test says what time it is."""

import asyncio
import dataclasses
import socket
import threading
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from api.http.protocol import PATIENCE, REFUSED_HEAD_SECONDS, BoundedProtocol, Party
from api.http.server import Server
from tests.support.raw import answer_in, connected, received
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web, running_server

MB = 1024 * 1024
FILM_BYTES = 16 * MB
"""More than all buffers on its way hold: Linux has up to 4 MB for what is sent and 6 MB for what is received."""
HEAD_S = PATIENCE[Party.HEAD].seconds
BODY = PATIENCE[Party.BODY]
READER = PATIENCE[Party.READER]
BODY_BYTES = BODY.moved or 0
READER_BYTES = READER.moved or 0
assert BODY_BYTES
assert READER_BYTES


@dataclasses.dataclass
class Watched:
    """A server whose connections are looked at when the test says so."""

    url: str
    server: Server
    now: float = 0.0

    def look(self, seconds: float) -> None:
        """As if `seconds` had passed since the last look."""
        self.now += seconds

        async def look() -> None:
            self.server.server_state.look(self.now)

        loop = self.server.servers[0].get_loop()
        asyncio.run_coroutine_threadsafe(look(), loop).result(HANG_S)

    def connections(self) -> list[BoundedProtocol]:
        return [each for each in self.server.server_state.connections if isinstance(each, BoundedProtocol)]

    @property
    def only(self) -> BoundedProtocol:
        """The only connection, once it is there."""
        wait_for(self.connections, "the connection")
        [only] = self.connections()
        return only

    def fed(self, count: int) -> bool:
        """Whether the parser of the only connection has got so many bytes of a request's head."""
        return self.only._stalled == count

    def took(self, count: int) -> bool:
        """Whether so many bytes of bodies have come by the only connection."""
        return self.only._received == count


@pytest.fixture
def wake_up() -> threading.Event:
    """Until it is set, orders wait at their end."""
    return threading.Event()


@pytest.fixture
def watched(web: Web, wake_up: threading.Event, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr("api.http.server.LOOK_TICKS", 10**9)

    def wake() -> None:
        assert wake_up.wait(HANG_S)

    with running_server(web.app_with(wake)) as (url, server):
        yield Watched(url, server)
        wake_up.set()


def test_a_silent_connection_is_closed_without_a_word(watched: Watched) -> None:
    with connected(watched.url) as client:
        assert watched.only
        watched.look(0)
        watched.look(HEAD_S - 1)
        assert watched.connections()
        watched.look(1)
        assert received(client) == b""


def test_headers_have_their_time_however_often_a_byte_comes(watched: Watched) -> None:
    with connected(watched.url) as client:
        client.sendall(b"GET /v1/models HTTP/1.1\r\n")
        wait_for(partial(watched.fed, 25), "the beginning")
        watched.look(0)
        for count in range(1, 10):
            client.sendall(b"a")
            wait_for(partial(watched.fed, 25 + count), "a byte")
            watched.look(HEAD_S / 10)
        assert watched.connections()
        watched.look(HEAD_S / 10)
        answer = answer_in(received(client))
    assert (answer.status, answer.json()["error"]["code"]) == (408, "request_timeout")


def test_who_was_refused_and_does_not_leave_is_cut_off(watched: Watched) -> None:
    with connected(watched.url) as client:
        client.sendall(b"hello\r\n\r\n")
        assert received(client).startswith(b"HTTP/1.1 400 ")
        watched.look(0)
        watched.look(PATIENCE[Party.LEAVER].seconds)
        wait_for(lambda: not watched.connections(), "the end of the connection")


def upload(web: Web, length: int) -> bytes:
    return (
        f"POST /v1/models HTTP/1.1\r\nHost: farm\r\nAuthorization: Bearer {web.token}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=frontier\r\n\r\n"
    ).encode()


FORM = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.glb"\r\n\r\n' + GLB
END = b"\r\n--frontier--\r\n"


def test_an_upload_may_be_slow(web: Web, wake_up: threading.Event, watched: Watched) -> None:
    wake_up.set()
    with connected(watched.url) as client:
        client.sendall(upload(web, len(FORM) + 3 * BODY_BYTES + len(END)) + FORM)
        for count in range(3):
            wait_for(partial(watched.took, len(FORM) + count * BODY_BYTES), "the part")
            watched.look(BODY.seconds)
            client.sendall(bytes(BODY_BYTES))
        client.sendall(END)
        wait_for(web.stored, "the file")
        watched.look(BODY.seconds)
        assert client.recv(12) == b"HTTP/1.1 201"


def test_an_upload_that_does_not_move_is_refused_and_leaves_nothing(web: Web, watched: Watched) -> None:
    with connected(watched.url) as client:
        client.sendall(upload(web, MB) + FORM)
        wait_for(partial(watched.took, len(FORM)), "the beginning")
        wait_for(web.stored, "the half file")
        watched.look(0)
        client.sendall(bytes(BODY_BYTES - 1))
        wait_for(partial(watched.took, len(FORM) + BODY_BYTES - 1), "too little")
        watched.look(BODY.seconds)
        answer = answer_in(received(client))
    assert (answer.status, answer.json()["error"]["code"]) == (408, "request_timeout")
    wait_for(lambda: not web.stored(), "the half file to go")


def test_an_answer_has_to_come_in_time(web: Web, wake_up: threading.Event, watched: Watched) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    web.inspect()
    body = f'{{"modelId": "{model_id}"}}'.encode()
    with connected(watched.url) as client:
        client.sendall(
            f"POST /v1/renders HTTP/1.1\r\nHost: farm\r\nAuthorization: Bearer {web.token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        wait_for(partial(watched.took, len(body)), "the request")
        wait_for(lambda: web.balance() == 8, "the order")
        watched.look(0)
        watched.look(watched.server.server_state.answer_seconds)
        answer = answer_in(received(client))
    assert (answer.status, answer.json()["error"]["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    wake_up.set()
    assert httpx.get(f"{watched.url}/v1/health").status_code == 200


@pytest.fixture
def film(web: Web) -> str:
    """The path of a video."""
    render_id = web.upload().json()["data"]["renderId"]
    web.finish(render_id, size=FILM_BYTES)
    return f"/v1/renders/{render_id}/video"


def begin_download(watched: Watched, client: socket.socket, path: str, token: str) -> None:
    client.sendall(
        f"GET {path} HTTP/1.1\r\nHost: farm\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    wait_for(lambda: watched.only.flow.write_paused, "the buffers to be full")


def test_who_takes_nothing_of_a_download_is_cut_off(web: Web, watched: Watched, film: str) -> None:
    with connected(watched.url) as client:
        begin_download(watched, client, film, web.token)
        watched.look(0)
        watched.look(READER.seconds - 1)
        assert watched.connections()
        watched.look(1)
        wait_for(lambda: not watched.connections(), "the end of the connection")


def test_a_download_may_be_slow(web: Web, watched: Watched, film: str) -> None:
    with connected(watched.url) as client:
        begin_download(watched, client, film, web.token)
        taken = bytearray()
        for _ in range(5):
            watched.look(READER.seconds)
            wanted = len(taken) + MB
            while len(taken) < wanted:
                taken += client.recv(65536)
        answer = answer_in(bytes(taken + received(client)))
    assert (answer.status, len(answer.body)) == (200, FILM_BYTES)


def test_nobody_waits_for_a_connection_that_is_kept_or_a_stream(web: Web, watched: Watched) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    headers = {"Authorization": f"Bearer {web.token}"}
    with httpx.Client(base_url=watched.url, headers=headers, timeout=HANG_S) as client:
        assert client.get("/v1/health").status_code == 200
        kept = watched.only
        for _ in range(3):
            watched.look(1000)
        assert client.get("/v1/health").status_code == 200
        assert watched.only is kept
        with client.stream("GET", f"/v1/renders/{render_id}/events") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: progress"
            for _ in range(3):
                watched.look(1000)
            web.finish(render_id)
            assert "event: end" in lines


def test_a_connection_beyond_the_caps_has_less_time(watched: Watched) -> None:
    assert REFUSED_HEAD_SECONDS < HEAD_S
    with connected(watched.url):
        watched.only._admitted = False
        watched.look(0)
        watched.look(REFUSED_HEAD_SECONDS)
        wait_for(lambda: not watched.connections(), "the end of the connection")
