"""Walnut: one atlas for the plinth, grain along x everywhere.

rows 0 .. BAND_ROWS       the veneer band round the sides; it tiles in x, twice round the plinth
rows TOP_ROW .. HEIGHT    the top board, flat-sawn: the rings open into cathedral arches
"""

import dataclasses

import numpy as np

from renderer.arrays import Float32
from renderer.samples.noise import as_jpeg, as_png, relief, smooth_noise, smoothstep, to_bytes

WIDTH, HEIGHT = 2048, 2048
BAND_ROWS, TOP_ROW = 496, 512
_DARK, _MIDDLE, _LIGHT = ((52, 29, 17), (101, 62, 37), (148, 98, 61))  # sRGB of oiled American walnut


@dataclasses.dataclass(frozen=True, slots=True)
class WoodMaps:
    color: bytes
    surface: bytes  # occlusion, roughness, metalness
    relief: bytes


def walnut_maps(seed: int, top_occlusion: Float32) -> WoodMaps:
    """`top_occlusion` (rows, columns) is ambient visibility, 0..1, over the top board; it's resampled to the atlas."""
    rng = np.random.default_rng(seed)
    band = _board(rng, (TOP_ROW, WIDTH), length=0.76, height=0.078, heart=(0.30, 0.075), wander=0.010)
    top = _board(rng, (HEIGHT - TOP_ROW, WIDTH), length=0.45, height=0.36, heart=(0.42, 0.030), wander=0.016)
    tone, pores = (np.concatenate(pair) for pair in zip(band, top, strict=True))
    color = _colour(tone) * (1.0 - 0.42 * pores[..., None])

    half_tone, half_pores = _halved(tone), _halved(pores)
    occlusion = np.ones_like(half_tone)
    occlusion[TOP_ROW:] = _resampled(top_occlusion, (HEIGHT - TOP_ROW, WIDTH // 2))
    roughness = 0.47 - 0.07 * (half_tone - 0.5) + 0.22 * half_pores
    surface = np.stack([occlusion, roughness, np.zeros_like(roughness)], axis=-1)
    return WoodMaps(
        as_jpeg(to_bytes(color), 88),
        as_jpeg(to_bytes(surface), 86),
        as_png(relief(0.35 * half_tone - half_pores, 0.30)),
    )


def _board(
    rng: np.random.Generator,
    shape: tuple[int, int],
    length: float,
    height: float,
    heart: tuple[float, float],
    wander: float,
) -> tuple[Float32, Float32]:
    """Tone (0 dark .. 1 light) and pore depth (0..1) of a board of `length` by `height` metres.

    The saw passes the tree's heart at a distance of heart[1] metres, heart[0] of the board's height from its upper
    edge; the heart wanders by `wander` metres along the board, which bends the rings into arches.
    """

    def noise(along: float, across: float) -> Float32:
        """Noise with features of about these sizes in metres."""
        return smooth_noise(rng, shape, (max(round(height / across), 1), max(round(length / along), 3)))

    across = ((np.arange(shape[0], dtype=np.float32) + 0.5) / shape[0] - heart[0]) * height
    z = across[:, None] + wander * noise(0.22, 0.3) + 0.0035 * noise(0.07, 0.03)
    rise = heart[1] + 0.35 * wander * noise(0.15, 0.5)
    radius = np.sqrt(z * z + rise * rise) + 0.0008 * noise(0.03, 0.006)
    rings = radius / 0.0052
    phase = rings - np.floor(rings)
    # A year's growth darkens slowly and ends at a sharp line of late wood.
    late = smoothstep(0.25, 0.93, phase) * (1.0 - smoothstep(0.93, 1.0, phase))
    year = smooth_noise(rng, (1, 256), (1, 128))[0][np.floor(rings).astype(np.intp) % 256]
    fibre = noise(0.05, 0.0005)
    streak = noise(0.35, 0.006)
    figure = noise(0.018, 0.05) * noise(0.12, 0.08)
    tone = 0.56 - 0.30 * late + 0.06 * year + 0.055 * fibre + 0.10 * streak + 0.03 * figure + 0.07 * noise(0.4, 0.06)
    dashes = noise(0.0024, 0.0003) + 0.4 * noise(0.05, 0.004) + 0.5 * (0.5 - late)
    return np.clip(tone, 0.0, 1.0), smoothstep(1.35, 2.3, dashes)


def _colour(tone: Float32) -> Float32:
    """Tone to sRGB 0..1 (h, w, 3) along dark, middle, light."""
    stops = (0.1, 0.5, 0.95)
    return np.stack(
        [np.interp(tone, stops, [c[k] / 255 for c in (_DARK, _MIDDLE, _LIGHT)]).astype(np.float32) for k in range(3)],
        axis=-1,
    )


def _halved(field: Float32) -> Float32:
    """Averaged in pairs along the grain, where nothing is fine."""
    return (field[:, ::2] + field[:, 1::2]) * np.float32(0.5)


def _resampled(field: Float32, shape: tuple[int, int]) -> Float32:
    """Bilinear, edges kept."""
    rows = np.linspace(0, field.shape[0] - 1, shape[0])
    columns = np.linspace(0, field.shape[1] - 1, shape[1])
    stretched = np.stack([np.interp(columns, np.arange(field.shape[1]), row) for row in field])
    low = np.minimum(rows.astype(np.intp), field.shape[0] - 2)
    t = (rows - low)[:, None]
    result: Float32 = (stretched[low] * (1 - t) + stretched[low + 1] * t).astype(np.float32)
    return result
