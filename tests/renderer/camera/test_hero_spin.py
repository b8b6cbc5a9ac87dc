"""Fast at first, slower and slower, and exactly at the front in the end."""

import numpy as np
import pytest

from renderer.camera.hero_spin import hero_spin
from tests.renderer.camera.curves import curve, planned

HERO = {"effect": "hero-spin"}


@pytest.mark.parametrize("rotate_y", [0, -35])
@pytest.mark.parametrize("sweep", [None, 10, 1080])
@pytest.mark.parametrize("easing", [True, False])
def test_it_ends_exactly_at_the_front_after_its_sweep(rotate_y: int, sweep: int | None, easing: bool) -> None:
    angle = curve(hero_spin, planned({**HERO, "rotate_y": rotate_y, "sweep_angle": sweep, "easing": easing})).angle
    assert angle[-1] == pytest.approx(rotate_y, abs=1e-12)
    assert angle[-1] - angle[0] == pytest.approx(sweep or 540)


def test_the_last_six_tenths_of_the_time_slow_down_to_rest() -> None:
    steps = np.diff(curve(hero_spin, planned({**HERO, "length": 10})).angle)
    assert len(steps) == 299
    assert np.allclose(steps[:119], steps[0])
    assert (np.diff(steps[120:]) < 0).all()
    assert (steps > 0).all()
    assert steps[-1] < steps[0] / 1000
    assert np.abs(np.diff(steps)).max() < 0.02 * steps[0]  # no jolt where it begins to brake
    assert steps[0] * 299 / 540 == pytest.approx(1 / 0.6)


@pytest.mark.parametrize(("ratio", "cruising"), [(0.2, 0.8), (0.9, 0.1), (1.0, 0.0)])
def test_the_ratio_says_when_the_slowing_down_begins(ratio: float, cruising: float) -> None:
    steps = np.diff(curve(hero_spin, planned({**HERO, "ease_out_ratio": ratio, "length": 10})).angle)
    assert np.isclose(steps, steps[0], rtol=1e-6).mean() == pytest.approx(cruising, abs=0.01)


@pytest.mark.parametrize("settings", [{"ease_out_ratio": 0}, {"easing": False}])
def test_without_slowing_down_the_speed_is_even(settings: dict[str, object]) -> None:
    assert np.allclose(np.diff(curve(hero_spin, planned({**HERO, **settings})).angle), 540 / 179)
