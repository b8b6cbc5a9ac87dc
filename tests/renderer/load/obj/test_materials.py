"""MTL files, and the textures that they name in all the ways that programs do."""

import numpy as np
import PIL.Image
import pytest

from renderer.errors import ModelTooLarge
from renderer.load import limits
from renderer.load.obj.mtl import TextureMap, parse_map
from renderer.scene.nodes import AlphaMode, Material, Scene, TextureRef
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import encoded, make_zip, png
from tests.renderer.load.obj.support import FACE, SQUARE, scan

TEXTURED = "mtllib scan.mtl\nusemtl m\n" + SQUARE + FACE


def material(load: Load, mtl: str) -> Material:
    (found,) = load(scan(TEXTURED, scan__mtl="newmtl m\n" + mtl, wood__png=png())).materials
    return found


def texture(scene: Scene) -> TextureRef:
    (found,) = (material.base_color_texture for material in scene.materials)
    assert found is not None
    return found


@pytest.mark.parametrize(("lines", "color"), [
    ("Kd 1 0 0.5", (1, 0, 0.21404, 1)),
    ("Kd 0.5", (0.21404, 0.21404, 0.21404, 1)),
    ("  Kd\t0.5 0.5 0.5  ", (0.21404, 0.21404, 0.21404, 1)),
    ("Kd 7 -1 0.0", (1, 0, 0, 1)),
    ("Kd spectral oak.rfl", (1, 1, 1, 1)),
    ("Kd nan 0 0", (1, 1, 1, 1)),
    ("Kd", (1, 1, 1, 1)),
    ("", (1, 1, 1, 1)),
    ("d 0.25", (1, 1, 1, 0.25)),
    ("d -halo 0.25", (1, 1, 1, 0.25)),
    ("Tr 0.75", (1, 1, 1, 0.25)),
    ("Tr 0.75\nd 1", (1, 1, 1, 1)),
    ("Tr 1", (1, 1, 1, 1)),  # as MeshLab writes opaque ones
    ("d 0", (1, 1, 1, 1)),
    ("Kd 0 0 0\nmap_Kd wood.png", (1, 1, 1, 1)),
])
def test_kd_and_opacity_become_the_base_colour(load: Load, lines: str, color: tuple[float, ...]) -> None:
    found = material(load, lines)
    assert found.base_color_factor == pytest.approx(color, abs=1e-4)
    assert found.alpha_mode is (AlphaMode.BLEND if color[3] < 1 else AlphaMode.OPAQUE)
    assert (found.roughness_factor, found.metallic_factor, found.name) == (1.0, 0.0, "m")


@pytest.mark.parametrize(("argument", "expected"), [
    ("wood.png", TextureMap("wood.png")),
    ("  my wood .png ", TextureMap("my wood .png")),
    ('"my wood.png"', TextureMap("my wood.png")),
    ("-s 2 3 1 wood.png", TextureMap("wood.png", scale=(2, 3))),
    ("-s 2 wood.png", TextureMap("wood.png", scale=(2, 1))),
    ("-o 0.5 -0.25 -s 2 3 -clamp on wood.png", TextureMap("wood.png", (2, 3), (0.5, -0.25), clamped=True)),
    ("-O .5 wood 2.png", TextureMap("wood 2.png", offset=(0.5, 0))),
    ("-blendu off -mm 0 1 -texres 512 -imfchan z -type sphere wood.png", TextureMap("wood.png")),
    ("-t 0 0 0 -clamp off 1.png", TextureMap("1.png")),
    ("-wood.png", TextureMap("-wood.png")),
    ("wood.png -s 2 3 1", TextureMap("wood.png", scale=(2, 3))),
    ("-o 0.5 my wood.png -s 2 -bm 0.5 -imfchan g", TextureMap("my wood.png", (2, 1), (0.5, 0), False, "g", 0.5)),
    ("left -o right.png", TextureMap("left -o right.png")),
    ("a -s.png", TextureMap("a -s.png")),
    ("-s nan wood.png", TextureMap("nan wood.png")),
    ("", None),
    ("-s 1 1 1", None),
    ("-clamp", None),
])
def test_a_map_is_understood_with_its_options(argument: str, expected: TextureMap | None) -> None:
    assert parse_map(argument) == expected


def test_scale_and_offset_hit_the_same_texels_as_in_objs_own_convention(load: Load) -> None:
    scene = load(scan(TEXTURED, scan__mtl="newmtl m\nmap_Kd -s 2 3 -o 0.5 0.25 wood.png\n", wood__png=png()))
    found = texture(scene)
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    for position, uv in zip(primitive.positions, primitive.texcoords[0], strict=True):
        u, v = position[:2]  # the square's own texture coordinates
        assert (found.transform @ (*uv, 1))[:2] == pytest.approx((2 * u + 0.5, 1 - (3 * v + 0.25)), abs=1e-6)
    assert found.sampler.wrap_s == 10497


def test_a_clamped_texture_ends_at_its_edge(load: Load) -> None:
    scene = load(scan(TEXTURED, scan__mtl="newmtl m\nmap_Kd -clamp on wood.png\n", wood__png=png()))
    assert (texture(scene).sampler.wrap_s, texture(scene).sampler.wrap_t) == (33071, 33071)


@pytest.mark.parametrize("name", [
    "wood.png", "./wood.png", "WOOD.PNG", "Wood.png", ".\\wood.png", "C:\\Scans\\chair\\wood.png", "/home/me/wood.png",
    "..\\wood.png", "textures/wood.png", "\\\\server\\share\\Wood.PNG",
])
def test_a_texture_is_found_whatever_system_wrote_its_path(load: Load, name: str) -> None:
    scene = load(scan(TEXTURED, scan__mtl=f"newmtl m\nmap_Kd {name}\n", wood__png=png()))
    assert scene.images[texture(scene).image].name == "wood.png"


def test_of_textures_of_one_name_the_one_at_the_path_counts(load: Load) -> None:
    colors = {"a/wood.png": (255, 0, 0, 255), "b/wood.png": (0, 255, 0, 255), "wood.png": (0, 0, 255, 255)}
    files = {"m/scan.obj": TEXTURED.encode()} | {path: png(color=color) for path, color in colors.items()}
    for reference, expected in [("../B/Wood.png", "b/wood.png"), ("wood.png", "wood.png"), ("x/wood.png", "wood.png")]:
        scene = load(make_zip(files | {"m/scan.mtl": f"newmtl m\nmap_Kd {reference}".encode()}))
        assert scene.images[0].name == expected
        assert scene.images[0].pixels[0, 0].tolist() == list(colors[expected])


def test_non_ascii_names_match_in_either_normal_form_and_in_western_windows_code(load: Load) -> None:
    for encoding, written in [("utf-8", "ta\u0308ble.png"), ("utf-8", "TÄBLE.png"), ("cp1252", "täble.png")]:
        mtl = f"newmtl m\nmap_Kd {written}\n".encode(encoding)
        files = {"scan.obj": TEXTURED.encode(), "scan.mtl": mtl, "t\xe4ble.png": png()}
        assert len(load(make_zip(files)).images) == 1


def test_the_picture_is_upright(load: Load) -> None:
    """The square's top left corner, (0, 1), must show the picture's first row."""
    pixels = np.zeros((2, 1, 3), np.uint8)
    pixels[0] = (255, 0, 0)
    scene = load(scan(TEXTURED, scan__mtl="newmtl m\nmap_Kd a.png\n", a__png=encoded(PIL.Image.fromarray(pixels))))
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    (corner,) = primitive.texcoords[0][(primitive.positions == (0, 1, 0)).all(axis=1)]
    assert corner.tolist() == [0, 0]
    assert scene.images[0].pixels[0, 0].tolist() == [255, 0, 0, 255]


def test_jpegs_and_pngs_are_kept_and_other_pictures_become_png(load: Load) -> None:
    picture = PIL.Image.new("RGB", (3, 2), (200, 100, 50))
    for suffix, kind in [("jpg", "JPEG"), ("bmp", "BMP"), ("tga", "TGA"), ("tif", "TIFF"), ("webp", "WEBP")]:
        data = encoded(picture, kind)
        scene = load(make_zip({
            "scan.obj": TEXTURED.encode(), "scan.mtl": f"newmtl m\nmap_Kd a.{suffix}".encode(), f"a.{suffix}": data,
        }))  # fmt: skip
        assert scene.images[0].pixels.shape == (2, 3, 4)
        assert scene.images[0].pixels[0, 0].tolist() == pytest.approx([200, 100, 50, 255], abs=4)


def test_a_missing_texture_is_left_out_by_its_name_and_its_materials(load: Load) -> None:
    files = {"a/chair.obj": TEXTURED.replace("scan.mtl", "chair.mtl").replace("usemtl m", "usemtl Seat").encode(),
             "a/chair.mtl": b"newmtl Seat\nKd 1 0 0\nmap_Kd wood.jpg\n"}
    scene = load(make_zip(files))
    assert (scene.warnings, scene.missing) == (
        ["the texture of material 'Seat' is left out: 'wood.jpg' is not in the ZIP"], 1
    )  # fmt: skip
    (found,) = scene.materials
    assert (found.base_color_texture, found.base_color_factor) == (None, (1, 0, 0, 1))


def test_without_its_map_of_emission_nothing_glows(load: Load) -> None:
    assert material(load, "map_Ke gone.png").emissive_factor == (0, 0, 0)
    assert material(load, "Ke 1 1 1\nmap_Ke gone.png").emissive_factor == (0, 0, 0)
    assert material(load, "Ke 1 1 1").emissive_factor == (1, 1, 1)


def test_a_texture_that_no_face_uses_may_be_missing(load: Load) -> None:
    found = load(scan(TEXTURED, scan__mtl="newmtl other\nmap_Kd wood.jpg\nnewmtl m\nKd 1 0 0\n"))
    assert [material.name for material in found.materials] == ["m"]


def test_nothing_outside_the_zip_is_read(load: Load) -> None:
    for name in ("/etc/hostname", "../../../etc/hostname", "file:///etc/hostname"):
        scene = load(scan(TEXTURED, scan__mtl=f"newmtl m\nmap_Kd {name}"))
        assert (scene.images, scene.missing) == ([], 1)
        assert scene.warnings == [f"the texture of material 'm' is left out: {name!r} is not in the ZIP"]


@pytest.mark.parametrize("library", [
    "mtllib a.mtl b.mtl", "mtllib a.mtl\nmtllib b.mtl", "mtllib B.MTL", "mtllib .\\b.mtl", "mtllib gone.mtl b.mtl",
    'mtllib "b.mtl"', "mtllib b.mtl # the colours",
])
def test_material_files_are_found(load: Load, library: str) -> None:
    obj = f"{library}\nusemtl m\n{SQUARE}{FACE}"
    (found,) = load(scan(obj, a__mtl="newmtl x\nKd 0 0 1\n", b__mtl="newmtl m\nKd 1 0 0\n")).materials
    assert found.base_color_factor == (1, 0, 0, 1)


def test_a_material_files_name_may_hold_spaces(load: Load) -> None:
    obj = f"mtllib my scan.mtl\nusemtl my  material\n{SQUARE}{FACE}"
    files = {"s.obj": obj.encode(), "my scan.mtl": b"newmtl my material\nKd 1 0 0\n", "other.mtl": b""}
    assert load(make_zip(files)).materials[0].base_color_factor == (1, 0, 0, 1)


@pytest.mark.parametrize("library", ["", "mtllib renamed.mtl\n"])
def test_the_only_material_file_is_taken_where_none_is_named_rightly(load: Load, library: str) -> None:
    (found,) = load(scan(f"{library}usemtl m\n{SQUARE}{FACE}", scan__mtl="newmtl m\nKd 1 0 0\n")).materials
    assert found.base_color_factor == (1, 0, 0, 1)


def test_without_its_material_file_a_scan_is_white_and_says_so(load: Load) -> None:
    scene = load(scan(TEXTURED))
    assert scene.materials[0].base_color_factor == (1.0, 1.0, 1.0, 1.0)
    assert scene.warnings == [
        "the material file 'scan.mtl' is not in the ZIP", "material 'm' is defined nowhere: it becomes a white one",
    ]  # fmt: skip


def test_maps_that_cannot_be_shown_are_left_out_and_mentioned(load: Load) -> None:
    heights = png(color=(90, 90, 90, 255))
    mtl = "newmtl m\nKd 1 0 0\nmap_Bump b.png\nmap_d mask.png\nmap_Ks s.png\n"
    scene = load(scan(TEXTURED, scan__mtl=mtl, b__png=heights))
    assert scene.warnings == [
        "the specular map of material 'm' is left out",
        "the opacity map of material 'm' is left out: 'mask.png' is not in the ZIP",
        "the bump map of material 'm' is left out: it holds heights",
    ]
    assert scene.materials[0].normal_texture is None


def pixel(scene: Scene, reference: TextureRef | None) -> list[int]:
    assert reference is not None
    found: list[int] = scene.images[reference.image].pixels[0, 0].tolist()
    return found


def test_opacity_may_be_a_picture_of_its_own(load: Load) -> None:
    mask = PIL.Image.new("L", (4, 4), 255)
    mask.putpixel((0, 0), 51)
    alpha = PIL.Image.new("RGBA", (4, 4), (255, 255, 255, 255))
    alpha.putpixel((0, 0), (255, 255, 255, 51))
    for kd, color in [("map_Kd wood.png", [255, 128, 0, 51]), ("Kd 1 0 0", [255, 255, 255, 51])]:
        for picture in (mask, alpha):
            scene = load(scan(TEXTURED, scan__mtl=f"newmtl m\n{kd}\nmap_d mask.png", wood__png=png(),
                              mask__png=encoded(picture)))
            [found] = scene.materials
            assert found.alpha_mode is AlphaMode.BLEND
            assert pixel(scene, found.base_color_texture) == color
            assert found.base_color_factor == ((1, 1, 1, 1) if "map" in kd else (1, 0, 0, 1))


def test_metal_roughness_and_emission_are_read_where_the_file_has_them(load: Load) -> None:
    found = material(load, "Pm 1\nPr 0.25\nKe 0 0.5 0")
    assert (found.metallic_factor, found.roughness_factor) == (1.0, 0.25)
    assert found.emissive_factor == pytest.approx((0, 0.21404, 0), abs=1e-4)
    mtl = "newmtl m\nPr 0.5\nmap_Pm metal.png\nmap_Pr -imfchan g rough.png\nmap_Ke glow.png\nnorm n.png\n"
    scene = load(scan(
        TEXTURED, scan__mtl=mtl, metal__png=png(color=(200, 200, 200, 255)), rough__png=png(4, 4, (9, 100, 9, 255)),
        glow__png=png(color=(1, 2, 3, 255)), n__png=png(color=(138, 118, 250, 255)),
    ))  # fmt: skip
    [found] = scene.materials
    assert (found.metallic_factor, found.roughness_factor, found.emissive_factor) == (1.0, 1.0, (1.0, 1.0, 1.0))
    assert pixel(scene, found.metallic_roughness_texture)[1:3] == [100, 200]
    assert pixel(scene, found.emissive_texture)[:3] == [1, 2, 3]
    assert pixel(scene, found.normal_texture)[:3] == [138, 118, 250]
    assert scene.warnings == []


def test_a_bump_map_of_normals_is_a_normal_map(load: Load) -> None:
    mtl = "newmtl m\nmap_Bump -bm 0.5 n.png\n"
    scene = load(scan(TEXTURED, scan__mtl=mtl, n__png=png(color=(138, 118, 250, 255))))
    assert pixel(scene, scene.materials[0].normal_texture)[:3] == [138, 118, 250]
    assert scene.materials[0].normal_scale == 0.5


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("wide", [("scan.obj", "scan.mtl"), ("scan.mtl",)])
def test_texts_of_utf16_are_read_by_their_byte_order_mark(load: Load, encoding: str, wide: tuple[str, ...]) -> None:
    files = {"scan.obj": TEXTURED, "scan.mtl": "newmtl m\nKd 1 0 0\n"}
    found = load(make_zip({
        name: ("\ufeff" + text).encode(encoding) if name in wide else text.encode() for name, text in files.items()
    }))  # fmt: skip
    assert found.materials[0].base_color_factor == (1, 0, 0, 1)


@pytest.mark.parametrize(("mtl", "obj"), [
    ("newmtl m # the chair", "usemtl m"), ("newmtl m", "usemtl m # the chair"), ("newmtl M #25", "usemtl M #25"),
    ("newmtl m #chair", "usemtl m"), ("newmtl m", "usemtl m #chair"), ("newmtl M #24\nKd 0 0 1\nnewmtl M", "usemtl M"),
])
def test_a_comment_behind_a_name_is_no_part_of_it(load: Load, mtl: str, obj: str) -> None:
    found = load(scan(f"mtllib scan.mtl\n{obj}\n{SQUARE}{FACE}", scan__mtl=f"{mtl}\nKd 1 0 0 #red\nd 0.5 #half\n"))
    assert found.warnings == []
    assert found.materials[0].base_color_factor == (1, 0, 0, 0.5)


def test_a_comment_behind_a_textures_name_is_no_part_of_it(load: Load) -> None:
    for name, files in [("wood.png #brown", ["wood.png"]), ("wood #2.png", ["wood.png", "wood #2.png"])]:
        packed = {"scan.obj": TEXTURED.encode(), "scan.mtl": f"newmtl m\nmap_Kd {name}\n".encode()}
        scene = load(make_zip(packed | dict.fromkeys(files, png())))
        assert scene.images[0].name == files[-1]


def test_the_only_material_is_that_of_faces_without_one(load: Load) -> None:
    scene = load(scan(f"mtllib scan.mtl\n{SQUARE}{FACE}", scan__mtl="newmtl m\nKd 1 0 0\n"))
    assert [material.name for material in scene.materials] == ["m"]
    assert scene.warnings == ["no face names a material: all have the material file's only one, 'm'"]
    several = scan(f"mtllib scan.mtl\n{SQUARE}{FACE}", scan__mtl="newmtl m\nKd 1 0 0\nnewmtl n\nKd 0 0 1\n")
    assert load(several).materials[0].base_color_factor == (1, 1, 1, 1)


@pytest.mark.parametrize(("face", "absent"), [("f 1/1/1 2/2/1 3/3/2", "3"), ("f 1//-1 2//-1 3//9", "3")])
def test_faces_may_name_normals_that_the_file_lacks(load: Load, face: str, absent: str) -> None:
    scene = load(scan(f"{SQUARE}{face}\n"))
    assert scene.warnings == [
        f"faces of scan.obj name normals that it doesn't have, at {absent} corners: drawn without"
    ]
    assert scene.meshes[0].primitives[0].normals == pytest.approx(np.array([(0, 0, 1)] * 3))


def test_faces_may_name_texture_coordinates_that_the_file_lacks(load: Load) -> None:
    scene = load(scan("mtllib scan.mtl\nusemtl m\n" + SQUARE + "f 1/1 2/2 3/9\n", scan__mtl="newmtl m\nKd 1 0 0\n"))
    assert scene.warnings == [
        "faces of scan.obj name texture coordinates that it doesn't have, at 1 corners: drawn without"
    ]


def test_a_textures_own_alpha_counts_where_map_d_says_so(load: Load) -> None:
    assert material(load, "map_Kd wood.png\nmap_d wood.png").alpha_mode is AlphaMode.BLEND
    assert material(load, "map_Kd wood.png").alpha_mode is AlphaMode.OPAQUE


@pytest.mark.parametrize(("name", "data"), [
    ("a.jpg", b"\xff\xd8\xffbroken"), ("a.tga", b"broken"), ("a.exr", b"broken"), ("a.tif", b"II*"), ("a.png", b""),
    ("a.bmp", encoded(PIL.Image.new("RGB", (20, 20)), "BMP")[:300]),
])
def test_a_broken_texture_is_left_out_by_name(load: Load, name: str, data: bytes) -> None:
    mtl = f"newmtl m\nKd 1 0 0\nmap_Kd {name}\nmap_d {name}\nmap_Pr rough.png\n"
    scene = load(make_zip({"s.obj": TEXTURED.encode(), "scan.mtl": mtl.encode(), name: data, "rough.png": png()}))
    assert len(scene.warnings) == scene.missing == 2
    for slot, warning in zip(("texture", "opacity map"), scene.warnings, strict=True):
        assert warning.startswith(f"the {slot} of material 'm' is left out: texture '{name}' ")
    (found,) = scene.materials
    assert (found.base_color_texture, found.base_color_factor) == (None, (1, 0, 0, 1))
    assert found.alpha_mode is AlphaMode.OPAQUE
    assert found.metallic_roughness_texture is not None


def test_a_huge_texture_is_refused_by_name(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONVERTED_PIXELS", 100)
    bmp = encoded(PIL.Image.new("RGB", (20, 20)), "BMP")
    with pytest.raises(ModelTooLarge, match=r"'a\.bmp'"):
        load(scan(TEXTURED, scan__mtl="newmtl m\nmap_Kd a.bmp", a__bmp=bmp))
