"""The table of effects is the API's, and each of them becomes a view."""

import math

import numpy as np
import pytest

from renderer.camera.effects import EFFECTS, shot_view
from renderer.scene.bounds import Bounds
from renderer.spec import SETTINGS, FrameSpec
from renderer.spec.plan import EFFECT_PARAMETERS
from tests.renderer.camera.curves import planned

BOUNDS = Bounds(np.zeros(3), 1.0, -np.ones(3), np.ones(3))


def test_every_effect_that_can_be_asked_for_has_a_path_and_parameters() -> None:
    row = next(row for row in SETTINGS if row.name == "effect")
    offered = set(row.choices) - {"dataset"}
    assert offered == set(EFFECTS) == set(EFFECT_PARAMETERS)


def test_the_camera_starts_at_the_front_and_walks_to_the_right() -> None:
    first, second = (shot_view(FrameSpec(960, 540, 360, easing=False), BOUNDS, index) for index in (0, 90))
    assert first is not None
    assert second is not None
    elevation = math.radians(12)
    distance = float(np.linalg.norm(first.eye))
    assert first.eye / distance == pytest.approx([0, math.sin(elevation), math.cos(elevation)])
    assert second.eye / distance == pytest.approx([math.cos(elevation), math.sin(elevation), 0])


@pytest.mark.parametrize("effect", ["hero-spin", "reveal"])
def test_what_ends_at_the_front_ends_with_the_turntables_first_view(effect: str) -> None:
    last = shot_view(planned({"effect": effect, "rotate_y": 15}), BOUNDS, 179)
    first = shot_view(planned({"rotate_y": 15}), BOUNDS, 0)
    assert last is not None
    assert first is not None
    assert np.allclose(last.view, first.view)
    assert np.allclose(last.projection, first.projection)


def test_a_reveal_from_nothing_begins_with_no_view() -> None:
    spec = planned({"effect": "reveal"})
    assert shot_view(spec, BOUNDS, 0) is None
    assert shot_view(spec, BOUNDS, 1) is not None
