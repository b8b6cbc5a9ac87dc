"""Four samples make a pixel, rows come top first, and the backdrop shows through."""

import numpy as np

from renderer.arrays import UInt8
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.passes.resolve import ResolvePass
from renderer.spec import Backdrop


def resolved(device: Device, samples: UInt8, backdrop: Backdrop | None = None) -> UInt8:
    """The frame made of `samples` (2h, 2w, 4), whose first row is the top one."""
    height, width = samples.shape[0] // 2, samples.shape[1] // 2
    target = SampleTarget(device, width, height)
    resolve = ResolvePass(device, target)
    target.begin()
    target.color.write(np.ascontiguousarray(samples[::-1]))
    picture = (resolve.start_rgba() if backdrop is None else resolve.start_rgb(backdrop)).read()
    resolve.release()
    target.release()
    return picture


def test_a_pixel_is_the_mean_of_its_four_samples(device: Device) -> None:
    samples = np.random.default_rng(3).integers(0, 256, (10, 14, 4)).astype(np.uint8)
    means = samples.reshape(5, 2, 7, 2, 4).mean(axis=(1, 3))
    assert np.abs(resolved(device, samples) - means).max() <= 1


def test_the_top_row_comes_first(device: Device) -> None:
    samples = np.zeros((8, 8, 4), np.uint8)
    samples[:2] = 255
    picture = resolved(device, samples)
    assert picture[0].min() == 255
    assert picture[1:].max() == 0


def test_premultiplied_colour_is_composited_on_the_backdrop(device: Device) -> None:
    samples = np.tile(np.array([60, 30, 0, 102], np.uint8), (4, 4, 1))  # alpha 0.4
    picture = resolved(device, samples, Backdrop("#6496c8"))
    assert np.abs(picture - (np.array([60, 30, 0]) + 0.6 * np.array([0x64, 0x96, 0xC8]))).max() <= 1


def test_an_empty_frame_is_exactly_the_backdrop(device: Device) -> None:
    picture = resolved(device, np.zeros((4, 4, 4), np.uint8), Backdrop("#ff8800"))
    assert np.unique(picture.reshape(-1, 3), axis=0).tolist() == [[255, 136, 0]]
