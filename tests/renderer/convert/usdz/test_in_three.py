"""A model as this renderer draws it and its USDZ as three.js's loader draws it, by the same camera and light."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from renderer.convert.usdz.package import convert_to_usdz
from renderer.gl.context import Device
from renderer.lighting.photograph import exposed, load_photograph
from renderer.panoramas import read_panorama
from tests.reference.browser import open_browser
from tests.reference.measures import Likeness, likeness
from tests.reference.views import our_picture, shot_of
from tests.support.models import shared_model
from tests.support.node import REFERENCE, node_package

pytestmark = pytest.mark.nightly

FLIP = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A model, `time` seconds into its first animation, and how much of both outlines is to be common."""

    name: str
    time: float | None = None
    iou: float = 0.99


SUBJECTS = (
    Subject("Duck"), Subject("DamagedHelmet"), Subject("Fox", time=0.3), Subject("CesiumMilkTruck", time=0.6),
    Subject("NormalTangentTest"), Subject("AlphaBlendModeTest"), Subject("cat"), Subject("chess-board"),
    Subject("simple-instancing"), Subject("ClearCoatTest"),
    # three.js reads no doubleSided: of the canopy's two sides it draws one, and so thin a layer counts as no outline
    Subject("jet-fighter", iou=0.98),
    # three.js reads no blend shapes: at its start, the animation has all of them at rest
    Subject("morph-stress-test", time=0.0),
)  # fmt: skip

Compare = Callable[[Subject, Path], Likeness]


@pytest.fixture(scope="module")
def compare(opened_device: Device) -> Iterator[Compare]:
    if shutil.which("chromium") is None:
        pytest.skip("needs Debian's package chromium")
    hdr = shared_model("royal_esplanade_1k.hdr")
    node_package("three", REFERENCE)
    panorama = read_panorama(hdr)
    intensity = float(exposed(panorama).mean() / panorama.radiance.mean())
    environment = load_photograph(opened_device, hdr, None)
    with open_browser(hdr) as browser:

        def compared(subject: Subject, folder: Path) -> Likeness:
            source, package = shared_model(f"{subject.name}.glb"), folder / "model.usdz"
            convert_to_usdz(source, package)
            shot = shot_of(source.read_bytes(), intensity, subject.time)
            theirs = browser.draw(shot, package.read_bytes())
            ours, alpha = our_picture(opened_device, environment, shot)
            return likeness(ours, theirs.rgb, alpha, theirs.alpha)

        yield compared
    environment.release()


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_three_draws_the_usdz_as_we_draw_the_model(subject: Subject, compare: Compare, tmp_path: Path) -> None:
    found = compare(subject, tmp_path)
    assert found.iou >= subject.iou
    assert found.flip <= FLIP
