"""Files from real servers, honest and hostile: whole, or refused without a trace."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from api.errors import DownloadTimeout, FileTooLarge, InvalidFormat, InvalidUrl
from api.ingest.fetch import DOWNLOADS_PER_ACCOUNT
from api.ingest.incoming import ReceivedFile
from tests.api.ingest.support import GLB, LIMIT, download, downloader, fetch, fields, refused, target
from tests.support.origin import Origin, answer


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
    assert fetch(f"{origin.url}/a.glb", tmp_path / "a").size == len(GLB)
    assert fetch(f"{origin.url}/b.glb", tmp_path / "b").size == 2000


def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(origin: Origin, tmp_path: Path) -> None:
    body = GLB + bytes(LIMIT - len(GLB))
    origin.answers |= {"/a.glb": answer(body), "/b.glb": answer(body + b"\0")}
    assert refused(f"{origin.url}/b.glb", tmp_path, FileTooLarge) == "too large"
    assert fetch(f"{origin.url}/a.glb", tmp_path).size == LIMIT


async def announced_but_kept_back(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nglTF")
    await asyncio.Event().wait()


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
    refused(f"{origin.url}/a.glb", tmp_path, FileTooLarge)


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
    assert "broke the connection off, or does not speak HTTP" in refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl)


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
    await asyncio.Event().wait()


@pytest.mark.parametrize("reply", [trickle, silence])
def test_a_slow_server_ends_with_a_time_out(
    origin: Origin, tmp_path: Path, reply: Callable[[asyncio.StreamWriter], object]
) -> None:
    origin.answers["/a.glb"] = reply  # type: ignore[assignment]
    message = refused(f"{origin.url}/a.glb", tmp_path, DownloadTimeout, downloader(seconds=0.3))
    assert message == "The URL was not downloaded within 0.3 seconds"


def test_a_slow_name_server_counts_too(tmp_path: Path) -> None:
    async def look_up(host: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    refused("http://models.example/a.glb", tmp_path, DownloadTimeout, downloader(look_up=look_up, seconds=0.1))


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
