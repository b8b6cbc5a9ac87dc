"""The effects by their names, and the view of any frame of any of them."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import (
    CLOSEST_ON_PATH,
    FIELD_OF_VIEW,
    MARGIN,
    SMALLEST_SCALE,
    Fit,
    View,
    camera_axes,
    fit_distance,
    framed_view,
)
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


def shot_view(spec: FrameSpec, bounds: Bounds, index: int, fit: Fit | None = None) -> View | None:
    """The camera of frame `index`, framed by `fit` or by the model's sphere; None while the model is too small to be
    seen."""
    return framed_view(spec, bounds, EFFECTS[spec.effect](spec, index), fit)


def path_fit(spec: FrameSpec, bounds: Bounds, clouds: Sequence[Float64]) -> Fit:
    """The nearest that the camera comes to the model with all of it in every frame of the path, MARGIN around it.

    `clouds` are the model's points in each frame, (n, 3) in metres, placed as in `bounds`, which hold all of them.

    A point p of the camera's axes about the middle, z towards it, is in the picture from a distance of z + |x| / sx and
    of z + |y - lift| / sy, where sx and sy are the picture's half sides at a distance of 1. With the greatest of
    z + y / sy and of z - y / sy the best lift is half their difference, where above and below are as near the edge.
    A single picture has its model in the middle from left to right, too; on a path, its axis is.
    """
    height = math.tan(FIELD_OF_VIEW / 2) / (1 + MARGIN)
    sides = np.array([height * spec.width / spec.height, height])[:, None]
    elevation = math.radians(spec.elevation)
    foot = np.array([0.0, bounds.low[1] - bounds.center[1], 0.0])
    reaches = []
    for index, cloud in enumerate(clouds):
        stance = EFFECTS[spec.effect](spec, index)
        if len(cloud) and stance.scale >= SMALLEST_SCALE:
            axes = camera_axes(stance.angle, elevation)
            points = axes @ (foot + stance.scale * (cloud - bounds.center - foot)).T
            across = points[:2] / sides
            reaches.append(np.stack([points[2] + across, points[2] - across]).max(axis=2) / stance.distance)
    closest = CLOSEST_ON_PATH * fit_distance(bounds.radius, spec.width / spec.height)
    if not reaches:
        return Fit(closest, 0.0, 0.0)
    (right, above), (left, below) = np.max(reaches, axis=0).tolist()
    if len(clouds) > 1:
        right = left = max(right, left)
    distance = max((right + left) / 2, (above + below) / 2, closest)
    return Fit(distance, (right - left) / 2 * float(sides[0, 0]), (above - below) / 2 * height)
