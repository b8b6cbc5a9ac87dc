"""Whatever the bytes: a scene that can be posed and measured, or a ModelError with a message. Never anything else."""

import copy
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import meshopt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import InvalidModel, ModelError, SettingsError
from renderer.load import load_model
from renderer.scene.animation import find_clip
from renderer.scene.bounds import scene_bounds
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, make_glb, make_zip, png
from tests.renderer.load.ktx2_builder import ktx2


def everything() -> GlbBuilder:
    """A small model that uses every part of the loader."""
    builder = GlbBuilder()
    square = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], np.float32)
    sparse = {
        "count": 1, "indices": {"bufferView": builder.add_view(b"\2"), "componentType": 5121},
        "values": {"bufferView": builder.add_view(np.ones(3, np.float32).tobytes())},
    }
    attributes = {
        "POSITION": builder.add_accessor(square), "NORMAL": builder.add_accessor(np.tile([0, 0, 1], (4, 1))),
        "TEXCOORD_0": builder.add_accessor(square[:, :2] * 255, "uint8", normalized=True),
        "COLOR_0": builder.add_accessor(square * 65535, "uint16", normalized=True),
        "JOINTS_0": builder.add_accessor(np.zeros((4, 4)), "uint8"), "WEIGHTS_0": builder.add_accessor(np.eye(4)),
    }
    target = {
        "POSITION": builder.add("accessors", {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse}),
    }
    texture = {"index": builder.add_texture(png()), "extensions": {"KHR_texture_transform": {"rotation": 1}}}
    builder.document["textures"][0]["sampler"] = builder.add("samplers", {"wrapS": 33071})
    builder.add("materials", {"normalTexture": texture, "pbrMetallicRoughness": {"baseColorTexture": texture}})
    picture = builder.add("textures", {"extensions": {"KHR_texture_basisu": {"source": builder.add_image(ktx2())}}})
    builder.add("materials", {"emissiveTexture": {"index": picture}})
    stream = meshopt.encode_gltf_buffer(np.arange(4, dtype=np.uint32), "INDICES")
    view = builder.add_view(stream)
    packed = builder.document["bufferViews"][view] | {"byteStride": 2, "count": 4, "mode": "INDICES"}
    builder.document["bufferViews"][view] |= {"byteLength": 8, "extensions": {"EXT_meshopt_compression": packed}}
    indices = builder.add("accessors", {"bufferView": view, "componentType": 5123, "count": 4, "type": "SCALAR"})
    strip = {
        "attributes": attributes, "indices": indices, "mode": 5, "material": 0, "targets": [target],
        "extensions": {"KHR_materials_variants": {"mappings": [{"material": 1, "variants": [0]}]}},
    }
    builder.document["extensions"] = {"KHR_materials_variants": {"variants": [{"name": "Other"}]}}
    plain = {"attributes": {"POSITION": attributes["POSITION"]}, "mode": 6, "targets": [target]}
    mesh = builder.add("meshes", {"primitives": [strip, plain], "weights": [0.5]})
    instances = {"TRANSLATION": builder.add_accessor(np.eye(3)), "ROTATION": builder.add_accessor(np.eye(4)[1:])}
    builder.document["nodes"] = [
        {"mesh": mesh, "skin": 0, "children": [1, 2]}, {"translation": [0, 1, 0]},
        {"mesh": mesh, "extensions": {
            "EXT_mesh_gpu_instancing": {"attributes": instances}, "KHR_node_visibility": {"visible": True},
        }},
    ]
    builder.document |= {"scene": 0, "scenes": [{"nodes": [0]}]}
    matrices = builder.add_accessor(np.tile(np.eye(4).ravel(), (1, 1)))
    builder.add("skins", {"joints": [1], "inverseBindMatrices": matrices})
    times, turns = builder.add_accessor((0.0, 1.0)), builder.add_accessor(np.eye(4)[:2])
    samplers = [
        {"input": times, "output": turns},
        {"input": times, "output": builder.add_accessor(np.arange(6.0)), "interpolation": "CUBICSPLINE"},
    ]
    channels = [{"sampler": 0, "target": {"node": 1, "path": "rotation"}},
                {"sampler": 1, "target": {"node": 0, "path": "weights"}}]
    builder.add("animations", {"samplers": samplers, "channels": channels})
    builder.document["buffers"] = builder.buffers()
    return builder


MODEL = everything()
GLB = MODEL.glb()
JSON_SIZE = struct.unpack_from("<I", GLB, 12)[0]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value inside a JSON value."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


PLACES = list(places(MODEL.document))

STRANGE: st.SearchStrategy[Any] = st.sampled_from([
    *range(-3, 40), 255, 2**31, 2**63, 10**400, 0.5, -1e38, 1e-45, 1e300, 5120, 5121, 5123, 5125, 5126,
    None, True, False, [], {}, [0], [[]], [0, 0, 0], [1e12, 1e12, 1e12], [1e-12] * 4, ["x"], {"index": 0},
    {"node": 0, "path": "scale"}, "", "x", "POSITION", "STEP", "CUBICSPLINE", "BLEND", "VEC2", "VEC4", "MAT4", "SCALAR",
    "data:,", "data:,\ud800", "data:;base64,AAAA", "../x", "\ud800\0",
])


@st.composite
def changed_json(draw: st.DrawFn) -> bytes:
    """The model with one to three of its JSON values replaced, deleted or repeated."""
    document = copy.deepcopy(MODEL.document)
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from(PLACES))
        place: Any = document
        key: Any = last
        try:
            for step in parents:
                place = place[step]
            match draw(st.sampled_from(["replace", "delete", "repeat"])):
                case "replace":
                    place[key] = draw(STRANGE)
                case "delete":
                    del place[key]
                case "repeat" if isinstance(place, list):
                    place.append(place[key])
        except (KeyError, IndexError, TypeError):
            pass  # an earlier change took that place away
    return make_glb(json.dumps(document).encode(), bytes(MODEL.binary))


@st.composite
def changed_bytes(draw: st.DrawFn, data: bytes, first: int = 0) -> bytes:
    """The file with some bytes overwritten, and sometimes cut."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        changed[draw(st.integers(first, len(data) - 1))] = draw(st.sampled_from([0, 1, 127, 128, 255, 34, 44, 91, 123]))
    return bytes(changed[: draw(st.integers(first, len(data)))]) if draw(st.booleans()) else bytes(changed)


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "upload"


def load_and_measure(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    message = ""
    radius = 1.0
    try:
        scene = load_model(path, variant="Other")
        radius = scene_bounds(scene, find_clip(scene, "*"), samples=3).radius
    except (ModelError, SettingsError) as error:
        message = str(error)
    assert message.isprintable()
    assert len(message) < 1000
    assert 0 < radius < np.inf


quick = settings(
    derandomize=True, deadline=None, max_examples=200, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_the_model_to_be_mutated_is_whole(load: Load) -> None:
    scene = load(GLB)
    assert (len(scene.meshes[0].primitives), len(scene.images), len(scene.skins)) == (2, 1, 1)
    assert scene.nodes[2].instances is not None
    assert len(scene.clips[0].channels) == 2


@quick
@given(data=changed_json())
def test_no_change_of_its_json_breaks_the_loader(upload: Path, data: bytes) -> None:
    load_and_measure(upload, data)


@quick
@given(data=st.one_of(changed_bytes(GLB), changed_bytes(GLB, first=20 + JSON_SIZE)))
def test_no_change_of_its_bytes_breaks_the_loader(upload: Path, data: bytes) -> None:
    load_and_measure(upload, data)


@settings(quick, max_examples=100)
@given(data=changed_bytes(make_zip({"model.glb": GLB, "more.txt": b"text"})))
def test_no_change_of_an_archive_breaks_the_loader(upload: Path, data: bytes) -> None:
    load_and_measure(upload, data)


@pytest.mark.parametrize("value", [None, [], 2**31], ids=repr)
def test_a_wrong_value_anywhere_in_its_json_does_not_break_the_loader(upload: Path, value: object) -> None:
    for place in PLACES:
        document = copy.deepcopy(MODEL.document)
        parent: Any = document
        for step in place[:-1]:
            parent = parent[step]
        parent[place[-1]] = value
        load_and_measure(upload, make_glb(json.dumps(document).encode(), bytes(MODEL.binary)))


TOP_LEVEL = ["accessors", "bufferViews", "buffers", "meshes", "nodes", "scenes", "animations", "skins", "textures"]


@pytest.mark.parametrize("key", TOP_LEVEL)
def test_a_top_level_list_that_is_none_is_refused(load: Load, key: str) -> None:
    with pytest.raises(InvalidModel, match=f"{key} must be a list"):
        load(make_glb(json.dumps(MODEL.document | {key: {}}).encode(), bytes(MODEL.binary)))
