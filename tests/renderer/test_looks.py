"""Settings of light, colour and ground, from their JSON to pixels."""

from pathlib import Path
from typing import Any

import numpy as np

from renderer.arrays import UInt8
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.scene.nodes import Material, Scene
from renderer.spec import SETTINGS, parse_settings, plan_video
from tests.renderer.passes.scenes import scene_of, sphere

GREY = 0.18


def ball(reflectance: float = GREY, **fields: Any) -> Scene:
    color = (reflectance, reflectance, reflectance, 1.0)
    return scene_of((sphere(), Material(base_color_factor=color, metallic_factor=0, roughness_factor=1, **fields)))


def picture(device: Device, cache: Path, scene: Scene, **settings: Any) -> UInt8:
    """(180, 180, 4): frame 0 of what these render settings ask for, but smaller."""
    frames = plan_video(parse_settings({"aspect": "1:1", **settings})).frames
    spec = type(frames).from_json(frames.to_json() | {"width": 180, "height": 180})
    with ShotRenderer(device, scene, spec, cache_dir=cache) as shot:
        shot.draw(0)
        return shot.read_rgba()


def choices(name: str) -> tuple[str, ...]:
    return next(row.choices for row in SETTINGS if row.name == name)


def test_each_light_gives_a_grey_ball_its_own_brightness_and_shadow(device: Device, light_cache: Path) -> None:
    shown = {name: picture(device, light_cache, ball(), lighting=name).astype(float) for name in choices("lighting")}
    level = {name: pixels[pixels[..., 3] == 255][:, :3].mean() / 255 for name, pixels in shown.items()}
    assert level["soft"] > level["studio"] > level["dark"] + 0.08
    assert 0.3 < level["studio"] < 0.5
    ground = {name: pixels[140:, :, 3] for name, pixels in shown.items()}
    strongest = {name: alpha[alpha < 250].mean() for name, alpha in ground.items()}
    assert strongest["dark"] > strongest["studio"] > strongest["soft"]
    middle = shown["outdoor"][85:95, :, :3]
    left, right = middle[:, 30:60].mean(axis=(0, 1)), middle[:, 120:150].mean(axis=(0, 1))
    assert left.mean() > right.mean() + 20  # the sun stands to the left
    assert right[2] / right[0] > 1.04 * left[2] / left[0]  # and shade is blue


def test_each_tone_mapping_shows_bright_light_in_its_own_way(device: Device, light_cache: Path) -> None:
    red = scene_of((sphere(), Material(base_color_factor=(0, 0, 0, 1), emissive_factor=(3.0, 0.6, 0.3))))
    shown = {name: picture(device, light_cache, red, tone_mapping=name)[90, 90, :3].astype(int).tolist()
             for name in choices("tone_mapping")}
    assert len({tuple(color) for color in shown.values()}) == 4
    saturation = {name: max(color) - min(color) for name, color in shown.items()}
    assert min(saturation["none"], saturation["neutral"]) > max(saturation["aces"], saturation["agx"]) + 20


def test_a_reflector_shows_the_ball_below_itself_in_the_alpha(device: Device, light_cache: Path) -> None:
    plain = {"zoom": 2, "shadows": False}
    without = picture(device, light_cache, ball(0.7), **plain).astype(int)
    mirror = picture(device, light_cache, ball(0.7), **plain, reflector=True).astype(int)
    shadowed = picture(device, light_cache, ball(0.7), zoom=2, reflector=True).astype(int)
    model = without[..., 3] == 255
    assert (mirror[model] == without[model]).all()
    below = np.nonzero(model)[0].max() + 4
    assert without[below:].max() == 0
    assert mirror[below, 90, 3] > 30
    assert mirror[below:, 90, :3].max() > 10
    assert 0 < mirror[below + 12, 90, 3] < mirror[below, 90, 3]
    assert (mirror[..., :3] <= mirror[..., 3:] + 1).all()
    assert shadowed[below, 90, 3] > mirror[below, 90, 3] + 10  # on top of the shadow
