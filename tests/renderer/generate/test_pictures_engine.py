"""The GLB of a picture: valid, closed, on the ground, and from the front what the picture shows."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import trimesh

from renderer.arrays import Float32, Float64
from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineRejected
from renderer.generate.engines import image_to_mesh
from renderer.generate.pictures import foreground
from renderer.generate.protocols import Context, MeshOptions, MeshResult, Quality
from renderer.gl.context import Device
from tests.renderer.generate.drawn import SHAPES, cut_out, mask
from tests.support.gltf_validator import issues

ENGINE = image_to_mesh("procedural")
LOW = MeshOptions(seed=7, quality="low")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backdrops are plain here, and it takes a second."""
    monkeypatch.setattr(foreground, "weights", lambda: None)


def no_device() -> Device:
    raise AssertionError("nothing is to be drawn")


def made(picture: PIL.Image.Image, folder: Path, options: MeshOptions = LOW) -> MeshResult:
    path = folder / "picture.png"
    picture.save(path)
    return ENGINE.mesh_of_picture(path, options, Context(folder, no_device))


def document(glb: bytes) -> dict[str, Any]:
    (length,) = struct.unpack_from("<I", glb, 12)
    found: dict[str, Any] = json.loads(glb[20 : 20 + length])
    return found


def images(glb: bytes) -> list[PIL.Image.Image]:
    found, start = document(glb), 28 + struct.unpack_from("<I", glb, 12)[0]
    views = [found["bufferViews"][image["bufferView"]] for image in found.get("images", [])]
    offsets = [start + view.get("byteOffset", 0) for view in views]
    return [
        PIL.Image.open(io.BytesIO(glb[offset : offset + view["byteLength"]]))
        for offset, view in zip(offsets, views, strict=True)
    ]


def ends(cover: Float32) -> tuple[float, float]:
    """Where what covers so much of a row of pixels begins and ends."""
    first, last = np.flatnonzero(cover > 0)[[0, -1]]
    return float(first + 1 - cover[first]), float(last + cover[last])


def seen_from_the_front(glb: bytes, like: Float32) -> Float64:
    """How much of each pixel the triangles cover where the model's box is that of `like`."""
    height, width = like.shape
    mesh = trimesh.load_mesh(io.BytesIO(glb), file_type="glb")
    (_, bottom), (left, right) = ends(like.max(axis=1)), ends(like.max(axis=0))
    corners: Float64 = mesh.vertices[mesh.faces][:, :, :2]
    low, high = mesh.bounds[:, :2]
    scale = (right - left) / (high[0] - low[0])
    x = left + (corners[..., 0] - low[0]) * scale
    y = bottom - (corners[..., 1] - low[1]) * scale
    image = PIL.Image.new("1", (4 * width, 4 * height))
    draw = PIL.ImageDraw.Draw(image)
    for triangle in np.stack([4 * x - 0.5, 4 * y - 0.5], axis=-1):
        draw.polygon([tuple(point) for point in triangle.tolist()], fill=1)
    covered: Float64 = np.asarray(image).reshape(height, 4, width, 4).mean(axis=(1, 3))
    return covered


def silhouette_iou(name: str, glb: bytes) -> float:
    wanted = mask(name)
    found = seen_from_the_front(glb, wanted)
    return float(np.minimum(wanted, found).sum() / np.maximum(wanted, found).sum())


@pytest.mark.parametrize("name", ["mug", "animal"])
def test_from_the_front_the_outline_is_the_pictures(tmp_path: Path, name: str) -> None:
    assert silhouette_iou(name, made(cut_out(name), tmp_path).glb) >= 0.95


@pytest.mark.nightly
@pytest.mark.parametrize("quality", ["low", "high"])
@pytest.mark.parametrize("name", [name for name in SHAPES if name != "wire"])  # a card's outline is in its texture
def test_every_outline_is_the_pictures(tmp_path: Path, name: str, quality: Quality) -> None:
    assert silhouette_iou(name, made(cut_out(name), tmp_path, MeshOptions(7, quality)).glb) >= 0.95


def test_a_cards_outline_is_in_its_texture(tmp_path: Path) -> None:
    result = made(cut_out("wire"), tmp_path)
    front, back = images(result.glb)
    assert front.format == back.format == "PNG"
    wanted = mask("wire")
    shown = np.asarray(front.getchannel("A").resize((wanted.shape[1], wanted.shape[0]))) / 255
    assert shown.mean() == pytest.approx(wanted[35:222, 9:248].mean(), abs=0.02)
    assert {material["alphaMode"] for material in document(result.glb)["materials"]} == {"MASK"}


@pytest.mark.parametrize("name", ["bottle", "book", "animal", "wire"])
def test_it_is_valid_closed_and_on_the_ground(tmp_path: Path, name: str) -> None:
    result = made(cut_out(name), tmp_path)
    path = tmp_path / f"{name}.glb"
    path.write_bytes(result.glb)
    assert issues(path)["messages"] == []
    mesh = trimesh.load_mesh(path)
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    assert mesh.volume > 0
    assert len(mesh.faces) == result.metadata["triangles"] >= 2000
    low, high = mesh.bounds
    assert (low + high)[[0, 2]] == pytest.approx([0, 0], abs=1e-6)
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert (high - low)[:2].max() == pytest.approx(0.3, abs=1e-6)


def test_metadata_say_what_was_done_and_stand_in_the_file(tmp_path: Path) -> None:
    result = made(cut_out("mug"), tmp_path)
    assert result.metadata.items() >= {
        "engine": "procedural", "way": "lathe", "handles": True, "back": "banded", "foreground": "alpha", "seed": 7,
        "quality": "low",
    }.items()  # fmt: skip
    assert result.metadata["measurements"]["holes"] == 1
    assert document(result.glb)["asset"]["extras"] == result.metadata


def test_a_caption_helps(tmp_path: Path) -> None:
    plain = made(cut_out("book"), tmp_path).metadata
    named = made(cut_out("book"), tmp_path, MeshOptions(7, "low", caption="a tin can")).metadata
    assert (plain["name"], plain["way"]) == (None, "extrusion")
    assert (named["name"], named["way"]) == ("tin", "lathe")


def test_equal_pictures_give_equal_bytes(tmp_path: Path) -> None:
    assert made(cut_out("animal"), tmp_path).glb == made(cut_out("animal"), tmp_path).glb


@pytest.mark.parametrize(("quality", "side"), [
    ("low", 512), pytest.param("high", 1024, marks=pytest.mark.nightly)
])  # fmt: skip
def test_textures_are_no_larger_than_the_quality_allows(tmp_path: Path, quality: Quality, side: int) -> None:
    picture = cut_out("book").resize((side + 300, side + 300))
    assert max(max(image.size) for image in images(made(picture, tmp_path, MeshOptions(7, quality)).glb)) == side


@pytest.mark.parametrize("name", ["animal", "wire"])
def test_without_texture_there_is_a_colour(tmp_path: Path, name: str) -> None:
    found = document(made(cut_out(name), tmp_path, MeshOptions(7, "low", texture=False)).glb)
    assert "images" not in found
    (material,) = found["materials"]
    red, green, blue, alpha = material["pbrMetallicRoughness"]["baseColorFactor"]
    assert red > 2 * green
    assert red > 2 * blue
    assert alpha == 1


def test_no_background_is_seen_at_the_edge_and_both_sides_meet_in_one_colour(tmp_path: Path) -> None:
    thing = PIL.Image.new("RGB", (256, 256), (90, 200, 90))
    backdrop = PIL.Image.new("RGB", (256, 256), (255, 0, 255))
    picture = PIL.Image.composite(thing, backdrop, cut_out("book").getchannel("A"))
    front, back = (np.asarray(image, np.float64) for image in images(made(picture, tmp_path).glb))
    for side in (front, back):
        assert np.abs(side - [90, 200, 90]).max() < 30  # magenta is 200 away


def test_highlights_make_it_glossy(tmp_path: Path) -> None:
    plain = PIL.Image.new("RGB", (256, 256), (120, 40, 40))
    shiny = plain.copy()
    PIL.ImageDraw.Draw(shiny).ellipse((110, 60, 140, 110), fill="white")
    found = []
    for image in (plain, shiny):
        image.putalpha(cut_out("book").getchannel("A"))
        (material, _) = document(made(image, tmp_path).glb)["materials"]
        found.append(material["pbrMetallicRoughness"]["roughnessFactor"])
    assert found[1] < found[0] - 0.1


def test_it_can_be_stopped(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled

    with at_checkpoints(stop), pytest.raises(Cancelled):
        made(cut_out("disc"), tmp_path)


def test_a_picture_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineRejected, match="Nothing stands out"):
        made(PIL.Image.new("RGB", (200, 200), "grey"), tmp_path)


def test_what_is_thinner_than_any_triangle_is_refused(tmp_path: Path) -> None:
    picture = PIL.Image.new("RGBA", (200, 200))
    PIL.ImageDraw.Draw(picture).line([(10, 10), (190, 190)], fill=(255, 0, 0, 255))
    with pytest.raises(EngineRejected, match=r"too thin|Nothing stands out"):
        made(picture, tmp_path)


def test_it_is_available() -> None:
    works, why = ENGINE.available()
    assert works
    assert why == "" or "u2netp" in why
