"""The studio is exposed and balanced as a photographer would have it, from all sides that the camera passes."""

import math

import numpy as np
import pytest

from renderer.camera.framing import ELEVATION
from renderer.lighting import studio
from renderer.lighting.prefilter import equirectangular_directions
from renderer.scene.nodes import Float64

DIRECTIONS, SOLID_ANGLES = equirectangular_directions(96, 192)


def _irradiance(normals: Float64) -> Float64:
    """Irradiance / pi by summing over all directions: (n, 3)."""
    radiance = studio.ambient_radiance(DIRECTIONS) + studio.key_radiance(DIRECTIONS)
    cosines = np.maximum(normals @ DIRECTIONS.T, 0.0)
    return np.asarray(cosines @ (radiance * SOLID_ANGLES[:, None]) / np.pi)


def _visible_normals(angle: float) -> Float64:
    """Normals of a ball over the disc that the turntable's camera sees at `angle`, evenly spread over it."""
    back = np.array([
        math.cos(ELEVATION) * math.sin(angle), math.sin(ELEVATION), math.cos(ELEVATION) * math.cos(angle),
    ])
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    x, y = np.meshgrid(np.linspace(-1, 1, 33), np.linspace(-1, 1, 33))
    x, y = x[x * x + y * y < 1], y[x * x + y * y < 1]
    z = np.sqrt(1 - x * x - y * y)
    return np.asarray(x[:, None] * right + y[:, None] * np.cross(back, right) + z[:, None] * back)


def _encoded(linear: Float64) -> Float64:
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("quarter", range(4))
def test_a_grey_card_ball_comes_out_mid_grey_from_every_side(quarter: int) -> None:
    shown = _encoded(0.18 * _irradiance(_visible_normals(quarter * math.pi / 2)))
    assert shown.mean() == pytest.approx(0.46, abs=0.05)


@pytest.mark.parametrize("quarter", range(4))
def test_a_white_ball_is_bright_and_keeps_its_shape(quarter: int) -> None:
    light = 0.8 * _irradiance(_visible_normals(quarter * math.pi / 2)).mean(axis=1)
    assert light.max() < 1.25  # the tone curve still tells it from white
    assert np.mean(light > 1) < 0.25
    assert light.mean() > 0.6
    assert light.max() / light.min() > 1.7


def test_the_light_is_white_as_a_whole() -> None:
    radiance = studio.ambient_radiance(DIRECTIONS) + studio.key_radiance(DIRECTIONS)
    mean = SOLID_ANGLES @ radiance
    assert np.abs(mean / mean.mean() - 1).max() < 0.02


def test_metals_have_dark_and_bright_things_to_reflect() -> None:
    radiance = (studio.ambient_radiance(DIRECTIONS) + studio.key_radiance(DIRECTIONS)).mean(axis=1)
    assert radiance.min() > 0
    assert radiance.max() / radiance.min() > 30
    above = radiance[DIRECTIONS[:, 1] > 0.1]
    assert np.mean(above < 0.4) > 0.5


def test_softboxes_are_brighter_in_the_middle_and_dark_behind() -> None:
    for panel in (studio.KEY, *studio.FILLS):
        right, up, axis = panel.frame
        distance = np.linalg.norm(panel.center)
        points = axis * distance + np.outer([0, 0.5, 0.8, 1.01], right) * panel.half_size[0]
        seen = panel.emitted(points / np.linalg.norm(points, axis=1, keepdims=True))[:, 1]
        assert seen[0] == pytest.approx(panel.radiance)
        assert (np.diff(seen) < 0).all()
        assert seen[-1] == 0
        assert (panel.emitted(np.stack([-axis, up])) == 0).all()
