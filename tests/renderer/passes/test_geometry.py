"""What material shaders show, against what can be worked out by hand."""

import numpy as np
import pytest

from renderer.gl.context import Device
from renderer.lighting.environment import filter_tables, upload
from renderer.scene.nodes import AlphaMode, Material, Node, Primitive, Specular, Topology
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture
from tests.renderer.passes.stage import SIZE, front_view, linear, middle, neutral, picture, sloping_light, srgb

COLORS = [(0.02, 0.5, 0.7), (0.0, 0.0, 0.0), (0.3, 0.3, 0.3), (1.0, 0.2, 0.1), (2.0, 2.0, 0.5), (9.0, 4.0, 6.0)]


def unlit(*rgba: float, **fields: object) -> Material:
    return Material(base_color_factor=rgba, unlit=True, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, 1, 10, 64, 128, 200, 254, 255])
def test_an_unlit_texture_keeps_its_bytes(device: Device, value: int) -> None:
    scene = scene_of((quad(), Material(base_color_texture=texture(), unlit=True)), images=[
        flat_image(value, 255 - value, 77, 255)])
    assert np.abs(np.array(middle(picture(device, scene))) - [value, 255 - value, 77, 255]).max() <= 1


@pytest.mark.parametrize("color", COLORS)
def test_light_is_tone_mapped_as_khronos_specifies(device: Device, color: tuple[float, float, float]) -> None:
    scene = scene_of((quad(), Material(base_color_factor=(0, 0, 0, 1), emissive_factor=color)))
    expected = srgb(np.clip(neutral(np.array(color)), 0, 1))
    assert np.abs(middle(picture(device, scene))[:3] - expected).max() <= 1.5


@pytest.mark.parametrize("metallic", [0.0, 1.0])
@pytest.mark.parametrize("roughness", [0.05, 0.5, 1.0])
def test_a_white_sphere_is_lost_in_even_white_light(device: Device, metallic: float, roughness: float) -> None:
    """The furnace: what arrives leaves again, at every angle, so no part of the sphere is lighter or darker."""
    material = Material(metallic_factor=metallic, roughness_factor=roughness)
    pixels = picture(device, scene_of((sphere(), material)), radiance=0.5)
    inside = pixels[pixels[..., 3] == 255][:, :3].astype(np.float64)
    assert len(inside) > SIZE * SIZE / 2
    expected = srgb(neutral(np.full(3, 0.5)))
    assert np.abs(inside - expected).max() <= 4


def test_metals_reflect_their_colour(device: Device) -> None:
    material = Material(base_color_factor=(0.9, 0.5, 0.1, 1), roughness_factor=0.2)
    shown = middle(picture(device, scene_of((quad(), material)), radiance=0.6))
    assert np.abs(shown[:3] - srgb(neutral(np.array([0.54, 0.3, 0.06])))).max() <= 6


def test_occlusion_darkens_by_its_strength(device: Device) -> None:
    def shown(strength: float) -> int:
        material = Material(metallic_factor=0, occlusion_texture=texture(), occlusion_strength=strength)
        scene = scene_of((quad(), material), images=[flat_image(64, 0, 0, 255)])
        return middle(picture(device, scene, radiance=0.5))[0]

    none, half, full = shown(0.0), shown(0.5), shown(1.0)
    assert none > half + 10 > full + 20


def test_occlusion_takes_its_share_of_the_lamps_light_too(device: Device) -> None:
    """As in viewers, which know no lamps, only the whole surroundings. The surface reflects diffusely alone."""
    lamp = np.zeros((32, 64, 3), np.float32)
    lamp[6:10, 28:36] = 20.0
    light = upload(device, filter_tables(device, np.full_like(lamp, 0.1), lamp))

    def shown(strength: float) -> float:
        matt = Material(metallic_factor=0, specular=Specular(factor=0.0), occlusion_texture=texture(),
                        occlusion_strength=strength)
        scene = scene_of((quad(), matt), images=[flat_image(64, 0, 0, 255)])
        return linear(middle(picture(device, scene, light=light, tone_mapping="none"))[0])

    bare = shown(0.0)
    assert bare > 0.3  # three times what the surroundings give
    assert shown(1.0) == pytest.approx(bare * 64 / 255, rel=0.05)
    light.release()


def test_a_normal_map_equals_normals_that_lean_the_same_way(device: Device) -> None:
    """Per axis and per winding of the texture: a map of one tilted normal must act like tilted vertex normals."""
    tilt = np.array([0.5, 0.25, 0.0], np.float32)
    tilt[2] = np.sqrt(1 - tilt @ tilt)
    encoded = [round(float(c) * 127.5 + 127.5) for c in tilt]
    for handedness, mirror in ((1, 1), (-1, 1), (1, -1)):
        nodes = [Node("shown", mesh=0, scale=(mirror, 1, 1))]
        tangents = np.tile(np.array([1, 0, 0, handedness], np.float32), (4, 1))
        mapped = quad(tangents=tangents)
        leaning = quad(normals=np.tile(tilt * np.array([1, handedness, 1], np.float32), (4, 1)))
        glossy = Material(roughness_factor=0.5, base_color_factor=(0.8, 0.8, 0.8, 1))
        bumpy = Material(roughness_factor=0.5, base_color_factor=(0.8, 0.8, 0.8, 1), normal_texture=texture())
        images = [flat_image(*encoded, 255)]
        view = front_view((0.6, 1.0, 3.8))
        by_map, by_vertices = (
            middle(picture(device, scene_of(part, nodes=nodes, images=images), light=sloping_light(device), view=view))
            for part in ((mapped, bumpy), (leaning, glossy))
        )
        assert np.abs(np.subtract(by_map, by_vertices)).max() <= 2, (handedness, mirror)


def test_vertices_without_directions_leave_no_holes(device: Device) -> None:
    """Degenerate texture coordinates give zero tangents: the map's tilt is lost there, not the light."""
    bumpy, plain = Material(normal_texture=texture()), Material()
    images = [flat_image(128, 128, 255, 255)]
    without_tangents = quad(tangents=np.tile(np.array([0, 0, 0, 1], np.float32), (4, 1)))
    expected = middle(picture(device, scene_of((quad(), plain)), radiance=0.5))
    shown = middle(picture(device, scene_of((without_tangents, bumpy), images=images), radiance=0.5))
    assert np.abs(np.subtract(shown, expected)).max() <= 1
    no_normals = quad(normals=np.zeros((4, 3), np.float32))
    assert middle(picture(device, scene_of((no_normals, plain)), radiance=0.5))[3] == 255


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_shading_does_not_depend_on_scale(device: Device, scale: float) -> None:
    tangents = np.tile(np.array([1, 0, 0, 1], np.float32), (4, 1))
    node = Node("scaled", mesh=0, scale=(scale, scale, scale))
    scene = scene_of((quad(size=1 / scale, tangents=tangents), Material(normal_texture=texture())),
                     nodes=[node], images=[flat_image(150, 128, 250, 255)])
    unscaled = scene_of((quad(tangents=tangents), Material(normal_texture=texture())),
                        images=[flat_image(150, 128, 250, 255)])
    light = sloping_light(device)
    shown, expected = (middle(picture(device, one, light=light)) for one in (scene, unscaled))
    assert np.abs(np.subtract(shown, expected)).max() <= 1


def test_vertex_colours_multiply_the_base_colour(device: Device) -> None:
    colors = np.tile(np.array([0.5, 1.0, 0.25, 1.0], np.float32), (4, 1))
    shown = middle(picture(device, scene_of((quad(colors=colors), unlit(0.8, 0.5, 1.0, 1.0)))))
    assert np.abs(shown[:3] - srgb(np.array([0.4, 0.5, 0.25]))).max() <= 1


def test_masked_parts_below_the_cutoff_are_holes(device: Device) -> None:
    image = flat_image(255, 0, 0, 255, size=64)
    image[:, :32, 3] = 100
    material = Material(base_color_texture=texture(), unlit=True, alpha_mode=AlphaMode.MASK, alpha_cutoff=0.5)
    pixels = picture(device, scene_of((quad(), material), images=[image]))
    assert pixels[SIZE // 2, SIZE // 4, 3] == 0
    assert pixels[SIZE // 2, SIZE * 3 // 4].tolist() == [255, 0, 0, 255]


def test_opaque_parts_ignore_alpha(device: Device) -> None:
    shown = middle(picture(device, scene_of((quad(), unlit(0.0, 1.0, 0.0, 0.2)))))
    assert shown == [0, 255, 0, 255]


@pytest.mark.parametrize("red_first", [True, False])
def test_blended_parts_are_drawn_far_to_near_in_any_order(device: Device, red_first: bool) -> None:
    near = (quad(z=0.1), unlit(1.0, 0.0, 0.0, 0.5, alpha_mode=AlphaMode.BLEND))
    far = (quad(z=-0.1), unlit(0.0, 0.0, 1.0, 0.5, alpha_mode=AlphaMode.BLEND))
    shown = middle(picture(device, scene_of(*((near, far) if red_first else (far, near)))))
    assert np.abs(np.array(shown) - [127.5, 0, 63.75, 191.25]).max() <= 1


def test_highlights_on_clear_parts_do_not_fade_with_alpha(device: Device) -> None:
    clear = Material(base_color_factor=(0, 0, 0, 0.02), metallic_factor=0, roughness_factor=0.1,
                     alpha_mode=AlphaMode.BLEND)
    dim, bright = (middle(picture(device, scene_of((quad(), clear)), radiance=r)) for r in (1.0, 20.0))
    assert 5 <= dim[3] <= 25  # four per cent are reflected
    assert bright[3] > 150
    assert min(bright[:3]) > 100


def test_faces_are_culled_unless_double_sided(device: Device) -> None:
    behind = front_view((0.0, 0.0, -4.0))
    one_sided = picture(device, scene_of((quad(), unlit(1, 1, 1, 1))), view=behind)
    both = picture(device, scene_of((quad(), unlit(1, 1, 1, 1, double_sided=True))), view=behind)
    assert one_sided.max() == 0
    assert middle(both) == [255, 255, 255, 255]


def test_a_back_face_is_lit_as_its_front_would_be(device: Device) -> None:
    material = Material(metallic_factor=0, double_sided=True)
    front, back = (
        middle(picture(device, scene_of((quad(), material)), radiance=0.5, view=front_view((0.0, 0.0, z))))
        for z in (4.0, -4.0)
    )
    assert front == back


def test_mirrored_nodes_show_their_outside(device: Device) -> None:
    for mode in (AlphaMode.OPAQUE, AlphaMode.BLEND):
        scene = scene_of(
            (quad(), unlit(1, 1, 1, 1, alpha_mode=mode)), nodes=[Node("mirrored", mesh=0, scale=(-1, 1, 1))]
        )
        assert middle(picture(device, scene)) == [255, 255, 255, 255]


@pytest.mark.parametrize(("wrap", "expected"), [(10497, [0, 255]), (33648, [255, 255]), (33071, [255, 255])])
def test_textures_wrap_as_their_sampler_says(device: Device, wrap: int, expected: list[int]) -> None:
    """The left half of the image is black, the right one white; u runs from 0.6 to 1.4 over the quad."""
    image = flat_image(0, 0, 0, 255, size=32)
    image[:, 16:] = 255
    corners = np.array([[0.6, 0], [0.6, 1], [1.4, 1], [1.4, 0]], np.float32)
    material = Material(base_color_texture=texture(wrap_s=wrap), unlit=True)
    pixels = picture(device, scene_of((quad(texcoords=(corners,)), material), images=[image]))
    assert [int(pixels[SIZE // 2, SIZE * 3 // 4, 0]), int(pixels[SIZE // 2, SIZE // 4, 0])] == expected


def test_texture_coordinates_are_transformed(device: Device) -> None:
    image = flat_image(0, 0, 0, 255, size=32)
    image[:16, 16:] = 255  # top right
    turned = texture()
    turned.offset, turned.scale = (1.0, 0.0), (-1.0, 1.0)  # u from right to left
    pixels = picture(device, scene_of((quad(), Material(base_color_texture=turned, unlit=True)), images=[image]))
    assert pixels[SIZE // 4, SIZE // 4, 0] == 255
    assert pixels[SIZE // 4, SIZE * 3 // 4, 0] == 0


@pytest.mark.parametrize("topology", [Topology.POINTS, Topology.LINES])
def test_points_and_lines_are_drawn(device: Device, topology: Topology) -> None:
    positions = np.array([[-0.3, 0.003, 0], [0.3, 0.003, 0]], np.float32)
    primitive = Primitive(topology, positions, np.array([0, 1], np.uint32), 0)
    pixels = picture(device, scene_of((primitive, Material(metallic_factor=0))), radiance=0.5)
    lit = pixels[..., 3] > 0
    assert lit[:, : SIZE // 3].any()
    assert lit[:, -SIZE // 3 :].any()
    assert lit[SIZE // 2 - 2 : SIZE // 2 + 2, SIZE // 2].any() == (topology is Topology.LINES)
    column = SIZE // 2 if topology is Topology.LINES else int(np.nonzero(lit)[1].min())
    assert pixels[:, column, 3].astype(np.int64).sum() >= 250  # a pixel wide, perhaps over two rows
    assert pixels[lit][:, :3].max() > 60


@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90])
def test_lines_are_a_pixel_wide_whichever_way_they_run(device: Device, degrees: int) -> None:
    turn = np.radians(degrees)
    half = 0.4 * np.array([np.cos(turn), np.sin(turn), 0])
    line = Primitive(Topology.LINES, np.array([-half, half], np.float32), np.array([0, 1], np.uint32), 0)
    covered = picture(device, scene_of((line, Material(metallic_factor=0))), radiance=0.5)[..., 3].sum() / 255
    length = 0.8 * SIZE / (2 * 4 * np.tan(0.15))  # as front_view sees it
    assert 1.0 < covered / length < 1.7


def test_texels_are_decoded_from_srgb_before_light_is_added(device: Device) -> None:
    material = Material(base_color_factor=(0, 0, 0, 1), emissive_factor=(0.5, 0.5, 0.5), emissive_texture=texture())
    shown = middle(picture(device, scene_of((quad(), material), images=[flat_image(180, 180, 180, 255)])))
    expected = srgb(neutral(np.full(3, 0.5 * linear(180))))
    assert np.abs(shown[:3] - expected).max() <= 1.5
