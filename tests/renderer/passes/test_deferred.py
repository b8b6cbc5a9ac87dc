"""Surfaces that are deferred before they are shaded look as if they were shaded at once."""

import dataclasses

import numpy as np
import pytest

from renderer.arrays import Float64, UInt8
from renderer.gl.context import Device
from renderer.gl.resources import GpuDrawable, GpuScene
from renderer.gl.targets import SampleTarget
from renderer.gl.tiles import TiledTarget
from renderer.load.tangents import generate_tangents
from renderer.passes.deferred import MOST_DEFERRED, SAMPLES_PER_TRIANGLE, g_buffer_for, worth_deferring
from renderer.scene.nodes import AlphaMode, Clearcoat, Material, Node, Primitive, Scene, Transmission
from tests.renderer.passes.scenes import quad, scene_of, sphere, texture
from tests.renderer.passes.stage import SIZE, front_view, picture, sloping_light


def noise(size: int, seed: int) -> UInt8:
    """A picture in which each texel counts, and that is a normal map too."""
    pixels = np.random.default_rng(seed).integers(60, 196, (size, size, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


def ball(radius: float = 0.7) -> Primitive:
    """A sphere with texture coordinates, and with tangents along them."""
    plain = sphere(radius)
    assert plain.normals is not None
    around = np.arctan2(plain.normals[:, 0], plain.normals[:, 2]) / (2 * np.pi) + 0.5
    uv = np.column_stack([around * 3, np.arccos(plain.normals[:, 1]) / np.pi * 2]).astype(np.float32)
    rows, indices, tangents = generate_tangents(plain.positions, plain.normals, uv, plain.indices)
    return dataclasses.replace(
        plain, positions=plain.positions[rows], normals=plain.normals[rows], texcoords=(uv[rows],), indices=indices,
        tangents=tangents,
    )


MAPPED = Material(
    base_color_texture=texture(0), normal_texture=texture(0), metallic_roughness_texture=texture(1), metallic_factor=0.6
)
"""Its second map is twice as large as its first."""

BACK = np.diag([-1.0, 1.0, -1.0, 1.0])
MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])


def moved(x: float, z: float = 0.0) -> Float64:
    matrix = np.eye(4)
    matrix[[0, 2], 3] = x, z
    return matrix


def mapped(*parts: tuple[Primitive, Material], placed: list[Float64]) -> Scene:
    nodes = [Node(f"node {index}", mesh=index, matrix=matrix) for index, matrix in enumerate(placed)]
    return scene_of(*parts, nodes=nodes, images=[noise(128, 1), noise(256, 2)])


SCENES = {
    "plain": scene_of((sphere(), Material(base_color_factor=(0.8, 0.3, 0.1, 1), roughness_factor=0.3))),
    "maps of two sizes": mapped((ball(), MAPPED), placed=[np.eye(4)]),
    "a mirrored node": mapped((ball(), MAPPED), placed=[MIRROR]),
    "varnish over a normal map": mapped((ball(), dataclasses.replace(MAPPED, clearcoat=Clearcoat(1.0, None, 0.1))),
                                        placed=[np.eye(4)]),
    "the back of a surface with two sides": mapped(
        (quad(size=1.5), Material(base_color_texture=texture(0), double_sided=True)), placed=[BACK]),
    "two surfaces, one before the other": mapped(
        (ball(), MAPPED), (ball(), dataclasses.replace(MAPPED, metallic_factor=0)),
        placed=[moved(0.3), moved(-0.3, -0.4)]),
    "surfaces that can't be deferred before and behind one": mapped(
        (ball(), MAPPED),
        (quad(z=0.8), Material(base_color_factor=(1, 0, 0, 0.5), alpha_mode=AlphaMode.BLEND)),
        (quad(z=-0.8, size=2.0), Material(base_color_factor=(0, 1, 0, 1), unlit=True)),
        placed=[np.eye(4), moved(0.5), moved(0.2)]),
}  # fmt: skip


@pytest.mark.parametrize("eye", [(0.0, 0.0, 4.0), (1.5, 2.0, 3.0)])
@pytest.mark.parametrize("name", SCENES)
def test_a_stored_surface_looks_as_if_it_was_shaded_at_once(
    device: Device, name: str, eye: tuple[float, float, float]
) -> None:
    light, view = sloping_light(device), front_view(eye)
    direct = picture(device, SCENES[name], light=light, view=view).astype(int)
    deferred = picture(device, SCENES[name], light=light, view=view, deferred=True).astype(int)
    assert direct[..., :3].std() > 10
    assert np.abs(deferred - direct).max() <= 1


def chosen(device: Device, size: tuple[int, int], *parts: tuple[Primitive, Material]) -> list[int]:
    """The numbers of the parts that are worth storing."""
    gpu_scene = GpuScene(device, scene_of(*parts))
    drawables: list[GpuDrawable] = gpu_scene.drawables
    numbers = [drawables.index(one) for one in worth_deferring(drawables, size)]
    gpu_scene.release()
    return numbers


def test_what_has_more_triangles_than_the_picture_can_show_well_is_stored(device: Device) -> None:
    fine = (sphere(rings=32), Material())
    triangles = 4 * 32 * 32
    enough = triangles * SAMPLES_PER_TRIANGLE
    assert chosen(device, (enough // 100, 100), fine) == [0]
    assert chosen(device, (enough // 100 + 8, 100), fine) == []


def test_the_finest_few_surfaces_are_stored(device: Device) -> None:
    parts = [(sphere(rings=16 + number), Material()) for number in range(MOST_DEFERRED + 2)]
    assert chosen(device, (SIZE, SIZE), *parts) == [5, 4, 3, 2]


@pytest.mark.parametrize("material", [
    Material(alpha_mode=AlphaMode.BLEND), Material(alpha_mode=AlphaMode.MASK), Material(unlit=True),
    Material(transmission=Transmission(1.0)),
], ids=["blended", "masked", "unlit", "glass"])  # fmt: skip
def test_surfaces_that_let_something_through_or_take_no_light_are_shaded_at_once(
    device: Device, material: Material
) -> None:
    assert chosen(device, (SIZE, SIZE), (sphere(), material)) == []


def test_vertex_colours_are_shaded_at_once(device: Device) -> None:
    painted = sphere()
    painted = dataclasses.replace(painted, colors=np.ones((len(painted.positions), 4), np.float32))
    assert chosen(device, (SIZE, SIZE), (painted, Material())) == []


def test_only_software_stores_surfaces_and_only_of_frames_in_one_piece(device: Device) -> None:
    samples = SampleTarget(device, SIZE, SIZE)
    g_buffer = g_buffer_for(device, samples)
    assert (g_buffer is not None) == device.software
    assert g_buffer_for(dataclasses.replace(device, software=False), samples) is None
    small = dataclasses.replace(device, max_size=SIZE)
    tiled = TiledTarget(small, SIZE, SIZE)
    assert g_buffer_for(device, tiled) is None
    for owner in (g_buffer, samples, tiled):
        if owner is not None:
            owner.release()
