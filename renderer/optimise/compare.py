"""Two models, one made from the other -> here -> how far their surfaces are apart, and how different they look."""

import dataclasses
from pathlib import Path
from typing import Any

import flip_evaluator
import numpy as np

from renderer.arrays import Float32, Float64, UInt8
from renderer.checkpoints import checkpoint
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.layout import Layout
from renderer.dataset.nearest import TriangleGrid
from renderer.dataset.surface import placed_surface
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.scene.nodes import Scene
from renderer.spec.dataset import DatasetSpec

VIEWS = DatasetSpec(views=12, size=256, coverage="sphere")
"""From all around, evenly: on a spiral by the golden angle."""

SAMPLES = 10_000
"""Points on each surface, and as many of its corners: with twice as many the figures change by less than a tenth."""

_FIRST_REACH, _REACH_GROWTH = 0.005, 4.0
"""Within this share of the diagonal the nearest triangle is looked for first; the few points that find none there look
further."""

_TOGETHER, _TRIANGLES_TOGETHER = 1_000, 200_000
"""Points looked at in one go, and triangles, so that grids and pairs of both stay within some 300 MB."""


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """`hausdorff_max` and `hausdorff_rms` are distances between the surfaces at rest, from points on either to the
    other, in percent of the diagonal of the first one's box: the largest, and the root of the mean square.

    `flip_mean` and `flip_worst` are FLIP's means (Andersson et al. 2020; 0 equal, 1 as different as can be) of 12 views
    from all around, on white: of all of them, and of the most different one.
    """

    hausdorff_max: float
    hausdorff_rms: float
    flip_mean: float
    flip_worst: float

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def compare_models(before: Path, after: Path, *, device: Device, cache_dir: Path | None) -> Difference:
    """Compares the models in two files, as `load_model` takes them, by their default materials.

    Raises ModelError subclasses, DeviceError, and OSError where a path can't be read.
    """
    one, other = load_model(before), load_model(after)
    layout = Layout.of(one, VIEWS)
    first, second = (_pictures(scene, layout, device, cache_dir) for scene in (one, other))
    flips = [_flip(a, b) for a, b in zip(first, second, strict=True)]
    distances = surface_distances(*(placed_surface(scene, np.eye(4)).corners for scene in (one, other)))
    percent = 100 / max(_diagonal(placed_surface(one, np.eye(4)).corners), 1e-30)
    return Difference(
        hausdorff_max=round(percent * float(distances.max()), 6),
        hausdorff_rms=round(percent * float(np.sqrt(np.square(distances).mean())), 6),
        flip_mean=round(float(np.mean(flips)), 6),
        flip_worst=round(max(flips), 6),
    )


def surface_distances(one: Float32, other: Float32) -> Float64:
    """From points of each of two surfaces of triangles (n, 3, 3) to the other, in the unit of their coordinates."""
    diagonal = max(_diagonal(np.concatenate([one, other])), 1e-30)
    return np.concatenate([_distances(_points(one), other, diagonal), _distances(_points(other), one, diagonal)])


def _diagonal(corners: Float32) -> float:
    return float(np.linalg.norm(np.ptp(corners.reshape(-1, 3).astype(np.float64), axis=0)))


def _points(corners: Float32) -> Float64:
    """Some of the corners, and points evenly spread over the triangles; always the same ones."""
    random = np.random.default_rng(0)
    wide = corners.astype(np.float64)
    vertices = wide.reshape(-1, 3)
    if len(vertices) > SAMPLES:
        vertices = vertices[random.choice(len(vertices), SAMPLES, replace=False)]
    areas = np.linalg.norm(np.cross(wide[:, 1] - wide[:, 0], wide[:, 2] - wide[:, 0]), axis=1)
    if not areas.sum() > 0:
        return vertices
    triangles = random.choice(len(wide), SAMPLES, p=areas / areas.sum())
    a, b = random.random((2, SAMPLES, 1))
    root = np.sqrt(a)
    first, second, third = wide[triangles].transpose(1, 0, 2)
    return np.concatenate([vertices, (1 - root) * first + root * (1 - b) * second + root * b * third])


def _distances(points: Float64, corners: Float32, diagonal: float) -> Float64:
    """From each of `points` (n, 3) to the nearest of the triangles."""
    found = np.full(len(points), np.inf)
    reach = _FIRST_REACH * diagonal
    while len(far := np.flatnonzero(np.isinf(found))):
        for first in range(0, len(corners), _TRIANGLES_TOGETHER):
            grid = TriangleGrid(corners[first : first + _TRIANGLES_TOGETHER], reach)
            for start in range(0, len(far), _TOGETHER):
                checkpoint()
                some = far[start : start + _TOGETHER]
                found[some] = np.minimum(found[some], grid.nearest(points[some])[0])
        reach *= _REACH_GROWTH
    return found


def _pictures(scene: Scene, layout: Layout, device: Device, cache_dir: Path | None) -> list[UInt8]:
    with DatasetRenderer(device, scene, layout.spec, cache_dir=cache_dir, layout=layout) as renderer:
        return [renderer.render(index).rgb for index in range(layout.spec.views)]


def _flip(one: UInt8, other: UInt8) -> float:
    checkpoint()
    reference, test = (picture.astype(np.float32) / 255 for picture in (one, other))
    return float(flip_evaluator.evaluate(reference, test, "LDR", applyMagma=False)[1])
