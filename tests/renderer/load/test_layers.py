"""The layers of material extensions as files state them; what they look like is tested with the passes."""

import math
from typing import Any

import pytest

from renderer.errors import InvalidModel
from renderer.scene.nodes import (
    AlphaMode,
    Anisotropy,
    Clearcoat,
    DiffuseTransmission,
    Iridescence,
    Material,
    Sheen,
    Specular,
    Transmission,
    Volume,
)
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import Json, png, triangle_builder


def material_of(load: Load, **extensions: Json) -> Material:
    """The material with these extensions, without the KHR_materials_ in front; the file requires them."""
    builder = triangle_builder(material=0)
    named = {f"KHR_materials_{name}": fields for name, fields in extensions.items()}
    builder.add("materials", {"extensions": named})
    builder.document["extensionsUsed"] = builder.document["extensionsRequired"] = list(named)
    scene = load(builder.glb())
    assert scene.warnings == []
    return scene.materials[0]


READ: list[tuple[str, Json, str, Any]] = [
    ("ior", {"ior": 1.33}, "ior", 1.33),
    ("ior", {}, "ior", 1.5),
    ("ior", {"ior": 0}, "ior", 0.0),
    ("specular", {"specularFactor": 0.25, "specularColorFactor": [0.5, 2, 0]}, "specular",
     Specular(factor=0.25, color_factor=(0.5, 2.0, 0.0))),
    ("clearcoat", {"clearcoatFactor": 0.5, "clearcoatRoughnessFactor": 0.25}, "clearcoat",
     Clearcoat(factor=0.5, roughness_factor=0.25)),
    ("clearcoat", {"clearcoatRoughnessFactor": 0.25}, "clearcoat", None),
    ("sheen", {"sheenColorFactor": [1, 0.5, 0], "sheenRoughnessFactor": 0.75}, "sheen",
     Sheen(color_factor=(1.0, 0.5, 0.0), roughness_factor=0.75)),
    ("sheen", {"sheenRoughnessFactor": 0.75}, "sheen", None),
    ("anisotropy", {"anisotropyStrength": 0.5, "anisotropyRotation": -7}, "anisotropy", Anisotropy(0.5, -7.0)),
    ("anisotropy", {"anisotropyRotation": 1}, "anisotropy", None),
    ("iridescence", {"iridescenceFactor": 1, "iridescenceIor": 1.8, "iridescenceThicknessMinimum": 500}, "iridescence",
     Iridescence(factor=1.0, ior=1.8, thickness_minimum=500.0, thickness_maximum=400.0)),
    ("iridescence", {"iridescenceIor": 1.8}, "iridescence", None),
    ("transmission", {"transmissionFactor": 0.75}, "transmission", Transmission(factor=0.75)),
    ("transmission", {}, "transmission", None),
    ("volume", {"thicknessFactor": 2}, "volume", Volume(thickness_factor=2.0, attenuation_distance=math.inf)),
    ("volume", {"thicknessFactor": 2, "attenuationDistance": 0.5, "attenuationColor": [0, 0.5, 1]}, "volume",
     Volume(thickness_factor=2.0, attenuation_distance=0.5, attenuation_color=(0.0, 0.5, 1.0))),
    ("volume", {"attenuationDistance": 0.5}, "volume", None),
    ("diffuse_transmission", {"diffuseTransmissionFactor": 0.5, "diffuseTransmissionColorFactor": [1, 0.5, 0]},
     "diffuse_transmission", DiffuseTransmission(factor=0.5, color_factor=(1.0, 0.5, 0.0))),
    ("diffuse_transmission", {}, "diffuse_transmission", None),
]  # fmt: skip


@pytest.mark.parametrize(("extension", "fields", "attribute", "expected"), READ)
def test_a_layer_is_read(load: Load, extension: str, fields: Json, attribute: str, expected: Any) -> None:
    assert getattr(material_of(load, **{extension: fields}), attribute) == expected


TEXTURES = [
    ("specular", {}, "specularTexture"),
    ("specular", {}, "specularColorTexture"),
    ("clearcoat", {"clearcoatFactor": 1}, "clearcoatTexture"),
    ("clearcoat", {"clearcoatFactor": 1}, "clearcoatRoughnessTexture"),
    ("clearcoat", {"clearcoatFactor": 1}, "clearcoatNormalTexture"),
    ("sheen", {"sheenColorFactor": [1, 1, 1]}, "sheenColorTexture"),
    ("sheen", {"sheenColorFactor": [1, 1, 1]}, "sheenRoughnessTexture"),
    ("anisotropy", {"anisotropyStrength": 1}, "anisotropyTexture"),
    ("iridescence", {"iridescenceFactor": 1}, "iridescenceTexture"),
    ("iridescence", {"iridescenceFactor": 1}, "iridescenceThicknessTexture"),
    ("transmission", {"transmissionFactor": 1}, "transmissionTexture"),
    ("volume", {"thicknessFactor": 1}, "thicknessTexture"),
    ("diffuse_transmission", {"diffuseTransmissionFactor": 1}, "diffuseTransmissionTexture"),
    ("diffuse_transmission", {"diffuseTransmissionFactor": 1}, "diffuseTransmissionColorTexture"),
]


@pytest.mark.parametrize(("extension", "fields", "key"), TEXTURES)
def test_a_layers_texture_is_decoded_and_its_coordinates_are_kept(
    load: Load, extension: str, fields: Json, key: str
) -> None:
    builder = triangle_builder(material=0)
    info = {"index": builder.add_texture(png(width=3)), "texCoord": 2}
    builder.add("materials", {"extensions": {f"KHR_materials_{extension}": fields | {key: info}}})
    scene = load(builder.glb())
    assert [image.pixels.shape[1] for image in scene.images] == [3]
    assert len(scene.meshes[0].primitives[0].texcoords) == 3


@pytest.mark.parametrize(("extension", "fields", "key"), [
    ("clearcoat", {"clearcoatFactor": 1}, "clearcoatNormalTexture"), ("anisotropy", {"anisotropyStrength": 1}, None),
])
def test_a_layer_with_directions_asks_for_tangents(
    load: Load, extension: str, fields: Json, key: str | None
) -> None:
    builder = triangle_builder(material=0)
    normals = builder.add_accessor([(0, 0, 1)] * 3)
    uvs = builder.add_accessor([(0, 0), (1, 0), (0, 1)])
    builder.document["meshes"][0]["primitives"][0]["attributes"] |= {"NORMAL": normals, "TEXCOORD_0": uvs}
    layer = fields if key is None else fields | {key: {"index": builder.add_texture(png())}}
    builder.add("materials", {"extensions": {f"KHR_materials_{extension}": layer}})
    (primitive,) = load(builder.glb()).meshes[0].primitives
    assert primitive.tangents is not None


WRONG: list[tuple[str, Json, str]] = [
    ("pbrSpecularGlossiness", {"glossinessFactor": 2}, "glossinessFactor must be a number from 0 to 1"),
    ("pbrSpecularGlossiness", {"diffuseFactor": [1, 1, 1]}, "diffuseFactor must be a list of 4 numbers"),
    ("ior", {"ior": 0.5}, "ior must be 0, or a number from 1 to"),
    ("ior", {"ior": -1}, "ior must be 0, or a number from 1 to"),
    ("ior", {"ior": "glass"}, "ior must be a number"),
    ("specular", {"specularFactor": 2}, "specularFactor must be a number from 0 to 1"),
    ("specular", {"specularColorFactor": [1, 1, -1]}, "specularColorFactor must be a list of 3 numbers from 0 to"),
    ("clearcoat", {"clearcoatFactor": -0.1}, "clearcoatFactor must be a number from 0 to 1"),
    ("clearcoat", {"clearcoatRoughnessFactor": [1]}, "clearcoatRoughnessFactor must be a number from 0 to 1"),
    ("clearcoat", {"clearcoatNormalTexture": {"index": 0, "scale": "x"}}, "clearcoatNormalTexture.index must be"),
    ("sheen", {"sheenColorFactor": [1, 1, 1.5]}, "sheenColorFactor must be a list of 3 numbers from 0 to 1"),
    ("sheen", {"sheenRoughnessFactor": 7}, "sheenRoughnessFactor must be a number from 0 to 1"),
    ("sheen", {"sheenColorTexture": {"index": 1}}, "sheenColorTexture.index must be an index, but"),
    ("anisotropy", {"anisotropyStrength": 1.1}, "anisotropyStrength must be a number from 0 to 1"),
    ("anisotropy", {"anisotropyRotation": "90"}, "anisotropyRotation must be a number"),
    ("iridescence", {"iridescenceFactor": 2}, "iridescenceFactor must be a number from 0 to 1"),
    ("iridescence", {"iridescenceIor": 0.9}, "iridescenceIor must be a number from 1 to"),
    ("iridescence", {"iridescenceThicknessMaximum": -1}, "iridescenceThicknessMaximum must be a number from 0 to"),
    ("transmission", {"transmissionFactor": -1}, "transmissionFactor must be a number from 0 to 1"),
    ("diffuse_transmission", {"diffuseTransmissionFactor": 2}, "diffuseTransmissionFactor must be a number from 0 to"),
    ("diffuse_transmission", {"diffuseTransmissionColorFactor": [0, 0, 2]}, "diffuseTransmissionColorFactor must be"),
    ("volume", {"thicknessFactor": -1}, "thicknessFactor must be a number from 0 to"),
    ("volume", {"attenuationDistance": 0}, "attenuationDistance must be a number from 1e-30 to"),
    ("volume", {"attenuationColor": [1, 1, 2]}, "attenuationColor must be a list of 3 numbers from 0 to 1"),
]


def test_specular_glossiness_becomes_a_dielectric_with_a_specular_colour(load: Load) -> None:
    builder = triangle_builder(material=0)
    both = {"index": builder.add_texture(png())}
    old = {"diffuseFactor": [0.5, 0.25, 0, 0.5], "specularFactor": [0.2, 0.1, 0], "glossinessFactor": 0.75,
           "specularGlossinessTexture": both}
    name = "KHR_materials_pbrSpecularGlossiness"
    builder.add("materials", {
        "pbrMetallicRoughness": {"metallicRoughnessTexture": both}, "alphaMode": "BLEND", "extensions": {name: old},
    })
    builder.document["extensionsRequired"] = [name]
    scene = load(builder.glb())
    (found,) = scene.materials
    assert scene.warnings == []
    assert (found.base_color_factor, found.metallic_factor, found.roughness_factor) == ((0.5, 0.25, 0, 0.5), 0, 0.25)
    assert found.specular is not None
    assert (found.ior, found.specular.color_factor) == (0, (0.2, 0.1, 0))
    assert found.specular.color_texture is found.glossiness_texture is not None
    assert found.metallic_roughness_texture is None
    assert found.alpha_mode is AlphaMode.BLEND


def test_dispersion_belongs_to_the_volume(load: Load) -> None:
    found = material_of(load, volume={"thicknessFactor": 1}, dispersion={"dispersion": 0.5})
    assert found.volume == Volume(thickness_factor=1.0, dispersion=0.5)
    assert material_of(load, dispersion={"dispersion": 0.5}) == Material()
    with pytest.raises(InvalidModel, match=r"KHR_materials_dispersion\.dispersion must be a number from 0 to"):
        material_of(load, volume={"thicknessFactor": 1}, dispersion={"dispersion": -0.5})


@pytest.mark.parametrize(("extension", "fields", "message"), WRONG)
def test_a_wrong_value_is_refused_by_name(load: Load, extension: str, fields: Json, message: str) -> None:
    path = rf"materials\[0\]\.extensions\.KHR_materials_{extension}\."
    with pytest.raises(InvalidModel, match=path + message):
        material_of(load, **{extension: fields})
