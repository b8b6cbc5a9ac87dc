"""A path comes as near to the model as it can: all of it is in every frame, and it fills the picture in one of them."""

import dataclasses
import math

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.camera.effects import EFFECTS, path_fit, shot_view
from renderer.camera.framing import CLOSEST_ON_PATH, MARGIN, Fit, fit_distance, model_placement
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec, parse_settings, plan_image, plan_video
from tests.renderer.camera.test_framing import ASPECTS, CRATE, SHAPES, bounds_of

FRAMES = 24
FULL = 1 / (1 + MARGIN)
ROD = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-0.005, 0.005) for z in (-0.005, 0.005)])
"""200 times as long as thick."""

MODELS = {**{name: SHAPES[name]() for name in ("ball", "pole", "plate", "off-centre")}, "rod": ROD, "crate": CRATE}


def spec_of(size: tuple[int, int] = (960, 540), **settings: object) -> FrameSpec:
    spec = plan_video(parse_settings(settings)).frames
    return dataclasses.replace(spec, width=size[0], height=size[1], frame_count=FRAMES)


def in_frame(spec: FrameSpec, bounds: Bounds, clouds: list[Float64], fit: Fit) -> list[Float64]:
    """Each frame's points in the picture, (n, 3): from -1 to 1 along each side, and between near and far."""
    seen = []
    for index, cloud in enumerate(clouds):
        view = shot_view(spec, bounds, index, fit)
        if view is not None:
            clip = np.column_stack([cloud, np.ones(len(cloud))]) @ (view.projection @ view.view).T
            assert (clip[:, 3] > 0).all()
            seen.append(np.asarray(clip[:, :3] / clip[:, 3:]))
    return seen


def reach(pictures: list[Float64]) -> float:
    """The farthest that any point is from the middle: 1 at the frame's edges."""
    return max(float(np.abs(picture[:, :2]).max()) for picture in pictures)


def closest(spec: FrameSpec, bounds: Bounds) -> float:
    return CLOSEST_ON_PATH * fit_distance(bounds.radius, spec.width / spec.height)


def placed(spec: FrameSpec, points: Float64) -> tuple[Float64, Bounds]:
    """Points that are tilted, panned and rolled as the spec says, and their bounds about the same middle."""
    bounds = bounds_of(points)
    matrix = model_placement(spec, bounds)
    turned = points @ matrix[:3, :3].T + matrix[:3, 3]
    return turned, dataclasses.replace(bounds, low=turned.min(axis=0), high=turned.max(axis=0))


@pytest.mark.parametrize("turned", [{}, {"tilt_x": 40, "pan_x": 70, "roll_z": -30}], ids=["upright", "turned"])
@pytest.mark.parametrize("size", ASPECTS)
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", MODELS)
def test_no_frame_cuts_the_model_and_one_is_full(
    name: str, effect: str, size: tuple[int, int], turned: dict[str, int]
) -> None:
    spec = spec_of(size, effect=effect, **turned)
    points, bounds = placed(spec, MODELS[name])
    clouds = [points] * FRAMES
    fit = path_fit(spec, bounds, clouds)
    pictures = in_frame(spec, bounds, clouds, fit)
    assert reach(pictures) <= FULL + 1e-6
    assert reach(pictures) > FULL - 1e-5 or fit.distance == closest(spec, bounds)
    assert max(float(np.abs(picture[:, 2]).max()) for picture in pictures) < 1


@pytest.mark.parametrize("size", ASPECTS)
def test_a_rod_that_turns_fills_the_width(size: tuple[int, int]) -> None:
    spec, bounds = spec_of(size), bounds_of(ROD)
    clouds = [ROD] * FRAMES
    fit = path_fit(spec, bounds, clouds)
    assert reach(in_frame(spec, bounds, clouds, fit)) == pytest.approx(FULL, abs=0.013)


@pytest.mark.parametrize("effect", ["turntable", "hero-spin", "showcase", "reveal"])
def test_the_distance_never_changes_on_a_path_that_does_not_zoom(effect: str) -> None:
    spec, bounds = spec_of(effect=effect, scale_from=0.5), bounds_of(CRATE)
    fit = path_fit(spec, bounds, [CRATE] * FRAMES)
    views = [shot_view(spec, bounds, index, fit) for index in range(FRAMES)]
    scales = [EFFECTS[effect](spec, index).scale for index in range(FRAMES)]
    distances = [math.dist(view.eye, view.target) * scale for view, scale in zip(views, scales, strict=True) if view]
    np.testing.assert_allclose(distances, fit.distance)


def test_zoom_multiplies_the_distance() -> None:
    spec, bounds = spec_of(zoom=1.5), bounds_of(CRATE)
    fit = path_fit(spec, bounds, [CRATE] * FRAMES)
    assert fit == path_fit(dataclasses.replace(spec, zoom=1.0), bounds, [CRATE] * FRAMES)
    view = shot_view(spec, bounds, 3, fit)
    assert view is not None
    assert math.dist(view.eye, view.target) == pytest.approx(1.5 * fit.distance)


def test_each_frame_counts_with_what_it_shows() -> None:
    """Something flies out and back within three frames: the path makes room for it, and no more."""
    spec = spec_of((540, 540))
    far = CRATE + np.array([0.0, 5.0, 0.0])
    clouds = [far if index == 7 else CRATE for index in range(FRAMES)]
    bounds = bounds_of(np.concatenate([CRATE, far]))
    fit = path_fit(spec, bounds, clouds)
    assert reach(in_frame(spec, bounds, clouds, fit)) == pytest.approx(FULL)
    assert path_fit(spec, bounds, [np.concatenate([CRATE, far])] * FRAMES).distance >= fit.distance


def test_a_single_picture_has_its_model_in_the_middle() -> None:
    spec = plan_image(parse_settings({"camera": "three-quarter"})).frames
    bounds = bounds_of(SHAPES["off-centre"]())
    clouds = [SHAPES["off-centre"]()]
    (picture,) = in_frame(spec, bounds, clouds, path_fit(spec, bounds, clouds))
    low, high = picture[:, :2].min(axis=0), picture[:, :2].max(axis=0)
    np.testing.assert_allclose(high, -low, atol=1e-6)


def test_a_frame_without_anything_to_see_takes_no_room() -> None:
    spec, bounds = spec_of(), bounds_of(CRATE)
    nothing = np.zeros((0, 3))
    fit = path_fit(spec, bounds, [CRATE, nothing, *[CRATE] * (FRAMES - 2)])
    assert fit == path_fit(spec, bounds, [CRATE] * FRAMES)
    assert path_fit(spec, bounds, [nothing] * FRAMES).distance == closest(spec, bounds)
