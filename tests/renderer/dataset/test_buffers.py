"""Each plane at each pixel, against surfaces whose depth and normal are known in closed form."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.camera.sphere import camera_to_world
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.planes import Planes, decoded_depth
from renderer.gl.context import Device
from renderer.scene.nodes import AlphaMode, Material, Node, Primitive, Scene, Topology
from renderer.spec.dataset import DatasetSpec
from tests.renderer.passes.scenes import quad, scene_of, sphere

SIZE = 64
SPEC = DatasetSpec(views=7, size=SIZE, coverage="sphere")
FRONT = 3
"""A view from the right of the front, level with the middle."""
CARD = Material(double_sided=True, metallic_factor=0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A view with its depth (SIZE, SIZE) decoded, 0 outside of the mask; `step` is the coarseness of the codes."""

    planes: Planes
    view: View
    depth: Float64
    step: float

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        return self.planes.mask > 0


def drawn(device: Device, light_cache: Path, scene: Scene, index: int) -> Drawn:
    with DatasetRenderer(device, scene, SPEC, cache_dir=light_cache) as renderer:
        planes = renderer.render(index)
        depth = decoded_depth(planes.depth16, renderer.layout.near, renderer.layout.far)
        step = (renderer.layout.far - renderer.layout.near) / 65535
        return Drawn(planes, renderer.layout.view(index), np.where(planes.mask > 0, depth, 0), step)


def rays(view: View) -> Float64:
    """World directions (SIZE, SIZE, 3) through the middles of the pixels, one unit long along the optical axis."""
    across = (np.arange(SIZE) + 0.5 - SIZE / 2) / (SIZE / 2 / np.tan(np.radians(22.5)))
    x, y = np.meshgrid(across, -across)
    return np.stack([x, y, -np.ones_like(x)], axis=2) @ camera_to_world(view)[:3, :3].T


def decoded(normals: Any) -> Float64:
    return np.asarray(normals / 127.5 - 1)


@pytest.mark.parametrize("index", [1, FRONT])
def test_depth_on_a_plane_is_that_of_the_pixels_middle(index: int, device: Device, light_cache: Path) -> None:
    found = drawn(device, light_cache, scene_of((quad(), CARD)), index)
    ray = rays(found.view)  # the card stands in the plane z = 0 of the set
    expected = -found.view.eye[2] / ray[..., 2]
    assert 200 < found.mask.sum() < SIZE * SIZE - 200
    assert np.abs(found.depth - expected)[found.mask].max() < 0.6 * found.step, "rounded, and no half a pixel's slope"


def test_normals_are_the_worlds_and_face_the_camera_on_both_sides(device: Device, light_cache: Path) -> None:
    for index in range(SPEC.views):
        found = drawn(device, light_cache, scene_of((quad(), CARD)), index)
        side = np.sign(found.view.eye[2])
        assert np.abs(decoded(found.planes.normals[found.mask]) - (0, 0, side)).max() < 0.005
        assert (found.planes.normals[~found.mask] == 128).all()


@pytest.mark.parametrize("unlit", [False, True])
def test_a_ball_has_its_depth_and_smooth_normals(unlit: bool, device: Device, light_cache: Path) -> None:
    found = drawn(device, light_cache, scene_of((sphere(rings=64), Material(unlit=unlit))), FRONT)
    ray, centre = rays(found.view), found.view.target  # of radius 1
    off = found.view.eye - centre
    a, b, c = (ray**2).sum(axis=2), ray @ off, off @ off - 1
    reach = b * b - a * c
    expected = (-b - np.sqrt(np.maximum(reach, 0))) / a
    inner = reach > 0.4 * reach.max()
    assert np.abs(found.depth - expected)[inner].max() < 2e-3, "triangles, not a ball"
    normals = found.view.eye + ray * expected[..., None] - centre
    shown = decoded(found.planes.normals[inner])
    assert np.abs(np.linalg.norm(shown, axis=1) - 1).max() < 0.01
    assert np.linalg.norm(shown - normals[inner], axis=1).max() < 0.04, "a quarter of a pixel on a ball of 25"


def test_the_mask_is_what_covers_half_of_a_pixel(device: Device, light_cache: Path) -> None:
    """A white ball without light would be black: so the grey of its edge tells how much of a pixel it covers."""
    black = Material(unlit=True, base_color_factor=(0.0, 0.0, 0.0, 1.0))
    found = drawn(device, light_cache, scene_of((sphere(), black)), FRONT)
    cover = 1 - found.planes.rgb[..., 1] / 255
    assert ((np.abs(cover - 0.5) < 0.2).sum()) > 10, "soft edges"
    assert (found.mask == (cover > 0.45)).all()
    assert (found.planes.rgb[cover == 0] == 255).all()


def test_depth_and_normals_are_never_mixed_across_an_edge(device: Device, light_cache: Path) -> None:
    behind, before = quad(z=-0.5, size=1.0), quad(z=0.4, size=0.37)
    turned = Material(double_sided=True, metallic_factor=0.0)
    found = drawn(device, light_cache, scene_of((behind, turned), (before, turned)), FRONT)
    z = (found.view.eye + rays(found.view) * found.depth[..., None])[found.mask][:, 2]
    assert np.minimum(np.abs(z - 0.9), np.abs(z + 0.9)).max() < 1e-3, "the model's middle is the set's"
    assert min((z > 0).sum(), (z < 0).sum()) > 20


@pytest.mark.parametrize(("alpha", "in_front"), [(0.7, True), (0.3, True), (0.05, False)])
def test_glass_counts_unless_it_is_a_faint_tint(
    alpha: float, in_front: bool, device: Device, light_cache: Path
) -> None:
    glass = Material(
        alpha_mode=AlphaMode.BLEND, base_color_factor=(0.0, 0.0, 0.0, alpha), double_sided=True, unlit=True
    )
    found = drawn(device, light_cache, scene_of((quad(z=-0.2), CARD), (quad(z=0.2), glass)), FRONT)
    middle = (SIZE // 2, SIZE // 2)
    z = (found.view.eye + rays(found.view)[middle] * found.depth[middle])[2]
    assert z == pytest.approx(0.4 if in_front else -0.4, abs=1e-3)


def test_holes_of_masked_materials_are_holes_in_every_plane(device: Device, light_cache: Path) -> None:
    colors = np.ones((4, 4), np.float32)
    colors[[0, 3], 3] = 0  # clear above, solid below
    cut = Material(alpha_mode=AlphaMode.MASK, double_sided=True, unlit=True, base_color_factor=(0, 0, 0, 1))
    found = drawn(device, light_cache, scene_of((quad(colors=colors), cut)), FRONT)
    y = (found.view.eye + rays(found.view) * found.depth[..., None])[found.mask][:, 1]
    assert y.max() < 1.05
    assert y.max() > 0.9
    assert (found.planes.rgb[found.mask] < 140).all()


def test_mirrored_and_moved_parts_lie_between_the_planes(device: Device, light_cache: Path) -> None:
    nodes = [Node("far away", mesh=0, translation=(100.0, -50.0, 7.0), scale=(-3.0, 2.0, 1.0))]
    scene = scene_of((sphere(), Material()), nodes=nodes)
    with DatasetRenderer(device, scene, SPEC, cache_dir=light_cache) as renderer:
        assert np.allclose(renderer.layout.placement @ [100, -50 - 1, 7, 1], [0, 0, 0, 1], atol=1e-9)
        for index in range(SPEC.views):
            planes = renderer.render(index)
            seen = planes.depth16[planes.mask > 0]
            assert len(seen) > 100
            assert 0 < seen.min() < seen.max() < 65535


def test_lines_beside_a_surface_are_in_the_mask(device: Device, light_cache: Path) -> None:
    line = Primitive(Topology.LINES, np.array([[-2, 0, 0], [2, 0, 0]], np.float32), np.array([0, 1], np.uint32), 1)
    black = Material(unlit=True, base_color_factor=(0, 0, 0, 1))
    found = drawn(device, light_cache, scene_of((quad(), Material(unlit=True)), (line, black)), FRONT)
    dark = found.planes.rgb[..., 1] < 140
    assert dark.sum() > 10
    assert (found.depth[dark] > 0).all()


def test_what_faces_down_is_lit_from_below(device: Device, light_cache: Path) -> None:
    """No floor that the model stands on keeps the light away: it would black out what only views from below see."""
    found = drawn(device, light_cache, scene_of((sphere(), Material(metallic_factor=0.0))), SPEC.views - 1)
    assert found.view.eye[1] < 0
    assert found.planes.rgb[found.mask].min() > 80
