"""Compressed buffer views decode to what was encoded, under both names of the extension; broken ones are refused."""

from typing import Any

import meshopt
import numpy as np
import numpy.typing as npt
import pytest

from renderer.errors import InvalidModel, ModelError, ModelTooLarge
from renderer.load import limits
from renderer.load.meshopt import EXTENSIONS
from renderer.scene.nodes import Primitive
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import COMPONENTS, TYPES, GlbBuilder, Json, float32, uint32

EXT, KHR = EXTENSIONS[1], EXTENSIONS[0]
SQUARE = float32([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
INDICES = uint32([0, 1, 2, 0, 2, 3])
NORMALS = float32([(0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0), (0, 0.6, 0.8, 0)])


class Packed(GlbBuilder):
    """A GLB whose views lie compressed in buffer 0, in place of views of buffer 1, which isn't there."""

    def add_packed(
        self, rows: npt.NDArray[Any], mode: str = "ATTRIBUTES", *, name: str = EXT, version: int = 0, **fields: Any
    ) -> int:
        stream = meshopt.encode_gltf_buffer(rows, mode, version)
        stride = rows.nbytes // len(rows)
        view = self.add_view(stream)
        place = self.document["bufferViews"][view]
        packed = place | {"byteStride": stride, "count": len(rows), "mode": mode} | fields
        self.document["bufferViews"][view] = {
            "buffer": 1, "byteOffset": 4096 * view, "byteLength": rows.nbytes, "extensions": {name: packed},
        } | ({"byteStride": stride} if mode == "ATTRIBUTES" else {})
        self.document["extensionsRequired"] = [name]
        return view

    def accessor(self, view: int, count: int, width: int, dtype: str = "float32", **fields: Any) -> int:
        declared = {"bufferView": view, "componentType": COMPONENTS[dtype], "count": count, "type": TYPES[width]}
        return self.add("accessors", declared | fields)

    def buffers(self) -> list[Json]:
        missing: Json = {"byteLength": 1 << 20, "extensions": {EXT: {"fallback": True}}}
        return [{"byteLength": len(self.binary)}, missing]


def square(mode: str = "TRIANGLES", **packing: Any) -> Packed:
    """Two triangles; positions in view 0, indices in view 1."""
    builder = Packed()
    positions = builder.accessor(builder.add_packed(SQUARE, **packing), 4, 3)
    indices = builder.accessor(builder.add_packed(INDICES, mode, **packing), 6, 1, "uint32")
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": indices}))
    return builder


def only_primitive(load: Load, builder: GlbBuilder) -> Primitive:
    (mesh,) = load(builder.glb()).meshes
    (primitive,) = mesh.primitives
    return primitive


@pytest.mark.parametrize(("name", "version"), [(EXT, 0), (KHR, 0), (KHR, 1)])
@pytest.mark.parametrize("mode", ["TRIANGLES", "INDICES"])
def test_compressed_views_are_read_without_their_fallback(load: Load, name: str, version: int, mode: str) -> None:
    primitive = only_primitive(load, square(mode, name=name, version=version))
    corners = {tuple(map(tuple, triangle)) for triangle in primitive.positions.reshape(-1, 3, 3).tolist()}
    rotated = {tuple(map(tuple, np.roll(SQUARE[triangle], -i, axis=0).tolist()))
               for triangle in INDICES.reshape(2, 3) for i in range(3)}
    assert len(corners) == 2
    assert corners <= rotated


@pytest.mark.parametrize(("kind", "rows", "dtype", "width"), [
    ("OCTAHEDRAL", meshopt.encode_filter_oct(NORMALS, 4, 8).view(np.int8), "int8", 3),
    ("OCTAHEDRAL", meshopt.encode_filter_oct(NORMALS, 8, 16).view(np.int16), "int16", 3),
    ("EXPONENTIAL", meshopt.encode_filter_exp(NORMALS[:, :3], 15), "float32", 3),
])
def test_filters_are_undone(load: Load, kind: str, rows: npt.NDArray[Any], dtype: str, width: int) -> None:
    builder = square()
    rows = np.ascontiguousarray(rows).view(np.uint8).reshape(4, -1)
    view = builder.add_packed(rows, filter=kind)
    normals = builder.accessor(view, 4, width, dtype, normalized=dtype != "float32")
    builder.document["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = normals
    found = only_primitive(load, builder).normals
    assert found is not None
    np.testing.assert_allclose(found, NORMALS[:, :3], atol=0.02)


def test_colours_and_rotations_are_unfiltered(load: Load) -> None:
    builder = square(name=KHR)
    colors = float32([(1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 0.5), (0.2, 0.4, 0.6, 1)])
    view = builder.add_packed(meshopt.encode_filter_color(colors, 4, 8), name=KHR, filter="COLOR")
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["COLOR_0"] = builder.accessor(view, 4, 4, "uint8", normalized=True)
    turns = float32([(0, 0, 0, 1), (0, 0.6, 0, 0.8)])
    view = builder.add_packed(meshopt.encode_filter_quat(turns, 8, 16), name=KHR, filter="QUATERNION")
    rotations = builder.accessor(view, 2, 4, "int16", normalized=True)
    sampler = {"input": builder.add_accessor((0.0, 1.0)), "output": rotations}
    channel = {"sampler": 0, "target": {"node": 0, "path": "rotation"}}
    builder.add("animations", {"samplers": [sampler], "channels": [channel]})
    scene = load(builder.glb())
    primitive = scene.meshes[0].primitives[0]
    assert primitive.colors is not None
    np.testing.assert_allclose(primitive.colors, colors[INDICES], atol=0.02)
    np.testing.assert_allclose(np.abs(scene.clips[0].channels[0].values), turns, atol=1e-3)


def test_a_view_is_decompressed_once(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, decode = [], meshopt.decode_gltf_buffer

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return decode(*arguments)

    monkeypatch.setattr(meshopt, "decode_gltf_buffer", counted)
    builder = square()
    primitive = builder.document["meshes"][0]["primitives"][0]
    builder.document["meshes"][0]["primitives"] = [primitive, primitive]
    load(builder.glb())
    assert len(calls) == 2


@pytest.mark.parametrize(("view", "fields", "error", "message"), [
    (1, {"count": 5, "byteLength": 19}, InvalidModel, "holds 5 rows of 4 bytes"),
    (0, {"mode": "OTHER"}, InvalidModel, "mode must be one of ATTRIBUTES, TRIANGLES, INDICES"),
    (0, {"filter": "OTHER"}, InvalidModel, "filter must be one of NONE, OCTAHEDRAL"),
    (1, {"filter": "OCTAHEDRAL"}, InvalidModel, "filter must be one of .* and NONE for indices"),
    (0, {"filter": "QUATERNION"}, InvalidModel, "can't be decompressed: quaternion rows are 8 bytes"),
    (0, {"count": 5}, InvalidModel, "holds 5 rows of 12 bytes, and bufferViews.0. declares otherwise"),
    (0, {"byteStride": 16}, InvalidModel, "holds 4 rows of 16 bytes, and bufferViews.0. declares otherwise"),
    (0, {"byteStride": 0}, InvalidModel, "byteStride must be an integer from 2 to 256"),
    (0, {"byteLength": 10}, InvalidModel, "can't be decompressed: "),
    (0, {"byteLength": 10**6}, InvalidModel, "reads bytes 0..1000000 of buffer 0, which has"),
    (1, {"byteOffset": 1}, InvalidModel, "can't be decompressed: "),
    (0, {"buffer": 2}, InvalidModel, "buffer must be an integer below 2"),
])
def test_a_broken_compression_is_refused(
    load: Load, view: int, fields: Json, error: type[ModelError], message: str
) -> None:
    builder = square()
    builder.document["bufferViews"][view]["extensions"][EXT] |= fields
    with pytest.raises(error, match=message):
        load(builder.glb())


def test_what_is_declared_is_limited_before_it_is_decompressed(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshopt, "decode_gltf_buffer", None)
    builder = square()
    corners = 3 * (limits.DECODED_BYTES // 12 + 1)
    indices = builder.document["bufferViews"][1]
    indices["byteLength"] = corners * 4
    indices["extensions"][EXT]["count"] = corners
    with pytest.raises(ModelTooLarge, match="bytes of decoded geometry and animation"):
        load(builder.glb())


def test_a_compressed_view_in_the_missing_fallback_is_refused(load: Load) -> None:
    builder = square()
    builder.document["bufferViews"][0]["extensions"][EXT]["buffer"] = 1
    with pytest.raises(ModelError, match=r"buffers\[1\] has neither a uri nor a binary chunk"):
        load(builder.glb())
