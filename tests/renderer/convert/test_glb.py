"""Whatever way a model came, its GLB shows the same scene, needs no other file, and is valid."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from renderer.convert import convert_to_glb
from renderer.errors import InvalidModel, ModelError, ModelTooLarge, ResourceMissing
from renderer.gl.context import Device
from renderer.load import limits, load_model
from renderer.spec import FrameSpec
from tests.renderer.load import plain_meshes
from tests.renderer.load.glb_builder import GlbBuilder, Json, encoded, make_glb, make_zip, png, triangle_builder
from tests.renderer.load.obj.support import FACE, FILES, SQUARE
from tests.renderer.load.usd import stages
from tests.support import gltf_validator
from tests.support.models import shared_model
from tests.support.stills import render_still

Convert = Callable[[bytes], Path]


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    def convert(data: bytes) -> Path:
        source, target = tmp_path / "upload", tmp_path / "converted.glb"
        source.write_bytes(data)
        convert_to_glb(source, target)
        return target

    return convert


def textured() -> GlbBuilder:
    """A triangle with a texture, none of which is anywhere yet but in the builder."""
    builder = triangle_builder(material=0)
    builder.document["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"] = builder.add_accessor(np.eye(3)[:, :2])
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    builder.add("textures", {"source": 0})
    for accessor in builder.document["accessors"][:1]:
        accessor |= {"min": [0, 0, 0], "max": [1, 1, 0]}
    return builder


def document(path: Path) -> Json:
    data = path.read_bytes()
    found: Json = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    return found


def test_a_scan_becomes_a_glb_that_the_khronos_validator_finds_nothing_in(convert: Convert) -> None:
    made = convert(make_zip(FILES))
    assert gltf_validator.issues(made)["messages"] == []
    assert all(m["pbrMetallicRoughness"]["roughnessFactor"] == 1.0 for m in document(made)["materials"])
    assert "KHR_texture_transform" in document(made)["extensionsUsed"]


COLORS = "property uchar red\nproperty uchar green\nproperty uchar blue\n"
TEXTURED = stages.stage(
    stages.square(stages.BOUND) + stages.look(
        "color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>\n"
        "float inputs:roughness.connect = </Root/Look/Map.outputs:r>\n"
        "color3f inputs:emissiveColor = (0, 2, 4)\nfloat inputs:clearcoat = 1\nfloat inputs:ior = 1.3",
        stages.texture("a.png"),
    ),
    'upAxis = "Z"',
)  # fmt: skip


@pytest.mark.parametrize("data", [
    plain_meshes.stl(plain_meshes.square_facets()), plain_meshes.stl(plain_meshes.square_facets(), (0x8000, 0)),
    plain_meshes.ply_square("255 128 0", COLORS), (SQUARE + FACE).encode(), stages.usdz(TEXTURED, {"a.png": png()}),
], ids=["stl", "coloured stl", "ply", "obj", "usdz"])  # fmt: skip
def test_every_other_format_becomes_a_glb_that_the_khronos_validator_finds_nothing_in(
    convert: Convert, data: bytes
) -> None:
    assert gltf_validator.issues(convert(data))["messages"] == []


def test_the_real_scan_becomes_a_clean_glb_of_the_same_model(convert: Convert) -> None:
    source = shared_model("fuze-obj-scan.zip")
    made = convert(source.read_bytes())
    assert gltf_validator.issues(made)["messages"] == []
    scene = load_model(made)
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    assert (len(primitive.positions), len(primitive.indices)) == (664, 3000)
    assert [image.pixels.shape for image in scene.images] == [(1024, 1024, 4)]
    assert (scene.materials[0].roughness_factor, scene.materials[0].metallic_factor) == (1.0, 0.0)


def test_the_real_scan_is_drawn_alike_from_its_zip_and_from_its_glb(
    convert: Convert, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    source = shared_model("fuze-obj-scan.zip")
    pictures = []
    for model in (source, convert(source.read_bytes())):
        path = tmp_path / "still.png"
        spec = FrameSpec(width=96, height=96, frame_count=1, tilt_x=90.0)
        render_still(model, spec, None, path, device=device, cache_dir=light_cache)
        pictures.append(path.read_bytes())
    assert pictures[0] == pictures[1]


def test_a_zipped_gltf_becomes_one_file(convert: Convert) -> None:
    builder = textured()
    half = builder.document["bufferViews"][1]["byteOffset"]
    first, second = bytes(builder.binary[:half]), bytes(builder.binary[half:])
    for view in builder.document["bufferViews"][1:]:
        view |= {"buffer": 1, "byteOffset": view["byteOffset"] - half}
    builder.document["buffers"] = [
        {"byteLength": len(first), "uri": "parts/one%20.bin"}, {"byteLength": len(second), "uri": "two.bin"},
    ]  # fmt: skip
    builder.add("images", {"uri": "wood.png", "name": "wood"})
    text = json.dumps(builder.document).encode()
    files = {"m/model.gltf": text, "m/parts/one .bin": first + b"more", "m/two.bin": second, "m/wood.png": png()}
    made = convert(make_zip(files))
    assert "uri" not in json.dumps(document(made))
    assert gltf_validator.issues(made)["numErrors"] == 0
    scene = load_model(made)
    assert scene.meshes[0].primitives[0].positions.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert (scene.images[0].name, scene.images[0].pixels[0, 0].tolist()) == ("wood", [255, 128, 0, 255])


@pytest.mark.parametrize(("files", "says"), [
    ({}, "needs the file 'wood.png'"), ({"wood.png": b""}, "needs the file 'wood.png'"),
    ({"wood.png": b"text"}, "is neither a PNG"), ({"wood.png": png(50, 50)[:60]}, "can't be decoded"),
])
def test_a_model_without_a_picture_is_packed_and_whoever_draws_it_warns(
    convert: Convert, files: dict[str, bytes], says: str
) -> None:
    builder = textured()
    builder.add("images", {"uri": "wood.png"})
    scene = load_model(convert(make_zip({"model.gltf": builder.gltf(), **files})))
    (warning,) = scene.warnings
    assert says in warning
    assert (len(scene.meshes), scene.images, scene.missing) == (1, [], 1)


@pytest.mark.parametrize(("kind", "extension"), [("WEBP", "EXT_texture_webp"), ("AVIF", "EXT_texture_avif")])
def test_pictures_of_extensions_are_packed_too(convert: Convert, kind: str, extension: str) -> None:
    builder = textured()
    builder.document["textures"] = [{"extensions": {extension: {"source": 0}}}]
    builder.document["extensionsUsed"] = builder.document["extensionsRequired"] = [extension]
    builder.add("images", {"uri": "wood"})
    builder.document["buffers"] = [{"byteLength": len(builder.binary), "uri": "a.bin"}]
    files = {"a.gltf": json.dumps(builder.document).encode(), "a.bin": bytes(builder.binary)}
    made = convert(make_zip(files | {"wood": encoded(PIL.Image.new("RGB", (4, 4)), kind)}))
    assert document(made)["images"][0]["mimeType"] == f"image/{kind.lower()}"
    assert load_model(made).images[0].pixels.shape == (4, 4, 4)


def test_data_uris_are_unpacked(convert: Convert) -> None:
    made = convert(triangle_builder().gltf())
    assert "uri" not in json.dumps(document(made))
    assert len(load_model(made).meshes) == 1


def test_a_zipped_glb_stays_what_it_is(convert: Convert) -> None:
    builder = textured()
    builder.add_image(png())
    again = load_model(convert(make_zip({"model.glb": builder.glb()})))
    assert again.images[0].pixels.shape == (2, 2, 4)


def test_views_of_compressed_data_move_with_their_buffers(convert: Convert) -> None:
    """A buffer without bytes stands for what decompression makes; the extension points at the compressed bytes."""
    builder = GlbBuilder()
    builder.add_view(b"compressed bytes")
    builder.document["buffers"] = [
        {"byteLength": 90, "extensions": {"EXT_meshopt_compression": {"fallback": True}}},
        {"byteLength": 16, "uri": "data:;base64,Y29tcHJlc3NlZCBieXRlcw=="},
    ]
    packed = {"buffer": 1, "byteOffset": 4, "byteLength": 12, "byteStride": 4, "count": 3}
    builder.document["bufferViews"] = [
        {"buffer": 0, "byteLength": 90, "extensions": {"EXT_meshopt_compression": packed}},
    ]
    made = document(convert(json.dumps(builder.document).encode()))
    assert made["buffers"] == [{"byteLength": 16}, builder.document["buffers"][0]]
    (view,) = made["bufferViews"]
    assert view["buffer"] == 1
    assert view["extensions"]["EXT_meshopt_compression"] == packed | {"buffer": 0}


def test_what_the_packer_does_not_know_is_kept(convert: Convert) -> None:
    builder = triangle_builder()
    builder.document |= {"extras": {"a": [1, "\ud800", None]}, "animations": [], "extensionsUsed": ["X_y"]}
    kept = document(convert(builder.glb()))
    assert {key: kept[key] for key in ("extras", "animations", "extensionsUsed")} == {
        "extras": {"a": [1, "\ud800", None]}, "animations": [], "extensionsUsed": ["X_y"],
    }  # fmt: skip


def test_equal_uploads_give_equal_bytes(convert: Convert) -> None:
    assert convert(make_zip(FILES)).read_bytes() == convert(make_zip(FILES)).read_bytes()


BUFFER = {"byteLength": 4, "uri": "data:,abcd"}


@pytest.mark.parametrize(("root", "error", "message"), [
    ({"buffers": [{"byteLength": 9, "uri": "data:,abcd"}]}, InvalidModel, "declares 9 bytes, and its data has 4"),
    ({"buffers": [{"byteLength": 4}]}, ResourceMissing, r"buffers\[0\] has no uri"),
    ({"buffers": [{"byteLength": 4, "uri": "a.bin"}]}, ResourceMissing, "needs the file 'a.bin'"),
    ({"buffers": [BUFFER], "bufferViews": [{"buffer": 3}]}, InvalidModel, "an integer below 1"),
    ({"buffers": [BUFFER] * 30}, ModelTooLarge, "bytes of resources"),
    ({"buffers": {}}, InvalidModel, "buffers must be a list"),
])
def test_what_cannot_be_packed_is_refused(
    convert: Convert, monkeypatch: pytest.MonkeyPatch, root: Json, error: type[ModelError], message: str
) -> None:
    monkeypatch.setattr(limits, "RESOURCE_BYTES", 100)
    with pytest.raises(error, match=message):
        convert(json.dumps({"asset": {"version": "2.0"}} | root).encode())


def test_a_number_beyond_all_range_is_refused(convert: Convert) -> None:
    with pytest.raises(InvalidModel, match="a number that no reader takes"):
        convert(make_glb(b'{"asset": {"version": "2.0"}, "extras": 1e999}'))
