"""The written file: valid by the Khronos validator's judgement, right in size, place and contents."""

from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.samples import write_sample
from tests.renderer.samples.conftest import Written
from tests.support import gltf_validator


def test_the_khronos_validator_finds_nothing_to_report(sample: Written) -> None:
    found = gltf_validator.issues(sample.path)
    assert found["messages"] == []
    assert (found["numErrors"], found["numWarnings"]) == (0, 0)


def test_the_validator_does_report_a_broken_file(sample: Written, tmp_path: Path) -> None:
    broken = tmp_path / "broken.glb"
    broken.write_bytes(sample.path.read_bytes().replace(b'"version":"2.0"', b'"version":"x.0"'))
    assert gltf_validator.issues(broken)["numErrors"] > 0


def test_the_same_bytes_are_written_every_time(sample: Written, tmp_path: Path) -> None:
    write_sample(tmp_path / "again.glb")
    assert (tmp_path / "again.glb").read_bytes() == sample.path.read_bytes()


def test_the_file_stays_light_enough_to_upload_quickly(sample: Written) -> None:
    assert sample.path.stat().st_size < 6_000_000


def test_the_triangle_count_is_that_of_a_product_model(sample: Written) -> None:
    triangles = sum(sample.document.accessors[p.indices].count for p in sample.primitives()) // 3
    assert 20_000 <= triangles <= 100_000


def test_it_stands_on_the_ground_centred_and_life_size(sample: Written) -> None:
    low, high = _world_bounds(sample)
    assert low[1] == pytest.approx(0.0, abs=1e-6)
    assert (low + high)[[0, 2]] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert high[0] - low[0] == pytest.approx(0.45, abs=0.01)


def test_every_kind_of_material_is_there(sample: Written) -> None:
    materials = sample.document.materials
    plain = [m for m in materials if m.alphaMode == "OPAQUE"]
    surfaces = [m.pbrMetallicRoughness for m in plain]
    untextured = [s for s in surfaces if s.metallicRoughnessTexture is None]
    assert any(s.metallicFactor == 0 and s.roughnessFactor > 0.8 for s in untextured), "a rough dielectric"
    assert any(s.metallicFactor == 1 and s.roughnessFactor < 0.15 for s in untextured), "a polished metal"
    assert any(s.metallicFactor == 1 and s.metallicRoughnessTexture for s in surfaces), "a brushed metal"
    assert any(max(m.emissiveFactor) == 1 for m in plain), "a light"
    assert any(m.alphaMode == "BLEND" and 0 < m.pbrMetallicRoughness.baseColorFactor[3] < 1 for m in materials)
    walnut = next(m for m in materials if m.name == "Walnut")
    packed = walnut.pbrMetallicRoughness.metallicRoughnessTexture.index
    assert walnut.pbrMetallicRoughness.baseColorTexture is not None
    assert walnut.normalTexture is not None
    assert walnut.occlusionTexture.index == packed


def test_one_clip_turns_the_record_at_33_and_a_third_and_loops(sample: Written) -> None:
    (clip,) = sample.document.animations
    assert clip.name == "Spin"
    names = [sample.document.nodes[channel.target.node].name for channel in clip.channels]
    assert names == ["Turntable", "Tonearm"]
    times, turns = (sample.rows(index) for index in (clip.samplers[0].input, clip.samplers[0].output))
    assert times[-1, 0] == pytest.approx(60 / (100 / 3))
    # Between neighbours, twice the angle between unit quaternions; about -y is clockwise from above.
    steps = 2 * np.degrees(np.arccos(np.clip((turns[1:] * turns[:-1]).sum(axis=1), -1, 1)))
    assert steps.sum() == pytest.approx(360.0, abs=0.01)
    assert turns[1, 1] < 0
    sway = sample.rows(clip.samplers[1].output)
    assert sway[0] == pytest.approx(sway[-1], abs=1e-6)


def test_normals_and_tangents_are_unit_and_square_to_each_other(sample: Written) -> None:
    with_tangents = 0
    for primitive in sample.primitives():
        normals = sample.rows(primitive.attributes.NORMAL)
        assert np.linalg.norm(normals, axis=1) == pytest.approx(1.0, abs=1e-4)
        if primitive.attributes.TANGENT is not None:
            with_tangents += 1
            tangents = sample.rows(primitive.attributes.TANGENT)
            assert np.linalg.norm(tangents[:, :3], axis=1) == pytest.approx(1.0, abs=1e-4)
            assert (normals * tangents[:, :3]).sum(axis=1) == pytest.approx(0.0, abs=1e-4)
            assert set(np.unique(tangents[:, 3])) <= {-1.0, 1.0}
    assert with_tangents >= 4


def test_triangles_face_the_way_their_normals_do(sample: Written) -> None:
    for primitive in sample.primitives():
        positions, normals = (sample.rows(a) for a in (primitive.attributes.POSITION, primitive.attributes.NORMAL))
        a, b, c = sample.rows(primitive.indices).reshape(-1, 3).T
        facing = np.cross(positions[b] - positions[a], positions[c] - positions[a])
        agreement = (facing * (normals[a] + normals[b] + normals[c])).sum(axis=1)
        assert (agreement > 0).all()


def test_no_facets_show_on_the_platter(sample: Written) -> None:
    """The chord of one step round the rim strays less than 0.03 mm from the circle: a tenth of a pixel in close-ups."""
    turntable = next(mesh for mesh in sample.document.meshes if mesh.name == "Turntable")
    positions = np.concatenate([sample.rows(p.attributes.POSITION) for p in turntable.primitives])
    radii = np.hypot(positions[:, 0], positions[:, 2])
    rim = positions[radii > radii.max() - 1e-6]
    angles = np.unique(np.round(np.arctan2(rim[:, 2], rim[:, 0]), 5))
    assert radii.max() * (1 - np.cos(np.diff(angles).max() / 2)) < 3e-5


def _world_bounds(sample: Written) -> tuple[Float64, Float64]:
    """Of the scene as placed by its nodes, in the rest pose."""
    nodes = sample.document.nodes
    clouds: list[Float64] = []

    def visit(index: int, parent: Float64) -> None:
        node = nodes[index]
        local = np.eye(4)
        x, y, z, w = node.rotation or (0.0, 0.0, 0.0, 1.0)
        local[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        local[:3, 3] = node.translation or (0.0, 0.0, 0.0)
        world = parent @ local
        if node.mesh is not None:
            for primitive in sample.document.meshes[node.mesh].primitives:
                positions = sample.rows(primitive.attributes.POSITION).astype(np.float64)
                clouds.append(positions @ world[:3, :3].T + world[:3, 3])
        for child in node.children:
            visit(child, world)

    for root in sample.document.scenes[0].nodes:
        visit(root, np.eye(4))
    points = np.concatenate(clouds)
    return points.min(axis=0), points.max(axis=0)
