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


BISECTIONS = 24
"""Steps in which the middle of the picture is found: to less than a thousandth of a pixel."""


def shot_view(spec: FrameSpec, bounds: Bounds, index: int, fit: Fit | None = None) -> View | None:
    """The camera of frame `index`, framed by `fit` or by the model's sphere; None while the model is too small to be
    seen."""
    return framed_view(spec, bounds, EFFECTS[spec.effect](spec, index), fit)


def path_fit(spec: FrameSpec, bounds: Bounds, clouds: Sequence[Float64]) -> Fit:
    """The nearest that the camera comes to the model with all of it in every frame of the path, MARGIN around it.

    `clouds` are the model's points in each frame, (n, 3) in metres, placed as in `bounds`, which hold all of them.

    A point of the camera's axes about the middle, z towards it, is in the picture from a distance of z + |x| / sx and
    of z + |y| / sy, where sx and sy are the picture's half sides at a distance of 1. If the camera moves up, what is
    above may come nearer by as much as what is below must go away: half the sum of both decides. Where it then looks
    leaves as much air above as below; in a single picture, to the right as to the left, too. A path keeps its axis.
    """
    sides = math.tan(FIELD_OF_VIEW / 2) / (1 + MARGIN) * np.array([spec.width / spec.height, 1.0])
    elevation = math.radians(spec.elevation)
    foot = np.array([0.0, bounds.low[1] - bounds.center[1], 0.0])
    points = []  # of all frames, (3, n), at a stance's distance of 1
    for index, cloud in enumerate(clouds):
        stance = EFFECTS[spec.effect](spec, index)
        if len(cloud) and stance.scale >= SMALLEST_SCALE:
            scaled = foot + stance.scale * (cloud - bounds.center - foot)
            points.append(camera_axes(stance.angle, elevation) @ scaled.T / stance.distance)
    closest = CLOSEST_ON_PATH * fit_distance(bounds.radius, spec.width / spec.height)
    if not points:
        return Fit(closest, 0.0, 0.0)
    x, y, z = np.concatenate(points, axis=1)
    above, below = ((z + sign * y / sides[1]).max() for sign in (1, -1))
    right, left = ((z + sign * x / sides[0]).max() for sign in (1, -1))
    across = max(right, left) if len(clouds) > 1 else (right + left) / 2
    distance = float(max(across, (above + below) / 2, closest))
    return Fit(distance, _middle(x, distance - z) if len(clouds) == 1 else 0.0, _middle(y, distance - z))


def _middle(places: Float64, depths: Float64) -> float:
    """Where to look so that the outermost of `places` (n,), seen from `depths` (n,), are as far to both sides."""
    low, high = float(places.min()), float(places.max())
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        slopes = (places - middle) / depths
        if slopes.max() > -slopes.min():
            low = middle
        else:
            high = middle
    return (low + high) / 2
