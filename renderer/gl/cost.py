"""What a picture of the model would cost, worked out before it is drawn: how often the model covers it.

A valid file of some kilobytes can hold a million triangles that each fill the frame: one draw call, which nobody can
stop, of hours. So the areas of all triangles, projected and cut off at the picture's edges, are added up here, and no
driver is asked. What hides what doesn't count.

Most models are cleared by a bound of that sum, from the surface and the distance of each drawable: some fifteen times
the sum where the model fills the frame. Where the bound is too high, each triangle is looked at, for 0.2 s a million.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from renderer.arrays import Float32, Float64, UInt32
from renderer.checkpoints import checkpoint
from renderer.errors import ModelTooLarge
from renderer.gl.context import LINE_WIDTH, POINT_SIZE
from renderer.gl.resources import GpuDrawable
from renderer.scene.nodes import Topology

MOST_LAYERS = 100
"""How often the model may cover a picture, on average over all of it."""

_BATCH = 1 << 17
"""Triangles that are looked at in one go: some 40 MB."""


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """What the model is drawn into, of `size` (width, height) samples. `matrix` (4x4) takes the world to clip space;
    what has a w below `nearest` isn't drawn.

    `culled` says that only the fronts of surfaces that aren't double-sided are drawn, `mirrored` that the matrix turns
    the winding of triangles around.
    """

    matrix: Float64
    size: tuple[int, int]
    nearest: float = 1.0
    culled: bool = False
    mirrored: bool = False


def require_affordable(
    drawables: Sequence[GpuDrawable], pictures: Sequence[Picture], what: str, *, casting: bool = False
) -> None:
    """Raises ModelTooLarge where the model, in the pose that it has, covers one of the `pictures` more than MOST_LAYERS
    times. `what` names them in the message. With `casting`, only what casts shadows counts, with its coarser triangles.
    """
    chosen = [drawable for drawable in drawables if not casting or drawable.casting is not None]
    if not chosen:
        return
    sizes = _Sizes.of(chosen, casting=casting)
    for picture in pictures:
        checkpoint()
        most = sizes.most_layers(picture)
        rest, layers = float(most.sum()), 0.0
        for index in np.argsort(-most).tolist():
            if layers + rest <= MOST_LAYERS:
                break
            rest -= float(most[index])
            for more in _layers(chosen[index], _indices(chosen[index], casting=casting), picture):
                layers += more
                if layers > MOST_LAYERS:
                    raise ModelTooLarge(
                        f"the model's surfaces lie over each other more than {MOST_LAYERS} times, on average over "
                        f"{what}: take away what is hidden or doubled"
                    )


def _indices(drawable: GpuDrawable, *, casting: bool) -> UInt32:
    return drawable.casting if casting and drawable.casting is not None else drawable.primitive.indices


@dataclasses.dataclass(frozen=True, slots=True)
class _Sizes:
    """What bounds of the areas of n drawables follow from. `extents` are in their own space, squared metres of
    triangles or metres of lines, and `stretches` (n, 3), falling, what the world makes of a metre."""

    centres: Float64  # (n, 3)
    radii: Float64
    stretches: Float64
    extents: Float64
    counts: Float64  # of triangles, lines or points
    corners: Float64  # of each of those: 3, 2 or 1

    @classmethod
    def of(cls, drawables: Sequence[GpuDrawable], *, casting: bool) -> "_Sizes":
        indices = [_indices(drawable, casting=casting) for drawable in drawables]
        linear = np.stack([drawable.world[:3, :3] for drawable in drawables])
        corners = np.array([_CORNERS[drawable.primitive.topology] for drawable in drawables], np.float64)
        return cls(
            centres=np.stack([drawable.centre for drawable in drawables]),
            radii=np.array([drawable.radius for drawable in drawables]),
            stretches=np.linalg.svd(linear, compute_uv=False),
            extents=np.array([
                drawable.shape.extent(each, drawable.primitive.topology)
                for drawable, each in zip(drawables, indices, strict=True)
            ]),
            counts=np.array([len(each) for each in indices]) / corners,
            corners=corners,
        )

    def most_layers(self, picture: Picture) -> Float64:
        """(n,): no drawable covers the picture more often."""
        x, y, w = (picture.matrix[row, :3] for row in (0, 1, 3))
        depths = self.centres @ w + picture.matrix[3, 3] - self.radii * np.linalg.norm(w)
        depths = np.maximum(depths, picture.nearest)
        # Where |x| <= w, as in the picture, and the axes are at right angles, x / w changes by so much a metre at most.
        across, along = (np.sqrt(axis @ axis + w @ w) / depths for axis in (x, y))
        shares = {
            3: self.extents * self.stretches[:, 0] * self.stretches[:, 1] * across * along / 4,
            2: self.extents * self.stretches[:, 0] * np.hypot(across, along) * _line_share(picture),
            1: np.full(len(depths), np.inf),
        }
        whole = {3: 1.0, 2: np.sqrt(8) * _line_share(picture), 1: _point_share(picture)}
        found = np.zeros(len(depths))
        for corners, share in shares.items():
            found = np.where(self.corners == corners, np.minimum(share, self.counts * whole[corners]), found)
        return found


_CORNERS = {Topology.TRIANGLES: 3, Topology.LINES: 2, Topology.POINTS: 1}


def _line_share(picture: Picture) -> float:
    """Of the picture that a line covers, for each unit of its length in normalised device coordinates."""
    return LINE_WIDTH / 2 / min(picture.size)


def _point_share(picture: Picture) -> float:
    width, height = picture.size
    return min(POINT_SIZE**2 / (width * height), 1.0)


def _layers(drawable: GpuDrawable, indices: UInt32, picture: Picture) -> Iterator[float]:
    """How often the drawable covers the picture, batch by batch."""
    corners = _CORNERS[drawable.primitive.topology]
    if corners == 1:
        yield len(indices) * _point_share(picture)
        return
    matrix = (picture.matrix @ drawable.world)[[0, 1, 3]].astype(np.float32)
    clip = drawable.positions @ matrix[:, :3].T + matrix[:, 3]
    facing = 0
    if picture.culled and not drawable.material.double_sided:
        facing = -1 if drawable.mirrored != picture.mirrored else 1
    for start in range(0, len(indices), corners * _BATCH):
        checkpoint()
        places = clip[indices[start : start + corners * _BATCH]].reshape(-1, corners, 3)
        if corners == 3:
            yield float(_areas(places, picture.nearest, facing).sum()) / 4
        else:
            yield float(_lengths(places, picture.nearest).sum()) * _line_share(picture)


def _areas(places: Float32, nearest: float, facing: int) -> Float32:
    """Of triangles (k, 3, [x, y, w]) in clip space, as far as they are in the picture, in squared normalised device
    coordinates; never less. `facing` 1 leaves out those that are clockwise there, -1 the others, 0 none."""
    places = _inside(places, nearest)
    cut = (places[:, :, 2] < nearest).any(axis=1)
    flat = places[~cut, :, :2] / places[~cut, :, 2:]
    (ax, ay), (bx, by) = (flat[:, 1] - flat[:, 0]).T, (flat[:, 2] - flat[:, 0]).T
    doubled = ax * by - ay * bx
    whole = (np.abs(doubled) if facing == 0 else np.maximum(facing * doubled, 0)) / 2
    return np.concatenate([
        np.minimum(whole, _spans(flat).prod(axis=1)), _spans(_cut_off(places[cut], nearest)).prod(axis=1)
    ])


def _lengths(places: Float32, nearest: float) -> Float32:
    """The same of lines (k, 2, [x, y, w])."""
    places = _inside(places, nearest)
    lengths: Float32 = np.linalg.norm(_spans(_cut_off(places, nearest)), axis=1)
    return lengths


def _inside(places: Float32, nearest: float) -> Float32:
    """Without those that lie beyond one of the picture's edges, or nearer than what is drawn, as a whole."""
    w = places[:, :, 2]
    outside = (w < nearest).all(axis=1)
    for axis in (0, 1):
        outside |= (places[:, :, axis] > w).all(axis=1) | (places[:, :, axis] < -w).all(axis=1)
    return places[~outside]


def _cut_off(places: Float32, nearest: float) -> Float32:
    """(k, 2 c, 2): in normalised device coordinates the corners (k, c, 3) that aren't too near, and where the edges
    between them and the others reach `nearest`; NaN for the rest."""
    following = np.roll(places, -1, axis=1)
    near, far = places[:, :, 2:], following[:, :, 2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        met = places + (nearest - near) / (far - near) * (following - places)
    edges = np.where((near < nearest) != (far < nearest), met[:, :, :2] / np.float32(nearest), np.float32(np.nan))
    corners = np.where(near < nearest, np.float32(np.nan), places[:, :, :2] / np.where(near < nearest, 1, near))
    return np.concatenate([corners, edges], axis=1)


def _spans(flat: Float32) -> Float32:
    """(k, 2): width and height, within the picture, of the box around each row of points (k, c, 2). NaN is no point."""
    high, low = np.fmax.reduce(flat, axis=1), np.fmin.reduce(flat, axis=1)
    spans: Float32 = np.clip(high, -1, 1) - np.clip(low, -1, 1)
    return spans
