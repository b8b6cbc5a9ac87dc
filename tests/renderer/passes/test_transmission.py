"""What is seen through glass: the model behind it, and any backdrop by way of alpha."""

from typing import Any

import numpy as np
import pytest

from renderer.arrays import Float64, UInt8
from renderer.gl.context import Device
from renderer.scene.nodes import AlphaMode, Material, Primitive, Transmission, Volume
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture
from tests.renderer.passes.stage import SIZE, middle, picture, srgb

RED = Material(base_color_factor=(1, 0, 0, 1), unlit=True)


def glass(red: float = 1.0, green: float = 1.0, blue: float = 1.0, **fields: Any) -> Material:
    clear: dict[str, Any] = {"roughness_factor": 0.0, "transmission": Transmission(factor=1.0)}
    return Material(base_color_factor=(red, green, blue, 1.0), metallic_factor=0.0, **clear | fields)


def pane(material: Material) -> tuple[Primitive, Material]:
    return quad(z=0.1), material


def on(backdrop: float, pixel: list[int]) -> Float64:
    """A premultiplied pixel as it is seen on a grey of 0..255."""
    return np.array(pixel[:3]) + (255 - pixel[3]) * backdrop / 255


def stripes(period: int) -> UInt8:
    image = flat_image(0, 0, 0, 255, size=64)
    image[:, np.arange(64) % period < period // 2] = 255
    return image


def test_glass_shows_what_is_behind_it(device: Device) -> None:
    """Without light, so that nothing but what passes is seen: 96 % of it, and 4 % are a reflection of the dark."""
    behind = (quad(z=-0.3), RED)
    opaque = middle(picture(device, scene_of(behind, pane(glass(transmission=None)))))
    clear = middle(picture(device, scene_of(behind, pane(glass()))))
    assert opaque == [0, 0, 0, 255]
    assert np.abs(np.array(clear) - [srgb(np.array(0.96)), 0, 0, 255]).max() <= 2


def test_half_transmission_is_half_of_each(device: Device) -> None:
    half = glass(transmission=Transmission(factor=0.5))
    red = middle(picture(device, scene_of((quad(z=-0.3), RED), pane(half))))
    assert red[3] == 255
    assert red[0] == pytest.approx(srgb(np.array(0.5 * 0.96)), abs=3)


def test_a_reflection_adds_its_light_to_what_is_seen_through_the_glass(device: Device) -> None:
    """All lights are even and of the same strength: a card of half of it behind a mirror of a fifth of it."""
    card = (quad(z=-0.3), Material(base_color_factor=(0.5, 0.5, 0.5, 1), unlit=True))
    ior = (1 + 0.2**0.5) / (1 - 0.2**0.5)
    shown = middle(picture(device, scene_of(card, pane(glass(ior=ior))), radiance=1.0, tone_mapping="none"))
    assert shown[0] == pytest.approx(srgb(np.array(0.2 + 0.8 * 0.5)), abs=3)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.75, 1.0])
def test_the_alpha_of_blended_glass_says_how_much_of_it_there_is(device: Device, alpha: float) -> None:
    """With its reflections and its tint; on the backdrop as before a card, of which it covers one half."""
    card = quad(z=-0.3, size=0.6)
    card.positions[:, 0] -= 0.3
    tinted = glass(0.9, 0.4, 0.2, ior=2.0)
    blended = glass(0.9, 0.4, 0.2, ior=2.0, alpha_mode=AlphaMode.BLEND, base_color_texture=texture())
    images = [flat_image(255, 255, 255, round(255 * alpha))]
    without, whole, shown = (
        picture(device, scene_of((card, RED), *panes, images=images), radiance=0.8).astype(np.float64)
        for panes in ((), (pane(tinted),), (pane(blended),))
    )
    inside = np.s_[SIZE // 2, SIZE // 4 : SIZE * 3 // 4]
    assert np.abs(shown - (without + (whole - without) * round(255 * alpha) / 255))[inside].max() <= 2
    assert np.abs(whole - without)[inside].max() > 50


def test_nothing_behind_glass_is_the_backdrop(device: Device) -> None:
    shown = middle(picture(device, scene_of(pane(glass()))))
    assert on(255, shown).min() > 240
    assert on(0, shown).max() == 0


def test_coloured_glass_tints_a_white_backdrop(device: Device) -> None:
    tint = np.array([1.0, 0.4, 0.1])
    shown = middle(picture(device, scene_of(pane(glass(*tint)))))
    assert np.abs(on(255, shown) - 0.96 * srgb(tint)).max() <= 3
    assert 0 < shown[3] < 255
    assert (on(0, shown) < on(255, shown)).all()


def test_a_texture_says_where_light_passes(device: Device) -> None:
    material = glass(transmission=Transmission(factor=1.0, texture=texture()))
    images = [flat_image(0, 255, 255, 255, size=64)]
    images[0][:, 32:, 0] = 255
    shown = picture(device, scene_of((quad(z=-0.3), RED), pane(material), images=images))
    assert shown[SIZE // 2, SIZE // 4, 0] < 10
    assert shown[SIZE // 2, SIZE * 3 // 4, 0] > 240


def contrast(device: Device, material: Material) -> float:
    """Of stripes seen through a pane."""
    striped = Material(base_color_texture=texture(), unlit=True)
    shown = picture(device, scene_of((quad(z=-0.1), striped), pane(material), images=[stripes(8)]))
    row = shown[SIZE // 2, SIZE // 4 : SIZE * 3 // 4, 0].astype(np.float64)
    return float(row.max() - row.min())


def test_rough_glass_blurs_more_the_higher_its_index(device: Device) -> None:
    clear, frosted = contrast(device, glass()), contrast(device, glass(roughness_factor=0.5))
    assert clear > 200
    assert frosted < 0.5 * clear
    assert frosted < contrast(device, glass(roughness_factor=0.5, ior=1.2))
    assert contrast(device, glass(roughness_factor=0.5, ior=1.0)) > 200


def volume(thickness: float, **fields: Any) -> Volume:
    return Volume(thickness_factor=thickness, attenuation_distance=1.0, attenuation_color=(0.2, 0.5, 0.9), **fields)


@pytest.mark.parametrize("thickness", [0.5, 1.0, 2.0])
def test_a_volume_tints_by_its_thickness(device: Device, thickness: float) -> None:
    shown = middle(picture(device, scene_of(pane(glass(volume=volume(thickness))))))
    expected = 0.96 * srgb(np.array([0.2, 0.5, 0.9]) ** thickness)
    assert np.abs(on(255, shown) - expected).max() <= 3


def test_a_thickness_texture_and_the_nodes_scale_count(device: Device) -> None:
    """Green 128 of a thickness of 2, in a node that doubles it, is a thickness of 2."""
    mapped = glass(volume=volume(2.0, thickness_texture=texture()))
    scene = scene_of((quad(size=0.5), mapped), images=[flat_image(0, 128, 0, 255)])
    scene.nodes[0].scale = (2.0, 2.0, 2.0)
    plain = scene_of((quad(), glass(volume=volume(2.0))))
    assert np.abs(np.subtract(middle(picture(device, scene)), middle(picture(device, plain)))).max() <= 2


def edge_through(device: Device, material: Material) -> Float64:
    """(SIZE, 3): the middle row of a picture that is red on the left and white on the right, through leaning glass."""
    image = flat_image(255, 0, 0, 255, size=64)
    image[:, 32:] = 255
    lean = np.array([0.5, 0, np.sqrt(0.75)], np.float32)
    scene = scene_of(
        (quad(z=-0.3), Material(base_color_texture=texture(wrap_s=33071), unlit=True)),
        (quad(z=0.1, normals=np.tile(lean, (4, 1))), material), images=[image],
    )
    return picture(device, scene)[SIZE // 2, :, :3].astype(np.float64)


def test_a_volume_bends_the_view_and_a_thin_wall_does_not(device: Device) -> None:
    def edge(material: Material) -> int:
        return int(np.argmax(edge_through(device, material)[8:-8, 1] > 100)) + 8

    bare = Volume(thickness_factor=1.0)
    assert abs(edge(glass()) - SIZE // 2) <= 1
    assert abs(edge(glass(volume=bare, ior=1.0)) - SIZE // 2) <= 1
    assert abs(edge(glass(volume=bare)) - SIZE // 2) > 4


def test_dispersion_draws_colour_fringes(device: Device) -> None:
    def fringe(dispersion: float) -> float:
        row = edge_through(device, glass(volume=Volume(thickness_factor=1.0, dispersion=dispersion)))
        return float(np.abs(row[:, 1] - row[:, 2]).max())

    assert fringe(0.0) <= 1
    assert fringe(8.0) > 50


def test_solid_parts_in_front_of_glass_hide_it(device: Device) -> None:
    front = middle(picture(device, scene_of(pane(glass()), (quad(z=0.3), RED))))
    assert front == [255, 0, 0, 255]


def test_glass_is_seen_through_glass(device: Device) -> None:
    """Five panes one behind the other, given in any order: all but the farthest of them are seen through the others."""
    tint = 0.7
    behind = (quad(z=-0.6), Material(base_color_factor=(1, 1, 1, 1), unlit=True))
    panes = [(quad(z=z), glass(tint, 1.0, 1.0, ior=1.0)) for z in (0.2, -0.4, 0.0, 0.4, -0.2)]
    for count, layers in ((1, 1), (2, 2), (4, 4), (5, 4)):
        red, green, _, alpha = middle(picture(device, scene_of(behind, *panes[:count])))
        assert (green, alpha) == (255, 255)
        assert red == pytest.approx(srgb(np.array(tint**layers)), abs=3 * layers)


def test_what_is_inside_of_glass_is_seen_through_it(device: Device) -> None:
    inside, bottle = (sphere(0.2), glass(1.0, 0.2, 0.2, ior=1.0)), (sphere(0.4), glass(0.2, 1.0, 1.0, ior=1.0))
    for scene in (scene_of(inside, bottle), scene_of(bottle, inside)):
        red, green, blue = on(255, middle(picture(device, scene)))
        assert red == pytest.approx(srgb(np.array(0.2)), abs=4)
        assert green == pytest.approx(srgb(np.array(0.2)), abs=4)
        assert green == pytest.approx(blue, abs=2)


@pytest.mark.parametrize("tone_mapping", ["neutral", "none", "aces", "agx"])
@pytest.mark.parametrize("albedo", [(0.8, 0.8, 0.8), (0.9, 0.3, 0.1)])
def test_tinted_glass_darkens_light_before_it_is_tone_mapped(
    device: Device, tone_mapping: str, albedo: tuple[float, float, float]
) -> None:
    """A grey filter before a lit card is that card in less light."""
    card = (quad(z=-0.3), Material(base_color_factor=(*albedo, 1.0), metallic_factor=0.0, roughness_factor=1.0))
    filtered = scene_of(card, pane(glass(0.25, 0.25, 0.25, ior=1.0)))
    shown = middle(picture(device, filtered, radiance=1.2, tone_mapping=tone_mapping))
    expected = middle(picture(device, scene_of(card), radiance=0.3, tone_mapping=tone_mapping))
    assert np.abs(np.array(shown) - expected).max() <= (12 if tone_mapping == "neutral" else 5)


@pytest.mark.parametrize("material", [glass(), Material(alpha_mode=AlphaMode.BLEND, base_color_factor=(1, 1, 1, 0.5))],
                         ids=["glass", "blended"])
def test_a_texture_of_the_ground_is_not_taken_for_light(device: Device, material: Material) -> None:
    scene = scene_of(pane(material))
    black = device.ctx.texture((1, 1), 4, bytes(4))
    before = picture(device, scene, radiance=1.0)
    after = picture(device, scene, radiance=1.0, ground=lambda: black.use(0))
    black.release()
    assert middle(before)[0] > 0
    np.testing.assert_array_equal(after, before)
