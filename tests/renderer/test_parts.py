"""A video in parts: what they draw and encode is what the whole would have, and they are joined without a seam."""

import dataclasses
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from renderer.checks import Check
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.join import check_joints, join_videos
from renderer.errors import EncodeError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.render import draw_part, join_parts, judge_parts, open_shot, render_video
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.encode.media import decode_rgb, decode_yuva, ffprobe
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_prores_render import Silent

WIDTH, HEIGHT = 128, 72
FRAMES = FrameSpec(width=WIDTH, height=HEIGHT, frame_count=20, shadows=False)
VARIANTS = {
    "white": VideoVariant(Backdrop(), web_size=(64, 36)),
    "clear": VideoVariant(Backdrop("#000000"), codec="prores4444"),
    "clearer": VideoVariant(Backdrop("#000000"), codec="prores4444"),
}
RUNS = (range(0, 7), range(7, 13), range(13, 20))


@dataclasses.dataclass(frozen=True)
class Made:
    """The files of a whole render, of its parts, and of what they were joined to; how many encoders each part had."""

    whole: dict[str, dict[str, Path]]
    parts: list[list[Path]]
    joined: dict[str, dict[str, Path]]
    encoders: list[int]
    posters: list[list[str]]
    whole_checks: dict[str, list[Check]]
    joined_checks: dict[str, list[Check]]


@pytest.fixture(scope="module")
def made(opened_device: Device, light_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("parts")
    model = triangle_builder().save(folder)
    settings = {"device": opened_device, "cache_dir": light_cache}
    files = render_video(model, FRAMES, VARIANTS, folder / "whole", listener=Silent(), **settings)  # type: ignore[arg-type]
    whole = {name: each.named() for name, each in files.items()}
    parts, encoders, posters = [], [], []
    started: list[Sequence[str]] = []

    class Counted(EncoderProcess):
        def __init__(self, arguments: Sequence[str], *, queued_frames: int = 4) -> None:
            started.append(arguments)
            super().__init__(arguments, queued_frames=queued_frames)

    for run in RUNS:
        started.clear()
        listener, out = Silent(), folder / f"part {run.start}"
        out.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("renderer.streams.EncoderProcess", Counted)
            # another worker's, for each run
            with open_shot(model, FRAMES, listener=listener, **settings) as shot:  # type: ignore[arg-type]
                parts.append(draw_part(shot, FRAMES, VARIANTS, run, out, listener=listener))
        encoders.append(len(started))
        posters.append(listener.posters)
    by_name = [(len(run), {path.name: path for path in paths}) for run, paths in zip(RUNS, parts, strict=True)]
    joined = join_parts(FRAMES, VARIANTS, by_name, folder / "joined", listener=Silent())
    whole_checks = {name: list(each.checks) for name, each in files.items()}
    return Made(whole, parts, joined, encoders, posters, whole_checks, judge_parts(FRAMES, VARIANTS, by_name))


def test_each_variant_gets_files_of_its_own(made: Made) -> None:
    assert made.joined.keys() == VARIANTS.keys()
    assert made.joined["white"].keys() == {"video", "thumb", "web", "strip"}
    assert made.joined["clear"].keys() == {"video", "thumb", "strip"}
    paths = [path for files in made.joined.values() for path in files.values()]
    assert len(set(paths)) == 10
    assert all(path.stat().st_nlink == 1 for path in paths)
    assert made.joined["clear"]["video"].read_bytes() == made.joined["clearer"]["video"].read_bytes()


def test_equal_streams_are_encoded_once(made: Made) -> None:
    assert made.encoders == [3] * 3  # composited on white, on black for a thumbnail, and clear
    assert [len(paths) for paths in made.parts] == [6] * 3  # and what was seen of the frames


def test_what_the_parts_have_seen_is_judged_as_of_one_that_has_seen_all(made: Made) -> None:
    assert made.joined_checks == made.whole_checks
    names = {variant: {check.check for check in checks} for variant, checks in made.whole_checks.items()}
    assert names["white"] - names["clear"] == {"invisible"}
    assert names["clear"] >= {"cut_off", "too_small", "too_dark", "clipped", "units", "loop"}


def test_the_first_part_has_the_posters(made: Made) -> None:
    assert made.posters == [list(VARIANTS), [], []]


@pytest.mark.parametrize("name", ["video", "thumb"])
def test_frames_are_as_the_parts_have_them_evenly_timed(made: Made, name: str) -> None:
    path = made.joined["white"][name]
    size = (WIDTH, HEIGHT) if name == "video" else (32, 18)
    parts = [next(path for path in paths if path.name.startswith(name) and path.suffix == ".mp4")
             for paths in made.parts]
    one_by_one = np.concatenate([decode_rgb(part, *size) for part in parts])
    assert np.array_equal(decode_rgb(path, *size), one_by_one)
    times = sorted(float(line.partition("=")[2]) for line in ffprobe(path, "-show_entries", "frame=pts_time").split())
    assert times == pytest.approx([index / FRAMES.fps for index in range(FRAMES.frame_count)], abs=2e-6)
    assert ffprobe(path, "-show_entries", "stream=avg_frame_rate") == "avg_frame_rate=30/1\n"


def test_no_seam_is_seen_at_the_joints(made: Made) -> None:
    """Against the whole render no frame beside a joint is further off than frames are elsewhere."""
    whole, joined = (
        decode_rgb(files["white"]["video"], WIDTH, HEIGHT).astype(float) for files in (made.whole, made.joined)
    )
    error = np.abs(whole - joined).mean((1, 2, 3))
    assert error.max() < 0.5


def test_frames_with_alpha_are_those_of_the_whole_render(made: Made) -> None:
    whole, joined = (decode_yuva(files["clear"]["video"], WIDTH, HEIGHT) for files in (made.whole, made.joined))
    assert np.array_equal(whole, joined)


def test_drawn_frames_do_not_depend_on_where_a_part_begins(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    model = triangle_builder().save(tmp_path)

    def drawn(*indices: int) -> bytes:
        with open_shot(model, FRAMES, device=device, cache_dir=light_cache, listener=Silent()) as shot:
            for index in indices:
                shot.draw(index)
            return shot.read_yuv420(Backdrop())

    assert drawn(5, 6, 7) == drawn(7)


@pytest.fixture
def parts(made: Made, tmp_path: Path) -> list[Path]:
    """The first stream of each part, in files that a test may spoil."""
    return [Path(shutil.copy(paths[0], tmp_path / f"it's {index}.mp4")) for index, paths in enumerate(made.parts)]


def test_a_joined_file_with_too_few_frames_is_refused(parts: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "joined.mp4"
    join_videos(parts[:2], [7, 6], 30, target)
    check_joints(target, 30, 13)
    with pytest.raises(EncodeError, match="13 frames of 20, and none at the time of frame 13"):
        check_joints(target, 30, 20)


def test_a_gap_at_a_joint_is_found(parts: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "joined.mp4"
    join_videos(parts, [7, 7, 7], 30, target)
    with pytest.raises(EncodeError, match="frame 13"):
        check_joints(target, 30, 20)


def test_a_damaged_part_is_found(parts: list[Path], tmp_path: Path) -> None:
    data = bytearray(parts[1].read_bytes())
    listed = ffprobe(parts[1], "-show_entries", "packet=pos,size").split()
    sizes, starts = ([int(line[len(key) :]) for line in listed if line.startswith(key)] for key in ("size=", "pos="))
    keyframe_end = starts[0] + sizes[0]
    data[keyframe_end - 20 : keyframe_end - 4] = b"\x55" * 16
    parts[1].write_bytes(data)
    target = tmp_path / "joined.mp4"
    join_videos(parts, [7, 6, 7], 30, target)
    with pytest.raises(EncodeError, match=r"joined\.mp4 can't be decoded"):
        check_joints(target, 30, 20)


def test_a_part_that_is_no_video_is_named_by_ffmpeg(parts: list[Path], tmp_path: Path) -> None:
    parts[0].write_bytes(b"not a video")
    with pytest.raises(EncodeError, match=r"joined\.mp4 can't be joined"):
        join_videos(parts, [7, 6, 7], 30, tmp_path / "joined.mp4")


def test_ffmpeg_that_is_missing_is_an_encode_error(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*arguments: object, **named: object) -> None:
        raise FileNotFoundError("ffmpeg")

    monkeypatch.setattr(subprocess, "Popen", missing)
    with pytest.raises(EncodeError, match="ffmpeg"):
        join_videos(parts, [7, 6, 7], 30, tmp_path / "joined.mp4")


def test_a_shot_can_be_drawn_by_the_parts_one_after_the_other(
    device: Device, light_cache: Path, tmp_path: Path, made: Made
) -> None:
    """As a worker does that draws them all."""
    model = triangle_builder().save(tmp_path)
    with open_shot(model, FRAMES, device=device, cache_dir=light_cache, listener=Silent()) as shot:
        assert isinstance(shot, ShotRenderer)
        for run, paths in zip(RUNS, made.parts, strict=True):
            out = tmp_path / str(run.start)
            out.mkdir()
            again = draw_part(shot, FRAMES, VARIANTS, run, out, listener=Silent())
            assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
