"""The directional albedo of sheen, as a table that material shaders read. Made before the frames of models with sheen.

The lobe is KHR_materials_sheen's: the "Charlie" distribution of Estevez and Kulla (Production Friendly Microfacet Sheen
BRDF, SIGGRAPH 2017) with the visibility term of Neubelt and Pettineo (SIGGRAPH 2013).
"""

import functools

import moderngl
import numpy as np

from renderer.arrays import Float32
from renderer.gl.context import Device

TABLE_SIZE = 32


@functools.cache
def integrate_sheen(size: int = TABLE_SIZE, steps: int = 48) -> Float32:
    """(size, size): directional albedo of white sheen, at most 1. Columns are n·v, rows perceptual roughness, both at
    (i + 0.5) / size; integrated over `steps` x `steps` directions of light.
    """
    centres = (np.arange(size) + 0.5) / size
    cos_v = centres[:, None, None]
    cos_l = ((np.arange(steps) + 0.5) / steps)[None, :, None]
    around = ((np.arange(steps) + 0.5) / steps * np.pi)[None, None, :]  # azimuths; the other half is symmetric
    sin_v, sin_l = np.sqrt(1 - cos_v**2), np.sqrt(1 - cos_l**2)
    cos_vl = np.clip(cos_v * cos_l + sin_v * sin_l * np.cos(around), -1, 1)
    sin2_h = np.clip(1 - (cos_v + cos_l) ** 2 / np.maximum(2 + 2 * cos_vl, 1e-9), 0, 1)
    # sin_h^(1 / alpha) times the rest of the integrand: cos_l, visibility, and the directions' solid angles
    log_sin_h = 0.5 * np.log(np.maximum(sin2_h, 1e-12))
    rest = cos_l / (4 * (cos_l + cos_v - cos_l * cos_v)) * (2 * np.pi / steps**2)
    table = np.empty((size, size))
    for row, roughness in enumerate(centres):
        sharpness = 1 / max(roughness**2, 1e-3)
        lobe = np.exp(sharpness * log_sin_h) * ((2 + sharpness) / (2 * np.pi))
        table[row] = (lobe * rest).sum(axis=(1, 2))
    return np.minimum(table, 1.0).astype(np.float32)


def sheen_texture(device: Device) -> moderngl.Texture:
    """The table on the device, u = n·v and v = roughness; the caller releases it."""
    table = integrate_sheen()
    texture = device.ctx.texture(table.shape, 1, table.tobytes(), dtype="f4")
    texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
    texture.repeat_x = texture.repeat_y = False
    return texture
