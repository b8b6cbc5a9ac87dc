"""Posts to real servers, honest and hostile: where they go, what is kept of answers, and what is said of failures."""

import asyncio
import socket

import pytest

from api.net import sender as module
from api.net.guard import AllowList, LookUp, Refused
from api.net.sender import MAX_ANSWER_BYTES, Answer, Sender
from tests.support.origin import Origin, answer, redirect, running_origin

BODY = b'{"event":"render.done"}'


def names(*addresses: str) -> LookUp:
    async def look_up(host: str) -> list[str]:
        return list(addresses)

    return look_up


def sender(allow: str = "127.0.0.1", look_up: LookUp | None = None) -> Sender:
    return Sender(AllowList.parse(allow, "PIROUETTE_WEBHOOK_ALLOW"), look_up or names())


def post(url: str, by: Sender | None = None) -> Answer:
    return asyncio.run((by or sender()).post(url, {"webhook-id": "an id"}, BODY))


def test_a_body_arrives_as_it_is_with_its_headers(origin: Origin) -> None:
    origin.answers["/hook?key=a%2Fb"] = answer(b"thanks")
    assert post(f"{origin.url}/hook?key=a%2Fb") == Answer(200, b"thanks")
    [request] = origin.requests
    assert request.startswith("POST /hook?key=a%2Fb HTTP/1.1\r\n")
    fields = dict(line.split(": ", 1) for line in request.strip().split("\r\n")[1:])
    assert {name.lower(): value for name, value in fields.items()} == {
        "host": f"127.0.0.1:{origin.port}", "user-agent": "Pirouette", "accept": "*/*", "accept-encoding": "identity",
        "webhook-id": "an id", "content-length": str(len(BODY)),
    }  # fmt: skip
    assert origin.bodies == [BODY]


@pytest.mark.parametrize(
    "location", ["/elsewhere", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.5/", "https://shop.example/"]
)
@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_not_followed(origin: Origin, location: str, status: str) -> None:
    origin.answers |= {"/hook": redirect(location, status), "/elsewhere": answer()}
    told = post(f"{origin.url}/hook")
    assert (told.status, told.refused) == (int(status[:3]), False)
    assert told.problem == f"The URL's server answered with status {status[:3]}; redirects are not followed"
    assert len(origin.requests) == 1


def test_a_status_that_is_no_success_is_told_with_the_answer(origin: Origin) -> None:
    origin.answers["/hook"] = answer(b"out of order", status="503 Service Unavailable")
    assert post(f"{origin.url}/hook") == Answer(
        503, b"out of order", "The URL's server answered with status 503"
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "10.0.0.5", "::1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_inside_is_not_sent_to(address: str, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        by = sender("192.168.0.0/16", names(address))
        told = post(f"{scheme}://shop.example:{listener.getsockname()[1]}/hook", by)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert (told.status, told.body, told.refused) == (None, b"", False)  # as of a name that isn't known
    assert told.problem == post(f"{scheme}://unknown.example/hook", sender("192.168.0.0/16")).problem


def test_a_name_is_asked_for_once_and_the_checked_address_is_the_one_connected_to() -> None:
    with running_origin() as good, running_origin(host="127.0.0.2", port=good.port) as evil:
        good.answers["/hook"] = answer()
        addresses = iter(["127.0.0.1", "127.0.0.2"])

        async def look_up(host: str) -> list[str]:
            return [next(addresses)]

        assert post(f"http://rebind.example:{good.port}/hook", sender("127.0.0.1", look_up)).status == 200
    assert (len(good.requests), evil.requests) == (1, [])


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nbegun")
    await writer.drain()
    await asyncio.Event().wait()


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 10_000)
        await writer.drain()


def test_a_server_that_never_answers_is_left(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.2)
    origin.answers["/hook"] = silence
    assert post(f"{origin.url}/hook") == Answer(problem="The URL's server did not answer within 0.2 seconds")


def test_an_answer_that_never_ends_counts_by_its_status(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 2.0)
    origin.answers["/hook"] = trickle
    assert post(f"{origin.url}/hook") == Answer(
        200, b"begun", "The URL's server began to answer, but did not end, within 2 seconds"
    )


def test_of_a_huge_answer_the_beginning_is_kept(origin: Origin) -> None:
    origin.answers["/hook"] = endless
    assert post(f"{origin.url}/hook") == Answer(200, b"x" * MAX_ANSWER_BYTES)


def test_an_answer_that_breaks_off_counts_by_its_status(origin: Origin) -> None:
    origin.answers["/hook"] = answer(b"half", headers={"Content-Length": "100"})
    told = post(f"{origin.url}/hook")
    assert (told.status, told.body) == (200, b"half")
    assert told.problem == "The URL's server broke the connection off, or does not speak HTTP"


def test_no_server_and_no_http_are_told(origin: Origin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/") == Answer(problem="The URL's server could not be reached")
    origin.answers["/hook"] = b"220 smtp.example ESMTP\r\n"
    assert post(f"{origin.url}/hook").problem == "The URL's server broke the connection off, or does not speak HTTP"


@pytest.fixture
def hook(secure_origin: tuple[Origin, list[str | None]]) -> Origin:
    """A server with a certificate for models.example."""
    secure_origin[0].answers["/hook"] = answer()
    return secure_origin[0]


@pytest.mark.usefixtures("trusted")
def test_https_is_verified_for_the_name(hook: Origin) -> None:
    by = sender(look_up=names("127.0.0.1"))
    assert post(f"https://models.example:{hook.port}/hook", by) == Answer(200)
    told = post(f"https://other.example:{hook.port}/hook", by)
    assert told == Answer(problem="The URL's server could not prove its identity by TLS")
    assert len(hook.requests) == 1


def test_a_certificate_of_an_unknown_authority_is_told(hook: Origin) -> None:
    told = post(f"https://models.example:{hook.port}/hook", sender(look_up=names("127.0.0.1")))
    assert told == Answer(problem="The URL's server could not prove its identity by TLS")


@pytest.mark.parametrize(
    "url", [
        "http://shop.example/hook", "http://8.8.8.8/", "https://shop.example:8443/", "https://10.0.0.5/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/", "ftp://shop.example/",
        "https://me:secret@shop.example/", "", "shop.example", "https://",
    ]
)  # fmt: skip
def test_what_is_never_sent_to_is_refused_at_sight_and_never_tried(url: str) -> None:
    by = sender("minio")
    with pytest.raises(Refused) as raised:
        by.checked(url)
    assert post(url, by) == Answer(problem=str(raised.value), refused=True)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "usual"), [
        ("https://Shop.Example/hook?a=b#part", "https://shop.example/hook?a=b"), ("https://shop.example:443", "https://shop.example"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"), ("http://minio:9000/hook", "http://minio:9000/hook"),
        ("http://10.1.2.3/", "http://10.1.2.3/"), ("http://shop.internal/", "http://shop.internal/"),
    ]
)  # fmt: skip
def test_a_url_is_brought_to_its_usual_form(url: str, usual: str) -> None:
    assert sender("minio,10.0.0.0/8").checked(url) == usual
