"""A shot's planar frames -> here (arguments) -> ffmpeg -> H.264 in MP4: the video, its web version, its thumbnail."""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import ffmpeg

from renderer.spec import FrameSpec, H264Encoder, VideoVariant

VIDEO_CRF = 18
LIGHT_CRF = 23
"""For the web version and the thumbnail."""
SMALL_WEB_CRF = 26
SMALL_WEB_PX = 960
"""A web version whose longer side has no more is as large as the video: only its quality makes it lighter."""
PRESET = "faster"
"""On turntables at CRF 18 it reaches medium's quality (VMAF 93.0 against 93.1) and size for 57 % of its CPU time;
veryfast loses 1.5 VMAF, superfast makes files 1.7 times as large."""
FAST_PRESET = "veryfast"
"""For the codec "h264-fast" and for web versions, which in the tier share may take as long as the video itself: two
thirds of the CPU time, for files smaller by 4 to 17 % whose SSIM is 0.001 to 0.002 less (of 0.988 to 0.996)."""
REFERENCES = 1
"""Frames that x264 refers to, of two by its preset: 7 % less CPU time, VMAF and size as good (98.13 against 98.10)."""
GOP_S = 2
"""Seconds between keyframes: players seek quickly, and steady motion gains little from longer groups."""
THREADS = 4
"""x264's output depends on its number of threads, so it is fixed: equal frames give equal bytes on any core count."""
LOOKAHEAD_S = 2 / 3
"""Seconds that an encoder looks ahead, x264's preset at 30 frames a second: with less, soft shadows at rest begin to
show bands. A preview, of ten a second, would look ahead to its end, and be encoded after the last frame only."""
LARGE_LOOKAHEAD_S = 1 / 3
"""The same for frames above 1920x1080, of which 20 would take half a gigabyte more in 4K."""
COLOR = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv"}


Encoder = Literal["x264", "x264-fast", "nvenc"]

FAST: dict[H264Encoder, Encoder] = {"x264": "x264-fast", "nvenc": "nvenc"}
"""Who makes them on a machine. A graphics card encodes faster than it draws, so there is nothing to gain."""


@dataclasses.dataclass(frozen=True, slots=True)
class H264File:
    """One MP4 to make of the frames. Sizes are even pixels."""

    path: Path
    width: int
    height: int
    crf: int
    encoder: Encoder = "x264"


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """A quarter of each axis in pixels, made even as 4:2:0 needs."""
    return max(2, round(width / 8) * 2), max(2, round(height / 8) * 2)


def variant_files(
    folder: Path, frames: FrameSpec, variant: VideoVariant, encoder: H264Encoder = "x264"
) -> dict[str, H264File]:
    """The MP4s of one variant by name: "video" if that is its codec, "thumb", and "web" where it is asked for.

    Thumbnails are encoded by x264 in any case: it takes hardly any time, and some are too small for NVENC.
    """
    files = {}
    if variant.codec != "prores4444":
        by = encoder if variant.codec == "h264" else FAST[encoder]
        files["video"] = H264File(folder / "video.mp4", frames.width, frames.height, VIDEO_CRF, by)
    files["thumb"] = H264File(folder / "thumb.mp4", *thumbnail_size(frames.width, frames.height), LIGHT_CRF)
    if variant.web_size is not None:
        crf = SMALL_WEB_CRF if max(variant.web_size) <= SMALL_WEB_PX else LIGHT_CRF
        files["web"] = H264File(folder / "web.mp4", *variant.web_size, crf, FAST[encoder])
    return files


def h264_arguments(width: int, height: int, fps: int, files: Iterable[H264File]) -> list[str]:
    """The command line of one ffmpeg that encodes all `files` from I420 frames (BT.709, limited range) on stdin.

    The frames are read and tagged once and handed to every encoder. Smaller files are scaled from the same planes,
    with no second conversion of colours.
    """
    source = ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}", framerate=fps)
    # the encoder copies these tags from the frames; raw video comes without
    source = source.filter(
        "setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"
    )
    branches = source.split()
    outputs = []
    for index, file in enumerate(files):
        frames = branches[index]
        if (file.width, file.height) != (width, height):
            # the mean over the covered area: unlike sharper filters, it makes no halos along edges
            frames = frames.filter("scale", file.width, file.height, flags="area+accurate_rnd+bitexact")
        # "file:" keeps a colon in the path from naming a protocol
        outputs.append(ffmpeg.output(frames, f"file:{file.path}", **_options(fps, file)))
    command: list[str] = (
        ffmpeg.merge_outputs(*outputs)
        .global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
        .compile()
    )
    return command


def _options(fps: int, file: H264File) -> dict[str, object]:
    return {
        **ENCODERS[file.encoder](file, fps), "profile:v": "high", "pix_fmt": "yuv420p", "g": GOP_S * fps,
        "flags": "+cgop+bitexact", "fps_mode": "passthrough", **COLOR, "f": "mp4", "movflags": "+faststart",
        "fflags": "+bitexact", "map_metadata": -1,
    }


def _x264(file: H264File, fps: int) -> dict[str, object]:
    lookahead = LOOKAHEAD_S if file.width * file.height <= 1920 * 1080 else LARGE_LOOKAHEAD_S
    preset = FAST_PRESET if file.encoder == "x264-fast" else PRESET
    return {
        "c:v": "libx264", "preset": preset, "crf": file.crf, "threads": THREADS,
        "refs": REFERENCES, "rc-lookahead": round(lookahead * fps),
    }


def _nvenc(file: H264File, fps: int) -> dict[str, object]:
    """Frames are shown in the order of their packets, and every keyframe is a full restart (IDR), as joints need it.

    Like -crf, -cq counts on H.264's scale of quantisers; with a bit rate of 0, quality alone decides. Spatial adaptive
    quantisation spends bits on smooth gradients such as soft shadows, which band first.
    """
    return {
        "c:v": "h264_nvenc", "preset": "p5", "tune": "hq", "rc": "vbr", "cq": file.crf, "b:v": 0, "bf": 0,
        "rc-lookahead": round(LOOKAHEAD_S * fps), "no-scenecut": 1, "spatial-aq": 1,
    }


ENCODERS: dict[Encoder, Callable[[H264File, int], dict[str, object]]] = {
    "x264": _x264, "x264-fast": _x264, "nvenc": _nvenc,
}
"""What ffmpeg is told, by encoder, beside what holds for all. NVENC's options are those of ffmpeg's h264_nvenc."""
