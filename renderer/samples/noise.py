"""Seeded smooth noise and image encoding for the procedural textures."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from renderer.arrays import Float32, UInt8


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Float32:
    """Noise of (height, width) `shape` with about zero mean and unit variance, from `cells` random values per axis.

    Cubic B-spline between the cells; it wraps round in x, so it tiles along that axis.
    """
    lattice = rng.standard_normal((cells[0] + 3, cells[1])).astype(np.float32)
    rows = _spline(lattice, shape[0], cells[0], axis=0)
    field = _spline(rows, shape[1], cells[1], axis=1)
    field -= field.mean()
    field /= max(float(field.std()), 1e-6)
    return field


def tiling_noise(rng: np.random.Generator, size: int, cells: tuple[int, int]) -> Float32:
    """Like `smooth_noise`, of (size, size), but it wraps round along both axes."""
    lattice = rng.standard_normal(cells).astype(np.float32)
    field = _spline(_spline(lattice, size, cells[0], axis=0), size, cells[1], axis=1)
    field -= field.mean()
    field /= max(float(field.std()), 1e-6)
    return field


def smoothstep(low: float, high: float, value: npt.NDArray[np.floating]) -> Float32:
    """0 below `low`, 1 above `high`, a smooth cubic between."""
    t: Float32 = np.clip((value.astype(np.float32) - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    smooth: Float32 = t * t * (3.0 - 2.0 * t)
    return smooth


def relief(height: Float32, slope: float) -> UInt8:
    """A tangent-space normal map (h, w, 3) of a height field that tiles in x.

    `slope` scales a height step of 1 between neighbouring pixels. Green is up in the image, as glTF wants it.
    """
    dx = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) * np.float32(0.5 * slope)
    dy = np.gradient(height, axis=0).astype(np.float32) * np.float32(slope)
    length = np.sqrt(dx * dx + dy * dy + 1.0)
    return to_bytes(np.stack([-dx / length, dy / length, 1.0 / length], axis=-1) * 0.5 + 0.5)


def to_bytes(values: npt.NDArray[np.floating]) -> UInt8:
    """Floats in 0..1 as bytes."""
    levels: UInt8 = np.clip(values * 255.0 + 0.5, 0, 255).astype(np.uint8)
    return levels


def as_jpeg(pixels: UInt8, quality: int) -> bytes:
    """(h, w, 3) as a JPEG without chroma subsampling, which would smear fine grain and channels that aren't colours."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
    return buffer.getvalue()


def as_png(pixels: UInt8) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _spline(values: Float32, size: int, cells: int, axis: int) -> Float32:
    """Uniform cubic B-spline along one axis, `size` samples over `cells` intervals; past the end it wraps."""
    place = (np.arange(size) + 0.5) * (cells / size)
    cell = np.minimum(place.astype(np.intp), cells - 1)
    t = (place - cell).astype(np.float32)
    weights = ((1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6, (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6)
    result = np.zeros((size, values.shape[1]) if axis == 0 else (values.shape[0], size), dtype=np.float32)
    for k, weight in enumerate(weights):
        result += np.take(values, cell + k, axis=axis, mode="wrap") * (weight[:, None] if axis == 0 else weight)
    return result
