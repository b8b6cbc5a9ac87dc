"""What shaders look up is the light that was put in: filtered without loss, cached without harm."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32, Float64
from renderer.gl.context import Device
from renderer.lighting import environment, prefilter
from renderer.lighting.environment import Environment, filter_tables, load_environment, upload
from renderer.lighting.prefilter import (
    SPECULAR_LEVELS,
    equirectangular_directions,
    filter_irradiance,
    harmonics,
    integrate_brdf,
    level_roughness,
)
from renderer.lighting.presets import DARK, STUDIO
from tests.renderer.lighting.stage import ask

SIZE = (64, 128)
DIRECTIONS, SOLID_ANGLES = equirectangular_directions(*SIZE)


def _slope(directions: Float64) -> Float64:
    """A smooth environment whose blurred forms are known: constant plus a gradient of its own per channel."""
    return np.asarray([0.8, 1.0, 0.6] + directions @ np.array([[0.3, 0, 0], [0.2, -0.5, 0.1], [0, 0.2, -0.4]]))


def _specular(device: Device, light: Environment, directions: Float64, roughness: float) -> Float64:
    rough = np.full_like(directions, roughness)
    return ask(device, light.glsl, "specular_light(in0, in1.x)", lambda p: light.bind(p, 0), directions, rough)


@pytest.fixture(scope="module")
def slope(opened_device: Device) -> Environment:
    return upload(opened_device, filter_tables(opened_device, _slope(DIRECTIONS).reshape(*SIZE, 3).astype(np.float32)))


@pytest.fixture
def studio(device: Device, light_cache: Path) -> Environment:
    return load_environment(device, STUDIO, light_cache)


def test_a_white_furnace_stays_white_at_every_roughness(device: Device) -> None:
    tables = filter_tables(device, np.full((16, 32, 3), 0.7, np.float32))
    light = upload(device, tables)
    for roughness in np.linspace(0, 1, 11):
        assert np.allclose(_specular(device, light, DIRECTIONS[::97], roughness), 0.7, rtol=0.005)
    assert np.allclose(harmonics(DIRECTIONS) @ tables.irradiance_sh, 0.7, rtol=0.005)
    light.release()


def test_blurring_keeps_the_mean_of_the_light(device: Device, studio: Environment) -> None:
    means = []
    for level in range(SPECULAR_LEVELS):
        seen = _specular(device, studio, DIRECTIONS, level_roughness(level))
        means.append(SOLID_ANGLES @ seen / (4 * np.pi))
    assert np.allclose(means, means[0], rtol=0.03)


def test_a_mirror_sees_the_light_itself_also_across_the_folds_of_the_map(device: Device, slope: Environment) -> None:
    around = np.linspace(0, 2 * np.pi, 400)
    equator = np.stack([np.cos(around), np.zeros(400), np.sin(around)], axis=1)
    for tilt in (-0.02, 0.0, 0.02):  # both sides of the fold between the halves of the octahedron
        directions = equator + np.array([0, tilt, 0])
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        assert np.allclose(_specular(device, slope, directions, 0.0), _slope(directions), atol=0.01)
    assert np.allclose(_specular(device, slope, DIRECTIONS, 0.0), _slope(DIRECTIONS), atol=0.02)


@pytest.mark.parametrize("roughness", [level_roughness(2), 0.45, 1.0])
def test_a_rough_surface_sees_a_gradient_flattened_but_without_seams(
    device: Device, slope: Environment, roughness: float
) -> None:
    base = np.array([0.8, 1.0, 0.6])
    seen, gradient = _specular(device, slope, DIRECTIONS, roughness) - base, _slope(DIRECTIONS) - base
    # A symmetric blur multiplies a gradient by one factor in all directions.
    factor = float((seen * gradient).sum() / (gradient * gradient).sum())
    assert 0.5 < factor < 1
    assert np.abs(seen - factor * gradient).max() < 0.025


def test_irradiance_of_a_gradient_is_exact() -> None:
    coefficients = filter_irradiance(_slope(DIRECTIONS).reshape(*SIZE, 3).astype(np.float32))
    base = np.array([0.8, 1.0, 0.6])
    assert np.allclose(harmonics(DIRECTIONS) @ coefficients, base + (_slope(DIRECTIONS) - base) * 2 / 3, atol=2e-3)


def test_shaders_get_the_same_irradiance_as_the_sum_over_the_light(device: Device, studio: Environment) -> None:
    directions, solid_angles = equirectangular_directions(*environment.SOURCE_SIZE)
    radiance = STUDIO.ambient_radiance(directions) + STUDIO.key_radiance(directions)
    normals = DIRECTIONS[::331]
    exact = np.stack([np.maximum(directions @ n, 0.0) * solid_angles @ radiance / np.pi for n in normals])
    seen = ask(device, studio.glsl, "irradiance(in0)", lambda program: studio.bind(program, 0), normals)
    assert np.abs(seen - exact).max() < 0.08 * exact.max()
    assert (seen > 0).all()


def test_the_key_is_the_one_lamp_that_shadows_are_cast_from(studio: Environment) -> None:
    key = STUDIO.key
    assert np.dot(studio.tables.key_direction, key.frame[2]) > 0.99
    assert 0.3 < studio.tables.key_spread < 0.7
    assert studio.tables.key_irradiance.min() > studio.irradiance_sh[0].max()


def _reflectance(cos_v: float, roughness: float, f0: float) -> float:
    """Directional albedo of a GGX mirror by summing over the hemisphere."""
    polar, around = np.meshgrid((np.arange(1500) + 0.5) / 1500 * np.pi / 2, (np.arange(300) + 0.5) / 300 * np.pi)
    light = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1)
    view = np.array([np.sqrt(1 - cos_v**2), 0.0, cos_v])
    half = light + view
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    alpha2, cos_l, cos_h, v_h = roughness**4, light[..., 2], half[..., 2], half @ view
    distribution = alpha2 / (np.pi * (cos_h**2 * (alpha2 - 1) + 1) ** 2)
    visibility = 0.5 / (cos_l * np.sqrt(cos_v**2 * (1 - alpha2) + alpha2)
                        + cos_v * np.sqrt(cos_l**2 * (1 - alpha2) + alpha2))
    fresnel = f0 + (1 - f0) * (1 - v_h) ** 5
    weights = np.sin(polar) * (np.pi / 2 / 1500) * (2 * np.pi / 300)
    return float((distribution * visibility * fresnel * cos_l * weights).sum())


@pytest.mark.parametrize("row", [40, 80, 120])
@pytest.mark.parametrize("column", [30, 64, 127])
@pytest.mark.parametrize("f0", [0.04, 0.9])
def test_the_brdf_table_is_the_integral_of_the_brdf(row: int, column: int, f0: float) -> None:
    scale, bias = integrate_brdf()[row, column].astype(float)
    assert f0 * scale + bias == pytest.approx(_reflectance((column + 0.5) / 128, (row + 0.5) / 128, f0), abs=0.012)


def test_the_brdf_never_makes_light_and_a_smooth_mirror_loses_none() -> None:
    total = integrate_brdf().astype(np.float32).sum(axis=-1)
    assert total.max() <= 1.001
    assert np.allclose(total[0], 1, atol=2e-3)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters quickly: what is cached matters here, not how it looks."""
    monkeypatch.setattr(environment, "SOURCE_SIZE", (32, 64))
    monkeypatch.setattr(prefilter, "SAMPLES", 2)


@pytest.mark.usefixtures("coarse")
def test_a_second_start_reads_the_light_from_disk(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_environment(device, STUDIO, tmp_path).tables

    def must_not_run(device: Device, radiance: Float32) -> None:
        raise AssertionError("filtered again")

    monkeypatch.setattr(prefilter, "filter_specular", must_not_run)
    second = load_environment(device, STUDIO, tmp_path).tables
    assert all(np.array_equal(a, b) for a, b in zip(first.specular, second.specular, strict=True))
    assert np.array_equal(first.irradiance_sh, second.irradiance_sh)
    assert first.key_spread == second.key_spread
    assert len(list(tmp_path.iterdir())) == 1  # no temporary files stay


@pytest.mark.usefixtures("coarse")
def test_every_preset_has_a_file_of_its_own(device: Device, tmp_path: Path) -> None:
    studio, dark = (load_environment(device, lighting, tmp_path).tables for lighting in (STUDIO, DARK))
    dearer = dataclasses.replace(DARK, exposure=2 * DARK.exposure)
    brighter = load_environment(device, dearer, tmp_path).tables
    assert studio.irradiance_sh[0].mean() > 1.5 * dark.irradiance_sh[0].mean()
    assert np.allclose(brighter.irradiance_sh, 2 * dark.irradiance_sh, rtol=1e-5)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not an archive", None])
def test_a_damaged_cache_file_is_made_anew(device: Device, tmp_path: Path, damage: bytes | None) -> None:
    whole = load_environment(device, STUDIO, tmp_path).tables
    path = next(tmp_path.iterdir())
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2] if damage is None else damage)
    again = load_environment(device, STUDIO, tmp_path).tables
    assert all(np.array_equal(a, b) for a, b in zip(whole.specular, again.specular, strict=True))
    assert path.read_bytes() == good
