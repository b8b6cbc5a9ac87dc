"""From the supersampled picture to pixels for posters and stills: box filter, composite, read back.

Samples are averaged, and the picture is composited, in display space (sRGB-encoded): as they will be seen.
"""

import math
from collections.abc import Mapping
from typing import TypeVar

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float16, UInt8
from renderer.gl.context import Device
from renderer.gl.programs import FULL_SCREEN, Programs, read_shader, set_uniform
from renderer.gl.readback import Pending, Readback
from renderer.gl.targets import FrameTarget
from renderer.spec import Backdrop

CELL_WIDTH = 4
"""Pixels of a row that pixels.frag.glsl writes at a time."""

_PIXELS = "pixels.frag.glsl"
_RGB = {"CELL_WIDTH": CELL_WIDTH, "CHANNELS": 3}
_RGBA = {"CELL_WIDTH": CELL_WIDTH, "CHANNELS": 4}
_DEEP = {"CELL_WIDTH": CELL_WIDTH, "DEEP": 1}

Value = TypeVar("Value", np.uint8, np.float16)


class ResolvePass:
    """Reads a `FrameTarget` as pictures of the frame's size, top row first: begins to, and waits for nothing."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        self._device = device
        self._samples = samples
        self._programs = Programs(device)
        self._readbacks: dict[tuple[tuple[int, int], int], Readback] = {}  # by the size and the bytes of a pixel

    def start_rgba(self, size: tuple[int, int] | None = None) -> Pending[UInt8]:
        """(h, w, 4): premultiplied, sRGB-encoded, as drawn.

        At another `size` (width, height) than the frame's, a pixel has the samples at its middle alone.
        """
        program = full_screen(self._programs, _PIXELS, {**texels(self._samples), **_RGBA})
        set_samples(program, self._samples)
        if size is not None:
            set_uniform(program, "u_size", (float(size[0]), float(size[1])))
        return self._read(program, np.uint8, 4, size)

    def start_straight(self, foreground: moderngl.Texture | None = None) -> Pending[UInt8]:
        """(h, w, 4): sRGB-encoded with straight alpha, behind a foreground; black where nothing is seen."""
        return self._read(transparent(self._programs, _PIXELS, self._samples, foreground, _RGBA), np.uint8, 4)

    def start_deep(self, foreground: moderngl.Texture | None = None) -> Pending[Float16]:
        """(h, w, 4), 0 to 1: like `start_straight`, but as fine as the mean of the samples is, which has 10 bits."""
        return self._read(transparent(self._programs, _PIXELS, self._samples, foreground, _DEEP), np.float16, 4)

    def start_rgb(
        self, backdrop: Backdrop, image: moderngl.Texture | None = None, foreground: moderngl.Texture | None = None
    ) -> Pending[UInt8]:
        """(h, w, 3): sRGB-encoded, on a backdrop with its image, behind a foreground."""
        program = composite(self._programs, _PIXELS, self._samples, backdrop, image, foreground, _RGB)
        return self._read(program, np.uint8, 3)

    def release(self) -> None:
        for readback in self._readbacks.values():
            readback.release()
        self._programs.release()

    def _read(
        self, program: moderngl.Program, kind: type[Value], channels: int, size: tuple[int, int] | None = None
    ) -> Pending[npt.NDArray[Value]]:
        width, height = size or (self._samples.width, self._samples.height)
        cells = math.ceil(width / CELL_WIDTH), height
        pixel = np.dtype(kind).itemsize * channels
        key = cells, pixel
        if key not in self._readbacks:
            self._readbacks[key] = Readback(self._device, cells, CELL_WIDTH * math.prod(cells) * pixel)
        set_uniform(program, "u_columns", cells[0])

        def picture(written: bytes) -> npt.NDArray[Value]:
            rows = np.frombuffer(written, kind).reshape(height, -1, channels)
            return np.ascontiguousarray(rows[:, :width])

        return self._readbacks[key].fill(program, picture)


def full_screen(programs: Programs, fragment: str, defines: Mapping[str, object]) -> moderngl.Program:
    """The program that runs `fragment`, a file of this package's shaders, over a whole target."""
    return programs.get(FULL_SCREEN, read_shader("renderer.passes", fragment), defines)


def composite(
    programs: Programs,
    fragment: str,
    samples: FrameTarget,
    backdrop: Backdrop,
    image: moderngl.Texture | None,
    foreground: moderngl.Texture | None,
    defines: Mapping[str, object] = {},
) -> moderngl.Program:
    """The program that runs `fragment` on the composited picture, with its uniforms set.

    `image` is the backdrop's; both textures are from `OverlayImages`. `defines` are the fragment shader's own.
    """
    # One program each, because a software rasteriser computes branches that it doesn't take.
    used = {"IMAGE": image is not None, "FOREGROUND": foreground is not None, "VIGNETTE": backdrop.vignette > 0}
    present = {name: 1 for name, is_used in used.items() if is_used}
    program = full_screen(programs, fragment, {"COMPOSITE": 1, **texels(samples), **present, **defines})
    set_samples(program, samples)
    _set_texture(program, "u_image", 1, image)
    _set_texture(program, "u_foreground", 2, foreground)
    set_uniform(program, "u_backdrop", backdrop.rgb)
    set_uniform(program, "u_vignette", backdrop.vignette)
    return program


def transparent(
    programs: Programs, fragment: str, samples: FrameTarget, foreground: moderngl.Texture | None,
    defines: Mapping[str, object] = {},
) -> moderngl.Program:
    """The program that runs `fragment` on the picture with straight alpha, with its uniforms set.

    `defines` are the fragment shader's own.
    """
    present = {} if foreground is None else {"FOREGROUND": 1}
    program = full_screen(programs, fragment, {"STRAIGHT": 1, **texels(samples), **present, **defines})
    set_samples(program, samples)
    _set_texture(program, "u_foreground", 2, foreground)
    return program


def _set_texture(program: moderngl.Program, name: str, unit: int, texture: moderngl.Texture | None) -> None:
    if texture is not None:
        texture.use(unit)
        set_uniform(program, name, unit)


def texels(samples: FrameTarget) -> dict[str, object]:
    """The define that tells composite.glsl how many texels a pixel has along each axis."""
    return {"TEXELS": samples.texels_per_pixel}


def set_samples(program: moderngl.Program, samples: FrameTarget) -> None:
    """Sets the picture that composite.glsl reads, and the frame's size."""
    samples.color.use(0)
    set_uniform(program, "u_samples", 0)
    set_uniform(program, "u_size", (float(samples.width), float(samples.height)))
