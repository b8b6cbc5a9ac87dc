"""Once around, from the first distance to the second at an even pace."""

import numpy as np
import pytest

from renderer.camera.zoom_orbit import zoom_orbit
from tests.renderer.camera.curves import curve, planned

ORBIT = {"effect": "zoom-orbit"}


@pytest.mark.parametrize("easing", [True, False])
@pytest.mark.parametrize(("start", "end"), [(None, None), (3, 0.1), (0.1, 3), (1.5, 1.5)])
def test_it_goes_from_the_first_distance_to_the_second_and_only_towards_it(
    easing: bool, start: float | None, end: float | None
) -> None:
    distance = curve(zoom_orbit, planned({**ORBIT, "easing": easing, "zoom_start": start, "zoom_end": end})).distance
    assert distance[0] == pytest.approx(start or 1.0)
    assert distance[-1] == pytest.approx(end or 0.7)
    assert (np.diff(distance) * np.sign((end or 0.7) - (start or 1.0)) >= 0).all()


def test_the_last_frame_is_at_the_front_again() -> None:
    angle = curve(zoom_orbit, planned({**ORBIT, "rotate_y": 40})).angle
    assert angle[[0, -1]] == pytest.approx([40, 400])
    assert (np.diff(angle) > 0).all()


def test_without_easing_each_step_grows_the_model_by_the_same_factor() -> None:
    of_all = curve(zoom_orbit, planned({**ORBIT, "easing": False}))
    assert np.allclose(of_all.distance[1:] / of_all.distance[:-1], 0.7 ** (1 / 179))
    assert np.allclose(np.diff(of_all.angle), 360 / 179)


def test_easing_starts_and_ends_at_rest() -> None:
    of_all = curve(zoom_orbit, planned(ORBIT))
    for steps in (np.diff(of_all.angle), np.diff(-np.log(of_all.distance))):
        assert max(steps[0], steps[-1]) < 0.01 * steps.max()
        assert steps.max() == pytest.approx(steps.sum() / 179 * 4 / 3, rel=0.01)
        assert np.abs(np.diff(steps)).max() < 0.06 * steps.max()
