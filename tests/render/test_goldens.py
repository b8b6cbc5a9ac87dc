"""The comparison with goldens itself: it lets noise pass and catches every kind of mistake that a picture can show."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import UInt8
from renderer.spec import SETTINGS
from tests.render.looks import LOOKS
from tests.render.materials import MATERIALS
from tests.render.structures import STRUCTURES
from tests.support.goldens import FOLDER, Goldens, difference

APPROVED = "material-clearcoat"


def approved() -> UInt8:
    with Image.open(FOLDER / f"{APPROVED}.webp") as golden:
        return np.asarray(golden).copy()


def dimmer_highlights(picture: UInt8) -> UInt8:
    """What is brighter than most of a ball loses a tenth."""
    return np.where(picture > 200, picture * 0.9, picture).astype(np.uint8)


def one_ball_exchanged(picture: UInt8) -> UInt8:
    half = picture.shape[1] // 2
    return np.concatenate([picture[:, half:], picture[:, :half]], axis=1)


def slightly_darker(picture: UInt8) -> UInt8:
    return np.maximum(picture.astype(np.int16) - 1, 0).astype(np.uint8)


MISTAKES: dict[str, Callable[[UInt8], UInt8]] = {
    "mirrored": lambda picture: picture[:, ::-1],
    "upside down": lambda picture: picture[::-1],
    "red and blue exchanged": lambda picture: picture[..., ::-1],
    "moved by two pixels": lambda picture: np.roll(picture, 2, axis=1),
    "one step darker all over": slightly_darker,
    "a gamma slightly off": lambda picture: (255 * (picture / 255) ** 1.03).astype(np.uint8),
    "highlights a tenth dimmer": dimmer_highlights,
    "balls exchanged": one_ball_exchanged,
    "a spot of 8x8 pixels": lambda picture: _with_spot(picture),
}


def _with_spot(picture: UInt8) -> UInt8:
    spotted = picture.copy()
    spotted[40:48, 40:48] //= 2
    return spotted


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_picture_is_refused(mistake: str, tmp_path: Path) -> None:
    golden = Goldens(rewrite=False, seen=tmp_path)
    with pytest.raises(pytest.fail.Exception, match=f"{APPROVED} differs"):
        golden(APPROVED, np.ascontiguousarray(MISTAKES[mistake](approved())))
    assert (tmp_path / f"{APPROVED}.png").exists()


def test_rounding_and_edges_that_differ_by_a_sample_pass() -> None:
    picture = approved()
    noise = np.random.default_rng(1).integers(-1, 2, picture.shape)
    assert difference(np.clip(picture + noise, 0, 255).astype(np.uint8), picture).close
    rows = np.arange(10, 150, 9)
    edges = picture.copy()
    edges[rows, 40] = (3 * edges[rows, 40].astype(int) + edges[rows, 41]) // 4
    assert difference(edges, picture).close


def test_the_golden_itself_passes_and_a_missing_one_is_named(tmp_path: Path) -> None:
    golden = Goldens(rewrite=False, seen=tmp_path)
    golden(APPROVED, approved())
    with pytest.raises(AssertionError, match="no golden unheard-of"):
        golden("unheard-of", approved())


def test_every_golden_belongs_to_a_case() -> None:
    tone_mappings = next(row.choices for row in SETTINGS if row.name == "tone_mapping")
    names = {
        *(f"material-{name}" for name in MATERIALS), *(f"structure-{name}" for name in STRUCTURES),
        *(f"look-{name}" for name in LOOKS), *(f"tone-mapping-{name}" for name in tone_mappings),
        "look-animation", "look-glass", "look-background-anchors",
    }
    assert {path.stem for path in FOLDER.iterdir()} == names
