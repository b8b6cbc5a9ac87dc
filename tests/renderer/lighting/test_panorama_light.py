"""What arrives at a surface in the light of a panorama is the sum over the whole picture, whichever way it faces."""

from collections.abc import Callable

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.programs import read_shader
from renderer.lighting import prefilter
from renderer.lighting.environment import upload
from renderer.lighting.irradiance import octahedral_directions
from renderer.lighting.photograph import exposed, photograph_tables, photographed_lamps
from renderer.lighting.prefilter import BRDF_SIZE, SPECULAR_CONSTANTS, SPECULAR_LEVELS, equirectangular_directions
from renderer.lighting.shadow import SelfShadows
from renderer.panoramas import Panorama
from tests.renderer.lighting.stage import ask
from tests.renderer.passes.stage import BOUNDS, NoCaster, srgb

SIZE = (64, 128)
DIRECTIONS, SOLID_ANGLES = equirectangular_directions(*SIZE)
NORMALS = np.concatenate([equirectangular_directions(12, 24)[0], np.eye(3), -np.eye(3)])
GREY = 0.18

Colour = tuple[float, float, float]


def even(value: float) -> Float64:
    return np.full((len(DIRECTIONS), 3), value)


def sky(zenith: Colour, horizon: Colour, ground: Colour) -> Float64:
    height = DIRECTIONS[:, 1:2]
    above = np.array(horizon) + (np.array(zenith) - np.array(horizon)) * np.maximum(height, 0) ** 0.6
    return np.asarray(np.where(height > 0, above, np.array(ground)))


def lamp(towards: Colour, degrees: float, radiance: float, tint: Colour = (1, 1, 1)) -> Float64:
    """A disc of that half angle."""
    cosines = DIRECTIONS @ (np.array(towards) / np.linalg.norm(towards))
    return np.asarray((cosines > np.cos(np.radians(degrees)))[:, None] * np.array(tint) * radiance)


def window(azimuth: float, elevation: float, half: tuple[float, float], radiance: float) -> Float64:
    """All in degrees."""
    around = np.degrees(np.arctan2(DIRECTIONS[:, 0], DIRECTIONS[:, 2]))
    up = np.degrees(np.arcsin(DIRECTIONS[:, 1]))
    inside = (np.abs((around - azimuth + 180) % 360 - 180) < half[0]) & (np.abs(up - elevation) < half[1])
    return np.asarray(inside[:, None] * np.full(3, radiance))


CLEAR = ((0.2, 0.4, 0.9), (0.7, 0.8, 0.9), (0.25, 0.22, 0.18))
PANORAMAS: dict[str, Callable[[], Float64]] = {
    "small sun": lambda: sky(*CLEAR) + lamp((0.5, 1, 0.3), 3, 600, (1, 0.95, 0.85)),
    "low sun": lambda: sky((0.1, 0.2, 0.5), (0.9, 0.6, 0.4), (0.12, 0.1, 0.08)) + lamp((1, 0.15, 0.2), 3, 300),
    "hazy sun": lambda: sky((0.5, 0.55, 0.6), (0.8, 0.8, 0.8), (0.3, 0.3, 0.3)) + lamp((-0.6, 0.8, 0.4), 18, 12),
    "six bulbs": lambda: even(0.1) + np.sum([
        lamp((1.2 * np.cos(turn), 1, 1.2 * np.sin(turn)), 5, 60, (1, 0.85, 0.6)) for turn in np.arange(6) * np.pi / 3
    ], axis=0),
    "two windows": lambda: even(0.08) + window(-70, 10, (18, 22), 8) + window(100, 15, (12, 25), 5),
    "overcast": lambda: sky((1.2, 1.25, 1.3), (0.5, 0.5, 0.5), (0.2, 0.2, 0.18)),
    "night": lambda: even(0.003) + lamp((0.9, 0.5, 0.2), 3, 40, (1, 0.7, 0.3)) + lamp((-0.7, 0.35, -0.6), 3, 25),
    "softboxes": lambda: even(0.05) + window(40, 40, (25, 20), 6) + window(-60, 20, (15, 35), 3)
        + window(180, 30, (40, 8), 5),
    "sunset": lambda: sky((0.05, 0.08, 0.2), (0.2, 0.2, 0.3), (0.05, 0.04, 0.03)) + window(90, 4, (60, 5), 6)
        + lamp((1, 0.08, 0), 3, 250, (1, 0.5, 0.2)),
    "snow": lambda: sky((0.2, 0.35, 0.8), (0.6, 0.7, 0.9), (1.4, 1.45, 1.5)) + lamp((0.3, 0.9, -0.5), 3, 400),
    "one side": lambda: even(0.02) + window(-90, 0, (80, 70), 1.5),
}


HARDEST = ("low sun", "six bulbs", "two windows", "night", "one side")
"""Whose light nine coefficients show worst: these are tried every time, the others at night."""


@pytest.fixture
def matt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables without reflections, which take most of the time."""
    black = [np.zeros((512 >> level, 512 >> level, 4), np.float16) for level in range(SPECULAR_LEVELS)]
    monkeypatch.setattr(prefilter, "filter_specular", lambda device, radiance: black)
    monkeypatch.setattr(prefilter, "integrate_brdf", lambda: np.zeros((BRDF_SIZE, BRDF_SIZE, 2), np.float16))


@pytest.mark.usefixtures("matt")
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[] if name in HARDEST else [pytest.mark.nightly]) for name in PANORAMAS
])
def test_a_grey_ball_is_as_bright_as_the_exact_sum_on_every_side(device: Device, name: str) -> None:
    radiance = exposed(Panorama(PANORAMAS[name]().reshape(*SIZE, 3).astype(np.float32), "hdr", SIZE[::-1]))
    tables = photograph_tables(device, radiance)
    light = upload(device, tables)
    shadows = SelfShadows(device, photographed_lamps(tables), light, BOUNDS, tile=32)
    shadows.cast(NoCaster())
    shown = ask(
        device, light.glsl + shadows.glsl, "ambient_irradiance(in0) + shadowed_irradiance(vec3(0.0), in0, in0)",
        lambda program: shadows.bind(program, light.bind(program, 0)), NORMALS,
    )
    shadows.release()
    light.release()
    exact = (np.maximum(NORMALS @ DIRECTIONS.T, 0.0) * SOLID_ANGLES) @ radiance.reshape(-1, 3) / np.pi
    assert np.abs(srgb(GREY * shown) - srgb(GREY * exact)).max() < 3


def test_the_maps_directions_are_those_that_shaders_look_it_up_by(device: Device) -> None:
    size = 32
    middles = (np.arange(size) + 0.5) / size
    places = np.stack([*np.meshgrid(middles, middles), np.zeros((size, size))], axis=-1).reshape(-1, 3)
    glsl = SPECULAR_CONSTANTS + read_shader("renderer.lighting", "octahedral.glsl")
    found = ask(device, glsl, "octahedral_direction(in0.xy)", lambda program: None, places)
    assert np.abs(octahedral_directions(size) - found).max() < 1e-5
