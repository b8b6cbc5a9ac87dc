"""From the supersampled picture to video frames with alpha: un-premultiplied and converted on the device in float.

Planar 4:4:4:4 of 10 bits, BT.709 limited range (ITU-R BT.709-6, section 3; the equations of `yuv` with four times the
steps), alpha 0 to 1023. The alpha is straight: colours are not darkened by it. Where it is 0 the colour is black.
"""

import math

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import Programs, set_uniform
from renderer.gl.readback import Pending, Readback
from renderer.gl.targets import FrameTarget
from renderer.passes.resolve import transparent

CELL_WIDTH = 4
"""Pixels of a row that yuva444.frag.glsl converts at a time."""


class YuvaPass:
    """Converts a `FrameTarget`."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        self._samples = samples
        self._programs = Programs(device)
        self._cells = math.ceil(samples.width / CELL_WIDTH), samples.height
        self._planes = Readback(device, self._cells, CELL_WIDTH * math.prod(self._cells) * 8)

    def convert(self, foreground: moderngl.Texture | None = None) -> Pending[bytes]:
        """Issues the conversion of the frame behind a foreground; waits for nothing.

        What is read are the planes Y, U, V and alpha, top row first, without gaps, 16 bits a value in the machine's
        order.
        """
        defines = {"CELL_WIDTH": CELL_WIDTH}
        program = transparent(self._programs, "yuva444.frag.glsl", self._samples, foreground, defines)
        set_uniform(program, "u_cells", self._cells)
        return self._planes.fill(program, bytes if self._samples.width % CELL_WIDTH == 0 else self._without_gaps)

    def release(self) -> None:
        self._planes.release()
        self._programs.release()

    def _without_gaps(self, planes: bytes) -> bytes:
        """Planes whose rows have been filled up to whole cells."""
        rows = np.frombuffer(planes, np.uint16).reshape(4, self._samples.height, self._cells[0] * CELL_WIDTH)
        return rows[..., : self._samples.width].tobytes()
