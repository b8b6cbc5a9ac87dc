"""The showcase: the camera looks around the front, to the right and to the left, and begins again."""

import math

from renderer.camera.easing import eased, looping_time
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec


def showcase(spec: FrameSpec, index: int) -> Stance:
    """The stance of frame `index`, within half of `spec.amplitude` to either side of `spec.rotate_y`.

    A sine slows down by itself where it turns; easing adds a rest at the front, where the video loops.
    """
    time = looping_time(spec, index)
    swing = math.sin(math.tau * (eased(time) if spec.easing else time))
    return Stance(math.radians(spec.rotate_y + spec.amplitude / 2 * swing))
