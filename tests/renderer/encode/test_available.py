import re
import stat
from pathlib import Path

import pytest

from renderer.encode.available import require_encoder
from renderer.encode.h264 import H264File, h264_arguments, variant_files
from renderer.errors import EncodeError
from renderer.spec import Backdrop, FrameSpec, VideoVariant

NO_CARD = r"Cannot load|Cannot init CUDA|No capable devices|OpenEncodeSessionEx|nvenc API version"
"""How ffmpeg says that it has understood everything and lacks only the card, its encoder, or a driver for it."""


def test_x264_encodes_here() -> None:
    require_encoder("x264")


def test_ffmpeg_takes_every_option_of_nvenc_and_misses_nothing_but_a_card() -> None:
    said = ""
    try:
        require_encoder("nvenc")
    except EncodeError as error:
        said = str(error)
    if "Unknown encoder" in said:
        pytest.skip("this ffmpeg was built without h264_nvenc")
    assert not said or re.search(NO_CARD, said), said


def test_an_ffmpeg_without_the_encoder_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\necho \"Unknown encoder 'libx264'\" >&2; exit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EncodeError, match=r"x264 can't encode here; it needs an ffmpeg with libx264\. .*Unknown enc"):
        require_encoder("x264")


def test_a_missing_ffmpeg_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EncodeError, match=r"x264 can't encode here.* could not be started .*apt-get install ffmpeg"):
        require_encoder("x264")


def test_nvenc_makes_videos_and_web_versions_and_leaves_thumbnails_to_x264() -> None:
    spec = FrameSpec(width=1920, height=1080, frame_count=1)
    files = variant_files(Path(), spec, VideoVariant(Backdrop(), web_size=(1280, 720)), "nvenc")
    assert {name: file.encoder for name, file in files.items()} == {"video": "nvenc", "thumb": "x264", "web": "nvenc"}


def test_nvenc_is_told_of_quality_closed_groups_and_no_reordering_as_x264_is_of_colour_and_index() -> None:
    def options(file: H264File) -> dict[str, str]:
        command = h264_arguments(file.width, file.height, 30, [file])
        after = command[command.index("-map") :]
        return dict(zip(after[2::2], after[3::2], strict=False))

    x264 = options(H264File(Path("a.mp4"), 1920, 1080, 18))
    nvenc = options(H264File(Path("a.mp4"), 1920, 1080, 18, "nvenc"))
    own = {"-c:v": "h264_nvenc", "-rc": "vbr", "-cq": "18", "-b:v": "0", "-bf": "0", "-no-scenecut": "1"}
    assert own.items() <= nvenc.items()
    for name in ("-g", "-flags", "-profile:v", "-pix_fmt", "-movflags", "-fflags", "-map_metadata", "-fps_mode",
                 "-color_primaries", "-color_trc", "-colorspace", "-color_range"):  # fmt: skip
        assert nvenc[name] == x264[name], name
