"""A typed client of the farm's /v1 API, for the command line, the demo and the tests.

    ClientError              never raised itself
    |- FarmUnreachable       no answer: wrong address, or the server is down
    |- RequestRefused        the farm answered with an error; carries `code`, `status` and its message
    |- RenderFailed          the render ended in `error`; its credits are refunded
    `- WaitTimeout           the render isn't done within the time given to `wait`
"""

import dataclasses
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

TRIES = 5
BUSY_STATUSES = (429, 502, 503, 504)
DOWNLOAD_CHUNK = 256 * 1024

Asset = Literal["video", "web", "poster", "poster_full", "thumb", "bundle"]
_ASSETS: Mapping[Asset, tuple[str, dict[str, str]]] = {
    "video": ("video", {}),
    "web": ("video", {"quality": "web"}),
    "poster": ("poster", {}),
    "poster_full": ("poster", {"quality": "full"}),
    "thumb": ("thumb", {}),
    "bundle": ("bundle", {}),
}


class ClientError(Exception):
    """Base of what this client raises on purpose."""


class FarmUnreachable(ClientError):
    """No answer from the server."""


class RequestRefused(ClientError):
    """The farm refused a request. `code` is one of the API's error codes, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class RenderFailed(ClientError):
    """A render ended in `error`; the message says why."""


class WaitTimeout(ClientError):
    """A render took longer than the caller wanted to wait. It goes on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """What an upload made. `duplicate`: the farm had these bytes already."""

    model_id: str
    render_id: str
    duplicate: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """Where a running render stands. `seconds_left` is None until there is something to estimate from."""

    stage: str
    frames_done: int
    frames_total: int
    seconds_left: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Render:
    """A render as the API shows it. `file_size` is the video's, in bytes, None until `done`."""

    id: str
    model_id: str
    status: str
    settings: dict[str, Any]
    file_size: int | None
    error_message: str | None
    has_web_variant: bool
    is_system_preview: bool
    progress: Progress | None


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    id: str
    email: str
    credits: int


class FarmClient:
    """Talks to the farm at `base_url` (scheme and host, without /v1). A context manager; not safe to share by threads.

    Requests that change nothing are tried again, with growing pauses, while the farm is busy or can't be reached.
    Requests that cost credits are sent once.
    """

    def __init__(
        self, base_url: str, token: str | None, *, timeout: float = 60.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/v1",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def upload(
        self,
        path: Path,
        settings: Mapping[str, Any] | None = None,
        on_progress: Callable[[int, int], None] = lambda sent, total: None,
    ) -> Upload:
        """Sends a model file, read as it is sent; `on_progress` hears (bytes sent, bytes in all)."""
        with _CountedFile(path, on_progress) as file:
            data = self._data(
                "POST", "/models", files={"file": (path.name, file)},
                data={} if settings is None else {"renderSettings": json.dumps(dict(settings))},
            )
        return Upload(data["modelId"], data["renderId"], data.get("duplicate", False))

    def create_render(self, model_id: str, settings: Mapping[str, Any] | None = None) -> Render:
        body = {"modelId": model_id, "renderSettings": dict(settings or {})}
        return _render(self._data("POST", "/renders", json=body))

    def get_render(self, render_id: str) -> Render:
        return _render(self._data("GET", f"/renders/{render_id}"))

    def model_renders(self, model_id: str) -> list[Render]:
        """All renders of a model, the free preview among them."""
        return [_render({"modelId": model_id, **each}) for each in self._data("GET", f"/models/{model_id}")["renders"]]

    def account(self) -> Account:
        data = self._data("GET", "/account")
        return Account(data["id"], data["email"], data["credits"])

    def health(self) -> dict[str, Any]:
        """The farm's own account of its health; raises RequestRefused (503) when it isn't well."""
        return dict(self._data("GET", "/health"))

    def wait(
        self,
        render_id: str,
        on_change: Callable[[Render], None] = lambda render: None,
        *,
        timeout: float | None = None,
        poll_seconds: float = 0.5,
    ) -> Render:
        """Polls until the render is done; `on_change` hears each new state. Raises RenderFailed and WaitTimeout."""
        deadline = None if timeout is None else time.monotonic() + timeout
        before: Render | None = None
        while True:
            render = self.get_render(render_id)
            if render != before:
                on_change(render)
                before = render
            if render.status == "done":
                return render
            if render.status in ("error", "failed"):
                raise RenderFailed(render.error_message or "The render failed")
            if deadline is not None and time.monotonic() > deadline:
                raise WaitTimeout(f"Render {render_id} is {render.status} after {timeout:g} s")
            time.sleep(poll_seconds)

    def download(self, render_id: str, asset: Asset, path: Path) -> None:
        """Streams one of a render's files to `path`, which appears only when it is whole."""
        name, query = _ASSETS[asset]
        part = path.with_name(path.name + ".part")
        try:
            for attempt in _retrying():
                with attempt, _as_client_errors(), self._http.stream(
                    "GET", f"/renders/{render_id}/{name}", params=query
                ) as response:
                    _raise_refusal(response)
                    with part.open("wb") as file:
                        for chunk in response.iter_bytes(DOWNLOAD_CHUNK):
                            file.write(chunk)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _data(self, method: str, path: str, **arguments: Any) -> Any:
        if method != "GET":
            return self._once(method, path, **arguments)
        for attempt in _retrying():
            with attempt:
                data = self._once(method, path, **arguments)
        return data

    def _once(self, method: str, path: str, **arguments: Any) -> Any:
        with _as_client_errors():
            response = self._http.request(method, path, **arguments)
            _raise_refusal(response)
            return response.json()["data"]


def _retrying() -> Iterator[Any]:
    return iter(
        Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2),
            reraise=True,
        )
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, FarmUnreachable) or (isinstance(error, RequestRefused) and error.status in BUSY_STATUSES)


@contextmanager
def _as_client_errors() -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise FarmUnreachable(f"No answer from the farm: {error or type(error).__name__}") from error


def _raise_refusal(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        refusal = response.json()["error"]
        code, message = str(refusal["code"]), str(refusal["message"])
    except (ValueError, KeyError, TypeError):  # a proxy answered, not the farm
        code, message = "unknown", f"HTTP {response.status_code} {response.reason_phrase}"
    raise RequestRefused(code, message, response.status_code)


def _render(data: Mapping[str, Any]) -> Render:
    progress = data.get("progress")
    return Render(
        id=data["id"],
        model_id=data["modelId"],
        status=data["status"],
        settings=data["renderSettings"],
        file_size=data.get("fileSize"),
        error_message=data.get("errorMessage"),
        has_web_variant=data.get("hasWebVariant", False),
        is_system_preview=data.get("is_system_preview", False),
        progress=progress
        and Progress(
            progress["stage"], progress["framesDone"], progress["framesTotal"], progress["secondsLeft"]
        ),
    )


class _CountedFile(io.BufferedReader):
    """A file that says how far it has been read."""

    def __init__(self, path: Path, on_progress: Callable[[int, int], None]) -> None:
        super().__init__(io.FileIO(path))
        self._total = path.stat().st_size
        self._on_progress = on_progress

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._on_progress(self.tell(), self._total)
        return data
