"""It swings to both sides alike, and closes."""

import numpy as np
import pytest

from renderer.camera.showcase import showcase
from tests.renderer.camera.curves import curve, planned

SHOW = {"effect": "showcase"}


@pytest.mark.parametrize("easing", [True, False])
@pytest.mark.parametrize("rotate_y", [0, 90])
@pytest.mark.parametrize("amplitude", [None, 5, 180])
def test_the_swing_is_the_amplitude_wide_and_even_about_the_front(
    easing: bool, rotate_y: int, amplitude: int | None
) -> None:
    spec = planned({**SHOW, "easing": easing, "rotate_y": rotate_y, "amplitude": amplitude})
    swing = curve(showcase, spec).angle - rotate_y
    assert swing.max() == pytest.approx((amplitude or 60) / 2, rel=1e-3)
    assert np.allclose(swing[1:], -swing[:0:-1])  # to the left as to the right


@pytest.mark.parametrize("easing", [True, False])
def test_it_closes_with_the_speed_it_began_with(easing: bool) -> None:
    angle = curve(showcase, planned({**SHOW, "easing": easing}), 182).angle
    assert angle[180] == pytest.approx(angle[0], abs=1e-9)
    assert angle[181] == pytest.approx(angle[1], abs=1e-9)


@pytest.mark.parametrize("easing", [True, False])
def test_it_goes_right_left_and_back_without_a_jolt(easing: bool) -> None:
    spec = planned({**SHOW, "easing": easing, "length": 10})
    steps = np.diff(curve(showcase, spec, 301).angle)
    turns = np.nonzero(np.diff(np.sign(steps)))[0]
    assert steps[0] > 0
    assert len(turns) == 2
    assert np.abs(steps).max() * 30 < 60  # degrees a second
    assert np.abs(np.diff(steps)).max() < 0.05 * np.abs(steps).max()


def test_easing_rests_at_the_front() -> None:
    eased, even = (np.abs(np.diff(curve(showcase, planned({**SHOW, "easing": e}), 181).angle)) for e in (True, False))
    assert max(eased[0], eased[-1]) < 0.01 * eased.max()
    assert min(even[0], even[-1]) > 0.9 * even.max()
