"""Bytes that no honest client sends: each costs little, and is answered in the words of its path's dialect."""

from collections.abc import Iterator

import httpx
import pytest

from api.http.app import create_app
from api.http.dxgl.dialect import DXGL
from api.http.protocol import FIELDS, HEAD_BYTES, PIPELINED, URL_BYTES
from tests.api.http.test_dialects import TOY
from tests.support.raw import Answer, answer_in, ask, connected, received
from tests.support.web import Web, serving

CHUNKED = b"POST /v1/renders HTTP/1.1\r\nHost: farm\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer %s\r\n\r\n"


@pytest.fixture
def url(web: Web) -> Iterator[str]:
    app = create_app(web.settings, web.database, web.storage, lambda: None, dialects=(DXGL, TOY))
    with serving(app) as url:
        yield url


def head(path: str, *fields: bytes, method: str = "GET") -> bytes:
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), b"Host: farm", *fields, b"", b""])


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /v1/" + b"a" * URL_BYTES, 414, "uri_too_long"),
        (b"GET /v1/" + b"a" * 1_000_000, 414, "uri_too_long"),
        (b"GET /v1/models HTTP/1.1\r\nX-A: " + b"a" * 1_000_000, 431, "headers_too_large"),
        (b"GET /v1/models HTTP/1.1\r\n" + b"a" * 1_000_000, 431, "headers_too_large"),
        (b"GET /v1/models HTTP/1.1\r\n" + b"a:b\r\n" * 200_000, 431, "headers_too_large"),
        (b"\r\n" * 500_000, 431, "headers_too_large"),
        (b"hello\r\n\r\n", 400, "invalid_request"),
        (bytes(range(1, 200)), 400, "invalid_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "invalid_request"),
        (b"CONNECT farm:443 HTTP/1.1\r\nHost: farm\r\n\r\n", 400, "invalid_request"),
        (b"GET /v1/\xff HTTP/1.1\r\nHost: farm\r\n\r\n", 400, "invalid_request"),
        (head("/v1/models", b"Content-Length: 1", b"Content-Length: 2"), 400, "invalid_request"),
        (head("/v1/models", b"Content-Length: 1", b"Transfer-Encoding: chunked"), 400, "invalid_request"),
        (head("/v1/models", b"Content-Length: -1"), 400, "invalid_request"),
        (head("/v1/models", b"X-A\x00: 1"), 400, "invalid_request"),
    ],
)
def test_what_is_refused_before_it_is_a_request_is_told_and_cut(url: str, sent: bytes, status: int, code: str) -> None:
    answer = ask(url, sent)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(f"{url}/v1/health").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /toy/" + b"a" * 100_000,
        b"GET http://farm/toy/dolls HTTP/1.1\r\nX-A: " + b"a" * 100_000,
        b"GET /%74oy/dolls?a=b HTTP/1.1\r\nX-A: " + b"a" * 100_000,
        head("/toy/dolls", b"Content-Length: x"),
        head("/api/v1/toys/none", *[b"A: b"] * FIELDS),
        b"POST /toy/nowhere HTTP/1.1\r\nHost: farm\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n",
    ],
)
def test_each_dialect_tells_it_in_its_own_words(url: str, sent: bytes) -> None:
    answer = ask(url, sent)
    assert answer.json().keys() == {"oops", "kind"}
    assert answer.status in (400, 404, 422)


def test_headers_may_have_as_much_as_the_limits_say(url: str) -> None:
    long = b"X-Long: " + b"a" * (HEAD_BYTES - 200)
    many = [b"A: b"] * (FIELDS - 2)
    for fields in ([long], many):
        answer = ask(url, head("/v1/health", b"Connection: close", *fields))
        assert answer.status == 200
    assert httpx.get(f"{url}/v1/health?a={'a' * (URL_BYTES - 100)}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"2;" + b"a" * 1_000_000,
        b"2\r\n{}\r\n0\r\nX-A: " + b"a" * 1_000_000,
        b"2\r\n{}\r\n0\r\n" + b"a: b\r\n" * 200_000,
    ],
    ids=["extension", "one trailer", "trailers"],
)
def test_what_surrounds_a_body_is_bounded_too(web: Web, url: str, body: bytes) -> None:
    answer = ask(url, CHUNKED % web.token.encode() + body)
    assert (answer.status, answer.json()["error"]["code"]) == (431, "headers_too_large")


def test_trailers_are_no_headers(web: Web, url: str) -> None:
    with connected(url) as client:
        request = head("/v1/renders", b"Transfer-Encoding: chunked", b"Connection: close", method="POST")
        client.sendall(request + f"2\r\n{{}}\r\n0\r\nAuthorization: Bearer {web.token}\r\n\r\n".encode())
        answer = answer_in(received(client))
    assert (answer.status, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_chunks_of_one_byte_are_a_body_like_any_other(web: Web, url: str) -> None:
    body = b'{"modelId": "' + b"a" * 30_000 + b'"}'
    chunks = b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    with connected(url) as client:
        client.sendall(CHUNKED % web.token.encode() + chunks + head("/v1/health", b"Connection: close"))
        raw = received(client)
    first = answer_in(raw)
    assert (first.status, first.json()["error"]["code"]) == (404, "model_not_found")
    assert answer_in(first.rest).status == 200


def answers_in(raw: bytes) -> list[Answer]:
    found = []
    while raw:
        found.append(answer_in(raw))
        raw = found[-1].rest
    return found


def test_requests_in_line_are_answered_in_order_and_the_line_has_an_end(url: str) -> None:
    paths = ["/v1/health", *(f"/toy/{number}" for number in range(1000))]
    with connected(url) as client:
        client.sendall(b"".join(head(path) for path in paths))
        answers = answers_in(received(client))
    assert [answer.status for answer in answers] == [200, *[404] * PIPELINED]
    assert [answer.headers.get("connection") for answer in answers] == [*[None] * PIPELINED, "close"]


def test_a_refusal_waits_for_the_answers_before_it(url: str) -> None:
    with connected(url) as client:
        client.sendall(head("/v1/health") + head("/toy/none") + b"GET /v1/models HTTP/1.1\r\nX-A: " + b"a" * 500_000)
        answers = answers_in(received(client))
    assert [answer.status for answer in answers] == [200, 404, 431]
    assert [answer.headers.get("connection") for answer in answers] == [None, None, "close"]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_there_is_no_other_protocol_to_change_to(url: str, protocol: bytes) -> None:
    answer = ask(url, head("/v1/health", b"Connection: Upgrade", b"Upgrade: " + protocol) + b"PRI * HTTP/2.0\r\n\r\n")
    assert (answer.status, answer.headers["connection"]) == (200, "close")


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "BREW"])
def test_methods_that_nobody_knows_are_refused(url: str, method: str) -> None:
    answer = ask(url, head("/v1/models", b"Connection: close", method=method))
    assert answer.status in (400, 405)
    assert answer.json()["error"]["code"] in ("invalid_request", "method_not_allowed")
