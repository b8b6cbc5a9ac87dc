"""From the supersampled picture to video frames: composited and converted on the device, 1.5 bytes read per pixel.

Planar 4:2:0, BT.709 limited range (ITU-R BT.709-6, section 3), chroma samples sited left. With R'G'B' in 0..1 and
E = 0.2126 R' + 0.7152 G' + 0.0722 B' it is Y = 16 + 219 E, U = 128 + 224 (B' - E) / 1.8556 and
V = 128 + 224 (R' - E) / 1.5748.
"""

import moderngl

from renderer.gl.context import Device
from renderer.gl.programs import Programs
from renderer.gl.targets import FrameTarget, ReadTarget
from renderer.passes.resolve import composite
from renderer.spec import Backdrop


class YuvPass:
    """Converts a `FrameTarget`. Between `convert` and `read` the next frame may be drawn: the planes are copies."""

    def __init__(self, device: Device, samples: FrameTarget) -> None:
        if samples.width % 2 or samples.height % 2:
            raise ValueError(f"4:2:0 video needs even sides, not {samples.width}x{samples.height}")
        self._samples = samples
        self._programs = Programs(device)
        self._luma_target = ReadTarget(device, ((samples.width + 3) // 4, samples.height), (4,))
        self._chroma_target = ReadTarget(device, (samples.width // 2, samples.height // 2), (1, 1))

    def convert(
        self, backdrop: Backdrop, image: moderngl.Texture | None = None, foreground: moderngl.Texture | None = None
    ) -> None:
        """Issues the conversion of the frame on a backdrop with its image, behind a foreground; waits for nothing."""
        for fragment, target in (("luma.frag.glsl", self._luma_target), ("chroma.frag.glsl", self._chroma_target)):
            target.fill(composite(self._programs, fragment, self._samples, backdrop, image, foreground))

    def read(self) -> bytes:
        """The converted frame as I420: the planes Y, U, V, each top row first, without gaps."""
        luma = self._luma_target.read()
        excess = -self._samples.width % 4
        if excess:  # the last texel of a row holds pixels beyond the frame
            stride = self._samples.width + excess
            luma = b"".join(luma[row : row + self._samples.width] for row in range(0, len(luma), stride))
        return luma + self._chroma_target.read(0) + self._chroma_target.read(1)

    def release(self) -> None:
        self._luma_target.release()
        self._chroma_target.release()
        self._programs.release()
