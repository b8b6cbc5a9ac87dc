"""Photographed light: panoramas of all directions (.hdr, .exr), decoded and checked before anything is lit by them.

Decoding runs in a child of the sandbox (`panorama_child.py`): OpenImageIO is native code, OpenEXR's headers promise any
amount of pixels, and a broken file must not take a server or a worker down.
"""

import dataclasses
import shutil
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from renderer.arrays import Float32
from renderer.confine import Reach
from renderer.media_types import picture_suffix
from renderer.panorama_child import HEADER
from renderer.sandbox import Child, ChildFailed, Limits, run

SIDE = 4096
"""The largest width of a panorama in pixels: four times what is kept of it."""

KEPT = 1024
"""Pixels that are kept of its width: a third of a degree each, finer than any reflection that is drawn."""

CHANNELS = 16
"""What a file may have besides red, green and blue: renderers add layers of their own."""

SAMPLES = 4 * SIDE * SIDE // 2
"""Pixels times channels, which are decompressed together: the largest panorama with an alpha channel."""

LIMITS = Limits(memory_bytes=1024 * 1024 * 1024, cpu_seconds=10)
"""A panorama of SIDE takes 300 MB, and 2 s where it is compressed most (PIZ)."""

TIMEOUT_S = 120
"""Of real time, for those seconds, on a busy machine."""

_CHILD = Path(__file__).with_name("panorama_child.py")


class PanoramaError(Exception):
    """The file is no panorama that can be decoded. The message continues a sentence that begins with its name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Panorama:
    """`radiance` (height, width, 3) is linear and finite, in units of its own; row 0 looks up (+Y).

    As in Blender and three.js the middle column looks along +X and the one a quarter to its right along +Z, so the
    picture is seen from inside. `suffix` is ".hdr" or ".exr"; `size` is the file's width and height in pixels.
    """

    radiance: Float32
    suffix: str
    size: tuple[int, int]


def read_panorama(path: Path, started: Callable[[Child], None] | None = None) -> Panorama:
    """Decodes the whole file, so what comes back is sound. Raises PanoramaError, or OSError where it can't be read.

    `started` is told the child that decodes, so that another thread can kill it.
    """
    with path.open("rb") as file:
        head = file.read(16)
    suffix = picture_suffix(head)
    if suffix not in (".hdr", ".exr"):
        raise PanoramaError("is neither a Radiance HDR (.hdr) nor an OpenEXR (.exr) picture")
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"panorama{suffix}"  # the decoder goes by the suffix
        shutil.copyfile(path, named)  # a confined process makes no links
        try:
            data = run(
                _CHILD, [str(named), str(SIDE), str(KEPT), str(CHANNELS), str(SAMPLES)],
                limits=LIMITS, timeout_s=TIMEOUT_S,
                environment={"OPENBLAS_NUM_THREADS": "1"},  # each thread would reserve memory of what is allowed
                output_bytes=HEADER.size + 12 * KEPT * KEPT, reach=Reach(reads=[named.resolve()]), started=started,
            )
        except ChildFailed as error:
            raise PanoramaError(f"can't be decoded: {error}") from error
    try:
        width, height, columns, rows = HEADER.unpack_from(data)
        radiance = np.frombuffer(data, "<f4", offset=HEADER.size).reshape(rows, columns, 3)
    except (struct.error, ValueError) as error:  # the file controls its decoder
        raise PanoramaError("can't be decoded: its decoder gives no picture") from error
    return Panorama(radiance, suffix, (width, height))
