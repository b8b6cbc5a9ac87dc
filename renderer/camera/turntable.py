"""The turntable: the camera goes once around the model, which stands still with its light, and begins again.

It walks to the right, so the model seems to turn clockwise, seen from above.
"""

import math

from renderer.camera.easing import eased, looping_time
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec


def turntable(spec: FrameSpec, index: int) -> Stance:
    """The stance of frame `index`. The video loops where `spec.sweep_angle` is a multiple of 360."""
    time = looping_time(spec, index)
    progress = eased(time) if spec.easing else time
    return Stance(math.radians(spec.rotate_y + progress * spec.sweep_angle))
