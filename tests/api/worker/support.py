"""What the worker's tests share: an order under claim, and renderers that do as they are told."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import uploads
from api.domain.renders.renders import RenderView
from api.domain.work.claims import Claim
from api.worker.child import videos
from api.worker.parent.bench import Bench
from renderer.checks import Check
from renderer.render import Listener, VideoFiles
from renderer.spec import RenderSettings, VideoVariant
from tests.api.domain.support import balance, claim, get, inspect, settle, stored_files
from tests.api.worker.child_here import Worker
from tests.integration.support import box_glb


@dataclasses.dataclass(frozen=True)
class Order:
    worker: Worker
    account_id: str
    model_id: str
    render_id: str
    claim: Claim

    @property
    def bench(self) -> Bench:
        return self.worker.bench

    def run(self) -> None:
        self.worker.run(self.claim)

    @property
    def view(self) -> RenderView:
        return get(self.bench.database, self.account_id, self.render_id)

    @property
    def files(self) -> dict[str, FileView]:
        return stored_files(self.bench.database, self.account_id, self.render_id)

    @property
    def credits(self) -> int:
        return balance(self.bench.database, self.account_id)

    @property
    def stored(self) -> set[str]:
        """The keys of all results in the storage."""
        root = self.bench.settings.files_dir
        return {str(path.relative_to(root)) for path in root.glob("renders/**/*.*")}


def own_files(order: Order, attempt: int = 1) -> set[str]:
    names = ("video.mp4", "thumb.mp4", "strip.webp", "poster.png", "poster_full.png")
    return {f"renders/{order.render_id}/{attempt}/{name}" for name in names}


def uploaded_box(bench: Bench, settings: RenderSettings) -> tuple[str, str]:
    """The ids of a new account and of its model, a real one; what the upload ordered is done with."""
    box = box_glb()
    with bench.storage.writer("models/box.glb") as file:
        file.write(box)
    with bench.database.begin() as session:
        account_id = accounts.sign_up(session, "a@example.org", credits=10).id
        model_id = uploads.register_upload(
            session, account_id, original_name="box.glb", sha256=hashlib.sha256(box).hexdigest(), file_size=len(box),
            storage_key="models/box.glb", settings=settings,
        ).model_id  # fmt: skip
    inspect(bench.database)
    while (other := claim(bench.database)) is not None:
        settle(bench.database, other)
    return account_id, model_id


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
                folder / video, folder / "thumb.mp4", folder / "strip.webp", folder / "poster.png",
                folder / "poster_full.png", None, (Check("cut_off", "fail", 0.02, 0.0, "raise zoom"),),
            )  # fmt: skip
            files = dataclasses.replace(files, formats={each: folder / f"{each}.webp" for each in variant.formats})
            for path in (*files.named().values(), files.poster, files.poster_full):
                path.write_text(path.name)
            listener.on_poster(name, files.poster, files.poster_full)
            made[name] = files
        listener.on_stage("drawing")
        act(listener)
        listener.on_stage("encoding")
        return made

    monkeypatch.setattr(videos, "render_video", render_video)
