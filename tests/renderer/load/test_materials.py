import pytest

from renderer.errors import InvalidModel
from renderer.scene.nodes import AlphaMode, Material
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import Json, edited_triangle, png, triangle_builder


def material_of(load: Load, fields: Json) -> Material:
    builder = triangle_builder(material=0)
    builder.add("materials", fields)
    (material,) = load(builder.glb()).materials
    return material


def test_a_primitive_without_a_material_gets_the_default_one(load: Load) -> None:
    builder = triangle_builder()
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
