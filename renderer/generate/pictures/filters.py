"""What masks and textures are worked on with: blurs, regions, samples between pixels, colours spread over gaps.

Images are (height, width) or (height, width, channels); pixel (row, column) has its middle at x = column, y = row.
"""

import numpy as np

from renderer.arrays import Array, Bools, Float32, Float64, Int64


def box_blur(image: Float32, radius: int) -> Float32:
    """The mean over squares of 2 * radius + 1 pixels a side; beyond the border the last pixels go on."""
    side = 2 * radius + 1
    for axis in (0, 1):
        padding = [(0, 0)] * image.ndim
        padding[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(image, padding, mode="edge"), axis=axis, dtype=np.float64)
        means = sums[side:] - sums[:-side] if axis == 0 else sums[:, side:] - sums[:, :-side]
        image = np.divide(means, side, dtype=np.float32, casting="same_kind")
    return image


def blur(image: Float32, sigma: float) -> Float32:
    """Close to a Gaussian blur with `sigma` in pixels: three means over squares; below half a pixel nothing changes."""
    radius = round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2)  # three boxes of 2r+1 pixels have the variance r(r+1)
    for _ in range(3 if radius else 0):
        image = box_blur(image, radius)
    return image


def guided(mask: Float32, guide: Float32, radius: int, epsilon: float) -> Float32:
    """The mask (h, w) with its edges where those of the `guide` (h, w, 3) are, which must lie within `radius` pixels.

    The guided filter (He, Sun: "Fast Guided Filter", 2015): in each square the mask is the linear function of the
    guide's colours that fits best, found by some of the pixels. `epsilon` is the variance of colours below which the
    guide shows no edge.
    """
    step = max(1, radius // 4)
    some, wanted, radius = guide[::step, ::step], mask[::step, ::step], radius // step
    mean, mean_mask = box_blur(some, radius), box_blur(wanted, radius)
    products = box_blur((some[..., :, None] * some[..., None, :]).reshape(*wanted.shape, 9), radius)
    spread = products.reshape(*wanted.shape, 3, 3) - mean[..., :, None] * mean[..., None, :]
    together = box_blur(some * wanted[..., None], radius) - mean * mean_mask[..., None]
    slope = np.linalg.solve(spread + epsilon * np.eye(3, dtype=np.float32), together[..., None])[..., 0]
    offset = mean_mask - (slope * mean).sum(axis=-1)
    factors = box_blur(np.concatenate([slope, offset[..., None]], axis=-1), radius)
    x, y = np.meshgrid(np.arange(mask.shape[1]) / step, np.arange(mask.shape[0]) / step)
    everywhere = sampled(factors, x, y)
    fitted: Float32 = ((everywhere[..., :3] * guide).sum(axis=-1) + everywhere[..., 3]).astype(np.float32)
    return fitted


def sampled(image: Array, x: Float64, y: Float64) -> Float64:
    """Values at points between the pixels' middles, bilinearly; outside, those of the border."""
    height, width = image.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    column = np.minimum(x.astype(np.int64), max(width - 2, 0))
    row = np.minimum(y.astype(np.int64), max(height - 2, 0))
    right, below = np.minimum(column + 1, width - 1), np.minimum(row + 1, height - 1)
    across, down = x - column, y - row
    if image.ndim == 3:
        across, down = across[..., None], down[..., None]
    upper = image[row, column] * (1 - across) + image[row, right] * across
    lower = image[below, column] * (1 - across) + image[below, right] * across
    values: Float64 = upper * (1 - down) + lower * down
    return values


def labelled(mask: Bools) -> Int64:
    """The region that each pixel of the mask belongs to, numbered from 0, and -1 outside. Pixels that share a side
    belong together."""
    starts = _starts(mask)
    runs = np.cumsum(starts.ravel()).reshape(mask.shape) - 1  # of pixels side by side in a row
    touching = _starts(mask[1:] & mask[:-1])
    regions = merged(int(starts.sum()), np.stack([runs[:-1][touching], runs[1:][touching]], axis=1))
    return np.where(mask, regions[np.minimum(runs, len(regions) - 1)], -1) if len(regions) else np.full(mask.shape, -1)


def _starts(mask: Bools) -> Bools:
    """The first pixels of what is without a gap in a row."""
    before = np.pad(mask, ((0, 0), (1, 0)))[:, :-1]
    return mask & ~before


def merged(count: int, pairs: Int64) -> Int64:
    """The group, from 0, of each of `count` things, of which those of each pair (k, 2) belong to the same."""
    least = np.arange(count)
    while True:
        ends = least[pairs]
        smaller = ends.min(axis=1)
        before = least.copy()
        np.minimum.at(least, ends[:, 0], smaller)
        np.minimum.at(least, ends[:, 1], smaller)
        least = least[least]
        if np.array_equal(least, before):
            return np.unique(least, return_inverse=True)[1].astype(np.int64)


def spread(colors: Float32, known: Float32) -> Float32:
    """The colours (h, w, c) where `known` (h, w) is 1, and smooth between and around them where it is less.

    Means over ever larger squares fill what the smaller ones leave open (pull), and are seen there again (push).
    """
    weight = known[..., None]
    if min(known.shape) == 1 or float(known.min()) >= 1.0:
        total = float(weight.sum())
        mean = (colors * weight).sum(axis=(0, 1)) / max(total, 1e-6)
        level: Float32 = (colors * weight + mean * (1 - weight)).astype(np.float32)
        return level
    height, width = known.shape
    padding = ((0, height % 2), (0, width % 2), (0, 0))
    halves = (height + 1) // 2, 2, (width + 1) // 2, 2, -1
    weights = np.pad(weight, padding).reshape(halves).sum(axis=(1, 3))
    sums = np.pad(colors * weight, padding).reshape(halves).sum(axis=(1, 3))
    coarse = spread((sums / np.maximum(weights, 1e-6)).astype(np.float32), np.minimum(weights, 1.0)[..., 0])
    x, y = np.meshgrid((np.arange(width) - 0.5) / 2, (np.arange(height) - 0.5) / 2)
    filled: Float32 = (colors * weight + sampled(coarse, x, y) * (1 - weight)).astype(np.float32)
    return filled
