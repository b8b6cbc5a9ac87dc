"""From the supersampled picture to pixels for posters and stills: box filter, composite, read back.

Samples are averaged, and the picture is composited, in display space (sRGB-encoded): as they will be seen.
"""

from collections.abc import Mapping

import moderngl
import numpy as np

from renderer.arrays import Float16, UInt8
from renderer.gl.context import Device
from renderer.gl.programs import FULL_SCREEN, Programs, read_shader, set_uniform
from renderer.gl.targets import FrameTarget, ReadTarget
from renderer.spec import Backdrop


class ResolvePass:
    """Reads a `FrameTarget` as pictures of the frame's size, top row first."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        self._device = device
        self._samples = samples
        self._programs = Programs(device)
        self._small: ReadTarget | None = None
        self._target = ReadTarget(device, (samples.width, samples.height))
        self._deep: ReadTarget | None = None

    def read_rgba(self) -> UInt8:
        """(h, w, 4): premultiplied, sRGB-encoded, as drawn."""
        program = full_screen(self._programs, "resolve.frag.glsl", texels(self._samples))
        set_samples(program, self._samples)
        return self._pixels(program)

    def read_small(self, size: tuple[int, int]) -> UInt8:
        """The frame as `read_rgba` has it, at `size` (width, height): of each pixel the samples at its middle alone."""
        if self._small is None:
            self._small = ReadTarget(self._device, size)
        program = full_screen(self._programs, "resolve.frag.glsl", texels(self._samples))
        set_samples(program, self._samples)
        set_uniform(program, "u_size", (float(size[0]), float(size[1])))
        self._small.fill(program)
        return np.frombuffer(self._small.read(), np.uint8).reshape(size[1], size[0], 4)

    def read_straight(self, foreground: moderngl.Texture | None = None) -> UInt8:
        """(h, w, 4): sRGB-encoded with straight alpha, behind a foreground; black where nothing is seen."""
        return self._pixels(transparent(self._programs, "resolve.frag.glsl", self._samples, foreground))

    def read_deep(self, foreground: moderngl.Texture | None = None) -> Float16:
        """(h, w, 4), 0 to 1: like `read_straight`, but as fine as the mean of the samples is, which has 10 bits."""
        if self._deep is None:
            self._deep = ReadTarget(self._device, (self._samples.width, self._samples.height), "f2")
        self._deep.fill(transparent(self._programs, "resolve.frag.glsl", self._samples, foreground))
        halves = np.frombuffer(self._deep.read(), np.float16)
        return halves.reshape(self._samples.height, self._samples.width, 4)

    def read_rgb(
        self, backdrop: Backdrop, image: moderngl.Texture | None = None, foreground: moderngl.Texture | None = None
    ) -> UInt8:
        """(h, w, 3): sRGB-encoded, on a backdrop with its image, behind a foreground."""
        program = composite(self._programs, "resolve.frag.glsl", self._samples, backdrop, image, foreground)
        return np.ascontiguousarray(self._pixels(program)[..., :3])

    def release(self) -> None:
        self._target.release()
        if self._small is not None:
            self._small.release()
        if self._deep is not None:
            self._deep.release()
        self._programs.release()

    def _pixels(self, program: moderngl.Program) -> UInt8:
        self._target.fill(program)
        return np.frombuffer(self._target.read(), np.uint8).reshape(self._samples.height, self._samples.width, 4)


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
