"""A single picture is the very frame that a video has there, whatever the picture's sides."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import UInt8
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import Backdrop, FrameSpec, ImageVariant, PictureSpec
from renderer.stills import render_picture
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_render import Recorder

PATH = FrameSpec(65, 39, 12, effect="zoom-orbit", zoom_end=0.6, framing="model", shadows=False)
ORANGE = Backdrop("#ff8800")
VARIANTS = {"orange": ImageVariant(ORANGE), "clear": ImageVariant(ORANGE, "webp", transparent=True)}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return triangle_builder().save(tmp_path)


def drawn(model: Path, device: Device, cache: Path, out: Path, index: int) -> tuple[dict[str, UInt8], list[str]]:
    out.mkdir()
    listener = Recorder()
    made = render_picture(
        model, PictureSpec(PATH, index), VARIANTS, out, device=device, cache_dir=cache, listener=listener
    )
    assert [path.name for path in made.values()] == ["image.png", "image.webp"]
    return {name: np.asarray(Image.open(path)) for name, path in made.items()}, listener.heard


def test_it_is_the_frame_of_the_path_and_none_else(
    opened_device: Device, model: Path, light_cache: Path, tmp_path: Path
) -> None:
    found, heard = drawn(model, opened_device, light_cache, tmp_path / "out", 7)
    assert heard == ["loading", "model with 0 clips", "lighting", "drawing", "1/1", "encoding"]
    with ShotRenderer(opened_device, load_model(model, None), PATH, cache_dir=light_cache) as shot:
        shot.draw(7)
        np.testing.assert_array_equal(found["orange"], shot.read_rgb(ORANGE))
        np.testing.assert_array_equal(found["clear"], shot.read_straight())
        shot.draw(0)
        assert (found["orange"] != shot.read_rgb(ORANGE)).any()
    assert found["orange"].shape == (39, 65, 3)


def test_its_spec_is_read_back() -> None:
    spec = PictureSpec(dataclasses.replace(PATH, environment="a"), 5)
    assert PictureSpec.from_json(spec.to_json()) == spec
