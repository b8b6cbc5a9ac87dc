"""Mip levels made on the CPU: the means of what they cover, on the device as they were given."""

import itertools

import moderngl
import numpy as np
import pytest

from renderer.arrays import Float32
from renderer.gl.context import Device
from renderer.gl.mipmaps import Texels, halvings, set_coarser, texture_of
from renderer.gl.programs import FULL_SCREEN

RNG = np.random.default_rng(7)


def noise(height: int, width: int, components: int, kind: str) -> Texels:
    values = RNG.random((height, width, components))
    return np.asarray(values * 255 if kind == "uint8" else values, kind)


@pytest.mark.parametrize("size", [(64, 64), (64, 16), (4, 2)])
def test_a_level_is_the_mean_of_four_texels_without_a_drift(size: tuple[int, int]) -> None:
    levels = halvings(noise(*size, 4, "uint8").astype(np.uint8))
    assert levels[-1].shape == (1, 1, 4)
    for finer, coarser in itertools.pairwise(levels):
        if min(finer.shape[:2]) > 1:
            height, width = coarser.shape[:2]
            means = finer.reshape(height, 2, width, 2, 4).astype(np.float64).mean(axis=(1, 3))
            assert np.abs(coarser - means).max() <= 0.5


def test_colours_are_not_weighed_by_alpha() -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0] = (200, 100, 0, 255)
    assert halvings(pixels)[1].ravel().tolist() == [100, 50, 0, 128]


def test_odd_sides_are_rounded_down_and_nothing_is_left_out() -> None:
    levels = halvings(np.full((5, 7, 4), 90, np.uint8))
    assert [level.shape[:2] for level in levels] == [(5, 7), (2, 3), (1, 1)]
    assert all((level == 90).all() for level in levels)
    edge = np.zeros((1, 3, 4), np.uint8)
    edge[0, 2] = 255
    assert halvings(edge)[1].ravel().tolist() == [85] * 4


READ_LEVEL = """#version 330 core
uniform sampler2D picture;
uniform int level;
out vec4 texel;
void main() { texel = texelFetch(picture, ivec2(gl_FragCoord.xy), level); }
"""


def level_on_device(device: Device, texture: moderngl.Texture, number: int, shape: tuple[int, ...]) -> Float32:
    """What shaders read: values as numbers, those of bytes as 0..1."""
    ctx = device.ctx
    program = ctx.program(f"#version 330 core\n{FULL_SCREEN}", READ_LEVEL)
    picture, triangle = ctx.texture((shape[1], shape[0]), 4, dtype="f4"), ctx.vertex_array(program, [])
    target = ctx.framebuffer([picture])
    target.use()
    texture.use(0)
    program["level"] = number
    triangle.render(moderngl.TRIANGLES, vertices=3)
    values = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(*shape[:2], 4)
    device.release_framebuffer(target)
    picture.release()
    triangle.release()
    program.release()
    return values[..., : shape[2]]


@pytest.mark.parametrize("kind", ["uint8", "float16", "float32"])
@pytest.mark.parametrize("components", [1, 2, 4])
def test_the_device_has_the_levels_as_given(device: Device, components: int, kind: str) -> None:
    levels = [noise(size, 2 * size, components, kind) for size in (8, 4, 2, 1)]
    one = 255 if kind == "uint8" else 1
    texture = texture_of(device, levels)
    try:
        for number, level in enumerate(levels):
            assert np.abs(level_on_device(device, texture, number, level.shape) * one - level).max() < 1e-4
        other = noise(4, 8, components, kind)
        set_coarser(device, texture, [other])
        assert np.abs(level_on_device(device, texture, 1, other.shape) * one - other).max() < 1e-4
        device.check_errors("making the texture")
    finally:
        texture.release()
