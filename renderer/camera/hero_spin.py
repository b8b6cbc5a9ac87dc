"""The hero spin: a fast spin that slows down and stops with the front of the model before the camera."""

import math

from renderer.camera.easing import closing_time, settled
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec


def hero_spin(spec: FrameSpec, index: int) -> Stance:
    """The stance of frame `index`; the last one is at `spec.rotate_y` exactly. Without easing it never slows down."""
    progress = settled(closing_time(spec, index), spec.ease_out_ratio if spec.easing else 0.0)
    return Stance(math.radians(spec.rotate_y - (1 - progress) * spec.sweep_angle))
