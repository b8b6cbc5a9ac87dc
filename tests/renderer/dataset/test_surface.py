"""Between which depths all views lie."""

import numpy as np
import pytest

from renderer.camera.sphere import sphere_view
from renderer.dataset.surface import Surface, depth_range
from renderer.errors import EmptyModel
from renderer.scene.bounds import Bounds
from renderer.spec.dataset import DatasetSpec

SPEC = DatasetSpec(views=12, size=64, coverage="sphere")
BOUNDS = Bounds(np.zeros(3), 1.8, np.full(3, -1.0), np.full(3, 1.0))
VIEWS = [sphere_view(SPEC, BOUNDS, index) for index in range(SPEC.views)]
NO_POINTS = np.zeros((0, 3), np.float32)


def some_triangles(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (count, 3, 3)).astype(np.float32)


def test_the_range_is_that_of_the_faces_that_face_each_camera_and_of_what_has_no_face() -> None:
    corners = some_triangles(40)
    two_sided = np.arange(len(corners)) % 5 == 0
    loose = np.array([[0.9, 1.2, 0.3]], np.float32)
    depths = []
    for view in VIEWS:
        for triangle, both in zip(corners.astype(float), two_sided, strict=True):
            normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
            if both or normal @ (view.eye - triangle[0]) > 0:
                depths += [-(view.view @ [*corner, 1])[2] for corner in triangle]
        depths += [-(view.view @ [*corner, 1])[2] for corner in loose.astype(float)]
    expected = min(depths) * 0.99, max(depths) * 1.01
    assert depth_range(Surface(corners, two_sided, loose), VIEWS, 0.01) == pytest.approx(expected, rel=1e-6)


def test_what_faces_no_camera_has_no_range() -> None:
    triangle = np.array([[[-1, 0, -1], [1, 0, -1], [1, 0, 1]]], np.float32)  # faces down
    above = [view for view in VIEWS if view.eye[1] > 0]
    with pytest.raises(EmptyModel, match="back side"):
        depth_range(Surface(triangle, np.zeros(1, bool), NO_POINTS), above, 0.01)
