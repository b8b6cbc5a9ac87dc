"""Two models' difference: none from itself, known distances, and pictures that differ where colours do."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32
from renderer.gl.context import Device
from renderer.optimise import compare
from renderer.optimise.compare import Difference, compare_models, surface_distances
from renderer.optimise.model import optimise_model
from renderer.spec.wanted import Wanted
from tests.renderer.optimise.shapes import ball_builder

SQUARE = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[1, 0, 0], [1, 1, 0], [0, 1, 0]]], np.float32)


@pytest.fixture(autouse=True)
def _fewer_pixels_and_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "VIEWS", dataclasses.replace(compare.VIEWS, size=64))
    monkeypatch.setattr(compare, "SAMPLES", 1000)


def moved(corners: Float32, *by: float) -> Float32:
    return corners + np.array(by, np.float32)


def test_parallel_squares_are_their_distance_apart_everywhere() -> None:
    assert surface_distances(SQUARE, moved(SQUARE, 0, 0, 0.25)) == pytest.approx(0.25)


def test_a_missing_part_is_seen_from_the_surface_that_has_it() -> None:
    far = moved(SQUARE, 5, 0, 0)
    both = np.concatenate([SQUARE, far])
    for distances in (surface_distances(both, SQUARE), surface_distances(SQUARE, both)):
        assert distances.max() == pytest.approx(5.0)
        assert np.median(distances) < 1.0


def test_a_model_does_not_differ_from_itself(tmp_path: Path, device: Device, light_cache: Path) -> None:
    model = ball_builder().save(tmp_path)
    assert compare_models(model, model, device=device, cache_dir=light_cache) == Difference(0, 0, 0, 0)


def test_fewer_triangles_differ_more(tmp_path: Path, device: Device, light_cache: Path) -> None:
    model = ball_builder().save(tmp_path)
    found = []
    for count in (1000, 100):
        optimise_model(model, tmp_path / "made.glb", Wanted(count))
        found.append(compare_models(model, tmp_path / "made.glb", device=device, cache_dir=light_cache))
    near, far = found
    assert 0 < near.hausdorff_rms < near.hausdorff_max < 1
    assert 1 < far.hausdorff_max < 10
    assert 0 < near.flip_mean < near.flip_worst < far.flip_mean < far.flip_worst < 0.2
