"""A sheet -> here -> how high its points are raised: round as a balloon, or flat with a rounded edge."""

import numpy as np

from renderer.arrays import Float64, Int64
from renderer.checkpoints import checkpoint
from renderer.generate.pictures.sheet import Sheet

_RESIDUAL = 1e-4
_MOST_STEPS = 2000
"""Of the solver: the share of the load that may be left is 0.01 %, which some hundred steps reach."""

_RINGS = (0.25, 0.25)
"""Where new points are put, as shares of the way from the outline to the next point: a round edge is steep there."""

_TOGETHER = 512
"""Points whose distances are measured in one go: some 10 MB."""


def with_fine_edge(sheet: Sheet, values: Float64) -> tuple[Sheet, Float64]:
    """With more points near to the outline, where `values` (n,) are interpolated."""
    for share in _RINGS:
        sides, _ = sheet.sides()
        outer = sheet.on_outline()[sides]
        chosen = outer[:, 0] != outer[:, 1]
        shares = np.where(outer[:, 0], share, 1 - share)
        ends = values[sides[chosen]]
        values = np.concatenate([values, ends[:, 0] + shares[chosen] * (ends[:, 1] - ends[:, 0])])
        sheet, _ = sheet.split(chosen, shares)
    return sheet, values


def membrane(sheet: Sheet) -> Float64:
    """(n,) The solution of Poisson's equation, -laplace(u) = 1, that is 0 on the outline, in square pixels.

    Across a long band it is a parabola, so that sqrt(2 u) is a half circle: what is raised by that is as thick as it is
    broad, everywhere. By linear finite elements and conjugate gradients.
    """
    sides, of_triangles = sheet.sides()
    weights = _cotangents(sheet, of_triangles, len(sides))
    count = len(sheet.points)
    inner = ~sheet.on_outline()
    lower, upper = sides.T
    diagonal = np.bincount(lower, weights, count) + np.bincount(upper, weights, count)
    scale = np.where(inner, 1 / np.where(inner, diagonal, 1), 0)  # also holds the outline's points at 0
    load = np.where(inner, np.bincount(sheet.triangles.ravel(), np.repeat(sheet.areas() / 3, 3), count), 0)

    solution = np.zeros(count)
    residual = load.copy()
    direction = step = scale * residual
    energy = float(residual @ step)
    enough = _RESIDUAL**2 * energy
    for number in range(_MOST_STEPS):
        if energy <= enough:
            break
        if number % 100 == 0:
            checkpoint()
        flow = weights * (direction[lower] - direction[upper])
        against = np.where(inner, np.bincount(lower, flow, count) - np.bincount(upper, flow, count), 0)
        length = energy / float(direction @ against)
        solution = solution + length * direction
        residual = residual - length * against
        step = scale * residual
        before, energy = energy, float(residual @ step)
        direction = step + energy / before * direction
    return np.maximum(solution, 0)


def _cotangents(sheet: Sheet, of_triangles: Int64, count: int) -> Float64:
    """(k,) For each side half the sum of the cotangents of the angles that face it."""
    weights = np.zeros(count)
    for corner in range(3):
        at, one, other = (sheet.points[sheet.triangles[:, (corner + turn) % 3]] for turn in range(3))
        u, v = one - at, other - at
        cotangent = (u * v).sum(axis=1) / np.maximum(2 * sheet.areas(), 1e-9)
        weights += np.bincount(of_triangles[:, (corner + 1) % 3], cotangent / 2, count)
    return np.asarray(weights)


def distances(sheet: Sheet) -> Float64:
    """(n,) From each point to the outline, in pixels."""
    start, end = (sheet.points[column] for column in sheet.outline().T)
    along = end - start
    squared = np.maximum((along * along).sum(axis=1), 1e-12)
    nearest = []
    for points in np.array_split(sheet.points, -(-len(sheet.points) // _TOGETHER)):
        checkpoint()
        off = points[:, None] - start
        share = np.clip((off * along).sum(axis=-1) / squared, 0, 1)
        nearest.append(np.linalg.norm(off - share[..., None] * along, axis=-1).min(axis=1))
    return np.concatenate(nearest)


def rounded_edge(distance: Float64, radius: float) -> Float64:
    """How much lower than its middle a plate is at these distances from its outline: a quarter circle's shape."""
    within = radius - np.minimum(distance, radius)
    return radius - np.sqrt(np.maximum(radius * radius - within * within, 0))
