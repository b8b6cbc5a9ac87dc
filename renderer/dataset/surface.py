"""The placed model as triangles, on the CPU: between which depths all views lie, and what checks measure against."""

import dataclasses
import itertools
from collections.abc import Iterable

import numpy as np

from renderer.arrays import Bools, Float32, Float64
from renderer.camera.framing import View
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel
from renderer.scene.animation import pose_scene
from renderer.scene.deform import deformed, drawables
from renderer.scene.nodes import Scene, Topology

_OUTLINE_CELLS = 32
"""Cells of the grid along the longest side of the model."""


@dataclasses.dataclass(frozen=True, slots=True)
class Surface:
    """`corners` (n, 3, 3) are those of all triangles, [triangle, corner, axis], counterclockwise seen from the front;
    `two_sided` (n,) says whose back is drawn, too. `loose` (m, 3) are the vertices of lines and points."""

    corners: Float32
    two_sided: Bools
    loose: Float32


def placed_surface(scene: Scene, placement: Float64) -> Surface:
    """The scene at rest, moved by `placement` (4x4). Raises EmptyModel for one without triangles."""
    corners, two_sided, loose = [], [], []
    pose = pose_scene(scene, None, 0.0)
    for drawable in drawables(scene):
        primitive = drawable.primitive
        world = placement @ drawable.world(pose)
        places = (deformed(scene, drawable, pose).positions @ world[:3, :3].T + world[:3, 3]).astype(np.float32)
        if primitive.topology is not Topology.TRIANGLES:
            loose.append(places)
            continue
        faces = primitive.indices.reshape(-1, 3)
        if np.linalg.det(world[:3, :3]) < 0:
            faces = faces[:, ::-1]
        corners.append(places[faces])
        two_sided.append(np.full(len(faces), scene.materials[primitive.material].double_sided))
    if not corners:
        raise EmptyModel("the model has only points or lines; a training set needs a surface of triangles")
    return Surface(np.concatenate(corners), np.concatenate(two_sided), np.concatenate([np.zeros((0, 3)), *loose]))


def outline(surface: Surface) -> Float64:
    """A few points (n, 3) whose convex hull contains the surface closely: the corners of all grid cells it touches."""
    places = np.concatenate([surface.corners.reshape(-1, 3), surface.loose])
    low = places.min(axis=0)
    cell = max(float((places.max(axis=0) - low).max()) / _OUTLINE_CELLS, 1e-9)
    steps = ((places - low) / cell).astype(np.int64)
    row = _OUTLINE_CELLS + 1
    touched = np.unique(steps @ (row * row, row, 1))
    first = np.stack([touched // (row * row), touched // row % row, touched % row], axis=1)
    corners = first[:, None] + np.array(list(itertools.product((0, 1), repeat=3)))
    points: Float64 = low + cell * corners.reshape(-1, 3)
    return points


def depth_range(surface: Surface, views: Iterable[View], slack: float) -> tuple[float, float]:
    """Near and far: the smallest and the greatest depth, over all views, of what faces the camera.

    Depths are distances along the optical axis. Faces turned away don't count, since they are not drawn; surfaces
    behind others do. `slack` is a share of the depth by which the range is widened at both ends.
    Raises EmptyModel when nothing faces any camera.
    """
    first, second, third = (surface.corners[:, corner].astype(np.float64) for corner in range(3))
    normals = np.cross(second - first, third - first)
    offsets = np.einsum("ij,ij->i", normals, first)
    corners = surface.corners.reshape(-1, 3)
    near, far = np.inf, -np.inf
    for view in views:
        checkpoint()
        axis = view.view[2].astype(np.float32)
        depths = -(corners @ axis[:3] + axis[3])
        beyond = np.flatnonzero((depths < near) | (depths > far))  # few, so that few triangles need a closer look
        triangles = beyond // 3
        facing = surface.two_sided[triangles] | (normals[triangles] @ view.eye > offsets[triangles])
        for extending in (depths[beyond[facing]], -(surface.loose @ axis[:3] + axis[3])):
            if len(extending):
                near, far = min(near, float(extending.min())), max(far, float(extending.max()))
    if far < near:
        raise EmptyModel("every side of the model that any camera sees is a back side, which is not drawn")
    return near * (1 - slack), far * (1 + slack)
