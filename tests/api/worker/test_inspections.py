"""Models inspected by a real child: what it tells of them, and the GLB that it makes of what is no glTF."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from api.worker.messages import Done, Failed, Made, Report
from api.worker.parent.children import Children
from renderer.convert import convert_to_glb
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import FrameSpec
from tests.api.worker.model_child import children_for, worked_on
from tests.renderer.load import plain_meshes
from tests.renderer.load.glb_builder import make_zip, triangle_builder
from tests.renderer.load.obj.support import FACE, FILES, SQUARE
from tests.renderer.load.usd import stages
from tests.support.stills import render_still


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    with children_for("inspect", tmp_path_factory.getbasetemp()) as children:
        yield children


def inspected(children: Children, model: Path, folder: Path) -> list[Report]:
    return worked_on(children, "inspect", model, folder)


def told_of(reports: list[Report]) -> dict[str, object]:
    assert isinstance(reports[-1], Done)
    return reports[-1].told


def test_a_glb_is_told_of_and_left_as_it_is(children: Children, tmp_path: Path) -> None:
    builder = triangle_builder()
    builder.document["extensionsUsed"] = ["ACME_sparkle"]
    model = builder.save(tmp_path)
    reports = inspected(children, model, tmp_path / "work")
    contents = told_of(reports)
    assert (contents["triangles"], contents["high"]) == (1, [1.0, 1.0, 0.0])
    assert contents["warnings"] == ["the glTF extension ACME_sparkle is ignored"]
    assert [report for report in reports if isinstance(report, Made)] == []
    assert children.device.device == ""


def test_a_zip_becomes_one_glb(children: Children, tmp_path: Path) -> None:
    scan = tmp_path / "scan.zip"
    scan.write_bytes(make_zip(FILES))
    reports = inspected(children, scan, tmp_path / "work")
    [made] = [report for report in reports if isinstance(report, Made)]
    assert (made.owner, made.name) == ("m", "model")
    glb = tmp_path / "work" / made.path
    convert_to_glb(scan, tmp_path / "expected.glb")
    assert glb.read_bytes() == (tmp_path / "expected.glb").read_bytes()
    contents = told_of(reports)
    assert contents["materials"] == [material.name for material in load_model(glb).materials]
    assert {material.roughness_factor for material in load_model(glb).materials} == {1.0}


FLAT = [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
UPRIGHT = [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]
FILES_ALONE = {
    "scan.obj": ((SQUARE + FACE).encode(), FLAT),
    "scan.ply": (plain_meshes.ply_square(), FLAT),
    "part.stl": (plain_meshes.stl(plain_meshes.square_facets()), UPRIGHT),
    "model.usd": (stages.stage(stages.square()).encode(), FLAT),
    "model.usdz": (stages.usdz(stages.stage(stages.square(), 'upAxis = "Z"')), [[0.0, 0.0, -0.01], [0.01, 0.0, 0.0]]),
}  # fmt: skip
"""By name: the bytes of a square, and its bounds."""


@pytest.mark.parametrize("name", FILES_ALONE)
def test_a_model_of_another_format_becomes_one_glb_that_can_be_drawn(
    children: Children, tmp_path: Path, device: Device, light_cache: Path, name: str
) -> None:
    data, bounds = FILES_ALONE[name]
    (tmp_path / name).write_bytes(data)
    reports = inspected(children, tmp_path / name, tmp_path / "work")
    contents = told_of(reports)
    assert [contents["low"], contents["high"]] == [pytest.approx(corner) for corner in bounds]
    assert (contents["triangles"], contents["warnings"]) == (2, [])
    [made] = [report for report in reports if isinstance(report, Made)]
    picture = tmp_path / "picture.png"
    frames = FrameSpec(width=48, height=48, frame_count=1, tilt_x=30.0, shadows=False)
    render_still(tmp_path / "work" / made.path, frames, None, picture, device=device, cache_dir=light_cache)
    with PIL.Image.open(picture) as image:
        covered = np.asarray(image)[..., 3] == 255
    assert 0.1 < covered.mean() < 0.9


def test_of_a_zip_with_several_models_the_ordered_one_is_taken(children: Children, tmp_path: Path) -> None:
    lot = tmp_path / "lot.zip"
    lot.write_bytes(make_zip({**FILES, "parts/part.stl": plain_meshes.stl(plain_meshes.square_facets())}))
    reports = worked_on(children, "inspect", lot, tmp_path / "part", member="part.stl")
    assert told_of(reports)["high"] == UPRIGHT[1]
    failed = worked_on(children, "inspect", lot, tmp_path / "other", member="other.stl")[-1]
    assert isinstance(failed, Failed)
    assert failed.message == "the archive holds no model 'other.stl'; it holds 'scan.obj', 'parts/part.stl'"


def test_a_zip_without_a_usable_model_fails_for_good(children: Children, tmp_path: Path) -> None:
    scan = tmp_path / "scan.zip"
    scan.write_bytes(make_zip({"chair.obj": b"v 0 0 0\nf 1 2 3\n"}))
    failed = inspected(children, scan, tmp_path / "work")[-1]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retry) == ("invalid_model", False)
    assert failed.message.startswith("chair.obj, line 2: '2' points at a vertex that is not there")
