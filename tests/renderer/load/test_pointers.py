"""KHR_animation_pointer out of files: which properties move, and which are told to stand still."""

from typing import Any

import numpy as np
import pytest

from renderer.errors import InvalidModel
from renderer.load.pointers import MATERIAL_PROPERTIES, TRANSFORMS, VISIBLE
from renderer.scene.animation import pose_scene
from renderer.scene.nodes import Scene
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, png, triangle_builder

LAYERS = {
    "KHR_materials_anisotropy": {"anisotropyStrength": 0.5},
    "KHR_materials_clearcoat": {"clearcoatFactor": 0.5},
    "KHR_materials_iridescence": {"iridescenceFactor": 0.5},
    "KHR_materials_sheen": {"sheenColorFactor": [0.5, 0.5, 0.5]},
    "KHR_materials_transmission": {"transmissionFactor": 0.5},
}


def animated(pointer: str, values: Any, dtype: str = "float32", interpolation: str = "LINEAR",
             **material: Any) -> GlbBuilder:
    """A triangle with a second, unused material; `values` at 0 and 1 seconds go where `pointer` points."""
    builder = triangle_builder(material=1)
    builder.document["materials"] = [{}, material]
    times = builder.add_accessor([[0.0], [1.0]])
    sampler = {"input": times, "output": builder.add_accessor(values, dtype), "interpolation": interpolation}
    target = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    builder.add("animations", {"samplers": [sampler], "channels": [{"sampler": 0, "target": target}]})
    builder.document["extensionsUsed"] = builder.document["extensionsRequired"] = ["KHR_animation_pointer"]
    return builder


def value_at(scene: Scene, time: float, attribute: str) -> Any:
    found: Any = pose_scene(scene, scene.clips[0], time).materials[0]
    for name in attribute.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("name", MATERIAL_PROPERTIES)
def test_every_property_takes_the_values_of_its_keyframes(load: Load, name: str) -> None:
    attribute, width = MATERIAL_PROPERTIES[name]
    values = [[0.25] * width, [0.75] * width]
    scene = load(animated(f"/materials/1/{name}", values, extensions=LAYERS).glb())
    assert scene.warnings == []
    for time, expected in ((0.0, 0.25), (0.5, 0.5), (1.0, 0.75)):
        assert value_at(scene, time, attribute) == (expected if width == 1 else pytest.approx((expected,) * width))
    assert len(scene.clips[0].channels) == 1


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_texture_can_be_moved_turned_and_scaled_beyond_its_edges(load: Load, name: str) -> None:
    attribute, width = TRANSFORMS[name]
    texture = {"index": 0, "extensions": {"KHR_texture_transform": {"offset": [7, 7], "rotation": 7, "scale": [7, 7]}}}
    builder = animated(
        f"/materials/1/{name}", [[-3.0] * width, [5.0] * width],
        pbrMetallicRoughness={"baseColorTexture": texture, "metallicRoughnessTexture": texture},
        normalTexture=texture, occlusionTexture=texture, emissiveTexture=texture,
        extensions={
            "KHR_materials_clearcoat": {"clearcoatFactor": 0.5, "clearcoatNormalTexture": texture},
            "KHR_materials_transmission": {"transmissionFactor": 0.5, "transmissionTexture": texture},
        },
    )
    builder.add_texture(png(4, 4))
    scene = load(builder.glb())
    assert scene.warnings == []
    for time, expected in ((0.0, -3.0), (0.5, 1.0), (1.0, 5.0)):
        assert value_at(scene, time, attribute) == (expected if width == 1 else (expected,) * width)
    owner, _, changed = attribute.rpartition(".")
    for other in {"offset", "rotation", "scale"} - {changed}:
        assert value_at(scene, 0.5, f"{owner}.{other}") == (7 if other == "rotation" else (7, 7))


def test_a_texture_that_a_material_lacks_cannot_be_moved(load: Load) -> None:
    pointer = "/materials/1/normalTexture/extensions/KHR_texture_transform/offset"
    scene = load(animated(pointer, [[0.0, 0.0], [1.0, 0.0]]).glb())
    assert scene.clips[0].channels == []
    assert len(scene.warnings) == 1


def test_values_out_of_range_are_clamped(load: Load) -> None:
    scene = load(animated("/materials/1/pbrMetallicRoughness/metallicFactor", [[-3.0], [9.0]]).glb())
    assert (value_at(scene, 0.0, "metallic_factor"), value_at(scene, 1.0, "metallic_factor")) == (0.0, 1.0)


def test_emission_keeps_its_strength(load: Load) -> None:
    strength = {"KHR_materials_emissive_strength": {"emissiveStrength": 8.0}}
    scene = load(animated("/materials/1/emissiveFactor", [[0, 0, 0], [1, 0.5, 0]], extensions=strength).glb())
    assert value_at(scene, 1.0, "emissive_factor") == (8.0, 4.0, 0.0)
    assert any(scene.materials[0].emissive_factor)  # or a map would be left out


def test_nodes_are_moved_through_pointers_too(load: Load) -> None:
    scene = load(animated("/nodes/0/translation", [[0, 0, 0], [2, 0, 0]]).glb())
    assert pose_scene(scene, scene.clips[0], 0.5).world[0, 0, 3] == 1


@pytest.mark.parametrize("at_rest", [True, False])
def test_nodes_are_shown_and_hidden_with_all_below_them(load: Load, at_rest: bool) -> None:
    builder = animated(f"/nodes/1/{VISIBLE}", [[at_rest], [not at_rest]], "uint8", "STEP")
    parent = builder.add("nodes", {"children": [0], "extensions": {"KHR_node_visibility": {"visible": at_rest}}})
    builder.document["scenes"][0]["nodes"] = [parent]
    scene = load(builder.glb())
    assert scene.nodes[0].mesh is not None
    for clip, time, shown in ((None, 0.0, at_rest), (scene.clips[0], 0.0, at_rest), (scene.clips[0], 1.0, not at_rest)):
        pose = pose_scene(scene, clip, time)
        assert np.array_equal(pose.world[0, :3, :3], np.eye(3) * shown)


@pytest.mark.parametrize("pointer", [
    "/materials/0/emissiveFactor", "/materials/7/emissiveFactor", "/materials/1/name", "/nodes/9/translation",
    "/materials/1/extensions/KHR_materials_clearcoat/clearcoatFactor", "/cameras/0/perspective/yfov", "nonsense",
    "/nodes/0/extensions", "/materials/01/emissiveFactor", "",
])
def test_pointers_to_what_cannot_be_animated_are_a_warning(load: Load, pointer: str) -> None:
    scene = load(animated(pointer, [[0.0], [1.0]]).glb())
    assert scene.clips[0].channels == []
    assert scene.warnings == [
        "what animations[0].channels[0].target points at stands still: it can't be animated here"
    ]


def test_a_clip_with_a_wrong_number_of_values_is_left_out(load: Load) -> None:
    scene = load(animated("/materials/1/emissiveFactor", [[0.0], [1.0]]).glb())
    assert scene.clips == []
    assert "animations[0].samplers[0].output" in scene.warnings[0]


def test_a_pointer_that_is_no_text_is_refused(load: Load) -> None:
    builder = animated("", [[0.0], [1.0]])
    builder.document["animations"][0]["channels"][0]["target"]["extensions"]["KHR_animation_pointer"]["pointer"] = 3
    with pytest.raises(InvalidModel, match="pointer must be a string"):
        load(builder.glb())
