"""From the supersampled picture to pixels for posters and stills: box filter, composite, read back.

Four samples are averaged in display space, as they will be seen; the same goes for compositing on the backdrop.
"""

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.targets import ReadTarget, SampleTarget
from renderer.scene.nodes import UInt8
from renderer.spec import Backdrop


class ResolvePass:
    """Reads a `SampleTarget` as pictures of the frame's size, top row first."""

    def __init__(self, device: Device, samples: SampleTarget) -> None:
        self._samples = samples
        self._programs = Programs(device)
        vertex, fragment = read_full_screen("resolve.frag.glsl")
        size = (samples.width, samples.height)
        self._plain = self._programs.get(vertex, fragment)
        self._composite = self._programs.get(vertex, fragment, {"COMPOSITE": "1"})
        self._plain_target = ReadTarget(device, self._plain, size, (4,))
        self._composite_target = ReadTarget(device, self._composite, size, (4,))

    def read_rgba(self) -> UInt8:
        """(h, w, 4): premultiplied, sRGB-encoded, as drawn."""
        set_composite(self._plain, self._samples, Backdrop())
        self._plain_target.fill()
        return self._pixels(self._plain_target)

    def read_rgb(self, backdrop: Backdrop) -> UInt8:
        """(h, w, 3): sRGB-encoded, on a backdrop."""
        set_composite(self._composite, self._samples, backdrop)
        self._composite_target.fill()
        return np.ascontiguousarray(self._pixels(self._composite_target)[..., :3])

    def release(self) -> None:
        self._plain_target.release()
        self._composite_target.release()
        self._programs.release()

    def _pixels(self, target: ReadTarget) -> UInt8:
        return np.frombuffer(target.read(), np.uint8).reshape(self._samples.height, self._samples.width, 4)


def read_full_screen(fragment: str) -> tuple[str, str]:
    """The texts of a program that runs `fragment` (a file beside this one) over a whole target."""
    return read_shader("renderer.passes", "full_screen.vert.glsl"), read_shader("renderer.passes", fragment)


def set_composite(program: moderngl.Program, samples: SampleTarget, backdrop: Backdrop) -> None:
    """Sets the uniforms of composite.glsl."""
    samples.color.use(0)
    set_uniform(program, "u_samples", 0)
    set_uniform(program, "u_size", (float(samples.width), float(samples.height)))
    set_uniform(program, "u_backdrop", backdrop.rgb)
    set_uniform(program, "u_vignette", backdrop.vignette)
