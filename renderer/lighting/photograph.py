"""Light from a panorama: before the frames, it becomes the same tables as a preset's.

    panorama -> turned to this renderer's axes, exposed -> its brightest lamp and all the rest -> filtered

Exposure: the panorama is scaled by one factor that makes its mean radiance the studio's, so that a white surface is as
bright on average over all directions that it may face. Files may have any unit, and a video's exposure is constant.

The lamp: what exceeds twice that mean around the brightest place above LOWEST. It is left out of the diffuse light of
the surroundings and added where it is not shadowed, so that nothing counts twice; reflections show the whole picture.
A panorama with no such place has no lamp, and casts the dome's shadows alone. What arrives at a surface without shadows
is the exact sum over the picture: the surroundings have what is left of it by the lights that stand for the lamp.
"""

import dataclasses
import hashlib
import math
import sys
from pathlib import Path

import numpy as np

from renderer.arrays import Float32, Float64
from renderer.gl.context import Device
from renderer.lighting import irradiance, key_shadow, samples
from renderer.lighting.environment import Environment, LightTables, cache_key, filter_tables, kept_tables, upload
from renderer.lighting.irradiance import MAP_SIZE, irradiance_map, octahedral_directions
from renderer.lighting.kept_files import keep_latest
from renderer.lighting.key_shadow import key_weights
from renderer.lighting.prefilter import equirectangular_directions, harmonics
from renderer.lighting.samples import key_grid
from renderer.lighting.sources import Lamps, Panel
from renderer.panoramas import Panorama, read_panorama

STUDIO_RADIANCE = 0.94
"""The mean radiance of the studio."""

LOWEST = math.radians(20)
"""Elevation below which no lamp casts shadows: they would end far outside the picture."""

WIDEST = math.radians(30)
"""Half angle of a lamp at most; what is bright further from its middle belongs to another lamp."""

SQUARE = 0.91
"""Half the side of a square panel, over the radius of the disc that it stands for: points on both have the same mean
distance from the middle, which decides how much a surface gets that the middle of the lamp has just set for."""

EXCESS = 2.0
"""What is brighter than so many times the mean radiance belongs to a lamp."""

DOME_SINE = 0.74
SHADOW_STRENGTH = 0.75
"""As in the presets: between the studio's and the open sky's."""

KEPT_FILES = 32
"""Filtered panoramas that stay on disk: 3 MB each."""

_LUMA = np.array([0.2126, 0.7152, 0.0722])


def load_photograph(device: Device, path: Path, cache_dir: Path | None) -> Environment:
    """The light of the panorama in a file; the caller releases it. Filtered tables are kept by the file's content.

    Raises PanoramaError.
    """

    def make() -> LightTables:
        return photograph_tables(device, exposed(read_panorama(path)))

    if cache_dir is None:
        return upload(device, make())
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    kept = cache_dir / f"photograph-{cache_key(content, sys.modules[__name__], irradiance, key_shadow, samples)}.npz"
    tables = kept_tables(kept, make)
    keep_latest(kept, "photograph-*.npz", KEPT_FILES)
    return upload(device, tables)


def photograph_tables(device: Device, radiance: Float32) -> LightTables:
    """The tables of `radiance` as `exposed` makes it."""
    tables = filter_tables(device, *parted(radiance))
    lights = key_grid(photographed_lamps(tables).key)
    weights = key_weights(lights, tables.key_direction)
    by_key = np.maximum(octahedral_directions(MAP_SIZE) @ lights.directions.T, 0.0) @ weights
    rest = irradiance_map(radiance) - by_key.reshape(MAP_SIZE, MAP_SIZE, 1) * tables.key_irradiance
    return dataclasses.replace(tables, irradiance_map=rest.astype(np.float16))


def exposed(panorama: Panorama) -> Float32:
    """Its linear radiance (height, width, 3), turned to `prefilter`'s axes and scaled to the studio's mean.

    A black panorama stays black.
    """
    width = panorama.radiance.shape[1]
    turned = panorama.radiance[:, (width // 4 - 1 - np.arange(width)) % width]
    mean = _mean(turned)
    return np.asarray(turned * (STUDIO_RADIANCE / mean if mean > 0 else 1.0), np.float32)


def parted(radiance: Float32) -> tuple[Float32, Float32]:
    """(ambient, key), shaped like `radiance`, of which they are the sum: the key is its brightest lamp."""
    height, width = radiance.shape[:2]
    directions, solid_angles = equirectangular_directions(height, width)
    luminance = (radiance @ _LUMA).reshape(-1)
    excess = np.maximum(luminance - EXCESS * _mean(radiance), 0.0)
    flux = np.where(directions[:, 1] > math.sin(LOWEST), excess * solid_angles, 0.0)
    if not flux.any():
        return radiance, np.zeros_like(radiance)
    center = _brightest(directions, flux)
    cosines = directions @ center
    near = np.clip((cosines - math.cos(WIDEST)) / (math.cos(WIDEST / 2) - math.cos(WIDEST)), 0.0, 1.0)
    share = near * excess / np.maximum(luminance, 1e-12)
    share[directions[:, 1] <= math.sin(LOWEST)] = 0.0
    key = (radiance * share.reshape(height, width, 1)).astype(np.float32)
    return radiance - key, key


def photographed_lamps(tables: LightTables) -> Lamps:
    """What casts shadows in the light of `tables`, as `load_photograph` makes them."""
    x, y, z = map(float, tables.key_direction)
    spread = float(np.clip(tables.key_spread, 0.02, math.sin(WIDEST)))
    half = SQUARE * math.tan(math.asin(spread))
    up = np.array([[0.0, 1.0, 0.0]])
    key = float(tables.key_irradiance @ _LUMA) * y
    ambient = float((harmonics(up) @ tables.irradiance_sh)[0] @ _LUMA)
    return Lamps(
        # a panel straight overhead would have no level side
        key=Panel((x, y, z + 1e-3), (half, half), 1.0, falloff=0.0, softness=0.1),
        key_share=key / max(key + ambient, 1e-12),
        dome_sine=DOME_SINE,
        shadow_strength=SHADOW_STRENGTH,
    )


def _mean(radiance: Float32) -> float:
    """The mean luminance over all directions."""
    _, solid_angles = equirectangular_directions(*radiance.shape[:2])
    return float((radiance @ _LUMA).reshape(-1) @ solid_angles) / (4 * math.pi)


def _brightest(directions: Float64, flux: Float64) -> Float64:
    """The unit direction (3,) that most of `flux` (n,), light from unit `directions` (n, 3), comes from."""
    cells = np.round(directions * 6).astype(np.int64)  # ten degrees each
    codes = (cells + 6) @ np.array([169, 13, 1])
    strongest = int(np.bincount(codes, flux).argmax())
    middle = flux[codes == strongest] @ directions[codes == strongest]
    middle /= np.linalg.norm(middle)
    around = np.where(directions @ middle > math.cos(WIDEST / 2), flux, 0.0)
    center: Float64 = around @ directions
    return center / np.linalg.norm(center)
