"""A picture and its mask -> here -> the textures of a solid: the picture in front, something like it behind.

The front keeps the picture's pixels. Those at the outline, into which the background is mixed, give way to what lies
further inside, and that goes on around the object. The back is the front itself near to the outline, so that no seam is
seen. Further inside nobody knows what it is like, so it is made up:

    mirrored    the front again: of things that are seen from their side, such as cars and animals
    plain       the colours near to the outline go on, blurred: hair behind a face, the cover behind a title
    banded      in each height the mean of the front's colours: bottles have their label all around
"""

import dataclasses
import io
import math
from typing import Literal

import numpy as np
import PIL.Image

from renderer.arrays import Float32, UInt8
from renderer.generate.pictures.filters import blur, spread

Back = Literal["mirrored", "plain", "banded"]

_MIXED = 2.5
"""Pixels at the outline whose colours are partly the background's: a JPEG's colours are half as fine as its pixels."""

_GRAZING = 0.03
"""How far in from the outline of round things colours are not of the surface but what it reflects, seen at a grazing
angle, as a share of the object's size. On the model they would cover all of its sides."""

_EVENED = 0.3
"""Of how much brighter or darker a region is than the whole, in powers: the photo's light; the model gets its own."""

_REGION = 0.12
"""The deviation of the Gaussian that regions are made by, as a share of the object's size."""

_SEEN, _BLURRED = 0.03, 0.04
"""How far in from the outline the back shows the front, and how much it is blurred beyond, as shares of that size."""

_QUALITY = 92
"""Of JPEG: no blocks are seen in smooth regions."""

_LUMINANCE = np.array((0.2126, 0.7152, 0.0722), np.float32)


@dataclasses.dataclass(frozen=True, slots=True)
class Paint:
    """Image files for both sides, which show what lies within `box` (left, top, right, bottom), in the picture's
    pixels; `back` is None where the front is for both. `color` is the front's mean, linear; `roughness` is a guess.
    """

    front: bytes
    back: bytes | None
    box: tuple[float, float, float, float]
    color: tuple[float, float, float]
    roughness: float


def paint(
    picture: UInt8, mask: Float32, box: tuple[int, int, int, int], side: int, back: Back, *,
    rounded: bool, seen_through: bool,
) -> Paint:  # fmt: skip
    """Of the picture (h, w, 3 or 4), sRGB, and its mask (h, w); at most `side` pixels a side. `rounded`:
    towards the outline. What is `seen_through` has the mask as alpha."""
    left, top, right, bottom = box
    colors = (picture[top:bottom, left:right, :3] / np.float32(255)).astype(np.float32)
    cover = mask[top:bottom, left:right]
    size = float(np.sqrt(colors.shape[0] * colors.shape[1]))
    inner = _inner(cover, _MIXED)
    inner = inner if inner.sum() > 0.2 * cover.sum() else cover.copy()  # of something as thin as that all is outline
    if rounded:
        broad = _inner(cover, _GRAZING * size)
        near: Float32 = np.clip(4 * blur(broad, 2 * _GRAZING * size), 0, 1).astype(np.float32)
        inner += near * (np.minimum(broad, inner) - inner)  # what is narrow keeps all of its colours
    linear = _linear(colors)
    red, green, blue = (linear * inner[..., None]).sum(axis=(0, 1)) / max(float(inner.sum()), 1e-6)
    front = spread(_evened(colors, inner, size), inner)
    alpha = cover if seen_through else None
    behind = None if back == "mirrored" else _made_up(front, inner, size, banded=back == "banded")
    return Paint(
        _encoded(front, alpha, side),
        None if behind is None else _encoded(behind, alpha, side if seen_through else side // 2),
        (left, top, right, bottom), (float(red), float(green), float(blue)), _roughness(colors, inner),
    )  # fmt: skip


def _inner(cover: Float32, sigma: float) -> Float32:
    """0 on the outline and up to half of `sigma` within, 1 from some 1.5 `sigma` on."""
    inner: Float32 = np.clip(3 * blur(cover, sigma) - 2, 0, 1) ** 2
    return inner


def _made_up(front: Float32, inner: Float32, size: float, *, banded: bool) -> Float32:
    deep = np.clip(2 * blur(inner, _SEEN * size) - 1, 0, 1)
    deep = deep * deep * (3 - 2 * deep)  # 0 near to the outline, 1 inside
    if banded:
        counts = inner.sum(axis=1, keepdims=True)
        rows = (front * inner[..., None]).sum(axis=1, keepdims=True) / np.maximum(counts, 1e-6)[..., None]
        unknown = spread(rows, np.minimum(counts, 1))
    else:
        unknown = blur(spread(front, inner * (1 - deep) ** 2), _BLURRED * size)
    made: Float32 = front + deep[..., None] * (unknown - front)
    return made


def _blurred(colors: Float32, weights: Float32, sigma: float) -> Float32:
    """Without what has no weight."""
    total = np.maximum(blur(weights, sigma), 1e-4)
    mean = np.divide(blur(colors * weights[..., None], sigma), total[..., None], dtype=np.float32)
    return mean


def _evened(colors: Float32, weights: Float32, size: float) -> Float32:
    luminance: Float32 = np.maximum(colors @ _LUMINANCE, np.float32(0.02))
    region = _blurred(luminance[..., None], weights, _REGION * size)[..., 0]
    mean = float((luminance * weights).sum() / max(float(weights.sum()), 1e-6))
    gain = np.clip((mean / np.maximum(region, 0.02)) ** _EVENED, 0.8, 1.25)
    evened: Float32 = np.clip(colors * gain[..., None], 0, 1).astype(np.float32)
    return evened


def _roughness(colors: Float32, weights: Float32) -> float:
    """Less where highlights are seen: near to white, much brighter than the object is."""
    lowest = colors.min(axis=-1)
    mean = float((lowest * weights).sum() / max(float(weights.sum()), 1e-6))
    lights = float(((lowest > 0.93) * weights).sum() / max(float(weights.sum()), 1e-6)) if mean < 0.6 else 0.0
    return round(float(np.clip(0.75 - 10 * lights, 0.4, 0.75)), 2)


def _linear(colors: Float32) -> Float32:
    low: Float32 = colors / np.float32(12.92)
    high: Float32 = ((colors + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(colors <= 0.04045, low, high)


def _encoded(colors: Float32, alpha: Float32 | None, side: int) -> bytes:
    values = colors if alpha is None else np.concatenate([colors, alpha[..., None]], axis=-1)
    image = PIL.Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8))
    # Powers of two, as simple devices want them: texture coordinates are shares of either side.
    width, height = (min(side, 1 << round(math.log2(length))) for length in image.size)
    # Channels apart, or the colours around what is seen through would be lost.
    bands = [band.resize((width, height), PIL.Image.Resampling.LANCZOS) for band in image.split()]
    image = PIL.Image.merge(image.mode, bands)
    file = io.BytesIO()
    if alpha is None:
        image.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    else:
        image.save(file, "PNG")
    return file.getvalue()
