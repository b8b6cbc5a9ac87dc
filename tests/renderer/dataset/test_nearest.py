"""Distances to triangles, against dense samples of the same triangles."""

import numpy as np

from renderer.dataset.nearest import TriangleGrid


def test_distances_are_those_of_the_nearest_triangle() -> None:
    generator = np.random.default_rng(0)
    corners = generator.uniform(-0.6, 0.6, (40, 1, 3)) + generator.normal(0, 0.1, (40, 3, 3))
    points = generator.uniform(-1, 1, (60, 3))
    distances, triangles = TriangleGrid(corners.astype(np.float32), reach=0.3).nearest(points)
    weights = generator.dirichlet([1, 1, 1], 1500)
    sampled = np.stack([
        np.linalg.norm(np.einsum("kc,tcx->tkx", weights, corners) - point, axis=2).min(axis=1) for point in points
    ])
    expected = sampled.min(axis=1)
    near = expected < 0.25
    assert near.sum() > 15
    assert (distances[near] <= expected[near] + 1e-6).all()
    assert np.abs(distances - expected)[near].max() < 0.02
    assert (np.abs(sampled[near, triangles[near]] - distances[near]) < 0.02).all()
    out_of_reach = expected > 0.32
    assert np.isinf(distances[out_of_reach]).all()
    assert (triangles[out_of_reach] == -1).all()


def test_triangles_without_area_are_lines() -> None:
    line = np.array([[[0, 0, 0], [1, 0, 0], [2, 0, 0]]], np.float32)
    distances, _ = TriangleGrid(line, reach=1.0).nearest(np.array([[1.5, 0.5, 0.0], [2.0, 0.0, 0.25]]))
    assert np.allclose(distances, [0.5, 0.25])
