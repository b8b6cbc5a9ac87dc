"""Coarser triangles for shadows: far fewer, and nowhere further from the mesh than a cell."""

import numpy as np

from renderer.gl.coarse import cluster
from tests.renderer.passes.scenes import quad, sphere


def test_details_within_a_cell_are_joined() -> None:
    ball = sphere(radius=0.5, rings=64)
    joined = cluster(ball.positions, ball.indices, 0.1)
    assert len(joined) < len(ball.indices) / 5
    faces = joined.reshape(-1, 3)
    assert all(len(set(face)) == 3 for face in faces.tolist())
    assert len(np.unique(np.sort(faces, axis=1), axis=0)) == len(faces)


def test_a_closed_surface_stays_closed() -> None:
    """Every edge of the joined sphere still has two sides, so no light leaks through it."""
    ball = sphere(radius=0.5, rings=64)
    faces = cluster(ball.positions, ball.indices, 0.08).reshape(-1, 3)
    places = np.unique(ball.positions.round(5), axis=0, return_inverse=True)[1].reshape(-1)
    edges = np.sort(places[np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])], axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert counts.min() >= 2


def test_a_coarse_mesh_keeps_its_triangles() -> None:
    flat = quad()
    assert cluster(flat.positions, flat.indices, 0.01).tolist() == flat.indices.tolist()
