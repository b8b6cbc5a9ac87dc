"""A scene on the device: shared buffers, index sizes, mirroring, texture contents, exact release."""

import dataclasses
import gc
import itertools
import weakref

import numpy as np
import pytest

from renderer.errors import ModelTooLarge
from renderer.gl import resources
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.gl.textures import fit_size
from renderer.scene.nodes import AlphaMode, Clearcoat, Material, MorphTarget, Node, Primitive, Topology
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture


def test_nodes_that_share_a_mesh_share_its_buffers(device: Device) -> None:
    nodes = [Node("left", mesh=0, translation=(-1, 0, 0)), Node("right", mesh=0, translation=(1, 0, 0))]
    gpu_scene = GpuScene(device, scene_of((sphere(), Material()), nodes=nodes))
    left, right = gpu_scene.drawables
    assert left.attributes["in_position"][0] is right.attributes["in_position"][0]
    assert left.indices is right.indices
    assert (left.centre[0], right.centre[0]) == pytest.approx((-1, 1))
    gpu_scene.release()


@pytest.mark.parametrize(("vertices", "size"), [(65536, 2), (65537, 4)])
def test_indices_take_two_bytes_while_they_fit(device: Device, vertices: int, size: int) -> None:
    positions = np.zeros((vertices, 3), np.float32)
    primitive = Primitive(Topology.POINTS, positions, np.array([0, vertices - 1], np.uint32), 0)
    gpu_scene = GpuScene(device, scene_of((primitive, Material())))
    (drawable,) = gpu_scene.drawables
    assert drawable.index_size == size
    assert np.frombuffer(drawable.indices.read(), f"u{size}").tolist() == [0, vertices - 1]
    gpu_scene.release()


def test_the_placement_moves_and_mirrors_what_nodes_show(device: Device) -> None:
    gpu_scene = GpuScene(device, scene_of((quad(), Material()), nodes=[Node("mirrored", mesh=0, scale=(-1, 1, 1))]))
    (drawable,) = gpu_scene.drawables
    assert drawable.mirrored
    normal = drawable.normal_matrix() @ np.array([0.0, 0.0, 1.0])
    assert normal == pytest.approx([0, 0, 1])
    low, high = gpu_scene.box()
    assert low == pytest.approx([-0.5, -0.5, 0])
    assert high == pytest.approx([0.5, 0.5, 0])
    gpu_scene.release()


def test_normals_stay_perpendicular_under_uneven_scales(device: Device) -> None:
    gpu_scene = GpuScene(device, scene_of((quad(), Material()), nodes=[Node("flat", mesh=0, scale=(4, 1, 0.5))]))
    (drawable,) = gpu_scene.drawables
    tangent = drawable.world[:3, :3] @ np.array([1.0, 0.0, -1.0])
    normal = drawable.normal_matrix() @ np.array([1.0, 0.0, 1.0])
    assert tangent @ normal == pytest.approx(0)
    gpu_scene.release()


def test_packed_channels_arrive_in_the_texture(device: Device) -> None:
    material = Material(
        base_color_texture=texture(0), occlusion_texture=texture(1), alpha_mode=AlphaMode.OPAQUE
    )
    scene = scene_of((quad(), material), images=[flat_image(10, 20, 30, 255), flat_image(40, 50, 60, 255)])
    gpu_scene = GpuScene(device, scene)
    (packed,) = gpu_scene.drawables[0].textures
    assert np.frombuffer(packed.read(), np.uint8)[:4].tolist() == [10, 20, 30, 40]
    gpu_scene.release()


def test_an_image_is_uploaded_once_however_it_is_read(device: Device) -> None:
    """By three wrappings, two filters, and as colour as well as roughness."""
    before = live_objects()["Texture"]
    wraps = itertools.product((33071, 33648, 10497), (33071, 33648, 10497), (9728, 9729))
    materials = [
        Material(
            base_color_texture=texture(wrap_s=wrap_s, wrap_t=wrap_t, mag_filter=mag_filter),
            metallic_roughness_texture=texture(),
        )
        for wrap_s, wrap_t, mag_filter in wraps
    ]
    scene = scene_of(*((quad(), material) for material in materials), images=[flat_image(1, 2, 3, 255)])
    gpu_scene = GpuScene(device, scene)
    assert live_objects()["Texture"] - before == 1
    assert len({sampler for drawable in gpu_scene.drawables for sampler in drawable.samplers}) == 8
    gpu_scene.release()


def test_packing_makes_no_more_textures_than_there_are_images(device: Device) -> None:
    """One image, of which a material reads single channels at many coordinates."""
    material = Material(occlusion_texture=texture(), metallic_roughness_texture=texture())
    for number, name in enumerate(("occlusion_texture", "metallic_roughness_texture")):
        getattr(material, name).offset = (0.1 * number, 0.0)
    material.clearcoat = Clearcoat(1.0, texture=texture(), roughness_texture=texture())
    before = live_objects()["Texture"]
    gpu_scene = GpuScene(device, scene_of((quad(), material), images=[flat_image(1, 2, 3, 255)]))
    assert live_objects()["Texture"] - before == 1
    gpu_scene.release()


def test_vertices_that_take_too_much_memory_are_refused_before_they_are_uploaded(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nodes that morph their mesh have its vertices for themselves."""
    one = sphere()
    morphed = dataclasses.replace(one, targets=(MorphTarget(one.positions),))
    size = 24 * len(one.positions)  # positions and normals
    monkeypatch.setattr(resources, "VERTEX_BYTES", 3 * size - 1)
    nodes = [Node(f"node {number}", mesh=0) for number in range(3)]
    GpuScene(device, scene_of((one, Material()), nodes=nodes)).release()
    scene = scene_of((morphed, Material()), nodes=nodes)
    scene.meshes[0].weights = (0.0,)
    before = live_objects()
    with pytest.raises(ModelTooLarge, match=f"vertices take {3 * size:,} bytes, and {3 * size - 1:,} are allowed"):
        GpuScene(device, scene)
    assert live_objects() == before


def test_a_missing_texture_coordinate_set_counts_as_zeros(device: Device) -> None:
    wanting = texture(0)
    wanting.texcoord = 3
    scene = scene_of((quad(), Material(base_color_texture=wanting)), images=[flat_image(1, 2, 3, 255)])
    gpu_scene = GpuScene(device, scene)
    buffer, _ = gpu_scene.drawables[0].attributes["in_uv0"]
    assert not np.frombuffer(buffer.read(), np.float32).any()
    gpu_scene.release()


def test_pictures_beyond_the_device_are_shrunk_by_whole_factors() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 100, 4)).astype(np.uint8)
    shrunk = fit_size(pixels, 50)
    assert shrunk.shape == (20, 50, 4)
    assert np.abs(shrunk - pixels.reshape(20, 2, 50, 2, 4).mean(axis=(1, 3))).max() <= 1
    assert fit_size(pixels, 100) is pixels
    assert fit_size(np.zeros((1, 90, 4), np.uint8), 30).shape == (1, 30, 4)


def test_images_are_not_kept_once_they_are_on_the_device(device: Device) -> None:
    scene = scene_of((quad(), Material(base_color_texture=texture())), images=[flat_image(1, 2, 3, 255)])
    pixels = weakref.ref(scene.images[0].pixels)
    gpu_scene = GpuScene(device, scene)
    del scene
    gc.collect()
    assert pixels() is None
    gpu_scene.release()


def test_everything_is_released(device: Device) -> None:
    before = live_objects()
    scene = scene_of(
        (sphere(), Material(base_color_texture=texture(0), occlusion_texture=texture(1))),
        images=[flat_image(1, 2, 3, 255), flat_image(4, 5, 6, 255)],
    )
    gpu_scene = GpuScene(device, scene)
    during = live_objects()
    assert (during["Buffer"] - before["Buffer"], during["Texture"] - before["Texture"]) == (4, 1)
    gpu_scene.release()
    assert live_objects() == before
