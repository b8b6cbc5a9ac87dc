"""The layers of material extensions, by ablation: a picture with one against the same picture without."""

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from renderer.arrays import Float32, Float64
from renderer.gl.context import Device
from renderer.lighting.environment import Environment, filter_tables, upload
from renderer.lighting.prefilter import equirectangular_directions
from renderer.scene.nodes import (
    Anisotropy,
    Clearcoat,
    DiffuseTransmission,
    Iridescence,
    Material,
    Primitive,
    Sheen,
    Specular,
)
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture
from tests.renderer.passes.stage import SIZE, front_view, linear, middle, neutral, picture, srgb

RIM = SIZE // 2 - 27  # the column just inside the left edge of a sphere


@functools.cache
def lamp_light(device: Device) -> Environment:
    """A small lamp behind the camera in a dim room: it shows as a highlight in the middle of what faces the camera."""
    radiance = np.full((64, 128, 3), 0.05, np.float32)
    radiance[28:36, 60:68] = 12.0
    return upload(device, filter_tables(device, radiance))


@functools.cache
def light_from_the_right(device: Device) -> Environment:
    radiance = np.full((32, 64, 3), 0.02, np.float32)
    radiance[12:20, 44:52] = 6.0
    return upload(device, filter_tables(device, radiance))


ROOM_SIZE = (64, 128)


def dark_room_radiance() -> Float32:
    """A lamp behind the camera and nothing else."""
    radiance = np.zeros((*ROOM_SIZE, 3), np.float32)
    radiance[28:36, 60:68] = 2.0
    return radiance


@functools.cache
def dark_room(device: Device) -> Environment:
    return upload(device, filter_tables(device, dark_room_radiance()))


def paint(red: float, green: float, blue: float, **fields: Any) -> Material:
    """A rough dielectric."""
    rough: dict[str, Any] = {"metallic_factor": 0.0, "roughness_factor": 0.8}
    return Material(base_color_factor=(red, green, blue, 1.0), **rough | fields)


def ball(device: Device, material: Material, **light: Any) -> Float64:
    """(SIZE, SIZE, 3), 0..255: a sphere that spans most of the picture."""
    shown = picture(device, scene_of((sphere(), material)), **light)
    return shown[..., :3].astype(np.float64)


@pytest.mark.parametrize(("ior", "f0"), [(1.0, 0.0), (1.5, 0.04), (2.42, 0.1724), (0.0, 1.0)])
def test_the_index_of_refraction_sets_the_reflectance(device: Device, ior: float, f0: float) -> None:
    shown = middle(picture(device, scene_of((quad(), paint(0, 0, 0, ior=ior, roughness_factor=0.1))), radiance=0.9))
    expected = float(srgb(neutral(np.full(3, 0.9 * f0)))[0])
    assert np.abs(np.array(shown[:3]) - expected).max() <= 5


def test_a_surface_without_specular_reflects_nothing_at_any_angle(device: Device) -> None:
    black = ball(device, paint(0, 0, 0, specular=Specular(factor=0.0)), radiance=0.9)
    assert black.max() <= 1
    assert ball(device, paint(0, 0, 0), radiance=0.9)[SIZE // 2, RIM].min() > 15


def test_a_specular_colour_tints_reflections_seen_head_on_but_not_at_the_rim(device: Device) -> None:
    tinted = Specular(color_factor=(1.0, 0.2, 0.0))
    shown = ball(device, paint(0, 0, 0, ior=2.0, roughness_factor=0.1, specular=tinted), radiance=0.9)
    center, rim = shown[SIZE // 2, SIZE // 2], shown[SIZE // 2, RIM]
    assert center[0] > 2 * center[1] > center[2]
    assert rim.min() > 0.7 * rim.max()


def test_varnish_adds_a_sharp_highlight_to_a_rough_base(device: Device) -> None:
    base = paint(0.5, 0.05, 0.05)
    coated = dataclasses.replace(base, clearcoat=Clearcoat(factor=1.0, roughness_factor=0.05))
    light = lamp_light(device)
    gain = ball(device, coated, light=light) - ball(device, base, light=light)
    row = gain[SIZE // 2, :, 1]
    assert row[SIZE // 2] > 60
    assert (row > 30).sum() < SIZE // 4  # sharp
    # elsewhere the coat takes light from the base, and the dim room gives less back
    assert gain[SIZE // 2, SIZE // 2 + 15, 0] < 0


def test_rough_varnish_spreads_the_highlight(device: Device) -> None:
    light = lamp_light(device)

    def highlight(roughness: float) -> tuple[float, int]:
        coat = Clearcoat(factor=1.0, roughness_factor=roughness)
        row = ball(device, paint(0, 0, 0, clearcoat=coat), light=light)[SIZE // 2, :, 0]
        return float(row.max()), int((row > row.max() / 2).sum())

    (sharp_peak, sharp_width), (rough_peak, rough_width) = highlight(0.05), highlight(0.5)
    assert sharp_peak > rough_peak + 20
    assert rough_width >= 1.5 * sharp_width


def test_varnish_has_a_normal_map_of_its_own(device: Device) -> None:
    """Base and coat lean to different sides, each with its own highlight."""
    tangents = np.tile(np.array([1, 0, 0, 1], np.float32), (4, 1))
    leaning = flat_image(128 + 25, 128, 252, 255)

    def shown(**fields: Any) -> list[int]:
        part = (quad(tangents=tangents), paint(0, 0, 0, roughness_factor=0.9, **fields))
        return middle(picture(device, scene_of(part, images=[leaning]), light=lamp_light(device)))

    straight = shown(clearcoat=Clearcoat(factor=1.0, roughness_factor=0.05))
    coat_leans = shown(clearcoat=Clearcoat(factor=1.0, roughness_factor=0.05, normal_texture=texture()))
    base_leans = shown(clearcoat=Clearcoat(factor=1.0, roughness_factor=0.05), normal_texture=texture())
    assert straight[0] > coat_leans[0] + 60
    assert abs(straight[0] - base_leans[0]) < 10


def test_sheen_brightens_grazing_edges_of_a_dark_cloth(device: Device) -> None:
    cloth = paint(0.1, 0.02, 0.02)
    fuzzy = dataclasses.replace(cloth, sheen=Sheen(color_factor=(0.2, 0.4, 0.9), roughness_factor=0.3))
    gain = ball(device, fuzzy, radiance=0.8) - ball(device, cloth, radiance=0.8)
    rim, center = gain[SIZE // 2, RIM + 3], gain[SIZE // 2, SIZE // 2]
    assert rim[2] > rim[0] + 20
    assert rim[2] > center[2] + 20


def brushed_sphere() -> Primitive:
    """With tangents that run level around it."""
    primitive = sphere()
    assert primitive.normals is not None
    level = np.cross([0, 1, 0], primitive.normals + np.array([0, 0, 1e-9]))
    level /= np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-9)
    primitive.tangents = np.column_stack([level, np.ones(len(level))]).astype(np.float32)
    return primitive


def highlight_extent(device: Device, material: Material, *images: Any) -> tuple[int, int]:
    """Width and height in pixels of what is brighter than half of the highlight."""
    scene = scene_of((brushed_sphere(), material), images=images)
    bright = picture(device, scene, light=lamp_light(device))[..., 0].astype(np.float64)
    inside = bright > bright.max() / 2
    return int(inside.any(axis=0).sum()), int(inside.any(axis=1).sum())


def test_a_brushed_surface_stretches_the_highlight_along_its_direction(device: Device) -> None:
    def metal(**brushed: Any) -> Material:
        return paint(0.7, 0.7, 0.7, metallic_factor=1.0, roughness_factor=0.25, anisotropy=Anisotropy(**brushed))

    width, height = highlight_extent(device, metal(strength=0.0))
    assert abs(width - height) <= 2
    width, height = highlight_extent(device, metal(strength=0.8))
    assert width > 2 * height
    turned_width, turned_height = highlight_extent(device, metal(strength=0.8, rotation=np.pi / 2))
    assert turned_height > 2 * turned_width
    up = flat_image(128, 255, 255, 255)  # the texture turns the direction to the bitangent
    assert highlight_extent(device, metal(strength=0.8, texture=texture()), up) == (turned_width, turned_height)


def brushed_light(device: Device, roughness: float, anisotropy: Anisotropy | None) -> Float64:
    """(SIZE, SIZE), linear: a white metal ball in `dark_room`."""
    metal = paint(1, 1, 1, metallic_factor=1.0, roughness_factor=roughness, anisotropy=anisotropy)
    shown = picture(device, scene_of((brushed_sphere(), metal)), light=dark_room(device), tone_mapping="none")
    return np.asarray(np.vectorize(linear)(shown[..., 0]))


def test_a_fully_brushed_mirror_is_sharp_across_its_grooves_and_smeared_along_them(device: Device) -> None:
    """Across, the lamp's edges are as sharp as a little roughness leaves them; along, it is seen from rim to rim."""
    def edges(line: Float64) -> int:
        """Pixels on the ways from a third of the line's brightest to nine tenths."""
        return int(((line > line.max() / 3) & (line < 0.9 * line.max())).sum())

    def width(line: Float64) -> int:
        return int((line > line.max() / 3).sum())

    shown, glossy = brushed_light(device, 0.0, Anisotropy(strength=1.0)), brushed_light(device, 0.2, None)
    across, along = shown[:, SIZE // 2], shown[SIZE // 2]
    assert edges(across) <= edges(glossy[:, SIZE // 2]) + 2
    assert width(across) <= width(glossy[:, SIZE // 2]) + 2
    assert width(along) > 5 * width(across)


def brushed_integral(places: Float64, directions: Float64, alpha: tuple[float, float]) -> Float64:
    """(n,): what a perfectly reflecting ball of radius 0.5 sends from `places` (n, 3) on it to front_view's eye in
    `dark_room`: a sum over its texels.

    `directions` (n, 3) are those along which the ball is rougher; `alpha` is GGX's across and along them. One
    reflection in a microfacet; glTF 2.0, appendix B, and KHR_materials_anisotropy.
    """
    radiance = dark_room_radiance()[..., 0].reshape(-1)
    towards, solid_angles = equirectangular_directions(*ROOM_SIZE)
    normals = places / 0.5
    axes = np.stack([np.cross(normals, directions), directions, normals], axis=1)  # (n, 3, 3): across, along, normal
    to_eye = front_view().eye - places
    to_eye /= np.linalg.norm(to_eye, axis=1, keepdims=True)
    eye, light = np.einsum("nij,nj->ni", axes, to_eye)[:, None], towards @ axes.transpose(0, 2, 1)
    stretched = np.array([*alpha, 1.0])

    def masked(vector: Float64) -> Float64:
        return np.asarray(np.linalg.norm(vector * stretched, axis=-1))

    half = eye + light
    half /= np.maximum(np.linalg.norm(half, axis=-1, keepdims=True), 1e-9)
    density = (np.linalg.norm(half / stretched, axis=-1)) ** -4.0
    lit = np.maximum(light[..., 2], 0.0)
    weights = solid_angles * density * lit / (lit * masked(eye) + eye[..., 2] * masked(light))
    return np.asarray(weights @ radiance / weights.sum(axis=1))


@pytest.mark.parametrize("turned", [False, True])
def test_brushed_metal_shows_what_the_integral_over_the_room_gives(device: Device, *, turned: bool) -> None:
    """On the lines through the ball's middle, along the grooves and across them."""
    strength, roughness = 0.8, 0.35
    shown = brushed_light(device, roughness, Anisotropy(strength=strength, rotation=np.pi / 2 * turned))
    view = front_view()
    steps = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    zero = np.zeros(SIZE)
    alpha = roughness**2
    for line, across in ((shown[SIZE // 2], (steps, zero)), (shown[:, SIZE // 2], (zero, -steps))):
        rays = np.column_stack([*across, np.full(SIZE, -1 / np.tan(view.fov_y / 2))])
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        middle_of_chord = -(rays @ view.eye)
        inside = view.eye @ view.eye - middle_of_chord**2 < 0.48**2
        depth = middle_of_chord - np.sqrt(np.maximum(0.25 - view.eye @ view.eye + middle_of_chord**2, 0.0))
        places = (view.eye + depth[:, None] * rays)[inside]
        level = np.cross([0, 1, 0], places)
        level /= np.linalg.norm(level, axis=1, keepdims=True)
        directions = np.cross(places / 0.5, level) if turned else level
        exact = brushed_integral(places, directions, (alpha, alpha + (1 - alpha) * strength**2))
        error = np.abs(line[inside] - exact) / exact.max()
        assert error.max() <= 0.25
        assert error.mean() <= 0.12


def test_a_leaf_shows_the_light_from_behind_in_its_own_colour(device: Device) -> None:
    """Light comes from the right alone: a leaf that faces left is dark, unless it lets it through."""
    facing_left = np.tile(np.array([-0.8, 0, 0.6], np.float32), (4, 1))
    leaf = DiffuseTransmission(factor=0.8, color_factor=(0.1, 0.9, 0.1))

    def shown(normals: Any, **fields: Any) -> list[int]:
        part = (quad(normals=normals), paint(0.5, 0.5, 0.5, **fields))
        return middle(picture(device, scene_of(part), light=light_from_the_right(device)))

    dark, through = shown(facing_left), shown(facing_left, diffuse_transmission=leaf)
    lit, passed = shown(-facing_left * [1, 1, -1]), shown(-facing_left * [1, 1, -1], diffuse_transmission=leaf)
    assert through[1] > dark[1] + 60
    assert through[1] > through[0] + 60
    assert passed[0] < lit[0] - 20


def hue_gap(one: Float64, other: Float64) -> float:
    """How far apart two colours are, brightness aside."""
    return float(np.abs(one / max(one.sum(), 1.0) - other / max(other.sum(), 1.0)).max())


def test_a_thin_film_shifts_its_hue_with_the_angle_and_with_its_thickness(device: Device) -> None:
    def shown(thickness: float) -> Float64:
        film = Iridescence(factor=1.0, ior=1.8, thickness_maximum=thickness)
        return ball(device, paint(0, 0, 0, roughness_factor=0.1, iridescence=film), radiance=0.9)

    bare = ball(device, paint(0, 0, 0, roughness_factor=0.1), radiance=0.9)[SIZE // 2]
    thin, thick = shown(350.0)[SIZE // 2], shown(550.0)[SIZE // 2]
    assert hue_gap(bare[SIZE // 2], bare[SIZE // 2 + 22]) < 0.02
    assert hue_gap(thin[SIZE // 2], thin[SIZE // 2 + 22]) > 0.1
    assert hue_gap(thin[SIZE // 2], thick[SIZE // 2]) > 0.1


LAYERED: dict[str, Material] = {
    "diamond": paint(1, 1, 1, ior=2.42, roughness_factor=0.2),
    "mirror": paint(1, 1, 1, ior=0.0, roughness_factor=0.4),
    "half specular": paint(1, 1, 1, specular=Specular(factor=0.5, color_factor=(4.0, 1.0, 0.5))),
    "varnish": paint(1, 1, 1, clearcoat=Clearcoat(factor=1.0, roughness_factor=0.3)),
    "varnished metal": paint(1, 1, 1, clearcoat=Clearcoat(factor=0.6), roughness_factor=0.3),
    "cloth": paint(1, 1, 1, sheen=Sheen(color_factor=(1, 1, 1), roughness_factor=0.6)),
    "smooth cloth": paint(1, 1, 1, sheen=Sheen(color_factor=(1, 0.5, 0), roughness_factor=0.1)),
    "soap": paint(1, 1, 1, iridescence=Iridescence(factor=1.0), roughness_factor=0.2),
    "anodised": paint(
        1, 1, 1, iridescence=Iridescence(factor=0.7, ior=2.0), metallic_factor=1.0, anisotropy=Anisotropy(strength=0.7),
    ),
    "brushed": paint(1, 1, 1, anisotropy=Anisotropy(strength=1.0), metallic_factor=1.0, roughness_factor=0.1),
    "leaf": paint(1, 1, 1, diffuse_transmission=DiffuseTransmission(factor=0.5)),
    "all at once": paint(
        1, 1, 1, ior=1.8, specular=Specular(color_factor=(1, 0.5, 1)), clearcoat=Clearcoat(factor=1.0),
        sheen=Sheen(color_factor=(0.5, 1, 0.5), roughness_factor=0.3), anisotropy=Anisotropy(strength=0.5),
        iridescence=Iridescence(factor=0.5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERED)
def test_no_layer_gives_back_more_light_than_arrives(device: Device, name: str) -> None:
    """The furnace, with white surfaces: 2 % are allowed for the fits and for 8 bits."""
    shown = picture(device, scene_of((brushed_sphere(), LAYERED[name])), radiance=0.5)
    inside = shown[shown[..., 3] == 255][:, :3]
    assert inside.max() <= srgb(neutral(np.full(3, 0.5 * 1.02)))[0] + 1
    assert linear(float(inside.mean())) > 0.3


def glossy(**fields: Any) -> Material:
    return paint(0.2, 0.2, 0.2, roughness_factor=0.4, **fields)


def old_style(roughness: float, color: tuple[float, float, float], **textures: Any) -> Material:
    """A surface that was specular-glossiness: it reflects its specular colour head on."""
    color_texture = textures.get("glossiness_texture")
    specular = Specular(color_factor=color, color_texture=color_texture)
    return paint(0.2, 0.2, 0.2, ior=0.0, roughness_factor=roughness, specular=specular, **textures)


TEXTURED: list[tuple[str, Material, Material]] = [
    ("translucence", glossy(diffuse_transmission=DiffuseTransmission(factor=1.0, texture=texture())),
     glossy(diffuse_transmission=DiffuseTransmission(factor=0.4))),
    ("translucence colour", glossy(diffuse_transmission=DiffuseTransmission(factor=1.0, color_texture=texture())),
     glossy(diffuse_transmission=DiffuseTransmission(factor=1.0, color_factor=(0.2159, 0.0331, 0.6038)))),
    ("glossiness", old_style(0.0, (1.0, 1.0, 1.0), glossiness_texture=texture()),
     old_style(0.6, (0.2159, 0.0331, 0.6038))),
    ("specular", glossy(ior=2.5, specular=Specular(texture=texture())),
     glossy(ior=2.5, specular=Specular(factor=0.4))),
    ("specular colour", glossy(ior=2.5, specular=Specular(color_texture=texture())),
     glossy(ior=2.5, specular=Specular(color_factor=(0.2159, 0.0331, 0.6038)))),
    ("clearcoat", glossy(clearcoat=Clearcoat(factor=1.0, roughness_factor=0.3, texture=texture())),
     glossy(clearcoat=Clearcoat(factor=0.5020, roughness_factor=0.3))),
    ("clearcoat roughness", glossy(clearcoat=Clearcoat(factor=1.0, roughness_factor=1.0, roughness_texture=texture())),
     glossy(clearcoat=Clearcoat(factor=1.0, roughness_factor=0.2))),
    ("sheen colour", glossy(sheen=Sheen(color_factor=(1, 1, 1), color_texture=texture(), roughness_factor=0.5)),
     glossy(sheen=Sheen(color_factor=(0.2159, 0.0331, 0.6038), roughness_factor=0.5))),
    ("sheen roughness", glossy(sheen=Sheen(color_factor=(1, 1, 1), roughness_factor=1.0, roughness_texture=texture())),
     glossy(sheen=Sheen(color_factor=(1, 1, 1), roughness_factor=0.4))),
    ("iridescence", glossy(iridescence=Iridescence(factor=1.0, ior=2.0, texture=texture())),
     glossy(iridescence=Iridescence(factor=0.5020, ior=2.0))),
    ("film thickness", glossy(iridescence=Iridescence(factor=1.0, ior=2.0, thickness_texture=texture())),
     glossy(iridescence=Iridescence(factor=1.0, ior=2.0, thickness_maximum=160.0))),
]  # fmt: skip


@pytest.mark.parametrize(("mapped", "plain"), [pair[1:] for pair in TEXTURED], ids=[pair[0] for pair in TEXTURED])
def test_a_texture_multiplies_its_factor(device: Device, mapped: Material, plain: Material) -> None:
    """Each layer reads its own channels of one image: (128, 51, 204, 102), in sRGB where it is a colour."""
    image = flat_image(128, 51, 204, 102)
    view = front_view((1.6, 0.0, 3.7))
    light = lamp_light(device)
    by_map, by_factor, bare = (
        middle(picture(device, scene_of((quad(), material), images=[image]), light=light, view=view))
        for material in (mapped, plain, glossy(ior=mapped.ior))
    )
    assert np.abs(np.subtract(by_map, by_factor)).max() <= 1
    assert by_map != bare
