"""What the views of a training set are drawn into, and the planes that are read back."""

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.targets import SUPERSAMPLING
from renderer.scene.nodes import Float32, UInt8


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


class SelectPass:
    """From the samples of a `BufferTarget` to one value per pixel; select.frag.glsl has the rules."""

    def __init__(self, device: Device, source: BufferTarget, size: int) -> None:
        self._device = device
        self._source = source
        self._size = size
        self._programs = Programs(device)
        self._program = self._programs.get(read_shader("renderer.passes", "full_screen.vert.glsl"),
                                           read_shader("renderer.dataset", "select.frag.glsl"))
        self._triangle = device.ctx.vertex_array(self._program, [])
        self._planes = [device.ctx.texture((size, size), 4), device.ctx.texture((size, size), 4),
                        device.ctx.texture((size, size), 1, dtype="f4")]
        self._framebuffer = device.ctx.framebuffer(self._planes)

    def draw(self) -> None:
        for unit, (name, plane) in enumerate(zip(("u_color", "u_normal", "u_depth"), self._source.planes, strict=True)):
            plane.use(unit)
            set_uniform(self._program, name, unit)
        set_uniform(self._program, "u_size", self._size)
        self._framebuffer.use()
        self._device.ctx.enable_only(moderngl.NOTHING)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def read(self) -> tuple[UInt8, UInt8, Float32]:
        """Colour and normal, (size, size, 4) each, and depth, (size, size)."""
        shape = (self._size, self._size)
        color, normal = (
            np.frombuffer(self._framebuffer.read(components=4, attachment=number), np.uint8).reshape(*shape, 4)
            for number in range(2)
        )
        depth = self._framebuffer.read(components=1, attachment=2, dtype="f4")
        return color, normal, np.frombuffer(depth, np.float32).reshape(shape)

    def release(self) -> None:
        self._triangle.release()
        self._device.release_framebuffer(self._framebuffer)
        for plane in self._planes:
            plane.release()
        self._programs.release()
