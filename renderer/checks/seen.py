"""What is looked at: some of a shot's frames, made small, and the shape of its model."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from renderer.arrays import UInt8
from renderer.checks.shape import Shape

SIDE = 240
"""Pixels of a small frame's longer side: each is the mean of 2x2 samples at its middle. A share of 1/750 of the frame's
edge is seen. In software, reading one takes 1 ms and judging it 2, where drawing a frame of 960x540 takes 100 to 200:
of a video of six seconds, all checks are some 0.2 %."""

FRAMES = 6
"""Evenly spread over a video, besides the two at each end: 60 degrees of a turntable apart."""

FILE = "seen.zip"
"""Of NumPy's kind. It is the same for equal frames, byte by byte."""


@dataclasses.dataclass(slots=True)
class Seen:
    """`frames` by their numbers, (height, width, 4) uint8: premultiplied, sRGB-encoded, top row first, the ground
    shadow in alpha alone. `shape` is the model's at rest, as it is placed."""

    frames: dict[int, UInt8] = dataclasses.field(default_factory=dict)
    shape: Shape | None = None

    def save(self, folder: Path) -> Path:
        """Writes FILE in `folder`."""
        path = folder / FILE
        shape = json.dumps(None if self.shape is None else dataclasses.asdict(self.shape))
        frames = {str(index): frame for index, frame in self.frames.items()}
        with path.open("wb") as file:
            np.savez_compressed(file, shape=np.array(shape), **frames)  # type: ignore[arg-type]
        return path


def small_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the small frames of a shot, never more than its own."""
    scale = min(1.0, SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def watched_frames(frame_count: int) -> frozenset[int]:
    """The numbers of the frames that are looked at: where a video is cut into parts doesn't matter."""
    spread = np.linspace(0, frame_count, min(FRAMES, frame_count), endpoint=False).astype(int).tolist()
    ends = range(-2, 2)
    return frozenset([*spread, *(end % frame_count for end in ends)])


def together(files: Iterable[Path]) -> Seen:
    """What the parts of one shot have seen, of the files that they saved."""
    seen = Seen()
    for file in files:
        with np.load(file, allow_pickle=False) as arrays:
            shape = json.loads(str(arrays["shape"]))
            seen.shape = seen.shape or (None if shape is None else Shape(**shape))
            seen.frames |= {int(name): arrays[name] for name in arrays.files if name != "shape"}
    return seen
