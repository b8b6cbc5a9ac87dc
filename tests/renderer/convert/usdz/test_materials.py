"""glTF's materials as UsdPreviewSurface: values, textures of one meaning each, and where they lie."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pxr import Gf

from tests.renderer.convert.usdz.support import UVS, Made, Surface, gradient, make, picture, render_scene, square
from tests.renderer.load.glb_builder import Json, encoded


def made_of(folder: Path, material: Json, *pictures: bytes) -> Made:
    """The square with a material, whose textures are numbered as `pictures` are."""
    builder = square(material)
    for data in pictures:
        builder.add_texture(data)
    return make(folder, builder)


def surface_of(folder: Path, material: Json, *pictures: bytes) -> Surface:
    return made_of(folder, material, *pictures).surface()


def base(**fields: Any) -> Json:
    return {"pbrMetallicRoughness": fields}


def test_numbers_stay_as_they_are(tmp_path: Path) -> None:
    material = base(baseColorFactor=[0.1, 0.2, 0.3, 0.5], metallicFactor=0.25, roughnessFactor=0.75)
    material |= {"emissiveFactor": [0.4, 0.5, 0.6], "doubleSided": True, "name": "Lack 1", "extensions": {
        "KHR_materials_emissive_strength": {"emissiveStrength": 2.0},
        "KHR_materials_ior": {"ior": 1.25},
        "KHR_materials_clearcoat": {"clearcoatFactor": 0.5, "clearcoatRoughnessFactor": 0.125},
    }}  # fmt: skip
    made = made_of(tmp_path, material)
    surface = made.surface()
    assert surface.value("diffuseColor") == (0.1, 0.2, 0.3)
    assert surface.value("emissiveColor") == (0.8, 1.0, 1.2)
    names = ("metallic", "roughness", "ior", "clearcoat", "clearcoatRoughness")
    assert [surface.value(name) for name in names] == [0.25, 0.75, 1.25, 0.5, 0.125]
    assert not surface.has("opacity")  # alpha means nothing in an opaque material
    assert made.meshes[0].GetDoubleSidedAttr().Get() is True
    assert made.of_type("Material")[0].GetName() == "Lack_1"
    read = render_scene(made.path).materials()[0].preview_surface  # by another reader
    assert read["diffuse_color"]["value"] == pytest.approx((0.1, 0.2, 0.3))
    assert (read["metallic"]["value"], read["roughness"]["value"]) == (0.25, 0.75)


def test_a_single_sided_material_without_anything_is_gltfs_default(tmp_path: Path) -> None:
    made = made_of(tmp_path, {})
    surface = made.surface()
    assert [surface.value(name) for name in ("diffuseColor", "metallic", "roughness")] == [(1, 1, 1), 1, 1]
    assert made.meshes[0].GetDoubleSidedAttr().Get() is False
    assert made.files == {}


def test_a_packed_map_is_split_into_one_file_for_each_value(tmp_path: Path) -> None:
    material = base(metallicRoughnessTexture={"index": 0}, metallicFactor=0.5)
    material["occlusionTexture"] = {"index": 0, "strength": 0.5}
    pixels = gradient()
    surface = surface_of(tmp_path, material, encoded(PIL.Image.fromarray(pixels).convert("RGB")))
    assert surface.pixels("roughness") == pytest.approx(pixels[..., 1], abs=1)
    assert surface.pixels("metallic") == pytest.approx(np.round(pixels[..., 2] / 2), abs=1)
    assert surface.pixels("occlusion") == pytest.approx(127.5 + pixels[..., 0] / 2, abs=1)
    for name in ("roughness", "metallic", "occlusion"):
        shader, output = surface.texture(name)
        assert (output, shader.GetInput("sourceColorSpace").Get()) == ("r", "raw")


def test_a_map_that_is_one_value_everywhere_becomes_a_number(tmp_path: Path) -> None:
    material = base(metallicRoughnessTexture={"index": 0}, roughnessFactor=0.5)
    made = made_of(tmp_path, material, picture(9, 102, 255))
    assert (made.surface().value("roughness"), made.surface().value("metallic")) == (0.2, 1.0)
    assert made.files == {}


def test_a_colours_factor_is_multiplied_into_its_file(tmp_path: Path) -> None:
    material = base(baseColorTexture={"index": 0}, baseColorFactor=[1.0, 0.5, 0.0, 1.0])
    material |= {"emissiveTexture": {"index": 0}, "emissiveFactor": [1, 1, 1]}
    material["extensions"] = {"KHR_materials_emissive_strength": {"emissiveStrength": 4.0}}
    surface = surface_of(tmp_path, material, picture(200, 188, 77))
    assert surface.pixels("diffuseColor")[0, 0].tolist() == [200, 137, 0]  # half of 188's light is 137's in sRGB
    assert surface.pixels("emissiveColor")[0, 0].tolist() == [200, 188, 77]
    shader, output = surface.texture("emissiveColor")
    assert (output, shader.GetInput("scale").Get()) == ("rgb", Gf.Vec4f(4, 4, 4, 1))
    assert shader.GetInput("sourceColorSpace").Get() == "sRGB"


@pytest.mark.parametrize(("mode", "threshold"), [("MASK", 0.25), ("BLEND", None)])
def test_what_is_transparent_keeps_its_alpha(tmp_path: Path, mode: str, threshold: float | None) -> None:
    material = base(baseColorTexture={"index": 0}, baseColorFactor=[1, 1, 1, 0.5])
    material |= {"alphaMode": mode} | ({} if threshold is None else {"alphaCutoff": threshold})
    surface = surface_of(tmp_path, material, picture(200, 100, 50, 128))
    assert surface.pixels("diffuseColor")[0, 0].tolist() == [200, 100, 50, 64]
    assert surface.texture("opacity")[1] == "a"
    assert surface.texture("opacity")[0].GetPath() == surface.texture("diffuseColor")[0].GetPath()
    assert surface.has("opacityThreshold") == (threshold is not None)
    assert threshold is None or surface.value("opacityThreshold") == threshold


@pytest.mark.parametrize(("mode", "alpha"), [("OPAQUE", 128), ("BLEND", 255), ("MASK", 255)])
def test_alpha_that_shows_nothing_is_dropped(tmp_path: Path, mode: str, alpha: int) -> None:
    material = base(baseColorTexture={"index": 0}) | {"alphaMode": mode}
    surface = surface_of(tmp_path, material, picture(200, 100, 50, alpha))
    assert surface.pixels("diffuseColor")[0, 0].tolist() == [200, 100, 50]
    assert not surface.has("opacity")
    assert not surface.has("opacityThreshold")


def test_the_opacity_of_an_opaque_file_is_a_number(tmp_path: Path) -> None:
    material = base(baseColorTexture={"index": 0}, baseColorFactor=[1, 1, 1, 0.25]) | {"alphaMode": "BLEND"}
    surface = surface_of(tmp_path, material, picture(200, 100, 50))
    assert surface.value("opacity") == 0.25
    assert surface.pixels("diffuseColor").shape[2] == 3


def test_a_texture_is_moved_as_the_file_says(tmp_path: Path) -> None:
    moved = {"offset": [0.1, 0.2], "rotation": math.pi / 6, "scale": [2, 3]}
    texture = {"index": 0, "extensions": {"KHR_texture_transform": moved}}
    builder = square(base(baseColorTexture=texture))
    builder.add_texture(picture(1, 2, 3))
    builder.add("samplers", {"wrapS": 33071, "wrapT": 33648})
    builder.document["textures"][0]["sampler"] = 0
    made = make(tmp_path, builder)
    shader, _ = made.surface().texture("diffuseColor")
    assert (shader.GetInput("wrapS").Get(), shader.GetInput("wrapT").Get()) == ("clamp", "mirror")
    stored = made.meshes[0].GetPrim().GetAttribute(f"primvars:{made.surface().st('diffuseColor')}").Get()
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    for (u, v), found in zip(UVS, stored, strict=True):  # KHR_texture_transform's own formula; USD counts v from below
        x, y = c * 2 * u + s * 3 * v + 0.1, -s * 2 * u + c * 3 * v + 0.2
        assert tuple(found) == pytest.approx((x, 1 - y), abs=1e-5)


def test_textures_that_lie_differently_have_coordinates_of_their_own(tmp_path: Path) -> None:
    moved = {"index": 0, "extensions": {"KHR_texture_transform": {"offset": [0.5, 0]}}}
    material = base(baseColorTexture={"index": 0}) | {"emissiveTexture": moved, "emissiveFactor": [1, 1, 1]}
    material["normalTexture"] = {"index": 0}
    surface = surface_of(tmp_path, material, picture(1, 2, 3))
    assert [surface.st(name) for name in ("diffuseColor", "normal", "emissiveColor")] == ["st", "st", "st1"]


def test_a_second_set_of_coordinates_is_used_where_the_file_says(tmp_path: Path) -> None:
    material = base(baseColorTexture={"index": 0}) | {"occlusionTexture": {"index": 1, "texCoord": 1}}
    builder = square(material, TEXCOORD_1=[(0.5, 0.25)] * 4)
    for data in (picture(1, 2, 3), encoded(PIL.Image.fromarray(gradient()))):
        builder.add_texture(data)
    made = make(tmp_path, builder)
    assert (made.surface().st("diffuseColor"), made.surface().st("occlusion")) == ("st", "st1")
    stored = made.meshes[0].GetPrim().GetAttribute("primvars:st1").Get()
    np.testing.assert_allclose(stored, [(0.5, 0.75)] * 4)
    assert {texture.varname_uv for texture in render_scene(made.path).textures()} == {"st", "st1"}


def test_a_normal_map_is_read_as_directions_of_the_files_slope(tmp_path: Path) -> None:
    surface = surface_of(tmp_path, {"normalTexture": {"index": 0, "scale": 0.5}}, picture(255, 128, 128))
    shader, _ = surface.texture("normal")
    assert shader.GetInput("scale").Get() == Gf.Vec4f(2, 2, 2, 1)
    assert shader.GetInput("bias").Get() == Gf.Vec4f(-1, -1, -1, 0)
    x, y, z = surface.pixels("normal")[0, 0] / 127.5 - 1
    assert (x, y) == pytest.approx((1, 0), abs=0.02)  # half of what lies flat is flat
    assert math.hypot(x, y, z) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("handedness", "green"), [(1, 200), (-1, 55)])
def test_a_normal_maps_green_points_where_the_models_tangents_have_it(
    tmp_path: Path, handedness: int, green: int
) -> None:
    """USD has no tangents: viewers have green point along v, where some models' tangents have it point against v."""
    builder = square({"normalTexture": {"index": 0}}, TANGENT=[(1, 0, 0, handedness)] * 4)
    builder.add_texture(picture(150, 200, 230))
    assert make(tmp_path, builder).surface().pixels("normal")[0, 0].tolist() == [150, green, 230]


def test_large_textures_are_made_smaller(tmp_path: Path) -> None:
    image = PIL.Image.new("RGB", (2304, 32), (10, 20, 30))
    image.paste((200, 100, 50), (1152, 0, 2304, 32))
    surface = surface_of(tmp_path, base(baseColorTexture={"index": 0}), encoded(image))
    pixels = surface.pixels("diffuseColor")
    assert pixels.shape == (28, 2048, 3)
    assert (pixels[0, 0].tolist(), pixels[0, -1].tolist()) == ([10, 20, 30], [200, 100, 50])


def test_photographs_become_jpeg_and_what_has_alpha_png(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 4), np.uint8)
    picture_ = encoded(PIL.Image.fromarray(noise))
    for mode, suffix in (("OPAQUE", "jpg"), ("BLEND", "png")):
        made = made_of(tmp_path, base(baseColorTexture={"index": 0}) | {"alphaMode": mode}, picture_)
        assert list(made.files) == [f"textures/color_0.{suffix}"]


def test_webp_becomes_what_viewers_read(tmp_path: Path) -> None:
    builder = square(base(baseColorTexture={"index": 0}))
    image = builder.add_image(encoded(PIL.Image.fromarray(gradient()), "WEBP"), "image/webp")
    builder.add("textures", {"extensions": {"EXT_texture_webp": {"source": image}}})
    assert make(tmp_path, builder).surface().pixels("diffuseColor").shape == (16, 16, 3)


def test_an_unlit_material_glows_in_its_own_colour(tmp_path: Path) -> None:
    material = base(baseColorFactor=[0.25, 0.5, 0.75, 1]) | {"extensions": {"KHR_materials_unlit": {}}}
    surface = surface_of(tmp_path, material)
    assert (surface.value("emissiveColor"), surface.value("diffuseColor")) == ((0.25, 0.5, 0.75), (0, 0, 0))


def test_glossiness_becomes_roughness(tmp_path: Path) -> None:
    pixels = gradient()
    extension = {"specularGlossinessTexture": {"index": 0}, "glossinessFactor": 0.5}
    made = made_of(
        tmp_path, {"extensions": {"KHR_materials_pbrSpecularGlossiness": extension}},
        encoded(PIL.Image.fromarray(pixels)),
    )  # fmt: skip
    assert made.surface().pixels("roughness") == pytest.approx(255 - pixels[..., 3] / 2, abs=1)
    assert made.surface().value("metallic") == 0
    assert made.notes == ("specular can't be written to a USDZ, and is left out",)


def test_glass_is_nearly_transparent(tmp_path: Path) -> None:
    material = base() | {"extensions": {"KHR_materials_transmission": {"transmissionFactor": 1.0}}}
    made = made_of(tmp_path, material)
    assert made.surface().value("opacity") == 0.2
    assert made.notes == ("transmission is written as opacity, without refraction",)


def test_meshes_of_one_material_share_it_and_its_files(tmp_path: Path) -> None:
    builder = square(base(baseColorTexture={"index": 0}))
    builder.add_texture(picture(1, 2, 3))
    builder.show(builder.add_mesh(builder.document["meshes"][0]["primitives"][0]))
    made = make(tmp_path, builder)
    assert (len(made.meshes), len(made.of_type("Material")), len(made.files)) == (2, 1, 1)
