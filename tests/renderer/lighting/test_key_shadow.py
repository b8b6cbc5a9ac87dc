"""The key on the model: points that see it get all of it, hidden ones none, and nothing shadows itself."""

from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32, Float64, UInt32
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.environment import Environment, load_environment
from renderer.lighting.presets import STUDIO
from renderer.lighting.shadow import LIVE_TRIANGLES, Shadows
from tests.renderer.lighting.stage import ask, ball_mesh, bounds_of, box_mesh, scene_of

UP = (0.0, 1.0, 0.0)


class Stage:
    """Shadows of one mesh, to be asked at points with normals."""

    def __init__(self, device: Device, light: Environment, positions: Float32, indices: UInt32) -> None:
        self._device, self._light = device, light
        self._gpu_scene = GpuScene(device, scene_of(positions, indices))
        self.shadows = Shadows(device, STUDIO, light, bounds_of(positions), float(positions[:, 1].min()))
        self.shadows.cast(self._gpu_scene)

    def ask(self, expression: str, points: Float64, normals: Float64) -> Float64:
        """The green of a vec3 expression of in0 (points) and in1 (normals)."""
        return ask(
            self._device, self._light.glsl + self.shadows.glsl, expression,
            lambda program: self.shadows.bind(program, self._light.bind(program, 0)), points, normals,
        )[:, 1]

    def lit(self, points: Float64, normals: Float64) -> Float64:
        """The share of the key's greatest irradiance."""
        seen = self.ask("shadowed_irradiance(in0, in1, in1)", points, normals)
        return np.asarray(seen / self._light.tables.key_irradiance[1])

    def close(self) -> None:
        self.shadows.release()
        self._gpu_scene.release()


@pytest.fixture
def light(device: Device, light_cache: Path) -> Environment:
    return load_environment(device, STUDIO, light_cache)


def test_a_ball_is_lit_as_if_there_were_no_shadow_maps(device: Device, light: Environment) -> None:
    stage = Stage(device, light, *ball_mesh(96))
    points = ball_mesh(20)[0].astype(np.float64)
    lit = stage.lit(points, points)
    plain = stage.ask("direct_irradiance(in1)", points, points) / light.tables.key_irradiance[1]
    stage.close()
    facing = points @ light.tables.key_direction
    assert np.abs(lit - plain)[facing > 0.55].max() < 0.03  # the whole key stands over the horizon: no acne
    assert np.abs(lit - plain).max() < 0.12
    assert lit[facing < -0.55].max() < 1e-3


def test_a_table_top_hides_the_key_below_and_penumbrae_widen_with_the_distance(
    device: Device, light: Environment
) -> None:
    top, top_indices = box_mesh((-1.0, 1.0, -1.0), (1.0, 1.05, 1.0))
    pole, pole_indices = box_mesh((2.0, -1.0, 2.0), (2.1, 1.0, 2.1))
    stage = Stage(device, light, np.concatenate([top, pole]), np.concatenate([top_indices, pole_indices + len(top)]))
    x = np.linspace(-2.5, 2.5, 301)

    def scan(height: float) -> Float64:
        return stage.lit(np.column_stack([x, np.full(301, height), np.zeros(301)]), np.tile(UP, (301, 1)))

    near, far, above = scan(0.9), scan(0.0), scan(1.05)
    stage.close()
    widths = [np.sum((values > 0.1 * above.max()) & (values < 0.9 * above.max())) for values in (near, far)]
    assert near[np.abs(x) < 0.7].max() < 0.02
    assert widths[1] > 3 * widths[0]
    assert np.allclose(above, above[0], rtol=0.02)


def test_the_floors_bounce_is_lost_under_a_box_and_comes_back_up_its_wall(device: Device, light: Environment) -> None:
    stage = Stage(device, light, *box_mesh((-0.5, 0.0, -0.5), (0.5, 2.0, 0.5)))
    points = np.array([[0.0, height, 0.51] for height in (0.0, 0.2, 0.8, 2.0)])
    wall = np.tile((0.0, 0.0, 1.0), (4, 1))
    blocked = stage.ask("vec3(floor_blocked(in0, in1))", points, wall)
    under = stage.ask("vec3(floor_blocked(in0, in1))", np.zeros((1, 3)), np.array([[0.0, -1.0, 0.0]]))
    bounce = stage.ask("vec3(floor_bounce(in0.x, in1))", np.array([[0.6, 0, 0]] * 2), np.array([UP, (0.0, -1.0, 0.0)]))
    stage.close()
    assert under == pytest.approx(1, abs=0.01)
    assert 0.2 < blocked[0] < 0.6
    assert (np.diff(blocked) < 0).all()
    assert blocked[-1] < 0.05
    assert bounce == pytest.approx([1.0, 0.4])


def test_only_light_animated_models_have_live_shadows(device: Device, light: Environment) -> None:
    bounds = bounds_of(box_mesh((-1, 0, -1), (1, 1, 1))[0])
    for triangles, animated, live in (
        (LIVE_TRIANGLES, True, True), (LIVE_TRIANGLES + 1, True, False), (LIVE_TRIANGLES, False, False)
    ):
        shadows = Shadows(device, STUDIO, light, bounds, 0.0, triangles=triangles, animated=animated)
        assert shadows.live is live
        shadows.release()
