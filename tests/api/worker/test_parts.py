"""A long video, drawn by workers in parts: their files, their shared work, and what becomes of all that."""

import dataclasses
import json
import logging
from pathlib import Path

import pytest

from api.domain.kit.files import FileView
from api.domain.renders import ordering, plans
from api.domain.renders.renders import RenderView
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.worker.parent.bench import Bench
from renderer.errors import EncodeError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, claim, claimed, end_pauses, get, stored_files
from tests.api.worker.child_here import Worker
from tests.api.worker.support import uploaded_box
from tests.renderer.encode.media import decode_rgb

SETTINGS = RenderSettings(length=0.4, aspect="1:1", shadows=False)


@dataclasses.dataclass(frozen=True)
class Long:
    """Two renders of one shot of three parts."""

    worker: Worker
    account_id: str
    render_ids: tuple[str, ...]

    @property
    def bench(self) -> Bench:
        return self.worker.bench

    @property
    def views(self) -> list[RenderView]:
        return [get(self.bench.database, self.account_id, render_id) for render_id in self.render_ids]

    @property
    def files(self) -> list[dict[str, FileView]]:
        return [stored_files(self.bench.database, self.account_id, render_id) for render_id in self.render_ids]

    @property
    def stored(self) -> set[str]:
        root = self.bench.settings.files_dir
        return {str(path.relative_to(root)) for path in root.glob("[rt]*/**/*.*")}

    def run(self) -> Claim:
        """Claims the next segment and works on it. What failed before has waited for its time."""
        end_pauses(self.bench.database)
        held = claimed(self.bench.database)
        self.worker.run(held)
        return held


@pytest.fixture
def long(worker: Worker, device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Long:
    monkeypatch.setattr(plans, "PART_PIXELS", 540 * 540 * 4)
    monkeypatch.setattr(plans, "PART_FRAMES", 4)
    bench = worker.bench
    account_id, model_id = uploaded_box(bench, SETTINGS)
    with bench.database.begin() as session:
        black = dataclasses.replace(SETTINGS, bg_color="#000000")
        made = ordering.create_renders(session, account_id, [(model_id, SETTINGS), (model_id, black)])
    return Long(worker.drawing(device, light_cache), account_id, tuple(view.id for view in made))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[ShotRenderer]:
    """The shots that were loaded and lit."""
    shots_opened = []
    open_it = ShotRenderer.__init__

    def noted(shot: ShotRenderer, *arguments: object, **named: object) -> None:
        shots_opened.append(shot)
        open_it(shot, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ShotRenderer, "__init__", noted)
    return shots_opened


def test_parts_are_drawn_joined_and_tidied_away(long: Long, opened: list[ShotRenderer]) -> None:
    first = long.run()
    assert {str(view.status) for view in long.views} <= {"poster-done", "video-processing"}
    posters = long.files
    assert [set(files) for files in posters] == [{"poster", "poster_full"}] * 2
    other = long.worker.another()
    other.run(claimed(long.bench.database))
    other.child.warm.rest()
    long.run()
    assert len(opened) == 2  # one for each worker
    parts = {key for key in long.stored if key.startswith("tasks/")}
    assert {key.split("/")[2] for key in parts} == {"0-1", "4-1", "8-1"}
    assert len(parts) == 21  # video, web version and thumbnail, on white and on black, and what each part has seen
    assert [view.progress.frames_done for view in long.views] == [12, 12]
    assembly = long.run()
    long.worker.child.warm.rest()
    assert (first.role, assembly.role) == (Role.PART, Role.ASSEMBLY)
    judged = [{check["check"]: check["verdict"] for check in json.loads(view.checks_json)} for view in long.views]
    assert all({"cut_off", "invisible", "loop", "units"} <= found.keys() for found in judged)
    for view, files, early in zip(long.views, long.files, posters, strict=True):
        assert (view.status, set(files)) == ("done", {"video", "thumb", "web", "strip", "poster", "poster_full"})
        assert early.items() <= files.items()
        video = decode_rgb(long.bench.settings.files_dir / files["video"].key, 540, 540)
        assert len(video) == 12
        assert abs(int(video[5, 0, 0].mean()) - (255 if view.settings["bg_color"] == "#ffffff" else 0)) <= 1
    assert long.stored == {file.key for files in long.files for file in files.values()}
    assert claim(long.bench.database) is None
    assert list(long.bench.work_dir.iterdir()) == []


def test_a_part_that_fails_for_good_leaves_no_files(long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    long.run()

    def broken(shot: ShotRenderer, index: int) -> None:
        raise EncodeError("out of space")

    with monkeypatch.context() as here:
        here.setattr(ShotRenderer, "draw", broken)
        for _ in range(long.bench.settings.max_attempts):
            assert long.stored
            assert {str(view.status) for view in long.views} <= {"poster-done", "video-processing"}
            assert long.run().first_frame == 4
    assert {(view.status, view.error_code) for view in long.views} == {("error", "encode_error")}
    assert long.stored == set()
    assert claim(long.bench.database) is None
    assert balance(long.bench.database, long.account_id) == 9


def test_a_damaged_part_fails_the_assembly_and_not_the_file(long: Long) -> None:
    for _ in range(3):
        long.run()
    for path in (long.bench.settings.files_dir / "tasks").glob("*/4-1/video*"):
        path.write_bytes(path.read_bytes()[:2000])
    for _ in range(long.bench.settings.max_attempts):
        assert long.run().role == Role.ASSEMBLY
    assert {view.status for view in long.views} == {"error"}
    assert long.stored == set()
    assert balance(long.bench.database, long.account_id) == 9


def test_parts_of_two_encoders_are_refused_and_refunded(long: Long, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(3):
        long.run()
    settings = long.bench.settings.model_copy(update={"h264_encoder": "nvenc"})
    for _ in range(settings.max_attempts):
        end_pauses(long.bench.database)
        bench = dataclasses.replace(long.bench, settings=settings)
        dataclasses.replace(long.worker, bench=bench).run(claimed(long.bench.database))
    assert {view.status for view in long.views} == {"error"}
    assert "same H.264 encoder" in caplog.text
    assert long.stored == set()
    assert balance(long.bench.database, long.account_id) == 9
