"""What the device converts must equal the BT.709 formulas in NumPy."""

import numpy as np
import numpy.typing as npt
import pytest

from renderer.arrays import UInt8
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.passes.yuv import YuvPass
from renderer.spec import Backdrop

Planes = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]


def expected_planes(rgb: npt.NDArray[np.float64]) -> Planes:
    """Unrounded Y, U, V of a picture (h, w, 3) of 0..255: left-sited chroma, edge pixels repeated."""
    red, green, blue = np.moveaxis(rgb / 255, -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = []
    for difference, scale in ((blue - luma, 1.8556), (red - luma, 1.5748)):
        padded = np.pad(difference, ((0, 0), (1, 0)), mode="edge")
        across = (padded[:, 0:-1:2] + 2 * padded[:, 1::2] + padded[:, 2::2]) / 4
        chroma.append(128 + 224 * (across[0::2] + across[1::2]) / 2 / scale)
    return 16 + 219 * luma, chroma[0], chroma[1]


def convert(device: Device, width: int, height: int, backdrop: Backdrop, pixels: UInt8 | None = None) -> Planes:
    """The planes of a frame that shows `pixels` (h, w, 4), or nothing but the backdrop."""
    samples = SampleTarget(device, width, height)
    conversion = YuvPass(device, samples)
    samples.begin()
    if pixels is not None:
        samples.color.write(np.ascontiguousarray(pixels[::-1].repeat(2, axis=0).repeat(2, axis=1)))
    data = np.frombuffer(conversion.convert(backdrop).read(), np.uint8).astype(np.float64)
    conversion.release()
    samples.release()
    assert len(data) == width * height * 3 // 2
    luma, u, v = np.split(data, [width * height, width * height * 5 // 4])
    half = (height // 2, width // 2)
    return luma.reshape(height, width), u.reshape(half), v.reshape(half)


@pytest.mark.parametrize("color", ["#ff8800", "#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#123456"])
def test_a_flat_colour_equals_the_formula(device: Device, color: str) -> None:
    backdrop = Backdrop(color)
    rgb = np.tile(np.array(backdrop.rgb) * 255, (6, 12, 1))
    for plane, expected in zip(convert(device, 12, 6, backdrop), expected_planes(rgb), strict=True):
        assert np.abs(plane - expected).max() <= 0.51


@pytest.mark.parametrize(("width", "height"), [(16, 8), (10, 6), (2, 2)])
def test_a_picture_equals_the_formula_pixel_by_pixel(device: Device, width: int, height: int) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    planes = convert(device, width, height, Backdrop(), pixels)
    for plane, expected in zip(planes, expected_planes(pixels[..., :3].astype(np.float64)), strict=True):
        inner = plane[:, 1:], expected[:, 1:]  # at the left edge the filter may repeat half pixels
        assert inner[0].size == 0 or np.abs(inner[0] - inner[1]).max() <= 1
    assert np.abs(planes[0] - expected_planes(pixels[..., :3].astype(np.float64))[0]).max() <= 1


def test_transparent_parts_show_the_backdrop(device: Device) -> None:
    pixels = np.zeros((4, 8, 4), np.uint8)
    pixels[:, 4:] = (64, 0, 0, 128)  # premultiplied
    backdrop = Backdrop("#3070b0")
    over = pixels[..., :3] + (1 - pixels[..., 3:] / 255) * np.array(backdrop.rgb) * 255
    luma, _, _ = convert(device, 8, 4, backdrop, pixels)
    assert np.abs(luma - expected_planes(over)[0]).max() <= 1


def test_a_vignette_darkens_the_corners_and_leaves_the_middle(device: Device) -> None:
    luma, _, _ = convert(device, 64, 36, Backdrop("#c0c0c0", vignette=1.0))
    middle = 16 + 219 * 0xC0 / 255
    assert abs(luma[18, 32] - middle) <= 1
    assert luma[0, 0] < 30
    assert np.allclose(luma[0, 0], [luma[0, -1], luma[-1, 0], luma[-1, -1]], atol=2)


def test_odd_sizes_are_refused(device: Device) -> None:
    samples = SampleTarget(device, 5, 4)
    with pytest.raises(ValueError, match="even sides, not 5x4"):
        YuvPass(device, samples)
    samples.release()
