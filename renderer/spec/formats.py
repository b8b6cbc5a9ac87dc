"""What else a video may be made into, of the same frames: the setting `formats`."""

import dataclasses
from collections.abc import Collection
from typing import Literal

from renderer.errors import SettingsError

VideoFormat = Literal["webp", "gif", "webm", "hevc", "png", "exr", "strip", "spin"]


@dataclasses.dataclass(frozen=True, slots=True)
class FormatRow:
    """`suffix` is the file's. `quality` is the only tier that has it, or None; `effect` the only camera path."""

    name: VideoFormat
    suffix: str
    description: str
    quality: str | None = None
    effect: str | None = None


FORMATS: tuple[FormatRow, ...] = (
    FormatRow("webp", ".webp", "An animated WebP of the web version's size."),
    FormatRow("gif", ".gif", "A GIF of at most 640 pixels a side and 20 frames a second, on its background."),
    FormatRow("webm", ".webm", "A WebM (VP9) of the video's size."),
    FormatRow("hevc", ".mov", "A MOV (HEVC) of the video's size, whose alpha Safari shows; where workers can make it."),
    FormatRow("png", ".zip", "All frames as PNGs, in a ZIP.", quality="pro"),
    FormatRow("exr", ".zip", "All frames in linear light with alpha, as OpenEXR in half floats, in a ZIP.",
              quality="pro"),
    FormatRow("strip", ".zip", "36 frames side by side in a WebP, 480 pixels wide each, with a JSON, in a ZIP."),
    FormatRow("spin", ".zip", "36 views from all around with a JSON and a page that turns them, in a ZIP.",
              effect="turntable"),
)  # fmt: skip
"""Sequences are large, so they are of the tier that costs most; a spin needs a camera that goes all around."""

MOST_SEQUENCE_PIXELS = 2_500_000_000
"""Of all frames of a sequence: 10 s in 4K at 30 frames a second, which take 1.8 GB as PNG, and 3.2 as EXR, of a helmet.
"""


def check_formats(
    formats: Collection[VideoFormat], *, quality: str, effect: str, sweep_angle: float | None, pixels: int
) -> None:
    """Raises SettingsError for a format that a video of these settings, and of so many pixels in all, can't be had in.
    """
    for row in FORMATS:
        if row.name not in formats:
            continue
        if row.quality not in (None, quality):
            raise SettingsError("formats", f"formats: {row.name} needs quality {row.quality}; any size may go with it")
        if row.effect not in (None, effect) or (row.effect and sweep_angle not in (None, 360)):
            raise SettingsError("formats", f"formats: {row.name} needs the effect {row.effect}, all around")
        if row.quality and pixels > MOST_SEQUENCE_PIXELS:
            raise SettingsError(
                "formats", f"formats: the frames of {row.name} would have {pixels:,} pixels in all, and "
                f"{MOST_SEQUENCE_PIXELS:,} are allowed: ask for a smaller size, fewer seconds or a lower fps",
            )  # fmt: skip
