"""The tangents' convention is checked against the definition: the gradient of the texture over the surface."""

import numpy as np
import pytest

from renderer.arrays import Float32
from renderer.load import load_model
from renderer.load.tangents import generate_tangents
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, float32, png, uint32
from tests.support.models import shared_model

QUAD = float32([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
QUAD_INDICES = uint32([0, 1, 2, 0, 2, 3])
FACING = np.tile(float32([0, 0, 1]), (4, 1))
UPRIGHT = float32([(0, 1), (1, 1), (1, 0), (0, 0)])  # glTF's v runs down the picture


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_tangent_and_bitangent_point_right_and_up_in_the_picture(turns: int, mirrored: bool) -> None:
    texcoords = np.roll(UPRIGHT, turns, axis=0)
    if mirrored:
        texcoords = texcoords * float32([-1, 1]) + float32([1, 0])
    rows, indices, tangents = generate_tangents(QUAD, FACING, texcoords, QUAD_INDICES)
    assert rows.tolist() == [0, 1, 2, 3]
    assert indices.tolist() == QUAD_INDICES.tolist()
    # positions are an affine function of the picture's (u, up): its columns are the wanted directions
    picture = float32(np.column_stack((texcoords[:, 0], 1 - texcoords[:, 1], np.ones(4))))
    right, up = np.linalg.lstsq(picture, QUAD, rcond=None)[0][:2]
    np.testing.assert_allclose(tangents[:, :3], np.tile(right, (4, 1)), atol=1e-6)
    bitangents = np.cross(FACING, tangents[:, :3]) * tangents[:, 3:]
    np.testing.assert_allclose(bitangents, np.tile(up, (4, 1)), atol=1e-6)


def test_vertices_on_a_mirror_seam_are_split() -> None:
    positions = float32([(-1, 0, 0), (0, 0, 0), (0, 1, 0), (1, 0, 0)])
    texcoords = float32([(1, 1), (0, 1), (0, 0), (1, 1)])
    rows, indices, tangents = generate_tangents(positions, FACING, texcoords, uint32([0, 1, 2, 1, 3, 2]))
    assert sorted(rows.tolist()) == [0, 1, 1, 2, 2, 3]
    np.testing.assert_array_equal(rows[indices], [0, 1, 2, 1, 3, 2])
    np.testing.assert_allclose(tangents[indices[:3]], np.tile([-1, 0, 0, -1], (3, 1)), atol=1e-6)
    np.testing.assert_allclose(tangents[indices[3:]], np.tile([1, 0, 0, 1], (3, 1)), atol=1e-6)


def test_equal_vertices_share_their_tangent_even_if_the_file_repeats_them() -> None:
    # a ridge: both sides see the same normal at the ridge, the tangents differ per side
    side = float32([(0, 0, 0), (0, 1, 0), (-1, 0, -0.5), (1, 0, -0.5)])
    normals = np.tile(float32([0, 0, 1]), (4, 1))
    texcoords = side[:, :2] * float32([1, -1])
    shared = generate_tangents(side, normals, texcoords, uint32([0, 1, 2, 1, 0, 3]))
    apart = np.array([0, 1, 2, 1, 0, 3])
    repeated = generate_tangents(side[apart], normals[apart], texcoords[apart], np.arange(6, dtype=np.uint32))
    np.testing.assert_array_equal(shared[2][shared[1]], repeated[2][repeated[1]])


def test_the_mean_of_two_corners_is_weighted_by_their_angles() -> None:
    # one triangle maps u along +x; the other, of half the angle, along the direction (1, 1) / sqrt 2 (up to the left)
    _, indices, tangents = generate_tangents(
        float32([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 1, 0), (-1, 1, 0)]), np.tile(FACING[0], (6, 1)),
        float32([(0, 0), (1, 0), (0, -1), (0, 0), (1, -1), (0, -2)]), np.arange(6, dtype=np.uint32),
    )
    first, second = np.array([1, 0, 0]), np.array([1, 1, 0]) / np.sqrt(2)
    wanted = first * np.pi / 2 + second * np.pi / 4
    wanted /= np.linalg.norm(wanted)
    np.testing.assert_allclose(tangents[indices[[0, 3]], :3], [wanted, wanted], atol=1e-6)


@pytest.mark.parametrize(("positions", "texcoords"), [
    (QUAD * 0, UPRIGHT), (QUAD, UPRIGHT * 0), (QUAD * 0, UPRIGHT * 0), (QUAD * float32([1, 0, 0]), UPRIGHT),
    (QUAD * 1e-30, UPRIGHT), (QUAD, UPRIGHT * 1e30), (QUAD * 1e12, UPRIGHT * 1e-30),
], ids=["no surface", "no texture", "neither", "a line", "tiny", "huge texture", "huge surface"])
def test_degenerate_triangles_get_unit_tangents_in_the_plane(positions: Float32, texcoords: Float32) -> None:
    _, _, tangents = generate_tangents(positions, FACING, texcoords.astype(np.float32), QUAD_INDICES)
    np.testing.assert_allclose(np.linalg.norm(tangents[:, :3], axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(tangents[:, 2], 0, atol=1e-6)
    assert set(np.abs(tangents[:, 3])) == {1}


def test_a_triangle_without_texture_area_takes_the_tangent_of_its_neighbours() -> None:
    positions = float32([(0, 0, 0), (0, 1, 0), (-1, 0, 0), (1, 1, 0)])
    texcoords = float32([(0, 0), (0, -1), (1, 0), (0, 0)])  # mirrored; the second triangle's texture is a line
    rows, indices, tangents = generate_tangents(positions, FACING, texcoords, uint32([0, 1, 2, 0, 3, 1]))
    assert len(rows) == 4
    np.testing.assert_allclose(tangents[indices[[3, 5]]], np.tile([-1, 0, 0, -1], (2, 1)), atol=1e-6)


@pytest.mark.parametrize("name", ["AnisotropyRotationTest.glb", "ClearCoatTest.glb"])
def test_generated_tangents_equal_those_of_mikktspace(name: str) -> None:
    scene = load_model(shared_model(name))
    compared = 0
    for primitive in (p for mesh in scene.meshes for p in mesh.primitives):
        normal_map = scene.materials[primitive.material].normal_texture
        if normal_map is None:
            continue
        assert primitive.normals is not None
        assert primitive.tangents is not None
        _, indices, found = generate_tangents(
            primitive.positions, primitive.normals, primitive.texcoords[normal_map.texcoord], primitive.indices
        )
        given = primitive.tangents[primitive.indices]
        cosines = np.einsum("ij,ij->i", given[:, :3], found[indices, :3])
        assert np.percentile(cosines, 1) > 0.999
        assert (given[:, 3] == found[indices, 3]).all()
        compared += len(given)
    assert compared > 1000


@pytest.mark.parametrize("normal_map", [False, True])
def test_tangents_are_made_only_under_a_normal_map(load: Load, normal_map: bool) -> None:
    builder = GlbBuilder()
    attributes = {
        "POSITION": builder.add_accessor(QUAD), "NORMAL": builder.add_accessor(FACING),
        "TEXCOORD_0": builder.add_accessor(UPRIGHT),
    }
    texture = {"index": builder.add_texture(png())}
    builder.add("materials", {"normalTexture": texture} if normal_map else {"occlusionTexture": texture})
    indices = builder.add_accessor(QUAD_INDICES, "uint8")
    builder.show(builder.add_mesh({"attributes": attributes, "indices": indices, "material": 0}))
    tangents = load(builder.glb()).meshes[0].primitives[0].tangents
    assert (tangents is not None) == normal_map
