from pathlib import Path

import pytest

from renderer.errors import InvalidModel, SettingsError
from renderer.load import load_model
from renderer.load.materials import INK
from renderer.scene.nodes import AlphaMode, Material
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, Json, edited_triangle, png, triangle_builder


def material_of(load: Load, fields: Json) -> Material:
    builder = triangle_builder(material=0)
    builder.add("materials", fields)
    (material,) = load(builder.glb()).materials
    return material


def test_a_primitive_without_a_material_gets_the_default_one(load: Load) -> None:
    builder = triangle_builder()
    assert load(builder.glb()).materials == [Material()]


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_lines_and_points_without_material_and_colours_are_not_white(load: Load, mode: int) -> None:
    builder = triangle_builder()
    primitive = builder.document["meshes"][0]["primitives"][0]
    primitive["mode"] = mode
    assert load(builder.glb()).materials == [INK]
    primitive["attributes"]["COLOR_0"] = builder.add_accessor([[1.0, 0.0, 0.0]] * 3)
    assert load(builder.glb()).materials == [Material()]


def test_an_empty_material_has_the_defaults(load: Load) -> None:
    assert material_of(load, {}) == Material()


def test_every_factor_is_read(load: Load) -> None:
    found = material_of(load, {
        "name": "Lamp",
        "pbrMetallicRoughness": {
            "baseColorFactor": [0.1, 0.2, 0.3, 0.4], "metallicFactor": 0.5, "roughnessFactor": 0.6,
        },
        "emissiveFactor": [1, 0.5, 0], "alphaMode": "MASK", "alphaCutoff": 0.7, "doubleSided": True,
        "extensions": {"KHR_materials_unlit": {}, "KHR_materials_emissive_strength": {"emissiveStrength": 4}},
    })
    assert found == Material(
        name="Lamp", base_color_factor=(0.1, 0.2, 0.3, 0.4), metallic_factor=0.5, roughness_factor=0.6,
        emissive_factor=(4.0, 2.0, 0.0), alpha_mode=AlphaMode.MASK, alpha_cutoff=0.7, double_sided=True, unlit=True,
    )


def test_every_texture_role_is_read(load: Load) -> None:
    builder = triangle_builder(material=0)
    indices = [builder.add_texture(png(width=2 + i)) for i in range(5)]
    infos: list[Json] = [{"index": index, "texCoord": index % 2} for index in indices]
    builder.add("materials", {
        "pbrMetallicRoughness": {"baseColorTexture": infos[0], "metallicRoughnessTexture": infos[1]},
        "normalTexture": infos[2] | {"scale": 0.5}, "occlusionTexture": infos[3] | {"strength": 0.25},
        "emissiveTexture": infos[4],
    })
    scene = load(builder.glb())
    (found,) = scene.materials
    references = (
        found.base_color_texture, found.metallic_roughness_texture, found.normal_texture, found.occlusion_texture,
        found.emissive_texture,
    )
    widths = [scene.images[r.image].pixels.shape[1] for r in references if r is not None]
    assert widths == [2, 3, 4, 5, 6]
    assert [r.texcoord for r in references if r is not None] == [0, 1, 0, 1, 0]
    assert (found.normal_scale, found.occlusion_strength) == (0.5, 0.25)


@pytest.mark.parametrize(("fields", "message"), [
    ({"alphaMode": "GLASS"}, r"materials\[0\].alphaMode must be OPAQUE, MASK or BLEND"),
    ({"alphaMode": 1}, r"materials\[0\].alphaMode must be a string"),
    ({"doubleSided": 1}, r"materials\[0\].doubleSided must be true or false"),
    ({"emissiveFactor": [1, 1]}, r"materials\[0\].emissiveFactor must be a list of 3 numbers"),
    ({"emissiveFactor": [1, 1, "1"]}, r"materials\[0\].emissiveFactor must be a list of 3 numbers"),
    ({"emissiveFactor": 1}, r"materials\[0\].emissiveFactor must be a list of 3 numbers"),
    ({"pbrMetallicRoughness": []}, r"materials\[0\].pbrMetallicRoughness must be a JSON object"),
    ({"pbrMetallicRoughness": {"metallicFactor": 1e400}}, "Infinity is not a JSON number"),
    ({"pbrMetallicRoughness": {"roughnessFactor": 10**400}}, r"roughnessFactor must be a number from 0 to 1"),
    ({"pbrMetallicRoughness": {"baseColorTexture": {"index": 3}}},
     r"materials\[0\].pbrMetallicRoughness.baseColorTexture.index must be an index, but there is nothing to point at"),
    ({"normalTexture": {}}, r"materials\[0\].normalTexture.index is missing; it must be an index"),
    ({"normalTexture": None}, r"materials\[0\].normalTexture must be a JSON object"),
    ({"extensions": []}, r"materials\[0\].extensions must be a JSON object"),
    ({"extensions": {"KHR_materials_emissive_strength": {"emissiveStrength": -1}}}, "must be a number from 0 to"),
    ({"name": 3}, r"materials\[0\].name must be a string"),
])
def test_a_broken_material_is_named(load: Load, fields: Json, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        material_of(load, fields)


def test_a_texture_coordinate_set_beyond_the_limit_is_refused(load: Load) -> None:
    builder = triangle_builder(material=0)
    builder.add("materials", {"emissiveTexture": {"index": builder.add_texture(png()), "texCoord": 10**6}})
    with pytest.raises(InvalidModel, match=r"emissiveTexture.texCoord must be an integer from 0 to 7"):
        load(builder.glb())


def test_a_material_that_does_not_exist_is_refused(load: Load) -> None:
    with pytest.raises(InvalidModel, match=r"meshes\[0\].primitives\[0\].material must be"):
        load(edited_triangle("meshes.0.primitives.0.material", 2))


def with_variants(mappings: object) -> GlbBuilder:
    """A triangle that is white by default; `mappings` say what it is in the variants Red and Blue."""
    extension = "KHR_materials_variants"
    builder = triangle_builder(material=0, extensions={extension: {"mappings": mappings}})
    for name in ("white", "red", "blue"):
        builder.add("materials", {"name": name})
    builder.document["extensions"] = {extension: {"variants": [{"name": "Red"}, {"name": "Blue"}]}}
    builder.document["extensionsRequired"] = [extension]
    return builder


MAPPINGS = [{"material": 1, "variants": [0]}, {"material": 2, "variants": [1]}]


@pytest.mark.parametrize(("mappings", "variant", "shown"), [
    (MAPPINGS, None, "white"), (MAPPINGS, "Red", "red"), (MAPPINGS, "Blue", "blue"), (MAPPINGS[:1], "Blue", "white"),
])
def test_a_variant_chooses_the_materials(tmp_path: Path, mappings: object, variant: str | None, shown: str) -> None:
    scene = load_model(with_variants(mappings).save(tmp_path), variant)
    assert [material.name for material in scene.materials] == [shown]
    assert scene.warnings == []


def test_an_unknown_variant_is_refused_by_name(tmp_path: Path) -> None:
    path = with_variants(MAPPINGS).save(tmp_path)
    with pytest.raises(SettingsError, match='no material variant "Green"; it has "Red", "Blue"') as caught:
        load_model(path, "Green")
    assert caught.value.field == "material_variant"
    path.write_bytes(triangle_builder().glb())
    with pytest.raises(SettingsError, match='no material variant "Red"; it has none'):
        load_model(path, "Red")


@pytest.mark.parametrize(("mappings", "message"), [
    ({}, "mappings must be a list"), ([{"material": 1, "variants": [2]}], r"variants\[0\] must be an integer below 2"),
    ([{"material": 3, "variants": [0]}], r"mappings\[0\].material must be an integer below 3"),
])
def test_a_broken_variant_is_refused(tmp_path: Path, mappings: object, message: str) -> None:
    with pytest.raises(InvalidModel, match=message):
        load_model(with_variants(mappings).save(tmp_path), "Red")
