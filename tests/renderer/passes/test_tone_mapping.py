"""Bright light on the display, by each of the published formulas."""

import numpy as np
import pytest

from renderer.gl.context import Device
from renderer.scene.nodes import Material
from renderer.spec import SETTINGS
from tests.renderer.passes.scenes import quad, scene_of
from tests.renderer.passes.stage import linear, middle, neutral, picture, srgb

CHOICES = next(row.choices for row in SETTINGS if row.name == "tone_mapping")
GREYS = [0.0, 0.01, 0.05, 0.18, 0.5, 1.0, 2.0, 6.0, 40.0]


def shown(device: Device, tone_mapping: str, color: tuple[float, float, float]) -> list[int]:
    """RGB of a black surface that glows in this linear colour."""
    scene = scene_of((quad(), Material(base_color_factor=(0, 0, 0, 1), emissive_factor=color)))
    return middle(picture(device, scene, tone_mapping=tone_mapping))[:3]


@pytest.mark.parametrize(
    ("tone_mapping", "color", "expected"),
    [
        # Mid-grey keeps its place and white its distance from the shoulder's end.
        ("aces", (0.18, 0.18, 0.18), (0.2131, 0.2131, 0.2131)),
        ("aces", (1.0, 1.0, 1.0), (0.7634, 0.7634, 0.7634)),
        ("aces", (1.0, 0.0, 0.0), (0.9573, 0.0053, 0.0072)),
        ("aces", (0.9, 0.05, 0.4), (0.8722, 0.0721, 0.4701)),
        ("aces", (4.0, 2.0, 0.5), (0.9713, 0.8925, 0.6916)),
        ("agx", (0.18, 0.18, 0.18), (0.2145, 0.2145, 0.2145)),
        ("agx", (1.0, 1.0, 1.0), (0.5902, 0.5901, 0.5901)),
        ("agx", (16.3, 16.3, 16.3), (0.997, 0.9969, 0.9968)),  # 6.5 stops above mid-grey
        ("agx", (1.0, 0.0, 0.0), (0.7233, 0.1058, 0.0667)),
        ("agx", (0.9, 0.05, 0.4), (0.6321, 0.1797, 0.382)),
        ("agx", (4.0, 2.0, 0.5), (0.8903, 0.7412, 0.5434)),
        ("none", (0.2, 0.7, 1.0), (0.2, 0.7, 1.0)),
        ("none", (1.4, 0.5, 30.0), (1.0, 0.5, 1.0)),
    ],
)
def test_colours_become_what_the_published_formula_gives(
    device: Device, tone_mapping: str, color: tuple[float, float, float], expected: tuple[float, float, float]
) -> None:
    """The values are the formulas', worked out in double precision."""
    assert np.abs(shown(device, tone_mapping, color) - srgb(np.array(expected))).max() <= 1.5


@pytest.mark.parametrize("value", GREYS)
def test_neutral_is_the_default_as_khronos_specifies_it(device: Device, value: float) -> None:
    scene = scene_of((quad(), Material(base_color_factor=(0, 0, 0, 1), emissive_factor=(value,) * 3)))
    assert shown(device, "neutral", (value,) * 3) == middle(picture(device, scene))[:3]
    assert linear(shown(device, "neutral", (value,) * 3)[0]) == pytest.approx(
        float(np.clip(neutral(np.full(3, value)), 0, 1)[0]), abs=0.01)


@pytest.mark.parametrize("tone_mapping", CHOICES)
def test_more_light_is_never_darker_and_grey_stays_grey(device: Device, tone_mapping: str) -> None:
    levels = np.array([shown(device, tone_mapping, (value,) * 3) for value in GREYS])
    assert np.ptp(levels, axis=1).max() <= 1
    assert (np.diff(levels[:, 0]) >= 0).all()
    assert levels[0, 0] == 0
    assert levels[-1, 0] >= 253


@pytest.mark.parametrize("tone_mapping", CHOICES)
def test_unlit_colours_are_not_tone_mapped(device: Device, tone_mapping: str) -> None:
    scene = scene_of((quad(), Material(base_color_factor=(1.0, 0.5, 0.02, 1.0), unlit=True)))
    expected = srgb(np.array([1.0, 0.5, 0.02]))
    assert np.abs(middle(picture(device, scene, tone_mapping=tone_mapping))[:3] - expected).max() <= 1.5
