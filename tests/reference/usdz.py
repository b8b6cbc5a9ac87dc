"""USDZs judged by three.js's own loader: what it draws of them, beside our pictures of the models they were made of."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from renderer.gl.context import Device
from renderer.lighting.environment import Environment
from renderer.lighting.photograph import exposed, load_photograph
from renderer.panoramas import read_panorama
from tests.reference.browser import Browser, open_browser
from tests.reference.measures import Likeness, likeness
from tests.reference.views import our_picture, shot_of


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


@dataclasses.dataclass(frozen=True, slots=True)
class Judge:
    """`browser` is three.js's side. Made by `open_judge`."""

    browser: Browser
    device: Device
    environment: Environment
    intensity: float

    def likeness(self, glb: Path, usdz: Path, time: float | None) -> Likeness:
        """Our picture of the one beside three.js's of the other, `time` seconds into the first animation."""
        shot = shot_of(glb.read_bytes(), self.intensity, time)
        theirs = self.browser.draw(shot, usdz.read_bytes())
        ours, alpha = our_picture(self.device, self.environment, shot)
        return likeness(ours, theirs.rgb, alpha, theirs.alpha)


@contextlib.contextmanager
def open_judge(device: Device, hdr: Path) -> Iterator[Judge]:
    """Lights by the panorama `hdr`. Needs Chromium, and three.js in this folder's node_modules."""
    panorama = read_panorama(hdr)
    intensity = float(exposed(panorama).mean() / panorama.radiance.mean())
    environment = load_photograph(device, hdr, None)
    try:
        with open_browser(hdr) as browser:
            yield Judge(browser, device, environment, intensity)
    finally:
        environment.release()
