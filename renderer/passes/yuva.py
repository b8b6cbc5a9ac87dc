"""From the supersampled picture to video frames with alpha: un-premultiplied and converted on the device in float.

Planar 4:4:4:4 of 10 bits, BT.709 limited range (ITU-R BT.709-6, section 3; the equations of `yuv` with four times the
steps), alpha 0 to 1023. The alpha is straight: colours are not darkened by it. Where it is 0 the colour is black.
"""

import moderngl

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
        if samples.width % CELL_WIDTH:
            raise ValueError(f"video with alpha needs a width that is a multiple of {CELL_WIDTH}, not {samples.width}")
        self._samples = samples
        self._programs = Programs(device)
        self._cells = samples.width // CELL_WIDTH, samples.height
        self._planes = Readback(device, self._cells, samples.width * samples.height * 8)

    def convert(self, foreground: moderngl.Texture | None = None) -> Pending:
        """Issues the conversion of the frame behind a foreground; waits for nothing.

        What is read are the planes Y, U, V and alpha, top row first, without gaps, 16 bits a value in the machine's
        order.
        """
        defines = {"CELL_WIDTH": CELL_WIDTH}
        program = transparent(self._programs, "yuva444.frag.glsl", self._samples, foreground, defines)
        set_uniform(program, "u_cells", self._cells)
        return self._planes.fill(program)

    def release(self) -> None:
        self._planes.release()
        self._programs.release()
