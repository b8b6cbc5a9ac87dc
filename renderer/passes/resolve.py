"""From the supersampled picture to pixels for posters and stills: box filter, composite, read back.

Four samples are averaged in display space, as they will be seen; the same goes for compositing on the backdrop.
"""

import moderngl
import numpy as np

from renderer.arrays import UInt8
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.targets import FrameTarget, ReadTarget
from renderer.spec import Backdrop


class ResolvePass:
    """Reads a `FrameTarget` as pictures of the frame's size, top row first."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        self._samples = samples
        self._programs = Programs(device)
        self._target = ReadTarget(device, (samples.width, samples.height))

    def read_rgba(self) -> UInt8:
        """(h, w, 4): premultiplied, sRGB-encoded, as drawn."""
        program = self._programs.get(*full_screen("resolve.frag.glsl"), texels(self._samples))
        set_samples(program, self._samples)
        return self._pixels(program)

    def read_straight(self, foreground: moderngl.Texture | None = None) -> UInt8:
        """(h, w, 4): sRGB-encoded with straight alpha, behind a foreground; black where nothing is seen."""
        return self._pixels(transparent(self._programs, "resolve.frag.glsl", self._samples, foreground))

    def read_rgb(
        self, backdrop: Backdrop, image: moderngl.Texture | None = None, foreground: moderngl.Texture | None = None
    ) -> UInt8:
        """(h, w, 3): sRGB-encoded, on a backdrop with its image, behind a foreground."""
        program = composite(self._programs, "resolve.frag.glsl", self._samples, backdrop, image, foreground)
        return np.ascontiguousarray(self._pixels(program)[..., :3])

    def release(self) -> None:
        self._target.release()
        self._programs.release()

    def _pixels(self, program: moderngl.Program) -> UInt8:
        self._target.fill(program)
        return np.frombuffer(self._target.read(), np.uint8).reshape(self._samples.height, self._samples.width, 4)


def full_screen(fragment: str) -> tuple[str, str]:
    """The texts of a program that runs `fragment` (a file beside this one) over a whole target."""
    return read_shader("renderer.passes", "full_screen.vert.glsl"), read_shader("renderer.passes", fragment)


def composite(
    programs: Programs,
    fragment: str,
    samples: FrameTarget,
    backdrop: Backdrop,
    image: moderngl.Texture | None,
    foreground: moderngl.Texture | None,
) -> moderngl.Program:
    """The program that runs `fragment` on the composited picture, with its uniforms set.

    `image` is the backdrop's; both textures are from `OverlayImages`.
    """
    # One program each, because a software rasteriser computes branches that it doesn't take.
    used = {"IMAGE": image is not None, "FOREGROUND": foreground is not None, "VIGNETTE": backdrop.vignette > 0}
    defines = {name: "1" for name, present in used.items() if present}
    program = programs.get(*full_screen(fragment), {"COMPOSITE": "1"} | texels(samples) | defines)
    set_samples(program, samples)
    _set_texture(program, "u_image", 1, image)
    _set_texture(program, "u_foreground", 2, foreground)
    set_uniform(program, "u_backdrop", backdrop.rgb)
    set_uniform(program, "u_vignette", backdrop.vignette)
    return program


def transparent(
    programs: Programs, fragment: str, samples: FrameTarget, foreground: moderngl.Texture | None
) -> moderngl.Program:
    """The program that runs `fragment` on the picture with straight alpha, with its uniforms set."""
    defines = {"STRAIGHT": "1"} | texels(samples) | ({} if foreground is None else {"FOREGROUND": "1"})
    program = programs.get(*full_screen(fragment), defines)
    set_samples(program, samples)
    _set_texture(program, "u_foreground", 2, foreground)
    return program


def _set_texture(program: moderngl.Program, name: str, unit: int, texture: moderngl.Texture | None) -> None:
    if texture is not None:
        texture.use(unit)
        set_uniform(program, name, unit)


def texels(samples: FrameTarget) -> dict[str, str]:
    """The define by which composite.glsl knows what it reads."""
    return {"TEXELS": str(samples.texels_per_pixel)}


def set_samples(program: moderngl.Program, samples: FrameTarget) -> None:
    """Gives composite.glsl its picture."""
    samples.color.use(0)
    set_uniform(program, "u_samples", 0)
    set_uniform(program, "u_size", (float(samples.width), float(samples.height)))
