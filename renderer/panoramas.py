"""Photographed light: panoramas of all directions (.hdr, .exr), decoded and judged before they light anything.

Decoding runs in a child process (`panorama_child.py`): OpenImageIO is native code, OpenEXR's headers promise any amount
of pixels, and a broken file must not take a server or a worker down.
"""

import dataclasses
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np

from renderer.arrays import Float32
from renderer.panorama_child import HEADER

SIDE = 4096
"""Pixels that a panorama may be wide: four times what is kept of it."""

KEPT = 1024
"""Pixels that are kept of its width: a third of a degree each, finer than any reflection that is drawn."""

MEMORY = 1024 * 1024 * 1024
"""Bytes that the decoder may take; a panorama of SIDE takes 300 MB."""

CPU_SECONDS = 60
WALL_SECONDS = 300

_FORMATS = {"hdr": rb"#\?(RADIANCE|RGBE)", "exr": rb"\x76\x2f\x31\x01"}
"""How files begin, by their suffix."""

_ONE_AT_A_TIME = threading.Lock()
"""However many are sent at once, a process decodes one, so that memory is bounded."""

_CHILD = Path(__file__).with_name("panorama_child.py")


class PanoramaError(Exception):
    """The file is no panorama that can be decoded. The message goes on after the name of the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Panorama:
    """`radiance` (height, width, 3) is linear and finite, in units of its own; row 0 looks up (+Y).

    As in Blender and three.js the middle column looks along +X and the one a quarter to its right along +Z, so the
    picture is seen from inside. `format` is "hdr" or "exr"; `size` is the file's width and height in pixels.
    """

    radiance: Float32
    format: str
    size: tuple[int, int]


def read_panorama(path: Path) -> Panorama:
    """Decodes the whole file, so what comes back is sound. Raises PanoramaError, or OSError where it can't be read."""
    with path.open("rb") as file:
        head = file.read(16)
    kind = next((name for name, signature in _FORMATS.items() if re.match(signature, head)), None)
    if kind is None:
        raise PanoramaError("is neither a Radiance HDR (.hdr) nor an OpenEXR (.exr) picture")
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / f"panorama.{kind}"  # the decoder goes by the suffix
        link.symlink_to(path.resolve())
        limits = (MEMORY, CPU_SECONDS, SIDE, KEPT)
        try:
            # isolated (-I) and run by its path, so that it imports nothing of this package
            with _ONE_AT_A_TIME:
                done = subprocess.run(
                    [sys.executable, "-I", str(_CHILD), str(link), *map(str, limits)],
                    capture_output=True, timeout=WALL_SECONDS, env={"OPENBLAS_NUM_THREADS": "1"}, check=False,
                )
        except subprocess.TimeoutExpired as error:
            raise PanoramaError("can't be decoded: it takes too long") from error
    if done.returncode == 1:
        raise PanoramaError(f"can't be decoded: {done.stderr.decode(errors='replace').strip().splitlines()[-1]}")
    if done.returncode or len(done.stdout) < HEADER.size:
        raise PanoramaError("can't be decoded: its decoder crashed or needed too much")
    width, height, columns, rows = HEADER.unpack_from(done.stdout)
    radiance = np.frombuffer(done.stdout, "<f4", offset=HEADER.size).reshape(rows, columns, 3)
    return Panorama(radiance, kind, (width, height))
