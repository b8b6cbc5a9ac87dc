"""The model grows once, to its full size, and everything rests in the end."""

import numpy as np
import pytest

from renderer.camera.reveal import GROWTH, reveal
from tests.renderer.camera.curves import curve, planned

REVEAL = {"effect": "reveal"}


@pytest.mark.parametrize("easing", [True, False])
@pytest.mark.parametrize("scale_from", [None, 0.4, 1])
@pytest.mark.parametrize("sweep", [None, 360])
def test_it_ends_at_the_front_in_full_size(easing: bool, scale_from: float | None, sweep: float | None) -> None:
    spec = planned({**REVEAL, "easing": easing, "scale_from": scale_from, "sweep_angle": sweep, "rotate_y": 25})
    of_all = curve(reveal, spec)
    assert of_all.angle[-1] == pytest.approx(25, abs=1e-12)
    assert of_all.angle[-1] - of_all.angle[0] == pytest.approx(sweep or 180)
    assert of_all.scale[0] == (scale_from or 0.0)
    assert of_all.scale[-1] == 1


@pytest.mark.parametrize("easing", [True, False])
def test_it_only_grows_and_only_goes_on(easing: bool) -> None:
    of_all = curve(reveal, planned({**REVEAL, "easing": easing}))
    assert (np.diff(of_all.scale) >= 0).all()
    assert (np.diff(of_all.angle) > 0).all()


def test_easing_brings_growth_and_camera_to_rest_one_after_the_other() -> None:
    of_all = curve(reveal, planned({**REVEAL, "length": 10}))
    grown = int(np.ceil(GROWTH * 299))
    assert (of_all.scale[grown:] == 1).all()
    assert of_all.scale[grown - 1] < 1
    for steps in (np.diff(of_all.scale)[: grown - 1], np.diff(of_all.angle)):
        assert (np.diff(steps) <= 0).all()
        assert steps[-1] < steps[0] / 1000
        assert np.abs(np.diff(steps)).max() < 0.02 * steps[0]


def test_without_easing_the_speeds_are_even() -> None:
    of_all = curve(reveal, planned({**REVEAL, "easing": False}))
    assert np.allclose(np.diff(of_all.angle), 180 / 179)
    assert np.allclose(np.diff(of_all.scale)[:107], 1 / (GROWTH * 179))
