"""What a picture of unknown origin is, for a process that decodes nothing itself: a child of the sandbox opens it
(`picture_child.py`), since for WebP that is native code already.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from renderer.confine import Reach
from renderer.media_types import MEDIA_TYPES, picture_suffix
from renderer.sandbox import Child, ChildFailed, Limits, run

LIMITS = Limits(memory_bytes=1024 * 1024 * 1024, cpu_seconds=10)
"""Python with Pillow takes 60 MB and 0.1 s, and opening a WebP reserves 8 bytes for each of its pixels."""

TIMEOUT_S = 120
"""Of real time, for those seconds, on a busy machine."""


SUFFIXES = (".png", ".jpg", ".webp")


class HeaderError(Exception):
    """The file is no picture that can be opened. The message continues a sentence that begins with its name."""


@dataclasses.dataclass(frozen=True, slots=True)
class PictureHeader:
    """`width` and `height` are in pixels, as stored: metadata may say that the picture is to be turned."""

    media_type: str
    width: int
    height: int


def read_header(path: Path, started: Callable[[Child], None] | None = None) -> PictureHeader:
    """Of a PNG, a JPEG or a WebP of any size, whose pixels may be broken.

    `started` is told the child that opens it, so that another thread can kill it. Raises HeaderError.
    """
    with path.open("rb") as file:
        suffix = picture_suffix(file.read(12))
    if suffix not in SUFFIXES:
        raise HeaderError("is no image in one of the formats PNG, JPEG, WEBP")
    try:
        size = run(
            "renderer.picture_child", [str(path)], limits=LIMITS, environment={}, timeout_s=TIMEOUT_S,
            output_bytes=10_000, reach=Reach(reads=[path]), started=started,
        )  # fmt: skip
        width, height = map(int, size.split())
    except (ChildFailed, ValueError) as error:
        raise HeaderError(f"can't be decoded: {error}") from error
    return PictureHeader(MEDIA_TYPES[suffix], width, height)
