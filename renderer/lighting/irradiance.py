"""The irradiance of a panorama for every direction that a surface may face, as a table.

The nine spherical harmonics that the presets are lit by blur small lamps and windows: these would light surfaces that
face away from them.
"""

import numpy as np

from renderer.arrays import Float32, Float64
from renderer.lighting.prefilter import BRDF_SIZE, COARSEST_SIZE, equirectangular_directions

MAP_SIZE = BRDF_SIZE
"""Texels along each side: less than two degrees each. Both tables share a texture (`environment.upload`)."""

SOURCE_ROWS = 32
"""Of the source, at most, and twice as many columns. A part of it, six degrees wide, shines from the middle of its own
light, so that a small lamp stays in its place. On a grey ball in eleven panoramas the map is at most 1.8/255 off the
exact sum, 0.6/255 at 99 of 100 places; with 64 rows 0.9/255 and 0.4/255, for four times the time (0.6 s on a core)."""

_LUMA = np.array([0.2126, 0.7152, 0.0722])
_NORMALS_AT_ONCE = 1024  # times the 2048 parts of the source: 8 MB


def irradiance_map(radiance: Float32) -> Float32:
    """Irradiance / pi (MAP_SIZE, MAP_SIZE, 3) of the normals in `octahedral_directions`, from an equirectangular source
    as `prefilter` has it."""
    directions, light = _parts(radiance)
    normals = octahedral_directions(MAP_SIZE).astype(np.float32)
    towards, light = directions.T.astype(np.float32), (light / np.pi).astype(np.float32)
    chunks = np.array_split(normals, len(normals) // _NORMALS_AT_ONCE)
    sums = [np.maximum(chunk @ towards, np.float32(0)) @ light for chunk in chunks]
    return np.concatenate(sums).reshape(MAP_SIZE, MAP_SIZE, 3)


def octahedral_directions(size: int) -> Float64:
    """Unit directions (size * size, 3) of the texel centres of a map of octahedral.glsl, its border included."""
    middles = (np.arange(size) + 0.5) / size
    square = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2) - 0.5
    u, v = (square / (0.5 - 1 / COARSEST_SIZE)).T
    # a step over an edge lands on the same edge, mirrored about its middle
    u, v = np.where(np.abs(u) > 1, np.sign(u) * 2 - u, u), np.where(np.abs(u) > 1, -v, v)
    u, v = np.where(np.abs(v) > 1, -u, u), np.where(np.abs(v) > 1, np.sign(v) * 2 - v, v)
    height = 1 - np.abs(u) - np.abs(v)
    fold = np.maximum(-height, 0.0)
    result = np.stack([u - np.where(u < 0, -fold, fold), height, v - np.where(v < 0, -fold, fold)], axis=1)
    return np.asarray(result / np.linalg.norm(result, axis=1, keepdims=True))


def _parts(radiance: Float32) -> tuple[Float64, Float64]:
    """Unit directions (n, 3) of the parts of the source, and the light (n, 3) of each: radiance times solid angle."""
    height, width = radiance.shape[:2]
    directions, solid_angles = equirectangular_directions(height, width)
    light = radiance.reshape(-1, 3) * solid_angles[:, None]
    weights = light @ _LUMA + 1e-9 * solid_angles  # so that a black part has a direction, too
    table = np.concatenate([light, weights[:, None] * directions], axis=1).reshape(height, width, 6)
    for axis, count in enumerate((SOURCE_ROWS, 2 * SOURCE_ROWS)):
        firsts = np.unique(np.linspace(0, table.shape[axis], count, endpoint=False).astype(int))
        table = np.add.reduceat(table, firsts, axis=axis)
    light, middles = np.split(table.reshape(-1, 6), 2, axis=1)
    return middles / np.linalg.norm(middles, axis=1, keepdims=True), light
