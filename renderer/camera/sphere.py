"""The cameras of a training set: all around the model, at one distance, evenly spread over a sphere or half of one.

They stand on a golden-angle spiral of equal areas: view i of N is at azimuth -i * pi * (3 - sqrt 5), counted from +Z
towards +X, and the sine of its elevation falls evenly from that of 89 degrees to that of -89 (sphere) or to 0
(hemisphere). Source: recovered from the poses of dx.gl's published sets, which it reproduces to 1e-7. Poles are left
out, so that every camera has a right-hand side that lies level.
"""

import math

import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import View, look_at, perspective
from renderer.errors import EmptyModel
from renderer.scene.bounds import Bounds
from renderer.spec.dataset import DatasetSpec

FIELD_OF_VIEW = math.radians(45)
"""Of both sides, radians."""

MARGIN = 0.05
"""Air around the bounding sphere, as a share of its radius."""

LARGEST_SIDE = 2.0
"""Of the placed model's box."""

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

_HIGHEST = math.sin(math.radians(89))

_SHOWING = math.radians(30), math.radians(20)
"""Azimuth and elevation of the view that stands for the set."""


def dataset_placement(bounds: Bounds) -> Float64:
    """The similarity, 4x4, from the model's world to the set's: scaled, centred in X and Z, resting on y = 0.

    Raises EmptyModel for a model without any extent.
    """
    side = float((bounds.high - bounds.low).max())
    if not side > 0:
        raise EmptyModel("all of the model lies in one point; a training set needs a surface")
    scale = LARGEST_SIDE / side
    placement = np.diag([scale, scale, scale, 1.0])
    placement[:3, 3] = -scale * np.array([bounds.center[0], bounds.low[1], bounds.center[2]])
    return placement


def placed(bounds: Bounds, placement: Float64) -> Bounds:
    """The bounds after `dataset_placement`."""
    scale = placement[0, 0]
    low, high = (scale * corner + placement[:3, 3] for corner in (bounds.low, bounds.high))
    return Bounds((low + high) / 2, float(scale * bounds.radius), low, high)


def camera_direction(spec: DatasetSpec, index: int) -> Float64:
    """From the target to the camera of view `index`: (3,), unit."""
    progress = index / max(spec.views - 1, 1)
    height = _HIGHEST * (1 - 2 * progress if spec.coverage == "sphere" else 1 - progress)
    level = math.sqrt(1 - height * height)
    azimuth = -index * GOLDEN_ANGLE
    return np.array([level * math.sin(azimuth), height, level * math.cos(azimuth)])


def showing_view(spec: DatasetSpec) -> int:
    """The view that shows most of what a model is: from the front, half to the right and a little above."""
    wanted = np.array([math.sin(_SHOWING[0]) * math.cos(_SHOWING[1]), math.sin(_SHOWING[1]),
                       math.cos(_SHOWING[0]) * math.cos(_SHOWING[1])])
    return int(np.argmax([camera_direction(spec, index) @ wanted for index in range(spec.views)]))


def sphere_view(spec: DatasetSpec, bounds: Bounds, index: int) -> View:
    """The camera of view `index` of a placed model with these bounds: it looks at their centre.

    The distance is one for all views: the bounding sphere fills the picture but for the margin.
    """
    radius = bounds.radius * (1 + MARGIN)
    distance = radius / math.sin(FIELD_OF_VIEW / 2)
    near, far = distance - radius, distance + radius
    target, up = bounds.center, np.array([0.0, 1.0, 0.0])
    eye = target + distance * camera_direction(spec, index)
    return View(
        eye=eye, target=target, up=up, fov_y=FIELD_OF_VIEW, near=near, far=far,
        view=look_at(eye, target, up), projection=perspective(FIELD_OF_VIEW, 1.0, near, far),
    )


def camera_to_world(view: View) -> Float64:
    """4x4, OpenGL's axes: the columns are right, up, back and the position."""
    matrix = np.eye(4)
    matrix[:3, :3] = view.view[:3, :3].T
    matrix[:3, 3] = view.eye
    return matrix


def focal_length(size: int) -> float:
    """Of a picture of `size` pixels a side, in pixels."""
    return size / (2 * math.tan(FIELD_OF_VIEW / 2))
