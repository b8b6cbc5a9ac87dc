"""The whole way from a file to a package: real models, what is left out, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from renderer.convert.usdz.names import DEPTH
from renderer.convert.usdz.package import convert_to_usdz
from renderer.errors import EmptyModel, InvalidModel, ModelTooLarge
from renderer.inspect import inspect_model
from tests.renderer.convert.usdz.support import make, render_scene, square, triangles
from tests.renderer.load.glb_builder import triangle_builder
from tests.support.models import shared_model

WITHOUT = "can't be written to a USDZ, and is left out"


@pytest.mark.parametrize(("name", "note"), [
    ("Duck.glb", None),
    ("BoxMeshopt.glb", None),
    ("CesiumMilkTruck.glb", None),
    ("Fox.glb", "a USDZ plays one animation: of 3, it has the first"),
    ("simple-instancing.glb", None),
    ("morph-stress-test.glb", "a USDZ plays one animation: of 3, it has the first"),
    ("ClearCoatTest.glb", f"a clearcoat's normal map {WITHOUT}"),
    ("AnisotropyRotationTest.glb", f"anisotropy {WITHOUT}"),
    ("TransmissionRoughnessTest.glb", "transmission is written as opacity, without refraction"),
    ("MaterialVariants.glb", None),
    ("fuze-obj-scan.zip", None),
])  # fmt: skip
def test_a_real_model_keeps_its_triangles_and_size(tmp_path: Path, name: str, note: str | None) -> None:
    made = make(tmp_path, shared_model(name))
    found = inspect_model(made.scene)
    assert triangles(render_scene(made.path)) == found.triangles
    assert note is None or note in made.notes
    if not made.scene.clips:
        box = made.bounds()
        assert box[0] == pytest.approx(found.low, abs=1e-4)
        assert box[1] == pytest.approx(found.high, abs=1e-4)


def test_equal_files_give_equal_bytes(tmp_path: Path) -> None:
    source = square({"pbrMetallicRoughness": {"metallicFactor": 0.5}}).save(tmp_path)
    for name in ("one.usdz", "two.usdz"):
        convert_to_usdz(source, tmp_path / name)
    assert (tmp_path / "one.usdz").read_bytes() == (tmp_path / "two.usdz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.glb", "one.usdz", "two.usdz"]


def test_nodes_stand_where_they_do_in_the_model(tmp_path: Path) -> None:
    builder = square()
    builder.document["nodes"] = [
        {"name": "Über", "children": [1], "translation": [1, 2, 3], "rotation": [0, 0.6, 0, 0.8], "scale": [2, 1, -1]},
        {"name": "Über", "mesh": 0, "matrix": [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]},
        {"name": "shows nothing"},
    ]
    builder.document["scenes"] = [{"nodes": [0, 2]}]
    made = make(tmp_path, builder)
    assert made.bounds() == [pytest.approx(inspect_model(made.scene).low, abs=1e-5),
                             pytest.approx(inspect_model(made.scene).high, abs=1e-5)]
    assert len(made.of_type("Xform")) == 3  # what shows nothing is left out


def test_a_node_is_shown_as_often_as_it_has_instances(tmp_path: Path) -> None:
    made = make(tmp_path, shared_model("simple-instancing.glb"))
    (instances,) = (node.instances for node in made.scene.nodes if node.instances is not None)
    assert len(made.meshes) == len(instances)
    points = {tuple(np.ravel(mesh.GetPointsAttr().Get())) for mesh in made.meshes}
    assert len(points) == 1
    assert made.path.stat().st_size < 100 * len(instances) + 20_000  # the file has equal arrays once


def test_lines_and_points_are_left_out_with_a_note(tmp_path: Path) -> None:
    builder = square()
    builder.document["meshes"][0]["primitives"].append({"attributes": {"POSITION": 0}, "mode": 0})
    made = make(tmp_path, builder)
    assert made.notes == ("lines and points are left out: AR viewers show triangles only",)
    assert len(made.meshes) == 1


def test_a_model_of_lines_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyModel, match="no triangles"):
        convert_to_usdz(triangle_builder(mode=1).save(tmp_path), tmp_path / "model.usdz")
    assert not (tmp_path / "model.usdz").exists()


def test_nodes_too_deep_for_usd_are_refused(tmp_path: Path) -> None:
    builder = square()
    depth = DEPTH + 1
    builder.document["nodes"] = [{"children": [index + 1]} for index in range(depth - 1)] + [{"mesh": 0}]
    with pytest.raises(ModelTooLarge, match="201 deep"):
        convert_to_usdz(builder.save(tmp_path), tmp_path / "model.usdz")
    builder.document["nodes"] = [{"children": [index + 1]} for index in range(depth - 2)] + [{"mesh": 0}]
    make(tmp_path, builder)


def test_a_broken_model_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "model.glb").write_bytes(b"glTF")
    with pytest.raises(InvalidModel):
        convert_to_usdz(tmp_path / "model.glb", tmp_path / "model.usdz")
    assert [path.name for path in tmp_path.iterdir()] == ["model.glb"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        convert_to_usdz(square().save(tmp_path), tmp_path / "no" / "model.usdz")
