"""Maps of the turned surfaces: brushed metal, the platter's strobe rim, the grooves of the record.

On all of them u runs round the axis and v along the profile, as `geometry.revolve` lays them.
"""

import numpy as np

from renderer.arrays import Float32
from renderer.samples.noise import as_jpeg, as_png, relief, smooth_noise, smoothstep, to_bytes

STROBE_TILES = 8
"""How often the strobe map goes round the platter."""
STROBE_DOTS = (216, 160)
"""Dots in the upper and the lower row. Filmed at 30 frames/s, the upper row stands still at 33 1/3 rpm (four dots pass
per frame), the lower one at 45 (four again)."""


def brushed_maps(seed: int) -> tuple[bytes, bytes]:
    """Surface and relief of metal brushed along u; tiles in u."""
    rng = np.random.default_rng(seed)
    shape = (512, 512)
    strokes = smooth_noise(rng, shape, (512, 6)) + 0.7 * smooth_noise(rng, shape, (340, 16))
    roughness = 0.30 + 0.035 * strokes + 0.02 * smooth_noise(rng, shape, (40, 3))
    surface = np.stack([np.ones(shape, np.float32), roughness, np.ones(shape, np.float32)], axis=-1)
    return as_jpeg(to_bytes(surface), 85), as_png(relief(strokes, 0.05))


def strobe_maps() -> tuple[bytes, bytes, bytes]:
    """Colour, surface and relief of the platter's rim: two rows of drilled dots between turned grooves."""
    width, height = 1024, 128
    metres = (2 * np.pi * 0.156 / STROBE_TILES / width, 0.0165 / height)
    x = (np.arange(width) + 0.5)[None, :]
    y = (np.arange(height) + 0.5)[:, None]
    depth = np.zeros((height, width), dtype=np.float32)
    for count, row, radius in zip(STROBE_DOTS, (0.30, 0.70), (0.00135, 0.0017), strict=True):
        pitch = width * STROBE_TILES / count
        dx = ((x % pitch) - pitch / 2) * metres[0]
        dy = (y - row * height) * metres[1]
        depth = np.maximum(depth, 1.0 - smoothstep(0.72, 1.0, np.sqrt(dx * dx + dy * dy) / radius))
    colour = 0.82 - 0.74 * depth
    surface = np.stack([np.ones_like(depth), 0.26 + 0.3 * depth, 1.0 - depth], axis=-1)
    return (
        as_png(to_bytes(np.repeat(colour[..., None], 3, axis=-1))),
        as_jpeg(to_bytes(surface), 88),
        as_png(relief(-depth, 1.4)),
    )


def groove_maps(seed: int, bands: tuple[float, ...]) -> tuple[bytes, bytes]:
    """Surface and relief of a record side; v = 0 is the inner end, `bands` are the gaps between tracks in v.

    A spiral of grooves wide enough to survive filtering carries the fine sparkle; swells of loud and quiet passages,
    and the smooth gaps, carry the rings that one sees from afar.
    """
    rng = np.random.default_rng(seed)
    height, width = 1024, 128
    v = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    turn = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None, :]
    gap = np.zeros((height, 1), dtype=np.float32)
    for band in bands:
        gap = np.maximum(gap, 1.0 - smoothstep(0.004, 0.007, np.abs(v - band)))
    loudness = 0.6 + 0.25 * smooth_noise(rng, (height, width), (90, 5))
    groove = np.sin(2 * np.pi * (v * 110 + turn)) * loudness * (1.0 - gap)
    swell = smooth_noise(rng, (height, 1), (260, 1)) * 0.30
    roughness = 0.37 + 0.05 * loudness * (1.0 - gap) + 0.02 * smooth_noise(rng, (height, width), (30, 12)) - 0.09 * gap
    open_sky = np.broadcast_to(0.55 + 0.30 * gap, roughness.shape)  # groove walls hide much of it from each other
    surface: Float32 = np.stack([open_sky, roughness, np.zeros_like(roughness)], axis=-1)
    return as_jpeg(to_bytes(surface), 88), as_png(relief((groove * 0.15 + swell).astype(np.float32), 1.0))
