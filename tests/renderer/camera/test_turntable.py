"""The path closes, starts where it is told and moves like a machine."""

import math

import numpy as np
import pytest

from renderer.camera.turntable import eased, turntable_angle, turntable_view
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec

BOUNDS = Bounds(np.zeros(3), 1.0, -np.ones(3), np.ones(3))


def _angles(spec: FrameSpec) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([turntable_angle(spec, index) for index in range(spec.frame_count + 1)])


@pytest.mark.parametrize("easing", [True, False])
def test_the_frame_after_the_last_is_the_first(easing: bool) -> None:
    spec = FrameSpec(960, 540, 90, easing=easing, rotate_y=30)
    assert np.allclose(turntable_view(spec, BOUNDS, 90).view, turntable_view(spec, BOUNDS, 0).view)
    assert _angles(spec)[-1] - _angles(spec)[0] == pytest.approx(2 * math.pi)


def test_without_easing_all_steps_are_equal_also_over_the_loop() -> None:
    assert np.allclose(np.diff(_angles(FrameSpec(960, 540, 36, easing=False))), 2 * math.pi / 36)


def test_easing_never_turns_back_and_never_repeats_a_frame() -> None:
    assert (np.diff(_angles(FrameSpec(960, 540, 900))) > 0).all()


def test_easing_starts_and_ends_at_rest_with_continuous_speed_and_cruises_between() -> None:
    time = np.linspace(0, 1, 4001)
    speed = np.diff([eased(t) for t in time]) * 4000
    assert (eased(0.0), eased(0.5), eased(1.0)) == (0.0, 0.5, 1.0)
    assert speed[0] < 1e-4
    assert speed[-1] < 1e-4
    assert np.abs(np.diff(speed)).max() < 0.01
    assert np.allclose(speed[1001:2999], 4 / 3)
    assert speed.max() == pytest.approx(4 / 3, abs=1e-6)


def test_the_camera_starts_at_the_front_and_walks_to_the_right() -> None:
    first = turntable_view(FrameSpec(960, 540, 360, easing=False), BOUNDS, 0)
    second = turntable_view(FrameSpec(960, 540, 360, easing=False), BOUNDS, 90)
    elevation = math.radians(12)
    distance = float(np.linalg.norm(first.eye))
    assert first.eye / distance == pytest.approx([0, math.sin(elevation), math.cos(elevation)])
    assert second.eye / distance == pytest.approx([math.cos(elevation), math.sin(elevation), 0])


def test_rotate_y_moves_the_camera_alone() -> None:
    turned = turntable_view(FrameSpec(960, 540, 360, easing=False, rotate_y=90), BOUNDS, 0)
    later = turntable_view(FrameSpec(960, 540, 360, easing=False), BOUNDS, 90)
    assert np.allclose(turned.view, later.view)


def test_a_single_frame_is_the_first() -> None:
    still, video = (turntable_view(FrameSpec(960, 540, n, rotate_y=20), BOUNDS, 0) for n in (1, 180))
    assert np.array_equal(still.view, video.view)
