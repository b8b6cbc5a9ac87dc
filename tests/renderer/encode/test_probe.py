import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import H264File, h264_arguments
from renderer.encode.probe import check_h264
from renderer.errors import EncodeError
from tests.renderer.encode.media import i420, moving_frames


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> H264File:
    file = H264File(tmp_path_factory.mktemp("probe") / "video.mp4", 96, 64, 18)
    with EncoderProcess(h264_arguments(96, 64, 30, [file])) as process:
        for frame in moving_frames(96, 64, 6):
            process.write(i420(frame))
        process.finish()
    return file


def test_the_right_file_passes(video: H264File) -> None:
    check_h264(video, 30, 6)


@pytest.mark.parametrize(
    ("width", "height", "fps", "frames", "named"),
    [
        (96, 64, 30, 7, "nb_read_packets '6' where '7'"),
        (96, 64, 25, 6, "r_frame_rate '30/1' where '25/1'"),
        (98, 64, 30, 6, "width 96 where 98"),
        (96, 62, 30, 6, "height 64 where 62"),
    ],
)
def test_what_differs_is_named(video: H264File, width: int, height: int, fps: int, frames: int, named: str) -> None:
    with pytest.raises(EncodeError, match=re.escape(named)):
        check_h264(dataclasses.replace(video, width=width, height=height), fps, frames)


def remade(video: H264File, path: Path, *options: str) -> H264File:
    """The same pictures with other options of ffmpeg."""
    command = ["ffmpeg", "-v", "error", "-i", str(video.path), *options, str(path)]
    subprocess.run(command, check=True)
    return dataclasses.replace(video, path=path)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-c", "copy"], "index before its data"),
        (["-c:v", "mpeg4", "-movflags", "+faststart"], "codec_name 'mpeg4'"),
        (["-c:v", "libx264", "-profile:v", "main", "-movflags", "+faststart"], "profile 'Main'"),
        (["-vf", "setparams=colorspace=smpte170m", "-movflags", "+faststart"], "color_space 'smpte170m'"),
        (["-pix_fmt", "yuv444p", "-movflags", "+faststart"], "profile 'High 4:4:4 Predictive'"),
    ],
)
def test_a_file_made_otherwise_is_refused(video: H264File, options: list[str], named: str, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=re.escape(named)):
        check_h264(remade(video, tmp_path / "other.mp4", *options), 30, 6)


@pytest.mark.parametrize("kept", [0, 20, 300, -100])
def test_a_cut_off_file_is_refused(video: H264File, kept: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(video.path.read_bytes()[:kept])
    with pytest.raises(EncodeError, match=r"cut\.mp4 "):
        check_h264(dataclasses.replace(video, path=path), 30, 6)
