"""What the readers of all formats but glTF have in common: each makes a glTF document in memory."""

import dataclasses

import numpy as np

from renderer.arrays import Float32, Float64, UInt16
from renderer.gltf.glb import Json

_FAR = 100.0
"""A model that is further from the origin than this many times its size is stored around its own centre, in a node that
moves it back: in float32, its vertices would be rounded visibly."""


@dataclasses.dataclass(frozen=True, slots=True)
class MadeDocument:
    """`root` is the JSON of a valid glTF 2.0 file, `binary` its buffer 0."""

    root: Json
    binary: bytearray
    warnings: tuple[str, ...]


def origin_of(positions: Float64) -> Float64:
    """What to subtract from the positions (n, 3): zero, unless they are far away."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    far = np.maximum(abs(low), abs(high)).max() > _FAR * np.linalg.norm(high - low)
    return np.round((low + high) / 2) if far else np.zeros(3)


def linear_rgba(encoded: Float32, missing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> UInt16:
    """(n, 4) normalised linear colours of sRGB ones (n, 3) in 0..1 (IEC 61966-2-1); `missing`, linear, where those are
    NaN."""
    encoded = np.clip(encoded, 0.0, 1.0)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    linear = np.where(np.isnan(linear), np.array(missing), linear)
    return np.pad(np.round(linear * 65535), ((0, 0), (0, 1)), constant_values=65535).astype(np.uint16)
