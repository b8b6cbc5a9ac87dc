"""What the views of a training set are drawn into, and the planes that are read back."""

import moderngl
import numpy as np

from renderer.arrays import Array, Float64
from renderer.camera.framing import View
from renderer.camera.sphere import focal_length
from renderer.dataset.planes import FAR16, NO_NORMAL, Planes
from renderer.gl.context import Device
from renderer.gl.programs import FULL_SCREEN, Programs, read_shader, set_uniform
from renderer.gl.sampling import SUPERSAMPLING


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
        """Binds and clears the framebuffer."""
        self.framebuffer.use()
        self.framebuffer.clear()

    def release(self) -> None:
        self._device.release_framebuffer(self.framebuffer)
        self._hidden.release()
        for plane in self.planes:
            plane.release()


Rectangle = tuple[int, int, int, int]
"""x, y, width and height in pixels; x and y count from the top left corner."""

_PLANES = ((3, "f1"), (3, "f1"), (1, "u2"), (1, "f1"), (1, "f1"))
"""Channels, and moderngl's name of their kind, of each of `Planes`, in its order."""

_DTYPES = {"f1": np.uint8, "u2": np.uint16}


_LINES = 2
"""Lines and points are drawn at most this many pixels beyond the positions of their vertices."""


class SelectPass:
    """From the samples of a `BufferTarget` to one value per pixel and plane; select.frag.glsl has the rules."""

    def __init__(self, device: Device, source: BufferTarget, size: int, near: float, far: float) -> None:
        self._device = device
        self._source = source
        self._size = size
        self._programs = Programs(device)
        codes = {"FAR16": FAR16, "NO_NORMAL": NO_NORMAL}
        self._select, self._background = (
            self._programs.get(FULL_SCREEN, read_shader("renderer.dataset", name), codes)
            for name in ("select.frag.glsl", "background.frag.glsl")
        )
        for name, value in (("u_size", size), ("u_near", near), ("u_range", far - near)):
            set_uniform(self._select, name, value)
        self._triangles = [device.ctx.vertex_array(program, []) for program in (self._background, self._select)]
        # Not every device can draw into textures of three channels, so these have four; reading leaves the fourth out.
        self._planes = [device.ctx.texture((size, size), 4 if channels == 3 else channels, dtype=kind)
                        for channels, kind in _PLANES]
        self._framebuffer = device.ctx.framebuffer(self._planes)

    def draw(self, covered: Rectangle) -> None:
        """`covered` is where the model may be in the picture; the rest becomes background without a look at samples."""
        for unit, (name, plane) in enumerate(zip(("u_color", "u_normal", "u_depth"), self._source.planes, strict=True)):
            plane.use(unit)
            set_uniform(self._select, name, unit)
        self._framebuffer.use()
        self._device.ctx.enable_only(moderngl.NOTHING)
        everything = (0, 0, self._size, self._size)
        for triangle, scissor in zip(self._triangles, (everything, covered), strict=True):
            self._framebuffer.scissor = scissor
            triangle.render(moderngl.TRIANGLES, vertices=3)

    def read(self) -> Planes:
        return Planes(*(self._plane(number) for number in range(len(_PLANES))))

    def release(self) -> None:
        for triangle in self._triangles:
            triangle.release()
        self._device.release_framebuffer(self._framebuffer)
        for plane in self._planes:
            plane.release()
        self._programs.release()

    def _plane(self, number: int) -> Array:
        channels, kind = _PLANES[number]
        content = self._framebuffer.read(components=channels, attachment=number, alignment=1, dtype=kind)
        plane = np.frombuffer(content, _DTYPES[kind])
        return plane.reshape(self._size, self._size, *([channels] if channels > 1 else []))


def covered_rectangle(view: View, outline: Float64, size: int) -> Rectangle:
    """The pixels of a view of `size` pixels a side that hold all that lies between the points `outline` (n, 3)."""
    local = outline @ view.view[:3, :3].T + view.view[:3, 3]
    places = size / 2 + focal_length(size) / -local[:, 2:] * local[:, :2] * (1, -1)
    low = np.floor(places.min(axis=0) - _LINES).clip(0, size).astype(int)
    high = np.ceil(places.max(axis=0) + _LINES).clip(0, size).astype(int)
    return (*low.tolist(), *(high - low).tolist())
