"""Framebuffers: the supersampled picture, and a picture made of it that is read back."""

from typing import Literal

import moderngl

from renderer.gl.context import Device
from renderer.gl.sampling import SUPERSAMPLING
from renderer.gl.tiles import WHOLE, Tile, TiledTarget


class SampleTarget:
    """The picture of one frame: RGBA8, premultiplied, sRGB-encoded, SUPERSAMPLING times the frame's size, with depth.

    It is drawn like a `TiledTarget` of one tile. Raises DeviceError when the device can't draw it in one piece.
    """

    texels_per_pixel = SUPERSAMPLING
    tiles = (WHOLE,)

    def __init__(self, device: Device, width: int, height: int) -> None:
        size = (width * SUPERSAMPLING, height * SUPERSAMPLING)
        device.require_size(*size)
        self._device = device
        self.width = width
        self.height = height
        self.color = device.ctx.texture(size, 4)
        self.color.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.color.repeat_x = self.color.repeat_y = False
        self.depth = device.ctx.depth_renderbuffer(size)
        self.framebuffer = device.ctx.framebuffer([self.color], self.depth)

    def begin(self) -> None:
        """Makes it current, transparent and empty."""
        self.framebuffer.use()
        self.framebuffer.clear()

    def keep(self, tile: Tile) -> None:
        """Does nothing: the samples are the picture already."""

    def release(self) -> None:
        self._device.release_framebuffer(self.framebuffer)
        self.depth.release()
        self.color.release()


FrameTarget = SampleTarget | TiledTarget


def frame_target(device: Device, width: int, height: int) -> FrameTarget:
    """What a frame of that size is drawn into: in one piece where the device can, else in tiles. Raises DeviceError."""
    whole = max(width, height) * SUPERSAMPLING <= device.max_size
    return SampleTarget(device, width, height) if whole else TiledTarget(device, width, height)


class ReadTarget:
    """A picture of `size` (width, height) that programs fill with one full-screen triangle, then read back: RGBA of
    `kind` "f1", 8 bits, or "f2", half floats."""

    def __init__(self, device: Device, size: tuple[int, int], kind: Literal["f1", "f2"] = "f1") -> None:
        self._device = device
        self._kind = kind
        self._picture = device.ctx.texture(size, 4, dtype=kind)
        self._framebuffer = device.ctx.framebuffer([self._picture])
        self._triangles: dict[moderngl.Program, moderngl.VertexArray] = {}

    def fill(self, program: moderngl.Program) -> None:
        """Runs `program` once over every texel. It must live as long as this target."""
        if program not in self._triangles:
            self._triangles[program] = self._device.ctx.vertex_array(program, [])
        self._framebuffer.use()
        self._device.ctx.enable_only(moderngl.NOTHING)
        self._triangles[program].render(moderngl.TRIANGLES, vertices=3)

    def read(self) -> bytes:
        """The texels row by row without gaps, in the order the program wrote them. Waits for all that was issued."""
        return self._framebuffer.read(components=4, dtype=self._kind)

    def release(self) -> None:
        for triangle in self._triangles.values():
            triangle.release()
        self._device.release_framebuffer(self._framebuffer)
        self._picture.release()
