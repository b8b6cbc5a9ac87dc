"""The command itself, run as a user runs it."""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from renderer import cli
from renderer.cli import main
from renderer.encode.h264 import H264File
from renderer.encode.probe import check_h264, check_prores
from renderer.encode.prores import ProResFile
from renderer.load import load_model
from renderer.model_types import USDZ_MISSING
from renderer.optimise import compare
from tests.renderer.encode.media import decode_rgb
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.optimise.shapes import TRIANGLES, Glb, ball_builder
from tests.support.gate import Gate
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where commands run; holds a model, and the cache that they share."""
    folder = tmp_path_factory.mktemp("cli")
    triangle_builder().save(folder)
    return folder


def render(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    with started(folder, *arguments) as process:
        stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def started(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "renderer", *arguments], cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_video_of_the_first_frames(folder: Path) -> None:
    done = render(
        folder, "model.glb", "-o", "model.mp4", "--frames", "4",
        "--settings", '{"bgColor": "#0044ff", "aspect": "1:1", "shadows": false, "formats": ["webp"]}',
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "model.mp4\n"
    with Image.open(folder / "model.webp") as animated:  # what else is made lies beside it
        assert (animated.format, getattr(animated, "n_frames", 1)) == ("WEBP", 4)
    check_h264(H264File(folder / "model.mp4", 540, 540, 18), 30, 4)
    corner = decode_rgb(folder / "model.mp4", 540, 540)[:, 0, 0].astype(int)
    assert abs(corner - (0, 68, 255)).max() <= 3
    # progress goes to stderr, one line each where that is no terminal
    lines = [line.strip() for line in done.stderr.splitlines()]
    assert [line for line in lines if line in ("loading", "lighting", "drawing", "encoding", "checking")]
    assert "4/4 frames" in lines
    assert leftovers(folder) == []


def test_no_more_is_encoded_than_the_video_and_its_thumbnail(folder: Path, tmp_path: Path) -> None:
    said, real = tmp_path / "said", shutil.which("ffmpeg")
    wrapper = tmp_path / "ffmpeg"
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {said}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    with started(folder, "model.glb", "-o", "alone.mp4", "--frames", "2", PATH=path) as done:
        done.communicate()
    assert done.returncode == 0
    (command,) = said.read_text().splitlines()
    assert re.findall(r"[a-z]+\.mp4", command) == ["video.mp4", "thumb.mp4"]


def test_a_still_with_settings_from_a_file(folder: Path) -> None:
    (folder / "settings.json").write_text('{"bgColor": "#ff8800", "aspect": "9:16"}')
    done = render(folder, "model.glb", "-o", "model.png", "--settings", "@settings.json")
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "model.png") as still:
        assert still.size == (540, 960)
        assert still.mode == "RGB"
        assert still.getpixel((0, 0)) == (255, 136, 0)


def test_the_first_views_of_a_training_set(folder: Path) -> None:
    done = render(
        folder, "model.glb", "-o", "model.zip", "--frames", "2",
        "--settings", '{"output": "dataset", "datasetQuality": "100x800", "coverage": "sphere"}',
    )
    assert done.returncode == 0, done.stderr
    assert "2/2 frames" in [line.strip() for line in done.stderr.splitlines()]
    with zipfile.ZipFile(folder / "model.zip") as archive:
        transforms = json.loads(archive.read("transforms.json"))
        assert len([name for name in archive.namelist() if name.startswith("depth_16bit/")]) == 2
    assert (transforms["w"], len(transforms["frames"])) == (800, 2)
    assert leftovers(folder) == []


def test_a_video_in_front_of_an_image(folder: Path) -> None:
    halves = Image.new("RGB", (900, 300), (0, 0, 200))
    halves.paste((200, 0, 0), (600, 0, 900, 300))
    halves.save(folder / "halves.png")
    done = render(
        folder, "model.glb", "-o", "halves.mp4", "--frames", "2", "--background", "halves.png",
        "--settings", '{"aspect": "1:1", "bgAlign": "center-right", "shadows": false}',
    )
    assert done.returncode == 0, done.stderr
    edges = decode_rgb(folder / "halves.mp4", 540, 540)[:, ::539, 20:].astype(int)
    assert abs(edges - (200, 0, 0)).max() <= 3


def test_a_background_that_is_no_image_is_named(folder: Path) -> None:
    (folder / "text.png").write_text("no image")
    done = render(folder, "model.glb", "-o", "no.png", "--background", "text.png")
    assert done.returncode == 2
    assert "--background" in done.stderr
    assert "text.png is no image" in done.stderr


def test_the_suffix_says_the_format_of_a_still_and_what_of_the_model_is_ignored_is_told(folder: Path) -> None:
    builder = triangle_builder()
    builder.document["extensionsUsed"] = ["EXT_example"]
    builder.save(folder, "odd.glb")
    done = render(folder, "odd.glb", "-o", "model.avif", "--settings", '{"camera": "top", "aspect": "1:1"}')
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "model.avif") as still:
        assert (still.format, still.size, still.mode) == ("AVIF", (540, 540), "RGB")
    assert "Warning: the glTF extension EXT_example is ignored" in done.stderr.splitlines()
    assert leftovers(folder) == []


def test_a_still_behind_an_image(folder: Path) -> None:
    frame = Image.new("RGBA", (270, 270), (0, 0, 200, 255))
    frame.paste((0, 0, 0, 0), (0, 0, 270, 200))
    frame.save(folder / "frame.png")
    settings = '{"aspect": "1:1", "bgColor": "#ff8800", "shadows": false, "transparent": true}'
    done = render(folder, "model.glb", "-o", "framed.png", "--foreground", "frame.png", "--settings", settings)
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "framed.png") as still:
        assert still.getpixel((270, 500)) == (0, 0, 200, 255)
        assert still.getpixel((2, 2)) == (0, 0, 0, 0)


def test_a_transparent_video_at_the_size_of_any_tier(folder: Path) -> None:
    done = render(folder, "model.glb", "-o", "clear.mov", "--frames", "2", "--settings", '{"aspect": "1:1"}')
    assert done.returncode == 0, done.stderr
    check_prores(ProResFile(folder / "clear.mov", 540, 540), 30, 2)
    assert leftovers(folder) == []


def test_a_bad_model_ends_in_one_clear_line_and_code_1(folder: Path) -> None:
    (folder / "bad.glb").write_bytes(b"not a model")
    (folder / "kept.mp4").write_bytes(b"an older video")
    done = render(folder, "bad.glb", "-o", "kept.mp4")
    assert done.returncode == 1
    assert "Error: the file is neither a GLB" in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / "kept.mp4").read_bytes() == b"an older video"
    assert leftovers(folder) == []


def test_no_software_is_obeyed(folder: Path) -> None:
    done = render(folder, "model.glb", "-o", "no.png", "--device", "software", "--no-software")
    assert done.returncode == 1
    assert "software rendering is not allowed" in done.stderr
    assert not (folder / "no.png").exists()


def test_an_encoder_that_is_not_here_is_told_of_before_any_work(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(tmp_path))  # without ffmpeg
    result = CliRunner().invoke(main, ["model.glb", "-o", "no.mp4", "--h264-encoder", "nvenc"])
    assert result.exit_code == 1
    assert "nvenc can't encode here; it needs an NVIDIA graphics card" in result.stderr
    assert not (folder / "no.mp4").exists()


def test_a_clip_that_the_model_lacks_is_a_wrong_setting(folder: Path) -> None:
    done = render(folder, "model.glb", "-o", "no.png", "--settings", '{"animation": "Walk"}')
    assert done.returncode == 2
    assert "--settings" in done.stderr
    assert "Walk" in done.stderr


def test_a_usdz_is_the_model_itself(folder: Path) -> None:
    builder = triangle_builder()
    builder.document |= {"extensionsUsed": ["EXT_example"], "extensions": {"EXT_example": {}}}
    builder.save(folder, "usdz.glb")
    done = render(folder, "usdz.glb", "-o", "model.usdz")
    assert (done.returncode, done.stdout) == (0, "model.usdz\n"), done.stderr
    assert "Warning: the glTF extension EXT_example is ignored" in done.stderr.splitlines()
    assert [len(mesh.primitives[0].indices) for mesh in load_model(folder / "model.usdz").meshes] == [3]
    assert leftovers(folder) == []


def test_a_bad_model_becomes_no_usdz(folder: Path) -> None:
    (folder / "bad.glb").write_bytes(b"glTF, or so it says")
    result = CliRunner().invoke(main, [str(folder / "bad.glb"), "-o", str(folder / "bad.usdz")])
    assert (result.exit_code, (folder / "bad.usdz").exists()) == (1, False)
    assert result.stderr.startswith("Error: ")


def test_without_usd_core_a_usdz_is_refused_with_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "usd_is_installed", lambda: False)
    result = CliRunner().invoke(main, [str(folder / "model.glb"), "-o", str(folder / "none.usdz")])
    assert (result.exit_code, result.stderr) == (1, f"Error: {USDZ_MISSING}\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_terminated_render_leaves_no_process_and_no_file(
    folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    gate = Gate(tmp_path)
    with gate.shut(), started(folder, "model.glb", "-o", "never.mp4", PATH=gate.path) as process:
        assert process.stderr is not None
        heard = []
        for line in process.stderr:
            heard.append(line)
            if line == "drawing\n":
                break
        assert process.poll() is None, heard
        encoder = wait_for(lambda: encoder_of(process.pid), "an ffmpeg")
        process.send_signal(number)
        process.communicate()
    assert process.returncode == 128 + number
    wait_for(lambda: not encoder.is_running() or encoder.status() == psutil.STATUS_ZOMBIE, "the end of ffmpeg")
    assert not (folder / "never.mp4").exists()
    assert leftovers(folder) == []


def encoder_of(pid: int) -> psutil.Process | None:
    return next((child for child in psutil.Process(pid).children() if child.name() == "ffmpeg"), None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["model.glb", "-o", "a.mp4", "--settings", '{"zoom": 9}'], "zoom must be between 0.5 and 2"),
        (["model.glb", "-o", "a.mp4", "--settings", '{"zoom": '], "not JSON"),
        (["model.glb", "-o", "a.png", "--settings", '{"bg_color": "red"}'], "bg_color must be a colour"),
        (["model.glb", "-o", "a.png", "--settings", '{"bgColor": "red"}'], "bg_color must be a colour"),
        (["model.glb", "-o", "a.gif"], ".mp4, .mov, .png, .webp, .avif, .zip, .usdz"),
        (
            ["model.glb", "-o", "a.png", "--background", "model.glb", "--settings", '{"transparent": true}'],
            "has no background",
        ),
        (["model.glb", "-o", "a.mov", "--background", "model.glb"], "has no background"),
        (["model.glb", "-o", "a.zip", "--background", "model.glb"], "stands on white"),
        (["model.glb", "-o", "a.zip", "--foreground", "model.glb"], "nothing before it"),
        (["model.glb", "-o", "a.png", "--settings", '{"imageFormat": "avif"}'], "not what a .png file holds"),
        (["model.glb", "-o", "a.png", "--foreground", "model.glb"], "The foreground image model.glb is no image"),
        (["model.glb", "-o", "a.png", "--settings", '{"materialVariant": "Red"}'], 'no material variant "Red"'),
        (["model.glb", "-o", "a.mp4", "--settings", '{"output": "image"}'], "not what a .mp4 file holds"),
        (["model.glb", "-o", "a.zip", "--settings", '{"coverage": "dome"}'], 'coverage must be one of "hemisphere"'),
        (["model.glb", "-o", "a.zip", "--settings", '{"output": "video"}'], "not what a .zip file holds"),
        (["model.glb", "-o", "a.mp4", "--settings", '{"output": "dataset"}'], "not what a .mp4 file holds"),
        (["model.glb", "-o", "a.mp4", "--settings", '{"effect": "dataset"}'], "contradict each other"),
        (["model.glb", "-o", "a.zip", "--settings", '{"effect": "reveal"}'], "has no camera path"),
        (["model.glb", "-o", "a.mp4", "--settings", '{"bgImageId": "abc123DEF456"}'], "no background image abc123"),
        (["model.glb", "-o", "a.png", "--frames", "3"], "--frames"),
        (["model.glb", "-o", "a.usdz", "--frames", "3"], "a USDZ is the model itself"),
        (["model.glb", "-o", "a.usdz", "--settings", '{"zoom": 2}'], "a USDZ is the model itself"),
        (["model.glb", "-o", "nowhere/a.mp4"], "no folder nowhere"),
        (["absent.glb", "-o", "a.mp4"], "absent.glb"),
        (["-o", "a.mp4"], "Give a MODEL or a --prompt"),
        (["model.glb", "--prompt", "a chair", "-o", "a.mp4"], "Give a MODEL or a --prompt"),
        (["--prompt", " ", "-o", "a.glb"], "Invalid value for --prompt: A prompt has 1 to 2000 characters"),
    ],
)
def test_a_wrong_command_ends_in_code_2_and_names_what_is_wrong(
    folder: Path, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_model_with_fewer_triangles_and_what_became_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, light_cache: Path
) -> None:
    monkeypatch.setattr(compare, "VIEWS", dataclasses.replace(compare.VIEWS, size=64))
    monkeypatch.setattr(compare, "SAMPLES", 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(light_cache))
    ball_builder().save(folder, "ball.glb")
    done = CliRunner().invoke(main, [str(folder / "ball.glb"), "-o", str(folder / "small.glb"), "--triangles", "300",
                                     "--device", "software"])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{folder / 'small.glb'}\n"
    told = json.loads((folder / "small.json").read_text())
    assert told["triangles_before"] == TRIANGLES
    assert told["triangles_after"] == Glb.read(folder / "small.glb").count() == 300
    assert told["bytes_after"] == (folder / "small.glb").stat().st_size
    assert 0 < told["flip_mean"] < told["flip_worst"] < 0.2
    assert leftovers(folder) == []


def test_a_model_of_words_is_written_or_converted(folder: Path) -> None:
    for name in ("stool.glb", "stool.usdz"):
        done = CliRunner().invoke(main, ["--prompt", "a red stool", "--seed", "3", "-o", str(folder / name)])
        assert done.exit_code == 0, done.output
        assert done.stdout == f"{folder / name}\n"
        told = json.loads(done.stderr.splitlines()[0])
        assert (told["match"], told["seed"]) == (["stool"], 3)
        assert load_model(folder / name).contents
    assert leftovers(folder) == []


def test_a_model_of_a_picture_is_written(folder: Path) -> None:
    picture = Image.new("RGBA", (64, 64))
    ImageDraw.Draw(picture).ellipse((8, 8, 56, 56), fill="orange")
    picture.save(folder / "disc.png")
    done = CliRunner().invoke(main, [str(folder / "disc.png"), "-o", str(folder / "disc.glb")])
    assert done.exit_code == 0, done.output
    assert load_model(folder / "disc.glb").contents
    Image.new("RGBA", (64, 64)).save(folder / "disc.png")
    done = CliRunner().invoke(main, [str(folder / "disc.png"), "-o", str(folder / "disc.glb")])
    assert done.exit_code == 2
    assert "Invalid value for MODEL" in done.output
    assert leftovers(folder) == []


def test_too_few_triangles_are_told_by_the_options_name(folder: Path) -> None:
    done = CliRunner().invoke(main, [str(folder / "model.glb"), "-o", str(folder / "none.glb"), "--triangles", "3"])
    assert done.exit_code == 2
    assert "Invalid value for --triangles: polygon_count must be from 4 to 10,000,000" in done.output
    assert not (folder / "none.glb").exists()


@pytest.mark.parametrize(("output", "options", "problem"), [
    ("a.png", ["--triangles", "100"], "only a .glb is optimised"),
    ("a.usdz", ["--quantize"], "only a .glb is optimised"),
    ("a.glb", ["--frames", "3"], "a GLB is the model itself"),
])  # fmt: skip
def test_options_of_another_kind_of_file_are_refused(
    folder: Path, output: str, options: list[str], problem: str
) -> None:
    done = CliRunner().invoke(main, [str(folder / "model.glb"), "-o", str(folder / output), *options])
    assert done.exit_code == 2
    assert problem in done.output
