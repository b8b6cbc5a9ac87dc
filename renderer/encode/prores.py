"""A shot's frames with alpha -> here (arguments) -> ffmpeg -> ProRes 4444 in MOV, for compositing in an editor."""

import dataclasses
from pathlib import Path

import ffmpeg

from renderer.encode.h264 import COLOR

QSCALE = 2
"""A fixed quantiser: rate control takes five times as long to decide. Over a model in 4K, 2 keeps luma at 59 dB for
3.8 MB a frame, 4 at 54 dB for 3.4 MB; most of a frame is its alpha, which is lossless."""
ALPHA_BITS = 16
"""Bits of alpha in the file, where the format has 8 or 16: the frames have 10."""
QUEUED_FRAMES = 1
"""Frames that may wait for the encoder: at 4K each takes 66 MB, and the encoder is faster than the drawing."""


@dataclasses.dataclass(frozen=True, slots=True)
class ProResFile:
    """The MOV to make of the frames. Sizes are pixels."""

    path: Path
    width: int
    height: int


def prores_arguments(file: ProResFile, fps: int) -> list[str]:
    """The command line of an ffmpeg that encodes `file` from frames of `renderer.passes.yuva` on stdin."""
    source = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="yuva444p10le", s=f"{file.width}x{file.height}", framerate=fps
    )
    # the encoder writes these tags into every frame, and the container once more
    source = source.filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv")
    command: list[str] = (
        source.output(f"file:{file.path}", **{
            "c:v": "prores_ks", "profile:v": "4444", "pix_fmt": "yuva444p10le", "vendor": "apl0",
            "qscale:v": QSCALE, "alpha_bits": ALPHA_BITS, "flags": "+bitexact", "fps_mode": "passthrough", **COLOR,
            "f": "mov", "movflags": "+write_colr", "fflags": "+bitexact", "map_metadata": -1,
        })
        .global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
        .compile()
    )
    return command
