"""A finish's maps: base colour; occlusion, roughness and metalness; relief. All tile along both axes."""

import dataclasses
import io
import zlib

import numpy as np
from PIL import Image

from renderer.arrays import Float32, UInt8
from renderer.generate.shapes.finishes import MATERIALS, Material
from renderer.generate.shapes.parts import Color, Finish
from renderer.generate.shapes.patterns import pattern_mask
from renderer.generate.shapes.structures import DRAW, Detail
from renderer.samples.noise import to_bytes

_COLOR_QUALITY, _SURFACE_QUALITY, _RELIEF_QUALITY = 88, 85, 92  # JPEG; reliefs show their blocks in reflections
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_REFERENCE = 512  # pixels; reliefs are as steep in any size


@dataclasses.dataclass(frozen=True, slots=True)
class Surface:
    """What all colours of a material share: its detail, and the encoded maps of surface and relief."""

    detail: Detail
    orm_map: bytes
    normal_map: bytes


def draw_surface(name: str, size: int, seed: int) -> Surface:
    """The maps of a material, `size` pixels a side."""
    material = MATERIALS[name]
    detail = DRAW[material.structure](np.random.default_rng([seed, zlib.crc32(name.encode())]), size)
    cavity = 1.0 - 0.5 * min(material.relief, 1.0) * np.clip(0.6 - detail.height, 0, 1)
    roughness = np.clip(material.roughness + detail.dull, 0.03, 1.0)
    orm = np.stack([cavity, roughness, np.full_like(roughness, material.metallic)], axis=-1)
    return Surface(
        detail,
        _jpeg(to_bytes(orm), _SURFACE_QUALITY),
        _jpeg(_relief(detail.height, material.relief * size / _REFERENCE), _RELIEF_QUALITY),
    )


def draw_color(finish: Finish, detail: Detail, seed: int) -> bytes:
    """The encoded base colour of a finish whose surface has this `detail`."""
    size = len(detail.tone)
    material = MATERIALS[finish.material]
    color = finish.color or material.color
    pixels = _mixed(color, material, detail)
    if finish.pattern != "plain":
        over = finish.pattern_color or _standing_out(color)
        mask = pattern_mask(finish.pattern, size, seed)[..., None]
        pixels += mask * (_mixed(over, material, detail) - pixels)
    return _jpeg(to_bytes(pixels), _COLOR_QUALITY)


def _mixed(color: Color, material: Material, detail: Detail) -> Float32:
    """sRGB (size, size, 3): the colour and, where the detail's tone is high, the second one in the same proportion."""
    own, second = np.array(material.color), np.array(material.second)
    wanted = np.array(color)
    if not np.array_equal(wanted, own):
        second = wanted * (second @ _LUMINANCE) / max(own @ _LUMINANCE, 1e-3)
    low, high = _encoded(wanted), _encoded(np.minimum(second, 1.0))
    share = (material.contrast * detail.tone)[..., None]
    pixels: Float32 = (low + share * (high - low)).astype(np.float32)
    return pixels


def _standing_out(color: Color) -> Color:
    """White on dark colours, near black on light ones; 0.35 is a middle grey that the eye takes for light."""
    return (0.03, 0.03, 0.035) if np.array(color) @ _LUMINANCE > 0.35 else (0.9, 0.9, 0.88)


def _encoded(linear: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Float32:
    """sRGB's transfer function."""
    levels = np.clip(linear, 0.0, 1.0)
    encoded: Float32 = np.where(
        levels <= 0.0031308, levels * 12.92, 1.055 * levels ** (1 / 2.4) - 0.055
    ).astype(np.float32)
    return encoded


def _relief(height: Float32, steepness: float) -> UInt8:
    """A tangent-space normal map (size, size, 3); green is up in the image, as glTF wants it."""
    slope = np.float32(4.0 * steepness)
    dx = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) * slope
    dy = (np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0)) * slope
    length = np.sqrt(dx * dx + dy * dy + 1.0)
    return to_bytes(np.stack([-dx / length, dy / length, 1.0 / length], axis=-1) * 0.5 + 0.5)


def _jpeg(pixels: UInt8, quality: int) -> bytes:
    """Without chroma subsampling, which would smear channels that aren't colours; and without optimised tables, for
    which Pillow's buffer is too small where the picture is noise."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()
