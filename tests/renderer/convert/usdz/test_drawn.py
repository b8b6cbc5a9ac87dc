"""A model and its USDZ, read by this project's own reader of USD, look alike."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from renderer.arrays import UInt8
from renderer.convert.usdz.package import convert_to_usdz
from renderer.gl.context import Device
from renderer.spec import FrameSpec
from tests.reference.measures import Likeness, likeness
from tests.renderer.convert.usdz.support import gradient, square
from tests.renderer.load.glb_builder import Json, encoded
from tests.support.models import shared_model
from tests.support.stills import render_still


def compared(
    source: Path, side: int, folder: Path, device: Device, light_cache: Path, *, tilt: float = 65.0
) -> Likeness:
    """Pictures of the model and of its USDZ, on black, tilted by so many degrees."""
    package = folder / "model.usdz"
    convert_to_usdz(source, package)
    pictures: list[UInt8] = []
    for model in (source, package):
        spec = FrameSpec(width=side, height=side, frame_count=1, tilt_x=tilt)
        render_still(model, spec, None, folder / "still.png", device=device, cache_dir=light_cache)
        with PIL.Image.open(folder / "still.png") as still:
            pictures.append(np.asarray(still.convert("RGBA")))
    (ours, our_alpha), (theirs, their_alpha) = ((each[..., :3], each[..., 3]) for each in pictures)
    return likeness(ours, theirs, our_alpha, their_alpha)


def test_colours_moved_textures_and_holes_look_alike(tmp_path: Path, device: Device, light_cache: Path) -> None:
    moved = {"index": 0, "extensions": {"KHR_texture_transform": {"scale": [2, 1], "rotation": 0.5}}}
    material: Json = {
        "pbrMetallicRoughness": {"baseColorTexture": moved, "metallicFactor": 0.0},
        "alphaMode": "MASK", "doubleSided": True,
    }  # fmt: skip
    builder = square(material, COLOR_0=[(1, 0.5, 0.5), (0.5, 1, 0.5), (0.5, 0.5, 1), (1, 1, 1)])
    builder.add_texture(encoded(PIL.Image.fromarray(gradient(64))))
    builder.document["nodes"][0]["rotation"] = [-0.5, 0, 0, 0.866]
    found = compared(builder.save(tmp_path), 96, tmp_path, device, light_cache)
    assert found.flip < 0.1
    assert found.iou > 0.9


def test_squares_of_all_sorts_look_alike(tmp_path: Path, device: Device, light_cache: Path) -> None:
    """Moved and unmoved maps, a second set of coordinates, MASK, BLEND, a mirrored node, names that aren't USD's."""
    found = compared(shared_model("../cases/b60_for_usdz.glb"), 128, tmp_path, device, light_cache, tilt=15.0)
    assert found.flip < 0.1
    assert found.iou > 0.97


@pytest.mark.nightly
@pytest.mark.parametrize("name", [
    "Duck.glb", "DamagedHelmet.glb", "AlphaBlendModeTest.glb", "cat.glb", "CesiumMilkTruck.glb", "jet-fighter.glb",
    "chess-board.glb", "NormalTangentTest.glb", "ClearCoatTest.glb", "simple-instancing.glb",
])  # fmt: skip
def test_a_real_model_looks_alike(name: str, tmp_path: Path, device: Device, light_cache: Path) -> None:
    found = compared(shared_model(name), 256, tmp_path, device, light_cache)
    assert found.flip <= 0.2
    assert found.iou >= 0.99
