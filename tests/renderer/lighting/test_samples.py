"""Directions to the lamps: how many there are, and what each weighs."""

import dataclasses

import numpy as np
import pytest

from renderer.lighting.presets import PRESETS
from renderer.lighting.samples import ground_lights


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999, 1.0])
def test_the_ground_is_lit_by_as_many_lights_as_asked_for_whatever_the_keys_share(share: float) -> None:
    """A panorama may be black but for its sun, or have none."""
    lights = ground_lights(dataclasses.replace(PRESETS["studio"], key_share=share), 48)
    assert len(lights.directions) == len(lights.weights) == 48
    assert np.isfinite(lights.directions).all()
    assert (lights.weights >= 0).all()
    assert lights.weights.sum() == pytest.approx(1, abs=0.01)
