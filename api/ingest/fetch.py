"""Downloads a model from a URL that a stranger chose, straight into an incoming file.

Built on httpcore, which does nothing by itself: no redirects, proxies, cookies, credentials or unpacking. Names are
resolved inside the connect call and the connection goes to the very address that was checked, while Host, SNI and the
certificate are still those of the name; so a name server that changes its answer changes nothing.
"""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from weakref import WeakValueDictionary

import anyio
import httpcore
import httpx
from starlette.concurrency import run_in_threadpool

from api.errors import DownloadTimeout, InvalidFormat, InvalidUrl
from api.ingest.incoming import IncomingFile
from api.ingest.naming import HEAD_BYTES, model_name
from api.net.guard import Guard

MAX_REDIRECTS = 5
CONNECT_SECONDS = 10.0
"""For one address, with the TLS handshake."""

DOWNLOADS = 16
"""At a time. More wait for their turn, within their own time limit."""
DOWNLOADS_PER_ACCOUNT = 4

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = [(b"User-Agent", b"Pirouette"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]


class Downloader:
    """One per server process; its methods belong to one event loop.

    `seconds` limits a whole download: waiting for a turn, names, redirects and bytes, however slowly they trickle.
    """

    def __init__(self, guard: Guard, *, seconds: float) -> None:
        self._guard = guard
        self._seconds = seconds
        self._turns = asyncio.Semaphore(DOWNLOADS)
        self._turns_of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @functools.cached_property
    def tls(self) -> ssl.SSLContext:
        """Trusts the authorities that browsers trust, or those in SSL_CERT_FILE."""
        return httpx.create_ssl_context()

    async def download(self, url: str, file: IncomingFile, *, account_id: str) -> None:
        """Opens `file` under the name that the URL or its server gives, and writes all bytes.

        Raises InvalidUrl, DownloadTimeout, InvalidFormat, FileTooLarge; whatever it raises, the caller abandons `file`.
        """
        first = parse_url(url)
        with anyio.move_on_after(self._seconds) as scope:
            async with self._turn(account_id):
                await self._follow(first, file)
        if scope.cancelled_caught:
            raise DownloadTimeout(f"The URL was not downloaded within {self._seconds:g} seconds")

    @contextlib.asynccontextmanager
    async def _turn(self, account_id: str) -> AsyncIterator[None]:
        """The account's own turns first: who waits for those keeps nobody else waiting."""
        own = self._turns_of.setdefault(account_id, asyncio.Semaphore(DOWNLOADS_PER_ACCOUNT))
        async with own, self._turns:
            yield

    async def _follow(self, first: httpx.URL, file: IncomingFile) -> None:
        url = first
        # No connection is kept, so each redirect is resolved and checked anew.
        with _download_errors():
            async with httpcore.AsyncConnectionPool(
                ssl_context=self.tls, network_backend=_GuardedBackend(self._guard), max_keepalive_connections=0
            ) as pool:
                for _ in range(MAX_REDIRECTS + 1):
                    async with pool.stream(
                        "GET",
                        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                        headers=[(b"Host", url.netloc), *_HEADERS],
                        extensions={"timeout": {"connect": CONNECT_SECONDS}},
                    ) as response:
                        headers = httpx.Headers(response.headers)
                        if response.status not in _REDIRECTS or "location" not in headers:
                            await _receive(response, headers, first, url, file)
                            return
                        url = parse_url(headers["location"], base=url)
        raise InvalidUrl(f"The URL redirects more than {MAX_REDIRECTS} times", param="url")


def parse_url(text: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """An http or https URL without credentials; relative to `base` if given. The host is not judged here.

    Raises InvalidUrl.
    """
    what = "The URL" if base is None else "The address that the URL redirects to"
    try:
        url = httpx.URL(text.strip()) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError):
        raise InvalidUrl(f"{what} is malformed", param="url") from None
    if url.scheme not in ("http", "https"):
        raise InvalidUrl(f"{what} must begin with http:// or https://", param="url")
    if url.userinfo:
        raise InvalidUrl(f"{what} must not contain a user name or password", param="url")
    if not url.raw_host or (url.port is not None and not 0 < url.port < 65536):
        raise InvalidUrl(f"{what} is malformed", param="url")
    return url


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to nothing but what the guard admits, by address."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = await self._guard.resolve(host, port)
        for address in others:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)


async def _receive(
    response: httpcore.Response, headers: httpx.Headers, first: httpx.URL, url: httpx.URL, file: IncomingFile
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
    await run_in_threadpool(file.open, model_name(first.path, url.path, headers, head))
    await run_in_threadpool(file.write, head)
    async for chunk in body:
        await run_in_threadpool(file.write, chunk)


@contextlib.contextmanager
def _download_errors() -> Iterator[None]:
    """httpcore's errors as the user's. They say nothing of addresses: a redirect may lead where no user may look."""
    try:
        yield
    except httpcore.TimeoutException:
        raise DownloadTimeout("The URL's server could not be reached in time") from None
    except httpcore.ConnectError as error:
        if isinstance(error.__context__, ssl.SSLError):
            raise InvalidUrl("The URL's server could not prove its identity by TLS", param="url") from None
        raise InvalidUrl("The URL's server could not be reached", param="url") from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise InvalidUrl("The URL's server broke the download off, or does not speak HTTP", param="url") from None
