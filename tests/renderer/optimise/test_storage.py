"""Smaller textures, and vertices in fewer bytes: the model stays the same, and other readers can read it."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from renderer.arrays import Array
from renderer.load import load_model
from renderer.load.draco import NAME as DRACO
from renderer.optimise.meshopt import NAME as MESHOPT
from renderer.optimise.model import optimise_model
from renderer.optimise.quantise import NAME as QUANTISATION
from renderer.scene.animation import pose_scene
from renderer.scene.deform import deformed, drawables
from renderer.spec.wanted import Compression, Wanted
from tests.renderer.load.glb_builder import GlbBuilder, encoded
from tests.renderer.optimise.shapes import TRIANGLES, Glb, ball, ball_builder, ball_primitive, open_edges
from tests.support import gltf_validator


def placed(path: Path) -> list[Array]:
    """The corners (n, 3, 3) of each primitive's triangles in the world."""
    scene = load_model(path)
    pose = pose_scene(scene, None, 0.0)
    found: list[Array] = []
    for drawable in drawables(scene):
        world = drawable.world(pose)
        positions = deformed(scene, drawable, pose).positions @ world[:3, :3].T + world[:3, 3]
        found.append(positions[drawable.primitive.indices].reshape(-1, 3, 3))
    return found


def nearest(points: Array, others: Array) -> float:
    gaps = np.linalg.norm(points.reshape(-1, 1, 3) - np.unique(others.reshape(-1, 3), axis=0)[None], axis=2)
    return float(gaps.min(axis=1).max())


@pytest.mark.parametrize(("compress", "quantize", "extensions"), [
    ("none", True, {QUANTISATION}), ("meshopt", False, {MESHOPT}), ("meshopt", True, {MESHOPT, QUANTISATION}),
    ("draco", False, {DRACO}),
])  # fmt: skip
def test_the_same_model_in_fewer_bytes(
    tmp_path: Path, compress: Compression, quantize: bool, extensions: set[str]
) -> None:
    builder = ball_builder()
    builder.document["nodes"][0] |= {"translation": [10, 0, 0], "scale": [2, 2, 2]}
    builder.show(0, translation=[-10, 0, 0])
    source, target = builder.save(tmp_path), tmp_path / "made.glb"
    report = optimise_model(source, target, Wanted(compress=compress, quantize=quantize))
    assert report.triangles_after == 2 * TRIANGLES
    assert report.bytes_after < 0.7 * report.bytes_before
    made = Glb.read(target).document
    assert set(made["extensionsUsed"]) == set(made["extensionsRequired"]) == extensions
    assert gltf_validator.issues(target)["numErrors"] == 0
    for before, after in zip(placed(source), placed(target), strict=True):
        assert len(before) == len(after)
        assert nearest(before, after) < 1e-4
        assert open_edges(after) == 0


@pytest.mark.parametrize("wanted", [Wanted(quantize=True), Wanted(compress="draco")], ids=["quantised", "draco"])
def test_parts_that_meet_still_do_in_fewer_bits(tmp_path: Path, wanted: Wanted) -> None:
    builder = GlbBuilder()
    first, second = ball_primitive(builder), ball_primitive(builder)
    points, triangles = ball()
    right = points[triangles].mean(axis=1)[:, 0] > 0.2
    for primitive, half in ((first, right), (second, ~right)):
        primitive["indices"] = builder.add_accessor(triangles[half].reshape(-1), "uint16")
    builder.show(builder.add("meshes", {"primitives": [first, second]}))
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", wanted)
    halves = placed(tmp_path / "made.glb")
    assert open_edges(halves[0]) > 0
    assert open_edges(*halves) == 0


@pytest.mark.parametrize("compress", ["meshopt", "draco"])
def test_what_was_compressed_can_be_reduced_and_comes_out_plain(tmp_path: Path, compress: Compression) -> None:
    packed, target = tmp_path / "packed.glb", tmp_path / "made.glb"
    optimise_model(ball_builder().save(tmp_path), packed, Wanted(compress=compress, quantize=True))
    report = optimise_model(packed, target, Wanted(500))
    assert report.triangles_before == TRIANGLES
    assert 498 <= report.triangles_after <= 500
    made = Glb.read(target).document
    assert not {MESHOPT, DRACO} & set(made.get("extensionsUsed", ()))
    assert gltf_validator.issues(target)["numErrors"] == 0
    assert nearest(placed(target)[0], placed(packed)[0]) < 1e-6


def test_a_moved_mesh_keeps_its_positions_as_floats(tmp_path: Path) -> None:
    builder = ball_builder()
    points, _ = ball()
    primitive = builder.document["meshes"][0]["primitives"][0]
    primitive["targets"] = [{"POSITION": builder.add_accessor(points, min=[-1, -1, -1], max=[1, 1, 1])}]
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(quantize=True))
    made = Glb.read(tmp_path / "made.glb")
    assert made.attribute("POSITION").dtype == np.float32
    assert made.attribute("NORMAL").dtype == np.int8
    assert made.document["nodes"] == [{"mesh": 0}]


def test_weights_in_fewer_bits_still_sum_to_one(tmp_path: Path) -> None:
    builder = ball_builder()
    points, _ = ball()
    weights = np.random.default_rng(1).dirichlet([1, 1, 1], len(points))
    builder.document["meshes"][0]["primitives"][0]["attributes"] |= {
        "JOINTS_0": builder.add_accessor(np.tile([0, 1, 2, 0], (len(points), 1)), "uint8"),
        "WEIGHTS_0": builder.add_accessor(np.pad(weights, ((0, 0), (0, 1)))),
    }
    joints = [builder.add("nodes", {}) for _ in range(3)]
    builder.document["scenes"][0]["nodes"] += joints
    builder.document["nodes"][0]["skin"] = builder.add("skins", {"joints": joints})
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(quantize=True))
    made = Glb.read(tmp_path / "made.glb")
    assert (made.attribute("WEIGHTS_0").sum(axis=1, dtype=int) == 65535).all()
    assert gltf_validator.issues(tmp_path / "made.glb")["numErrors"] == 0


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_textures_are_shrunk_in_their_own_format_and_none_grows(tmp_path: Path, kind: str, mime: str) -> None:
    builder = ball_builder()
    large, small = PIL.Image.new("RGB", (300, 100), (10, 200, 30)), PIL.Image.new("RGB", (20, 40), (9, 9, 9))
    for image in (large, small):
        texture = builder.add_texture(encoded(image, kind), mime)
        builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": texture}}})
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(texture_size=64))
    made = Glb.read(tmp_path / "made.glb")
    views = [made.document["bufferViews"][image["bufferView"]] for image in made.document["images"]]
    files = [made.binary[view["byteOffset"] :][: view["byteLength"]] for view in views]
    images = [PIL.Image.open(io.BytesIO(file)) for file in files]
    assert [(image.format, image.size) for image in images] == [(kind, (64, 21)), (kind, (20, 40))]
    assert files[1] == encoded(small, kind)
    assert np.abs(np.asarray(images[0]).astype(int) - (10, 200, 30)).max() <= 3


def test_colours_under_no_alpha_stay_in_smaller_textures(tmp_path: Path) -> None:
    builder = ball_builder()
    builder.add_texture(encoded(PIL.Image.new("RGBA", (64, 64), (200, 100, 50, 0))))
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(texture_size=16))
    made = Glb.read(tmp_path / "made.glb")
    view = made.document["bufferViews"][made.document["images"][0]["bufferView"]]
    image = PIL.Image.open(io.BytesIO(made.binary[view["byteOffset"] :]))
    assert image.getpixel((8, 8)) == (200, 100, 50, 0)


def test_a_texture_that_cannot_be_decoded_stays(tmp_path: Path) -> None:
    builder = ball_builder()
    broken = encoded(PIL.Image.new("RGB", (64, 64)))[:60]
    builder.add_texture(broken)
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(texture_size=16))
    made = Glb.read(tmp_path / "made.glb")
    view = made.document["bufferViews"][made.document["images"][0]["bufferView"]]
    assert made.binary[view["byteOffset"] :][: view["byteLength"]] == broken
