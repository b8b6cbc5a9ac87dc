"""The path closes, starts where it is told and moves like a machine."""

import numpy as np
import pytest

from renderer.camera.turntable import turntable
from renderer.spec import FrameSpec
from tests.renderer.camera.curves import curve, planned


@pytest.mark.parametrize("easing", [True, False])
@pytest.mark.parametrize("rotate_y", [0, 30])
def test_the_frame_after_the_last_is_the_first_a_full_turn_on(easing: bool, rotate_y: int) -> None:
    angle = curve(turntable, planned({"length": 3, "easing": easing, "rotate_y": rotate_y}), 91).angle
    assert angle[0] == pytest.approx(rotate_y)
    assert angle[90] == pytest.approx(rotate_y + 360)


def test_without_easing_all_steps_are_equal_also_over_the_loop() -> None:
    spec = FrameSpec(960, 540, 36, easing=False)
    assert np.allclose(np.diff(curve(turntable, spec, 37).angle), 10)


def test_easing_never_turns_back_and_never_repeats_a_frame() -> None:
    assert (np.diff(curve(turntable, FrameSpec(960, 540, 900), 901).angle) > 0).all()


def test_the_model_keeps_its_size_and_distance() -> None:
    of_all = curve(turntable, planned({"zoom_end": 0.3, "scale_from": 0.5, "amplitude": 90}))
    assert (of_all.distance == 1).all()
    assert (of_all.scale == 1).all()


def test_the_sweep_can_be_longer_and_shorter() -> None:
    for sweep in (90, 720):
        assert curve(turntable, planned({"sweep_angle": sweep}), 181).angle[180] == pytest.approx(sweep)


def test_a_single_frame_is_the_first() -> None:
    assert turntable(FrameSpec(960, 540, 1, rotate_y=20), 0) == turntable(FrameSpec(960, 540, 180, rotate_y=20), 0)
