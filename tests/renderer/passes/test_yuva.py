"""What the device converts must equal the BT.709 formulas on un-premultiplied colour."""

import numpy as np
import numpy.typing as npt
import pytest

from renderer.arrays import UInt8
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.passes.yuva import YuvaPass

Planes = npt.NDArray[np.int64]


def convert(device: Device, samples: UInt8) -> Planes:
    """(4, h, w): the frame made of premultiplied `samples` (2h, 2w, 4), whose first row is the top one."""
    height, width = samples.shape[0] // 2, samples.shape[1] // 2
    target = SampleTarget(device, width, height)
    conversion = YuvaPass(device, target)
    target.begin()
    target.color.write(np.ascontiguousarray(samples[::-1]))
    planes = np.frombuffer(conversion.convert().read(), np.uint16).reshape(4, height, width)
    conversion.release()
    target.release()
    return planes.astype(np.int64)


def expected(samples: UInt8) -> npt.NDArray[np.float64]:
    """Unrounded Y, U, V and alpha."""
    height, width = samples.shape[0] // 2, samples.shape[1] // 2
    means = samples.reshape(height, 2, width, 2, 4).mean(axis=(1, 3)) / 255
    alpha = means[..., 3]
    red, green, blue = np.moveaxis(means[..., :3] / np.maximum(alpha, 1e-9)[..., None], -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return np.stack([
        64 + 876 * luma, 512 + 896 * (blue - luma) / 1.8556, 512 + 896 * (red - luma) / 1.5748, 1023 * alpha
    ])


def premultiplied(color: UInt8, alpha: UInt8) -> UInt8:
    """(h, w, 3) and (h, w) to (h, w, 4), rounded like a frame buffer."""
    shown = np.round(color * (alpha[..., None] / 255)).astype(np.uint8)
    return np.concatenate([shown, alpha[..., None]], axis=2)


@pytest.mark.parametrize("size", [(8, 6), (64, 36), (4, 2), (10, 4), (6, 2)])
def test_every_pixel_equals_the_formula(device: Device, size: tuple[int, int]) -> None:
    width, height = size
    noise = np.random.default_rng(11)
    color = noise.integers(0, 256, (2 * height, 2 * width, 3)).astype(np.uint8)
    samples = premultiplied(color, noise.integers(0, 256, color.shape[:2]).astype(np.uint8))
    assert np.abs(convert(device, samples) - expected(samples)).max() <= 0.51


@pytest.mark.parametrize("color", [(255, 136, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)])
def test_opaque_colours_fill_the_range_of_ten_bits(device: Device, color: tuple[int, int, int]) -> None:
    samples = np.tile(np.array([*color, 255], np.uint8), (4, 8, 1))
    planes = convert(device, samples)
    assert (planes[3] == 1023).all()
    assert np.abs(planes - expected(samples)).max() <= 0.51
    assert planes[0].min() >= 64
    assert planes[0].max() <= 940
    assert planes[1:3].min() >= 64
    assert planes[1:3].max() <= 960


def test_a_quarter_covered_pixel_keeps_the_whole_colour(device: Device) -> None:
    """The edge of a model: one of four samples hits it."""
    samples = np.zeros((4, 8, 4), np.uint8)
    samples[::2, ::2] = (255, 136, 0, 255)
    planes = convert(device, samples)
    solid = convert(device, np.tile(np.array([255, 136, 0, 255], np.uint8), (4, 8, 1)))
    assert np.array_equal(planes[:3], solid[:3])
    assert np.abs(planes[3] - 1023 / 4).max() <= 0.51


def test_alpha_is_finer_than_eight_bits(device: Device) -> None:
    samples = np.zeros((2, 8, 4), np.uint8)
    samples[..., 3] = 40
    samples[0, ::2, 3] = np.array([40, 41, 42, 43])
    assert np.array_equal(convert(device, samples)[3, 0], np.round(1023 / 255 * (40 + np.arange(4) / 4)))


def test_nothing_is_black_and_transparent_and_a_shadow_black(device: Device) -> None:
    samples = np.zeros((2, 8, 4), np.uint8)
    samples[:, 4:, 3] = 102
    planes = convert(device, samples)
    assert (planes[:3, 0] == np.array([[64], [512], [512]])).all()
    assert planes[3, 0].tolist() == [0, 0, 409, 409]

