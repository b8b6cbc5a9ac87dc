"""Frames whose samples are too many for one target of the device: drawn tile by tile into one picture.

    for each tile: samples of the tile -> mean of each pixel's -> its place in the picture, which is read as a whole

Nothing that reads neighbouring pixels works on tiles: reflections are drawn before, at the frame's size; conversions to
video read the whole picture; transmissive parts read a picture of all that lies behind them, for which the tiles are
drawn once more for each layer of such parts.
"""

import dataclasses
import math
from collections.abc import Iterator

import moderngl
import numpy as np

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.programs import FULL_SCREEN, Programs, read_shader
from renderer.gl.sampling import SUPERSAMPLING

_MULTIPLE = 4
"""Tiles' sides are multiples of so many pixels, so that a sample has the same place in its pixel as without tiles."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tile:
    """A part of a frame of `frame` (width, height), all in pixels; `x` and `y` are those of its lower left corner."""

    x: int
    y: int
    width: int
    height: int
    frame: tuple[int, int]

    @property
    def crop(self) -> Float64:
        """(4, 4): takes the frame's clip space to the tile's."""
        (width, height), matrix = self.frame, np.eye(4)
        matrix[0, [0, 3]] = width / self.width, (width - 2 * self.x - self.width) / self.width
        matrix[1, [1, 3]] = height / self.height, (height - 2 * self.y - self.height) / self.height
        return matrix

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Scale and offset from the tile's normalised device coordinates to places in the frame, 0 to 1."""
        (width, height), half = self.frame, (self.width / 2, self.height / 2)
        return half[0] / width, half[1] / height, (half[0] + self.x) / width, (half[1] + self.y) / height

    @property
    def origin(self) -> tuple[float, float]:
        """The tile's lower left corner in samples of the frame."""
        return float(SUPERSAMPLING * self.x), float(SUPERSAMPLING * self.y)


WHOLE = Tile(0, 0, 1, 1, (1, 1))
"""A whole frame of any size."""


class TiledTarget:
    """The picture of one frame, RGBA with 16 bits each, premultiplied, sRGB-encoded: a texel is a pixel's mean.

    For each of `tiles`: `begin`, draw into `framebuffer`, and `keep`. All tiles have one size, which may reach beyond
    the frame. Raises DeviceError when even the picture itself is too large for the device.
    """

    texels_per_pixel = 1

    def __init__(self, device: Device, width: int, height: int) -> None:
        device.require_size(width, height)
        self._device = device
        self.width = width
        self.height = height
        limit = device.max_size // SUPERSAMPLING // _MULTIPLE * _MULTIPLE
        size = (_share(width, limit), _share(height, limit))
        self.tiles = [
            Tile(x, y, *size, (width, height)) for y in range(0, height, size[1]) for x in range(0, width, size[0])
        ]
        ctx = device.ctx
        self._samples = ctx.texture((size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), 4)
        self._depth = ctx.depth_renderbuffer(self._samples.size)
        self.framebuffer = ctx.framebuffer([self._samples], self._depth)
        self.color = ctx.texture((width, height), 4, dtype="nu2")
        self.color.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.color.repeat_x = self.color.repeat_y = False
        self._picture = ctx.framebuffer([self.color])
        self._behind: list[tuple[moderngl.Texture, moderngl.Framebuffer]] = []  # made when first wanted
        self._programs = Programs(device)
        self._reduce = self._programs.get(FULL_SCREEN, read_shader("renderer.gl", "reduce.frag.glsl"))
        self._triangle = ctx.vertex_array(self._reduce, [])

    def begin(self) -> None:
        """Makes the tile's samples current, transparent and empty."""
        self.framebuffer.use()
        self.framebuffer.clear()

    def keep(self, tile: Tile) -> None:
        """Writes the means of the tile's samples to its place in the picture."""
        self._keep(tile, self._picture)

    def all_behind(self, layer: int) -> Iterator[Tile]:
        """Yields each tile, for the caller to draw what the transmissive parts of `layer`, 0, 1, ..., show. Afterwards
        `behind` has all."""
        while len(self._behind) <= layer:
            texture = self._device.ctx.texture((self.width, self.height), 4)
            texture.repeat_x = texture.repeat_y = False
            self._behind.append((texture, self._device.ctx.framebuffer([texture])))
        for tile in self.tiles:
            self.begin()
            yield tile
            self._keep(tile, self._behind[layer][1])

    def behind(self, layer: int) -> moderngl.Texture:
        """The picture that `all_behind` made of the layer, with mipmaps; valid up to its next call."""
        texture, _ = self._behind[layer]
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def release(self) -> None:
        textures, framebuffers = [self._samples, self.color], [self.framebuffer, self._picture]
        for texture, framebuffer in self._behind:
            textures.append(texture)
            framebuffers.append(framebuffer)
        for framebuffer in framebuffers:
            self._device.release_framebuffer(framebuffer)
        for texture in textures:
            texture.release()
        self._depth.release()
        self._triangle.release()
        self._programs.release()

    def _keep(self, tile: Tile, target: moderngl.Framebuffer) -> None:
        target.use()
        target.scissor = (tile.x, tile.y, min(tile.width, self.width - tile.x), min(tile.height, self.height - tile.y))
        self._device.ctx.enable_only(moderngl.NOTHING)
        self._samples.use(0)
        self._reduce["u_samples"] = 0
        self._reduce["u_origin"] = (tile.x, tile.y)
        self._triangle.render(moderngl.TRIANGLES, vertices=3)


def _share(side: int, limit: int) -> int:
    """The side of equal tiles, as few as possible, of at most `limit` pixels each."""
    count = math.ceil(side / limit)
    return math.ceil(side / count / _MULTIPLE) * _MULTIPLE
