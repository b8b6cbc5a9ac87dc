"""Requests to servers that strangers chose.

Built on httpcore, which does nothing by itself: no redirects, proxies, cookies, credentials or unpacking. Names are
resolved inside the connect call and the connection goes to the very address that was checked, while Host, SNI and the
certificate are still those of the name; so a name server that changes its answer changes nothing.
"""

import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

import httpcore
import httpx

from api.net.guard import Guard

CONNECT_SECONDS = 10.0
"""For one address, with the TLS handshake."""


class Unreachable(Exception):
    """There was no answer, or no whole one. The message may be shown to whoever named the URL."""


class TimedOut(Unreachable):
    """The server could not be reached in time."""


class Transport:
    """Sends requests to what `guard` admits. May be shared between event loops."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @functools.cached_property
    def tls(self) -> ssl.SSLContext:
        """Trusts the authorities that browsers trust, or those in SSL_CERT_FILE."""
        return httpx.create_ssl_context()

    @contextlib.asynccontextmanager
    async def request(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes = b""
    ) -> AsyncIterator[httpcore.Response]:
        """One request on a connection of its own, so that a host is resolved and checked for each; redirects are not
        followed. Header fields beside Host, and Content-Length if there is a `body`, are the caller's.

        Raises Refused, and Unreachable also in the block, where the answer's body is read. Time is the caller's to
        limit, connecting aside.
        """
        fields = {"Host": url.netloc.decode("ascii"), **headers}
        with _errors():
            async with (
                httpcore.AsyncConnectionPool(
                    ssl_context=self.tls if url.scheme == "https" else None,
                    network_backend=_GuardedBackend(self._guard),
                    max_keepalive_connections=0,
                ) as pool,
                pool.stream(
                    method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=list(fields.items()),
                    content=body or None,
                    extensions={"timeout": {"connect": CONNECT_SECONDS}},
                ) as response,
            ):
                yield response


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


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """httpcore's errors as ours. They say nothing of addresses: a redirect may lead where no user may look."""
    try:
        yield
    except httpcore.TimeoutException:
        raise TimedOut("The URL's server could not be reached in time") from None
    except httpcore.ConnectError as error:
        if isinstance(error.__context__, ssl.SSLError):
            raise Unreachable("The URL's server could not prove its identity by TLS") from None
        raise Unreachable("The URL's server could not be reached") from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise Unreachable("The URL's server broke the connection off, or does not speak HTTP") from None
