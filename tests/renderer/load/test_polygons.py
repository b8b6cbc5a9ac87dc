"""Polygons cut into triangles cover what the polygon covers, once, and face the way it faces."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.arrays import Float64, Int64
from renderer.errors import ModelTooLarge
from renderer.load import limits, polygons
from renderer.load.polygons import _clip, triangulate


def cut(*polygons: Float64) -> tuple[Float64, Int64]:
    """The corners of the triangles (t, 3, 3) and the polygon of each."""
    points = np.concatenate(polygons)
    sizes = np.array([len(polygon) for polygon in polygons])
    triangles, owner = triangulate(points, np.arange(len(points)), sizes)
    return points[triangles], owner


def areas(triangles: Float64) -> Float64:
    vectors: Float64 = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]) / 2
    return vectors


def star(points: int, inner: float) -> Float64:
    """A star in a slanted plane, counter-clockwise seen from above."""
    angles = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False)
    radius = np.where(np.arange(2 * points) % 2, inner, 1.0)
    x, z = radius * np.cos(angles), -radius * np.sin(angles)
    return np.stack((x, 0.5 * x + 3, z), axis=1)


ARROW = np.array([(0.0, 0.0, 0.0), (2.0, 1.0, 0.0), (0.0, 2.0, 0.0), (0.5, 1.0, 0.0)])


@settings(derandomize=True, deadline=None, database=None, max_examples=60)
@given(points=st.integers(2, 12), inner=st.floats(0.1, 1.0), turn=st.integers(0, 30), mirrored=st.booleans())
def test_a_star_is_covered_once_and_faces_its_own_way(points: int, inner: float, turn: int, mirrored: bool) -> None:
    polygon = np.roll(star(points, inner), turn, axis=0)
    if mirrored:
        polygon = polygon[::-1]
    triangles, _ = cut(polygon)
    found = areas(triangles)
    ring = polygon - polygon.mean(axis=0)
    whole = np.cross(ring, np.roll(ring, -1, axis=0)).sum(axis=0) / 2
    assert len(triangles) == 2 * points - 2
    assert np.allclose(found.sum(axis=0), whole)
    assert np.linalg.norm(found, axis=1).sum() == pytest.approx(np.linalg.norm(whole))  # no overlap, none turned around


@pytest.mark.parametrize("turn", range(4))
def test_a_concave_quad_is_cut_from_its_inward_corner(turn: int) -> None:
    triangles, _ = cut(np.roll(ARROW, turn, axis=0))
    assert areas(triangles)[:, 2].min() > 0
    assert areas(triangles)[:, 2].sum() == pytest.approx(1.5)


def test_faces_of_all_sizes_keep_their_order() -> None:
    _, owner = cut(star(5, 0.3), ARROW[:3], ARROW, star(3, 1.0), ARROW[:3])
    assert owner.tolist() == [0] * 8 + [1] + [2] * 2 + [3] * 4 + [4]


def test_polygons_without_an_area_or_that_cross_themselves_do_no_harm() -> None:
    line = np.outer(np.arange(6.0), (1, 1, 1))
    bow_tie = np.array([(0.0, 0.0, 0.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
    pentagram = star(5, 1.0)[[0, 4, 8, 2, 6]]
    _, owner = cut(line, np.zeros((7, 3)), bow_tie, pentagram)
    assert set(owner.tolist()) <= {0, 1, 2, 3}


def test_concave_polygons_that_would_take_long_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONCAVE_WORK", 10_000_000)
    clipped: list[int] = []

    def clip(*arguments: Any) -> tuple[Int64, Int64]:
        clipped.append(len(arguments[2]))
        return _clip(*arguments)

    monkeypatch.setattr(polygons, "_clip", clip)
    polygon = star(1000, 0.5)
    with pytest.raises(ModelTooLarge, match="concave polygons"):
        cut(*[polygon] * 500)
    assert sum(clipped) * len(polygon) ** 2 <= 10_000_000
    assert len(cut(*[polygon] * 2)[0]) == 2 * 1998
    assert sum(clipped) >= 2
