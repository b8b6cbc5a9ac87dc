"""UsdPreviewSurface and its textures as the renderer's materials."""

import io
import math
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tinyusdz

from renderer.scene.nodes import AlphaMode, Material, Scene, TextureRef
from tests.renderer.load.plain_meshes import primitive_of
from tests.renderer.load.usd.stages import BOUND, look, scene_of, square, stage, texture


def picture(*pixel: int) -> bytes:
    stream = io.BytesIO()
    PIL.Image.new("RGBA" if len(pixel) == 4 else "RGB" if len(pixel) == 3 else "L", (4, 2), pixel).save(stream, "PNG")
    return stream.getvalue()


def material_of(folder: Path, inputs: str, nodes: str = "", **files: bytes) -> tuple[Material, Scene]:
    """The material of a square with a `look`, whose textures lie in the USDZ as NAME.png."""
    others = {f"{name}.png": data for name, data in files.items()}
    scene = scene_of(folder, stage(square(BOUND) + look(inputs, nodes)), others)
    [material] = scene.materials
    return material, scene


def pixel_of(scene: Scene, reference: TextureRef | None) -> list[int]:
    assert reference is not None
    return [int(value) for value in scene.images[reference.image].pixels[0, 0]]


def test_numbers_are_kept(tmp_path: Path) -> None:
    material, scene = material_of(tmp_path, """
        color3f inputs:diffuseColor = (0.1, 0.2, 0.3)
        float inputs:metallic = 0.75
        float inputs:roughness = 0.25
        color3f inputs:emissiveColor = (0, 2, 4)
        float inputs:clearcoat = 0.5
        float inputs:clearcoatRoughness = 0.125
        float inputs:ior = 1.25
    """)
    assert np.allclose(material.base_color_factor, (0.1, 0.2, 0.3, 1))
    assert (material.metallic_factor, material.roughness_factor, material.ior) == (0.75, 0.25, 1.25)
    assert material.emissive_factor == pytest.approx((0, 2, 4))
    assert material.clearcoat is not None
    assert (material.clearcoat.factor, material.clearcoat.roughness_factor) == (0.5, 0.125)
    assert (material.alpha_mode, material.name, scene.warnings) == (AlphaMode.OPAQUE, "Look", [])


def test_another_reader_sees_the_same(tmp_path: Path) -> None:
    inputs = "color3f inputs:diffuseColor = (0.125, 0.25, 0.5)\nfloat inputs:metallic = 1"
    text = stage(square(BOUND) + look(inputs))
    material, scene = material_of(tmp_path, inputs)
    other = tinyusdz.tydra.convert_to_render_scene(tinyusdz.loads(text))
    [mesh], [theirs] = other.meshes(), other.materials()
    points = np.frombuffer(memoryview(mesh.points), np.float32).reshape(-1, 3)
    assert {*map(tuple, points.tolist())} == {*map(tuple, primitive_of(scene).positions.tolist())}
    assert theirs.preview_surface is not None
    assert tuple(theirs.preview_surface["diffuse_color"]["value"][:3]) == material.base_color_factor[:3]
    assert theirs.preview_surface["metallic"]["value"] == material.metallic_factor


def test_what_is_not_said_is_as_the_specification_has_it(tmp_path: Path) -> None:
    material, _ = material_of(tmp_path, "")
    assert np.allclose(material.base_color_factor, (0.18, 0.18, 0.18, 1))
    assert (material.metallic_factor, material.roughness_factor) == (0, 0.5)


def test_textures_are_shown_as_they_are_where_gltf_has_their_channels_too(tmp_path: Path) -> None:
    maps = "".join(texture(f"{name.lower()}.png", name) for name in ("Map", "Orm", "Bumps", "Glow"))
    material, scene = material_of(tmp_path, """
        color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>
        float inputs:occlusion.connect = </Root/Look/Orm.outputs:r>
        float inputs:roughness.connect = </Root/Look/Orm.outputs:g>
        float inputs:metallic.connect = </Root/Look/Orm.outputs:b>
        normal3f inputs:normal.connect = </Root/Look/Bumps.outputs:rgb>
        color3f inputs:emissiveColor.connect = </Root/Look/Glow.outputs:rgb>
    """, maps, map=picture(200, 100, 50), orm=picture(1, 2, 3), bumps=picture(128, 128, 255), glow=picture(9, 8, 7))
    assert pixel_of(scene, material.base_color_texture) == [200, 100, 50, 255]
    assert pixel_of(scene, material.metallic_roughness_texture) == [1, 2, 3, 255]
    assert pixel_of(scene, material.occlusion_texture) == [1, 2, 3, 255]
    assert pixel_of(scene, material.normal_texture) == [128, 128, 255, 255]
    assert pixel_of(scene, material.emissive_texture) == [9, 8, 7, 255]
    assert (material.metallic_factor, material.roughness_factor, material.emissive_factor) == (1, 1, (1, 1, 1))
    assert (len(scene.images), scene.warnings) == (4, [])


def test_channels_of_files_of_their_own_are_put_together(tmp_path: Path) -> None:
    maps = "".join(texture(f"{name}.png", name) for name in ("color", "rough", "metal", "alpha", "shade"))
    material, scene = material_of(tmp_path, """
        color3f inputs:diffuseColor.connect = </Root/Look/color.outputs:rgb>
        float inputs:opacity.connect = </Root/Look/alpha.outputs:r>
        float inputs:roughness.connect = </Root/Look/rough.outputs:r>
        float inputs:metallic.connect = </Root/Look/metal.outputs:a>
        float inputs:occlusion.connect = </Root/Look/shade.outputs:g>
    """, maps, color=picture(200, 100, 50), rough=picture(77), metal=picture(0, 0, 0, 33), alpha=picture(128),
        shade=picture(0, 55, 0))
    assert pixel_of(scene, material.base_color_texture) == [200, 100, 50, 128]
    assert pixel_of(scene, material.metallic_roughness_texture)[1:3] == [77, 33]
    assert pixel_of(scene, material.occlusion_texture)[0] == 55
    assert (material.alpha_mode, scene.warnings) == (AlphaMode.BLEND, [])


def test_numbers_of_a_texture_are_scaled_and_shifted(tmp_path: Path) -> None:
    gloss = texture("map.png", more="float4 inputs:scale = (-1, 1, 1, 1)\nfloat4 inputs:bias = (1, 0, 0, 0)")
    material, scene = material_of(
        tmp_path, "float inputs:roughness.connect = </Root/Look/Map.outputs:r>", gloss, map=picture(55)
    )
    assert pixel_of(scene, material.metallic_roughness_texture)[1] == 200
    assert (material.metallic_factor, material.roughness_factor) == (0, 1)


@pytest.mark.parametrize(("more", "mode"), [
    ("", AlphaMode.BLEND), ("float inputs:opacityThreshold = 0.25", AlphaMode.MASK),
])  # fmt: skip
def test_alpha_of_the_colours_own_file_is_its_opacity(tmp_path: Path, more: str, mode: AlphaMode) -> None:
    material, scene = material_of(tmp_path, f"""
        color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>
        float inputs:opacity.connect = </Root/Look/Map.outputs:a>
        {more}
    """, texture("color.png"), color=picture(200, 100, 50, 128))
    assert pixel_of(scene, material.base_color_texture) == [200, 100, 50, 128]
    assert material.alpha_mode is mode
    assert mode is not AlphaMode.MASK or material.alpha_cutoff == 0.25


def test_texture_coordinates_are_upright_and_moved_as_the_file_says(tmp_path: Path) -> None:
    moved = """
        def Shader "Move" { uniform token info:id = "UsdTransform2d"
            float2 inputs:in.connect = </Root/Look/Uv.outputs:result>
            float inputs:rotation = 90
            float2 inputs:scale = (2, 3)
            float2 inputs:translation = (0.1, 0.2)
            float2 outputs:result }
    """ + texture("color.png", more='token inputs:wrapS = "clamp"\ntoken inputs:wrapT = "mirror"', st="Move")
    material, scene = material_of(
        tmp_path, "color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>", moved, color=picture(1, 2, 3)
    )
    reference = material.base_color_texture
    assert reference is not None
    assert (reference.sampler.wrap_s, reference.sampler.wrap_t) == (33071, 33648)
    assert reference.rotation == pytest.approx(math.pi / 2)
    primitive = primitive_of(scene)
    for (x, y, _), (u, v) in zip(primitive.positions, primitive.texcoords[0], strict=True):
        assert (u, v) == pytest.approx((x, 1 - y))
        # scaled, then turned a quarter, then moved: (s, t) -> (0.1 - 3 t, 0.2 + 2 s)
        sine, cosine = math.sin(reference.rotation), math.cos(reference.rotation)
        su, sv = u * reference.scale[0], v * reference.scale[1]
        found = reference.offset[0] + cosine * su + sine * sv, reference.offset[1] - sine * su + cosine * sv
        assert found == pytest.approx((0.1 - 3 * y, 1 - (0.2 + 2 * x)))


def test_a_texture_that_is_not_there_is_left_out_and_named(tmp_path: Path) -> None:
    maps = texture("/etc/passwd") + texture("../outside.png", "Up") + texture("text.png", "Text")
    material, scene = material_of(tmp_path, """
        color3f inputs:diffuseColor.connect = </Root/Look/Map.outputs:rgb>
        color3f inputs:emissiveColor.connect = </Root/Look/Up.outputs:rgb>
        normal3f inputs:normal.connect = </Root/Look/Text.outputs:rgb>
    """, maps, text=b"no picture")
    assert material.base_color_texture is material.emissive_texture is material.normal_texture is None
    assert [warning.partition(":")[0] for warning in scene.warnings] == [
        "the texture '/etc/passwd' is left out", "the texture 'text.png' is left out",
        "the texture '../outside.png' is left out",
    ]


def test_parts_of_a_mesh_have_materials_of_their_own(tmp_path: Path) -> None:
    subset = """
        def GeomSubset "Half" ( prepend apiSchemas = ["MaterialBindingAPI"] ) {
            uniform token elementType = "face"
            uniform token familyName = "materialBind"
            int[] indices = [1, 99]
            rel material:binding = </Root/Look>
        }
    """
    body = square(subset, counts="3, 3", indices="0, 1, 2, 0, 2, 3") + look("float inputs:metallic = 1")
    scene = scene_of(tmp_path, stage(body))
    assert [material.name for material in scene.materials] == ["grey", "Look"]
    [mesh] = scene.meshes
    assert [len(primitive.indices) for primitive in mesh.primitives] == [3, 3]


@pytest.mark.parametrize(("material", "what"), [
    (look("", kind="ArnoldStandard"), "is of the kind 'ArnoldStandard'"),
    (look("", kind="ND_standard_surface_surfaceshader").replace("outputs:surface.c", "outputs:mtlx:surface.c"),
     "is of the kind 'ND_standard_surface_surfaceshader'"),
    ('def Material "Look" { }', "has no surface"),
])  # fmt: skip
def test_other_materials_become_grey_and_are_named(tmp_path: Path, material: str, what: str) -> None:
    scene = scene_of(tmp_path, stage(square(BOUND) + material))
    assert [material.name for material in scene.materials] == ["grey"]
    assert scene.warnings == [
        f"material 'Look' {what}: only UsdPreviewSurface is drawn, and it becomes a grey one"
    ]


def test_a_surface_may_show_the_colours_of_its_vertices(tmp_path: Path) -> None:
    reader = """
        def Shader "Colors" { uniform token info:id = "UsdPrimvarReader_float3"
            string inputs:varname = "displayColor"
            float3 outputs:result }
    """
    inputs = "color3f inputs:diffuseColor.connect = </Root/Look/Colors.outputs:result>"
    colors = "color3f[] primvars:displayColor = [(1, 0.5, 0)]\n"
    scene = scene_of(tmp_path, stage(square(colors + BOUND) + look(inputs, reader)))
    found = primitive_of(scene).colors
    assert found is not None
    assert np.allclose(found, (1, 0.5, 0, 1))
    assert scene.materials[0].base_color_factor == (1, 1, 1, 1)
