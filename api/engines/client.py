"""Requests to a service that the settings name, and downloads from wherever its answers point to.

The service's own scheme, host and port may be anywhere, since the farm's operator chose them; all other addresses are a
stranger's choice, and must be public ones, or in the operator's list. The key goes to the service alone.

What may pass (a 429, a 5xx, a broken connection) is tried again, more and more slowly or when the service says, until
the time is up. Every call has a checkpoint (`renderer.checkpoints`) a few times a second.
"""

import asyncio
import dataclasses
import datetime as dt
import email.utils
import uuid
from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import httpcore
import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from api.engines.answers import Passing, is_passing, problem_of
from api.engines.services import ALLOW, Service
from api.net.guard import AllowList, Guard, Refused
from api.net.transport import Transport, Unreachable
from api.net.urls import parse_url
from renderer.checkpoints import checkpoint
from renderer.errors import EngineFailed, EngineTimeout

Result = TypeVar("Result")

ATTEMPTS = 5
"""Of a request. What a service makes may cost money each time."""
BACKOFF = wait_exponential_jitter(initial=1, max=30, jitter=1)
LOOK_UP_S = 0.25
"""Between two checkpoints."""
MAX_REDIRECTS = 5
ERROR_BYTES = 64 * 1024
"""Read of an answer that tells of an error."""

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"User-Agent": "Pirouette", "Accept-Encoding": "identity"}


class _Redirected(Exception):
    def __init__(self, url: httpx.URL) -> None:
        super().__init__(url)
        self.url = url


class Client:
    """For one call of an engine: its methods belong into the function that `run` is given."""

    def __init__(self, service: Service, authorization: str) -> None:
        self.url = parse_url(service.url)
        self.title = service.title
        self._service = service
        self._authorization = authorization
        allowed = AllowList.parse(service.allow, ALLOW)
        own = dataclasses.replace(allowed, hosts=allowed.hosts | {self.url.raw_host.decode()})
        ports = (self.url.port or {"http": 80, "https": 443}[self.url.scheme],)
        self._own = Transport(Guard(own, public_ports=ports))
        self._others = Transport(Guard(allowed))
        self._end = 0.0

    def run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """What `work` gives. Raises EngineTimeout once the service's time is up, what a checkpoint raises, and what
        `work` raises; then nothing of it goes on."""
        return asyncio.run(self._watched(work))

    async def _watched(self, work: Callable[[], Awaitable[Result]]) -> Result:
        self._end = asyncio.get_running_loop().time() + self._service.seconds
        task = asyncio.ensure_future(work())
        try:
            while not task.done():
                checkpoint()
                left = self._seconds_left
                if left <= 0:
                    raise EngineTimeout(f"{self.title} was not done within {self._service.seconds:g} seconds")
                await asyncio.wait({task}, timeout=min(left, LOOK_UP_S))
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
                _ = task.cancelled() or task.exception()  # which asyncio would tell of otherwise

    @property
    def _seconds_left(self) -> float:
        return self._end - asyncio.get_running_loop().time()

    async def pause(self, seconds: float) -> None:
        await sleep(seconds)

    async def post(self, url: str, media_type: str, body: bytes, *, accept: str, most: int) -> bytes:
        """What the service answers, of at most `most` bytes. Each attempt carries the same Idempotency-Key.

        Raises EngineUnavailable, EngineRejected, EngineTimeout or EngineFailed.
        """
        headers = {"Content-Type": media_type, "Accept": accept, "Idempotency-Key": str(uuid.uuid4())}
        return await self._persist(lambda: self._request("POST", parse_url(url), headers, body, most))

    async def get(self, url: str, *, accept: str, most: int) -> bytes:
        """The same; redirects are followed."""
        return await self._persist(lambda: self._follow(parse_url(url, base=self.url), {"Accept": accept}, most))

    async def _persist(self, once: Callable[[], Awaitable[bytes]]) -> bytes:
        """Raises EngineFailed for what was tried often enough, or leads to where no request goes."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Passing), stop=stop_after_attempt(ATTEMPTS), wait=self._wait,
            sleep=sleep, reraise=True,
        )  # fmt: skip

        async def attempt() -> bytes:  # tenacity tells by the kind of function whether to wait for it
            return await once()

        try:
            return await retrying(attempt)
        except Refused as error:
            raise EngineFailed(f"{self.title}: {error}") from None

    def _wait(self, state: RetryCallState) -> float:
        """Raises EngineTimeout where the service wants more patience than there is time."""
        error = state.outcome.exception() if state.outcome else None
        seconds = BACKOFF(state)
        if isinstance(error, Passing) and error.retry_after is not None:
            seconds = error.retry_after
            if seconds > self._seconds_left:
                raise EngineTimeout(
                    f"{error}, and asks to wait for {seconds:.0f} seconds, which is longer than a call may take"
                )
        return seconds

    async def _follow(self, first: httpx.URL, headers: Mapping[str, str], most: int) -> bytes:
        url = first
        for _ in range(MAX_REDIRECTS + 1):
            try:
                return await self._request("GET", url, headers, b"", most)
            except _Redirected as redirected:
                url = redirected.url
        raise EngineFailed(f"{self.title}: its result's URL redirects more than {MAX_REDIRECTS} times")

    async def _request(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes, most: int
    ) -> bytes:
        """One request. Raises _Redirected, Passing and other errors of the engine, and Refused."""
        own = (url.scheme, url.host, url.port) == (self.url.scheme, self.url.host, self.url.port)
        fields = {**_HEADERS, **headers}
        if own and self._authorization:
            fields["Authorization"] = self._authorization
        try:
            async with (self._own if own else self._others).request(method, url, fields, body) as response:
                told = httpx.Headers(response.headers)
                if method == "GET" and response.status in _REDIRECTS and "location" in told:
                    raise _Redirected(parse_url(told["location"], base=url))
                good = 200 <= response.status < 300
                received = await self._receive(response, told, most if good else ERROR_BYTES, cut=not good)
        except Unreachable as error:
            raise Passing(f"{self.title}: {error}") from None
        if good:
            return received
        if own:
            raise problem_of(self.title, response.status, _retry_after(told), received, self._service.key)
        message = f"{self.title}: the server that its result lies on answered with status {response.status}"
        raise Passing(message, _retry_after(told)) if is_passing(response.status) else EngineFailed(message)

    async def _receive(self, response: httpcore.Response, told: httpx.Headers, most: int, *, cut: bool) -> bytes:
        """The body, which is `cut` off after `most` bytes. Raises EngineFailed for a longer one otherwise."""
        encoding = told.get("content-encoding", "identity").lower()
        if encoding != "identity" and not cut:
            raise EngineFailed(f"{self.title} answers with the content encoding {encoding[:20]!r}, unasked")
        received = bytearray()
        length = told.get("content-length", "0")
        too_long = length.isdecimal() and int(length) > most
        if not too_long or cut:
            async for chunk in response.aiter_stream():
                received += chunk
                if too_long := len(received) > most:
                    break
        if too_long and not cut:
            raise EngineFailed(f"{self.title} sends more than {most // (1024 * 1024)} MB")
        return bytes(received[:most])


def _retry_after(headers: httpx.Headers) -> float | None:
    """In seconds, of either form (RFC 9110, 10.2.3); None where it can't be read."""
    text = headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())
