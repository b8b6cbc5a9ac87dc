"""The reveal: the model grows out of the ground while the camera comes around to its front, and both come to rest."""

import math

from renderer.camera.easing import closing_time, settled
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec

GROWTH = 0.6
"""Share of the time in which the model grows: it is there before the camera rests."""


def reveal(spec: FrameSpec, index: int) -> Stance:
    """The stance of frame `index`; the last one is at `spec.rotate_y`, with the model in full size."""
    time = closing_time(spec, index)
    braking = 1.0 if spec.easing else 0.0
    grown = settled(min(time / GROWTH, 1.0), braking)
    return Stance(
        angle=math.radians(spec.rotate_y - (1 - settled(time, braking)) * spec.sweep_angle),
        scale=spec.scale_from + (1 - spec.scale_from) * grown,
    )
