"""A model as this renderer draws it and its USDZ as three.js's loader draws it, by the same camera and light."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.convert.usdz.package import convert_to_usdz
from renderer.gl.context import Device
from tests.reference.usdz import SUBJECTS, Judge, Subject, open_judge
from tests.support.models import shared_model
from tests.support.node import REFERENCE, node_package

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def judge(opened_device: Device) -> Iterator[Judge]:
    if shutil.which("chromium") is None:
        pytest.skip("needs Debian's package chromium")
    hdr = shared_model("royal_esplanade_1k.hdr")
    node_package("three", REFERENCE)
    with open_judge(opened_device, hdr) as opened:
        yield opened


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_three_draws_the_usdz_as_we_draw_the_model(subject: Subject, judge: Judge, tmp_path: Path) -> None:
    source, package = shared_model(f"{subject.name}.glb"), tmp_path / "model.usdz"
    convert_to_usdz(source, package)
    found = judge.likeness(source, package, subject.time)
    assert found.iou >= subject.iou
    assert found.flip <= 0.2
