"""From the supersampled picture to video frames with alpha: un-premultiplied and converted on the device in float.

Planar 4:4:4:4 of 10 bits, BT.709 limited range (ITU-R BT.709-6, section 3; the equations of `yuv` with four times the
steps), alpha 0 to 1023. The alpha is straight: colours are not darkened by it. Where it is 0 the colour is black.
"""

import moderngl

from renderer.gl.context import Device
from renderer.gl.programs import Programs
from renderer.gl.targets import FrameTarget, ReadTarget
from renderer.passes.resolve import transparent


class YuvaPass:
    """Converts a `FrameTarget`."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        if samples.width % 4:
            raise ValueError(f"video with alpha needs a width that is a multiple of 4, not {samples.width}")
        self._samples = samples
        self._programs = Programs(device)
        self._target = ReadTarget(device, (samples.width // 4, samples.height), (4, 4, 4, 4), "u2")

    def read(self, foreground: moderngl.Texture | None = None) -> bytes:
        """The frame behind a foreground: the planes Y, U, V and alpha, top row first, without gaps.

        16 bits a value, in the machine's order.
        """
        self._target.fill(transparent(self._programs, "yuva.frag.glsl", self._samples, foreground))
        return b"".join(self._target.read(plane) for plane in range(4))

    def release(self) -> None:
        self._target.release()
        self._programs.release()
