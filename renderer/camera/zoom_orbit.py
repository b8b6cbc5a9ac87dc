"""The zoom orbit: once around the model while the camera comes nearer, or goes away."""

import math

from renderer.camera.easing import closing_time, eased
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec


def zoom_orbit(spec: FrameSpec, index: int) -> Stance:
    """The stance of frame `index`: at `spec.zoom_start` times the fitting distance first, at `zoom_end` last.

    Equal steps multiply the distance by equal factors, so the model grows on the screen at an even pace.
    """
    time = closing_time(spec, index)
    progress = eased(time) if spec.easing else time
    return Stance(
        angle=math.radians(spec.rotate_y + progress * spec.sweep_angle),
        distance=spec.zoom_start * (spec.zoom_end / spec.zoom_start) ** progress,
    )
