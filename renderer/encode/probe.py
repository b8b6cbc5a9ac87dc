"""Checks the MP4s and MOVs that ffmpeg has made: one that isn't what was asked for is an error, never a result."""

import contextlib
import json
import signal
import struct
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from renderer.checkpoints import waits
from renderer.encode.browser import BrowserFile
from renderer.encode.h264 import COLOR, H264File
from renderer.encode.prores import ProResFile
from renderer.errors import EncodeError, OutputTooLarge

PROBE_TIMEOUT_S = 60.0


def check_h264(file: H264File, fps: int, frame_count: int) -> None:
    """Raises EncodeError naming the first property of `file` that differs from what was asked."""
    _check(file, fps, frame_count, {"codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p"})
    boxes = top_level_boxes(file.path)
    if "moov" not in boxes or "mdat" not in boxes or boxes.index("moov") > boxes.index("mdat"):
        raise EncodeError(f"{file.path.name} does not have its index before its data (boxes: {' '.join(boxes)})")


def check_prores(file: ProResFile, fps: int, frame_count: int) -> None:
    """Raises EncodeError naming the first property of `file` that differs from what was asked."""
    format_ = {"codec_name": "prores", "profile": "4444", "codec_tag_string": "ap4h"}
    pixels = _check(file, fps, frame_count, format_).get("pix_fmt", "")
    if not pixels.startswith("yuva444p"):  # the bits that follow are the decoder's choice: the format has none
        raise EncodeError(f"{file.path.name} has pix_fmt {pixels!r} where an alpha channel was asked for")
    top_level_boxes(file.path)


def check_browser(file: BrowserFile, fps: int, frame_count: int) -> None:
    """Raises EncodeError naming the first property of `file` that differs from what was asked."""
    stream = _check(file, fps, frame_count, {"codec_name": file.codec})
    # VP9's alpha is a second video in the container, which ffprobe doesn't decode; where it is joined, the tag is large
    tags = {name.lower(): value for name, value in stream.get("tags", {}).items()}
    webm_alpha = file.codec == "vp9" and tags.get("alpha_mode") == "1"
    pixels = f"yuva{stream['pix_fmt'][3:]}" if webm_alpha else stream["pix_fmt"]
    if pixels != file.pixels:
        raise EncodeError(f"{file.path.name} has pix_fmt {pixels!r} where {file.pixels!r} was asked for")


def _check(
    file: H264File | ProResFile | BrowserFile, fps: int, frame_count: int, format_: Mapping[str, str]
) -> dict[str, Any]:
    """What holds of every video, beside its format. Returns ffprobe's facts."""
    stream = _probe(file.path)
    expected = {
        **format_,
        "width": file.width, "height": file.height,
        "r_frame_rate": f"{fps}/1", "avg_frame_rate": f"{fps}/1", "nb_read_packets": str(frame_count),
        "color_range": COLOR["color_range"], "color_space": COLOR["colorspace"],
        "color_transfer": COLOR["color_trc"], "color_primaries": COLOR["color_primaries"],
    }
    for name, value in expected.items():
        if stream.get(name) != value:
            raise EncodeError(f"{file.path.name} has {name} {stream.get(name)!r} where {value!r} was asked for")
    duration = float(stream.get("duration") or _seconds(stream.get("tags", {}).get("DURATION", "nan")))
    if not abs(duration - frame_count / fps) < 0.5 / fps:
        raise EncodeError(f"{file.path.name} lasts {duration} s where {frame_count / fps:.3f} s was asked for")
    return stream


def _seconds(text: str) -> float:
    """Of hours, minutes and seconds with colons between, as WebM's files have them."""
    return sum(float(part) * float(60**place) for place, part in enumerate(reversed(text.split(":"))))


def top_level_boxes(path: Path) -> list[str]:
    """The four-letter types of an MP4's or a MOV's outermost boxes in file order (ISO 14496-12, 4.2).

    Raises EncodeError where a box is cut off: players would take such a file, and stop early.
    """
    boxes = []
    end = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at < end:
            file.seek(at)
            header = file.read(16)
            size, kind = struct.unpack(">I4s", header[:8].ljust(8, b"\0"))
            if size == 1:  # a 64-bit size follows
                size = struct.unpack(">Q", header[8:].ljust(8, b"\0"))[0]
            if size < 8 or at + size > end:
                raise EncodeError(f"{path.name} is cut off or damaged at byte {at} of {end}")
            boxes.append(kind.decode("latin-1"))
            at += size
    return boxes


def _probe(path: Path) -> dict[str, Any]:
    """ffprobe's facts of the only stream; counting packets reads the file but decodes nothing."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", f"file:{path}"]
    output = run_tool(command, PROBE_TIMEOUT_S, f"{path.name} can't be read back")
    streams: list[dict[str, Any]] = json.loads(output)["streams"]
    if len(streams) != 1:
        raise EncodeError(f"{path.name} has {len(streams)} streams where 1 was asked for")
    return streams[0]


def run_tool(command: Sequence[str], timeout: float, failure: str) -> str:
    """What one of ffmpeg's tools writes to its standard output.

    Raises EncodeError: the `failure`, and what it said; OutputTooLarge.
    """
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise EncodeError(f"{failure}: {error}") from error
    with process:
        try:
            for seconds in waits(timeout):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    output, said = process.communicate(timeout=seconds)
                    break
            else:
                raise EncodeError(f"{failure}: {command[0]} did not end within {timeout:g} s")
        except BaseException:
            process.kill()
            raise
    if process.returncode == -signal.SIGXFSZ:
        raise OutputTooLarge
    if process.returncode:
        raise EncodeError(f"{failure}: {said.strip()[-500:]}")
    return output
