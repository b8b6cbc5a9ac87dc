"""The reflection on the ground: upside down, faded, blurred, premultiplied, and only seen from above."""

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.gl.targets import SampleTarget
from renderer.passes.geometry import GeometryPass
from renderer.passes.reflection import ReflectionPass, mirrored_view
from renderer.passes.resolve import ResolvePass
from renderer.scene.bounds import Bounds
from renderer.scene.nodes import AlphaMode, Image, Material, Node, Scene
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import flat_image, quad, scene_of, texture
from tests.renderer.passes.stage import SIZE, even_light, front_view, no_shadows

GROUND = -0.2
ABOVE = (0.0, 0.5, 4.0)


def card(**fields: object) -> Scene:
    """A card of 0.4 by 0.4 about the origin that stands on the ground: red in its upper half, green in the lower."""
    image = flat_image(0, 200, 0, 255, size=32)
    image[:16] = (200, 0, 0, 255)
    scene = scene_of((quad(size=0.4), Material(base_color_texture=texture(), unlit=True, **fields)))  # type: ignore[arg-type]
    scene.images.append(Image("halves", image))
    return scene


def reflected(
    device: Device, scene: Scene, *, eye: tuple[float, float, float] = ABOVE, size: int = SIZE, ground: float = GROUND
) -> Float64:
    """(size, size, 4): the reflection alone."""
    light = even_light(device, 0.5)
    target, gpu_scene = SampleTarget(device, size, size), GpuScene(device, scene)
    geometry = GeometryPass(gpu_scene, light, no_shadows(device, light))
    reflection, resolve = ReflectionPass(device, (size, size)), ResolvePass(device, target)
    low, high = gpu_scene.box()
    reflection.prepare(view_from(eye), Bounds((low + high) / 2, 0.3, low, high), ground, geometry)
    target.begin()
    reflection.show()
    pixels = resolve.start_rgba().read().astype(np.float64)
    for owner in (resolve, reflection, geometry, gpu_scene, target):
        owner.release()
    return pixels


def view_from(eye: tuple[float, float, float]) -> View:
    return front_view(eye)


def contact_row(size: int = SIZE) -> int:
    """The row of the picture where the card stands."""
    view = view_from(ABOVE)
    place = view.projection @ view.view @ np.array([0, GROUND, 0, 1.0])
    return round(float(1 - place[1] / place[3]) / 2 * size)


def test_the_mirrored_camera_sees_what_the_plane_shows() -> None:
    view = view_from(ABOVE)
    mirrored = mirrored_view(view, GROUND)
    place = np.array([0.3, 0.4, 0.1, 1.0])
    image = place * [1, -1, 1, 1] + [0, 2 * GROUND, 0, 0]
    assert np.allclose(mirrored.view @ place, view.view @ image)
    assert np.allclose(np.linalg.inv(mirrored.view)[:3, 3], mirrored.eye)
    assert mirrored.eye[1] == 2 * GROUND - view.eye[1]


def test_the_foot_is_reflected_first_and_fades_with_height(device: Device) -> None:
    pixels = reflected(device, card())
    foot = contact_row()
    column = pixels[:, SIZE // 2]
    assert not column[: foot - 3].any()
    near, far = column[foot + 2], column[foot + 10]
    assert near[1] > 40  # green
    assert near[1] > 5 * max(near[0], 1)
    assert near[3] < 0.7 * 255
    assert 0 < far[3] < 0.6 * near[3]
    beyond = reflected(device, card(), size=2 * SIZE)[contact_row(2 * SIZE) + 42:]
    assert beyond.max() <= 1  # beyond the reach


def test_colour_never_exceeds_alpha(device: Device) -> None:
    pixels = reflected(device, card())
    assert pixels[..., 3].max() > 60
    assert (pixels[..., :3] <= pixels[..., 3:] + 1).all()


def test_edges_are_sharper_at_the_foot_than_higher_up(device: Device) -> None:
    size = 8 * SIZE
    pixels = reflected(device, card(), size=size)[..., 3]
    foot = contact_row(size)

    def width(row: int) -> int:
        """Pixels over which the left edge rises."""
        share = pixels[row, : size // 2] / pixels[row, size // 2]
        return int(((share > 0.1) & (share < 0.9)).sum())

    assert width(foot + 8) <= 4
    assert width(foot + 80) > width(foot + 8) + 3


def test_a_mirrored_node_and_a_plain_one_show_the_same_side(device: Device) -> None:
    plain, turned = card(), card()
    turned.nodes[0] = Node("mirrored", mesh=0, scale=(-1.0, 1.0, 1.0))
    assert np.abs(reflected(device, plain) - reflected(device, turned)).max() <= 2
    behind = reflected(device, plain, eye=(0.0, 0.5, -4.0))
    assert behind.max() <= 1  # the card is single-sided


def test_a_blended_card_is_reflected_thinner(device: Device) -> None:
    thin = card(alpha_mode=AlphaMode.BLEND, base_color_factor=(1.0, 1.0, 1.0, 0.5))
    at = contact_row() + 3, SIZE // 2
    full, half = (reflected(device, scene)[at][3] for scene in (card(), thin))
    assert half == pytest.approx(full / 2, rel=0.25)


def test_nothing_is_reflected_for_a_camera_below_the_ground(device: Device) -> None:
    assert reflected(device, card(), eye=(0.0, -0.6, 4.0)).max() == 0


def test_what_is_under_the_ground_is_not_reflected(device: Device) -> None:
    sunk = reflected(device, card(), ground=0.0)  # the green half is below
    assert sunk[..., 0].max() > 30
    assert sunk[..., 1].max() < 12  # where the halves meet


def test_everything_is_given_back(device: Device) -> None:
    reflected(device, card())
    before = live_objects()
    reflected(device, card())
    assert live_objects() == before
