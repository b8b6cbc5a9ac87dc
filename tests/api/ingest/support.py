"""Downloads in tests: the guard admits 127.0.0.1, the name server says what the test wants."""

import asyncio
from pathlib import Path

import pytest

from api.errors import FarmError, FileTooLarge
from api.ingest.fetch import Downloader
from api.ingest.incoming import IncomingFile, ReceivedFile, abandoned_on_error
from api.net.guard import AllowList, Guard, LookUp
from api.storage.local import LocalStorage
from tests.support.waiting import HANG_S

GLB = b"glTF" + bytes(range(256)) * 1000
LIMIT = 300_000


def names(*addresses: str) -> LookUp:
    """A name server that knows one set of addresses, whatever the name."""

    async def look_up(host: str) -> list[str]:
        return list(addresses)

    return look_up


def downloader(allow: str = "127.0.0.1", look_up: LookUp | None = None, seconds: float = HANG_S) -> Downloader:
    return Downloader(Guard(AllowList.parse(allow, "PIROUETTE_INGEST_ALLOW"), look_up or names()), seconds=seconds)


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
