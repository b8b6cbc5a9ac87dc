"""The shadow on the ground: only in alpha, as strong as it says, and never seen from below."""

import numpy as np
import pytest
from numpy.typing import NDArray

from renderer.arrays import Float64, UInt8
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.lighting.ground_shadow import GroundShadow
from renderer.lighting.presets import STUDIO
from renderer.passes.ground import FINE, GroundPass, level
from renderer.passes.resolve import ResolvePass
from tests.renderer.passes.stage import BOUNDS, SIZE, front_view

TEXELS = 64
LARGE = 256  # texels: 16 x 16 cells


def ground_picture(device: Device, blocked: float, eye: tuple[float, float, float]) -> tuple[UInt8, float]:
    """The ground alone where `blocked` of the light is missing everywhere, and the shadow's strength."""
    shadow = GroundShadow(device, STUDIO, BOUNDS, 0.0, lights=4, size=TEXELS)
    shadow.put(np.full((TEXELS, TEXELS), blocked, np.float16))
    target, ground = SampleTarget(device, SIZE, SIZE), GroundPass(device)
    resolve = ResolvePass(device, target)
    target.begin()
    ground.draw(front_view(eye), shadow)
    pixels = resolve.start_rgba().read()
    for owner in (resolve, ground, target, shadow):
        owner.release()
    return pixels, shadow.strength


@pytest.mark.parametrize("blocked", [0.0, 0.4, 1.0])
def test_a_shadow_is_black_with_its_strength_in_alpha(device: Device, blocked: float) -> None:
    pixels, strength = ground_picture(device, blocked, (0.0, 1.0, 3.0))
    red, green, blue, alpha = np.moveaxis(pixels[SIZE // 2 - 4 : SIZE // 2 + 4, 24:40].astype(np.float64), -1, 0)
    assert max(red.max(), green.max(), blue.max()) == 0
    assert np.abs(alpha - 255 * strength * blocked).max() <= 1


def patch(low: int, high: int) -> NDArray[np.float16]:
    """A shadow on a square of texels."""
    blocked = np.zeros((LARGE, LARGE), np.float16)
    blocked[low:high, low:high] = 0.8
    return blocked


SPOT = patch(0, 0)
SPOT[200, 10] = 0.1


def area(polygon: Float64) -> float:
    u, v = polygon.T
    return abs(float(u @ np.roll(v, 1) - v @ np.roll(u, 1))) / 2


@pytest.mark.parametrize(
    ("blocked", "cells"),
    [(patch(100, 140), 5 * 5), (np.maximum(patch(100, 140), SPOT), 59), (patch(0, LARGE), 16 * 16),
     (patch(0, 0), 0)],
    ids=["part", "part and spot", "all", "nothing"],
)
def test_an_outlined_shadow_looks_as_before(device: Device, blocked: NDArray[np.float16], cells: float) -> None:
    shadow = GroundShadow(device, STUDIO, BOUNDS, 0.0, lights=4, size=LARGE)
    shadow.put(blocked)
    target, ground = SampleTarget(device, SIZE, SIZE), GroundPass(device)
    resolve = ResolvePass(device, target)
    pictures = []
    for _ in range(2):
        target.begin()
        ground.draw(front_view((0.3, 1.0, 3.0)), shadow)
        pictures.append(resolve.start_rgba().read().astype(int))
        ground.outline(shadow)
    outline = shadow.outline()
    for owner in (resolve, ground, target, shadow):
        owner.release()
    assert np.abs(pictures[0] - pictures[1]).max() <= 1
    assert (pictures[0].max() > 0) == bool(blocked.any())
    assert area(outline) == pytest.approx(cells / 16**2)


def test_the_ground_is_not_seen_from_below(device: Device) -> None:
    pixels, _ = ground_picture(device, 1.0, (0.0, -1.0, 3.0))
    assert pixels.max() == 0


def test_a_target_of_half_the_size_needs_a_level_more_where_texels_are_small(device: Device) -> None:
    shadow = GroundShadow(device, STUDIO, BOUNDS, 0.0, lights=4, size=LARGE)
    view = front_view((0.0, 1.0, 3.0))
    seen = view.projection @ view.view
    levels = [level(seen, (side, side), shadow) for side in (16, 32, 64, 1 << 14)]
    assert levels[1] > 1
    np.testing.assert_allclose([levels[0] - levels[1], levels[1] - levels[2]], 1.0)
    assert levels[3] == 0.0
    shadow.release()


def test_the_level_follows_the_distance_between_samples_on_the_ground(device: Device) -> None:
    """Straight from above, a metre takes as many samples along x as along z, and the texels that lie on them."""
    shadow = GroundShadow(device, STUDIO, BOUNDS, 0.0, lights=4, size=LARGE)
    x, z = shadow.low + shadow.size / 2
    height, side = 4.0, 64
    down = np.array([[1.0, 0, 0, -x], [0, 0, -1, z], [0, 1, 0, -height], [0, 0, 0, 1]])
    wide = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]])  # 90 degrees
    metres = 2 * height / side
    texels = metres * LARGE / shadow.size.min()
    assert level(wide @ down, (side, side), shadow) == pytest.approx(np.log2(texels / FINE))
    shadow.release()
