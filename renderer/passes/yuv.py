"""From the supersampled picture to video frames: composited and converted on the device, 1.5 bytes read per pixel.

Planar 4:2:0, BT.709 limited range (ITU-R BT.709-6, section 3), chroma samples sited left. With R'G'B' in 0..1 and
E = 0.2126 R' + 0.7152 G' + 0.0722 B' it is Y = 16 + 219 E, U = 128 + 224 (B' - E) / 1.8556 and
V = 128 + 224 (R' - E) / 1.5748.
"""

import math

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import Programs, set_uniform
from renderer.gl.readback import Pending, Readback
from renderer.gl.targets import FrameTarget
from renderer.passes.resolve import composite
from renderer.spec import Backdrop

CELL = (8, 2)
"""Pixels (columns, rows) that yuv420.frag.glsl converts at a time: as many as share most of what they read."""

_DEFINES = dict(zip(("CELL_WIDTH", "CELL_HEIGHT"), CELL, strict=True))


class YuvPass:
    """Converts a `FrameTarget`."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        if samples.width % 2 or samples.height % 2:
            raise ValueError(f"4:2:0 video needs even sides, not {samples.width}x{samples.height}")
        self._samples = samples
        self._programs = Programs(device)
        self._cells = math.ceil(samples.width / CELL[0]), samples.height // CELL[1]
        self._planes = Readback(device, self._cells, math.prod(CELL) * math.prod(self._cells) * 3 // 2)

    def convert(
        self, backdrop: Backdrop, image: moderngl.Texture | None = None, foreground: moderngl.Texture | None = None
    ) -> Pending[bytes]:
        """Issues the conversion of the frame on a backdrop with its image, behind a foreground; waits for nothing.

        What is read is I420: the planes Y, U, V, each top row first, without gaps.
        """
        program = composite(self._programs, "yuv420.frag.glsl", self._samples, backdrop, image, foreground, _DEFINES)
        set_uniform(program, "u_cells", self._cells)
        return self._planes.fill(program, bytes if self._samples.width % CELL[0] == 0 else self._without_gaps)

    def release(self) -> None:
        self._planes.release()
        self._programs.release()

    def _without_gaps(self, planes: bytes) -> bytes:
        """Planes whose rows have been filled up to whole cells."""
        width, height = self._samples.width, self._samples.height
        columns = self._cells[0] * CELL[0]
        luma, chroma = np.split(np.frombuffer(planes, np.uint8), [columns * height])
        return (luma.reshape(height, columns)[:, :width].tobytes()
                + chroma.reshape(height, columns // 2)[:, : width // 2].tobytes())
