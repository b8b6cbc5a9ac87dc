"""Sets that are drawn in parts: the same bytes as in one go, joined with little in memory."""

import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.arrays import UInt8
from renderer.camera.sphere import camera_direction, showing_view
from renderer.dataset.export import draw_part, export_dataset, join_parts, open_set
from renderer.errors import Cancelled
from renderer.gl.context import Device
from renderer.spec.dataset import DATASET_TIERS, Coverage, DatasetSpec
from tests.renderer.dataset.support import SPEC, Silent, picture, read_zip, write_zip

THIRDS = (range(3), range(3, 5), range(5, 8))


def parts_of(
    spec: DatasetSpec, runs: tuple[range, ...], model: Path, device: Device, light_cache: Path, folder: Path
) -> list[Path]:
    paths = [folder / f"part_{views.start}.zip" for views in runs]
    for views, path in zip(runs, paths, strict=True):
        with open_set(model, spec, device=device, cache_dir=light_cache, listener=Silent()) as renderer:
            draw_part(renderer, views, path, listener=Silent())
    return paths


def test_three_parts_make_the_same_file_as_one_run(
    exported: Path, model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    parts = parts_of(SPEC, THIRDS, model, device, light_cache, tmp_path)
    join_parts(parts, tmp_path / "joined.zip", listener=Silent())
    joined, whole = read_zip(tmp_path / "joined.zip"), read_zip(exported)
    assert list(joined) == list(whole)
    assert all(joined[name] == whole[name] for name in whole)
    assert (tmp_path / "joined.zip").read_bytes() == exported.read_bytes()


def test_the_tracks_of_colmap_are_joined_too(
    model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    spec = DatasetSpec(views=3, size=32, coverage="hemisphere", format="colmap")
    whole = tmp_path / "whole.zip"
    export_dataset(model, spec, whole, device=device, cache_dir=light_cache, listener=Silent())
    parts = parts_of(spec, (range(1), range(1, 3)), model, device, light_cache, tmp_path)
    join_parts(parts, tmp_path / "joined.zip", listener=Silent())
    assert (tmp_path / "joined.zip").read_bytes() == whole.read_bytes()


def test_joining_keeps_one_picture_in_memory_at_a_time(
    model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    spec = DatasetSpec(views=2, size=32)
    [part] = parts_of(spec, (range(2),), model, device, light_cache, tmp_path)
    files = read_zip(part)
    large = {f"images/more_{number}.png": np.random.default_rng(number).bytes(2**20) for number in range(60)}
    write_zip(large | files, part)
    tracemalloc.start()
    join_parts([part], tmp_path / "joined.zip", listener=Silent())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert part.stat().st_size > 60 * 2**20
    overview = 4 * 1920 * 1920 * 3  # pixels, laid out and once more in a row, and what Pillow makes of them
    assert most < overview + 10 * 2**20
    with zipfile.ZipFile(tmp_path / "joined.zip") as joined:
        assert all(joined.read(name) == content for name, content in large.items())


class StoppingAt(Silent):
    """Stops at the second time that a stage begins."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._times = 0

    def on_stage(self, stage: str) -> None:
        self._times += stage == self._stage
        if self._times == 2:
            raise Cancelled("the caller asked to stop")


def test_a_stopped_joining_leaves_nothing(model: Path, device: Device, light_cache: Path, tmp_path: Path) -> None:
    spec = DatasetSpec(views=2, size=32)
    parts = parts_of(spec, (range(1), range(1, 2)), model, device, light_cache, tmp_path)
    with pytest.raises(Cancelled):
        join_parts(parts, tmp_path / "joined.zip", listener=StoppingAt("encoding"))
    assert sorted(tmp_path.iterdir()) == parts


def test_the_cover_is_a_view_of_the_set_and_comes_first(
    exported: Path, model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    heard: list[Any] = []

    class Hearing(Silent):
        def on_frame(self, done: int, total: int) -> None:
            heard.append((done, total))

    def cover(pixels: UInt8) -> None:
        heard.append(pixels)

    with open_set(model, SPEC, device=device, cache_dir=light_cache, listener=Silent()) as renderer:
        draw_part(renderer, range(2, 4), tmp_path / "part.zip", listener=Hearing(), cover=cover)
    first, *counts = heard
    assert counts == [(1, 2), (2, 2)]
    expected = picture(read_zip(exported)[f"images/frame_{showing_view(SPEC):05d}.png"])
    assert np.array_equal(first, expected)


@pytest.mark.parametrize("coverage", ["hemisphere", "sphere"])
@pytest.mark.parametrize("tier", DATASET_TIERS)
def test_the_cover_is_from_the_front_and_a_little_above(tier: str, coverage: Coverage) -> None:
    views, size = DATASET_TIERS[tier]
    spec = DatasetSpec(views, size, coverage)
    x, y, z = camera_direction(spec, showing_view(spec))
    assert 0 < np.degrees(np.arcsin(y)) < 40
    assert 0 < np.degrees(np.arctan2(x, z)) < 60
