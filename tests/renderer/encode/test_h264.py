import hashlib
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import UInt8
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import GOP_S, H264File, h264_arguments, thumbnail_size, variant_files
from renderer.encode.probe import check_h264, top_level_boxes
from renderer.spec import Backdrop, FrameSpec, H264Encoder, VideoVariant
from tests.renderer.encode.media import decode_rgb, ffprobe, i420, moving_frames

WIDTH, HEIGHT, FPS = 320, 180, 10


def encode(folder: Path, frames: list[UInt8]) -> list[H264File]:
    """Video, thumbnail and web version, by one ffmpeg."""
    height, width = frames[0].shape[:2]
    spec = FrameSpec(width=width, height=height, frame_count=len(frames), fps=FPS)
    files = list(variant_files(folder, spec, VideoVariant(Backdrop(), web_size=(214, 120))).values())
    with EncoderProcess(h264_arguments(width, height, FPS, files)) as process:
        for frame in frames:
            process.write(i420(frame))
        process.finish()
    return files


@pytest.fixture(scope="module")
def frames() -> list[UInt8]:
    return moving_frames(WIDTH, HEIGHT, 45)


@pytest.fixture(scope="module")
def files(frames: list[UInt8], tmp_path_factory: pytest.TempPathFactory) -> list[H264File]:
    return encode(tmp_path_factory.mktemp("h264"), frames)


def test_one_run_makes_video_thumbnail_and_web_version_that_pass_the_check(files: list[H264File]) -> None:
    for file in files:
        check_h264(file, FPS, 45)


def test_a_video_that_is_encoded_fast_is_as_any_other(frames: list[UInt8], tmp_path: Path) -> None:
    spec = FrameSpec(WIDTH, HEIGHT, len(frames), fps=FPS)
    fast = variant_files(tmp_path, spec, VideoVariant(Backdrop(), codec="h264-fast"))
    assert fast["thumb"] == variant_files(tmp_path, spec, VideoVariant(Backdrop()))["thumb"]
    with EncoderProcess(h264_arguments(WIDTH, HEIGHT, FPS, fast.values())) as process:
        for frame in frames:
            process.write(i420(frame))
        process.finish()
    check_h264(fast["video"], FPS, len(frames))
    shown = decode_rgb(fast["video"].path, WIDTH, HEIGHT)[20].astype(int)
    assert np.abs(shown - frames[20]).mean() < 3


@pytest.mark.parametrize(("encoder", "preset"), [("x264", "veryfast"), ("nvenc", "p5")])
def test_only_the_processor_encodes_faster(encoder: H264Encoder, preset: str, tmp_path: Path) -> None:
    spec = FrameSpec(WIDTH, HEIGHT, 1, fps=FPS)
    variant = VideoVariant(Backdrop(), codec="h264-fast", web_size=(WIDTH, HEIGHT))
    fast = variant_files(tmp_path, spec, variant, encoder)
    assert preset in h264_arguments(WIDTH, HEIGHT, FPS, [fast["video"]])
    assert preset in h264_arguments(WIDTH, HEIGHT, FPS, [fast["web"]])


def test_every_file_is_tagged_bt709_limited(files: list[H264File]) -> None:
    for file in files:
        facts = ffprobe(file.path, "-show_streams").splitlines()
        for tag in ("color_range=tv", "color_space=bt709", "color_transfer=bt709", "color_primaries=bt709"):
            assert tag in facts


def test_the_index_comes_before_the_data(files: list[H264File]) -> None:
    for file in files:
        boxes = top_level_boxes(file.path)
        assert boxes[0] == "ftyp"
        assert boxes.index("moov") < boxes.index("mdat")


def test_groups_of_pictures_are_closed_and_short(files: list[H264File]) -> None:
    lines = ffprobe(files[0].path, "-show_entries", "packet=pts,flags").splitlines()
    packets = [(int(lines[i].split("=")[1]), "K" in lines[i + 1]) for i in range(0, len(lines), 2)]
    starts = [i for i, (_, key) in enumerate(packets) if key]
    assert starts[0] == 0
    assert len(starts) >= 2
    for start, end in zip(starts, [*starts[1:], len(packets)], strict=True):
        assert end - start <= GOP_S * FPS
        # closed: in decoding order, nothing after a keyframe is shown before it
        assert all(pts >= packets[start][0] for pts, _ in packets[start:end])


def test_decoded_frames_are_the_frames_that_went_in(files: list[H264File], frames: list[UInt8]) -> None:
    decoded = decode_rgb(files[0].path, WIDTH, HEIGHT)
    assert len(decoded) == len(frames)
    for index in (0, 20, 44):
        assert np.abs(decoded[index].astype(int) - frames[index]).mean() < 1.5


def test_the_thumbnail_is_the_video_at_a_quarter(files: list[H264File], frames: list[UInt8]) -> None:
    width, height = thumbnail_size(WIDTH, HEIGHT)
    assert (width, height) == (80, 44)
    thumb = decode_rgb(files[1].path, width, height)[0].astype(int)
    assert np.abs(thumb[height // 2, width // 2] - frames[0][HEIGHT // 2, WIDTH // 2]).max() < 16
    assert thumb[0, 0].min() >= 253


@pytest.mark.parametrize(("width", "height"), [(2, 2), (960, 540), (540, 960), (1080, 1080), (3840, 2160)])
def test_thumbnails_have_even_sides(width: int, height: int) -> None:
    for side, full in zip(thumbnail_size(width, height), (width, height), strict=True):
        assert side % 2 == 0
        assert side > 0
        assert abs(side - full / 4) <= 2


@pytest.mark.parametrize(
    ("colour", "tolerance"),
    [((255, 136, 0), 3), ((0, 68, 255), 3), ((128, 128, 128), 3), ((255, 255, 255), 1), ((0, 0, 0), 1)],
)
def test_a_flat_colour_survives(colour: tuple[int, int, int], tolerance: int, tmp_path: Path) -> None:
    patch = np.full((64, 96, 3), colour, np.uint8)
    video = encode(tmp_path, [patch] * 3)[0]
    decoded = decode_rgb(video.path, 96, 64).astype(int)
    assert np.abs(decoded - np.array(colour)).max() <= tolerance


def test_equal_frames_give_equal_bytes(files: list[H264File], frames: list[UInt8], tmp_path: Path) -> None:
    for first, second in zip(files, encode(tmp_path, frames), strict=True):
        digests = {hashlib.sha256(file.path.read_bytes()).hexdigest() for file in (first, second)}
        assert len(digests) == 1


def test_paths_may_hold_what_means_something_to_ffmpeg(frames: list[UInt8], tmp_path: Path) -> None:
    folder = tmp_path / "http:100%d 'a', [b]; \\c"
    folder.mkdir()
    for file in encode(folder, frames[:2]):
        check_h264(file, FPS, 2)
