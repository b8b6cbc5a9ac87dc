"""Models converted to USDZ by a real child, with its limits and with what it may reach."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import PIL.Image
import pytest
from pxr import Usd

from api.worker.child import conversions
from api.worker.child.job import Job
from api.worker.messages import Done, Failed, Made, Report
from api.worker.parent.children import Children
from renderer.errors import EncodeError
from renderer.load import load_model
from tests.api.worker.model_child import children_for, worked_on
from tests.renderer.convert.usdz.support import complaints, gradient, square
from tests.renderer.load.glb_builder import encoded, triangle_builder


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    with children_for("usdz", tmp_path_factory.getbasetemp()) as children:
        yield children


def converted(children: Children, model: Path, folder: Path) -> list[Report]:
    return worked_on(children, "usdz", model, folder, model_id="m")


def test_a_model_becomes_a_package_that_usd_core_finds_nothing_wrong_in(children: Children, tmp_path: Path) -> None:
    builder = square({"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    builder.add_texture(encoded(PIL.Image.fromarray(gradient())))
    reports = converted(children, builder.save(tmp_path), tmp_path / "work")
    assert isinstance(reports[-1], Done)
    [made] = [report for report in reports if isinstance(report, Made)]
    assert (made.owner, made.name, Path(made.path).name) == ("m", "usdz", "model.usdz")
    package = tmp_path / "work" / made.path
    assert complaints(Usd.Stage.Open(str(package))) == []
    assert len(load_model(package).images) == 1
    assert children.device.device == ""  # nothing is drawn


def test_a_model_without_triangles_fails_with_the_reason(children: Children, tmp_path: Path) -> None:
    reports = converted(children, triangle_builder(mode=1).save(tmp_path), tmp_path / "work")
    failed = reports[-1]
    assert isinstance(failed, Failed)
    assert failed.code == "empty_model"


def test_a_worker_without_usd_core_leaves_it_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversions, "usd_is_installed", lambda: False)
    order = SimpleNamespace(spec={"version": 1})
    with pytest.raises(EncodeError, match="usd-core"):
        conversions.convert_model(cast(Job, order))
