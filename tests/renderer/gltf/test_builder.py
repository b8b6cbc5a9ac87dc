"""What the builder makes is valid by the Khronos validator's judgement, and the loader finds in it what went in."""

from pathlib import Path

import numpy as np
import pytest
from pygltflib import (
    Animation,
    AnimationChannel,
    AnimationChannelTarget,
    AnimationSampler,
    Attributes,
    Material,
    Mesh,
    Node,
    PbrMetallicRoughness,
    Primitive,
    Sampler,
    Texture,
    TextureInfo,
)

from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import Json, write_glb
from renderer.load import load_model
from tests.renderer.load.glb_builder import float32, png
from tests.support import gltf_validator

CORNERS = float32([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)])
COLORS = np.array([(0, 0, 0, 65535), (65535, 0, 0, 65535), (0, 13107, 0, 65535), (0, 0, 65535, 65535)], np.uint16)


def square(transform: Json | None = None) -> tuple[GltfBuilder, Json]:
    """A coloured and textured square that turns, with all that the builder can add."""
    builder = GltfBuilder("a test")
    image = builder.add_image(png(), "orange")
    texture = builder.add(Texture(sampler=builder.add(Sampler()), source=image))
    info = TextureInfo(index=texture, extensions={} if transform is None else {"KHR_texture_transform": transform})
    material = builder.add(Material(name="paint", pbrMetallicRoughness=PbrMetallicRoughness(baseColorTexture=info)))
    primitive = Primitive(
        attributes=Attributes(
            POSITION=builder.add_vertices(CORNERS, bounded=True),
            NORMAL=builder.add_vertices(float32([(0, 0, 1)] * 4)),
            TEXCOORD_0=builder.add_vertices(CORNERS[:, :2]),
            COLOR_0=builder.add_vertices(COLORS),
        ),
        indices=builder.add_indices(np.array([(0, 1, 2), (2, 1, 3)])),
        material=material,
    )
    node = builder.add(Node(name="square", mesh=builder.add(Mesh(name="square", primitives=[primitive]))))
    times = builder.add_keyframes(float32([(0,), (2,)]), bounded=True)
    turns = builder.add_keyframes(float32([(0, 0, 0, 1), (0, 1, 0, 0)]))
    channel = AnimationChannel(sampler=0, target=AnimationChannelTarget(node=node, path="rotation"))
    builder.add(Animation(name="Turn", channels=[channel], samplers=[AnimationSampler(input=times, output=turns)]))
    return builder, builder.document([node], "whole")


def test_a_document_with_everything_is_valid_and_loads_as_it_was_built(tmp_path: Path) -> None:
    path = tmp_path / "square.glb"
    builder, document = square({"scale": [2.0, 2.0]})
    write_glb(path, document, [builder.binary])
    assert gltf_validator.issues(path)["messages"] == []
    scene = load_model(path)
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    np.testing.assert_array_equal(primitive.positions, CORNERS)
    np.testing.assert_array_equal(primitive.texcoords[0], CORNERS[:, :2])
    assert primitive.colors is not None
    assert np.allclose(primitive.colors, COLORS / 65535)
    assert primitive.indices.tolist() == [0, 1, 2, 2, 1, 3]
    reference = scene.materials[primitive.material].base_color_texture
    assert reference is not None
    assert reference.scale == (2.0, 2.0)
    assert scene.images[0].name == "orange"
    assert (scene.clips[0].name, scene.clips[0].duration) == ("Turn", 2.0)


def test_extensions_are_named_where_they_are_used_and_only_there() -> None:
    assert square({"offset": [0.5, 0.0]})[1]["extensionsUsed"] == ["KHR_texture_transform"]
    assert "extensionsUsed" not in square()[1]


def test_nothing_empty_is_written() -> None:
    _, document = square()
    assert document["asset"] == {"generator": "a test", "version": "2.0"}
    assert document["nodes"] == [{"mesh": 0, "name": "square"}]
    assert "cameras" not in document
    assert (document["scene"], document["scenes"]) == (0, [{"name": "whole", "nodes": [0]}])


def test_equal_calls_make_equal_documents() -> None:
    first, second = square(), square()
    assert first[1] == second[1]
    assert list(first[1]) == list(second[1])
    assert first[0].binary == second[0].binary


@pytest.mark.parametrize(("highest", "width"), [(65534, 2), (65535, 4), (70000, 4)])
def test_indices_take_as_few_bytes_as_they_need_and_never_restart_a_primitive(highest: int, width: int) -> None:
    builder = GltfBuilder("a test")
    builder.add_indices(np.array([0, 1, highest], np.int64))
    assert np.frombuffer(builder.binary, f"<u{width}").tolist() == [0, 1, highest]
    (accessor,) = builder.gltf.accessors
    assert (accessor.componentType, accessor.count) == ({2: 5123, 4: 5125}[width], 3)


def test_data_are_little_endian_and_aligned_whatever_comes_before_them() -> None:
    builder = GltfBuilder("a test")
    builder.add_indices(np.array([0, 1, 2]))
    builder.add_vertices(CORNERS.astype(">f4"))
    view = builder.gltf.bufferViews[1]
    assert view.byteOffset % 4 == 0
    assert np.frombuffer(builder.binary, "<f4", 12, view.byteOffset).tolist() == CORNERS.ravel().tolist()
