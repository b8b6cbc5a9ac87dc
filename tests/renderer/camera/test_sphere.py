"""The cameras of training sets stand where the published sets' do."""

import math

import numpy as np
import pytest

from renderer.camera.sphere import camera_direction, camera_to_world, dataset_placement, placed, sphere_view
from renderer.errors import EmptyModel
from renderer.scene.bounds import Bounds
from renderer.spec.dataset import Coverage, DatasetSpec

BOUNDS = Bounds(center=np.array([5.0, 3.0, -2.0]), radius=4.0,
                low=np.array([3.0, 0.0, -4.0]), high=np.array([7.0, 6.0, 0.0]))


@pytest.mark.parametrize(("coverage", "last"), [("sphere", -89.0), ("hemisphere", 0.0)])
def test_the_spiral_goes_from_the_top_down_in_equal_areas(coverage: Coverage, last: float) -> None:
    spec = DatasetSpec(196, 1024, coverage)
    directions = np.array([camera_direction(spec, index) for index in range(196)])
    assert np.allclose(np.linalg.norm(directions, axis=1), 1)
    heights = directions[:, 1]
    assert heights[0] == pytest.approx(math.sin(math.radians(89)))
    assert heights[-1] == pytest.approx(math.sin(math.radians(last)), abs=1e-12)
    assert np.allclose(np.diff(heights), heights[1] - heights[0])
    azimuths = np.arctan2(directions[:, 0], directions[:, 2])  # from +Z towards +X
    steps = np.diff(azimuths) % (2 * math.pi)
    assert np.allclose(steps, 2 * math.pi - math.pi * (3 - math.sqrt(5)))
    assert azimuths[0] == 0


def test_poses_are_right_up_back_and_position() -> None:
    spec = DatasetSpec(10, 64, "sphere")
    bounds = placed(BOUNDS, dataset_placement(BOUNDS))
    for index in range(10):
        view = sphere_view(spec, bounds, index)
        matrix = camera_to_world(view)
        back = (view.eye - view.target) / np.linalg.norm(view.eye - view.target)
        right = np.cross([0, 1, 0], back)
        right /= np.linalg.norm(right)
        expected = np.stack([right, np.cross(back, right), back, view.eye], axis=1)
        assert np.allclose(matrix[:3], expected, atol=1e-12)
        assert matrix[1, 0] == pytest.approx(0, abs=1e-12)  # level
        assert np.allclose(matrix @ view.view, np.eye(4), atol=1e-12)


def test_the_model_is_scaled_centred_and_put_on_the_ground() -> None:
    placement = dataset_placement(BOUNDS)
    corners = np.array([[*BOUNDS.low, 1.0], [*BOUNDS.high, 1.0]]) @ placement.T
    assert np.allclose(corners[:, :3], [[-2 / 3, 0, -2 / 3], [2 / 3, 2, 2 / 3]])
    after = placed(BOUNDS, placement)
    assert np.allclose([after.low, after.high], corners[:, :3])
    assert np.allclose(after.center, [0, 1, 0])
    assert after.radius == pytest.approx(4 / 3)


def test_the_sphere_fits_the_picture_but_for_the_margin() -> None:
    view = sphere_view(DatasetSpec(5, 64), placed(BOUNDS, dataset_placement(BOUNDS)), 2)
    distance = float(np.linalg.norm(view.eye - view.target))
    assert math.asin(4 / 3 * 1.05 / distance) == pytest.approx(math.radians(22.5))
    assert view.near < distance - 4 / 3
    assert view.far > distance + 4 / 3


def test_a_model_without_extent_is_refused() -> None:
    point = np.ones(3)
    with pytest.raises(EmptyModel, match="one point"):
        dataset_placement(Bounds(point, 1e-9, point, point))
