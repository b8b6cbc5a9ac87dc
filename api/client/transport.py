"""Between the client's methods and httpx: the token, the data in its envelope, errors, other tries, files both ways.

What may be sent again is sent again, with growing pauses and none shorter than the farm asks for, while the farm is
busy or away. A request that changes something but isn't safe to repeat is sent again only if it surely had no effect.
"""

import functools
import io
import itertools
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from api.client.errors import FarmUnreachable, RequestRefused

TRIES = 5
LONGEST_PAUSE_S = 60.0
DOWNLOAD_CHUNK = 256 * 1024
MOST_IDS = 100
"""Of one request that changes many things, as the API has it."""
TURNED_AWAY = (429, 503)
"""Statuses of requests that nobody has looked at yet."""
PASSING = (*TURNED_AWAY, 502, 504)
LASTING_CODES = ("upload_limit",)
"""Codes whose status sounds as if another try would help, but it doesn't."""

OnProgress = Callable[[int, int], None]
"""Hears how many bytes of how many have been sent or received; 0 of how many if nobody knows."""

T = TypeVar("T")


def notified(url: str | None) -> dict[str, str]:
    """The field of an order that names a URL to be told of its end."""
    return {} if url is None else {"notifyUrl": url}


def permanently(permanent: bool) -> dict[str, str]:
    return {"permanent": "true"} if permanent else {}


def ignore_progress(done: int, total: int) -> None:
    """For callers who don't care."""


class Transport:
    """Sends requests to the farm at `base_url`, with or without /v1. Raises FarmUnreachable if that is no address, and
    ValueError if `token` can't be a token.
    """

    def __init__(
        self, base_url: str, token: str | None, *, timeout: float, transport: httpx.BaseTransport | None
    ) -> None:
        _check_address(base_url)
        if token and not (token.isascii() and token.isprintable()):
            raise ValueError("an API key is printable ASCII")
        self._http = httpx.Client(
            base_url=base_url.rstrip("/").removesuffix("/v1").rstrip("/") + "/v1",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    def data(self, method: str, path: str, *, repeatable: bool = True, **arguments: Any) -> Any:
        """What a request's answer has under "data"."""
        return _repeat(lambda: self._once(method, path, **arguments)["data"], repeatable)

    def order(self, path: str, *, key: str | None = None, **arguments: Any) -> Any:
        """A POST that costs something, under a `key` that lets it be repeated without paying twice, for 24 hours; None
        makes one.
        """
        return self.data("POST", path, headers=_keyed(key or new_key()), **arguments)

    def pages(self, path: str, limit: int, **params: Any) -> Iterator[Any]:
        """The items of a list, asked for page by page. What comes or goes meanwhile may come twice or be missed."""
        offset = 0
        while True:
            query = {**params, "limit": limit, "offset": offset}
            page = _repeat(functools.partial(self._once, "GET", path, params=query), True)
            yield from page["data"]
            offset += len(page["data"])
            if not page["data"] or offset >= page.get("meta", {}).get("total", 0):
                return

    def change_all(self, path: str, ids: Iterable[str]) -> Iterator[Any]:
        """What became of each, asked for a request's worth at a time, as the iterator gets to them."""
        left = iter(ids)
        while some := list(itertools.islice(left, MOST_IDS)):
            yield from self.data("POST", path, json={"ids": some}, repeatable=False)

    def send_file(
        self, path: str, file: Path, fields: Mapping[str, str], on_progress: OnProgress, *, key: str | None
    ) -> Any:
        """POSTs a form with a file, which is read as it is sent: an order if it has a `key`, else see `data`."""
        headers = {} if key is None else _keyed(key)

        def send() -> Any:
            with _CountedFile(file, on_progress) as content:
                form = {"file": (file.name, content)}
                return self._once("POST", path, headers=headers, files=form, data=fields)["data"]

        return _repeat(send, key is not None)

    def put(self, path: str, content: bytes) -> None:
        """Sends bytes that may be sent again."""

        def send() -> None:
            with _as_client_errors():
                response = self._http.put(path, content=content)
            _raise_refusal(response)

        _repeat(send, True)

    def fetch_file(self, path: str, file: Path, on_progress: OnProgress, **params: str) -> None:
        """Streams an answer to `file`, which appears only when it is whole."""
        part = file.with_name(file.name + ".part")

        def fetch() -> None:
            # the farm may redirect to where the file lies, which is told no token
            with _as_client_errors(), self._http.stream("GET", path, params=params, follow_redirects=True) as response:
                _raise_refusal(response)
                total = int(response.headers.get("Content-Length", 0))
                with part.open("wb") as out:
                    for chunk in response.iter_bytes(DOWNLOAD_CHUNK):
                        out.write(chunk)
                        on_progress(out.tell(), total)

        try:
            _repeat(fetch, True)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def lines(self, path: str) -> Iterator[str]:
        """The lines of an answer that goes on for a while. Not tried again: the caller knows what it has heard."""
        with _as_client_errors(), self._http.stream("GET", path) as response:
            _raise_refusal(response)
            yield from response.iter_lines()

    def _once(self, method: str, path: str, *, accept: Collection[int] = (), **arguments: Any) -> Any:
        """The answer's JSON. `accept` has statuses that are no errors if the answer has data."""
        with _as_client_errors():
            response = self._http.request(method, path, **arguments)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if (response.is_success or response.status_code in accept) and isinstance(answer, dict) and "data" in answer:
            return answer
        raise _refusal(response, answer)


def _check_address(base_url: str) -> None:
    try:
        url = httpx.URL(base_url)
        if url.scheme in ("http", "https") and url.host and (url.port or 0) < 2**16:
            return
    except httpx.InvalidURL:
        pass
    raise FarmUnreachable(f'"{base_url}" is not an address such as http://127.0.0.1:8080', sent=False)


def new_key() -> str:
    """For an order that nobody else knows of."""
    return str(uuid.uuid4())


def _keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _repeat(call: Callable[[], T], repeatable: bool) -> T:
    retrying = Retrying(
        retry=retry_if_exception(lambda error: _may_pass(error, repeatable)),
        stop=stop_after_attempt(TRIES),
        wait=_pause,
        reraise=True,
    )
    return retrying(call)


def _may_pass(error: BaseException, repeatable: bool) -> bool:
    if isinstance(error, FarmUnreachable):
        return repeatable or not error.sent
    if not isinstance(error, RequestRefused) or error.code in LASTING_CODES:
        return False
    # An earlier try whose answer got lost may still be at work under our key.
    return error.status in (PASSING if repeatable else TURNED_AWAY) or error.code == "idempotency_in_progress"


_backoff = wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, RequestRefused) else None
    return min(max(_backoff(state), asked or 0.0), LONGEST_PAUSE_S)


@contextmanager
def _as_client_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.RequestError, httpx.InvalidURL) as error:
        sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.InvalidURL)
        raise FarmUnreachable(f"No answer from the farm: {error or type(error).__name__}", sent=sent) from error


def _raise_refusal(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        answer = response.json()
    except ValueError:
        answer = None
    raise _refusal(response, answer)


def _refusal(response: httpx.Response, answer: Any) -> RequestRefused:
    try:
        told = answer["error"]
        code, message, param = str(told["code"]), str(told["message"]), told.get("param")
    except (KeyError, TypeError, AttributeError):  # a proxy answered, not the farm
        code, param = "unknown", None
        message = f"HTTP {response.status_code} {response.reason_phrase}, and not in the farm's words"
    return RequestRefused(code, message, response.status_code, param=param, retry_after=_retry_after(response))


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, whichever of its two forms the header has (RFC 9110, section 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return None


class _CountedFile(io.BufferedReader):
    """A file that says how far it has been read."""

    def __init__(self, path: Path, on_progress: OnProgress) -> None:
        super().__init__(io.FileIO(path))
        self._total = path.stat().st_size
        self._on_progress = on_progress

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._on_progress(self.tell(), self._total)
        return data
