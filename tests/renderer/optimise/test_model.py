"""An optimised model has no more triangles than were asked for, and all else that it had."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.errors import DeviceError, EmptyModel, ModelError, SettingsError
from renderer.inspect import inspect_model
from renderer.load import load_model
from renderer.optimise.model import UNCHANGED, Report, optimise_model
from renderer.spec.wanted import Wanted
from tests.renderer.load.glb_builder import GlbBuilder, png, triangle_builder
from tests.renderer.optimise.shapes import TRIANGLES, Glb, ball, ball_builder, ball_primitive, open_edges
from tests.support import gltf_validator
from tests.support.models import shared_model

Optimise = Callable[[GlbBuilder, int], Glb]


@pytest.fixture
def optimise(tmp_path: Path) -> Optimise:
    """Reduces what is built, and reads the file that is made, which has no more triangles than asked for."""

    def optimise(builder: GlbBuilder, count: int) -> Glb:
        target = tmp_path / "optimised.glb"
        report = optimise_model(builder.save(tmp_path), target, Wanted(count))
        assert report.triangles_after == inspect_model(load_model(target)).triangles <= count
        return Glb.read(target)

    return optimise


@pytest.mark.parametrize("count", [TRIANGLES - 1, TRIANGLES // 4, TRIANGLES // 10, 20, 4])
def test_a_closed_body_stays_closed_with_as_many_triangles_as_asked_for(optimise: Optimise, count: int) -> None:
    made = optimise(ball_builder(), count)
    assert count - 2 <= made.count() <= count  # a collapse takes two triangles away
    assert open_edges(made.attribute("POSITION")[made.triangles()]) == 0


def test_vertices_that_stay_are_the_files_own_in_all_their_attributes(optimise: Optimise) -> None:
    builder = ball_builder()
    before = Glb(builder.document, bytes(builder.binary))
    points = before.attribute("POSITION")
    rows = np.arange(len(points))
    numbers = np.stack([rows % 256, rows // 256, rows % 7], axis=1)
    attributes = builder.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["_ROW"] = builder.add_accessor(rows, "float32", name="rows", extras={"kept": True})
    attributes["COLOR_0"] = builder.add_accessor(numbers, "uint8", normalized=True)
    made = optimise(builder, 300)
    kept = made.attribute("_ROW")[:, 0].astype(int)
    for name in ("POSITION", "NORMAL", "TEXCOORD_0"):
        assert np.array_equal(made.attribute(name), before.attribute(name)[kept])
    assert np.array_equal(made.attribute("COLOR_0"), numbers[kept])
    assert made.document["accessors"][attributes["COLOR_0"]]["componentType"] == 5121
    row = made.document["accessors"][made.primitive()["attributes"]["_ROW"]]
    assert (row["name"], row["extras"]) == ("rows", {"kept": True})


@pytest.mark.parametrize("count", [TRIANGLES, 10_000_000])
def test_a_model_below_the_target_is_the_same_to_the_byte(tmp_path: Path, count: int) -> None:
    source, target = ball_builder().save(tmp_path), tmp_path / "same.glb"
    size = source.stat().st_size
    assert optimise_model(source, target, Wanted(count)) == Report(TRIANGLES, TRIANGLES, size, size, UNCHANGED)
    assert target.read_bytes() == source.read_bytes()


def test_equal_models_give_equal_bytes(tmp_path: Path) -> None:
    source = ball_builder().save(tmp_path)
    made = []
    for name in ("a.glb", "b.glb"):
        optimise_model(source, tmp_path / name, Wanted(500))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("count", [-5, 0, 3, 10_000_001])
def test_a_count_out_of_range_is_refused_by_its_name(tmp_path: Path, count: int) -> None:
    with pytest.raises(SettingsError, match="polygon_count must be from 4 to 10,000,000"):
        optimise_model(ball_builder().save(tmp_path), tmp_path / "made.glb", Wanted(count))


def test_a_machine_that_cannot_is_told_so_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "show_config", lambda mode: {"SIMD Extensions": {"baseline": ["X86_V2"]}})
    with pytest.raises(DeviceError, match="AVX2"):
        optimise_model(ball_builder().save(tmp_path), tmp_path / "made.glb", Wanted(4))
    assert not (tmp_path / "made.glb").exists()


def test_a_model_without_triangles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyModel, match="no triangles"):
        optimise_model(triangle_builder(mode=0).save(tmp_path), tmp_path / "made.glb", Wanted(4))
    assert not (tmp_path / "made.glb").exists()


def test_a_broken_model_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    source = tmp_path / "model.glb"
    source.write_bytes(ball_builder().glb()[:-100])
    with pytest.raises(ModelError):
        optimise_model(source, tmp_path / "made.glb", Wanted(100))
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("shared", [True, False], ids=["shared vertices", "own vertices"])
def test_where_two_parts_meet_they_stay_together(optimise: Optimise, shared: bool) -> None:
    builder = GlbBuilder()
    first = ball_primitive(builder)
    second = dict(first) if shared else ball_primitive(builder)
    points, triangles = ball()
    right = points[triangles].mean(axis=1)[:, 0] > 0
    for primitive, half in ((first, right), (second, ~right)):
        primitive["indices"] = builder.add_accessor(triangles[half].reshape(-1), "uint16")
    first["material"], second["material"] = builder.add("materials", {}), builder.add("materials", {"name": "left"})
    builder.show(builder.add("meshes", {"primitives": [first, second]}))
    made = optimise(builder, TRIANGLES // 10)
    halves = [made.attribute("POSITION", 0, number)[made.triangles(0, number)] for number in range(2)]
    assert all(open_edges(half) for half in halves)
    assert open_edges(*halves) == 0


def test_parts_of_several_nodes_that_meet_in_the_world_stay_together(tmp_path: Path) -> None:
    builder = GlbBuilder()
    points, triangles = ball()
    right = points[triangles].mean(axis=1)[:, 0] > 0.1
    for half, shift, scale in ((right, np.array([0.3, 0.7, 0.1]), 1.0), (~right, np.array([-0.9, 0.2, 5.3]), 0.013)):
        position = builder.add_accessor((points - shift) / scale)
        primitive = {"attributes": {"POSITION": position, "NORMAL": builder.add_accessor(points)},
                     "indices": builder.add_accessor(triangles[half].reshape(-1), "uint16")}
        builder.show(builder.add_mesh(primitive), translation=shift.tolist(), scale=[scale] * 3)
    optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(TRIANGLES // 10))
    scene = load_model(tmp_path / "made.glb")
    halves = []
    for node in scene.nodes:
        (primitive_left,) = scene.meshes[node.mesh or 0].primitives
        places = primitive_left.positions * node.scale[0] + node.translation
        halves.append(np.round(places[primitive_left.indices], 4).reshape(-1, 3, 3))
    assert open_edges(halves[0]) > 10
    assert open_edges(*halves) == 0


def test_small_pieces_stay_beside_a_large_one(optimise: Optimise) -> None:
    builder = ball_builder()
    points, triangles = ball()
    for place in np.linspace(-1, 1, 6):
        position = builder.add_accessor(points * 0.03 + (1.5, place, 0))
        builder.show(builder.add_mesh({
            "attributes": {"POSITION": position}, "indices": builder.add_accessor(triangles.reshape(-1), "uint16"),
        }))
    made = optimise(builder, 200)
    assert len(made.document["meshes"]) == 7
    for mesh in range(1, 7):
        assert np.ptp(made.attribute("POSITION", mesh), axis=0).min() > 0.01  # of 0.06: a body yet


def test_an_outline_that_only_vertex_colours_draw_stays(optimise: Optimise) -> None:
    builder = GlbBuilder()
    side = np.linspace(-1, 1, 41)
    y, x = np.meshgrid(side, side, indexing="ij")
    points = np.stack([x, y, 0 * x], axis=-1).reshape(-1, 3)
    inside = np.linalg.norm(points, axis=1) < 0.6
    colors = np.where(inside[:, None], (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    first = (np.arange(40)[:, None] * 41 + np.arange(40)).reshape(-1)
    lower, upper = np.stack([first, first + 1, first + 41], 1), np.stack([first + 1, first + 42, first + 41], 1)
    triangles = np.concatenate([lower, upper])
    builder.show(builder.add_mesh({
        "attributes": {"POSITION": builder.add_accessor(points), "COLOR_0": builder.add_accessor(colors)},
        "indices": builder.add_accessor(triangles.reshape(-1), "uint16"),
    }))
    made = optimise(builder, 400)
    corners, shades = (made.attribute(name)[made.triangles()] for name in ("POSITION", "COLOR_0"))
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    red = float((areas * shades[:, :, 0].mean(axis=1)).sum())
    before = points[triangles]
    cell = (2 / 40) ** 2 / 2
    assert red == pytest.approx(cell * colors[triangles][:, :, 0].mean(axis=1).sum(), rel=0.02)
    assert len(before) * cell == pytest.approx(float(areas.sum()))


def test_what_is_no_triangle_stays_as_it_was(optimise: Optimise) -> None:
    builder = ball_builder()
    builder.document |= {"extras": {"shop": 17}, "extensionsUsed": ["KHR_materials_unlit", "ACME_labels"]}
    builder.document["extensions"] = {"ACME_labels": {"bufferView": builder.add_view(b"label"), "accessor": 0}}
    texture = builder.add_texture(png())
    material = builder.add("materials", {
        "name": "paint", "pbrMetallicRoughness": {"baseColorTexture": {"index": texture}}, "alphaMode": "MASK",
        "alphaCutoff": 0.3, "extensions": {"KHR_materials_unlit": {}}, "extras": {"sku": "a"},
    })  # fmt: skip
    mesh = builder.document["meshes"][0]
    mesh |= {"name": "globe", "extras": {"by": "us"}}
    mesh["primitives"][0]["material"] = material
    points = builder.add_accessor(np.eye(3), min=[0, 0, 0], max=[1, 1, 1])
    mesh["primitives"].append({"attributes": {"POSITION": points}, "mode": 2})
    times, values = builder.add_accessor([0.0, 1.0], min=[0], max=[1]), builder.add_accessor(np.eye(3)[:2])
    builder.add("animations", {
        "name": "hop", "samplers": [{"input": times, "output": values}],
        "channels": [{"sampler": 0, "target": {"node": 0, "path": "translation"}}],
    })  # fmt: skip
    before = Glb(builder.document | {}, bytes(builder.binary))
    made = optimise(builder, 100)
    for key in ("materials", "textures", "animations", "nodes", "scenes", "extras", "extensions", "extensionsUsed"):
        assert made.document[key] == before.document[key]
    assert made.document["meshes"][0] | {"primitives": []} == mesh | {"primitives": []}
    assert made.primitive(0, 1) == mesh["primitives"][1]
    for accessor in (points, times, values):
        assert np.array_equal(made.rows(accessor), before.rows(accessor))
    image = made.document["bufferViews"][made.document["images"][0]["bufferView"]]
    assert made.binary[image["byteOffset"] :][: image["byteLength"]] == png()
    label = made.document["bufferViews"][made.document["extensions"]["ACME_labels"]["bufferView"]]
    assert made.binary[label["byteOffset"] :][: label["byteLength"]] == b"label"


def test_a_skin_and_morph_targets_stay_with_their_vertices(optimise: Optimise) -> None:
    builder = ball_builder()
    primitive = builder.document["meshes"][0]["primitives"][0]
    points, _ = ball()
    rows = np.arange(len(points))
    weight = (points[:, 1] + 1) / 2
    weights = np.stack([weight, 1 - weight, 0 * weight, 0 * weight], axis=1)
    offsets = points * [[0.5, 0, 0]] + rows[:, None] * 1e-6
    primitive["attributes"] |= {
        "JOINTS_0": builder.add_accessor(np.tile([0, 1, 0, 0], (len(points), 1)), "uint8"),
        "WEIGHTS_0": builder.add_accessor(weights), "_ROW": builder.add_accessor(rows),
    }
    limits = {"min": offsets.min(axis=0).tolist(), "max": offsets.max(axis=0).tolist()}
    primitive["targets"] = [{"POSITION": builder.add_accessor(offsets, **limits)}]
    builder.document["meshes"][0]["weights"] = [0.25]
    joints = [builder.add("nodes", {"translation": [0, y, 0]}) for y in (1, -1)]
    builder.document["scenes"][0]["nodes"] += joints
    builder.document["nodes"][0]["skin"] = builder.add("skins", {"joints": joints})
    made = optimise(builder, 200)
    kept = made.attribute("_ROW")[:, 0].astype(int)
    assert np.array_equal(made.attribute("WEIGHTS_0"), weights.astype(np.float32)[kept])
    moved = made.rows(made.primitive()["targets"][0]["POSITION"])
    assert np.array_equal(moved, offsets.astype(np.float32)[kept])
    assert made.document["skins"] == builder.document["skins"]


def test_triangles_count_as_often_as_they_are_drawn(optimise: Optimise) -> None:
    builder = ball_builder()
    builder.show(0, translation=[3, 0, 0])
    places = builder.add_accessor(np.eye(3) * 5)
    instances = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}}
    builder.show(0, extensions=instances)
    builder.document["extensionsUsed"] = ["EXT_mesh_gpu_instancing"]
    made = optimise(builder, TRIANGLES)
    assert TRIANGLES - 50 <= 5 * made.count() <= TRIANGLES
    assert made.document["nodes"] == builder.document["nodes"]


def test_what_is_shown_more_often_than_there_may_be_triangles_is_refused(tmp_path: Path) -> None:
    builder = ball_builder()
    for x in range(5):
        builder.show(0, translation=[x, 0, 0])
    with pytest.raises(EmptyModel, match="more than 4 times"):
        optimise_model(builder.save(tmp_path), tmp_path / "made.glb", Wanted(4))


def test_primitives_that_draw_the_same_data_still_share_them(optimise: Optimise) -> None:
    builder = ball_builder()
    builder.add("materials", {"name": "red"})
    builder.show(builder.add_mesh(builder.document["meshes"][0]["primitives"][0] | {"material": 0}))
    made = optimise(builder, TRIANGLES)
    assert made.primitive(0) | {"material": 0} == made.primitive(1)
    assert 2 * made.count() // 2 == made.count()


def test_parts_of_which_nothing_is_left_go_with_all_that_names_them(optimise: Optimise) -> None:
    builder = ball_builder()
    points, triangles = ball()
    primitive = {
        "attributes": {"POSITION": builder.add_accessor(points * 1e-3)},
        "indices": builder.add_accessor(triangles.reshape(-1), "uint16"),
        "targets": [{"POSITION": builder.add_accessor(points)}],
    }
    node = builder.show(builder.add_mesh(primitive, weights=[0.0]))
    times, values = builder.add_accessor([0.0, 1.0], min=[0], max=[1]), builder.add_accessor([0.0, 1.0])
    builder.add("animations", {
        "samplers": [{"input": times, "output": values}],
        "channels": [{"sampler": 0, "target": {"node": node, "path": "weights"}}],
    })  # fmt: skip
    made = optimise(builder, 4)
    assert len(made.document["meshes"]) == 1
    assert made.document["nodes"] == [{"mesh": 0}, {}]
    assert "animations" not in made.document


def test_a_mesh_that_nothing_shows_may_be_empty(optimise: Optimise) -> None:
    builder = ball_builder()
    builder.add("meshes", {"name": "draft"})
    assert optimise(builder, 100).document["meshes"][1] == {"name": "draft"}


@pytest.mark.parametrize("mode", [4, 5], ids=["a list without indices", "a strip"])
def test_other_ways_to_write_triangles_become_a_list_with_indices(optimise: Optimise, mode: int) -> None:
    builder = GlbBuilder()
    points, triangles = ball()
    order = triangles.reshape(-1) if mode == 4 else triangles[:, [0, 0, 1, 2, 2, 2]].reshape(-1)
    builder.show(builder.add_mesh({"attributes": {"POSITION": builder.add_accessor(points[order])}, "mode": mode}))
    made = optimise(builder, 200)
    assert "mode" not in made.primitive()
    assert open_edges(made.attribute("POSITION")[made.triangles()]) == 0


@pytest.mark.parametrize("fields", [{"scale": [0, 0, 0]}, {"scale": [1e-9, 1e-9, 1e-9]}])
def test_a_part_that_is_shrunk_at_rest_is_judged_by_its_own_size(optimise: Optimise, fields: dict[str, Any]) -> None:
    builder = ball_builder()
    builder.document["nodes"][0] |= fields
    made = optimise(builder, 200)
    assert np.ptp(made.attribute("POSITION"), axis=0) == pytest.approx([2, 2, 2], abs=0.2)


@pytest.mark.parametrize("name", ["Fox.glb", "morph-stress-test.glb", "BoxMeshopt.glb", "simple-instancing.glb"])
def test_a_real_model_is_reduced_to_a_quarter_and_stays_valid(tmp_path: Path, name: str) -> None:
    source, target = shared_model(name), tmp_path / "made.glb"
    before = gltf_validator.issues(source)
    triangles = inspect_model(load_model(source)).triangles
    report = optimise_model(source, target, Wanted(max(4, triangles // 4)))
    assert report.triangles_after == inspect_model(load_model(target)).triangles <= max(4, triangles // 4)
    after = gltf_validator.issues(target)
    assert after["numErrors"] <= before["numErrors"]
    assert after["numWarnings"] <= before["numWarnings"]


def test_without_its_packages_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderer.optimise.available._PACKAGES", ("no_such_package",))
    source = ball_builder().save(tmp_path)
    with pytest.raises(DeviceError, match=r"pirouette\[optimise\]"):
        optimise_model(source, tmp_path / "small.glb", Wanted(100))
    assert list(tmp_path.iterdir()) == [source]
