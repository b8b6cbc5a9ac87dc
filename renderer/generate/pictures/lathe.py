"""A profile -> here -> the body of revolution."""

import numpy as np

from renderer.arrays import Float64
from renderer.generate.pictures.profile import Profile, without_spikes
from renderer.generate.pictures.solid import Solid

_SMOOTHED, _SMOOTHED_MORE = 0.004, 0.012
"""Of the profile's length: the deviation of a Gaussian that takes the pixels' steps away and rounds edges a little; and
of one that takes away what is left of places where handles begin."""

_SPIKES = 0.1
"""Of the height: what stands out from a body for less is where a handle begins, if there are handles."""


def turned(profile: Profile, rows: int, sectors: int, *, handles: bool) -> Solid:
    """About `rows` rings of `sectors` (a multiple of 4) points each, closed at both ends."""
    curve = _curve(profile, rows, handles=handles)
    y, radii = curve[1:-1].T
    angles = 2 * np.pi * np.arange(sectors) / sectors
    rings = np.empty((len(y), sectors, 3))
    rings[..., 0] = (profile.foot - profile.lean * y + radii * np.sin(angles)[:, None]).T
    rings[..., 1] = y[:, None]
    rings[..., 2] = radii[:, None] * np.cos(angles)
    poles = np.array([[profile.foot - profile.lean * height, height, 0.0] for height in curve[[0, -1], 0]])
    number = np.arange(rings.shape[0] * sectors).reshape(rings.shape[:2])
    after = np.roll(number, -1, axis=1)
    top, bottom = number.size, number.size + 1
    a, b, c, d = number[:-1], after[:-1], number[1:], after[1:]  # the second ring lies below the first
    bands = np.stack([np.stack([a, c, b], axis=-1), np.stack([b, c, d], axis=-1)], axis=2)
    upper = np.stack([np.full(sectors, top), number[0], after[0]], axis=-1)
    lower = np.stack([np.full(sectors, bottom), after[-1], number[-1]], axis=-1)
    quarter = sectors // 4
    front = np.isin(np.arange(sectors), np.r_[:quarter, 3 * quarter : sectors])
    halves = [
        np.concatenate([bands[:, side].reshape(-1, 3), upper[side], lower[side]]) for side in (front, ~front)
    ]
    return Solid(np.concatenate([rings.reshape(-1, 3), poles]), *halves)


def _curve(profile: Profile, count: int, *, handles: bool) -> Float64:
    """(k, 2) The height and the radius along the outline from the upper end of the axis to the lower one, at equal
    steps."""
    radii = without_spikes(profile.radii, round(_SPIKES * len(profile.rows))) if handles else profile.radii
    rows = profile.rows
    y = -np.concatenate([[rows[0] - 0.5] * 2, rows, [rows[-1] + 0.5] * 2])  # a row's middle is half a pixel within it
    radius = np.concatenate([[0, radii[0]], radii, [radii[-1], 0]])
    points = np.column_stack([y, radius])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    fine = np.linspace(0, length[-1], 8 * count)
    dense = np.column_stack([np.interp(fine, length, column) for column in points.T])
    smooth = _smoothed(dense, (_SMOOTHED_MORE if handles else _SMOOTHED) * len(fine))
    chosen = np.linspace(0, len(fine) - 1, count).round().astype(int)
    curve: Float64 = smooth[chosen]
    curve[[0, -1], 1] = 0
    curve[1:-1, 1] = np.maximum(curve[1:-1, 1], 1e-3 * curve[:, 1].max())
    return curve


def _smoothed(curve: Float64, sigma: float) -> Float64:
    """By a Gaussian, as if the curve went on behind its ends turned about them by 180 degrees in the radius."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    before, after = curve[reach:0:-1] * [1, -1], curve[-2 : -reach - 2 : -1] * [1, -1]
    padded = np.concatenate([before, curve, after])
    return np.column_stack([np.convolve(column, weights, mode="valid") for column in padded.T])
