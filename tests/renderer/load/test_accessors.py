import numpy as np
import pytest

from renderer.errors import InvalidModel, ModelTooLarge, ResourceMissing
from renderer.load import limits
from renderer.scene.nodes import Primitive
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import (
    COMPONENTS,
    TRIANGLE,
    GlbBuilder,
    edited_triangle,
    float32,
    png,
    triangle_builder,
    triangle_glb,
)

SCALAR = {"type": "SCALAR"}
SQUARE = float32([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])


def only_primitive(load: Load, builder: GlbBuilder) -> Primitive:
    (mesh,) = load(builder.glb()).meshes
    (primitive,) = mesh.primitives
    return primitive


def square_with(attribute: str, accessor: int, builder: GlbBuilder) -> None:
    """A quad of points, so that vertices keep their order, with one more attribute and a textured material."""
    texture = builder.add_texture(png())
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": texture}}})
    attributes = {"POSITION": builder.add_accessor(SQUARE), attribute: accessor}
    builder.show(builder.add_mesh({"attributes": attributes, "mode": 0, "material": 0}))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
def test_every_index_type_is_read(load: Load, dtype: str) -> None:
    builder = GlbBuilder()
    positions, indices = builder.add_accessor(SQUARE), builder.add_accessor((3, 1, 0), dtype)
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": indices, "mode": 0}))
    primitive = only_primitive(load, builder)
    np.testing.assert_array_equal(primitive.positions[primitive.indices], SQUARE[[3, 1, 0]])
    assert primitive.indices.dtype == np.uint32


@pytest.mark.parametrize(("dtype", "value", "expected"), [
    ("int8", 127, 1.0), ("int8", -127, -1.0), ("int8", -128, -1.0), ("uint8", 255, 1.0), ("uint8", 51, 0.2),
    ("int16", 32767, 1.0), ("int16", -32768, -1.0), ("uint16", 65535, 1.0), ("uint16", 13107, 0.2),
])
def test_normalised_integers_become_floats(load: Load, dtype: str, value: int, expected: float) -> None:
    builder = GlbBuilder()
    accessor = builder.add_accessor(np.full((4, 2), value), dtype, normalized=True)
    square_with("TEXCOORD_0", accessor, builder)
    np.testing.assert_allclose(only_primitive(load, builder).texcoords[0], expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", list(COMPONENTS))
def test_every_component_type_is_read_as_it_is(load: Load, dtype: str) -> None:
    builder = GlbBuilder()
    square_with("TEXCOORD_0", builder.add_accessor(np.arange(8).reshape(4, 2), dtype), builder)
    np.testing.assert_array_equal(only_primitive(load, builder).texcoords[0], np.arange(8).reshape(4, 2))


def test_interleaved_attributes_are_taken_apart(load: Load) -> None:
    builder = GlbBuilder()
    normals = np.tile(float32([0, 0, -1]), (4, 1))
    view = builder.add_view(b"skip" + np.hstack((SQUARE, normals)).tobytes(), byteStride=24)
    fields = {"bufferView": view, "componentType": 5126, "count": 4, "type": "VEC3"}
    positions = builder.add("accessors", fields | {"byteOffset": 4})
    attributes = {"POSITION": positions, "NORMAL": builder.add("accessors", fields | {"byteOffset": 16})}
    builder.show(builder.add_mesh({"attributes": attributes, "mode": 0}))
    primitive = only_primitive(load, builder)
    np.testing.assert_array_equal(primitive.positions, SQUARE)
    assert primitive.normals is not None
    np.testing.assert_array_equal(primitive.normals, normals)


def sparse(builder: GlbBuilder, rows: tuple[int, ...], values: np.ndarray) -> dict[str, object]:
    return {
        "count": len(rows),
        "indices": {"bufferView": builder.add_view(np.asarray(rows, np.uint8).tobytes()), "componentType": 5121},
        "values": {"bufferView": builder.add_view(float32(values).tobytes())},
    }


def test_sparse_values_replace_those_of_the_base(load: Load) -> None:
    builder = GlbBuilder()
    base = builder.add_accessor(SQUARE, sparse=sparse(builder, (1, 3), float32([(5, 6, 7), (8, 9, 10)])))
    builder.show(builder.add_mesh({"attributes": {"POSITION": base}, "mode": 0}))
    expected = SQUARE.copy()
    expected[[1, 3]] = (5, 6, 7), (8, 9, 10)
    np.testing.assert_array_equal(only_primitive(load, builder).positions, expected)


def test_a_sparse_accessor_without_a_base_starts_from_zeros(load: Load) -> None:
    builder = GlbBuilder()
    fields = {"componentType": 5126, "count": 3, "type": "VEC3"}
    positions = builder.add("accessors", fields | {"sparse": sparse(builder, (2,), float32([(1, 2, 3)]))})
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "mode": 0}))
    np.testing.assert_array_equal(only_primitive(load, builder).positions, [(0, 0, 0), (0, 0, 0), (1, 2, 3)])


@pytest.mark.parametrize(("path", "value", "message"), [
    ("accessors.0.count", 4, "accessor 0 reads bytes 0..48 of bufferView 0, which has 36"),
    ("accessors.0.byteOffset", 4, "accessor 0 reads bytes 4..40 of bufferView 0, which has 36"),
    ("accessors.1.count", 2**31, "accessor 1 reads bytes 0..4294967296 of bufferView 1, which has 6"),
    ("accessors.1.count", 10**300, "accessors.1..count must be an integer of at least 1, at most 2.53"),
    ("bufferViews.0.byteLength", 100, "bufferView 0 reads bytes 0..100 of buffer 0, which has 42"),
    ("bufferViews.0.byteOffset", 2**50, "bufferView 0 reads bytes 1125899906842624..1125899906842660 of"),
    ("bufferViews.0.byteStride", 40, "accessor 0 reads bytes 0..92 of bufferView 0"),
    ("bufferViews.0.byteStride", 2, r"bufferViews\[0\].byteStride must be an integer from 4 to 252"),
    ("bufferViews.0.buffer", 1, r"bufferViews\[0\].buffer must be an integer below 1"),
    ("buffers.0.byteLength", 1000, r"buffers\[0\] declares 1000 bytes, and its data has 44"),
    ("accessors.0.count", 0, r"accessors\[0\].count must be an integer of at least 1"),
    ("accessors.0.count", -1, r"accessors\[0\].count must be an integer of at least 1"),
    ("accessors.0.count", 2.5, r"accessors\[0\].count must be an integer"),
    ("accessors.0.count", "3", r"accessors\[0\].count must be an integer"),
    ("accessors.0.count", True, r"accessors\[0\].count must be an integer"),
    ("accessors.0.type", "VEC9", r"accessors\[0\].type must be one of SCALAR, VEC2"),
    ("accessors.0.type", "VEC2", "accessor 0 must be of type VEC3 to serve as meshes"),
    ("accessors.0.componentType", 5124, r"accessors\[0\].componentType must be one of 5120"),
    ("accessors.1.componentType", 5126, r"accessors\[1\].componentType must be one of 5121, 5123, 5125"),
    ("accessors.0.bufferView", 7, r"accessors\[0\].bufferView must be an integer below 2"),
    ("accessors.0.bufferView", [], r"accessors\[0\].bufferView must be an integer below 2"),
    ("accessors.0.normalized", 1, r"accessors\[0\].normalized must be true or false"),
    ("accessors.0.sparse", [], r"accessors\[0\].sparse must be a JSON object"),
    ("accessors.0.sparse", {"count": 2**40}, r"accessors\[0\].sparse.count must be an integer from 1 to 3"),
    ("accessors.0.sparse", {"count": 1}, r"accessors\[0\].sparse.indices is missing; it must be a JSON object"),
    ("accessors.0.sparse",
     {"count": 3, "indices": {"bufferView": 1, "componentType": 5123}, "values": {"bufferView": 1}},
     "the sparse values of accessor 0 reads bytes 0..36 of bufferView 1, which has 6"),
    ("accessors.0.sparse",
     {"count": 1, "indices": {"bufferView": 0, "byteOffset": 14, "componentType": 5121}, "values": {"bufferView": 0}},
     "accessor 0 has sparse index 128, and 3 elements"),
    ("accessors", {"0": {}}, "accessors must be a list"),
    ("accessors.0", [], r"accessors\[0\] must be a JSON object"),
])
def test_an_accessor_that_claims_what_is_not_there_is_refused(
    load: Load, path: str, value: object, message: str
) -> None:
    with pytest.raises(InvalidModel, match=message):
        load(edited_triangle(path, value))


def test_an_index_past_the_vertices_is_refused(load: Load) -> None:
    builder = triangle_builder()
    indices = builder.add_accessor((0, 1, 3), "uint8")
    builder.document["meshes"][0]["primitives"][0]["indices"] = indices
    with pytest.raises(InvalidModel, match=r"meshes\[0\].primitives\[0\] has index 3, and 3 vertices"):
        load(builder.glb())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_positions_that_are_not_numbers_are_refused(load: Load, value: float) -> None:
    positions = float32(TRIANGLE)
    positions[1, 1] = value
    builder = GlbBuilder()
    builder.show(builder.add_mesh({"attributes": {"POSITION": builder.add_accessor(positions)}}))
    with pytest.raises(InvalidModel, match=r"accessor 0 \(meshes\[0\]\S+POSITION\) has NaN or infinite values"):
        load(builder.glb())


def test_positions_beyond_any_scene_are_refused(load: Load) -> None:
    builder = GlbBuilder()
    positions = builder.add_accessor(float32(TRIANGLE) * 1e13)
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}}))
    with pytest.raises(InvalidModel, match=r"POSITION has coordinates beyond 1e\+12 metres"):
        load(builder.glb())


def test_zeros_that_a_small_file_claims_are_budgeted(load: Load) -> None:
    accessors = [{"componentType": 5126, "count": 2**31, "type": "VEC3"}, {"componentType": 5125, "count": 3} | SCALAR]
    with pytest.raises(ModelTooLarge, match=r"accessor 0 brings .* 1,073,741,824 are allowed"):
        load(triangle_glb(accessors=accessors))
    with pytest.raises(ModelTooLarge, match=r"accessor 1 brings .* 1,073,741,824 are allowed"):
        load(edited_triangle("accessors.1", {"componentType": 5125, "count": 2**31} | SCALAR))


def test_vertices_without_indices_are_limited_before_they_are_numbered(load: Load) -> None:
    accessors = [{"componentType": 5126, "count": 2**31, "type": "VEC3"}]
    with pytest.raises(ModelTooLarge, match=r"to 2,147,483,648 indices, and 15,000,000 are allowed"):
        load(triangle_glb(accessors=accessors, meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "mode": 0}]}]))


def test_a_buffer_without_bytes_is_missing(load: Load) -> None:
    builder = triangle_builder()
    builder.document["buffers"] = [*builder.buffers(), {"byteLength": 36}]
    builder.document["bufferViews"][0]["buffer"] = 1
    with pytest.raises(ResourceMissing, match=r"buffers\[1\] has neither a uri nor a binary chunk"):
        load(builder.glb())


def test_one_file_named_as_many_buffers_is_budgeted(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RESOURCE_BYTES", 60)
    builder = triangle_builder()
    buffer = {"byteLength": 42, "uri": builder.gltf().decode().split('"uri": "')[1].split('"')[0]}
    builder.document["buffers"] = [buffer, buffer]
    builder.document["bufferViews"][1]["buffer"] = 1
    with pytest.raises(ModelTooLarge, match=r"buffers\[\d\] brings the model to 84 bytes of resources, and 60"):
        load(builder.glb())
