"""The effects by their names, and the view of any frame of any of them."""

from collections.abc import Callable

from renderer.camera.framing import View, framed_view
from renderer.camera.hero_spin import hero_spin
from renderer.camera.reveal import reveal
from renderer.camera.showcase import showcase
from renderer.camera.stance import Stance
from renderer.camera.turntable import turntable
from renderer.camera.zoom_orbit import zoom_orbit
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec

EFFECTS: dict[str, Callable[[FrameSpec, int], Stance]] = {
    "turntable": turntable,
    "hero-spin": hero_spin,
    "showcase": showcase,
    "zoom-orbit": zoom_orbit,
    "reveal": reveal,
}
"""From a spec and a frame's number to the frame's stance, by the value of the setting `effect`."""


def shot_view(spec: FrameSpec, bounds: Bounds, index: int) -> View | None:
    """The camera of frame `index`; None while the model is too small to be seen."""
    return framed_view(spec, bounds, EFFECTS[spec.effect](spec, index))
