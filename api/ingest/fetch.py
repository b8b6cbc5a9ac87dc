"""Downloads a model from a URL that a stranger chose, straight into an incoming file."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from weakref import WeakValueDictionary

import anyio
import httpcore
import httpx
from starlette.concurrency import run_in_threadpool

from api.errors import DownloadTimeout, InvalidFormat, InvalidUrl
from api.ingest.incoming import HEAD_BYTES, IncomingFile
from api.ingest.naming import model_name
from api.net.guard import Guard, Refused
from api.net.transport import TimedOut, Transport, Unreachable
from api.net.urls import parse_url

MAX_REDIRECTS = 5

DOWNLOADS = 16
"""At a time. More wait for their turn, within their own time limit."""
DOWNLOADS_PER_ACCOUNT = 4

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"User-Agent": "Pirouette", "Accept": "*/*", "Accept-Encoding": "identity"}

NameOf = Callable[[str, str, httpx.Headers, bytes], str]
"""As `naming.model_name`."""


class Downloader:
    """One per server process; its methods belong to one event loop.

    `seconds` limits a whole download: waiting for a turn, names, redirects and bytes, however slowly they trickle.
    """

    def __init__(self, guard: Guard, *, seconds: float) -> None:
        self._transport = Transport(guard)
        self._seconds = seconds
        self._turns = asyncio.Semaphore(DOWNLOADS)
        self._turns_of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def download(
        self, url: str, file: IncomingFile, *, account_id: str, name_of: NameOf = model_name
    ) -> None:
        """Opens `file` under the name that the URL or its server gives, by `name_of`, and writes all bytes.

        Raises InvalidUrl, DownloadTimeout, InvalidFormat, FileTooLarge; whatever it raises, the caller abandons `file`.
        """
        with _download_errors():
            first = parse_url(url)
            with anyio.move_on_after(self._seconds) as scope:
                async with self._turn(account_id):
                    await self._follow(first, file, name_of)
        if scope.cancelled_caught:
            raise DownloadTimeout(f"The URL was not downloaded within {self._seconds:g} seconds")

    @contextlib.asynccontextmanager
    async def _turn(self, account_id: str) -> AsyncIterator[None]:
        """The account's own turns first: who waits for those keeps nobody else waiting."""
        own = self._turns_of.setdefault(account_id, asyncio.Semaphore(DOWNLOADS_PER_ACCOUNT))
        async with own, self._turns:
            yield

    async def _follow(self, first: httpx.URL, file: IncomingFile, name_of: NameOf) -> None:
        url = first
        for _ in range(MAX_REDIRECTS + 1):
            async with self._transport.request("GET", url, _HEADERS) as response:
                headers = httpx.Headers(response.headers)
                if response.status not in _REDIRECTS or "location" not in headers:
                    name = functools.partial(name_of, first.path, url.path, headers)
                    await _receive(response, headers, file, name)
                    return
                url = parse_url(headers["location"], base=url)
        raise InvalidUrl(f"The URL redirects more than {MAX_REDIRECTS} times", param="url")


async def _receive(
    response: httpcore.Response, headers: httpx.Headers, file: IncomingFile, name_of: Callable[[bytes], str]
) -> None:
    if not 200 <= response.status < 300:
        raise InvalidUrl(f"The URL's server answered with status {response.status}", param="url")
    encoding = headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        # Asked for it plain. What a server packs regardless is not unpacked: a few bytes could become any number.
        raise InvalidFormat(f"The URL's server sends the file with the content encoding {encoding[:20]!r}")
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > file.max_bytes:
        raise file.too_large
    body = response.aiter_stream()
    head = b""
    async for chunk in body:
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    await run_in_threadpool(file.open, name_of(head))
    await run_in_threadpool(file.write, head)
    async for chunk in body:
        await run_in_threadpool(file.write, chunk)


@contextlib.contextmanager
def _download_errors() -> Iterator[None]:
    try:
        yield
    except TimedOut as error:
        raise DownloadTimeout(str(error)) from None
    except (Refused, Unreachable) as error:
        raise InvalidUrl(str(error), param="url") from None
