"""Packing: fewest fetches, no image more than once on the device."""

import numpy as np
import pytest

from renderer.errors import UnsupportedModel
from renderer.gl.materials import MaterialLayout, lay_out_materials
from renderer.scene.nodes import AlphaMode, Channel, Clearcoat, Clip, Material, Scene, Sheen, Specular
from tests.renderer.passes.scenes import flat_image, quad, scene_of, texture


def five_maps(base: int = 0, other: int = 1, **fields: object) -> Material:
    """A material whose maps are images `base`, and `other` to `other` + 3."""
    return Material(
        base_color_texture=texture(base),
        metallic_roughness_texture=texture(other),
        normal_texture=texture(other + 1),
        occlusion_texture=texture(other + 2),
        emissive_texture=texture(other + 3),
        emissive_factor=(1, 1, 1),
        **fields,  # type: ignore[arg-type]
    )


def scene_with(*materials: Material, images: int = 5, sizes: dict[int, int] | None = None) -> Scene:
    pixels = [flat_image(i, i, i, 255, size=(sizes or {}).get(i, 4)) for i in range(images)]
    return scene_of(*((quad(), material) for material in materials), images=pixels)


def uploaded(layout: MaterialLayout) -> set[tuple[int, int]]:
    return {channel for packed in layout.maps for channel in packed.channels}


def test_five_maps_of_one_size_take_three_textures() -> None:
    (layout,) = lay_out_materials(scene_with(five_maps()))
    assert len(layout.maps) == 3
    wanted = {(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0), (4, 0), (4, 1), (4, 2)}
    assert uploaded(layout) >= wanted


def test_every_map_is_read_where_it_was_put() -> None:
    (layout,) = lay_out_materials(scene_with(five_maps()))
    sources = {"BASE_COLOR": (0, "012"), "ROUGHNESS_METALLIC": (1, "12"), "NORMAL": (2, "01"), "OCCLUSION": (3, "0"),
               "EMISSIVE": (4, "012")}
    for name, (image, channels) in sources.items():
        texel, swizzle = layout.defines[f"{name}_TEXEL"].removeprefix("texel").split(".")
        found = [layout.maps[int(texel)].channels["xyzw".index(letter)] for letter in swizzle]
        assert found == [(image, int(channel)) for channel in channels]


def test_a_texture_that_moves_is_read_at_coordinates_of_its_own() -> None:
    scene = scene_with(five_maps(), five_maps())
    scene.clips.append(Clip("slide", [
        Channel(1, "material", "LINEAR", np.zeros(1, np.float32), np.zeros((1, 1), np.float32), attribute)
        for attribute in ("normal_texture.rotation", "roughness_factor")
    ]))  # fmt: skip
    still, moving = lay_out_materials(scene)
    assert [slot.moving for slot in still.uv_slots] == [""]
    assert sorted(slot.moving for slot in moving.uv_slots) == ["", "normal_texture"]
    (unit,) = [unit for unit, slot in enumerate(moving.map_slots) if moving.uv_slots[slot].moving]
    assert {image for image, _ in moving.maps[unit].channels} == {2}


def test_maps_of_different_sizes_are_not_packed() -> None:
    (layout,) = lay_out_materials(scene_with(five_maps(), sizes={0: 8, 1: 16, 2: 32, 3: 64}))
    assert len(layout.maps) == 5
    assert all(packed.channels == tuple((packed.channels[0][0], c) for c in range(4)) for packed in layout.maps)


def test_an_image_that_materials_pack_differently_stays_as_it_is() -> None:
    first, second = lay_out_materials(scene_with(five_maps(0, 1), five_maps(5, 1), images=6))
    assert first.maps[1:] == second.maps[1:]
    assert len({packed for layout in (first, second) for packed in layout.maps}) == 6


def test_equal_materials_share_their_packing() -> None:
    first, second = lay_out_materials(scene_with(five_maps(), five_maps(roughness_factor=0.3)))
    assert first.maps == second.maps
    assert len(first.maps) == 3


def test_occlusion_beside_roughness_and_metallic_is_one_fetch() -> None:
    material = Material(metallic_roughness_texture=texture(0), occlusion_texture=texture(0))
    (layout,) = lay_out_materials(scene_with(material))
    assert [packed.channels for packed in layout.maps] == [((0, 0), (0, 1), (0, 2), (0, 3))]
    assert layout.defines["OCCLUSION_TEXEL"] == "texel0.x"


def test_alpha_is_kept_where_it_counts() -> None:
    for mode, expected in ((AlphaMode.OPAQUE, None), (AlphaMode.MASK, 0), (AlphaMode.BLEND, 0)):
        (layout,) = lay_out_materials(scene_with(five_maps(alpha_mode=mode)))
        assert layout.alpha_map == expected


def test_maps_at_different_coordinates_get_a_slot_each() -> None:
    shifted = texture(1)
    shifted.offset = (0.5, 0.0)
    material = Material(base_color_texture=texture(0), normal_texture=shifted)
    (layout,) = lay_out_materials(scene_with(material))
    assert len(layout.uv_slots) == 2
    assert layout.defines["UV_ATTRIBUTES"] == "in vec2 in_uv0; in vec2 in_uv1;"


def test_more_textures_than_a_shader_can_read_are_refused_by_name() -> None:
    coat = Clearcoat(factor=1.0, texture=texture(5), roughness_texture=texture(6), normal_texture=texture(7))
    sheen = Sheen(color_texture=texture(8), roughness_texture=texture(9))
    many = five_maps(name="Sofa", clearcoat=coat, sheen=sheen, specular=Specular(texture=texture(10)))
    with pytest.raises(UnsupportedModel, match='material "Sofa" reads 11 textures, and 10 are possible'):
        lay_out_materials(scene_with(many, images=11, sizes={i: 4 + i for i in range(11)}))
    (layout,) = lay_out_materials(scene_with(many, images=11))
    assert len(layout.maps) < 10


def test_an_unlit_material_reads_its_colour_alone() -> None:
    (layout,) = lay_out_materials(scene_with(five_maps(unlit=True)))
    assert [name for name in layout.defines if name.endswith("_TEXEL")] == ["BASE_COLOR_TEXEL"]
