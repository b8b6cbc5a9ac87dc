"""A training set and its model in, measurements out: `python -m renderer.dataset.check set.zip model.glb`.

Everything is measured from the files, by the conventions that readers of such sets follow: depth is back-projected with
the poses and intrinsics of transforms.json and must meet the triangles of the model. So transposed or OpenCV matrices,
depth along rays, swapped planes and flipped pictures all show. Exit codes: 0 all limits kept, 1 not, 2 a wrong command.
"""

import dataclasses
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from renderer.arrays import Array, Bools, Float64
from renderer.dataset.nearest import TriangleGrid
from renderer.dataset.planes import FAR8, FAR16, METRIC_FOLDER, METRIC_UNIT, NO_NORMAL, decoded_depth
from renderer.dataset.points import back_project
from renderer.dataset.reader import TrainingSet, ViewFiles
from renderer.dataset.surface import Surface, placed_surface
from renderer.errors import ModelError
from renderer.load import load_model
from renderer.scene.nodes import AlphaMode, Scene

SAMPLES_PER_VIEW = 300

_REACH = 4.0
"""How far around a point a surface is searched for, in widths of a pixel at the far plane."""

_STRAY = "colour outside of the mask"
_STRAY_COLOUR = 1e-4
"""Allowed, since tips of the model that cover less than half of a pixel tint it without being in the mask."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One measured property; its `value` must be at most `limit`, or at least `limit` where `at_least`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def check_dataset(path: Path, model: Path) -> list[Measure]:
    """All measures of a set. Raises ModelError, and BadZipFile, KeyError, ValueError or OSError for no training set."""
    scene = load_model(model)
    with TrainingSet(path) as found:
        surface = placed_surface(scene, np.array(found.transforms["model_to_dataset"]))
        return [*_of_poses(found), *_of_views(found, scene, surface)]


def _of_poses(found: TrainingSet) -> Iterator[Measure]:
    transforms, poses = found.transforms, found.poses
    focal = transforms["w"] / (2 * np.tan(transforms["camera_angle_x"] / 2))
    centre = (transforms["cx"] - transforms["w"] / 2, transforms["cy"] - transforms["h"] / 2)
    off = np.abs([transforms["fl_x"] - focal, transforms["fl_y"] - focal, *centre]).max()
    yield Measure("intrinsics off, pixels", float(off), 1e-6)
    turns = poses[:, :3, :3]
    bent = np.abs(turns.transpose(0, 2, 1) @ turns - np.eye(3)).max()
    bent = max(bent, np.abs(np.linalg.det(turns) - 1).max(), np.abs(poses[:, 3] - (0, 0, 0, 1)).max())
    yield Measure("poses off rigid motions", float(bent), 1e-6)
    if len(poses) < 3 or bent > 1e-3:
        return
    # All cameras look at one point from one distance: the point is where their axes meet best.
    eyes, backs = poses[:, :3, 3], turns[:, :, 2]
    across = np.eye(3) - backs[:, :, None] * backs[:, None, :]
    target = np.linalg.solve(across.sum(axis=0), np.einsum("nij,nj->i", across, eyes))
    away = np.linalg.norm(eyes - target, axis=1)
    yield Measure("spread of distances to the target, share", float(np.ptp(away) / away.mean()), 1e-6)
    past = np.linalg.norm(eyes - away[:, None] * backs - target, axis=1).max()
    yield Measure("furthest that a camera looks past the target", float(past), 1e-6)
    cosines = (eyes - target) @ (eyes - target).T / np.outer(away, away)
    np.fill_diagonal(cosines, -1)
    angles = np.arccos(cosines.max(axis=1).clip(-1, 1))
    yield Measure("closest two cameras, of the median spacing", float(angles.min() / np.median(angles)), 0.5, True)


def _of_views(found: TrainingSet, scene: Scene, surface: Surface) -> Iterator[Measure]:
    """The measures that are taken from pixels, over all views."""
    opaque = all(material.alpha_mode is AlphaMode.OPAQUE for material in scene.materials)
    transforms = found.transforms
    size, focal = int(transforms["w"]), float(transforms["fl_x"])
    near, far = float(transforms["depth_near"]), float(transforms["depth_far"])
    reach = _REACH * abs(far) / focal
    grid = TriangleGrid(surface.corners, reach)
    first, second, third = (surface.corners[:, corner].astype(np.float64) for corner in range(3))
    fronts = np.cross(second - first, third - first)
    fronts /= np.maximum(np.linalg.norm(fronts, axis=1), 1e-300)[:, None]
    vertices = surface.corners.reshape(-1, 3)
    generator = np.random.default_rng(0)
    shown = generator.permutation(len(vertices))[:2000]
    points, _ = found.points()
    points = points[generator.permutation(len(points))[:2000]]
    seen = np.zeros(len(points), bool)
    wrong: dict[str, int] = defaultdict(int)
    distances, angles, outside = [], [], []

    for index in range(len(found.poses)):
        view = found.view(index)
        mask = view.planes["masks"] > 127
        depth = decoded_depth(view.planes["depth_16bit"], near, far)
        for name, pixels in _inconsistent(view, mask, depth, opaque).items():
            wrong[name] += pixels
        rows, columns = np.nonzero(mask)
        chosen = generator.permutation(len(rows))[:SAMPLES_PER_VIEW]
        rows, columns = rows[chosen], columns[chosen]
        places = back_project(view.pose, focal, size, np.stack([columns, rows], axis=1), depth[rows, columns])
        away, triangles = grid.nearest(places)
        distances.append(away * focal / depth[rows, columns])
        normals = view.planes["normals"][rows, columns] / 127.5 - 1
        known = triangles >= 0
        turned = fronts[triangles[known]]
        towards = view.pose[:3, 3] - places[known]
        behind = surface.two_sided[triangles[known]] & (np.einsum("ij,ij->i", turned, towards) < 0)
        turned[behind] *= -1
        angles.append(np.degrees(np.arccos(np.einsum("ij,ij->i", turned, normals[known]).clip(-1, 1))))
        if opaque:
            facing = np.einsum("ij,ij->i", fronts, view.pose[:3, 3] - first) > 0
            drawn = shown[(surface.two_sided | facing)[shown // 3]]
            outside.append(~_covers(_widened(mask), view.pose, focal, vertices[drawn].astype(np.float64))[0])
        covered, difference = _covers(mask, view.pose, focal, points, depth)
        seen |= covered & (difference < reach / 2)

    total = len(found.poses) * size * size
    for name, pixels in wrong.items():
        yield Measure(f"pixels with {name}, share", pixels / total, _STRAY_COLOUR if name == _STRAY else 0.0)
    pixels_off = np.concatenate(distances)
    yield Measure("pixels with a surface", float(len(pixels_off)), 1, True)
    if len(pixels_off):
        yield Measure("depth off the surface, median, pixel widths", float(np.median(pixels_off)), 0.1)
        yield Measure("depth off by more than 1.5 pixel widths, share", float(np.mean(pixels_off > 1.5)), 0.01)
    if any(len(some) for some in angles):
        yield Measure("normals off the triangles', median, degrees", float(np.median(np.concatenate(angles))), 35)
    if outside:
        yield Measure("vertices outside of masks, share", float(np.mean(np.concatenate(outside))), 0.01)
    yield Measure("points", float(len(points)), 1, True)
    if len(points):
        loose = grid.nearest(points)[0] * focal / near
        yield Measure("points off the surface by 1.5 pixel widths, share", float(np.mean(loose > 1.5)), 0.01)
        yield Measure("points that a camera sees, share", float(seen.mean()), 0.99, True)


def _inconsistent(view: ViewFiles, mask: Bools, distance: Float64, opaque: bool) -> dict[str, int]:
    """How many pixels of a view have planes that contradict each other, by the kind of contradiction."""
    planes = view.planes
    depth, normals = planes["depth_16bit"].astype(np.int64), planes["normals"]
    empty = ~mask
    lengths = np.linalg.norm(normals / 127.5 - 1, axis=2)
    counts = {
        "a mask that is neither 0 nor 255": (planes["masks"] != 0) & (planes["masks"] != 255),
        "depth outside of the mask": empty & ((depth != FAR16) | (planes["depth"] != FAR8)),
        "a normal outside of the mask": empty & (normals != NO_NORMAL).any(axis=2),
        "depths of 8 and 16 bits that differ": np.abs(planes["depth"].astype(np.int64) * 257 - depth) > 129,
        "a normal that is not of length 1": mask & (np.abs(lengths - 1) > 0.02),
    }
    if METRIC_FOLDER in planes:
        counts["metric depth that is another"] = np.abs(
            planes[METRIC_FOLDER] * METRIC_UNIT - np.where(mask, distance, 0)
        ) > METRIC_UNIT
    if opaque:  # transparent surfaces that tint the background by less than a tenth are in no mask
        counts[_STRAY] = ~_widened(mask) & (planes["images"] != 255).any(axis=2)
    return {name: int(np.count_nonzero(pixels)) for name, pixels in counts.items()}


def _widened(mask: Bools) -> Bools:
    """The mask, grown by one pixel to all sides."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    grown = [padded[row : row + height, column : column + width] for row in range(3) for column in range(3)]
    result: Bools = np.any(grown, axis=0)
    return result


def _covers(
    mask: Bools, pose: Float64, focal: float, points: Float64, depth: Array | None = None
) -> tuple[Bools, Float64]:
    """Which of `points` (n, 3) fall into the mask, and how far each is from the depth there."""
    size = len(mask)
    local = (points - pose[:3, 3]) @ pose[:3, :3]
    ahead = np.maximum(-local[:, 2], 1e-9)
    columns, rows = (np.floor(size / 2 + sign * focal * local[:, axis] / ahead).astype(np.int64)
                     for axis, sign in ((0, 1), (1, -1)))
    inside = (columns >= 0) & (columns < size) & (rows >= 0) & (rows < size) & (local[:, 2] < 0)
    columns, rows = columns.clip(0, size - 1), rows.clip(0, size - 1)
    there = ahead if depth is None else depth[rows, columns]
    return inside & mask[rows, columns], np.abs(there - ahead)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("dataset", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.argument("model", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def main(dataset: Path, model: Path) -> None:
    """Measures DATASET (a .zip) against MODEL, the file that it was made from."""
    try:
        measures = check_dataset(dataset, model)
    except (ModelError, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        raise click.ClickException(f"{dataset.name} can't be checked: {error}") from error
    table = Table("measure", box=None)
    for heading in ("value", "limit", ""):
        table.add_column(heading, justify="right")
    for one in measures:
        limit = f"{'>=' if one.at_least else '<='} {one.limit:g}"
        table.add_row(one.name, f"{one.value:.4g}", limit, "ok" if one.kept else "FAILED")
    Console().print(table)
    sys.exit(0 if all(one.kept for one in measures) else 1)


if __name__ == "__main__":
    main()
