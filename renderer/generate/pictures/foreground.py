"""A picture -> here -> a soft mask of the object in it, and how that was found.

    alpha       the picture says itself what is transparent
    backdrop    the object differs from a plain backdrop, a colour or a gradient of colours
    u2netp      `saliency` points at it, and its edges are where the picture's are

A plain backdrop shows outlines to the pixel, which the network doesn't; it knows shadows from objects, which the
backdrop doesn't. So where both are there, the mask is the backdrop's where the network agrees.
"""

import dataclasses
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from renderer.arrays import Bools, Float32, Float64, UInt8
from renderer.checkpoints import checkpoint
from renderer.errors import EngineRejected
from renderer.generate.pictures.filters import blur, guided, labelled
from renderer.generate.pictures.saliency import saliency, weights

FoundBy = Literal["alpha", "backdrop", "u2netp", "backdrop and u2netp"]

LEAST, MOST = 0.005, 0.98
"""Shares of the picture that an object covers: less is a speck, more is a picture of no object before a backdrop."""

SMALL_PART = 0.04
"""Of the area of the largest part: smaller ones that don't touch it are dirt on the backdrop."""

PINHOLE = 0.0004
"""Of the area of the largest part: smaller holes are noise."""

_TRANSPARENT, _OPAQUE = 32, 224
_MEANT = 0.01
"""Of the pixels that are transparent, and of those that are opaque, for alpha to say what the object is: a few may be
the rounded corners of a screenshot."""

_PLAIN_TOLERANCE = 0.035
"""Of sRGB's range, by which the pixels of a plain backdrop may differ from a smooth gradient: JPEG's noise, grain."""

_PLAIN_SHARE = 0.8
"""Of the picture's border, that belongs to a plain backdrop: the object may touch the rest."""

_FIRST_GUESS = 0.25
"""Differences from the border's median colour, up to which colours may be those of a gradient."""

_FITTED, _AS_MANY = 20_000, 0.1
"""Pixels by which a gradient is found, about; and by what share of them a simpler one may fit fewer: those may lie in
shadows."""

_SEEN_THROUGH, _HOLE = 0.4, 0.0004
"""A region inside of the object that is as near to the backdrop's colours as this share of the tolerance, and larger
than this share of the picture, is a hole. The white of a label before a white backdrop is shaded differently."""

_DARKEST, _SAME_COLOUR, _EVEN = 0.35, 0.03, 0.02
"""Of a shadow: its brightness as a share of the backdrop's, how far its colour may be off, and how steep it is at most,
per pixel. The edge of an object is steeper."""

_SURELY = 0.8
"""What `saliency` says of the inside of objects; of shadows it says less, but near to an object as much as 0.7."""

_CERTAIN = 0.5
"""That `saliency` must reach somewhere: of pictures of grass or of clouds it says 0.3 at most."""

_AGREED = 0.5
"""Intersection over union of what the network and the backdrop find, from which on they mean the same object."""


@dataclasses.dataclass(frozen=True, slots=True)
class Foreground:
    """`mask` (h, w) is from 0 to 1: how much of each pixel the object covers."""

    mask: Float32
    found_by: FoundBy


def find_foreground(picture: UInt8) -> Foreground:
    """What stands out of an sRGB picture with alpha (h, w, 4). Raises EngineRejected where nothing does."""
    mask, found_by = _find(picture)
    mask = _without_specks(mask)
    share = float((mask > 0.5).mean())
    if share < LEAST:
        raise EngineRejected(
            "Nothing stands out from the picture's background: send one object on a plain background, or with "
            "transparency around it"
        )
    if share > MOST:
        raise EngineRejected(
            "The object fills the whole picture, so that its outline can't be seen: leave some background around it"
        )
    return Foreground(mask, found_by)


def _find(picture: UInt8) -> tuple[Float32, FoundBy]:
    alpha, colors = picture[..., 3], picture[..., :3]
    if not (alpha >= _OPAQUE).any():
        raise EngineRejected("The picture is transparent everywhere: there is nothing to make a model of")
    if (alpha <= _TRANSPARENT).mean() >= _MEANT:
        return (alpha / np.float32(255)).astype(np.float32), "alpha"
    guide = (colors / np.float32(255)).astype(np.float32)
    path = weights()
    if path is None:
        against = _against_backdrop(guide, None)
        if against is None:
            raise EngineRejected(
                "The picture's background isn't plain, and the network that finds objects on others isn't installed "
                "here: send one object on a plain background, or with transparency around it"
            )
        return against, "backdrop"
    found = saliency(colors, path)
    if found.max() < _CERTAIN:
        found = np.zeros_like(found)
    checkpoint()
    against = _against_backdrop(guide, found)
    if against is not None:
        one, other = against > 0.5, found > 0.5
        if not other.any():
            return against, "backdrop"
        near = blur(found, max(found.shape) / 100) > 0.1
        if (one & other & near).sum() >= _AGREED * (one & near | other).sum():
            return against * near, "backdrop and u2netp"
    radius = max(2, max(found.shape) // 80)
    fine = guided(found, guide, radius, epsilon=1e-4)
    return np.clip((fine - 0.5) * 2 + 0.5, 0, 1).astype(np.float32), "u2netp"


def _against_backdrop(colors: Float32, found: Float32 | None) -> Float32 | None:
    """The mask of what differs from the backdrop; None where that isn't plain.

    Shadows are left out where the network, if there is one, doesn't call them parts of the object.
    """
    height, width = colors.shape[:2]
    band = max(2, min(height, width) // 100)
    border = np.ones((height, width), bool)
    border[band:-band, band:-band] = False
    plain, share = _gradient(colors, border)
    if share < _PLAIN_SHARE:
        return None
    difference = np.abs(colors - plain).max(axis=-1).astype(np.float32)
    plain, _ = _gradient(colors, difference <= _PLAIN_TOLERANCE)  # the border tells little of the middle
    difference = np.abs(colors - plain).max(axis=-1).astype(np.float32)
    regions = labelled(difference <= _PLAIN_TOLERANCE)
    outside = regions >= 0
    if not outside.any():
        return None
    areas = np.bincount(regions[outside])
    apart = np.bincount(regions[outside], difference[outside]) / areas
    behind = (apart <= _SEEN_THROUGH * _PLAIN_TOLERANCE) & (areas >= _HOLE * colors.shape[0] * colors.shape[1])
    behind[np.unique(regions[border & outside])] = True
    backdrop = outside & behind[regions]
    if found is not None:
        backdrop = _with_shadows(backdrop, blur(colors, 1.0), plain, found)
        pale = blur(difference, 1.0) > _SEEN_THROUGH * _PLAIN_TOLERANCE
        backdrop &= ~(pale & (found > _SURELY))  # white things before white backdrops
    near = blur(backdrop.astype(np.float32), 2.0) > 0
    # An edge lies where half of the difference to the object is reached, however great that is.
    edge = np.clip(difference / np.maximum(_largest(difference, 3), 2 * _PLAIN_TOLERANCE), 0, 1)
    return np.where(backdrop, 0, np.where(near, edge, 1)).astype(np.float32)


def _with_shadows(backdrop: Bools, colors: Float32, plain: Float64, found: Float32) -> Bools:
    """The backdrop with what joins it without an edge and is a darker shade of the same colour."""
    shade = (colors * plain).sum(axis=-1) / np.maximum((plain * plain).sum(axis=-1), 1e-6)
    darker = (shade < 1) & (shade > _DARKEST) & (np.abs(colors - shade[..., None] * plain).max(axis=-1) < _SAME_COLOUR)
    down, across = np.gradient(colors.mean(axis=-1))
    even = np.hypot(down, across) < _EVEN
    regions = labelled(backdrop | (darker & even & (found < _SURELY)))
    joined = np.unique(regions[backdrop])
    return (regions >= 0) & np.isin(regions, joined)


def _gradient(colors: Float32, known: Bools) -> tuple[Float64, float]:
    """The function of the place that fits the colours (h, w, 3) of most `known` pixels, and the share of these.

    The simplest of a constant, a linear and a quadratic one that fits as many as the best: less is made up elsewhere.
    """
    height, width = known.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    step = max(1, int(known.sum()) // _FITTED)
    there, wanted = terms[known][::step], colors[known][::step].astype(np.float64)
    median = np.median(wanted, axis=0)
    found = []
    for count in (1, 3, 6):
        used = np.abs(wanted - median).max(axis=-1) <= _FIRST_GUESS
        factors = np.zeros((count, 3))
        for _ in range(3):
            if used.sum() >= 2 * count:
                factors = np.linalg.lstsq(there[used, :count], wanted[used], rcond=None)[0]
                used = np.abs(there[:, :count] @ factors - wanted).max(axis=-1) <= _PLAIN_TOLERANCE
        found.append((float(used.mean()), factors))
    best = max(share for share, _ in found)
    share, factors = next(each for each in found if each[0] >= best - _AS_MANY)
    fitted: Float64 = terms[..., : len(factors)] @ factors
    return fitted, share


def _largest(values: Float32, radius: int) -> Float32:
    """The largest value in squares of 2 * radius + 1 pixels a side."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius, radius)
        values = sliding_window_view(np.pad(values, padding, mode="edge"), 2 * radius + 1, axis=axis).max(axis=-1)
    return values


def _without_specks(mask: Float32) -> Float32:
    """Without parts that are small beside the largest one, and with their holes closed in the same measure."""
    solid = mask > 0.5
    regions = labelled(solid)
    if not solid.any():
        return mask
    areas = np.bincount(regions[solid])
    dropped = np.where(solid, (areas < SMALL_PART * areas.max())[regions], False)
    pinholes = labelled(~solid)
    sizes = np.bincount(pinholes[~solid]) if not solid.all() else areas
    filled = np.where(solid, False, (sizes < PINHOLE * areas.max())[pinholes])
    kept = blur(dropped.astype(np.float32), 1.5)
    return np.where(filled, 1, mask * (kept < 0.02)).astype(np.float32)
