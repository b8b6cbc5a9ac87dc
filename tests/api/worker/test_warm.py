"""What the child keeps: a scene for the next who loads its file, and an open shot for its task."""

import shutil
from pathlib import Path

import pytest

from api.worker.child import warm
from api.worker.child.warm import Warm
from renderer.load import load_model
from renderer.scene.nodes import Scene
from tests.renderer.load.glb_builder import triangle_builder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return triangle_builder().save(tmp_path)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read."""
    files: list[Path] = []

    def noted(path: Path, variant: str | None) -> Scene:
        files.append(path)
        return load_model(path, variant)

    monkeypatch.setattr(warm, "load_model", noted)
    return files


def kept(model: Path) -> tuple[Warm, Scene]:
    keeper, scene = Warm(), load_model(model)
    keeper.keep(model, scene)
    return keeper, scene


def test_a_kept_scene_is_handed_over_once_also_when_its_file_was_moved(model: Path, loaded: list[Path]) -> None:
    keeper, scene = kept(model)
    moved = model.rename(model.with_name("moved.glb"))
    assert keeper.load(moved, None) is scene
    assert loaded == []
    assert keeper.load(moved, None) is not scene
    assert loaded == [moved]


def test_another_files_scene_is_not_taken(model: Path, loaded: list[Path]) -> None:
    keeper, scene = kept(model)
    other = Path(shutil.copy(model, model.with_name("other.glb")))
    assert keeper.load(other, None) is not scene


def test_a_file_that_was_written_anew_is_read_anew(model: Path, loaded: list[Path]) -> None:
    keeper, scene = kept(model)
    builder = triangle_builder()
    builder.document["nodes"][0]["name"] = "another"
    model.write_bytes(builder.glb())
    assert keeper.load(model, None) is not scene


class Shot:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_shot_stays_open_for_its_task_alone() -> None:
    keeper = Warm()
    with keeper.use("a", Shot) as first:
        pass
    with keeper.use("a", Shot) as again:
        assert again is first
    keeper.keep_only("a")
    assert first.closed == 0
    with keeper.use("b", Shot) as other:
        assert first.closed == 1
    keeper.rest()
    assert other.closed == 1


def test_a_shot_that_failed_is_closed() -> None:
    keeper = Warm()
    shot = Shot()
    with pytest.raises(ZeroDivisionError), keeper.use("a", lambda: shot):
        1 / 0  # noqa: B018
    assert shot.closed == 1
