"""The shadow on the floor: where it is dark, how it fades, and what it does not depend on."""

import functools

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.camera.framing import SHADOW_REACH
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.ground_shadow import REACH, GroundShadow, shadow_rectangle
from renderer.lighting.presets import DARK, OUTDOOR, SOFT, STUDIO
from renderer.lighting.sources import Lighting
from renderer.scene.bounds import Bounds
from renderer.scene.nodes import Material, Scene, Transmission
from tests.renderer.lighting.stage import Vector, bounds_of, box_mesh, scene_of

LIGHTS, SIZE = 96, 256
STANDING: tuple[Vector, Vector] = ((-0.5, 0.0, -0.5), (0.5, 1.0, 0.5))
FLOATING: tuple[Vector, Vector] = ((-0.5, 0.6, -0.5), (0.5, 1.0, 0.5))


class Cast:
    """The blocked light, [z, x], with its places in metres."""

    def __init__(self, shadow: GroundShadow) -> None:
        self.blocked = np.frombuffer(shadow.texture.read(), np.float16).reshape(SIZE, SIZE).astype(np.float64)
        self.low, self.size = shadow.low, shadow.size

    def at(self, x: float, z: float) -> float:
        place = (np.array([x, z]) - self.low) / self.size
        column, row = (place * SIZE).astype(int)
        return float(self.blocked[row, column]) if (place >= 0).all() and (place < 1).all() else 0.0

    def along(self, start: tuple[float, float], step: tuple[float, float], count: int) -> Float64:
        return np.array([self.at(start[0] + i * step[0], start[1] + i * step[1]) for i in range(count)])


def _cast(
    device: Device, scene: Scene, *, of: Scene | None = None, ground: float = 0.0, lighting: Lighting = STUDIO
) -> Cast:
    positions = (of or scene).meshes[0].primitives[0].positions
    gpu_scene = GpuScene(device, scene)
    shadow = GroundShadow(device, lighting, bounds_of(positions), ground, lights=LIGHTS, size=SIZE)
    shadow.cast(gpu_scene)
    result = Cast(shadow)
    shadow.release()
    gpu_scene.release()
    return result


@functools.cache
def _boxes(device: Device) -> tuple[Cast, Cast]:
    standing, floating = (_cast(device, scene_of(*box_mesh(*corners))) for corners in (STANDING, FLOATING))
    return standing, floating


def test_all_light_is_blocked_under_a_standing_box_and_none_at_the_edges(device: Device) -> None:
    standing, _ = _boxes(device)
    assert standing.at(0, 0) == pytest.approx(1, abs=0.01)
    assert standing.blocked.max() <= 1.001
    rim = np.concatenate([standing.blocked[[0, -1]].ravel(), standing.blocked[:, [0, -1]].ravel()])
    assert np.abs(rim).max() < 1e-3


@pytest.mark.parametrize("step", [(0.02, 0.0), (-0.02, 0.0), (0.0, 0.02), (0.0, -0.02), (0.014, -0.014)])
def test_the_shadow_is_darkest_at_the_contact_and_only_fades_from_there(
    device: Device, step: tuple[float, float]
) -> None:
    standing, _ = _boxes(device)
    values = standing.along((0.0, 0.0), step, 90)
    assert np.diff(values).max() < 0.008  # single lights' edges show by a hair
    assert values[-1] < 0.1
    outside = values[int(0.56 / max(np.abs(step))):]
    assert outside.max() == outside[0]


def test_the_key_from_the_front_left_throws_the_shadow_to_the_back_right(device: Device) -> None:
    standing, _ = _boxes(device)
    assert standing.at(0.75, 0) > 1.3 * standing.at(-0.75, 0)
    assert standing.at(0, -0.75) > 1.3 * standing.at(0, 0.75)


def test_a_floating_box_has_a_softer_and_lighter_shadow(device: Device) -> None:
    standing, floating = _boxes(device)
    assert floating.blocked.max() < 0.97
    steepest = [np.abs(np.diff(cast.along((0.0, 0.0), (0.0, 0.01), 100))).max() for cast in (standing, floating)]
    assert steepest[1] < 0.4 * steepest[0]
    assert floating.at(0, 0.49) < 0.7 * standing.at(0, 0.49)


def test_overlapping_and_reordered_triangles_change_nothing(device: Device) -> None:
    positions, indices = box_mesh(*STANDING)
    standing, _ = _boxes(device)
    backwards = indices.reshape(-1, 3)[::-1].ravel()
    doubled = np.concatenate([indices, indices, backwards])
    for order in (backwards, doubled):
        assert np.array_equal(_cast(device, scene_of(positions, order)).blocked, standing.blocked)


def test_the_same_cast_gives_the_same_bytes(device: Device) -> None:
    standing, _ = _boxes(device)
    assert np.array_equal(_cast(device, scene_of(*box_mesh(*STANDING))).blocked, standing.blocked)


@pytest.mark.parametrize("alpha", [0.25, 0.5])
def test_a_blended_box_blocks_as_much_light_as_its_opacity(device: Device, alpha: float) -> None:
    standing, _ = _boxes(device)
    blended = _cast(device, scene_of(*box_mesh(*STANDING), alpha=alpha))
    spots = [(0.0, 0.0), (0.4, 0.4), (-0.4, 0.3)]
    expected = [alpha * standing.at(*spot) for spot in spots]
    assert [blended.at(*spot) for spot in spots] == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("transmission", [0.5, 1.0])
def test_a_box_of_glass_blocks_what_it_holds_back(device: Device, transmission: float) -> None:
    standing, _ = _boxes(device)
    scene = scene_of(*box_mesh(*STANDING))
    scene.materials = [Material(metallic_factor=0.0, transmission=Transmission(factor=transmission))]
    assert _cast(device, scene).at(0.0, 0.0) == pytest.approx((1 - transmission) * standing.at(0.0, 0.0), abs=0.03)


def test_what_reaches_below_the_ground_counts_as_touching_it(device: Device) -> None:
    standing, _ = _boxes(device)
    sunk = scene_of(*box_mesh((-0.5, -0.4, -0.5), (0.5, 1.0, 0.5)))
    of = scene_of(*box_mesh(*STANDING))
    assert np.allclose(_cast(device, sunk, of=of).blocked, standing.blocked, atol=2e-3)


def test_a_moving_box_casts_the_mean_of_its_moments(device: Device) -> None:
    positions, indices = box_mesh((-0.2, 0.0, -0.2), (0.2, 0.4, 0.2))
    gpu_scene = GpuScene(device, scene_of(positions, indices))
    aside = np.array([0.5, 0, 0], np.float32)
    bounds = bounds_of(np.concatenate([positions - aside, positions + aside]))
    shadow = GroundShadow(device, STUDIO, bounds, 0.0, lights=LIGHTS, size=SIZE)

    def move(x: float) -> None:
        matrix = np.eye(4)
        matrix[0, 3] = x
        gpu_scene.drawables[0].place(matrix)

    shadow.cast(gpu_scene, [functools.partial(move, x) for x in (-0.5, 0.5)])
    both = Cast(shadow)
    shadow.release()
    gpu_scene.release()
    assert both.at(-0.5, 0) == pytest.approx(0.5, abs=0.08)
    assert both.at(-0.5, 0) + both.at(0.5, 0) == pytest.approx(1, abs=0.1)


def test_the_sun_draws_the_hardest_shadow_and_the_tent_the_softest(device: Device) -> None:
    def steepest(lighting: Lighting) -> float:
        """The greatest change per centimetre behind the box, where the key's edge falls."""
        blocked = _cast(device, scene_of(*box_mesh(*STANDING)), lighting=lighting)
        return float(np.abs(np.diff(blocked.along((0.6, -0.6), (0.01, -0.01), 70))).max() * lighting.shadow_strength)

    sun, studio, tent = (steepest(lighting) for lighting in (OUTDOOR, STUDIO, SOFT))
    assert sun > 1.5 * studio
    assert studio > 1.3 * tent


def test_each_preset_says_how_dark_its_shadow_is(device: Device) -> None:
    positions, _ = box_mesh(*STANDING)
    for lighting in (SOFT, DARK):
        shadow = GroundShadow(device, lighting, bounds_of(positions), 0.0, lights=4, size=64)
        assert shadow.strength == lighting.shadow_strength
        shadow.release()


def test_the_depth_range_of_the_camera_holds_the_largest_rectangle() -> None:
    """A tall, thin model under light from the horizon: the rectangle is cut off at REACH, a radius below the centre."""
    half = np.array([0.01, 1.0, 0.01])
    bounds = Bounds(np.zeros(3), float(np.linalg.norm(half)), -half, half)
    low, size = shadow_rectangle(bounds, -1.0, np.array([[9.0, 9.0], [-9.0, -9.0]]))
    assert size == pytest.approx(2 * REACH * bounds.radius), "it could not be larger"
    corners = [np.array([x, -1.0, z]) for x in (low[0], low[0] + size[0]) for z in (low[1], low[1] + size[1])]
    assert max(np.linalg.norm(corner) for corner in corners) <= SHADOW_REACH * bounds.radius
