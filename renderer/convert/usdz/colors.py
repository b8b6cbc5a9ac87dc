"""Colours of vertices, which AR viewers don't show: they go into the base colour's factor where all are alike, else
into a texture of its own, in which each triangle has a square."""

import dataclasses
import math

import numpy as np

from renderer.arrays import Float32, Float64, Int64, UInt8
from renderer.checkpoints import checkpoint
from renderer.convert.usdz.pictures import SIDE, Picture, Pictures, decoded_srgb, encoded_srgb
from renderer.scene.nodes import AlphaMode, Material, Primitive, TextureRef

_CLAMP, _MIRROR = 33071, 33648
_SQUARE = 8
"""Texels per side of a triangle's square, and what larger ones are multiples of: JPEG's blocks, so that no triangle's
colours get into another's. Smaller ones, where there are many triangles, are stored without loss."""

_TEXELS = 1 << 20
"""Computed at a time: some 200 bytes each."""


@dataclasses.dataclass(frozen=True, slots=True)
class Coloring:
    """What a primitive has as base colour: the linear RGBA `factor` times the material's texture; or, baked with all of
    that, `picture` at the coordinates `st` (3t, 2), one for each corner of its triangles."""

    factor: tuple[float, float, float, float]
    picture: Picture | None = None
    st: Float32 | None = None


def coloring(primitive: Primitive, material: Material, pictures: Pictures, notes: list[str]) -> Coloring:
    factor = material.base_color_factor
    if primitive.colors is None:
        return Coloring(factor)
    colors = primitive.colors.astype(np.float64)
    if material.alpha_mode is AlphaMode.OPAQUE:
        colors[:, 3] = 1.0
    shown = colors[np.unique(primitive.indices)]
    triangles = len(primitive.indices) // 3
    blocks = math.ceil(math.sqrt(triangles))
    crowded = 2 * blocks > SIDE
    if crowded:
        notes.append("the colours of vertices are too many for a texture, and their mean is shown")
    if crowded or not np.ptp(shown, axis=0).any():
        red, green, blue, alpha = (shown.mean(axis=0) * factor).tolist()
        return Coloring((red, green, blue, alpha))
    colors *= factor
    reference = material.base_color_texture
    wanted = _SQUARE
    if reference is not None:  # as many texels as the texture has; half of each square is used
        height, width = pictures.pixels(reference.image).shape[:2]
        wanted = max(_SQUARE, math.ceil(math.sqrt(2 * height * width / triangles)))
    size = min(SIDE // blocks, wanted)
    if size > _SQUARE:
        size -= size % _SQUARE
    pixels = _atlas(primitive, colors, reference, pictures, blocks, size)
    opaque = material.alpha_mode is AlphaMode.OPAQUE
    picture = pictures.made(pixels[..., :3] if opaque else pixels, "colors", lossless=size < _SQUARE)
    return Coloring((1.0, 1.0, 1.0, 1.0), picture, _corners(triangles, blocks, size))


def _corners(triangles: int, blocks: int, size: int) -> Float32:
    """The first corner lies at the centre of its square's first texel, the others of the last in its row and column."""
    numbers = np.arange(triangles)
    origin = np.stack((numbers % blocks, numbers // blocks), axis=1)[:, None] * size + 0.5
    corners = origin + np.array([(0, 0), (size - 1, 0), (0, size - 1)])
    st = corners / (blocks * size, math.ceil(triangles / blocks) * size)
    st[..., 1] = 1.0 - st[..., 1]
    rows: Float32 = st.reshape(-1, 2).astype(np.float32)
    return rows


def _atlas(
    primitive: Primitive, colors: Float64, reference: TextureRef | None, pictures: Pictures, blocks: int, size: int
) -> UInt8:
    """(height, width, 4) in sRGB. Between a square's corners, colours change as they do on the triangle: the fourth
    corner continues the plane through the three, as far as colours go, so that a viewer's filter finds little else."""
    triangles = primitive.indices.reshape(-1, 3).astype(np.int64)
    rows = math.ceil(len(triangles) / blocks)
    atlas = np.zeros((rows * blocks, size, size, 4), np.uint8)
    step = max(_TEXELS // size**2, 1)
    for start in range(0, len(triangles), step):
        checkpoint()
        part = triangles[start : start + step]
        linear = _spread(colors, part, size)
        if reference is not None:
            uvs = _spread(primitive.texcoords[reference.texcoord].astype(np.float64), part, size)
            linear *= _texels(pictures.pixels(reference.image), reference, uvs)
        atlas[start : start + step, ..., :3] = encoded_srgb(linear[..., :3])
        atlas[start : start + step, ..., 3] = np.round(np.clip(linear[..., 3], 0.0, 1.0) * 255)
    squares = atlas.reshape(rows, blocks, size, size, 4).transpose(0, 2, 1, 3, 4)
    return squares.reshape(rows * size, blocks * size, 4)


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
