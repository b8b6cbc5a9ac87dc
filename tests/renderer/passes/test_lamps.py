"""A model's own lights, in the dark: the numbers of KHR_lights_punctual, shown."""

import math

import numpy as np
import pytest

from renderer.arrays import Float64, UInt8
from renderer.gl.context import Device
from renderer.scene.animation import pose_scene
from renderer.scene.lights import BRIGHTEST, light_rows
from renderer.scene.nodes import Light, Material, Node, Scene, Specular
from tests.renderer.passes.scenes import quad, scene_of, sphere
from tests.renderer.passes.stage import SIZE, middle, neutral, picture, srgb

CHALK = Material(metallic_factor=0.0, roughness_factor=1.0, specular=Specular(factor=0.0))
UNIT = math.pi
"""Lux that make a white diffuse surface send out 1."""


def lit(*lights: Light, place: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> Scene:
    """A white wall that faces the camera, and a node at `place` with the lights, which shine along -z as it does."""
    scene = scene_of((quad(), CHALK))
    scene.nodes.append(Node("lamp", translation=place))
    scene.roots = (0, 1)
    scene.lights = [*lights]
    return scene


def shown(radiance: float) -> Float64:
    return srgb(neutral(np.full(3, radiance)))


@pytest.mark.parametrize("light", [
    Light(1, "directional", intensity=0.4 * UNIT),
    Light(1, "point", intensity=0.4 * UNIT),
    Light(1, "spot", intensity=0.4 * UNIT),
], ids=["directional", "point", "spot"])
def test_a_lux_and_a_candela_at_a_metre_light_alike(device: Device, light: Light) -> None:
    assert middle(picture(device, lit(light)))[:3] == pytest.approx(shown(0.4), abs=2)


def test_light_falls_off_with_the_square_of_the_distance_and_ends_at_its_range(device: Device) -> None:
    light = Light(1, "point", intensity=1.6 * UNIT)
    assert middle(picture(device, lit(light, place=(0, 0, 2))))[:3] == pytest.approx(shown(0.4), abs=2)
    window = 1 - (2 / 3) ** 4
    light.reach = 3.0
    assert middle(picture(device, lit(light, place=(0, 0, 2))))[:3] == pytest.approx(shown(0.4 * window), abs=2)
    light.reach = 1.9
    assert middle(picture(device, lit(light, place=(0, 0, 2))))[:3] == [0, 0, 0]


def test_colours_count_as_light(device: Device) -> None:
    light = Light(1, "directional", color=(1.0, 0.5, 0.1), intensity=0.4 * UNIT)
    expected = srgb(neutral(np.array([0.4, 0.2, 0.04])))
    assert middle(picture(device, lit(light)))[:3] == pytest.approx(expected, abs=2)


def test_a_spot_lights_its_cone_only_and_softly_at_the_edge(device: Device) -> None:
    cone = Light(1, "spot", intensity=0.5 * UNIT, inner_angle=0.1, outer_angle=0.3)
    row = picture(device, lit(cone))[SIZE // 2, :, 0].astype(int)
    wall = 3.0 * math.tan(0.15) * 4 / 3 / SIZE * 2  # metres per pixel at the wall, which is 4 m away
    assert row[SIZE // 2] > 150
    edge = round(math.tan(0.32) / wall)
    assert row[SIZE // 2 + edge] == row[SIZE // 2 - edge] == 0
    inside = row[SIZE // 2 : SIZE // 2 + edge]
    assert (np.diff(inside) <= 1).all()
    assert ((inside > 10) & (inside < 140)).sum() >= 3


def test_behind_a_surface_nothing_is_lit(device: Device) -> None:
    light = Light(1, "point", intensity=UNIT)
    assert middle(picture(device, lit(light, place=(0, 0, -1))))[:3] == [0, 0, 0]


def test_lights_that_would_burn_everything_out_are_dimmed_together(device: Device) -> None:
    strong = [Light(1, "directional", color=(1, 0, 0), intensity=9e4), Light(1, "directional", intensity=3e4)]
    red, green, _ = picture(device, lit(*strong))[SIZE // 2, SIZE // 2, :3]
    expected = srgb(neutral(np.array([4.0, 1.0, 1.0]) * BRIGHTEST / 2))
    assert [red, green] == pytest.approx(expected[:2], abs=3)


def _highlight(pixels: UInt8) -> tuple[float, float]:
    rows, columns = np.nonzero(pixels[..., 0] > 0.9 * pixels[..., 0].max())
    return float(columns.mean()) - SIZE / 2 + 0.5, float(rows.mean()) - SIZE / 2 + 0.5


def test_a_smooth_ball_mirrors_a_lamp_half_way_to_it(device: Device) -> None:
    scene = scene_of((sphere(), Material(metallic_factor=1.0, roughness_factor=0.2)))
    turn = math.radians(30)  # about y: the light comes from the right
    scene.nodes.append(Node("lamp", rotation=(0, math.sin(turn / 2), 0, math.cos(turn / 2))))
    scene.roots, scene.lights = (0, 1), [Light(1, "directional", intensity=UNIT)]
    across, down = _highlight(picture(device, scene))
    radius = 0.5 / (4 * math.tan(0.15)) * SIZE / 2
    assert across == pytest.approx(radius * math.sin(turn / 2), abs=1.5)
    assert down == pytest.approx(0, abs=1)


def test_lights_follow_their_nodes_in_any_pose() -> None:
    scene = lit(Light(1, "spot"), place=(1, 2, 3))
    root = np.diag([-1.0, 1, -1, 1])  # half a turn about y
    rows = light_rows(scene.lights, pose_scene(scene, None, 0.0), root)
    assert rows[0].tolist() == [-1, 2, -3, 1]
    assert rows[2, :3] / np.linalg.norm(rows[2, :3]) == pytest.approx([0, 0, 1])
