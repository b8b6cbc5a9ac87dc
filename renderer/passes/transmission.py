"""What is seen through transmissive surfaces: a copy of the picture, made when all that they may show is drawn."""

import moderngl

from renderer.gl.context import Device


class PictureBehind:
    """The copy, with mipmaps that rough surfaces blur it by. It is made when first captured."""

    def __init__(self, device: Device) -> None:
        self._ctx = device.ctx
        self._texture: moderngl.Texture | None = None

    def capture(self, target: moderngl.Framebuffer) -> moderngl.Texture:
        """The first picture of `target`, which stays current; valid up to the next call."""
        if self._texture is None or self._texture.size != target.size:
            self.release()
            self._texture = self._ctx.texture(target.size, 4)
            self._texture.repeat_x = self._texture.repeat_y = False
        self._ctx.copy_framebuffer(self._texture, target)
        self._texture.build_mipmaps()
        self._texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        target.use()
        return self._texture

    def release(self) -> None:
        if self._texture is not None:
            self._texture.release()
            self._texture = None
