"""An effect as curves: what its stances are over all frames."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from renderer.arrays import Float64
from renderer.camera.stance import Stance
from renderer.spec import FrameSpec, parse_settings, plan_video


class Curve(NamedTuple):
    """One value per frame. `angle` in degrees."""

    angle: Float64
    distance: Float64
    scale: Float64


def planned(settings: Mapping[str, object]) -> FrameSpec:
    """The frames that the API's settings ask for."""
    return plan_video(parse_settings(settings)).frames


def curve(effect: Callable[[FrameSpec, int], Stance], spec: FrameSpec, frames: int | None = None) -> Curve:
    """Of the frames of `spec`, or of its first `frames`, which may be more than it has."""
    stances = [effect(spec, index) for index in range(frames or spec.frame_count)]
    return Curve(
        np.degrees([stance.angle for stance in stances]),
        np.array([stance.distance for stance in stances]),
        np.array([stance.scale for stance in stances]),
    )
