"""Runs of a shot's frames, encoded apart -> here -> one file, without encoding anything again.

Each run begins with a keyframe and refers to no other (closed groups of pictures), so its packets can follow those of
the run before as they are; only their times are moved.
"""

from collections.abc import Sequence
from pathlib import Path

from renderer.encode.probe import run_tool
from renderer.errors import EncodeError

JOIN_TIMEOUT_S = 600.0

CONTAINERS: dict[str, tuple[str, ...]] = {
    ".mp4": ("-f", "mp4", "-movflags", "+faststart"),
    ".mov": ("-f", "mov", "-movflags", "+write_colr"),
    ".webm": ("-f", "webm"),
}
"""What ffmpeg is told of the target, by its suffix."""


def join_videos(
    parts: Sequence[Path], frame_counts: Sequence[int], fps: int, target: Path, *, webm_alpha: bool = False
) -> None:
    """Joins `parts`, equally encoded and of so many frames each, to `target`, an MP4, a MOV or a WebM as they are.

    `webm_alpha`: they are WebMs with alpha, which the joined file has to say of itself, too.
    Raises EncodeError, with what ffmpeg said.
    """
    script = ["ffconcat version 1.0"]
    done, ends = 0, [0]
    for part, count in zip(parts, frame_counts, strict=True):
        done += count
        ends.append(round(done * 1_000_000 / fps))
        # The durations are given, because those in the files are rounded to milliseconds; and so that rounding them to
        # microseconds doesn't add up, each is the difference of two rounded ends.
        quoted = str(part.absolute()).replace("'", r"'\''")
        script += [f"file 'file:{quoted}'", f"duration {(ends[-1] - ends[-2]) / 1_000_000:.6f}"]
    listing = target.with_suffix(".ffconcat")
    listing.write_text("\n".join(script) + "\n")
    run_tool([
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y",
        "-f", "concat", "-safe", "0", "-i", f"file:{listing}", "-c", "copy", "-map_metadata", "-1",
        "-flags", "+bitexact", "-fflags", "+bitexact", *CONTAINERS[target.suffix],
        *(("-metadata:s:v:0", "alpha_mode=1") if webm_alpha else ()), f"file:{target}",
    ], JOIN_TIMEOUT_S, f"{target.name} can't be joined")  # fmt: skip
    listing.unlink()


def check_joints(path: Path, fps: int, frame_count: int) -> None:
    """Raises EncodeError where the file's frames don't follow each other evenly, or don't decode without a fault."""
    listed = run_tool([
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0",
        f"file:{path}",
    ], JOIN_TIMEOUT_S, f"{path.name} can't be read back")  # fmt: skip
    times = sorted(float(line.rstrip(",")) for line in listed.split())  # packets with alpha have a field more
    late = next((i for i in range(frame_count) if i >= len(times) or abs(times[i] - i / fps) > 0.001), None)
    if late is not None or len(times) != frame_count:
        raise EncodeError(f"{path.name} has {len(times)} frames of {frame_count}, and none at the time of frame {late}")
    run_tool([
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-xerror", "-err_detect", "explode",
        "-i", f"file:{path}", "-f", "null", "-",
    ], JOIN_TIMEOUT_S, f"{path.name} can't be decoded")  # fmt: skip
