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
    """Converts a `FrameTarget`. Between `convert` and `read` the next frame may be drawn: the planes are copies."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        if samples.width % 4:
            raise ValueError(f"video with alpha needs a width that is a multiple of 4, not {samples.width}")
        self._samples = samples
        self._programs = Programs(device)
        self._target = ReadTarget(device, (samples.width // 4, samples.height), (4, 4, 4, 4), "u2")

    def convert(self, foreground: moderngl.Texture | None = None) -> None:
        """Issues the conversion of the frame behind a foreground; waits for nothing."""
        self._target.fill(transparent(self._programs, "yuva.frag.glsl", self._samples, foreground))

    def read(self) -> bytes:
        """The converted frame: the planes Y, U, V and alpha, top row first, without gaps.

        16 bits a value, in the machine's order.
        """
        return b"".join(self._target.read(plane) for plane in range(4))

    def release(self) -> None:
        self._target.release()
        self._programs.release()
