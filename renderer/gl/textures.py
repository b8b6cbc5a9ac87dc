"""A scene's textures on the device: RGBA8 with mipmaps, one for each distinct packing of image channels, however it is
wrapped and filtered where it is used: that is a sampler's.

Colours stay sRGB-encoded and are decoded in the shader, which costs a software rasteriser half of what sRGB8 textures
would.
"""

import hashlib
import math

import moderngl
import numpy as np

from renderer.arrays import UInt8
from renderer.checkpoints import checkpoint
from renderer.gl.context import Device
from renderer.gl.materials import Channel, Wrapping
from renderer.gl.mipmaps import halvings, texture_of
from renderer.scene.nodes import Image

DIGESTED_ROWS = 256
"""Of an image, that are copied at once: no more than a few megabytes."""


class Textures:
    """Uploads maps on demand and shares them; owns them and their samplers until `release`."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._uploaded: dict[tuple[Channel, ...], moderngl.Texture] = {}
        self._samplers: dict[tuple[bool, bool, tuple[int, int]], moderngl.Sampler] = {}
        self._digests: dict[Channel, bytes] = {}

    def get(self, channels: tuple[Channel, ...], images: list[Image]) -> moderngl.Texture:
        """The texture of those channels of `images`, made on first use."""
        if channels not in self._uploaded:
            checkpoint()
            pixels = fit_size(_pack_channels(images, channels), self._device.max_size)
            self._uploaded[channels] = texture_of(self._device, halvings(pixels))
        return self._uploaded[channels]

    def sampler(self, wrapping: Wrapping) -> moderngl.Sampler:
        """How a texture is read. Whoever binds it clears it: it overrides what textures of the same unit say."""
        key = (*wrapping.repeat, _filters(wrapping))
        if key not in self._samplers:
            repeat_x, repeat_y, filters = key
            self._samplers[key] = self._device.ctx.sampler(repeat_x=repeat_x, repeat_y=repeat_y, filter=filters)
        return self._samplers[key]

    def alpha_digest(self, channels: tuple[Channel, ...], images: list[Image]) -> bytes:
        """SHA-256 of the size and of the fourth channel of the texture of those `channels`."""
        alpha = channels[3]
        if alpha not in self._digests:
            pixels = images[alpha[0]].pixels
            digest = hashlib.sha256(f"{pixels.shape}".encode())
            for row in range(0, len(pixels), DIGESTED_ROWS):
                checkpoint()
                digest.update(pixels[row : row + DIGESTED_ROWS, :, alpha[1]].tobytes())
            self._digests[alpha] = digest.digest()
        return self._digests[alpha]

    def release(self) -> None:
        for texture in self._uploaded.values():
            texture.release()
        for sampler in self._samplers.values():
            sampler.release()
        self._uploaded.clear()
        self._samplers.clear()


def _filters(wrapping: Wrapping) -> tuple[int, int]:
    """GL's minifying and magnifying filter.

    Trilinear filtering is left out on purpose: under 2x2 supersampling the nearest mipmap level looks the same (within
    0.4 dB) and a whole frame costs a fifth less. Minified textures always use mipmaps, or turntables would flicker.
    """
    minify = moderngl.NEAREST_MIPMAP_NEAREST if wrapping.nearest_min else moderngl.LINEAR_MIPMAP_NEAREST
    return minify, moderngl.NEAREST if wrapping.nearest_mag else moderngl.LINEAR


def _pack_channels(images: list[Image], channels: tuple[Channel, ...]) -> UInt8:
    first = images[channels[0][0]].pixels
    if channels == tuple((channels[0][0], channel) for channel in range(4)):
        return first
    packed = np.zeros((*first.shape[:2], 4), np.uint8)
    for target, (image, channel) in enumerate(channels):
        packed[..., target] = images[image].pixels[..., channel]
    return packed


def fit_size(pixels: UInt8, max_size: int) -> UInt8:
    """Shrinks a picture (h, w, 4) by the least whole factor that brings both sides within `max_size` pixels.

    Channels are averaged each by itself: they may hold anything, alpha says nothing of the others.
    """
    height, width = pixels.shape[:2]
    factor = math.ceil(max(height, width) / max_size)
    if factor == 1:
        return pixels
    rows, columns = np.arange(0, height, factor), np.arange(0, width, factor)
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(np.uint32), rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff(rows, append=height), np.diff(columns, append=width))
    means: UInt8 = ((sums + counts[..., None] // 2) // counts[..., None]).astype(np.uint8)
    return means
