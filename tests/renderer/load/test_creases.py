"""Normals are shared over gentle edges and not over sharp ones, of a few triangles as of many."""

import numpy as np
import pytest

from renderer.load.creases import creased_normals


@pytest.mark.parametrize(("fold", "rows"), [(20.0, 4), (29.9, 4), (30.1, 6), (90.0, 6), (180.0, 6)])
def test_an_edge_is_smooth_up_to_the_angle(fold: float, rows: int) -> None:
    turn = np.radians(fold)
    points = np.array([(0, 0, 0), (0, 1, 0), (-1, 0, 0), (np.cos(turn), 0, np.sin(turn))])
    found, normals = creased_normals(points, np.array([(0, 1, 2), (0, 3, 1)]), 30.0)
    assert (len(normals), found.max() + 1) == (rows, rows)
    if rows == 4:
        middle = normals[found[0]]
        assert middle == pytest.approx((np.sin(-turn / 2), 0, np.cos(turn / 2)), abs=1e-6)


def test_smoothness_goes_around_a_point_from_edge_to_edge() -> None:
    rim = [(np.cos(a), np.sin(a), 0.0) for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)]
    points = np.array([(0.0, 0.0, 0.3), *rim])
    fan = np.array([(0, k, k % 12 + 1) for k in range(1, 13)])
    rows, normals = creased_normals(points, fan, 30.0)
    assert len(set(rows.reshape(-1, 3)[:, 0])) == 1
    assert normals[rows[0]] == pytest.approx((0, 0, 1), abs=1e-6)


def test_an_edge_of_three_triangles_is_a_crease() -> None:
    points = np.array([(0, 0, 0), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, 1)], np.float64)
    rows, _ = creased_normals(points, np.array([(0, 1, 3), (1, 0, 2), (0, 1, 4)]), 30.0)
    assert len(set(rows.tolist())) == 9


def test_a_long_strip_is_one_surface() -> None:
    count = 20_000
    points = np.array([(x // 2, x % 2, 0.0) for x in range(count + 2)])
    strip = np.arange(count)[:, None] + np.where(np.arange(count)[:, None] % 2, (0, 2, 1), (0, 1, 2)) * 1
    rows, normals = creased_normals(points, strip, 30.0)
    assert len(normals) == count + 2
    assert np.allclose(normals, normals[0])
    assert len(rows) == 3 * count
