"""Models that must not render: each ends in a message that a user can act on, and harms nobody's next job."""

import dataclasses
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.errors import EmptyModel, InvalidModel, ModelError, ModelTooLarge, ResourceMissing
from renderer.gl.context import Device
from renderer.render import render_video
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.load.glb_builder import GlbBuilder, make_glb, make_zip, triangle_builder
from tests.renderer.test_render import Recorder
from tests.support.stills import render_still

FRAMES = FrameSpec(width=64, height=48, frame_count=2, shadows=False)


def truncated() -> bytes:
    data = triangle_builder().glb()
    return data[: len(data) // 2]


def accessor_outside_the_buffer() -> bytes:
    builder = triangle_builder()
    builder.document["accessors"][0]["count"] = 3_000
    return builder.glb()


def view_outside_the_buffer() -> bytes:
    builder = triangle_builder()
    builder.document["bufferViews"][0]["byteLength"] = 1 << 30
    return builder.glb()


def index_beyond_the_vertices() -> bytes:
    builder = triangle_builder()
    builder.document["meshes"][0]["primitives"][0]["indices"] = builder.add_accessor((0, 1, 7), "uint16")
    return builder.glb()


def two_billion_indices() -> bytes:
    builder = triangle_builder()
    indices = {"componentType": 5125, "count": 1 << 31, "type": "SCALAR"}  # no view: all zeros, for no bytes at all
    builder.document["meshes"][0]["primitives"][0]["indices"] = builder.add("accessors", indices)
    data = builder.glb()
    assert len(data) <= 1024
    return data


def huge_texture() -> bytes:
    """The header of a PNG of 65535 x 65535 pixels, whose rows would take 17 GB."""
    header = struct.pack(">IIBBBBB", 65535, 65535, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    builder = triangle_builder(material=0)
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": builder.add_texture(png)}}})
    return builder.glb()


def cyclic_nodes() -> bytes:
    builder = triangle_builder()
    builder.document["nodes"][0]["children"] = [builder.add("nodes", {"children": [0]})]
    return builder.glb()


def nan_positions() -> bytes:
    builder = GlbBuilder()
    positions = builder.add_accessor([(0, 0, 0), (1, float("nan"), 0), (0, 1, 0)])
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}}))
    return builder.glb()


def empty_scene() -> bytes:
    return make_glb({"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}]})


def with_buffer_uri(uri: str) -> bytes:
    builder = triangle_builder()
    return json.dumps(builder.document | {"buffers": [{"byteLength": len(builder.binary), "uri": uri}]}).encode()


def with_image_uri(uri: str) -> bytes:
    builder = triangle_builder(material=0)
    texture = builder.add("textures", {"source": builder.add("images", {"uri": uri})})
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": texture}}})
    return builder.glb()


@dataclasses.dataclass(frozen=True)
class Case:
    """What the model's bytes are, under which file name they come, and what the error must say."""

    make: Callable[[], bytes]
    error: type[ModelError]
    says: str
    name: str = "model.glb"


CASES = {
    "not a GLB": Case(lambda: b"<html>404 Not Found</html>", InvalidModel, "the file is a web page"),
    "no bytes": Case(lambda: b"", InvalidModel, "empty"),
    "truncated": Case(truncated, InvalidModel, "truncated"),
    "accessor outside its buffer": Case(accessor_outside_the_buffer, InvalidModel, "bufferView"),
    "view outside its buffer": Case(view_outside_the_buffer, InvalidModel, "buffer"),
    "index beyond the vertices": Case(index_beyond_the_vertices, InvalidModel, "vertices"),
    "2^31 indices in 1 KB": Case(two_billion_indices, ModelTooLarge, "allowed"),
    "texture of 65535 x 65535": Case(huge_texture, ModelTooLarge, "65535"),
    "cyclic node graph": Case(cyclic_nodes, InvalidModel, "node"),
    "NaN positions": Case(nan_positions, InvalidModel, "NaN"),
    "empty scene": Case(empty_scene, EmptyModel, "no triangles"),
    "file:// buffer": Case(lambda: with_buffer_uri("file:///etc/passwd"), ResourceMissing, "file:", "model.gltf"),
    "../ buffer": Case(lambda: with_buffer_uri("../../secret.bin"), ResourceMissing, "outside", "model.gltf"),
    "../ buffer in a ZIP": Case(
        lambda: make_zip({"a/model.gltf": with_buffer_uri("../../secret.bin")}), ResourceMissing, "outside", "model.zip"
    ),
    "file:// image": Case(lambda: with_image_uri("file:///etc/passwd"), ResourceMissing, "file:"),
    "http:// image": Case(lambda: with_image_uri("http://169.254.169.254/latest"), ResourceMissing, "http:"),
}


@pytest.fixture(scope="module")
def good_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return triangle_builder().save(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def good_picture(opened_device: Device, good_model: Path, light_cache: Path) -> bytes:
    """What the good model looks like before any bad one was met."""
    return still(opened_device, good_model, light_cache)


def still(device: Device, model: Path, cache_dir: Path) -> bytes:
    path = model.with_suffix(".png")
    render_still(model, FRAMES, Backdrop(), path, device=device, cache_dir=cache_dir)
    return path.read_bytes()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_bad_model_is_refused_clearly_and_the_next_job_is_served(
    case: Case, device: Device, light_cache: Path, good_model: Path, good_picture: bytes, tmp_path: Path
) -> None:
    model = tmp_path / case.name
    model.write_bytes(case.make())
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(case.error) as caught:
        render_video(
            model, FRAMES, {"only": VideoVariant(Backdrop())}, out,
            device=device, cache_dir=light_cache, listener=Recorder(),
        )
    message = str(caught.value)
    assert case.says in message
    assert 15 < len(message) < 300
    assert str(tmp_path) not in message  # users see messages: no path of the server in them
    assert list(out.iterdir()) == []
    assert still(device, good_model, light_cache) == good_picture
