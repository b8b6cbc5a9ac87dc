"""Each light is exposed and balanced as a photographer would have it, from all sides that the camera passes."""

import math

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.lighting.prefilter import equirectangular_directions
from renderer.lighting.presets import DARK, OUTDOOR, OUTLINE, PRESETS, SOFT, STUDIO
from renderer.lighting.samples import ground_lights
from renderer.lighting.sources import Lighting
from renderer.spec import SETTINGS
from renderer.spec.cameras import LEVEL

ELEVATION = math.radians(LEVEL)
DIRECTIONS, SOLID_ANGLES = equirectangular_directions(96, 192)
EACH = pytest.mark.parametrize("lighting", PRESETS.values(), ids=list(PRESETS))
QUARTERS = range(4)


def _radiance(lighting: Lighting) -> Float64:
    return lighting.ambient_radiance(DIRECTIONS) + lighting.key_radiance(DIRECTIONS)


def _irradiance(radiance: Float64, normals: Float64) -> Float64:
    """Irradiance / pi by summing over all directions: (n, 3). In blocks: all cosines at once would take gigabytes."""
    light = radiance * SOLID_ANGLES[:, None] / np.pi
    blocks = (normals[start : start + 128] for start in range(0, len(normals), 128))
    return np.concatenate([np.maximum(block @ DIRECTIONS.T, 0.0) @ light for block in blocks])


def _visible_normals(quarter: int) -> Float64:
    """Normals of a ball over the disc that the turntable's camera sees after quarter turns, evenly spread over it."""
    angle = quarter * math.pi / 2
    back = np.array([
        math.cos(ELEVATION) * math.sin(angle), math.sin(ELEVATION), math.cos(ELEVATION) * math.cos(angle),
    ])
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    x, y = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25))
    x, y = x[x * x + y * y < 1], y[x * x + y * y < 1]
    z = np.sqrt(1 - x * x - y * y)
    return np.asarray(x[:, None] * right + y[:, None] * np.cross(back, right) + z[:, None] * back)


def _encoded(linear: Float64) -> Float64:
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def test_the_presets_are_the_settings_choices() -> None:
    row = next(row for row in SETTINGS if row.name == "lighting")
    assert row.choices == tuple(PRESETS)
    assert all(name == lighting.name for name, lighting in PRESETS.items())


@EACH
def test_a_grey_card_ball_comes_out_as_grey_as_the_preset_says(lighting: Lighting) -> None:
    radiance = _radiance(lighting)
    shown = [_encoded(0.18 * _irradiance(radiance, _visible_normals(quarter))).mean() for quarter in QUARTERS]
    assert np.mean(shown) == pytest.approx(lighting.grey_ball, abs=0.02)
    # The sun leaves one side in the shade; lamps that stand all around do not.
    assert np.ptp(shown) < (0.12 if lighting is OUTDOOR else 0.08)


def test_the_moods_differ_in_brightness() -> None:
    assert SOFT.grey_ball > STUDIO.grey_ball > OUTLINE.grey_ball > OUTDOOR.grey_ball > DARK.grey_ball + 0.08


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_white_ball_in_the_studio_is_bright_and_keeps_its_shape(quarter: int) -> None:
    light = 0.8 * _irradiance(_radiance(STUDIO), _visible_normals(quarter)).mean(axis=1)
    assert light.max() < 1.25  # the tone curve still tells it from white
    assert np.mean(light > 1) < 0.25
    assert light.mean() > 0.6
    assert light.max() / light.min() > 1.7


@pytest.mark.parametrize(("lighting", "most"), [(SOFT, 3.2), (OUTLINE, 3.2), (STUDIO, 6), (DARK, 8), (OUTDOOR, 8)])
def test_white_does_not_burn_out_and_shape_is_modelled_as_hard_as_the_mood_wants(
    lighting: Lighting, most: float
) -> None:
    light = 0.8 * _irradiance(_radiance(lighting), np.concatenate([_visible_normals(q) for q in QUARTERS])).mean(axis=1)
    assert light.max() < 1.5
    assert 1.5 < light.max() / light.min() < most


@pytest.mark.parametrize(("lighting", "cast"), [
    (STUDIO, 0.02), (SOFT, 0.02), (DARK, 0.02), (OUTDOOR, 0.1), (OUTLINE, 0.001),
])
def test_the_light_is_white_as_a_whole(lighting: Lighting, cast: float) -> None:
    mean = SOLID_ANGLES @ _radiance(lighting)
    assert np.abs(mean / mean.mean() - 1).max() < cast


def test_outdoors_the_sun_is_warm_and_the_shade_blue() -> None:
    up = np.array([[0.0, 1.0, 0.0]])
    sun, shade = (_irradiance(light, up)[0] for light in (
        OUTDOOR.key_radiance(DIRECTIONS), OUTDOOR.ambient_radiance(DIRECTIONS)))
    assert sun[0] > 1.1 * sun[2]
    assert shade[2] > 1.3 * shade[0]
    assert np.abs((sun + shade) / (sun + shade).mean() - 1).max() < 0.12  # a white sheet in the sun stays white


@EACH
def test_metals_have_dark_and_bright_things_to_reflect(lighting: Lighting) -> None:
    radiance = _radiance(lighting).mean(axis=1)
    assert radiance.min() > 0
    assert radiance.max() / radiance.min() > (10 if lighting is SOFT else 30)


def test_the_dark_room_is_nearly_black_but_for_its_strips() -> None:
    radiance = _radiance(DARK).mean(axis=1)
    assert (SOLID_ANGLES @ (radiance < 0.12)) / (4 * np.pi) > 0.6
    assert radiance.max() > 6


@EACH
def test_the_shadow_on_the_ground_has_the_keys_share_of_the_light(lighting: Lighting) -> None:
    up = np.array([[0.0, 1.0, 0.0]])
    key, rest = (_irradiance(light, up).mean() for light in (
        lighting.key_radiance(DIRECTIONS), lighting.ambient_radiance(DIRECTIONS)))
    assert lighting.key_share == pytest.approx(key / (key + rest), abs=0.1)


def test_shadows_in_the_outline_light_are_the_studios() -> None:
    """Tests of the studio's shadows hold for them too."""
    outlines, studios = (ground_lights(lighting, 320) for lighting in (OUTLINE, STUDIO))
    assert (outlines.directions == studios.directions).all()
    assert (outlines.weights == studios.weights).all()
    assert OUTLINE.shadow_strength == STUDIO.shadow_strength


@EACH
def test_softboxes_are_brighter_in_the_middle_and_dark_behind(lighting: Lighting) -> None:
    for panel in (lighting.key, *lighting.fills):
        right, up, axis = panel.frame
        distance = np.linalg.norm(panel.center)
        points = axis * distance + np.outer([0, 0.5, 0.8, 1.01], right) * panel.half_size[0]
        seen = panel.emitted(points / np.linalg.norm(points, axis=1, keepdims=True))[:, 1] / panel.radiance
        assert seen[0] == pytest.approx(1)
        assert (np.diff(seen) < (1e-9 if panel.falloff == 0 else 0)).all()
        assert seen[-1] == 0
        assert (panel.emitted(np.stack([-axis, up])) == 0).all()
