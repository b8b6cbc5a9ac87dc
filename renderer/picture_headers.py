"""What a picture of unknown origin is, for a process that decodes nothing itself: a child of the sandbox opens it
(`picture_child.py`), since for WebP that is native code already.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from renderer.confine import Reach
from renderer.pictures import PictureError, format_of
from renderer.sandbox import Child, ChildFailed, Limits, run

LIMITS = Limits(memory_bytes=1024 * 1024 * 1024, cpu_seconds=10)
"""Python with Pillow takes 60 MB and 0.1 s, and opening a WebP reserves 8 bytes for each of its pixels."""

TIMEOUT_S = 120
"""Of real time, for those seconds, on a busy machine."""


@dataclasses.dataclass(frozen=True, slots=True)
class PictureHeader:
    """`format` is Pillow's name of it; `width` and `height` in pixels, as stored: metadata may turn the picture."""

    format: str
    width: int
    height: int


def read_header(path: Path, started: Callable[[Child], None] | None = None) -> PictureHeader:
    """Of a PNG, a JPEG or a WebP of any size, whose pixels may be broken.

    `started` is told the child that opens it, so that another thread can kill it. Raises PictureError.
    """
    with path.open("rb") as file:
        name = format_of(file)
    try:
        size = run(
            "renderer.picture_child", [str(path)], limits=LIMITS, environment={}, timeout_s=TIMEOUT_S,
            output_bytes=10_000, reach=Reach(reads=[path]), started=started,
        )  # fmt: skip
        width, height = map(int, size.split())
    except (ChildFailed, ValueError) as error:
        raise PictureError(f"can't be decoded: {error}") from error
    return PictureHeader(name, width, height)
