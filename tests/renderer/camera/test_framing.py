"""The model fits the picture, everywhere on the path and in every aspect, and is turned as the settings say."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.camera.framing import MARGIN, View, fit_distance, framed_view, look_at, model_placement
from renderer.camera.stance import Stance
from renderer.camera.turntable import turntable
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec

ASPECTS = [(960, 540), (540, 540), (540, 960)]


def _sphere(count: int) -> Float64:
    z = np.linspace(-1, 1, count)
    turn = np.arange(count) * 2.399963
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(turn), z, ring * np.sin(turn)], axis=1)


SHAPES: dict[str, Callable[[], Float64]] = {
    "ball": lambda: _sphere(400) + np.array([3, -2, 1]),
    "pole": lambda: _sphere(400) * [0.05, 2, 0.05] + [0, 5, 0],
    "plate": lambda: _sphere(400) * [1, 0.02, 0.4],
    "off-centre": lambda: np.concatenate([_sphere(300) * 0.1, [[4.0, 0.0, 0.0]]]),
    "tiny": lambda: _sphere(200) * 1e-4,
    "huge": lambda: _sphere(200) * 1e4 + 1e5,
}


def bounds_of(points: Float64) -> Bounds:
    low, high = points.min(axis=0), points.max(axis=0)
    center = (low + high) / 2
    return Bounds(center, float(np.linalg.norm(points - center, axis=1).max()), low, high)


def view_of(spec: FrameSpec, bounds: Bounds, index: int, scale: float = 1.0, distance: float = 1.0) -> View:
    view = framed_view(spec, bounds, dataclasses.replace(turntable(spec, index), scale=scale, distance=distance))
    assert view is not None
    return view


def _projected(points: Float64, spec: FrameSpec, bounds: Bounds, index: int) -> Float64:
    return _seen(points, view_of(spec, bounds, index))


def _seen(points: Float64, view: View) -> Float64:
    clip = np.column_stack([points, np.ones(len(points))]) @ (view.projection @ view.view).T
    assert (clip[:, 3] > 0).all()
    return np.asarray(clip[:, :3] / clip[:, 3:])


@pytest.mark.parametrize("size", ASPECTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_vertex_leaves_the_frame_on_the_whole_path(shape: str, size: tuple[int, int]) -> None:
    points = SHAPES[shape]()
    spec = FrameSpec(*size, frame_count=48, rotate_y=17)
    for index in range(spec.frame_count):
        place = _projected(points, spec, bounds_of(points), index)
        assert np.abs(place[:, :2]).max() < 1 - MARGIN / 2
        assert np.abs(place[:, 2]).max() < 1  # between near and far


@pytest.mark.parametrize("size", ASPECTS)
def test_a_ball_fills_the_narrower_side_but_for_the_margin_and_is_centred(size: tuple[int, int]) -> None:
    points = _sphere(20000)
    place = _projected(points, FrameSpec(*size, frame_count=4), bounds_of(points), 1)[:, :2]
    narrower = 0 if size[0] <= size[1] else 1
    assert place[:, narrower].max() == pytest.approx(1 / (1 + MARGIN), abs=0.012)
    assert np.allclose(place.max(axis=0) + place.min(axis=0), 0, atol=2e-3)


CRATE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (0.0, 1.2) for z in (-1.0, 1.0)])
"""Its upper side is further away than its lower one, so its picture hangs below the middle."""


def test_from_near_the_foot_stays_in_the_frame_where_the_top_leaves_room() -> None:
    spec = FrameSpec(960, 540, frame_count=48)
    views = [view_of(spec, bounds_of(CRATE), index, distance=0.7) for index in range(spec.frame_count)]
    heights = np.array([_seen(CRATE, view)[:, 1] for view in views])
    assert -1 < heights.min() < -0.85
    assert heights.max() < 1
    assert len({round(float(view.eye[1]), 9) for view in views}) == 1  # it doesn't bob
    centred = [look_at(view.eye - view.target + bounds_of(CRATE).center, bounds_of(CRATE).center, view.up)
               for view in views]
    assert min(_seen(CRATE, dataclasses.replace(view, view=matrix))[:, 1].min()
               for view, matrix in zip(views, centred, strict=True)) < -1  # as it would be otherwise


@pytest.mark.parametrize("distance", [0.4, 0.55, 0.7, 0.9, 1.0, 2.0])
@pytest.mark.parametrize("elevation", [-90.0, -20.0, 0.0, 12.0, 60.0, 90.0])
@pytest.mark.parametrize("shape", ["ball", "pole", "plate", "crate"])
def test_it_is_looked_at_lower_only_from_nearer_than_it_fits_and_never_at_the_tops_cost(
    shape: str, elevation: float, distance: float
) -> None:
    points = CRATE if shape == "crate" else SHAPES[shape]()
    bounds = bounds_of(points)
    view = view_of(FrameSpec(960, 540, frame_count=4, elevation=elevation), bounds, 1, distance=distance)
    lower = (bounds.center - view.target) @ view.up
    assert lower >= 0
    assert np.allclose(np.cross(bounds.center - view.target, view.up), 0, atol=1e-9 * np.abs(points).max())
    if distance >= 1:
        assert lower == pytest.approx(0, abs=1e-9)
    if lower > 1e-9:
        assert _seen(points, view)[:, 1].max() < 1


def test_zoom_multiplies_the_distance() -> None:
    bounds = bounds_of(_sphere(100))
    near, far = (view_of(FrameSpec(960, 540, 10, zoom=zoom), bounds, 3) for zoom in (0.5, 2.0))
    assert np.linalg.norm(far.eye - bounds.center) == pytest.approx(4 * np.linalg.norm(near.eye - bounds.center))
    assert np.linalg.norm(near.eye - bounds.center) == pytest.approx(0.5 * fit_distance(bounds.radius, 16 / 9))


def test_the_margin_is_air_of_the_radius() -> None:
    half = math.radians(17.5)
    assert fit_distance(1.0, 1.0) * math.sin(half) == pytest.approx(1 + MARGIN)
    assert fit_distance(1.0, 2.0) == fit_distance(1.0, 1.0) < fit_distance(1.0, 0.5)


def test_the_view_matrix_is_a_rigid_motion_that_puts_the_eye_at_the_origin() -> None:
    bounds = bounds_of(_sphere(100) + np.array([1, 2, 3]))
    view = view_of(FrameSpec(960, 540, 10), bounds, 4)
    assert np.allclose(view.view[:3, :3] @ view.view[:3, :3].T, np.eye(3))
    assert np.linalg.det(view.view[:3, :3]) == pytest.approx(1)
    assert np.allclose(view.view @ [*view.eye, 1], [0, 0, 0, 1])
    ahead = view.view @ [*view.target, 1]
    assert np.allclose(ahead[:2], 0)
    assert ahead[2] < 0


@pytest.mark.parametrize(
    ("angles", "front", "top"),
    [
        ({}, (0, 0, 1), (0, 1, 0)),
        ({"tilt_x": 90}, (0, -1, 0), (0, 0, 1)),
        ({"pan_x": 90}, (1, 0, 0), (0, 1, 0)),
        ({"roll_z": 90}, (0, 0, 1), (-1, 0, 0)),
        ({"tilt_x": 90, "pan_x": 90}, (0, -1, 0), (1, 0, 0)),  # the pan turns the tilted model
        ({"pan_x": 90, "roll_z": 90}, (0, 1, 0), (-1, 0, 0)),  # the roll turns the panned model
    ],
)
def test_tilt_pan_and_roll_follow_each_other_about_the_centre(
    angles: dict[str, float], front: tuple[float, ...], top: tuple[float, ...]
) -> None:
    bounds = bounds_of(_sphere(100) + np.array([1, 2, 3]))
    matrix = model_placement(FrameSpec(960, 540, 10, **angles), bounds)  # type: ignore[arg-type]
    assert np.allclose(matrix @ [*bounds.center, 1], [*bounds.center, 1])
    assert np.allclose(matrix[:3, :3] @ [0, 0, 1], front)
    assert np.allclose(matrix[:3, :3] @ [0, 1, 0], top)


@pytest.mark.parametrize("scale", [0.002, 0.1, 0.7])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_scaled_model_is_seen_as_if_it_had_been_scaled_about_the_ground_below_its_centre(
    shape: str, scale: float
) -> None:
    points = SHAPES[shape]()
    bounds = bounds_of(points)
    spec = FrameSpec(960, 540, 48)
    foot = np.array([bounds.center[0], bounds.low[1], bounds.center[2]])
    shrunk = _seen(foot + scale * (points - foot), view_of(spec, bounds, 7))
    moved = _seen(points, view_of(spec, bounds, 7, scale))
    assert np.allclose(moved[:, :2], shrunk[:, :2], atol=1e-9)
    assert np.abs(moved[:, 2]).max() < 1
    nearer_first = np.argsort(shrunk[:, 2])
    assert (np.diff(moved[nearer_first, 2]) > -1e-9).all()


def test_a_model_scaled_to_nothing_has_no_view() -> None:
    bounds = bounds_of(_sphere(100))
    assert framed_view(FrameSpec(960, 540, 10), bounds, Stance(0.0, scale=0.0)) is None
    assert framed_view(FrameSpec(960, 540, 10), bounds, Stance(0.0, scale=1e-3)) is not None


def test_a_stances_distance_multiplies_the_distance() -> None:
    bounds = bounds_of(_sphere(100))
    near, fitting = (framed_view(FrameSpec(960, 540, 10), bounds, Stance(0.3, distance=d)) for d in (0.7, 1.0))
    assert near is not None
    assert fitting is not None
    assert np.allclose(near.eye - bounds.center, 0.7 * (fitting.eye - bounds.center))


@pytest.mark.parametrize("azimuth", [0, 90, -45])
@pytest.mark.parametrize("elevation", [-90, -30, 0, 12, 60, 90])
def test_the_camera_stands_at_its_elevation_with_the_side_that_it_comes_from_below(
    azimuth: float, elevation: float
) -> None:
    bounds = bounds_of(_sphere(400) + np.array([1, 2, 3]))
    spec = FrameSpec(960, 540, 1, rotate_y=azimuth, elevation=elevation)
    view = view_of(spec, bounds, 0)
    side = np.array([math.sin(math.radians(azimuth)), 0, math.cos(math.radians(azimuth))])
    offset = view.eye - bounds.center
    assert math.degrees(math.asin(offset[1] / np.linalg.norm(offset))) == pytest.approx(elevation)
    assert offset @ side == pytest.approx(np.linalg.norm(offset) * math.cos(math.radians(elevation)))
    assert np.allclose(view.view[:3, :3] @ view.view[:3, :3].T, np.eye(3))
    centre, above, nearer = _seen(bounds.center + np.array([np.zeros(3), [0, 0.5, 0], 0.5 * side]), view)
    assert np.allclose(centre[:2], 0)
    assert above[0] == pytest.approx(0)
    assert above[1] > 0 or abs(elevation) == 90  # up is up
    assert nearer[1] * elevation < 0 or elevation == 0  # from above, what is nearer is lower
    assert np.abs(_seen(_sphere(400) + np.array([1, 2, 3]), view)).max() < 1
