"""What the views of a training set are drawn into, and the planes that are read back."""

from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.dataset.planes import Planes
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.targets import SUPERSAMPLING


class BufferTarget:
    """Colour, normal (both RGBA8) and depth (float32) of one square view, SUPERSAMPLING samples per pixel and axis."""

    def __init__(self, device: Device, size: int) -> None:
        samples = (size * SUPERSAMPLING,) * 2
        device.require_size(*samples)
        self._device = device
        self.planes = [device.ctx.texture(samples, 4), device.ctx.texture(samples, 4),
                       device.ctx.texture(samples, 1, dtype="f4")]
        self._hidden = device.ctx.depth_renderbuffer(samples)
        self.framebuffer = device.ctx.framebuffer(self.planes, self._hidden)

    def begin(self) -> None:
        """Makes it current and empty."""
        self.framebuffer.use()
        self.framebuffer.clear()

    def release(self) -> None:
        self._device.release_framebuffer(self.framebuffer)
        self._hidden.release()
        for plane in self.planes:
            plane.release()


_PLANES = ((3, "f1"), (3, "f1"), (1, "u2"), (1, "f1"), (1, "f1"))
"""Channels, and moderngl's name of their kind, of each of `Planes`, in its order."""

_DTYPES = {"f1": np.uint8, "u2": np.uint16}


class SelectPass:
    """From the samples of a `BufferTarget` to one value per pixel and plane; select.frag.glsl has the rules."""

    def __init__(self, device: Device, source: BufferTarget, size: int, near: float, far: float) -> None:
        self._device = device
        self._source = source
        self._size = size
        self._programs = Programs(device)
        self._program = self._programs.get(read_shader("renderer.passes", "full_screen.vert.glsl"),
                                           read_shader("renderer.dataset", "select.frag.glsl"))
        for name, value in (("u_size", size), ("u_near", near), ("u_range", far - near)):
            set_uniform(self._program, name, value)
        self._triangle = device.ctx.vertex_array(self._program, [])
        # Pictures of three channels can't be drawn into everywhere; reading leaves the fourth out.
        self._planes = [device.ctx.texture((size, size), 4 if channels == 3 else channels, dtype=kind)
                        for channels, kind in _PLANES]
        self._framebuffer = device.ctx.framebuffer(self._planes)

    def draw(self) -> None:
        for unit, (name, plane) in enumerate(zip(("u_color", "u_normal", "u_depth"), self._source.planes, strict=True)):
            plane.use(unit)
            set_uniform(self._program, name, unit)
        self._framebuffer.use()
        self._device.ctx.enable_only(moderngl.NOTHING)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def read(self) -> Planes:
        return Planes(*(self._plane(number) for number in range(len(_PLANES))))

    def release(self) -> None:
        self._triangle.release()
        self._device.release_framebuffer(self._framebuffer)
        for plane in self._planes:
            plane.release()
        self._programs.release()

    def _plane(self, number: int) -> npt.NDArray[Any]:
        channels, kind = _PLANES[number]
        content = self._framebuffer.read(components=channels, attachment=number, alignment=1, dtype=kind)
        plane = np.frombuffer(content, _DTYPES[kind])
        return plane.reshape(self._size, self._size, *([channels] if channels > 1 else []))
