"""What a picture of the model would cost, worked out before it is drawn: how often the model covers it.

A valid file of some kilobytes can hold a million triangles that each fill the frame: one draw call, which nobody can
stop, of hours. So the areas of all triangles, projected and cut off at the picture's edges, are added up here, and no
driver is asked. What hides what doesn't count.

Most models are cleared by a bound of that sum, from the surface and the distance of each drawable: some fifteen times
the sum where the model fills the frame. Where the bound is too high, each triangle is looked at, for 0.1 s a million.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from renderer.arrays import Float32, Float64, UInt8, UInt32
from renderer.checkpoints import checkpoint
from renderer.errors import ModelTooLarge
from renderer.gl.context import LINE_WIDTH, POINT_SIZE
from renderer.gl.resources import GpuDrawable
from renderer.scene.nodes import Topology

MOST_LAYERS = 64
"""How often the model may cover a picture, on average over all of it. Models of things cover a frame that they fill
some 0.2 times, and 4 times where the camera is close; dense leaves or hair some 20 times. On two cores, a frame of
1920 x 1080 with so many layers of smoke takes 10 s."""

_BATCH = 1 << 17
"""Triangles that are looked at in one go: some 20 MB."""


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
            stretches=np.asarray(np.linalg.svd(linear, compute_uv=False), np.float64),
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
    places = _Places.of(clip, picture.nearest)
    facing = 0
    if picture.culled and not drawable.material.double_sided:
        facing = -1 if drawable.mirrored != picture.mirrored else 1
    for start in range(0, len(indices), corners * _BATCH):
        checkpoint()
        rows = indices[start : start + corners * _BATCH].reshape(-1, corners)
        if corners == 3:
            yield places.area(rows, facing) / 4
        else:
            yield places.length(rows) * _line_share(picture)


_LEFT, _RIGHT, _BELOW, _ABOVE, _NEAR = 1, 2, 4, 8, 16


@dataclasses.dataclass(frozen=True, slots=True)
class _Places:
    """Where vertices are: in clip space (n, [x, y, w]), in normalised device coordinates (n, 2), which mean nothing for
    those that are too near, and the sides of the picture that they lie beyond, (n,)."""

    clip: Float32
    flat: Float32
    sides: UInt8
    nearest: float

    @classmethod
    def of(cls, clip: Float32, nearest: float) -> "_Places":
        x, y, w = clip.T
        beyond = {_LEFT: x < -w, _RIGHT: x > w, _BELOW: y < -w, _ABOVE: y > w, _NEAR: w < nearest}
        sides = np.zeros(len(clip), np.uint8)
        for side, those in beyond.items():
            sides |= those.view(np.uint8) * np.uint8(side)
        depths: Float32 = np.where(beyond[_NEAR], np.float32(1), w)[:, None]
        return cls(clip, np.divide(clip[:, :2], depths, dtype=np.float32), sides, nearest)

    def area(self, rows: UInt32, facing: int) -> float:
        """In squared normalised device coordinates, of the triangles (k, 3), as far as they are in the picture; never
        less. `facing` 1 leaves out those that are clockwise there, -1 the others, 0 none."""
        visible, touched = self._visible(rows)
        cut = touched & _NEAR != 0
        whole, beyond = visible[~cut], touched[~cut] != 0
        flat = self.flat[whole.T]
        (ax, ay), (bx, by) = (flat[1] - flat[0]).T, (flat[2] - flat[0]).T
        doubled = ax * by - ay * bx
        areas = (np.abs(doubled) if facing == 0 else np.maximum(facing * doubled, 0)) / 2
        areas[beyond] = np.minimum(areas[beyond], _spans(self.flat[whole[beyond]]).prod(axis=1))
        pieces = _spans(self._cut_off(visible[cut])).prod(axis=1)
        return float(areas.sum(dtype=np.float64) + pieces.sum(dtype=np.float64))

    def length(self, rows: UInt32) -> float:
        """The same of lines (k, 2)."""
        visible, _ = self._visible(rows)
        return float(np.linalg.norm(_spans(self._cut_off(visible)), axis=1).sum(dtype=np.float64))

    def _visible(self, rows: UInt32) -> tuple[UInt32, UInt8]:
        """Those rows of vertices that don't lie beyond one side as a whole, and the sides that any of a row's do."""
        sides = self.sides[rows.T]
        inside = np.bitwise_and.reduce(sides) == 0
        return rows[inside], np.bitwise_or.reduce(sides)[inside]

    def _cut_off(self, rows: UInt32) -> Float32:
        """(k, 2 c, 2): in normalised device coordinates the vertices of the rows (k, c) that aren't too near, and where
        the edges between them and the others reach `nearest`; NaN for the rest."""
        places = self.clip[rows]
        following = np.roll(places, -1, axis=1)
        near, far = places[:, :, 2:], following[:, :, 2:]
        with np.errstate(divide="ignore", invalid="ignore"):
            met = (places + (self.nearest - near) / (far - near) * (following - places))[:, :, :2]
        edges = np.where((near < self.nearest) != (far < self.nearest), met / np.float32(self.nearest), np.nan)
        corners = np.where(near < self.nearest, np.nan, self.flat[rows])
        return np.concatenate([corners, edges], axis=1).astype(np.float32)


def _spans(flat: Float32) -> Float32:
    """(k, 2): width and height, within the picture, of the box around each row of points (k, c, 2). NaN is no point."""
    high, low = np.fmax.reduce(flat, axis=1), np.fmin.reduce(flat, axis=1)
    spans: Float32 = np.clip(high, -1, 1) - np.clip(low, -1, 1)
    return spans
