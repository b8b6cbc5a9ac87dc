"""The client's part for /v1/renders: orders, waiting for them, and their files."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from api.client.errors import RenderFailed, WaitTimeout
from api.client.results import Outcome, Render, RenderEvent
from api.client.transport import OnProgress, Transport, ignore_progress, notified, permanently

Asset = Literal[
    "video", "web", "image", "poster", "poster_full", "thumb", "strip", "bundle", "dataset", "webp", "gif",
    "webm", "hevc", "png", "exr", "strip_full", "spin",
]
FORMATS: tuple[Asset, ...] = ("webp", "gif", "webm", "hevc", "png", "exr", "spin")
"""What a video may be had in besides, by the setting `formats`; the strip of that name is "strip_full" here."""

_ASSETS: Mapping[Asset, tuple[str, dict[str, str]]] = {
    "video": ("video", {}),
    "web": ("video", {"quality": "web"}),
    "image": ("image", {}),
    "poster": ("poster", {}),
    "poster_full": ("poster", {"quality": "full"}),
    "thumb": ("thumb", {}),
    "strip": ("strip", {}),
    "bundle": ("bundle", {}),
    "dataset": ("dataset", {}),
    "strip_full": ("strip", {"quality": "full"}),
    **{name: (name, {}) for name in FORMATS},
}

OnChange = Callable[[Render], None]

MOST_POLLS_A_SECOND = 20.0
"""Whoever waits for a hundred renders is content to hear of each every five seconds."""


def _ignore(render: Render) -> None:
    """For callers who don't care."""


class Renders:
    """All methods raise FarmUnreachable and RequestRefused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, model_id: str, settings: Mapping[str, Any] | None = None, *, notify_url: str | None = None
    ) -> Render:
        """Orders a render, which costs credits. Its end is POSTed to `notify_url`."""
        body = _order(model_id, settings) | notified(notify_url)
        return Render.of(self._transport.order("/renders", json=body))

    def batch(
        self,
        orders: Iterable[tuple[str, Mapping[str, Any] | None]],
        *,
        notify_url: str | None = None,
        key: str | None = None,
    ) -> list[Render]:
        """Orders up to 100 renders, given as (model id, settings), all or none. Equal frames are drawn once.

        The end of each is POSTed to `notify_url`. The same batch under the same `key` is paid once in 24 hours.
        """
        body = {"renders": [_order(model_id, settings) for model_id, settings in orders], **notified(notify_url)}
        return [Render.of(each) for each in self._transport.order("/renders/batch", key=key, json=body)]

    def list(
        self, *, model_id: str | None = None, status: str | None = None, previews: bool = False
    ) -> Iterator[Render]:
        """Newest first. Pages are asked for as the iterator gets to them."""
        wanted = {"model": model_id, "status": status, "include": "preview" if previews else None}
        given = {name: value for name, value in wanted.items() if value is not None}
        return (Render.of(each) for each in self._transport.pages("/renders", 100, **given))

    def get(self, render_id: str) -> Render:
        return Render.of(self._transport.data("GET", f"/renders/{render_id}"))

    def dismiss(self, render_id: str) -> Render:
        """Takes note of a render's error: it becomes `failed`."""
        return Render.of(self._transport.data("PATCH", f"/renders/{render_id}/dismiss", repeatable=False))

    def cancel(self, render_id: str) -> Render:
        """Ends an unfinished render. What is not drawn yet is not paid for."""
        return Render.of(self._transport.data("PATCH", f"/renders/{render_id}/cancel", repeatable=False))

    def retry(self, render_id: str) -> Render:
        """Orders a render in error, or a cancelled one, once more, for its price."""
        return Render.of(self._transport.data("PATCH", f"/renders/{render_id}/retry", repeatable=False))

    def delete(self, render_id: str, *, permanent: bool = False) -> None:
        """Its files go too. Unless that is `permanent`, the farm keeps one that is done for a while, for `restore`."""
        self._transport.data("DELETE", f"/renders/{render_id}", repeatable=False, params=permanently(permanent))

    def restore(self, render_id: str) -> Render:
        """A deleted render is there again."""
        return Render.of(self._transport.data("POST", f"/renders/{render_id}/restore", repeatable=False))

    def cancel_all(self, render_ids: Iterable[str]) -> Iterator[Outcome]:
        """Like `cancel`, of any number, each for itself."""
        return map(Outcome.of, self._transport.change_all("/renders/cancel", render_ids))

    def delete_all(self, render_ids: Iterable[str]) -> Iterator[Outcome]:
        """Like `delete`, of any number, each for itself."""
        return map(Outcome.of, self._transport.change_all("/renders/delete", render_ids))

    def share(self, render_id: str) -> str:
        """Lets everybody fetch its files; returns the path on the farm, for /video, /poster, /thumb or /dataset."""
        return str(self._transport.data("PUT", f"/renders/{render_id}/share")["path"])

    def renew_share(self, render_id: str) -> str:
        """The same by a new path; the old one leads nowhere from now on."""
        return str(self._transport.data("POST", f"/renders/{render_id}/share", repeatable=False)["path"])

    def unshare(self, render_id: str) -> None:
        """The shared path leads nowhere from now on."""
        self._transport.data("DELETE", f"/renders/{render_id}/share")

    def events(self, render_id: str) -> Iterator[RenderEvent]:
        """What the farm tells of a render's progress, until it is over or the server stops."""
        for line in self._transport.lines(f"/renders/{render_id}/events"):
            if line.startswith("data:"):
                yield RenderEvent.of(json.loads(line.removeprefix("data:")))

    def wait(
        self, render_id: str, on_change: OnChange = _ignore, *, timeout: float | None = None, poll_seconds: float = 0.5
    ) -> Render:
        """Asks until the render is done. Raises RenderFailed and WaitTimeout too."""
        [render] = self.wait_all([render_id], on_change, timeout=timeout, poll_seconds=poll_seconds)
        if render.status != "done":
            raise RenderFailed(render.error_message or "The render failed")
        return render

    def wait_all(
        self,
        render_ids: Sequence[str],
        on_change: OnChange = _ignore,
        *,
        timeout: float | None = None,
        poll_seconds: float = 0.5,
    ) -> Iterator[Render]:
        """Yields each render once it is over, well or not. `on_change` hears each new state. Raises WaitTimeout too.

        Asks anew every `poll_seconds`, of many renders more seldom, and not for events: these need a connection for
        each render, that has to be taken up again whenever a proxy or a restart ends it.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        known: dict[str, Render | None] = dict.fromkeys(render_ids)
        while known:
            for render_id, before in list(known.items()):
                render = self.get(render_id)
                if render != before:
                    on_change(render)
                    known[render_id] = render
                if render.is_over:
                    del known[render_id]
                    yield render
            if not known:
                return
            if deadline is not None and time.monotonic() > deadline:
                waiting = ", ".join(f"{each.id} is {each.status}" for each in known.values() if each)
                raise WaitTimeout(f"Not done after {timeout:g} s: {waiting}")
            time.sleep(max(poll_seconds, len(known) / MOST_POLLS_A_SECOND))

    def download(self, render_id: str, asset: Asset, path: Path, on_progress: OnProgress = ignore_progress) -> None:
        """Streams one of a render's files to `path`, which appears only when it is whole."""
        name, query = _ASSETS[asset]
        self._transport.fetch_file(f"/renders/{render_id}/{name}", path, on_progress, **query)


def _order(model_id: str, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"modelId": model_id, "renderSettings": dict(settings or {})}
