"""What a segment should take, in seconds, by what was ordered: on one core, as a worker has while others are at work.

    begin    whatever the order: the model is loaded, its light and shadows are made; or it is inspected
    pixel    each delivered pixel of each frame: drawn, with its samples, and read back
    encode   the same pixel, once for each of the owners whose files are made of it
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from renderer.errors import UnknownSpecVersion
from renderer.spec import DatasetSpec, FrameSpec, PictureSpec, StillsSpec


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """`frame_pixels` tells by the spec how many pixels a frame has. Pixels cost `software_s` where the CPU draws them,
    `gpu_s` where a graphics card does, and `encode_s` besides."""

    begin_s: float
    frame_pixels: Callable[[dict[str, Any]], int] = lambda spec: 0
    software_s: float = 0.0
    gpu_s: float = 0.0
    encode_s: float = 0.0

    def seconds(self, spec: Mapping[str, Any], frames: int, owners: int, *, software: bool) -> float:
        """For so many frames. Of a spec that this code doesn't know, which nobody will draw, `begin_s`."""
        try:
            pixels = frames * self.frame_pixels(dict(spec))
        except UnknownSpecVersion:
            pixels = 0
        return self.begin_s + pixels * ((self.software_s if software else self.gpu_s) + owners * self.encode_s)


def _of_frame(spec: dict[str, Any]) -> int:
    frames = FrameSpec.from_json(spec)
    return frames.width * frames.height


def _of_still(spec: dict[str, Any]) -> int:
    return _of_frame(StillsSpec.from_json(spec).frames.to_json())


def _of_picture(spec: dict[str, Any]) -> int:
    return _of_frame(PictureSpec.from_json(spec).frames.to_json())


def _of_view(spec: dict[str, Any]) -> int:
    return DatasetSpec.from_json(spec).size ** 2


# Measured on Mesa's rasteriser, in seconds of one core: 125 to 150 ns a pixel of videos in 1080p and 4K, of which 6 to
# 15 are the encoder's, of a helmet, of glass and of clear coat; 250 to 600 ns a pixel of training sets. No graphics
# card was at hand: its figures are for reading the pixels and handing them on, which takes longer than drawing there.

INSPECTION = Cost(begin_s=30.0)
CONVERSION = Cost(begin_s=30.0)
GENERATION = Cost(begin_s=100.0)  # a large generator without a graphics card; the farm's own takes a twentieth of it
OPTIMISATION = Cost(begin_s=60.0)  # of a model at the limits, twelve pictures of it before and after included
FRAMES = Cost(begin_s=12.0, frame_pixels=_of_frame, software_s=1.3e-7, gpu_s=2e-8, encode_s=1.5e-8)
STILLS = Cost(begin_s=12.0, frame_pixels=_of_still, software_s=2e-7, gpu_s=8e-8)
PICTURES = Cost(begin_s=12.0, frame_pixels=_of_picture, software_s=2e-7, gpu_s=8e-8)
VIEWS = Cost(begin_s=12.0, frame_pixels=_of_view, software_s=5e-7, gpu_s=3e-7)
