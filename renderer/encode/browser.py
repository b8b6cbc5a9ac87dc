"""A shot's frames -> here (arguments) -> ffmpeg -> VP9 in WebM and HEVC in MOV, for browsers.

Chrome and Firefox lay the first over a page by its alpha, and Safari the second. Both are made without alpha, too.
"""

import dataclasses
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from renderer.encode.h264 import COLOR, GOP_S, THREADS

BrowserCodec = Literal["vp9", "hevc"]

VP9_CRF = 26
"""Over a helmet with alpha in 960x540, the picture on any background is within 1.7/255 (RMS) of what was drawn, for 26
kB a frame; 30 is within 2.0, for 21 kB."""
VP9_SPEED = 4
"""Of libvpx, 0 to 8: 75 ms of CPU time a frame, colours and alpha together; 2 takes 115 for files a tenth smaller."""
VP9_TILE_COLUMNS = 1
"""As a power of two: two halves are encoded, and decoded, side by side. The bytes depend on it, and on whether there is
one thread or more."""
HEVC_CRF = 20
HEVC_PRESET = "fast"
"""On a helmet as small as medium, and smaller than veryfast, for three quarters of the time of the first."""
HEVC_PARAMETERS = "log-level=error:info=0:frame-threads=2:pools=4:open-gop=0"
"""The bytes depend on the number of threads, so that is fixed; and every keyframe begins anew, as joints need it."""


@dataclasses.dataclass(frozen=True, slots=True)
class BrowserFile:
    """The WebM or MOV to make of the frames, which have `alpha` or not. Sizes are pixels, and even."""

    path: Path
    width: int
    height: int
    codec: BrowserCodec
    alpha: bool

    @property
    def pixels(self) -> str:
        return "yuva420p" if self.alpha else "yuv420p"


def browser_arguments(file: BrowserFile, fps: int) -> list[str]:
    """The command line of an ffmpeg that encodes `file` from frames on stdin: of `renderer.passes.yuva` where it has
    alpha, and else of `renderer.passes.yuv`."""
    source = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="yuva444p10le" if file.alpha else "yuv420p",
        s=f"{file.width}x{file.height}", framerate=fps,
    )  # fmt: skip
    source = source.filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv")
    command: list[str] = (
        source.output(f"file:{file.path}", **{
            **CODECS[file.codec], "pix_fmt": file.pixels, "g": GOP_S * fps, "flags": "+bitexact",
            "fps_mode": "passthrough", **COLOR, "fflags": "+bitexact", "map_metadata": -1,
        })
        .global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
        .compile()
    )
    return command


CODECS: dict[BrowserCodec, dict[str, Any]] = {
    "vp9": {
        "c:v": "libvpx-vp9", "crf": VP9_CRF, "b:v": 0, "deadline": "good", "cpu-used": VP9_SPEED, "row-mt": 1,
        "threads": THREADS, "tile-columns": VP9_TILE_COLUMNS, "f": "webm",
        # frames that are never shown would need alpha of their own, which the container has no place for
        "auto-alt-ref": 0,
    },
    "hevc": {
        "c:v": "libx265", "crf": HEVC_CRF, "preset": HEVC_PRESET, "x265-params": HEVC_PARAMETERS, "f": "mov",
        "movflags": "+faststart+write_colr",
        "tag:v": "hvc1",  # the only one that Safari plays
    },
}  # fmt: skip
