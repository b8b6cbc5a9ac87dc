"""A texture in which each triangle has a square of its own, and what is drawn there: where the squares lie, and the
colours of vertices over them, with those of a texture below."""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from renderer.arrays import Float32, Float64, Int64, UInt8
from renderer.checkpoints import checkpoint
from renderer.convert.usdz.pictures import decoded_srgb, encoded_srgb
from renderer.scene.nodes import Primitive, TextureRef

_CLAMP, _MIRROR = 33071, 33648
_TEXELS = 1 << 20
"""Computed at a time: some 200 bytes each."""

_BITS = 10
"""Of a place along an axis, for the order of squares: 1024 steps."""


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """`columns` x `rows` squares of `size` texels a side; `cells` (t, 2) are the column and the row of each triangle's.

    Triangles that are near each other in space have squares near each other, so that a texture's smaller versions,
    which mix what is near, still have its colours.
    """

    columns: int
    rows: int
    size: int
    cells: Int64

    def corners(self) -> Float32:
        """(3t, 2): texture coordinates, v up, of all triangles' corners. The first lies at the centre of its square's
        first texel, the others of the last in its row and in its column."""
        origin = self.cells[:, None] * self.size + 0.5
        corners = origin + np.array([(0, 0), (self.size - 1, 0), (0, self.size - 1)])
        st = corners / (self.columns * self.size, self.rows * self.size)
        st[..., 1] = 1.0 - st[..., 1]
        found: Float32 = st.reshape(-1, 2).astype(np.float32)
        return found


def laid_out(primitive: Primitive, columns: int, size: int) -> Layout:
    """A layout for all triangles, in so many columns."""
    centers = primitive.positions[primitive.indices.reshape(-1, 3)].astype(np.float64).mean(axis=1)
    rows = math.ceil(len(centers) / columns)
    extent = max(float(np.ptp(centers, axis=0).max()), 1e-30)
    steps = ((centers - centers.min(axis=0)) / extent * (2**_BITS - 1)).astype(np.int64)
    grid = np.stack(np.divmod(np.arange(columns * rows), columns)[::-1], axis=1)
    cells = np.empty((len(centers), 2), np.int64)
    cells[np.argsort(_z_order(steps), kind="stable")] = grid[np.argsort(_z_order(grid))][: len(centers)]
    return Layout(columns, rows, size, cells)


def _z_order(places: Int64) -> Int64:
    """Numbers by which places (n, axes) come in Morton's order: the bits of all axes in turn."""
    axes = places.shape[1]
    code = np.zeros(len(places), np.int64)
    for bit in range(_BITS):
        for axis in range(axes):
            code |= (places[:, axis] >> bit & 1) << (bit * axes + axis)
    return code


def drawn(
    layout: Layout, primitive: Primitive, colors: Float64, reference: TextureRef | None, texture: UInt8 | None
) -> UInt8:
    """(height, width, 4) in sRGB: the linear RGBA `colors` of vertices, times what `reference` takes from the pixels of
    the `texture`, if there is one.

    Between a square's corners, colours change as they do on the triangle: the fourth corner continues the plane through
    the three, as far as colours go, so that a viewer's filter finds little else.
    """
    size = layout.size
    atlas = np.empty((layout.rows, layout.columns, size, size, 4), np.uint8)
    atlas[...] = _encoded(colors.mean(axis=0))  # what squares are left over, smaller versions mix with the others
    for chosen, triangles in _steps(primitive, size):
        linear = _spread(colors, triangles, size)
        if reference is not None and texture is not None:
            uvs = _spread(primitive.texcoords[reference.texcoord].astype(np.float64), triangles, size)
            linear *= _texels(texture, reference, uvs)
        columns, rows = layout.cells[chosen].T
        atlas[rows, columns] = _encoded(linear)
    return atlas.transpose(0, 2, 1, 3, 4).reshape(layout.rows * size, layout.columns * size, 4)


def _encoded(linear: Float64) -> UInt8:
    """RGB in sRGB and alpha, of linear RGBA (..., 4)."""
    alpha = np.round(np.clip(linear[..., 3:], 0.0, 1.0) * 255).astype(np.uint8)
    return np.concatenate((encoded_srgb(linear[..., :3]), alpha), axis=-1)


def _steps(primitive: Primitive, size: int) -> Iterator[tuple[slice, Int64]]:
    """Some of the triangles, and their vertices (t, 3), at a time."""
    triangles = primitive.indices.reshape(-1, 3).astype(np.int64)
    step = max(_TEXELS // size**2, 1)
    for start in range(0, len(triangles), step):
        checkpoint()
        chosen = slice(start, start + step)
        yield chosen, triangles[chosen]


def _spread(values: Float64, triangles: Int64, size: int) -> Float64:
    """(t, size, size, width): the values (n, width) of vertices over each triangle's square."""
    first, second, third = (values[triangles[:, corner], None, None] for corner in range(3))
    along = np.arange(size) / (size - 1)
    spread: Float64 = first + along[:, None] * (second - first) + along[:, None, None] * (third - first)
    return spread


def _texels(pixels: UInt8, reference: TextureRef, uvs: Float64) -> Float64:
    """Linear RGBA at glTF's coordinates (..., 2), between the centres of texels."""
    height, width = pixels.shape[:2]
    matrix = reference.transform.astype(np.float64)
    places = (uvs @ matrix[:2, :2].T + matrix[:2, 2]) * (width, height) - 0.5
    low = np.floor(places).astype(np.int64)
    part = (places - low)[..., None, :]
    wraps = (reference.sampler.wrap_s, reference.sampler.wrap_t)
    sides = (width, height)
    (x0, y0), (x1, y1) = (
        [_wrapped(low[..., axis] + more, sides[axis], wraps[axis]) for axis in (0, 1)] for more in (0, 1)
    )
    upper = _linear(pixels[y0, x0]) * (1 - part[..., 0]) + _linear(pixels[y0, x1]) * part[..., 0]
    lower = _linear(pixels[y1, x0]) * (1 - part[..., 0]) + _linear(pixels[y1, x1]) * part[..., 0]
    mixed: Float64 = upper * (1 - part[..., 1]) + lower * part[..., 1]
    return mixed


def _wrapped(places: Int64, side: int, wrap: int) -> Int64:
    if wrap == _CLAMP:
        return np.clip(places, 0, side - 1)
    if wrap == _MIRROR:
        places = places % (2 * side)
        return np.minimum(places, 2 * side - 1 - places)
    return places % side


def _linear(pixels: UInt8) -> Float64:
    return np.concatenate((decoded_srgb(pixels[..., :3]), pixels[..., 3:] / 255), axis=-1)
