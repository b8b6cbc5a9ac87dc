"""Trains a radiance field from a training set on the processor: `python -m tests.benchmarks.radiance`.

The proof that a set is what it says to those who buy it: cameras and colours alone (and masks, to know where to look)
must let a field predict views that it never saw. The field is a voxel grid of density and of colour by spherical
harmonics of degree 1 (after Plenoxels, CVPR 2022), with its gradients written out in NumPy. One view of eight is held
out. The set is exported from our own sample unless one is given.
"""

import dataclasses
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageFilter

from renderer.arrays import Float32, Float64
from renderer.dataset.export import export_dataset
from renderer.dataset.reader import TrainingSet
from renderer.gl.context import open_device
from renderer.samples import write_sample
from renderer.spec.dataset import DatasetSpec
from tests.benchmarks.rows import Row, at_least
from tests.renderer.dataset.support import Silent

SIDE = 200
"""Pixels of the pictures that are learnt: those of the set, box-filtered."""
HELD_OUT = 8
STAGES = ((48, 150), (96, 250))
"""Grid points along an axis, and steps of training."""
RAYS = 4096
"""In one step."""
LEAST_PSNR = 22.0
"""Decibels over held-out pictures as a whole, of our sample; its glass lid is hard for so small a field."""

_RATES = np.array([0.2] + [0.1] * 12, np.float32)
_DENSEST = 100.0
_FAINT, _CLEAR = -3.0, -4.0
"""Density before softplus: where training starts, and below which a point is left out of a finer grid."""
_HARMONICS = (0.2820948, 0.4886025)
_OPAQUE = 1e-3
"""Light that is left where a ray ends."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pictures:
    """Views as a field sees them: camera-to-world matrices (n, 4, 4), colours (n, SIDE, SIDE, 3), 0 to 1, and
    where the model is near (n, SIDE, SIDE)."""

    poses: Float64
    focal: float
    colors: Float32
    near: np.ndarray

    @classmethod
    def of(cls, path: Path) -> "Pictures":
        colors, near = [], []
        with TrainingSet(path) as found:
            for index in range(len(found.poses)):
                planes = found.view(index).planes
                image, mask = (Image.fromarray(planes[folder]).resize((SIDE, SIDE), Image.Resampling.BOX)
                               for folder in ("images", "masks"))
                colors.append(np.asarray(image, np.float32) / 255)
                near.append(np.asarray(mask.filter(ImageFilter.MaxFilter(7))) > 0)
            focal = found.transforms["fl_x"] * SIDE / found.transforms["w"]
            return cls(found.poses, focal, np.stack(colors), np.stack(near))

    def rays(self, views: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> tuple[Float32, Float32]:
        """Origins and unit directions, (n, 3) each, through the middles of pixels."""
        local = np.stack([(columns + 0.5 - SIDE / 2) / self.focal, (SIDE / 2 - rows - 0.5) / self.focal,
                          -np.ones(len(rows))], axis=1)
        directions = np.einsum("nij,nj->ni", self.poses[views, :3, :3], local)
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        return self.poses[views, :3, 3].astype(np.float32), directions.astype(np.float32)


class Field:
    """Density and colour on the active points of a grid over the cube that holds the model.

    `values` (points + 1, 13): density before softplus, in units of _DENSEST per side of the cube; then the harmonics of
    each channel before the logistic function. The last row is empty space, and stays so.
    """

    def __init__(self, low: Float64 | Float32, side: float, points: int, active: np.ndarray, values: Float32) -> None:
        self.low: Float32 = low.astype(np.float32)
        self.side, self.points = side, points
        self.index = np.full(points**3, len(values), np.int32)
        self.index[active] = np.arange(len(values))
        self.values = np.concatenate([values, np.array([[-12.0] + [0.0] * 12], np.float32)])
        self._moments = np.zeros((2, *self.values.shape), np.float32)
        self._steps = 0

    def corners(self, places: Float32) -> tuple[np.ndarray, Float32]:
        """Rows of `values` and weights, (n, 8) each, that make up the values at `places` (n, 3)."""
        spots = (places - self.low) * ((self.points - 1) / self.side)
        first = np.clip(spots.astype(np.int32), 0, self.points - 2)
        inner = spots - first
        base = (first[:, 0] * self.points + first[:, 1]) * self.points + first[:, 2]
        offsets = [(x * self.points + y) * self.points + z for x in (0, 1) for y in (0, 1) for z in (0, 1)]
        pairs = np.stack([1 - inner, inner], axis=2)
        weights = pairs[:, 0, :, None, None] * pairs[:, 1, None, :, None] * pairs[:, 2, None, None, :]
        return self.index[base[:, None] + np.array(offsets)], weights.reshape(-1, 8)

    def descend(self, gradient: Float32, rate: float) -> None:
        """A step of Adam (Kingma and Ba, 2015)."""
        self._steps += 1
        first, second = self._moments
        first += 0.1 * (gradient - first)
        second += 0.01 * (gradient * gradient - second)
        scale = np.sqrt(1 - 0.99**self._steps) / (1 - 0.9**self._steps)
        self.values[:-1] -= (rate * scale * _RATES * first / (np.sqrt(second) + 1e-10))[:-1]


class Rendered:
    """Rays through a field: `color` (n, 3), on white, and what the gradient needs of the way."""

    def __init__(self, field: Field, origins: Float32, directions: Float32) -> None:
        self._field = field
        self._step = field.side / (field.points - 1) / 1.5
        # Where rays are in the cube: slabs.
        with np.errstate(divide="ignore"):
            ends = (np.stack([field.low, field.low + field.side])[:, None] - origins) / directions
        start, stop = ends.min(axis=0).max(axis=1).clip(0), ends.max(axis=0).min(axis=1)
        counts = np.ceil((stop - start) / self._step).clip(0).astype(np.int64)
        ray = np.repeat(np.arange(len(origins)), counts)
        ranks = np.arange(len(ray)) - np.repeat(counts.cumsum() - counts, counts)
        places = origins[ray] + directions[ray] * (start[ray] + (ranks + 0.5).astype(np.float32) * self._step)[:, None]
        nearest = np.rint((places - field.low) * ((field.points - 1) / field.side)).astype(np.int32)
        nearest = nearest.clip(0, field.points - 1)
        flat = (nearest[:, 0] * field.points + nearest[:, 1]) * field.points + nearest[:, 2]
        held = field.index[flat] < len(field.values) - 1
        ray, places = ray[held], places[held]
        rows, weights = field.corners(places)
        raw = np.einsum("nc,nc->n", field.values[:, 0][rows], weights)
        depth = np.logaddexp(0, raw) * (_DENSEST * self._step / field.side)  # optical
        light = np.exp(-_before(depth, ray, len(origins)))
        lit = light > _OPAQUE
        self._ray, self._rows, self._weights, self._raw = ray[lit], rows[lit], weights[lit], raw[lit]
        self._light, depth = light[lit], depth[lit]
        left = directions[self._ray]
        self._basis = np.stack([np.full(len(left), _HARMONICS[0]), *(_HARMONICS[1] * left.T)], axis=1)
        harmonics = np.einsum("ncv,nc->nv", field.values[self._rows, 1:], self._weights).reshape(-1, 3, 4)
        self._color = 1 / (1 + np.exp(-np.einsum("nkh,nh->nk", harmonics, self._basis)))
        self._passed = np.exp(-depth)
        self._share = self._light * (1 - self._passed)
        self._parts = self._share[:, None] * self._color
        total = np.stack([np.bincount(self._ray, part, len(origins)) for part in self._parts.T], axis=1)
        rest = 1 - np.bincount(self._ray, self._share, len(origins))
        self.color = total + rest[:, None]

    def gradient(self, outer: Float64) -> Float32:
        """Of a loss whose derivatives by `color` are `outer`, by the field's values."""
        field, ray = self._field, self._ray
        behind = self.color[ray] - _before(self._parts, ray, len(outer)) - self._parts  # what comes after each sample
        pull = outer[ray]
        by_depth = ((self._light * self._passed)[:, None] * self._color - behind) * pull
        by_raw = by_depth.sum(axis=1) * (_DENSEST * self._step / field.side) / (1 + np.exp(-self._raw))
        by_logit = self._share[:, None] * self._color * (1 - self._color) * pull
        by_harmonic = (by_logit[:, :, None] * self._basis[:, None]).reshape(-1, 12)
        by_value = np.concatenate([by_raw[:, None], by_harmonic], axis=1)
        rows = self._rows.ravel()
        spread = (by_value[:, None] * self._weights[..., None]).reshape(len(rows), -1)
        sums = [np.bincount(rows, column, len(field.values)) for column in spread.T]
        return np.stack(sums, axis=1).astype(np.float32)


def _before(values: np.ndarray, ray: np.ndarray, rays: int) -> Float64:
    """Of each sample, the sum of its ray's `values` before it; samples are in the order of rays."""
    running: Float64 = np.cumsum(values, axis=0, dtype=np.float64) - values
    counts = np.bincount(ray, minlength=rays)
    firsts = (counts.cumsum() - counts).clip(0, max(len(values) - 1, 0))
    before: Float64 = running - running[firsts[ray]]
    return before


def grid_points(low: Float64 | Float32, side: float, points: int) -> Float64:
    """(points^3, 3), in the order of flat indices."""
    axis = np.linspace(0, side, points)
    places: Float64 = low + np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=3).reshape(-1, 3)
    return places


def hull(pictures: Pictures, views: np.ndarray, low: Float64, side: float, points: int) -> np.ndarray:
    """Which points of the grid, flat, no mask rules out."""
    places = grid_points(low, side, points)
    alive = np.arange(points**3)
    for view in views:
        pose = pictures.poses[view]
        local = (places[alive] - pose[:3, 3]) @ pose[:3, :3]
        columns, rows = (
            (SIDE / 2 + pictures.focal * local[:, axis] * sign / -local[:, 2]).astype(int).clip(0, SIDE - 1)
            for axis, sign in ((0, 1), (1, -1))
        )
        alive = alive[pictures.near[view, rows, columns]]
    return alive


def refined(field: Field, points: int) -> Field:
    """The same on a finer grid, without what has become clear."""
    rows, weights = field.corners(grid_points(field.low, field.side, points).astype(np.float32))
    dense = np.einsum("nc,nc->n", field.values[:, 0][rows], weights)
    active = np.flatnonzero(dense > _CLEAR)
    values = np.einsum("ncv,nc->nv", field.values[rows[active]], weights[active])
    return Field(field.low, field.side, points, active, values)


def train(pictures: Pictures, low: Float64, side: float) -> Field:
    """A field learnt from all views but those held out; the model lies in the cube at `low` with this `side`."""
    views = np.array([index for index in range(len(pictures.poses)) if index % HELD_OUT])
    pixels = np.stack(np.nonzero(pictures.near))
    pixels = pixels[:, pixels[0] % HELD_OUT > 0]
    generator = np.random.default_rng(0)
    points, _ = STAGES[0]
    active = hull(pictures, views, low, side, points)
    field = Field(low, side, points, active, np.array([[_FAINT] + [0.0] * 12], np.float32).repeat(len(active), axis=0))
    for points, steps in STAGES:
        if points != field.points:
            field = refined(field, points)
        for step in range(steps):
            view, rows, columns = pixels[:, generator.integers(pixels.shape[1], size=RAYS)]
            rendered = Rendered(field, *pictures.rays(view, rows, columns))
            off = rendered.color - pictures.colors[view, rows, columns]
            field.descend(rendered.gradient(2 * off / RAYS), 0.1 ** (step / steps))
    return field


def picture(field: Field, pictures: Pictures, view: int) -> Float32:
    """(SIDE, SIDE, 3): what the field shows to the camera of a view."""
    rows, columns = (places.ravel() for places in np.mgrid[:SIDE, :SIDE])
    parts = np.array_split(np.arange(len(rows)), len(rows) // RAYS)
    shown = [Rendered(field, *pictures.rays(np.full(len(part), view), rows[part], columns[part])).color
             for part in parts]
    return np.concatenate(shown).reshape(SIDE, SIDE, 3).clip(0, 1).astype(np.float32)


def psnr(off: Float32) -> float:
    """Decibels, of differences between colours of 0 to 1."""
    return float(-10 * np.log10(np.mean(off.astype(np.float64) ** 2)))


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """PSNR in decibels, means over the views held out: of whole pictures, and of the pixels near the model alone."""

    whole: float
    near: float
    seconds: float
    pairs: list[Float32]  # each (SIDE, 2 SIDE, 3): the set's picture and the field's


def learnt(path: Path) -> Result:
    """Trains on the set at `path`."""
    began = time.perf_counter()
    pictures = Pictures.of(path)
    field = train(pictures, np.array([-1.05, -0.05, -1.05]), 2.1)  # the largest side of a set's model is 2, its floor 0
    seconds = time.perf_counter() - began
    whole, near, pairs = [], [], []
    for view in range(0, len(pictures.poses), HELD_OUT):
        shown, true = picture(field, pictures, view), pictures.colors[view]
        whole.append(psnr(shown - true))
        near.append(psnr((shown - true)[pictures.near[view]]))
        pairs.append(np.concatenate([true, shown], axis=1))
    return Result(float(np.mean(whole)), float(np.mean(near)), seconds, pairs)


def exported(folder: Path) -> Path:
    """A set of 100 views of our own sample, from all around."""
    write_sample(folder / "sample.glb")
    spec = DatasetSpec(views=100, size=2 * SIDE, coverage="sphere")
    export_dataset(folder / "sample.glb", spec, folder / "set.zip", device=open_device("auto"), cache_dir=folder,
                   listener=Silent())
    return folder / "set.zip"


def measure() -> list[Row]:
    """Whether a field learns from our sample's set."""
    with tempfile.TemporaryDirectory() as name:
        found = learnt(exported(Path(name)))
    figure = f"{found.whole:.1f} dB, {found.near:.1f} near the model; {found.seconds:.0f} s of training"
    return [at_least("radiance field, views held out: PSNR", figure, found.whole, LEAST_PSNR,
                     "python -m tests.benchmarks.radiance")]


@click.command()
@click.option("--set", "path", type=click.Path(exists=True, path_type=Path), help="A set's ZIP. Default: our sample's.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Where a sheet of the views held out goes, as PNG.")
def main(path: Path | None, pictures: Path | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        found = learnt(path or exported(Path(name)))
    if pictures is not None:
        sheet = np.concatenate(found.pairs[:: max(1, len(found.pairs) // 4)])
        Image.fromarray(np.rint(255 * sheet).astype(np.uint8)).save(pictures)
    click.echo(f"held out: {found.whole:.2f} dB, {found.near:.2f} dB near the model; {found.seconds:.0f} s")


if __name__ == "__main__":
    main()
