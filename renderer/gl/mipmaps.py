"""Textures whose mip levels are computed here and uploaded, coarser ones included.

glGenerateMipmap draws, and a software rasteriser first compiles that for every format: a tenth of a second each in a
new process, which Mesa's cache on disk doesn't save. The same means cost a tenth of that here.
"""

import ctypes
from collections.abc import Sequence

import moderngl
import numpy as np
import numpy.typing as npt
import PIL.Image

from renderer.arrays import UInt8
from renderer.gl.context import Device
from renderer.gl.waiting import gl_function

Texels = npt.NDArray[np.uint8 | np.float16 | np.float32]
"""One level: (height, width, components), the first row at v = 0."""

_TEXTURE_2D, _MAX_LEVEL, _UNPACK_ALIGNMENT = 0x0DE1, 0x813D, 0x0CF5
_LAYOUTS = {1: 0x1903, 2: 0x8227, 3: 0x1907, 4: 0x1908}  # RED, RG, RGB, RGBA
# moderngl's name of the format, GL's number of the type, and its numbers of the formats by their components
_KINDS: dict[str, tuple[str, int, dict[int, int]]] = {
    "uint8": ("f1", 0x1401, {1: 0x8229, 2: 0x822B, 3: 0x8051, 4: 0x8058}),  # R8, RG8, RGB8, RGBA8
    "float16": ("f2", 0x140B, {1: 0x822D, 2: 0x822F, 3: 0x881B, 4: 0x881A}),  # R16F, RG16F, RGB16F, RGBA16F
    "float32": ("f4", 0x1406, {1: 0x822E, 2: 0x8230, 3: 0x8815, 4: 0x8814}),  # R32F, RG32F, RGB32F, RGBA32F
}


def texture_of(device: Device, levels: Sequence[Texels]) -> moderngl.Texture:
    """A texture of these levels, each half as wide and high as the one before, rounded down."""
    height, width, components = levels[0].shape
    kind = _KINDS[levels[0].dtype.name][0]
    texture = device.ctx.texture((width, height), components, np.ascontiguousarray(levels[0]), alignment=1, dtype=kind)
    set_coarser(device, texture, levels[1:])
    return texture


def set_coarser(device: Device, texture: moderngl.Texture, levels: Sequence[Texels]) -> None:
    """Gives a texture, or replaces, the levels from 1 on."""
    image = gl_function(device, "glTexImage2D", None, *[ctypes.c_int] * 8, ctypes.c_void_p)
    parameter = gl_function(device, "glTexParameteri", None, *[ctypes.c_int] * 3)
    texture.use(0)
    gl_function(device, "glPixelStorei", None, *[ctypes.c_int] * 2)(_UNPACK_ALIGNMENT, 1)
    for number, level in enumerate(levels, 1):
        height, width, components = level.shape
        _, type_, formats = _KINDS[level.dtype.name]
        texels = np.ascontiguousarray(level)
        image(_TEXTURE_2D, number, formats[components], width, height, 0, _LAYOUTS[components], type_,
              texels.ctypes.data)
    parameter(_TEXTURE_2D, _MAX_LEVEL, len(levels))


def halvings(pixels: UInt8) -> list[UInt8]:
    """(height, width, 4) and all its coarser levels, down to one texel. Channels are averaged each by itself."""
    height, width = pixels.shape[:2]
    # of RGBA, Pillow would weigh the colours by their alpha
    image = PIL.Image.frombuffer("RGBX", (width, height), np.ascontiguousarray(pixels), "raw", "RGBX", 0, 1)
    levels = [pixels]
    while max(width, height) > 1:
        width, height = max(width // 2, 1), max(height // 2, 1)
        if image.size == (2 * width, 2 * height):
            image = image.reduce(2)
        else:
            image = image.resize((width, height), PIL.Image.Resampling.BOX)
        levels.append(np.asarray(image))
    return levels
