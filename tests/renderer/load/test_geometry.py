import numpy as np
import pytest

from renderer.errors import EmptyModel, InvalidModel, ModelTooLarge
from renderer.load import limits, topology
from renderer.scene.nodes import Scene, Topology
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import (
    GlbBuilder,
    float32,
    png,
    triangle_builder,
    triangle_glb,
    uint32,
)

# a house: a square and a roof, so that no two edges are alike
HOUSE = float32([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0.5, 2, 0)])
UP_NORMALS = np.tile(float32([0, 0, 1]), (5, 1))


def house(mode: int, indices: list[int], **attributes: int) -> GlbBuilder:
    builder = GlbBuilder()
    found = {"POSITION": builder.add_accessor(HOUSE), "NORMAL": builder.add_accessor(UP_NORMALS)} | attributes
    accessor = builder.add_accessor(indices, "uint8")
    builder.show(builder.add_mesh({"attributes": found, "indices": accessor, "mode": mode}))
    return builder


@pytest.mark.parametrize(("mode", "indices", "kind", "expected"), [
    (topology.POINTS, [4, 0], Topology.POINTS, [4, 0]),
    (topology.LINES, [0, 1, 2, 3, 4], Topology.LINES, [0, 1, 2, 3]),
    (topology.LINE_LOOP, [0, 1, 3], Topology.LINES, [0, 1, 1, 3, 3, 0]),
    (topology.LINE_LOOP, [0], Topology.LINES, []),
    (topology.LINE_STRIP, [0, 1, 3], Topology.LINES, [0, 1, 1, 3]),
    (topology.TRIANGLES, [0, 1, 2, 1], Topology.TRIANGLES, [0, 1, 2]),
    (topology.TRIANGLE_STRIP, [0, 1, 2, 3, 4], Topology.TRIANGLES, [0, 1, 2, 1, 3, 2, 2, 3, 4]),
    (topology.TRIANGLE_STRIP, [0, 1, 2, 2, 3, 4], Topology.TRIANGLES, [0, 1, 2, 2, 4, 3]),
    (topology.TRIANGLE_STRIP, [0, 1], Topology.TRIANGLES, []),
    (topology.TRIANGLE_FAN, [0, 1, 3, 2], Topology.TRIANGLES, [1, 3, 0, 3, 2, 0]),
    (topology.TRIANGLE_FAN, [0], Topology.TRIANGLES, []),
])
def test_every_mode_becomes_a_list(mode: int, indices: list[int], kind: Topology, expected: list[int]) -> None:
    found_kind, found = topology.as_list(mode, uint32(indices))
    assert (found_kind, found.tolist()) == (kind, expected)
    assert len(found) <= len(indices) * topology.GROWTH[mode]


@pytest.mark.parametrize("mode", [topology.TRIANGLE_STRIP, topology.TRIANGLE_FAN])
def test_strips_and_fans_keep_facing_the_viewer(load: Load, mode: int) -> None:
    order = [0, 1, 2, 3, 4] if mode == topology.TRIANGLE_STRIP else [0, 1, 3, 4, 2]
    primitive = load(house(mode, order).glb()).meshes[0].primitives[0]
    corners = primitive.positions[primitive.indices].reshape(-1, 3, 3)
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2]
    assert len(facing) == 3
    assert (facing > 0).all()


def test_vertices_that_nothing_draws_are_dropped(load: Load) -> None:
    primitive = load(house(topology.TRIANGLES, [4, 2, 3]).glb()).meshes[0].primitives[0]
    np.testing.assert_array_equal(primitive.positions, HOUSE[2:])
    assert primitive.indices.tolist() == [2, 0, 1]
    assert primitive.normals is not None
    assert len(primitive.normals) == 3


def test_a_small_primitive_over_a_large_accessor_keeps_its_own_vertices(load: Load) -> None:
    builder = GlbBuilder()
    positions = builder.add_accessor(np.arange(3000).reshape(-1, 3))
    indices = builder.add_accessor([900, 7, 7, 400], "uint16")
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": indices, "mode": 1}))
    primitive = load(builder.glb()).meshes[0].primitives[0]
    np.testing.assert_array_equal(primitive.positions[:, 0], [21, 1200, 2700])
    assert primitive.indices.tolist() == [2, 0, 0, 1]


def test_normals_of_no_length_are_made_of_the_triangles_around(load: Load) -> None:
    normals = float32([(0, 0, 2), (0, 0, 0), (0, 0, 0), (0, 0, 0), (1, 0, 0)])
    builder = GlbBuilder()
    attributes = {"POSITION": builder.add_accessor(HOUSE), "NORMAL": builder.add_accessor(normals)}
    indices = builder.add_accessor([0, 1, 2, 2, 1, 3, 2, 3, 4], "uint8")
    builder.show(builder.add_mesh({"attributes": attributes, "indices": indices}))
    scene = load(builder.glb())
    assert scene.meshes[0].primitives[0].normals == pytest.approx(float32([(0, 0, 1)] * 4 + [(1, 0, 0)]))
    assert scene.warnings == ["meshes[0].primitives[0] has normals of no length: they are made of its triangles"]


def test_missing_normals_are_flat_and_unshare_the_vertices(load: Load) -> None:
    builder = GlbBuilder()
    # two triangles folded along the edge 1-2, and one without area
    positions = float32([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1)])
    attributes = {
        "POSITION": builder.add_accessor(positions),
        "COLOR_0": builder.add_accessor(np.arange(12).reshape(4, 3) * 10, "uint8"),
        "TANGENT": builder.add_accessor(np.tile(float32([1, 0, 0, 1]), (4, 1))),
    }
    indices = builder.add_accessor([0, 1, 2, 1, 3, 2, 0, 0, 1], "uint8")
    builder.show(builder.add_mesh({"attributes": attributes, "indices": indices}))
    primitive = load(builder.glb()).meshes[0].primitives[0]
    assert primitive.indices.tolist() == list(range(9))
    assert primitive.normals is not None
    slope = float32([-1, -1, 1]) / np.sqrt(3)
    expected = np.repeat([(0, 0, 1), slope, (0, 1, 0)], 3, axis=0)
    np.testing.assert_allclose(primitive.normals, expected, atol=1e-6)
    assert primitive.tangents is None
    assert primitive.colors is not None
    np.testing.assert_allclose(primitive.colors[4] * 255, (90, 100, 110, 255), rtol=1e-6)


@pytest.mark.parametrize(("dtype", "one"), [("uint8", 255), ("uint16", 65535), ("float32", 1.0)])
@pytest.mark.parametrize("width", [3, 4])
def test_vertex_colours_come_as_linear_rgba(load: Load, dtype: str, one: float, width: int) -> None:
    builder = triangle_builder()
    colors = np.array([(1, 0.5, 0, 0.25)] * 3)[:, :width] * one
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["COLOR_0"] = builder.add_accessor(colors.astype(dtype), dtype)
    found = load(builder.glb()).meshes[0].primitives[0].colors
    assert found is not None
    np.testing.assert_allclose(found[0], (1, 0.5, 0, 0.25 if width == 4 else 1), atol=0.003)


def test_texcoord_sets_follow_the_material_and_absent_ones_are_zero(load: Load) -> None:
    builder = triangle_builder(material=0)
    textures = {"baseColorTexture": {"index": builder.add_texture(png()), "texCoord": 2}}
    builder.add("materials", {"pbrMetallicRoughness": textures})
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["TEXCOORD_1"] = builder.add_accessor(np.ones((3, 2)))
    attributes["TEXCOORD_3"] = builder.add_accessor(np.ones((3, 2)))
    texcoords = load(builder.glb()).meshes[0].primitives[0].texcoords
    assert [float(t.max()) for t in texcoords] == [0, 1, 0]


def test_quantised_positions_and_normals_are_read(load: Load) -> None:
    builder = GlbBuilder()
    attributes = {
        "POSITION": builder.add_accessor([(0, 0, 0), (16384, 0, 0), (0, -32768, 0)], "int16", normalized=True),
        "NORMAL": builder.add_accessor([(0, 0, 127)] * 3, "int8", normalized=True),
    }
    builder.document |= {name: ["KHR_mesh_quantization"] for name in ("extensionsUsed", "extensionsRequired")}
    builder.show(builder.add_mesh({"attributes": attributes}))
    primitive = load(builder.glb()).meshes[0].primitives[0]
    np.testing.assert_allclose(primitive.positions, [(0, 0, 0), (0.5, 0, 0), (0, -1, 0)], atol=1e-4)
    assert primitive.normals is not None
    np.testing.assert_array_equal(primitive.normals, [(0, 0, 1)] * 3)


def test_given_normals_are_made_unit(load: Load) -> None:
    builder = triangle_builder()
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["NORMAL"] = builder.add_accessor([(0, 0, 5), (3, 0, 4), (0, 0, 0)])
    normals = load(builder.glb()).meshes[0].primitives[0].normals
    assert normals is not None
    np.testing.assert_allclose(normals, [(0, 0, 1), (0.6, 0, 0.8), (0, 0, 1)], rtol=1e-6)


def test_a_primitive_without_positions_is_left_out_with_a_warning(load: Load) -> None:
    builder = triangle_builder()
    builder.document["meshes"][0]["primitives"].append({"attributes": {}})
    scene = load(builder.glb())
    assert len(scene.meshes[0].primitives) == 1
    assert scene.warnings == ["meshes[0].primitives[1] has no positions, and is left out"]


ONE_VERTEX = [{"componentType": 5126, "type": "VEC3", "count": 1}]


@pytest.mark.parametrize("overrides", [
    {"meshes": [], "nodes": [{}]},
    {"nodes": [{}]},
    {"scenes": [{}]},
    {"scenes": [], "nodes": []},
    {"meshes": [{"primitives": []}]},
    {"meshes": [{"primitives": [{"attributes": {}}]}]},
    {"meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}], "accessors": ONE_VERTEX},
], ids=["no mesh", "no mesh shown", "no node shown", "no node", "no primitive", "no positions", "one corner"])
def test_a_scene_with_nothing_to_draw_is_empty(load: Load, overrides: dict[str, object]) -> None:
    with pytest.raises(EmptyModel, match="no triangles, lines or points"):
        load(triangle_glb(**overrides))


def test_an_attribute_of_another_length_is_refused(load: Load) -> None:
    builder = triangle_builder()
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["NORMAL"] = builder.add_accessor(np.ones((2, 3)))
    with pytest.raises(InvalidModel, match=r"NORMAL has 2 elements, and there are 3 positions"):
        load(builder.glb())


def repeated(nodes: int) -> bytes:
    return triangle_glb(nodes=[{"mesh": 0}] * nodes, scenes=[{"nodes": list(range(nodes))}])


def test_a_mesh_shown_by_many_nodes_is_read_once(load: Load) -> None:
    scene: Scene = load(repeated(50))
    assert len(scene.meshes) == 1
    assert {node.mesh for node in scene.nodes} == {0}


@pytest.mark.parametrize(("limit", "message"), [
    ("DRAWN_INDICES", "indices drawn by nodes"), ("DRAWN_PRIMITIVES", "primitives drawn by nodes"),
    ("INDICES", "to 3 indices, and 2"), ("NODES", "50 nodes, and 2"), ("DECODED_BYTES", "bytes of decoded geometry"),
])
def test_each_limit_is_kept(load: Load, monkeypatch: pytest.MonkeyPatch, limit: str, message: str) -> None:
    monkeypatch.setattr(limits, limit, 2)
    with pytest.raises(ModelTooLarge, match=message):
        load(repeated(50))
