"""Colours of vertices, which AR viewers don't show: they go into the base colour's factor where all are alike, else
into a texture of its own, in which each triangle has a square."""

import dataclasses
import math

import numpy as np

from renderer.arrays import Float32, Float64
from renderer.convert.usdz.atlas import drawn, laid_out
from renderer.convert.usdz.pictures import SIDE, Picture, Pictures
from renderer.scene.nodes import AlphaMode, Material, Primitive

_SQUARE = 8
"""Texels per side of a triangle's square, and what larger ones are multiples of: JPEG's blocks, so that no triangle's
colours get into another's. Smaller ones, where there are many triangles, are stored without loss."""


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
    if not np.ptp(shown, axis=0).any():
        return Coloring(_mean(shown, factor))
    triangles = len(primitive.indices) // 3
    columns = math.ceil(math.sqrt(triangles))
    if 2 * columns > SIDE:
        notes.append("the colours of vertices are too many for a texture, and their mean is shown")
        return Coloring(_mean(shown, factor))
    reference, texture = material.base_color_texture, None
    wanted = _SQUARE
    if reference is not None:  # as many texels as the texture has; half of each square is used
        texture = pictures.pixels(reference.image)
        height, width = texture.shape[:2]
        wanted = max(_SQUARE, math.ceil(math.sqrt(2 * height * width / triangles)))
    size = min(SIDE // columns, wanted)
    if size > _SQUARE:
        size -= size % _SQUARE
    layout = laid_out(primitive, columns, size)
    pixels = drawn(layout, primitive, colors * factor, reference, texture)
    opaque = material.alpha_mode is AlphaMode.OPAQUE
    picture = pictures.made(pixels[..., :3] if opaque else pixels, "colors", lossless=size < _SQUARE)
    return Coloring((1.0, 1.0, 1.0, 1.0), picture, layout.corners())


def _mean(colors: Float64, factor: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    red, green, blue, alpha = (colors.mean(axis=0) * factor).tolist()
    return red, green, blue, alpha
