"""The part of a picture that is looked at holds all that is seen, and little more."""

import numpy as np
import pytest

from renderer.camera.sphere import focal_length, sphere_view
from renderer.dataset.surface import Surface, outline
from renderer.dataset.targets import covered_rectangle
from renderer.scene.bounds import Bounds
from renderer.spec.dataset import DatasetSpec

SPEC = DatasetSpec(views=9, size=200, coverage="sphere")


@pytest.mark.parametrize("index", range(SPEC.views))
def test_the_rectangle_holds_every_vertex_closely(index: int) -> None:
    generator = np.random.default_rng(index)
    corners = (generator.uniform(-1, 1, (50, 3, 3)) * (1, 0.2, 0.4)).astype(np.float32)
    loose = np.array([[1.0, -0.5, 0.0]], np.float32)
    bounds = Bounds(np.zeros(3), 1.2, np.array([-1, -0.5, -0.4]), np.array([1, 0.2, 0.4]))
    view = sphere_view(SPEC, bounds, index)
    surface = Surface(corners, np.zeros(50, np.bool_), loose)
    x, y, width, height = covered_rectangle(view, outline(surface), SPEC.size)
    local = np.concatenate([corners.reshape(-1, 3), loose]) @ view.view[:3, :3].T + view.view[:3, 3]
    places = SPEC.size / 2 + focal_length(SPEC.size) * local[:, :2] * (1, -1) / -local[:, 2:]
    low, high = places.min(axis=0), places.max(axis=0)
    slack = 3 + SPEC.size / 32  # lines' width, rounding, and a cell of the outline
    for start, extent, least, most in ((x, width, low[0], high[0]), (y, height, low[1], high[1])):
        assert least - slack < start <= least
        assert most <= start + extent < most + slack


def test_a_single_point_has_a_rectangle() -> None:
    surface = Surface(np.zeros((1, 3, 3), np.float32), np.zeros(1, np.bool_), np.zeros((0, 3), np.float32))
    bounds = Bounds(np.zeros(3), 1.0, np.zeros(3), np.zeros(3))
    x, y, width, height = covered_rectangle(sphere_view(SPEC, bounds, 4), outline(surface), SPEC.size)
    assert x <= 98
    assert y <= 98
    assert x + width >= 102
    assert y + height >= 102
    assert max(width, height) <= 6
