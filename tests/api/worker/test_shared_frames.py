"""Renders of one batch that differ in nothing but what they are composited on: their frames are drawn once."""

import dataclasses
from pathlib import Path

import pytest

from api.domain.renders import ordering
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.spec import RenderSettings
from tests.api.domain.support import claim, claim_of, get, stored_files
from tests.api.worker.child_here import Worker
from tests.api.worker.support import uploaded_box

SETTINGS = RenderSettings(length=0.2, aspect="1:1", shadows=False)
VARIANTS = [
    SETTINGS,
    dataclasses.replace(SETTINGS, bg_color="#000000"),
    dataclasses.replace(SETTINGS, bg_color="#ff8800", vignette=0.5),
]


def test_three_variants_of_equal_frames_are_drawn_once(
    worker: Worker, device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = worker.bench
    account_id, model_id = uploaded_box(bench, SETTINGS)
    with bench.database.begin() as session:
        batch = ordering.create_renders(session, account_id, [(model_id, settings) for settings in VARIANTS])

    drawn = []
    draw = ShotRenderer.draw

    def counted(shot: ShotRenderer, index: int) -> None:
        drawn.append(index)
        draw(shot, index)

    monkeypatch.setattr(ShotRenderer, "draw", counted)
    held = claim_of(bench.database, batch[0].id)
    worker.drawing(device, light_cache).run(held)

    assert drawn == list(range(6))
    assert claim(bench.database) is None
    contents = set()
    for view in batch:
        done = get(bench.database, account_id, view.id)
        assert (done.status, done.progress.frames_done) == ("done", 6)
        video = bench.settings.files_dir / stored_files(bench.database, account_id, view.id)["video"].key
        contents.add(video.read_bytes())
    assert len(contents) == 3
