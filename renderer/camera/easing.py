"""How the effects share out their time: from a frame's number to time 0..1, from time to progress 0..1."""

import math

from renderer.spec import FrameSpec

RAMP = 0.25
"""Share of an eased movement's time spent speeding up, and again slowing down."""


def looping_time(spec: FrameSpec, index: int) -> float:
    """For effects that repeat: frame `frame_count` would be frame 0 again, so no frame is shown twice."""
    return index / spec.frame_count


def closing_time(spec: FrameSpec, index: int) -> float:
    """For effects that arrive somewhere: the last frame is at 1. A single frame is the first."""
    return index / max(spec.frame_count - 1, 1)


def eased(time: float) -> float:
    """At rest at both ends, even speed in the middle half.

    The speed is a trapezoid with raised-cosine flanks. Polynomials like smootherstep never hold a speed: they race
    through the back at nearly twice the mean; a motorised table starts softly, cruises (at 4/3 of the mean) and
    settles. Speed and acceleration are continuous, also from the last frame to the first.
    """
    if time > 0.5:
        return 1 - eased(1 - time)
    if time > RAMP:
        return (time - RAMP / 2) / (1 - RAMP)
    return (time - RAMP / math.pi * math.sin(math.pi * time / RAMP)) / 2 / (1 - RAMP)


def settled(time: float, ratio: float) -> float:
    """At full speed from the start, braking over the last `ratio` (0 to 1) of the time and at rest in the end.

    The speed falls with the square of the time left, so it ends without a jerk; the whole brake is as long as a third
    of its time at full speed.
    """
    speed = 1 / (1 - 2 / 3 * ratio)
    braking = time - (1 - ratio)
    if braking <= 0:
        return speed * time
    return 1 - speed * ratio / 3 * (1 - braking / ratio) ** 3
