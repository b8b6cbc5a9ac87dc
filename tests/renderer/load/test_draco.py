"""Draco streams decode to what was encoded; broken, lying and greedy ones are refused and leave no process behind."""

from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import psutil
import pytest

from renderer.arrays import Float32, UInt32
from renderer.errors import InvalidModel, ModelError, ModelTooLarge, UnsupportedModel
from renderer.load import draco, limits
from renderer.load.draco import NAME
from renderer.scene.nodes import Primitive
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import COMPONENTS, TYPES, GlbBuilder, Json, float32, png, uint32

STEP = 1e-3  # what quantization may cost


def grid(side: int) -> tuple[Float32, UInt32]:
    """A square of side * side vertices in the xy plane and its triangles."""
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side), indexing="ij")
    corner = np.arange(side * side).reshape(side, side)[:-1, :-1].ravel()
    faces = np.stack([corner, corner + side, corner + side + 1, corner, corner + side + 1, corner + 1], axis=1)
    return float32(np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)), uint32(faces.reshape(-1, 3))


POINTS, FACES = grid(6)
NORMALS = np.tile((0.0, 0.6, 0.8), (len(POINTS), 1))
ENCODED: dict[str, Any] = {"quantization_bits": 14, "preserve_order": True}


def encode(**fields: Any) -> bytes:
    stream: bytes = DracoPy.encode(POINTS, FACES, **(ENCODED | fields))
    return stream


def identifiers(stream: bytes) -> list[int]:
    """The unique ids of the attributes after the positions, in the stream's order."""
    mesh = DracoPy.decode(stream)
    return [a["unique_id"] for a in mesh.attributes if a["attribute_type"] != DracoPy.AttributeType.POSITION]


def position_id(stream: bytes) -> int:
    found: int = DracoPy.decode(stream).get_attribute_by_type(DracoPy.AttributeType.POSITION)["unique_id"]
    return found


class Compressed:
    """A model of one mesh with one primitive, whose accessors have no data but a Draco stream's."""

    def __init__(self, stream: bytes, vertices: int = len(POINTS), corners: int = FACES.size) -> None:
        self.builder = GlbBuilder()
        self.vertices = vertices
        self.names: dict[str, int] = {}
        self.attributes: dict[str, int] = {}
        view = self.builder.add_view(stream)
        self.primitive: Json = {
            "attributes": self.attributes, "indices": self.accessor(1, "uint16", count=corners),
            "extensions": {NAME: {"bufferView": view, "attributes": self.names}},
        }
        self.builder.show(self.builder.add_mesh(self.primitive))
        self.builder.document |= {"extensionsUsed": [NAME], "extensionsRequired": [NAME]}

    def accessor(self, width: int, dtype: str = "float32", **fields: Any) -> int:
        declared = {"componentType": COMPONENTS[dtype], "type": TYPES[width], "count": self.vertices}
        return self.builder.add("accessors", declared | fields)

    def add(self, name: str, identifier: int, accessor: int) -> None:
        self.names[name], self.attributes[name] = identifier, accessor

    def glb(self) -> bytes:
        return self.builder.glb()


def plain(stream: bytes, vertices: int = len(POINTS), corners: int = FACES.size) -> Compressed:
    """Positions alone, under the unique id that DracoPy gives them."""
    model = Compressed(stream, vertices, corners)
    model.add("POSITION", 0, model.accessor(3))
    return model


def only_primitive(load: Load, model: Compressed) -> Primitive:
    (mesh,) = load(model.glb()).meshes
    (primitive,) = mesh.primitives
    return primitive


@pytest.mark.parametrize("ordered", [True, False], ids=["sequential", "edgebreaker"])
def test_positions_and_triangles_are_what_was_encoded(load: Load, ordered: bool) -> None:
    stream = encode(preserve_order=ordered, normals=NORMALS)
    (normals,) = identifiers(stream)
    model = Compressed(stream)
    model.add("POSITION", position_id(stream), model.accessor(3))
    model.add("NORMAL", normals, model.accessor(3))
    primitive = only_primitive(load, model)

    def centroids(points: Float32, faces: UInt32) -> Float32:
        found: Float32 = points[faces.reshape(-1, 3)].mean(axis=1)
        order = np.lexsort(np.round(found, 2).T)
        return np.take(found, order, axis=0)

    found = centroids(primitive.positions, primitive.indices)
    np.testing.assert_allclose(found, centroids(POINTS, FACES.ravel()), atol=STEP)
    assert primitive.normals is not None
    np.testing.assert_allclose(primitive.normals, NORMALS, atol=5e-3)


def test_attributes_that_share_an_accessor_keep_their_own_values(load: Load) -> None:
    first, second = POINTS[:, :2].astype(np.float32), (POINTS[:, :2] * 3 + 1).astype(np.float32)
    stream = encode(generic_attributes={7: first, 9: second})
    model = Compressed(stream)
    model.add("POSITION", position_id(stream), model.accessor(3))
    shared = model.accessor(2)
    model.add("TEXCOORD_0", 7, shared)
    model.add("TEXCOORD_1", 9, shared)
    texture = {"index": model.builder.add_texture(png()), "texCoord": 1}
    model.primitive["material"] = model.builder.add("materials", {"emissiveTexture": texture})
    model.primitive["attributes"]["NORMAL"] = model.builder.add_accessor(NORMALS)  # uncompressed
    primitive = only_primitive(load, model)
    np.testing.assert_allclose(primitive.texcoords[0], first, atol=STEP)
    np.testing.assert_allclose(primitive.texcoords[1], second, atol=STEP)
    np.testing.assert_allclose(primitive.normals, NORMALS, atol=1e-6)  # type: ignore[arg-type]


def test_joints_and_normalised_colours_come_in_their_accessors_types(load: Load) -> None:
    joints = np.tile(np.array([1, 0, 0, 0], np.uint16), (len(POINTS), 1))
    colors = np.tile(np.array([255, 51, 0, 255], np.uint8), (len(POINTS), 1))
    stream = encode(generic_attributes={5: joints, 6: colors, 7: np.tile(float32([1, 0, 0, 0]), (len(POINTS), 1))})
    model = Compressed(stream)
    model.add("POSITION", position_id(stream), model.accessor(3))
    model.add("JOINTS_0", 5, model.accessor(4, "uint8"))
    model.add("WEIGHTS_0", 7, model.accessor(4))
    model.add("COLOR_0", 6, model.accessor(4, "uint8", normalized=True))
    model.primitive["attributes"]["NORMAL"] = model.builder.add_accessor(NORMALS)
    model.builder.document["nodes"][0]["skin"] = model.builder.add("skins", {"joints": [0, 0]})
    primitive = only_primitive(load, model)
    assert primitive.joints is not None
    assert set(primitive.joints[:, 0].tolist()) == {1}
    assert primitive.colors is not None
    np.testing.assert_allclose(primitive.colors[0], (1.0, 0.2, 0.0, 1.0), atol=1e-6)


def test_morph_targets_beside_a_stream_are_read_as_they_are(load: Load) -> None:
    model = plain(encode())
    model.primitive["attributes"]["NORMAL"] = model.builder.add_accessor(NORMALS)
    model.primitive["targets"] = [{"POSITION": model.builder.add_accessor(POINTS * 2)}]
    (target,) = only_primitive(load, model).targets
    assert target.positions is not None
    np.testing.assert_array_equal(target.positions, POINTS * 2)


def test_one_process_decodes_all_streams_of_a_model_and_ends_with_it(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, start = [], draco._start_child

    def counted() -> Any:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(draco, "_start_child", counted)
    model = plain(encode())
    model.builder.document["meshes"][0]["primitives"].append(model.primitive)
    assert len(load(model.glb()).meshes[0].primitives) == 2
    assert len(started) == 1
    assert not psutil.pid_exists(started[0].pid)


def altered(at: int, value: int) -> bytes:
    stream = bytearray(encode())
    stream[at] = value
    return bytes(stream)


@pytest.mark.parametrize(("stream", "error", "message"), [
    (encode()[:5], InvalidModel, "the stream is truncated"),
    (encode()[:40], InvalidModel, "can't be decompressed: Input mesh is not draco encoded"),
    (b"not a stream, but long enough to be one", InvalidModel, "is not a mesh compressed with Draco"),
    (DracoPy.encode(POINTS), InvalidModel, "is not a mesh compressed with Draco"),
    (altered(5, 1), UnsupportedModel, r"is Draco 1\.2: compress the model with Draco 2\.2"),
    (altered(8, 7), InvalidModel, "is not a mesh compressed with Draco"),
    (altered(11, 99), InvalidModel, r"holds 99 triangles of \d+ vertices; the accessors declare 150 indices and 36"),
    (altered(12, 99), InvalidModel, "holds 50 triangles of 99 vertices"),
    (encode()[:11] + b"\xff" * 20, InvalidModel, "triangles of"),
], ids=range(9))
def test_a_broken_or_lying_stream_is_refused(
    load: Load, stream: bytes, error: type[ModelError], message: str
) -> None:
    with pytest.raises(error, match=rf"meshes\[0\].primitives\[0\].extensions.{NAME} .*{message}"):
        load(plain(stream).glb())
    assert not [child for child in psutil.Process().children() if "draco_child.py" in " ".join(child.cmdline())]


def test_every_mutation_of_a_stream_is_decoded_or_refused(load: Load) -> None:
    rng = np.random.default_rng(5)
    for _ in range(6):
        stream = bytearray(encode(normals=NORMALS, preserve_order=False))
        for place in rng.integers(11, len(stream), 3):
            stream[place] = rng.integers(256)
        outcome = "loaded"
        try:
            load(plain(bytes(stream)).glb())
        except ModelError as error:
            outcome = str(error)
        assert outcome == "loaded" or outcome.startswith(("meshes[0].primitives[0]", "accessor ", "the model"))


@pytest.mark.parametrize(("path", "value", "error", "message"), [
    (("extensions", NAME, "attributes"), {}, InvalidModel, "attributes must be an object with .*POSITION"),
    (("extensions", NAME, "attributes", "POSITION"), 12, InvalidModel, "can't be decompressed: it has no attribute 12"),
    (("extensions", NAME, "attributes", "POSITION"), -1, InvalidModel, "POSITION must be an integer from 0"),
    (("extensions", NAME, "bufferView"), 9, InvalidModel, "bufferView must be an integer below 1"),
    (("mode",), 5, UnsupportedModel, "compresses something other than a list of triangles"),
    (("indices",), None, InvalidModel, "indices must be an integer below"),
])
def test_a_wrong_extension_object_is_refused(
    load: Load, path: tuple[str, ...], value: object, error: type[ModelError], message: str
) -> None:
    model = plain(encode())
    place = model.primitive
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(error, match=message):
        load(model.glb())


@pytest.mark.parametrize(("fields", "message"), [
    ({"type": "VEC2"}, r"POSITION holds 36 x 3 numbers; accessor 1 declares 36 x 2"),
    ({"componentType": 5123}, "POSITION holds numbers that are not of the component type of accessor 1"),
])
def test_a_stream_that_differs_from_its_accessor_is_refused(load: Load, fields: Json, message: str) -> None:
    model = plain(encode())
    model.builder.document["accessors"][1] |= fields
    with pytest.raises(InvalidModel, match=message):
        load(model.glb())


def test_a_stream_of_fewer_vertices_than_declared_is_drawn_with_a_warning(load: Load) -> None:
    model = plain(encode(), vertices=40, corners=180)  # as exporters wrote who counted before duplicates were merged
    scene = load(model.glb())
    ((primitive,),) = (mesh.primitives for mesh in scene.meshes)
    np.testing.assert_allclose(primitive.positions[primitive.indices], POINTS[FACES.ravel()], atol=STEP)
    assert scene.warnings == [
        f"meshes[0].primitives[0].extensions.{NAME} holds 150 indices and 36 vertices, and the accessors declare 180 "
        "and 40: the former are drawn"
    ]


def test_quantised_positions_within_a_stream_are_read_as_the_accessors_integers(load: Load) -> None:
    whole = np.round(POINTS * 32767).astype(np.float64)
    stream = DracoPy.encode(whole, FACES, quantization_bits=16, quantization_range=65535, quantization_origin=[0, 0, 0],
                            preserve_order=True)
    decoded = DracoPy.decode(stream).points
    assert (decoded == np.rint(decoded)).all()
    model = Compressed(stream)
    model.add("POSITION", 0, model.accessor(3, "int16", normalized=True))
    model.builder.document["extensionsRequired"].append("KHR_mesh_quantization")
    model.builder.document["extensionsUsed"].append("KHR_mesh_quantization")
    primitive = only_primitive(load, model)
    np.testing.assert_allclose(primitive.positions[primitive.indices], POINTS[FACES.ravel()], atol=STEP)


def test_indices_too_large_for_their_accessor_are_refused(load: Load) -> None:
    model = Compressed(encode())
    model.add("POSITION", 0, model.accessor(3))
    model.builder.document["accessors"][0]["componentType"] = 5120  # signed bytes hold up to 127, but are no indices
    with pytest.raises(InvalidModel, match="componentType must be one of 5121, 5123, 5125"):
        load(model.glb())
    points, faces = grid(20)
    model = plain(DracoPy.encode(points, faces, **ENCODED), len(points), faces.size)
    model.builder.document["accessors"][0]["componentType"] = 5121
    with pytest.raises(InvalidModel, match="indices holds numbers that are not of the component type of accessor 0"):
        load(model.glb())


def test_declared_counts_are_limited_before_a_decoder_starts(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INDICES", 100)
    monkeypatch.setattr(draco, "_start_child", None)
    with pytest.raises(ModelTooLarge, match="has 150 indices, and 100 are allowed"):
        load(plain(encode()).glb())


def test_a_stream_that_needs_more_memory_than_allowed_is_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    points, faces = grid(400)
    model = plain(DracoPy.encode(points, faces, **ENCODED), len(points), faces.size)
    with draco._start_child() as child:
        ready = psutil.Process(child.pid).memory_info().vms
    monkeypatch.setattr(limits, "DRACO_BYTES", ready + 8 * limits.MEGABYTE)
    with pytest.raises(InvalidModel, match="can't be decompressed"):
        load(model.glb())


@pytest.mark.parametrize("ending", ["os.abort()", "signal.raise_signal(signal.SIGSEGV)", "resource_hog()"])
def test_a_decoder_that_dies_takes_only_the_model_with_it(
    load: Load, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"""
import os, signal, sys
def resource_hog():
    while True:
        pass
sys.stdout.write("ready")
sys.stdout.flush()
sys.stdin.buffer.read(1)
{ending}
""")
    monkeypatch.setattr(draco, "_CHILD", child)
    monkeypatch.setattr(limits, "DRACO_SECONDS", 1)
    with pytest.raises(InvalidModel, match="its decoder crashed or needed too much"):
        load(plain(encode()).glb())


def test_a_decoder_that_cannot_start_is_no_fault_of_the_model(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draco, "_CHILD", tmp_path / "absent.py")
    with pytest.raises(RuntimeError, match="the Draco decoder doesn't start"):
        load(plain(encode()).glb())
