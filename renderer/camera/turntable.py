"""The turntable path: the camera goes once around the model, which stands still with its light.

The camera's angle is counted from +Z (glTF's front) towards +X, so it walks to the right around the model and the
model seems to turn clockwise, seen from above.
"""

import math

import numpy as np

from renderer.camera.framing import View, framed_view
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec

ELEVATION = math.radians(12)
"""Of the camera above the centre's horizontal plane."""

RAMP = 0.25
"""Share of the turn's time spent speeding up, and again slowing down."""


def eased(time: float) -> float:
    """Progress 0..1 at time 0..1: at rest at both ends, even speed in the middle half.

    The speed is a trapezoid with raised-cosine flanks. Polynomials like smootherstep never hold a speed: they race
    through the back at nearly twice the mean; a motorised table starts softly, cruises (at 4/3 of the mean) and
    settles. Speed and acceleration are continuous, also from the last frame to the first.
    """
    if time > 0.5:
        return 1 - eased(1 - time)
    if time > RAMP:
        return (time - RAMP / 2) / (1 - RAMP)
    return (time - RAMP / math.pi * math.sin(math.pi * time / RAMP)) / 2 / (1 - RAMP)


def turntable_angle(spec: FrameSpec, index: int) -> float:
    """The camera's angle at frame `index`, radians. Frame `frame_count` would be frame 0 again, a full turn on."""
    time = index / spec.frame_count
    progress = eased(time) if spec.easing else time
    return math.radians(progress * 360 + spec.rotate_y)


def turntable_view(spec: FrameSpec, bounds: Bounds, index: int) -> View:
    """The camera of frame `index`."""
    angle = turntable_angle(spec, index)
    direction = np.array([
        math.cos(ELEVATION) * math.sin(angle), math.sin(ELEVATION), math.cos(ELEVATION) * math.cos(angle),
    ])
    return framed_view(spec, bounds, direction)
