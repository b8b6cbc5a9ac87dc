"""Masks and pictures of simple things, drawn by formula: what each test of pictures looks at."""

from collections.abc import Callable, Mapping

import numpy as np
import PIL.Image

from renderer.arrays import Array, Float32, Float64, UInt8

SIDE = 256
Y, X = np.mgrid[:SIDE, :SIDE].astype(np.float64)


def covered(distance: Float64) -> Float32:
    """How much of each pixel lies within an outline at 0, by the distance from it, negative inside."""
    cover: Float32 = np.clip(0.5 - distance, 0, 1).astype(np.float32)
    return cover


def rectangle(x: float, y: float, half_width: float, half_height: float) -> Float64:
    distance: Float64 = np.maximum(np.abs(X - x) - half_width, np.abs(Y - y) - half_height)
    return distance


def disc(x: float = 128, y: float = 128, radius: float = 90) -> Float64:
    distance: Float64 = np.hypot(X - x, Y - y) - radius
    return distance


def turned(*curve: tuple[float, float]) -> Float64:
    """What has these (y, radius) on its outline, in the middle."""
    rows, radii = zip(*curve, strict=True)
    radius = np.interp(Y, rows, radii)
    outside = np.maximum(rows[0] - Y, Y - rows[-1])
    distance: Float64 = np.maximum(np.abs(X - 127.5) - radius, outside)
    return distance


def bars(count: int, half_width: float) -> Float64:
    upright = [rectangle(28 + 200 * k / (count - 1), 128, half_width, 90) for k in range(count)]
    level = [rectangle(128, y, 115, half_width) for y in (80, 176)]
    distance: Float64 = np.min(upright + level, axis=0)
    return distance


def _mug() -> Float64:
    handle = np.abs(np.hypot(X - 160, (Y - 128) * 0.9) - 45) - 9
    distance: Float64 = np.minimum(rectangle(105, 128, 55, 75), np.where(X > 150, handle, 1e3))
    return distance


def _animal() -> Float64:
    legs = np.min([rectangle(x, 185, 9, 40) for x in (75, 100, 165, 188)], axis=0)
    body = np.hypot((X - 130) / 2.0, Y - 130) - 40
    distance: Float64 = np.minimum(np.minimum(body, legs), disc(215, 90, 27))
    return distance


SHAPES: Mapping[str, Callable[[], Float64]] = {
    "disc": disc,
    "bottle": lambda: turned((20, 12), (70, 12), (110, 42), (120, 45), (235, 45)),
    "mug": _mug,
    "book": lambda: rectangle(128, 128, 70, 95),
    "ring": lambda: np.abs(disc(128, 128, 75)) - 25,
    "fence": lambda: bars(7, 6.3),
    "wire": lambda: bars(16, 1.0),
    "animal": _animal,
}
"""Distances from outlines, by name."""


def mask(name: str) -> Float32:
    return covered(SHAPES[name]())


def colors() -> Float64:
    """(SIDE, SIDE, 3) Stripes and a gradient that are nowhere like one of the backdrops."""
    stripes = np.where(np.sin(X / 9 + Y / 14) > 0.3, 1.0, 0.7)
    return np.stack([200 * stripes, 60 + Y / 8, 90 * stripes], axis=-1)


def on(backdrop: Array | tuple[int, int, int], name: str) -> UInt8:
    """(SIDE, SIDE, 3) The thing before a backdrop: a colour, or (SIDE, SIDE, 3)."""
    cover = mask(name)[..., None]
    values: UInt8 = np.round(colors() * cover + np.asarray(backdrop) * (1 - cover)).astype(np.uint8)
    return values


def cut_out(name: str) -> PIL.Image.Image:
    """With transparency around it."""
    return PIL.Image.fromarray(np.dstack([colors(), 255 * mask(name)]).round().astype(np.uint8))
