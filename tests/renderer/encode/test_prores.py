"""ProRes 4444: what goes in comes out, alpha to the last bit, and the file says what it is."""

import dataclasses
import hashlib
import re
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.probe import check_prores, top_level_boxes
from renderer.encode.prores import ProResFile, prores_arguments
from renderer.errors import EncodeError
from tests.renderer.encode.media import decode_yuva, ffprobe

WIDTH, HEIGHT, FPS, COUNT = 160, 96, 30, 5

Planes = npt.NDArray[np.uint16]


def moving_planes() -> Planes:
    """(n, 4, h, w): a coloured disc with a soft edge on nothing, moving to the right."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    frames = np.empty((COUNT, 4, HEIGHT, WIDTH), np.uint16)
    for index, frame in enumerate(frames):
        distance = np.hypot(x - WIDTH / 2 - 4 * index, y - HEIGHT / 2)
        alpha = np.clip((36 - distance) / 12, 0, 1)
        shown = alpha > 0
        for plane, value, nothing in zip(frame, (700 - x, 400 + y, 620 + x / 4), (64, 512, 512), strict=False):
            plane[:] = np.where(shown, value, nothing)
        frame[3] = np.round(1023 * alpha)
    return frames


def encode(path: Path, frames: Planes) -> ProResFile:
    file = ProResFile(path, WIDTH, HEIGHT)
    with EncoderProcess(prores_arguments(file, FPS), queued_frames=1) as process:
        for frame in frames:
            process.write(frame.tobytes())
        process.finish()
    return file


@pytest.fixture(scope="module")
def frames() -> Planes:
    return moving_planes()


@pytest.fixture(scope="module")
def file(frames: Planes, tmp_path_factory: pytest.TempPathFactory) -> ProResFile:
    return encode(tmp_path_factory.mktemp("prores") / "video.mov", frames)


def test_alpha_comes_back_exactly_and_colour_nearly(file: ProResFile, frames: Planes) -> None:
    decoded = decode_yuva(file.path, WIDTH, HEIGHT).astype(np.int64)
    assert len(decoded) == COUNT
    assert np.array_equal(decoded[:, 3], frames[:, 3])
    inside = frames[:, 3] == 1023
    for plane in range(3):
        error = np.abs(decoded[:, plane] - frames[:, plane])[inside]
        assert error.mean() < 1  # of 1023
        assert error.max() < 12


def test_it_is_what_editors_know_as_prores_4444(file: ProResFile) -> None:
    check_prores(file, FPS, COUNT)
    facts = ffprobe(file.path, "-show_streams", "-show_format").splitlines()
    for fact in (
        "codec_name=prores", "profile=4444", "codec_tag_string=ap4h", "color_range=tv",
        "color_space=bt709", "color_transfer=bt709", "color_primaries=bt709", f"nb_frames={COUNT}",
        "TAG:major_brand=qt  ",
    ):
        assert fact in facts
    assert b"icpf" in file.path.read_bytes()[:200]
    assert b"apl0" in file.path.read_bytes()[:200]  # the vendor, in the frame's header
    assert set(top_level_boxes(file.path)) >= {"ftyp", "mdat", "moov"}


def test_equal_frames_give_equal_bytes(file: ProResFile, frames: Planes, tmp_path: Path) -> None:
    again = encode(tmp_path / "again.mov", frames)
    digests = {hashlib.sha256(one.path.read_bytes()).hexdigest() for one in (file, again)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("change", "fps", "count", "named"),
    [
        ({}, FPS, COUNT + 1, "nb_read_packets '5' where '6'"),
        ({}, 25, COUNT, "r_frame_rate '30/1' where '25/1'"),
        ({"width": WIDTH - 2}, FPS, COUNT, "width 160 where 158"),
    ],
)
def test_what_differs_is_named(file: ProResFile, change: dict[str, int], fps: int, count: int, named: str) -> None:
    with pytest.raises(EncodeError, match=re.escape(named)):
        check_prores(dataclasses.replace(file, **change), fps, count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuv444p10le"], "pix_fmt 'yuv444p1"),
        (["-c:v", "prores_ks", "-profile:v", "hq", "-pix_fmt", "yuv422p10le"], "profile 'HQ'"),
        (["-c:v", "qtrle"], "codec_name 'qtrle'"),
    ],
)
def test_a_file_made_otherwise_is_refused(file: ProResFile, options: list[str], named: str, tmp_path: Path) -> None:
    other = tmp_path / "other.mov"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(file.path), *options, str(other)], check=True)
    with pytest.raises(EncodeError, match=re.escape(named)):
        check_prores(dataclasses.replace(file, path=other), FPS, COUNT)


@pytest.mark.parametrize("kept", [0, 300, -100])
def test_a_cut_off_file_is_refused(file: ProResFile, kept: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.mov"
    path.write_bytes(file.path.read_bytes()[:kept])
    with pytest.raises(EncodeError, match=r"cut\.mov "):
        check_prores(dataclasses.replace(file, path=path), FPS, COUNT)
