"""What the worker's tests share: an order under claim, and renderers that do as they are told."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.domain.claims import Claim
from api.domain.renders import RenderView
from api.worker import videos
from api.worker.job import Bench
from renderer.render import Listener, VideoFiles
from renderer.spec import VideoVariant
from tests.api.domain.support import balance, get


@dataclasses.dataclass(frozen=True)
class Order:
    bench: Bench
    account_id: str
    render_id: str
    claim: Claim

    @property
    def view(self) -> RenderView:
        return get(self.bench.database, self.account_id, self.render_id)

    @property
    def credits(self) -> int:
        return balance(self.bench.database, self.account_id)

    @property
    def stored(self) -> set[str]:
        """The keys of all results in the storage."""
        root = self.bench.settings.files_dir
        return {str(path.relative_to(root)) for path in root.glob("renders/**/*.*")}


def use_renderer(
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Listener], None] = lambda listener: None,
    *,
    expected: bytes = b"the model's bytes",
) -> None:
    """Puts a renderer in place that wants the `expected` model, writes posters, calls `act`, and writes the videos."""

    def render_video(
        model: Path, frames: Any, variants: Mapping[str, VideoVariant], out: Path, *, listener: Listener, **_: Any
    ) -> dict[str, VideoFiles]:
        assert model.read_bytes() == expected
        made = {}
        listener.on_stage("loading")
        for name, variant in variants.items():
            folder = out / name
            folder.mkdir()
            video = {"h264": "video.mp4", "prores4444": "video.mov"}[variant.codec]
            files = VideoFiles(
                folder / video, folder / "thumb.mp4", folder / "poster.png", folder / "poster_full.png", None
            )
            for path in (files.video, files.thumb, files.poster, files.poster_full):
                path.write_text(path.name)
            listener.on_poster(name, files.poster, files.poster_full)
            made[name] = files
        listener.on_stage("drawing")
        act(listener)
        listener.on_stage("encoding")
        return made

    monkeypatch.setattr(videos, "render_video", render_video)
