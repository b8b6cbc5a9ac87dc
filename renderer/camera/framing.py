"""After the scene's bounds are known: how the model is placed, how far away the camera stands and what it projects.

World and camera follow OpenGL: right-handed, +Y up, the camera looks along its own -Z, clip space -1..1 on all axes.
Matrices are float64, [row, column], column vectors.
"""

import dataclasses
import math
from collections.abc import Iterable

import numpy as np

from renderer.arrays import Float64
from renderer.camera.stance import Stance
from renderer.scene.bounds import Bounds
from renderer.spec import FrameSpec

FIELD_OF_VIEW = math.radians(35)
"""Vertical, radians: about a 57 mm lens on 35 mm film, long enough that products keep their proportions."""

MARGIN = 0.08
"""Air around the bounding sphere, as a share of its radius."""

CLOSEST, CLOSEST_ON_PATH = 0.58, 0.53
"""Of the distance at which the sphere fits, for single pictures and for paths: nearer, what is in front looks much too
large for what is behind it. From 0.53 on a rod that turns before the camera fills the width of 16:9."""

SHADOW_REACH = 4.5
"""The ground shadow's rectangle never lies further from the sphere's centre than this many radii."""

SMALLEST_SCALE = 1e-3
"""Of a model that is drawn: even in 4K it would be two pixels high."""


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """One camera. `view` maps world to camera, `projection` camera to clip space; `fov_y` is in radians."""

    eye: Float64
    target: Float64
    up: Float64
    fov_y: float
    near: float
    far: float
    view: Float64
    projection: Float64


@dataclasses.dataclass(frozen=True, slots=True)
class Fit:
    """How a path shows its model as large as it can: `distance` of the camera, which stances and zoom multiply, and
    how far off the middle of the model's bounds it looks, along its own right and up, at a stance's distance of 1.
    Metres."""

    distance: float
    aside: float
    lift: float


def fit_distance(radius: float, aspect: float) -> float:
    """Distance from a sphere's centre at which it fills the narrower field of view but for the margin.

    A sphere touches the frustum where its tangent plane through the eye does: r = d sin(half angle).
    """
    half_height = math.tan(FIELD_OF_VIEW / 2)
    narrower = math.atan(half_height * min(1.0, aspect))
    return radius * (1 + MARGIN) / math.sin(narrower)


def framed_view(spec: FrameSpec, bounds: Bounds, stance: Stance, fit: Fit | None = None) -> View | None:
    """The camera that looks at the bounds' centre as `stance` says; None for a model scaled below SMALLEST_SCALE.

    The fitting distance is that of `fit`, or without one of the sphere alone: the same in all frames, so a path never
    cuts or breathes. `spec.zoom` and the stance multiply it. Near and far hold the sphere and the ground shadow.

    Where the stance is nearer than the sphere fits, a camera without `fit` looks lower, as far as it keeps the model's
    foot in the picture and its top too.

    A scaled model is seen by moving the camera instead: a picture stays the same when everything in the scene and the
    camera are scaled about one point, here by 1 / scale. So the model keeps its full size, and its shadows with it.
    """
    if stance.scale < SMALLEST_SCALE:
        return None
    radius = max(bounds.radius, 1e-6)
    aspect = spec.width / spec.height
    on_path = (fit_distance(radius, aspect) if fit is None else fit.distance) * stance.distance
    distance = on_path * spec.zoom
    elevation = math.radians(spec.elevation)
    right, up, direction = camera_axes(stance.angle, elevation)
    foot = np.array([bounds.center[0], bounds.low[1], bounds.center[2]])
    if fit is None:
        off = up * _lowering(bounds, elevation, on_path)
    else:
        off = (right * fit.aside + up * fit.lift) * stance.distance
    target = foot + (bounds.center - foot + off) / stance.scale
    eye = target + direction * (distance / stance.scale)
    depth = float((eye - bounds.center) @ direction)  # of the sphere's centre
    near = max(depth - radius * SHADOW_REACH, depth * 0.05)
    far = depth + radius * SHADOW_REACH
    return View(
        eye=eye, target=target, up=up, fov_y=FIELD_OF_VIEW, near=near, far=far,
        view=look_at(eye, target, up), projection=perspective(FIELD_OF_VIEW, aspect, near, far),
    )


def camera_axes(angle: float, elevation: float) -> Float64:
    """The camera's right, its up and the way from the model to it, as rows (3, 3) of unit vectors. Radians."""
    upright, level = np.array([0.0, 1.0, 0.0]), np.array([math.sin(angle), 0.0, math.cos(angle)])
    back = math.cos(elevation) * level + math.sin(elevation) * upright
    up = math.cos(elevation) * upright - math.sin(elevation) * level  # defined straight above the model too
    return np.stack([np.cross(up, back), up, back])


def closest_zoom(spec: FrameSpec, view: View, radius: float, extents: Iterable[Float64]) -> float:
    """The `zoom` at which a still from where `view` stands has the whole model in the picture with MARGIN around it, at
    least CLOSEST. The sphere of `radius` leaves long and flat things small.

    `view` looks at the centre of the model's bounds; `extents` are the model's points, (n, 3) in world space.
    """
    back = (view.eye - view.target) / np.linalg.norm(view.eye - view.target)
    axes = np.stack([np.cross(view.up, back), view.up, back])
    aspect = spec.width / spec.height
    slopes = math.tan(view.fov_y / 2) / (1 + MARGIN) * np.array([aspect, 1.0])
    distance = 0.0
    for points in extents:
        seen = (points - view.target) @ axes.T
        distance = max(distance, float((seen[:, 2] + (np.abs(seen[:, :2]) / slopes).max(axis=1)).max()))
    return max(CLOSEST, distance / fit_distance(max(radius, 1e-6), aspect))


def _lowering(bounds: Bounds, elevation: float, distance: float) -> float:
    """How far a camera at `distance` from the centre moves along its own up, world units: 0, or less than that.

    Measured on upright cylinders, which are the same from all sides, so that nothing bobs: the top on the one around
    the model's box, the foot on the one that also lies in its sphere, which is in the picture from where it fits.
    """
    half = (bounds.high[1] - bounds.low[1]) / 2
    across = math.hypot(*(bounds.high - bounds.low)[[0, 2]]) / 2

    def room(reach: float, side: int) -> float:
        """Between the rims and the upper (side 1) or the lower (-1) edge of the picture less its margin."""
        rims = np.array([(ahead, above) for ahead in (-reach, reach) for above in (-half, half)])
        depth = distance - rims @ (math.cos(elevation), math.sin(elevation))
        edge = math.tan(FIELD_OF_VIEW / 2) / (1 + MARGIN) * depth
        return float((edge - side * rims @ (-math.sin(elevation), math.cos(elevation))).min())

    foot = room(min(across, math.sqrt(max(bounds.radius**2 - half**2, 0.0))), -1)
    return min(0.0, max(foot, -max(room(across, 1), 0.0)))


def look_at(eye: Float64, target: Float64, up: Float64) -> Float64:
    """World-to-camera matrix, 4x4."""
    back = eye - target
    back = back / np.linalg.norm(back)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(back, right), back])
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = -rotation @ eye
    return matrix


def perspective(fov_y: float, aspect: float, near: float, far: float) -> Float64:
    """OpenGL's perspective projection, 4x4. `fov_y` in radians, `aspect` is width / height."""
    f = 1 / math.tan(fov_y / 2)
    matrix = np.zeros((4, 4))
    matrix[0, 0] = f / aspect
    matrix[1, 1] = f
    matrix[2, 2] = (near + far) / (near - far)
    matrix[2, 3] = 2 * near * far / (near - far)
    matrix[3, 2] = -1
    return matrix


def model_placement(spec: FrameSpec, bounds: Bounds) -> Float64:
    """The matrix, 4x4, that turns the model about its bounds' centre: tilt_x, then pan_x, then roll_z.

    Angles are right-handed about the world's axes, so a positive tilt brings the top towards the viewer of frame 0,
    a positive pan turns the front to the right, a positive roll leans the top to the left. The bounding sphere stays.
    """
    about_x, about_y, about_z = (_rotation(axis, angle) for axis, angle in
                                 enumerate((spec.tilt_x, spec.pan_x, spec.roll_z)))
    matrix = np.eye(4)
    matrix[:3, :3] = about_z @ about_y @ about_x
    matrix[:3, 3] = bounds.center - matrix[:3, :3] @ bounds.center
    return matrix


def _rotation(axis: int, degrees: float) -> Float64:
    """Right-handed rotation about one of the axes, 3x3."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = cos
    matrix[i, j], matrix[j, i] = -sin, sin
    return matrix
