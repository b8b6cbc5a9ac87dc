"""Soft shadows have no bands: over a few pixels rounded values average to the exact ones, in stills and in video."""

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float64, UInt8
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import h264_arguments, variant_files
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.lighting.ground_shadow import GroundShadow
from renderer.lighting.presets import STUDIO
from renderer.passes.ground import GroundPass
from renderer.passes.resolve import ResolvePass
from renderer.passes.yuv import YuvPass
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.passes.stage import BOUNDS, front_view

WIDTH, HEIGHT, TEXELS = 480, 128, 64
RAMP = np.linspace(0, 0.1, TEXELS).astype(np.float16)
CELL = 8
FRAMES = 30
BACKDROPS = [Backdrop("#ffffff"), Backdrop("#808080"), Backdrop("#c8c4bc")]


class Slope:
    """A picture of nothing but a shadow that deepens evenly from left to right: 18 steps of 8 bits over its width."""

    def __init__(self, device: Device) -> None:
        self._shadow = GroundShadow(device, STUDIO, BOUNDS, 0.0, lights=4, size=TEXELS)
        self._shadow.put(np.tile(RAMP, (TEXELS, 1)))
        self._target, self._ground = SampleTarget(device, WIDTH, HEIGHT), GroundPass(device)
        self.still, self.video = ResolvePass(device, self._target), YuvPass(device, self._target)
        # From straight above, without perspective, so that the shadow's rectangle is the frame.
        (left, back), (width, depth) = self._shadow.low, self._shadow.size
        flat = np.array([
            [2 / width, 0, 0, -2 * left / width - 1], [0, 0, -2 / depth, 2 * back / depth + 1], [0, 0, 0, 0],
            [0, 0, 0, 1],
        ])
        self._target.begin()
        self._ground.draw(dataclasses.replace(front_view(), eye=np.array([0.0, 1.0, 0.0]), view=np.eye(4),
                                              projection=flat), self._shadow)
        places = (np.arange(WIDTH) + 0.5) / WIDTH * TEXELS - 0.5
        self.opacity = self._shadow.strength * np.interp(places, np.arange(TEXELS), RAMP.astype(np.float64))

    def release(self) -> None:
        for owner in (self.video, self.still, self._ground, self._target, self._shadow):
            owner.release()


@pytest.fixture
def slope(device: Device) -> Iterator[Slope]:
    made = Slope(device)
    yield made
    made.release()


def off(picture: UInt8, exact: Float64) -> Float64:
    """How far cells of 8 x 8 pixels are from the exact values of their columns, in steps: [row, column]."""
    error = picture.astype(np.float64) - exact
    return np.asarray(error.reshape(HEIGHT // CELL, CELL, WIDTH // CELL, CELL).mean(axis=(1, 3)))


def bands(picture: UInt8, exact: Float64) -> float:
    """The part of the error that goes from top to bottom, as bands of this slope do: RMS in steps.

    Rounding without noise has 0.29, for it is anything up to half a step off.
    """
    return float(np.sqrt(np.mean(off(picture, exact).mean(axis=0) ** 2)))


def luma(data: bytes) -> UInt8:
    return np.frombuffer(data, np.uint8)[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)


def exact_luma(slope: Slope, backdrop: Backdrop) -> Float64:
    """BT.709, limited range."""
    return 16 + 219 * float(np.dot(backdrop.rgb, [0.2126, 0.7152, 0.0722])) * (1 - slope.opacity)


def test_the_measure_finds_the_bands_of_plain_rounding(slope: Slope) -> None:
    exact = exact_luma(slope, BACKDROPS[0])
    assert bands(np.tile(np.round(exact), (HEIGHT, 1)).astype(np.uint8), exact) > 0.2


@pytest.mark.parametrize("backdrop", BACKDROPS, ids=lambda backdrop: backdrop.color)
def test_a_still_of_a_soft_shadow_has_no_bands(slope: Slope, backdrop: Backdrop) -> None:
    picture = slope.still.start_rgb(backdrop).read()
    for channel, value in enumerate(backdrop.rgb):
        exact = 255 * value * (1 - slope.opacity)
        assert np.abs(off(picture[..., channel], exact)).max() < 0.2
        assert bands(picture[..., channel], exact) < 0.03


def test_the_alpha_of_a_soft_shadow_has_no_bands(slope: Slope) -> None:
    alpha, exact = slope.still.start_rgba().read()[..., 3], 255 * slope.opacity
    assert np.abs(off(alpha, exact)).max() < 0.2
    assert bands(alpha, exact) < 0.03


@pytest.mark.parametrize("backdrop", BACKDROPS, ids=lambda backdrop: backdrop.color)
def test_decoded_video_of_a_soft_shadow_has_hardly_any(slope: Slope, backdrop: Backdrop, tmp_path: Path) -> None:
    frame = slope.video.convert(backdrop).read()
    exact = exact_luma(slope, backdrop)
    assert bands(luma(frame), exact) < 0.1
    spec = FrameSpec(width=WIDTH, height=HEIGHT, frame_count=FRAMES)
    files = variant_files(tmp_path, spec, VideoVariant(backdrop))
    with EncoderProcess(h264_arguments(WIDTH, HEIGHT, 30, files.values())) as process:
        for _ in range(FRAMES):
            process.write(frame)
        process.finish()
    command = ["ffmpeg", "-v", "error", "-i", str(files["video"].path), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True).stdout
    size = WIDTH * HEIGHT * 3 // 2
    assert len(decoded) == FRAMES * size
    for index in (0, FRAMES - 1):
        assert bands(luma(decoded[index * size :]), exact) < 0.18
