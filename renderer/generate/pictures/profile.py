"""A mask -> here -> the outline of a body of revolution about an upright axis that fits it best: bottles, vases, lamps.

What lies beyond that outline on one side or on both, such as handles, is told apart from it.
"""

import dataclasses

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from renderer.arrays import Array, Bools, Float32, Float64
from renderer.generate.pictures.filters import blur

_SEARCHED = 96
"""Pixels of width on which the axis is searched for first."""

_HANDLE_BREADTH, _AROUND = 0.008, 0.016
"""How broad handles are, about, as shares of the object's size; and how far around their middles they may reach."""

_INTO = 0.85
"""Of the body's radius, from which on what is near to a handle belongs to that too, so that both are joined."""

_AXIS_AMONG = (0.25, 0.75)
"""Of the width of the object's box: a cup's axis lies off its middle, on the side without the handle."""

_LEAN = 0.05
"""How far the axis may lean, as a tangent: cameras that look down on things at their pictures' sides see them so."""

_LINES_OF, _AGREE = 48, 0.006
"""Rows through any two of whose middles a line is tried for that, and how far off it others may be that agree, as a
share of the width."""


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """In the mask's pixels: the axis is at x = `foot` + `lean` * row, and `radii` (k,) lie at the `rows` (k,), from the
    top down.

    Where the axis lies in a gap of the mask, `radii` are between those above and below. `symmetry` is the share of the
    mask that has a mirror image, `compact` the share of that in rows without gaps, and `handled` the share of the mask
    that lies beyond the outline and is as broad as a handle. `handles` (h, w) is the mask of that, and of where it goes
    on into the body.
    """

    foot: float
    lean: float
    rows: Float64
    radii: Float64
    symmetry: float
    compact: float
    handled: float
    handles: Float32


def read_profile(mask: Float32) -> Profile:
    """Of a mask (h, w) that is over 1/2 somewhere."""
    solid = mask > 0.5
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    box = mask[top:bottom, left:right]
    height, width = box.shape
    foot, lean = _leaning(box, _upright(box))
    axes = foot + lean * np.arange(height, dtype=np.float64)
    both = np.minimum(box, _mirrored(box, 2 * axes))
    body = np.where(_run(both > 0.5, axes), both, 0)
    total, mirrored_total = (max(float(part.sum()), 1e-6) for part in (box, both))
    radii = body.sum(axis=1, dtype=np.float64) / 2  # to parts of a pixel
    away = np.abs(np.arange(width) - axes[:, None])
    beyond = np.where(away > radii[:, None] + 0.5, box, 0)
    size = np.sqrt(height * width)
    broad = blur(beyond, _HANDLE_BREADTH * size) > 0.5
    around = blur(broad.astype(np.float32), _AROUND * size) > 0
    handles = np.zeros_like(mask)
    handles[top:bottom, left:right] = np.where(around & (away > _INTO * radii[:, None]), box, 0)
    rows_of_body, every = np.flatnonzero(radii > 0.5), np.arange(height, dtype=np.float64)
    return Profile(
        foot=left + foot - lean * top, lean=lean, rows=top + every,
        radii=np.interp(every, rows_of_body, radii[rows_of_body]) if len(rows_of_body) else radii,
        symmetry=mirrored_total / total, compact=float(body.sum()) / mirrored_total,
        handled=float((beyond * around).sum()) / total, handles=handles,
    )  # fmt: skip


def _upright(box: Float32) -> float:
    """The x, in pixels from the box's left, about which most of it is mirrored."""
    step = max(1, box.shape[1] // _SEARCHED)
    coarse = box[::step, ::step]
    low, high = (round(2 * share * (coarse.shape[1] - 1)) for share in _AXIS_AMONG)
    sums = [np.full(len(coarse), twice) for twice in range(low, high + 1)]
    best = int(np.argmax([np.minimum(coarse, _mirrored(coarse, twice)).sum() for twice in sums]))
    return float((low + best) * step / 2)


def _leaning(box: Float32, axis: float) -> tuple[float, float]:
    """The axis by the middles of most rows, as its x in the first row and what that grows by in each.

    A handle is mirrored by nothing, and so draws the best mirror to its side. Here the line through two rows' middles
    is the axis that the most others agree with.
    """
    body = np.where(_run(box > 0.5, np.full(len(box), axis)), box, 0)
    sums = body.sum(axis=1, dtype=np.float64)
    rows = np.flatnonzero(sums > 0)
    if len(rows) < 2:
        return axis, 0.0
    middles = (body * np.arange(box.shape[1])).sum(axis=1, dtype=np.float64)[rows] / sums[rows]
    some = np.linspace(0, len(rows) - 1, min(len(rows), _LINES_OF)).round().astype(np.int64)
    first, second = some[np.stack(np.triu_indices(len(some), 1))]
    leans = (middles[second] - middles[first]) / (rows[second] - rows[first])
    leans = np.where(np.abs(leans) <= _LEAN, leans, 0)
    feet = middles[first] - leans * rows[first]
    agreeing = np.abs(feet[:, None] + leans[:, None] * rows - middles) <= max(_AGREE * box.shape[1], 0.5)
    best = agreeing[np.argmax(agreeing.sum(axis=1))]
    lean, foot = np.polyfit(rows[best], middles[best], 1) if best.sum() > 1 else (0.0, axis)
    return float(foot), float(lean)


def _mirrored(box: Float32, twice: Array) -> Float32:
    """Each row mirrored about the half of its entry in `twice` (h,); what comes from outside is empty."""
    width = box.shape[1]
    columns = np.round(twice[:, None] - np.arange(width)).astype(np.int64)
    there = (columns >= 0) & (columns < width)
    return np.where(there, np.take_along_axis(box, np.clip(columns, 0, width - 1), axis=1), 0)


def _run(solid: Bools, axes: Float64) -> Bools:
    """In each row the pixels that are solid without a gap from the axis on."""
    width = solid.shape[1]
    middles = np.clip(np.round(axes), 0, width - 1).astype(np.int64)[:, None]
    columns = np.arange(width)
    gaps_before = np.maximum.accumulate(np.where(~solid & (columns <= middles), columns, -1), axis=1)[:, -1:]
    gaps_after = np.minimum.accumulate(np.where(~solid & (columns >= middles), columns, width)[:, ::-1], axis=1)[:, -1:]
    return (columns > gaps_before) & (columns < gaps_after)


def without_spikes(radii: Float64, span: int) -> Float64:
    """Without what stands out for fewer than `span` rows, such as where a handle begins (a morphological opening)."""
    around = span // 2
    for reduce in (np.min, np.max):
        padded = np.pad(radii, around, mode="edge")
        radii = reduce(sliding_window_view(padded, 2 * around + 1), axis=1)
    return radii
