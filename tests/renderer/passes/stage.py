"""Draws scenes under even light, so that what a shader must show can be worked out by hand."""

import dataclasses
import functools
from collections.abc import Callable
from unittest import mock

import numpy as np

from renderer.arrays import Float64, UInt8
from renderer.camera.framing import View, look_at, perspective
from renderer.gl.context import Device
from renderer.gl.resources import GpuDrawable, GpuScene
from renderer.gl.targets import SampleTarget
from renderer.lighting.environment import Environment, LightTables, filter_tables, upload
from renderer.lighting.presets import STUDIO
from renderer.lighting.shadow import Shadows
from renderer.passes.deferred import GBuffer, fits
from renderer.passes.geometry import GeometryPass
from renderer.passes.resolve import ResolvePass
from renderer.scene.bounds import Bounds
from renderer.scene.nodes import Scene

SIZE = 64
BOUNDS = Bounds(center=np.zeros(3), radius=1.0, low=-np.ones(3), high=np.ones(3))


@functools.cache
def _even_tables(device: Device) -> LightTables:
    return filter_tables(device, np.ones((16, 32, 3), np.float32))


@functools.cache
def even_light(device: Device, radiance: float) -> Environment:
    """The same light from everywhere, and no key."""
    even = _even_tables(device)
    return upload(device, dataclasses.replace(
        even,
        specular=tuple((level * radiance).astype(np.float16) for level in even.specular),
        irradiance_sh=even.irradiance_sh * np.float32(radiance),
    ))


@functools.cache
def sloping_light(device: Device) -> Environment:
    """Brighter from the right and from above: every direction has a light of its own."""
    polar, around = np.meshgrid((np.arange(32) + 0.5) / 32 * np.pi, np.arange(64) / 64 * 2 * np.pi, indexing="ij")
    slopes = 0.4 + 0.3 * np.cos(polar) + 0.25 * np.sin(polar) * np.sin(around)
    return upload(device, filter_tables(device, np.repeat(slopes[..., None], 3, axis=2).astype(np.float32)))


def front_view(eye: tuple[float, float, float] = (0.0, 0.0, 4.0)) -> View:
    """From `eye` to the origin: from the default distance a unit square covers most of the picture."""
    place = np.array(eye, np.float64)
    up = np.array([0.0, 1.0, 0.0])
    fov = 0.3
    return View(
        eye=place, target=np.zeros(3), up=up, fov_y=fov, near=0.5, far=10.0,
        view=look_at(place, np.zeros(3), up), projection=perspective(fov, 1.0, 0.5, 10.0),
    )


class NoCaster:
    """Casts no shadow."""

    drawables: tuple[GpuDrawable, ...] = ()

    def draw_geometry(self, program: object, *, blend_cutoff: float) -> None:
        pass


@functools.cache
def no_shadows(device: Device, environment: Environment) -> Shadows:
    shadows = Shadows(device, STUDIO, environment, BOUNDS, -1.0)
    shadows.cast(NoCaster())
    return shadows


def picture(
    device: Device, scene: Scene, *, radiance: float = 0.0, light: Environment | None = None, view: View | None = None,
    tone_mapping: str = "neutral", ground: Callable[[], None] | None = None, deferred: bool = False,
) -> UInt8:
    """(SIZE, SIZE, 4): the scene, premultiplied, under even light of that radiance, or under `light`; on `ground`.

    All that can be deferred before it is shaded is `deferred`, or nothing.
    """
    environment = light or even_light(device, radiance)
    target = SampleTarget(device, SIZE, SIZE)
    gpu_scene = GpuScene(device, scene)
    g_buffer = GBuffer(device, target)
    chosen = list(filter(fits, gpu_scene.drawables)) if deferred else []
    with mock.patch("renderer.passes.geometry.worth_deferring", return_value=chosen):
        geometry = GeometryPass(
            gpu_scene, environment, no_shadows(device, environment), tone_mapping=tone_mapping, g_buffer=g_buffer
        )
    resolve = ResolvePass(device, target)
    target.begin()
    geometry.draw(view or front_view(), target.framebuffer, ground=ground)
    pixels = resolve.start_rgba().read()
    for owner in (resolve, geometry, g_buffer, gpu_scene, target):
        owner.release()
    return pixels


def middle(pixels: UInt8) -> list[int]:
    """The RGBA of the picture's middle."""
    return [int(value) for value in pixels[SIZE // 2, SIZE // 2]]


def srgb(linear: Float64) -> Float64:
    """IEC 61966-2-1 encoding, 0..255."""
    return np.asarray(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def linear(encoded: float) -> float:
    """IEC 61966-2-1 decoding of 0..255."""
    value = encoded / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def neutral(color: Float64) -> Float64:
    """Khronos PBR Neutral tone mapping, written out from its specification for one colour."""
    low = color.min()
    color = color - (low - low * low / (4 * 0.04) if low < 0.08 else 0.04)
    peak = color.max()
    if peak < 0.8 - 0.04:
        return color
    shoulder = 1 - (0.8 - 0.04)
    new_peak = 1 - shoulder**2 / (peak - (0.8 - 0.04) + shoulder)
    blend = 1 / (0.15 * (peak - new_peak) + 1)
    return np.asarray(color * new_peak / peak * blend + new_peak * (1 - blend))
