"""The framebuffer of the supersampled picture."""

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
