"""Downloads from real servers, honest and hostile. The guard admits loopback here, and only as far as a test says."""

import asyncio
import contextlib
import gzip
import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpcore
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from api.errors import DownloadTimeout, FarmError, FileTooLarge, InvalidFormat, InvalidUrl
from api.ingest.fetch import DOWNLOADS_PER_ACCOUNT, MAX_REDIRECTS, Downloader, parse_url
from api.ingest.incoming import IncomingFile, ReceivedFile, abandoned_on_error
from api.ingest.netguard import AllowList, Guard, LookUp, is_plain
from api.storage.local import LocalStorage
from tests.support.origin import Origin, answer, redirect, running_origin

GLB = b"glTF" + bytes(range(256)) * 1000
LIMIT = 300_000


def names(*addresses: str) -> LookUp:
    """A name server that knows one set of addresses, whatever the name."""

    async def look_up(host: str) -> list[str]:
        return list(addresses)

    return look_up


def downloader(allow: str = "127.0.0.1", look_up: LookUp | None = None, seconds: float = 10) -> Downloader:
    return Downloader(Guard(AllowList.parse(allow), look_up or names()), seconds=seconds)


def incoming(folder: Path) -> IncomingFile:
    return IncomingFile(
        LocalStorage(folder),
        key_for=lambda name: "models/file.glb",
        max_bytes=LIMIT,
        too_large=FileTooLarge("too large"),
    )


async def download(by: Downloader, url: str, folder: Path, account_id: str = "account") -> ReceivedFile:
    file = incoming(folder)
    async with abandoned_on_error(file):
        await by.download(url, file, account_id=account_id)
        return file.finish()


def fetch(url: str, folder: Path, by: Downloader | None = None) -> ReceivedFile:
    return asyncio.run(download(by or downloader(), url, folder))


def refused(url: str, folder: Path, error: type[FarmError], by: Downloader | None = None) -> str:
    """The message of the refusal; nothing may be left of the file."""
    with pytest.raises(error) as raised:
        fetch(url, folder, by)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    return raised.value.message


def target(request: str) -> str:
    return request.split(" ")[1]


def fields(request: str) -> dict[str, str]:
    lines = request.strip().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def test_a_file_arrives_whole_with_its_name_and_hash(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/models/St%C3%BChle%20%282%29.glb?sig=a%2Fb"] = answer(GLB)
    file = fetch(f"{origin.url}/models/Stühle%20%282%29.glb?sig=a%2Fb#part", tmp_path)
    assert file == ReceivedFile("Stühle (2).glb", "models/file.glb", len(GLB), hashlib.sha256(GLB).hexdigest())
    assert (tmp_path / "models/file.glb").read_bytes() == GLB


def test_the_request_says_little(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    origin.answers["/a.glb"] = answer(GLB)
    fetch(f"{origin.url}/a.glb", tmp_path)
    [request] = origin.requests
    assert request.startswith("GET /a.glb HTTP/1.1\r\n")
    assert fields(request) == {
        "host": f"127.0.0.1:{origin.port}", "user-agent": "Pirouette", "accept": "*/*", "accept-encoding": "identity"
    }  # fmt: skip


async def chunked(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(GLB), 1000):
        piece = GLB[start : start + 1000]
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def byte_by_byte(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
    for byte in GLB[:2000]:
        writer.write(bytes([byte]))
        await writer.drain()


def test_a_file_of_unannounced_length_arrives(origin: Origin, tmp_path: Path) -> None:
    origin.answers |= {"/a.glb": chunked, "/b.glb": byte_by_byte}
    assert fetch(f"{origin.url}/a.glb", tmp_path).size == len(GLB)
    assert fetch(f"{origin.url}/b.glb", tmp_path).size == 2000


def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(origin: Origin, tmp_path: Path) -> None:
    body = GLB + bytes(LIMIT - len(GLB))
    origin.answers |= {"/a.glb": answer(body), "/b.glb": answer(body + b"\0")}
    assert refused(f"{origin.url}/b.glb", tmp_path, FileTooLarge) == "too large"
    assert fetch(f"{origin.url}/a.glb", tmp_path).size == LIMIT


async def announced_but_kept_back(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nglTF")
    await asyncio.sleep(60)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nglTF\r\n")
    while True:
        writer.write(b"2710\r\n" + bytes(10_000) + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("reply", [announced_but_kept_back, endless])
def test_too_large_a_file_ends_the_download_early(
    origin: Origin, tmp_path: Path, reply: Callable[[asyncio.StreamWriter], object]
) -> None:
    origin.answers["/a.glb"] = reply  # type: ignore[assignment]
    started = time.monotonic()
    refused(f"{origin.url}/a.glb", tmp_path, FileTooLarge)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "reply",
    [
        answer(GLB, headers={"Content-Length": str(len(GLB) + 1)}),
        answer(GLB, headers={"Content-Length": "1, 2"}),
        answer(GLB, headers={"Content-Length": "-1"}),
        answer(GLB, headers={"Content-Length": "9" * 5000}),
        answer(status="101 Switching Protocols"),
        answer(GLB, headers={"Transfer-Encoding": "gzip"}),
        answer(b"zz\r\n" + GLB, headers={"Transfer-Encoding": "chunked"}),
        answer(GLB, headers={"X-Long": "x" * 200_000}),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=[
        "short", "two lengths", "negative", "absurd", "other protocol", "packed", "bad chunk", "long header", "half",
        "not http", "nothing",
    ],
)  # fmt: skip
def test_a_broken_answer_is_refused(origin: Origin, tmp_path: Path, reply: bytes) -> None:
    origin.answers["/a.glb"] = reply
    assert "broke the download off, or does not speak HTTP" in refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl)


@pytest.mark.parametrize("status", ["304 Not Modified", "300 Choices", "401 Unauthorized", "404 Not Found", "500 Oh"])
def test_a_server_that_has_no_file_is_named_by_its_status(origin: Origin, tmp_path: Path, status: str) -> None:
    origin.answers["/a.glb"] = answer(status=status)
    assert refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl) == f"The URL's server answered with status {status[:3]}"


def test_a_packed_body_is_refused_unread(origin: Origin, tmp_path: Path) -> None:
    bomb = gzip.compress(b"glTF" + bytes(50_000_000), 1)
    assert len(bomb) < LIMIT
    origin.answers["/a.glb"] = answer(bomb, headers={"Content-Encoding": "gzip"})
    assert "content encoding 'gzip'" in refused(f"{origin.url}/a.glb", tmp_path, InvalidFormat)
    origin.answers["/a.glb"] = answer(GLB, headers={"Content-Encoding": "Identity"})
    assert fetch(f"{origin.url}/a.glb", tmp_path).size == len(GLB)


def test_a_file_that_is_no_model_is_refused(origin: Origin, tmp_path: Path) -> None:
    origin.answers |= {"/a.glb": answer(b"<html>"), "/b.zip": answer(b"PK\3\4"), "/c.glb": answer()}
    for path in origin.answers:
        refused(origin.url + path, tmp_path, InvalidFormat)


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + GLB[:2000])
    while True:
        writer.write(b"\0")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("reply", [trickle, silence])
def test_a_slow_server_ends_with_a_time_out(
    origin: Origin, tmp_path: Path, reply: Callable[[asyncio.StreamWriter], object]
) -> None:
    origin.answers["/a.glb"] = reply  # type: ignore[assignment]
    message = refused(f"{origin.url}/a.glb", tmp_path, DownloadTimeout, downloader(seconds=0.3))
    assert message == "The URL was not downloaded within 0.3 seconds"


def test_a_slow_name_server_counts_too(tmp_path: Path) -> None:
    async def look_up(host: str) -> list[str]:
        await asyncio.sleep(60)
        return []

    refused("http://models.example/a.glb", tmp_path, DownloadTimeout, downloader(look_up=look_up, seconds=0.1))


def test_redirects_are_followed_and_the_first_path_names_the_file(origin: Origin, tmp_path: Path) -> None:
    origin.answers |= {
        "/chair.glb": redirect("../b?x=1", "301 Moved Permanently"),
        "/b?x=1": redirect(f"//127.0.0.1:{origin.port}/c", "307 Temporary Redirect"),
        "/c": redirect(f"{origin.url}/d", "308 Permanent Redirect"),
        "/d": redirect("?e", "303 See Other"),
        "/d?e": redirect("/f.glb#fragment"),
        "/f.glb": answer(GLB),
    }
    assert fetch(f"{origin.url}/chair.glb", tmp_path).name == "chair.glb"
    assert [target(request) for request in origin.requests] == ["/chair.glb", "/b?x=1", "/c", "/d", "/d?e", "/f.glb"]


def test_the_sixth_redirect_is_one_too_many(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/loop.glb"] = redirect("/loop.glb")
    assert refused(f"{origin.url}/loop.glb", tmp_path, InvalidUrl) == "The URL redirects more than 5 times"
    assert len(origin.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.5/a.glb", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://0/",
        "http://127.0.0.2/a.glb", "http://2130706433/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "//0x7f.0.0.1/", "http://localhost/", "http://127.0.0.1.:80/", "http://１２７.0.0.1/",
        "file:///etc/passwd", "ftp://127.0.0.1/a.glb", "gopher://127.0.0.1:6379/_INFO", "data:model/gltf-binary,glTF",
        "javascript:1", "http://me:secret@127.0.0.1/a.glb", "http://[::1", "http://a:b/",
    ],
)  # fmt: skip
def test_a_redirect_leads_nowhere_that_the_url_itself_may_not(origin: Origin, tmp_path: Path, location: str) -> None:
    origin.answers["/a.glb"] = redirect(location)
    by = downloader(look_up=names("127.0.0.3"))
    refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl, by)
    assert len(origin.requests) == 1


def test_a_redirect_without_a_location_is_no_file(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.glb"] = answer(status="302 Found")
    assert "status 302" in refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl)


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "a.glb", "/a.glb", "//example.com/a.glb", "http:", "http://", "http:///a", "https://?", "http:a.glb",
        "ftp://example.com/a.glb", "file:///etc/passwd", "data:,glTF", "http://user@example.com/", "http://:@example.com",
        "http://user:secret@example.com/a.glb", "http://example.com:0/", "http://example.com:65536/",
        "http://example.com:http/", "http://[::1/", "http://[v1.x]/", "http://exam\nple.com/", "http://\ud800.example/",
        "http://example.com/\ud800", "http://" + "a" * 70_000, "http://xn--\udcff/", "http://\u2488example.com/",
        "http://example.com\\@127.0.0.1/", "http://[::1]@example.com/",
    ],
)  # fmt: skip
def test_a_malformed_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidUrl) as raised:
        parse_url(url)
    assert raised.value.param == "url"
    assert "secret" not in raised.value.message


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://xn--", "//", "http://[", "?", "http://a@", "#"]))
def test_whatever_is_written_a_url_is_parsed_or_refused(text: str, start: str) -> None:
    for base in (None, parse_url("http://example.com/a/b?c")):
        with contextlib.suppress(InvalidUrl):
            parsed = parse_url(start + text, base=base)
            assert parsed.scheme in ("http", "https")
            target = httpcore.URL(
                scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
            )
            assert bytes(target).isascii()
            assert not is_plain(target.host.decode()) or target.host == target.host.lower()


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("HTTP://Example.COM/a.glb", b"example.com", None),
        (" https://bücher.example:443/a.glb\n", b"xn--bcher-kva.example", None),
        ("https://[2606:4700::1111]:8443/", b"2606:4700::1111", 8443),
        ("http://127。0。0。1/", b"127.0.0.1", None),
        ("http://xn--a/", b"xn--a", None),
    ],
)
def test_a_url_is_brought_to_its_usual_form(url: str, host: bytes, port: int | None) -> None:
    parsed = parse_url(url)
    assert (parsed.raw_host, parsed.port) == (host, port)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "0.0.0.0", "2130706433", "0x7f000001", "0177.1", "127.1", "[::1]", "[::]",  # noqa: S104
             "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "LOCALHOST",
             "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "%31%32%37.0.0.1", "127%2e0.0.1", "example.com%00.localhost"]
)  # fmt: skip
def test_without_an_allow_list_nothing_local_is_reached(origin: Origin, tmp_path: Path, host: str) -> None:
    origin.answers["/a.glb"] = answer(GLB)
    by = Downloader(Guard(AllowList.parse("")), seconds=10)
    refused(f"http://{host}:{origin.port}/a.glb", tmp_path, InvalidUrl, by)
    assert origin.requests == []


def changing(answers: Sequence[str]) -> tuple[LookUp, list[str]]:
    """A name server whose answer changes each time it is asked, and a list of the names it was asked for."""
    asked: list[str] = []

    async def look_up(host: str) -> list[str]:
        asked.append(host)
        return [answers[len(asked) - 1]]

    return look_up, asked


def test_a_name_is_asked_for_once_and_the_checked_address_is_the_one_connected_to(tmp_path: Path) -> None:
    with running_origin() as good, running_origin(host="127.0.0.2", port=good.port) as evil:
        good.answers["/a.glb"] = evil.answers["/a.glb"] = answer(GLB)
        look_up, asked = changing(["127.0.0.1", "127.0.0.2"])
        fetch(f"http://rebind.example:{good.port}/a.glb", tmp_path, downloader(look_up=look_up))
    assert asked == ["rebind.example"]
    assert evil.requests == []
    [request] = good.requests
    assert fields(request)["host"] == f"rebind.example:{good.port}"


def test_a_redirect_to_the_same_host_is_checked_again(tmp_path: Path) -> None:
    with running_origin() as good, running_origin(host="127.0.0.2", port=good.port) as evil:
        good.answers["/a.glb"] = redirect("/b.glb")
        good.answers["/b.glb"] = evil.answers["/b.glb"] = answer(GLB)
        look_up, asked = changing(["127.0.0.1", "127.0.0.2"])
        refused(f"http://rebind.example:{good.port}/a.glb", tmp_path, InvalidUrl, downloader(look_up=look_up))
    assert asked == ["rebind.example", "rebind.example"]
    assert (len(good.requests), evil.requests) == (1, [])


def test_another_address_is_tried_where_one_does_not_answer(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.glb"] = answer(GLB)
    by = downloader("127.0.0.0/8", look_up=names("127.0.0.9", "127.0.0.1"))
    assert fetch(f"http://models.example:{origin.port}/a.glb", tmp_path, by).size == len(GLB)


def test_a_server_that_is_not_there_is_said_to_be_unreachable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    by = downloader(look_up=names("127.0.0.1"))
    message = refused(f"http://models.example:{port}/a.glb", tmp_path, InvalidUrl, by)
    assert message == "The URL's server could not be reached"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_origin(authority: trustme.CA) -> Iterator[tuple[Origin, list[str | None]]]:
    """A server with a certificate for models.example, and the names its clients asked for by SNI."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("models.example").configure_cert(context)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, _: asked.append(name)
    with running_origin(tls=context) as running:
        running.answers["/a.glb"] = answer(GLB)
        yield running, asked


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path.with_name("authority.pem")
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.mark.usefixtures("trusted")
def test_tls_is_verified_for_the_name_though_the_address_is_pinned(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path
) -> None:
    origin, asked = secure_origin
    by = downloader(look_up=names("127.0.0.1"))
    assert fetch(f"https://models.example:{origin.port}/a.glb", tmp_path, by).size == len(GLB)
    assert asked == ["models.example"]
    assert fields(origin.requests[0])["host"] == f"models.example:{origin.port}"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path, host: str
) -> None:
    origin, _ = secure_origin
    by = downloader(look_up=names("127.0.0.1"))
    assert "identity by TLS" in refused(f"https://{host}:{origin.port}/a.glb", tmp_path, InvalidUrl, by)
    assert origin.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path
) -> None:
    origin, _ = secure_origin
    by = downloader(look_up=names("127.0.0.1"))
    assert "identity by TLS" in refused(f"https://models.example:{origin.port}/a.glb", tmp_path, InvalidUrl, by)


def test_plain_http_where_tls_is_spoken_and_the_other_way_round(
    secure_origin: tuple[Origin, list[str | None]], origin: Origin, tmp_path: Path
) -> None:
    refused(f"http://127.0.0.1:{secure_origin[0].port}/a.glb", tmp_path, InvalidUrl)
    refused(f"https://127.0.0.1:{origin.port}/a.glb", tmp_path, InvalidUrl)


def test_an_account_that_clogs_its_turns_keeps_nobody_else_waiting(origin: Origin, tmp_path: Path) -> None:
    origin.answers |= {"/slow.glb": silence, "/a.glb": answer(GLB)}

    async def crowd() -> None:
        by = downloader()
        greedy = [
            asyncio.create_task(download(by, f"{origin.url}/slow.glb", tmp_path / f"{i}", "greedy"))
            for i in range(DOWNLOADS_PER_ACCOUNT + 2)
        ]
        while len(origin.requests) < DOWNLOADS_PER_ACCOUNT:
            await asyncio.sleep(0.01)
        modest = await download(by, f"{origin.url}/a.glb", tmp_path / "modest", "modest")
        assert modest.size == len(GLB)
        for task in greedy:
            task.cancel()
        await asyncio.wait(greedy)

    asyncio.run(crowd())
    assert [target(request) for request in origin.requests] == ["/slow.glb"] * DOWNLOADS_PER_ACCOUNT + ["/a.glb"]


def test_a_cancelled_download_leaves_nothing(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.glb"] = trickle

    async def cancel() -> None:
        task = asyncio.create_task(download(downloader(), f"{origin.url}/a.glb", tmp_path))
        while not list(tmp_path.rglob(".incoming/*")):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
