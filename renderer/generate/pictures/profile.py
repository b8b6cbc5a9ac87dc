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

_AXIS_AMONG = (0.25, 0.75)
"""Of the width of the object's box: a cup's axis lies off its middle, on the side without the handle."""


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """In the mask's pixels: the `axis` is at x, and `radii` (k,) lie at the `rows` (k,), from the top down.

    `symmetry` is the share of the mask that has a mirror image, `compact` the share of that in rows without gaps, and
    `handled` the share of the mask that lies beyond the outline and is as broad as a handle: `handles` (h, w).
    """

    axis: float
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
    axis = _axis(box)
    height, width = box.shape
    x = np.arange(width)
    mirrored = _at(box, 2 * axis - x)
    both = np.minimum(box, mirrored)
    run = _run(both > 0.5, axis)
    body = np.where(run, both, 0)
    total, mirrored_total = (max(float(part.sum()), 1e-6) for part in (box, both))
    radii = body.sum(axis=1, dtype=np.float64) / 2  # to parts of a pixel; 0 where a row has a gap at the axis
    beyond = np.where(np.abs(x - axis) > radii[:, None] + 0.5, box, 0)
    size = np.sqrt(height * width)
    broad = blur(beyond, _HANDLE_BREADTH * size) > 0.5
    handles = np.zeros_like(mask)
    handles[top:bottom, left:right] = beyond * (blur(broad.astype(np.float32), _AROUND * size) > 0)
    return Profile(
        axis=left + axis, rows=top + np.arange(height, dtype=np.float64), radii=radii,
        symmetry=mirrored_total / total, compact=float(body.sum()) / mirrored_total,
        handled=float(handles.sum()) / total, handles=handles,
    )  # fmt: skip


def _axis(box: Float32) -> float:
    """The x, in pixels from the box's left, about which most of it is mirrored: to half a pixel."""
    width = box.shape[1]
    step = max(1, width // _SEARCHED)
    coarse = box[::step, ::step]
    low, high = (round(2 * share * (coarse.shape[1] - 1)) for share in _AXIS_AMONG)
    best = max(range(low, high + 1), key=lambda twice: _overlap(coarse, twice)) * step
    return max(range(best - 2 * step, best + 2 * step + 1), key=lambda twice: _overlap(box, twice)) / 2


def _overlap(box: Float32, twice: int) -> float:
    return float(np.minimum(box, _at(box, twice - np.arange(box.shape[1]))).sum())


def _at(box: Float32, columns: Array) -> Float32:
    """The columns with these numbers, rounded; those outside are empty."""
    numbers = np.round(columns).astype(np.int64)
    there = (numbers >= 0) & (numbers < box.shape[1])
    return np.where(there, box[:, np.clip(numbers, 0, box.shape[1] - 1)], 0)


def _run(solid: Bools, axis: float) -> Bools:
    """In each row the pixels that are solid without a gap from the axis on."""
    middle = int(np.clip(np.floor(axis), 0, solid.shape[1] - 1))
    rightwards = np.logical_and.accumulate(solid[:, middle:], axis=1)
    leftwards = np.logical_and.accumulate(solid[:, middle::-1], axis=1)[:, ::-1]
    return np.concatenate([leftwards[:, :-1], rightwards], axis=1)


def without_spikes(radii: Float64, span: int) -> Float64:
    """Without what stands out for fewer than `span` rows, such as where a handle begins (a morphological opening)."""
    around = span // 2
    for reduce in (np.min, np.max):
        padded = np.pad(radii, around, mode="edge")
        radii = reduce(sliding_window_view(padded, 2 * around + 1), axis=1)
    return radii
