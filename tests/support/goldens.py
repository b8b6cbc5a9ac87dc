"""Pictures that drawing must give again, kept as lossless WebP beside the tests that draw them.

`pytest tests/render --rewrite-goldens` keeps what is drawn instead of comparing it: look at every file that changes.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import Float64, UInt8

FOLDER = Path(__file__).parents[1] / "render" / "goldens"

BLOCK = 4
"""Pixels along the side of the squares whose means are compared: an edge that falls a hair to the other side of a
pixel's samples is no error, a highlight that moved or dimmed is."""

MEAN_LIMIT = 0.4
"""Of the absolute difference of all blocks, in steps of 1/255."""

WORST_LIMIT = 6.0
"""Of the absolute difference of any one block, in steps of 1/255."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-goldens", action="store_true", help="keep what is drawn as the new golden pictures")


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """How far two pictures are apart, in steps of 1/255: over all blocks, and in the worst one."""

    mean: float
    worst: float

    @property
    def close(self) -> bool:
        return self.mean <= MEAN_LIMIT and self.worst <= WORST_LIMIT


def difference(left: UInt8, right: UInt8) -> Difference:
    """Compares two pictures (h, w, channels) of one size; sides are multiples of BLOCK."""
    apart = _blocks(left) - _blocks(right)
    return Difference(float(np.abs(apart).mean()), float(np.abs(apart).max()))


def _blocks(picture: UInt8) -> Float64:
    """Means of the squares, (h / BLOCK, w / BLOCK, channels)."""
    height, width, channels = picture.shape
    squares = picture.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels)
    return np.asarray(squares.mean(axis=(1, 3), dtype=np.float64))


@dataclasses.dataclass(frozen=True, slots=True)
class Goldens:
    """Call it with a golden's name and the picture (h, w, 3 or 4) that must look like it."""

    rewrite: bool
    seen: Path  # folder for pictures that differ

    def __call__(self, name: str, picture: UInt8) -> None:
        path = FOLDER / f"{name}.webp"
        if self.rewrite:
            Image.fromarray(picture).save(path, lossless=True, quality=100, method=6)
            return
        assert path.exists(), f"no golden {name}: make it with --rewrite-goldens, and look at it"
        with Image.open(path) as golden:
            expected = np.asarray(golden)
        assert expected.shape == picture.shape
        apart = difference(picture, expected)
        if not apart.close:
            shown = self.seen / f"{name}.png"
            Image.fromarray(np.concatenate([picture, expected], axis=1)).save(shown)
            pytest.fail(f"{name} differs from its golden, which {shown} has on the right of what was drawn: {apart}")


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Goldens:
    return Goldens(request.config.getoption("--rewrite-goldens"), tmp_path)
