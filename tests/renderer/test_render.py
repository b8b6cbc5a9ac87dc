"""The library's two jobs from model file to finished files, at sizes that make them quick."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from renderer.errors import Cancelled, EncodeError, SettingsError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.render import STAGES, VideoFiles, render_video
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.encode.media import decode_rgb
from tests.renderer.load.glb_builder import triangle_builder

WIDTH, HEIGHT = 160, 96
FRAMES = FrameSpec(width=WIDTH, height=HEIGHT, frame_count=12, shadows=False)
ORANGE = (255, 136, 0)
LUMA = np.array([0.2126, 0.7152, 0.0722])  # which 4:2:0 leaves sharp, other than chroma
VARIANTS = {
    "white": VideoVariant(Backdrop()),
    "orange": VideoVariant(Backdrop("#ff8800"), web_size=(80, 48)),
}


class Recorder:
    """Writes down what it hears; may stop the render after some frames."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.heard: list[str] = []
        self._stop_after = stop_after

    def on_stage(self, stage: str) -> None:
        self.heard.append(stage)

    def on_model(self, contents: Contents) -> None:
        self.heard.append(f"model with {len(contents.clips)} clips")

    def on_frame(self, done: int, total: int) -> None:
        self.heard.append(f"{done}/{total}")
        if done == self._stop_after:
            raise Cancelled("the caller asked to stop")

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        assert poster.exists()
        assert poster_full.exists()
        self.heard.append(f"poster {variant}")


@dataclasses.dataclass(frozen=True)
class Rendered:
    """A finished render with both variants."""

    out: Path
    files: dict[str, VideoFiles]
    listener: Recorder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return triangle_builder().save(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def rendered(
    opened_device: Device, model: Path, light_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rendered:
    out, listener = tmp_path_factory.mktemp("out"), Recorder()
    files = render_video(
        model, FRAMES, VARIANTS, out, device=opened_device, cache_dir=light_cache, listener=listener
    )
    return Rendered(out, files, listener)


def ffmpeg_children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.name() == "ffmpeg"]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_each_variant_gets_its_files_in_its_folder(rendered: Rendered) -> None:
    out, files = rendered.out, rendered.files
    common = {"video.mp4", "thumb.mp4", "strip.webp", "poster.png", "poster_full.png"}
    assert {path.name for path in (out / "white").iterdir()} == common
    assert {path.name for path in (out / "orange").iterdir()} == common | {"web.mp4"}
    assert files["white"].web is None
    assert files["orange"].web == out / "orange" / "web.mp4"
    assert decode_rgb(files["orange"].web, 80, 48).shape[0] == FRAMES.frame_count


def test_the_listener_hears_stages_posters_and_frames_in_order(rendered: Rendered) -> None:
    heard = rendered.listener.heard
    assert "model with 0 clips" in heard
    assert [word for word in heard if word in STAGES] == list(STAGES)
    drawing = heard[heard.index("drawing") + 1 : heard.index("encoding")]
    assert drawing == ["poster white", "poster orange", *(f"{done}/12" for done in range(1, 13))]


def test_the_poster_is_frame_0_of_the_video(rendered: Rendered) -> None:
    for name, files in rendered.files.items():
        video = decode_rgb(files.video, WIDTH, HEIGHT) @ LUMA
        with Image.open(files.poster_full) as full, Image.open(files.poster) as poster:
            assert full.size == (WIDTH, HEIGHT)
            assert poster.size == (WIDTH // 4, HEIGHT // 4)
            difference = np.abs(np.asarray(full) @ LUMA - video)
        assert np.percentile(difference[0], 99.5) < 8, name
        assert difference[0].mean() < 0.5, name
        assert difference[0].mean() < difference[1].mean(), name  # not just any frame


def test_the_poster_of_a_reveal_shows_the_model(device: Device, light_cache: Path, model: Path, tmp_path: Path) -> None:
    frames = dataclasses.replace(FRAMES, effect="reveal", scale_from=0.0, frame_count=4)
    made = render_video(model, frames, {"white": VARIANTS["white"]}, tmp_path, device=device, cache_dir=light_cache,
                        listener=Recorder())["white"]  # fmt: skip
    video = decode_rgb(made.video, WIDTH, HEIGHT) @ LUMA
    with Image.open(made.poster_full) as full:
        difference = np.abs(np.asarray(full) @ LUMA - video)
    assert video[0].min() > 250  # nothing is there
    assert difference[3].mean() < 0.5
    assert difference[0].mean() > 1


def test_the_background_comes_back_from_every_frame_of_the_video(rendered: Rendered) -> None:
    for name, colour, tolerance in (("orange", ORANGE, 3), ("white", (255, 255, 255), 1)):
        video = decode_rgb(rendered.files[name].video, WIDTH, HEIGHT).astype(int)
        corners = np.concatenate([video[:, :10, :10], video[:, -10:, -10:]])
        assert np.abs(corners - colour).max() <= tolerance
        with Image.open(rendered.files[name].poster_full) as full:
            assert full.getpixel((0, 0)) == colour


def test_the_model_is_in_the_picture_and_turns(rendered: Rendered) -> None:
    video = decode_rgb(rendered.files["orange"].video, WIDTH, HEIGHT).astype(int)
    covered = np.abs(video - ORANGE).max(axis=3) > 24
    assert covered[0].mean() > 0.05
    assert (covered[0] != covered[3]).mean() > 0.01


def test_variants_share_one_drawing_of_each_frame(
    device: Device, model: Path, light_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    class CountingRenderer(ShotRenderer):
        def draw(self, index: int, camera: FrameSpec | None = None) -> None:
            drawn.append(index)
            super().draw(index, camera)

    monkeypatch.setattr("renderer.render.ShotRenderer", CountingRenderer)
    render_video(
        model, FRAMES, VARIANTS, tmp_path, device=device, cache_dir=light_cache, listener=Recorder(), frame_limit=3
    )
    assert drawn == [0, 1, 2]


def test_equal_inputs_give_equal_bytes(
    device: Device, model: Path, light_cache: Path, tmp_path: Path, rendered: Rendered
) -> None:
    render_video(model, FRAMES, VARIANTS, tmp_path, device=device, cache_dir=light_cache, listener=Recorder())
    assert digests(tmp_path) == digests(rendered.out)


def test_a_frame_limit_shortens_the_video_but_not_the_path(
    device: Device, model: Path, light_cache: Path, tmp_path: Path, rendered: Rendered
) -> None:
    listener = Recorder()
    files = render_video(
        model, FRAMES, VARIANTS, tmp_path, device=device, cache_dir=light_cache, listener=listener, frame_limit=4
    )
    short = decode_rgb(files["orange"].video, WIDTH, HEIGHT).astype(int)
    full = decode_rgb(rendered.files["orange"].video, WIDTH, HEIGHT)
    assert len(short) == 4
    assert "4/4" in listener.heard
    assert np.abs(short[3] - full[3]).mean() < 1


def test_a_cancelled_render_leaves_no_process_and_no_file(
    device: Device, model: Path, light_cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "kept.txt").write_text("from before")
    listener = Recorder(stop_after=5)
    with pytest.raises(Cancelled):
        render_video(model, FRAMES, VARIANTS, tmp_path, device=device, cache_dir=light_cache, listener=listener)
    assert listener.heard[-1] == "5/12"
    assert ffmpeg_children() == []
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_failing_ffmpeg_is_quoted_and_leaves_nothing(
    device: Device, model: Path, light_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "ffmpeg"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\ncat > /dev/null\necho 'Unknown encoder libx264' >&2\nexit 8\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    out = tmp_path / "out"
    with pytest.raises(EncodeError, match="code 8: Unknown encoder libx264"):
        render_video(model, FRAMES, VARIANTS, out, device=device, cache_dir=light_cache, listener=Recorder())
    assert list(out.iterdir()) == []


def test_a_clip_that_the_model_lacks_is_named(device: Device, model: Path, light_cache: Path, tmp_path: Path) -> None:
    frames = FrameSpec(width=WIDTH, height=HEIGHT, frame_count=2, animation="Walk")
    with pytest.raises(SettingsError, match="Walk") as caught:
        render_video(model, frames, VARIANTS, tmp_path, device=device, cache_dir=light_cache, listener=Recorder())
    assert caught.value.field == "animation"
    assert list(tmp_path.iterdir()) == []
