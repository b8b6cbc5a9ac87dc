"""Progress over time: where it starts and ends, how fast it is, and that nothing jumps."""

import numpy as np
import pytest

from renderer.camera.easing import closing_time, eased, looping_time, settled
from renderer.spec import FrameSpec

TIME = np.linspace(0, 1, 4001)


def test_easing_starts_and_ends_at_rest_with_continuous_speed_and_cruises_between() -> None:
    speed = np.diff([eased(time) for time in TIME]) * 4000
    assert (eased(0.0), eased(0.5), eased(1.0)) == (0.0, 0.5, 1.0)
    assert speed[0] < 1e-4
    assert speed[-1] < 1e-4
    assert np.abs(np.diff(speed)).max() < 0.01
    assert np.allclose(speed[1001:2999], 4 / 3)
    assert speed.max() == pytest.approx(4 / 3, abs=1e-6)


@pytest.mark.parametrize("ratio", [0.1, 0.6, 1.0])
def test_settling_holds_its_speed_until_it_brakes_to_rest(ratio: float) -> None:
    progress = np.array([settled(time, ratio) for time in TIME])
    speed = np.diff(progress) * 4000
    assert progress[0] == 0
    assert progress[-1] == 1
    assert (speed >= 0).all()
    assert (np.diff(speed) <= 1e-9).all()  # never faster again
    assert np.abs(np.diff(speed)).max() < 0.003 / ratio  # and never a jump
    cruising = speed[: int((1 - ratio) * 4000)]
    assert np.allclose(cruising, 1 / (1 - 2 / 3 * ratio))
    assert speed[-1] < 1e-4 / ratio


def test_without_a_brake_the_speed_is_even() -> None:
    assert [settled(time, 0.0) for time in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


def test_a_loop_leaves_its_first_frame_out_at_the_end_and_an_arrival_shows_its_last() -> None:
    spec = FrameSpec(960, 540, 90)
    assert (looping_time(spec, 0), looping_time(spec, 90)) == (0, 1)
    assert (closing_time(spec, 0), closing_time(spec, 89)) == (0, 1)
    assert closing_time(FrameSpec(960, 540, 1), 0) == 0
