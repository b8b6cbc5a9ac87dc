"""Photographed light: as bright as the studio, the right way round, with its lamp found and counted once."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32, Float64
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.lighting import prefilter
from renderer.lighting.environment import filter_tables, upload
from renderer.lighting.photograph import (
    KEPT_FILES,
    STUDIO_RADIANCE,
    exposed,
    load_photograph,
    parted,
    photographed_lamps,
)
from renderer.lighting.prefilter import equirectangular_directions, harmonics
from renderer.lighting.presets import STUDIO
from renderer.panoramas import Panorama, PanoramaError
from renderer.scene.nodes import Material
from renderer.spec import FrameSpec
from tests.renderer.lighting.stage import ask
from tests.renderer.passes.scenes import scene_of, sphere
from tests.renderer.test_panoramas import written
from tests.support.models import shared_model

HEIGHT, WIDTH = 64, 128
DIRECTIONS, SOLID_ANGLES = equirectangular_directions(HEIGHT, WIDTH)
LUMA = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters quickly: what is kept matters here, not how it looks."""
    monkeypatch.setattr(prefilter, "SAMPLES", 2)


def panorama(radiance: Float32) -> Panorama:
    return Panorama(radiance, "hdr", (radiance.shape[1], radiance.shape[0]))


def sky_with_lamp(towards: tuple[float, float, float], *, half_angle: float = 8.0, radiance: float = 80.0) -> Float32:
    """Turned as `parted` wants it: a grey sky with one round lamp, degrees."""
    axis = np.array(towards) / np.linalg.norm(towards)
    lamp = DIRECTIONS @ axis > math.cos(math.radians(half_angle))
    return np.where(lamp[:, None], radiance, 0.5).repeat(3, axis=1).reshape(HEIGHT, WIDTH, 3).astype(np.float32)


def test_the_studio_is_as_bright_as_it_says() -> None:
    mean = SOLID_ANGLES @ (STUDIO.ambient_radiance(DIRECTIONS) + STUDIO.key_radiance(DIRECTIONS)) / (4 * np.pi)
    assert mean @ LUMA == pytest.approx(STUDIO_RADIANCE, rel=0.02)


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e4])
def test_any_units_give_the_brightness_of_the_studio(unit: float) -> None:
    light = exposed(panorama(sky_with_lamp((0, 1, 1)) * np.float32(unit)))
    assert SOLID_ANGLES @ (light @ LUMA).reshape(-1) / (4 * np.pi) == pytest.approx(STUDIO_RADIANCE, rel=1e-3)


def test_a_black_one_stays_black() -> None:
    assert not exposed(panorama(np.zeros((16, 32, 3), np.float32))).any()


@pytest.mark.usefixtures("coarse")
def test_it_is_the_right_way_round(device: Device) -> None:
    """The file's middle column is seen along +X, a quarter to the right of it along +Z, the upper rows above."""
    pixels = np.full((HEIGHT, WIDTH, 3), 0.1, np.float32)
    pixels[HEIGHT // 2 - 4 : HEIGHT // 2 + 4, WIDTH // 2 - 4 : WIDTH // 2 + 4] = (1, 0, 0)
    pixels[HEIGHT // 2 - 4 : HEIGHT // 2 + 4, WIDTH * 3 // 4 - 4 : WIDTH * 3 // 4 + 4] = (0, 1, 0)
    pixels[:4] = (0, 0, 1)
    light = upload(device, filter_tables(device, exposed(panorama(pixels))))
    directions = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0], [-1.0, 0, 0]])
    rough = np.zeros_like(directions)
    seen = ask(device, light.glsl, "specular_light(in0, in1.x)", lambda p: light.bind(p, 0), directions, rough)
    light.release()
    assert np.argmax(seen[:3], axis=1).tolist() == [0, 1, 2]
    assert np.ptp(seen[3]) < 0.01
    assert seen[:3].max(axis=1).min() > 5 * seen[3].max()


@pytest.mark.parametrize("towards", [(0.3, 1.0, 0.5), (-1.0, 0.6, 0.2), (0.0, 1.0, 0.0)])
def test_the_lamp_is_found_and_counts_once(towards: tuple[float, float, float]) -> None:
    whole = sky_with_lamp(towards)
    ambient, key = parted(whole)
    assert np.allclose(ambient + key, whole)
    assert ambient.min() >= 0
    light = (key @ LUMA).reshape(-1) * SOLID_ANGLES
    found = light @ DIRECTIONS
    assert found @ (np.array(towards) / np.linalg.norm(towards)) / np.linalg.norm(found) > 0.995
    lamp = ((whole @ LUMA).reshape(-1) > 1) * (whole @ LUMA).reshape(-1) * SOLID_ANGLES
    assert 0.85 < light.sum() / lamp.sum() <= 1  # what surroundings of its mean would give as well is left to them


def test_there_is_one_lamp_only_the_brighter_one() -> None:
    whole = np.maximum(sky_with_lamp((1, 1, 0)), sky_with_lamp((-1, 1, 0), radiance=40.0))
    key = parted(whole)[1].reshape(-1, 3)
    assert key[DIRECTIONS[:, 0] > 0].any()
    assert not key[DIRECTIONS[:, 0] < 0].any()


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("sky", [np.ones((HEIGHT, WIDTH, 3), np.float32), sky_with_lamp((1, 0, 0)),
                                 sky_with_lamp((1, -1, 0))], ids=["even", "on the horizon", "below"])
def test_without_a_lamp_above_only_the_dome_casts_shadows(device: Device, sky: Float32) -> None:
    ambient, key = parted(sky)
    assert not key.any()
    tables = filter_tables(device, ambient, key)
    lamps = photographed_lamps(tables)
    assert lamps.key_share == 0
    assert np.isfinite(lamps.key.frame).all()


def _ball_from_all_sides(device: Device, cache: Path, environment: str | None, images: dict[str, Path]) -> Float64:
    """Display luma, 0..1, of a grey ball in four frames around it."""
    scene = scene_of((sphere(), Material(base_color_factor=(0.18, 0.18, 0.18, 1), metallic_factor=0)))
    spec = FrameSpec(width=96, height=96, frame_count=4, easing=False, environment=environment, shadows=False)
    with ShotRenderer(device, scene, spec, cache_dir=cache, images=images) as shot:
        shown = []
        for index in range(4):
            shot.draw(index)
            pixels = shot.read_rgba()
            shown.append((pixels[pixels[..., 3] == 255][:, :3] @ LUMA).mean() / 255)
    return np.array(shown)


@pytest.mark.usefixtures("coarse")
def test_a_grey_ball_is_about_as_grey_as_in_the_studio(device: Device, tmp_path: Path) -> None:
    path = shared_model("royal_esplanade_1k.hdr")
    studio = _ball_from_all_sides(device, tmp_path, None, {}).mean()
    lit = _ball_from_all_sides(device, tmp_path, "esplanade", {"esplanade": path}).mean()
    assert lit == pytest.approx(studio, abs=0.06)


@pytest.mark.usefixtures("coarse")
def test_the_same_file_is_filtered_once_and_only_the_latest_stay(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "sky.exr", sky_with_lamp((0, 1, 1)))
    cache = tmp_path / "cache"
    cache.mkdir()
    others = [cache / f"photograph-{number}.npz" for number in range(KEPT_FILES)]
    for age, other in enumerate(others):
        other.touch()
        os.utime(other, (1000 + age, 1000 + age))
    first = load_photograph(device, path, cache)
    assert [other.exists() for other in others] == [False] + [True] * (KEPT_FILES - 1)

    def must_not_run(path: Path) -> Panorama:
        raise AssertionError("decoded again")

    monkeypatch.setattr("renderer.lighting.photograph.read_panorama", must_not_run)
    copy = tmp_path / "the same.exr"
    copy.write_bytes(path.read_bytes())
    second = load_photograph(device, copy, cache)
    assert np.array_equal(first.irradiance_sh, second.irradiance_sh)
    assert len(list(cache.iterdir())) == KEPT_FILES
    first.release()
    second.release()


def test_a_broken_one_leaves_nothing_in_the_cache(device: Device, tmp_path: Path) -> None:
    path = tmp_path / "sky.exr"
    path.write_bytes(b"no picture")
    with pytest.raises(PanoramaError):
        load_photograph(device, path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("coarse")
def test_a_suns_reflection_stays_finite(device: Device) -> None:
    ambient, key = parted(sky_with_lamp((0, 1, 1), half_angle=3, radiance=1e6))
    tables = filter_tables(device, ambient, key)
    assert all(np.isfinite(level.astype(np.float32)).all() for level in tables.specular)
    assert (harmonics(DIRECTIONS) @ tables.irradiance_sh).min() > -0.05 * tables.key_irradiance.max()
