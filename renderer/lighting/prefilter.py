"""From the radiance of all directions to tables that a shader can read: done once, then kept on disk by `environment`.

Sources of radiance are equirectangular arrays (height, width, 3): linear, float32, row 0 looks up (+Y), the middle
column along +Z, columns go towards +X.
"""

import math
from collections.abc import Iterator

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64
from renderer.gl.context import Device
from renderer.gl.mipmaps import texture_of
from renderer.gl.programs import FULL_SCREEN, Programs, define, read_shader
from renderer.gl.waiting import finish

SPECULAR_SIZE = 512
SPECULAR_LEVELS = 6
BRDF_SIZE = 128
SAMPLES = 160
FIRST_SUMMED = 3
"""From this level on, lobes are so wide that they are summed over all of a coarse source."""

SUMMED_WIDTH = 128
"""Texels around that source: less than three degrees each."""

COARSEST_SIZE = SPECULAR_SIZE >> (SPECULAR_LEVELS - 1)
"""Texels along each side of the specular map's last level: one of them is as wide as the border of octahedral maps."""

SPECULAR_CONSTANTS = define({"SPECULAR_MAX_LOD": f"{SPECULAR_LEVELS - 1}.0", "COARSEST_SIZE": COARSEST_SIZE})
"""What shaders must know of the specular map."""

PREFILTER = SPECULAR_CONSTANTS + read_shader("renderer.lighting", "prefilter.frag.glsl")


def level_roughness(level: int) -> float:
    """Perceptual roughness stored in a mip level: the inverse of lod = max_lod * r * (2 - r).

    The parabola gives smooth surfaces, where reflections change fastest, most of the levels.
    """
    return 1 - math.sqrt(1 - level / (SPECULAR_LEVELS - 1))


def equirectangular_directions(height: int, width: int) -> tuple[Float64, Float64]:
    """Unit directions (height * width, 3) of the texel centres and their solid angles (height * width,)."""
    polar = (np.arange(height) + 0.5) / height * np.pi
    azimuth = ((np.arange(width) + 0.5) / width * 2 - 1) * np.pi
    sin, cos = np.sin(polar)[:, None], np.cos(polar)[:, None]
    directions = np.stack(np.broadcast_arrays(sin * np.sin(azimuth), cos, sin * np.cos(azimuth)), axis=-1)
    rows = (np.cos(polar - np.pi / height / 2) - np.cos(polar + np.pi / height / 2)) * 2 * np.pi / width
    return directions.reshape(-1, 3), np.repeat(rows, width)


def filter_specular(device: Device, radiance: Float32) -> list[npt.NDArray[np.float16]]:
    """The levels of the specular map, (size, size, 4) RGBA16F each, row 0 at v = 0, from 512 down to 16.

    Level l holds the radiance around a direction, weighted by the GGX lobe of `level_roughness(l)`; a constant
    environment stays as it is.
    """
    ctx = device.ctx
    height, width = radiance.shape[:2]
    source = texture_of(device, list(_halved(radiance)))
    source.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    source.repeat_y = False
    programs = Programs(device)
    program = programs.get(FULL_SCREEN, PREFILTER)
    triangle = ctx.vertex_array(program, [])
    program["sample_count"] = SAMPLES
    program["texel_angle"] = 2 * math.pi**2 / (width * height)
    levels = []
    for level in range(SPECULAR_LEVELS):
        size = SPECULAR_SIZE >> level
        target = ctx.texture((size, size), 4, dtype="f2")
        framebuffer = ctx.framebuffer([target])
        program["roughness"] = level_roughness(level)
        program["summed_level"] = max(round(math.log2(width / SUMMED_WIDTH)), 0) if level >= FIRST_SUMMED else -1
        program["inverse_size"] = (1 / size, 1 / size)
        source.use(0)
        with ctx.scope(framebuffer):
            triangle.render(moderngl.TRIANGLES, vertices=3)
        finish(device)  # reading would hold up other threads as long
        levels.append(np.frombuffer(target.read(), np.float16).reshape(size, size, 4))
        framebuffer.release()
        target.release()
    for resource in (triangle, programs, source):
        resource.release()
    return levels


def _halved(radiance: Float32) -> Iterator[Float32]:
    """The picture and its mip levels down to one texel. Rows are weighted by the solid angle that they cover: a lamp
    overhead fills whole rows of an equirectangular picture, and would gain light with every level otherwise.
    """
    edges = np.linspace(0.0, np.pi, len(radiance) + 1)
    weights = (np.cos(edges[:-1]) - np.cos(edges[1:])).astype(np.float32)
    while True:
        yield np.ascontiguousarray(radiance, np.float32)
        height, width = radiance.shape[:2]
        if height == width == 1:
            return
        rows, columns = _pairs(height), _pairs(width)
        light = np.add.reduceat(radiance * weights[:, None, None], rows, axis=0)
        weights = np.add.reduceat(weights, rows)
        light = np.add.reduceat(light, columns, axis=1) / np.diff(columns, append=width)[:, None]
        radiance = np.asarray(light / weights[:, None, None], np.float32)


def _pairs(length: int) -> npt.NDArray[np.int64]:
    """The first index of each pair of texels that the next level averages; an odd last texel joins the last pair."""
    return np.arange(max(length // 2, 1)) * 2


def filter_irradiance(radiance: Float32) -> Float32:
    """Irradiance / pi of every normal, as coefficients (9, 3) of 1, y, z, x, xy, yz, 3z²-1, xz, x²-y².

    Multiplied by a diffuse albedo it is the outgoing radiance. Spherical harmonics up to band 2, convolved with the
    cosine (Ramamoorthi and Hanrahan 2001); the basis functions' constants are in the coefficients.
    """
    directions, solid_angles = equirectangular_directions(*radiance.shape[:2])
    constants = np.array([0.282095] + [0.488603] * 3 + [1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
    cosine = np.array([1.0] + [2 / 3] * 3 + [1 / 4] * 5)
    basis = harmonics(directions) * solid_angles[:, None]
    return np.asarray((constants**2 * cosine)[:, None] * (basis.T @ radiance.reshape(-1, 3)), np.float32)


def harmonics(directions: Float64) -> Float64:
    """The nine polynomials of `filter_irradiance` at unit `directions` (n, 3) -> (n, 9)."""
    x, y, z = directions.T
    return np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], axis=1)


def integrate_brdf(size: int = BRDF_SIZE, samples: int = 512) -> npt.NDArray[np.float16]:
    """The split sum's second half (Karis 2013): (size, size, 2) float16, scale and bias of F0.

    Columns are n·v, rows perceptual roughness, both at (i + 0.5) / size. Smith's height-correlated visibility.
    """
    middles = ((np.arange(size) + 0.5) / size).astype(np.float32)
    cos_v, alpha = middles[None, :], middles[:, None] ** 2
    alpha2 = alpha * alpha
    sin_v = np.sqrt(1 - cos_v**2)
    scale, bias = np.zeros((2, size, size), np.float32)
    for i in range(samples):
        u = (i + 0.5) / samples
        turn = 2 * math.pi * ((i * 0.6180339887498949) % 1)
        cos_h = np.sqrt((1 - u) / (1 + (alpha2 - 1) * u))
        sin_h = np.sqrt(1 - cos_h**2)
        v_h = np.maximum(sin_v * sin_h * math.cos(turn) + cos_v * cos_h, 0.0)
        cos_l = np.maximum(2 * v_h * cos_h - cos_v, 0.0)
        lambda_v = cos_l * np.sqrt(cos_v**2 * (1 - alpha2) + alpha2)
        lambda_l = cos_v * np.sqrt(cos_l**2 * (1 - alpha2) + alpha2)
        weight = 2 * cos_l / np.maximum(lambda_v + lambda_l, 1e-9) * v_h / cos_h  # V G term over the sampling density
        fresnel = (1 - v_h) ** 5
        scale += (1 - fresnel) * weight
        bias += fresnel * weight
    return (np.stack([scale, bias], axis=-1) / samples).astype(np.float16)
