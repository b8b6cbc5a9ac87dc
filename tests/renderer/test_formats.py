"""What else is made of a video's frames: every file is decoded again and holds what was drawn, made in parts or not."""

import dataclasses
import io
import json
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import OpenImageIO
import pytest
from PIL import Image

from renderer.arrays import UInt8
from renderer.encode.available import NO_ALPHA, makes_hevc_alpha, require_codec
from renderer.encode.browser import BrowserFile
from renderer.encode.exr import decoded
from renderer.errors import SettingsError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.render import draw_part, join_parts, open_shot, render_video
from renderer.sets import picked
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from renderer.spec.formats import FORMATS, VideoFormat
from tests.renderer.encode.media import decode_rgb, ffprobe
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_prores_render import Silent

WIDTH, HEIGHT = 72, 64
"""The width is no multiple of eight or sixteen."""
COUNT = 18
FRAMES = FrameSpec(width=WIDTH, height=HEIGHT, frame_count=COUNT, fps=60, easing=False)
ALL: tuple[VideoFormat, ...] = ("webp", "gif", "webm", "png", "exr", "strip", "spin")
VARIANTS = {
    "clear": VideoVariant(Backdrop("#ff8800"), formats=ALL, transparent=True),
    "orange": VideoVariant(Backdrop("#ff8800"), formats=("webp", "hevc", "png", "exr", "strip")),
}
TILE_WIDTH = 48
"""Of a strip here: to encode large ones takes a second."""
ORANGE = (255, 136, 0)

Picture = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Made:
    """The files of each variant by name, made in one go; the first's joined of parts; frames with straight alpha."""

    whole: Mapping[str, Mapping[str, Path]]
    joined: Mapping[str, Mapping[str, Path]]
    drawn: list[UInt8]


@pytest.fixture(scope="module")
def made(opened_device: Device, light_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("formats")
    model = triangle_builder().save(folder)
    settings: dict[str, Any] = {"device": opened_device, "cache_dir": light_cache, "listener": Silent()}
    drawn: list[UInt8] = []
    with pytest.MonkeyPatch.context() as patch:
        draw = ShotRenderer.draw

        def remembering(shot: ShotRenderer, index: int, camera: FrameSpec | None = None) -> None:
            draw(shot, index, camera)
            assert index == len(drawn)
            drawn.append(shot.read_straight())

        patch.setattr(ShotRenderer, "draw", remembering)
        patch.setattr("renderer.sets.BIG_TILE_WIDTH", TILE_WIDTH)
        files = render_video(model, FRAMES, VARIANTS, folder / "whole", **settings)
        patch.setattr(ShotRenderer, "draw", draw)
        joined = _in_parts(model, folder, settings)
    whole = {name: each.named() for name, each in files.items()}
    return Made(whole, joined, drawn)


def _in_parts(model: Path, folder: Path, settings: dict[str, Any]) -> dict[str, dict[str, Path]]:
    variants = {"clear": VARIANTS["clear"]}
    parts = []
    with open_shot(model, FRAMES, **settings) as shot:
        for run in (range(7), range(7, COUNT)):
            out = folder / f"part {run.start}"
            out.mkdir()
            made = draw_part(shot, FRAMES, variants, run, out, listener=Silent())
            parts.append((len(run), {path.name: path for path in made}))
    return join_parts(FRAMES, variants, parts, folder / "joined", listener=Silent())


def over(picture: UInt8, color: tuple[int, int, int]) -> Picture:
    """Composited, as it is seen."""
    rgba = picture.astype(np.float64)
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + np.array(color) * (1 - alpha)


def animated(path: Path) -> list[UInt8]:
    """All frames, in RGBA."""
    with Image.open(path) as picture:
        frames = []
        for index in range(picture.n_frames):  # type: ignore[attr-defined]
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGBA")))
        return frames


def milliseconds(path: Path) -> list[int]:
    with Image.open(path) as picture:
        shown = []
        for index in range(picture.n_frames):  # type: ignore[attr-defined]
            picture.seek(index)
            picture.load()
            shown.append(picture.info["duration"])
        return shown


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def picture_in(data: bytes) -> UInt8:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def close(one: Picture, other: Picture) -> bool:
    """As close as lossy pictures of so few pixels come."""
    return float(np.sqrt(np.mean((one - other) ** 2))) < 10


def test_each_variant_has_its_formats_and_nothing_is_left_beside_them(made: Made) -> None:
    usual = {"video.mp4", "thumb.mp4", "strip.webp"}
    files = {"webp": "animation.webp", "gif": "animation.gif", "webm": "video.webm", "hevc": "hevc.mov",
             "png": "png.zip", "exr": "exr.zip", "strip": "strip.zip", "spin": "spin.zip"}
    for name, variant in VARIANTS.items():
        formats = {"strip_full" if each == "strip" else each: files[each] for each in variant.formats}
        for made_for in [each[name] for each in (made.whole, made.joined) if name in each]:
            assert {each: made_for[each].name for each in formats} == formats
            assert made_for.keys() - formats.keys() <= {"video", "thumb", "strip"}
            there = {path.name for path in made_for["video"].parent.iterdir()}
            assert there - {"poster.png", "poster_full.png"} == usual | {*formats.values()}


@pytest.mark.parametrize("name", ["webp", "png", "exr", "strip_full", "spin"])
def test_pictures_joined_of_parts_are_the_same_to_the_byte(made: Made, name: str) -> None:
    assert made.joined["clear"][name].read_bytes() == made.whole["clear"][name].read_bytes()


@pytest.mark.parametrize("how", ["whole", "joined"])
def test_an_animated_webp_shows_thirty_frames_a_second_in_real_time(made: Made, how: str) -> None:
    for variant, files in getattr(made, how).items():
        path = files["webp"]
        frames = animated(path)
        assert len(frames) == 9
        assert sum(milliseconds(path)) == pytest.approx(1000 * COUNT / 60, abs=1)
        for index, frame in enumerate(frames):
            drawn = made.drawn[2 * index]
            assert frame.shape == drawn.shape
            behind = (0, 60, 255) if variant == "clear" else ORANGE
            assert close(over(frame, behind), over(drawn, behind)), index
    assert animated(made.whole["clear"]["webp"])[0][0, 0, 3] == 0


@pytest.mark.parametrize("how", ["whole", "joined"])
def test_a_gif_shows_at_most_twenty_frames_a_second_on_the_backdrop_in_real_time(made: Made, how: str) -> None:
    path = getattr(made, how)["clear"]["gif"]
    frames = animated(path)
    assert len(frames) == 6
    assert sum(milliseconds(path)) == pytest.approx(1000 * COUNT / 60, abs=40)
    for index, frame in enumerate(frames):
        assert (frame[..., 3] == 255).all()
        assert close(frame[..., :3].astype(np.float64), over(made.drawn[3 * index], ORANGE)), index


@pytest.mark.parametrize("how", ["whole", "joined"])
def test_a_webm_has_every_frame_with_its_alpha(made: Made, how: str) -> None:
    files = getattr(made, how)
    told = ffprobe(files["clear"]["webm"], "-show_entries", "stream=codec_name,avg_frame_rate:stream_tags=alpha_mode")
    assert set(told.lower().split()) == {"codec_name=vp9", "avg_frame_rate=60/1", "tag:alpha_mode=1"}
    command = ["ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", str(files["clear"]["webm"]), "-f", "rawvideo",
               "-pix_fmt", "rgba", "-sws_flags", "accurate_rnd+full_chroma_int", "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    frames = np.frombuffer(data, np.uint8).reshape(-1, HEIGHT, WIDTH, 4)
    assert len(frames) == COUNT
    for frame, drawn in zip(frames, made.drawn, strict=True):
        assert close(over(frame, (0, 60, 255)), over(drawn, (0, 60, 255)))


def test_hevc_has_every_frame_and_the_tag_that_safari_plays(made: Made) -> None:
    path = made.whole["orange"]["hevc"]
    told = ffprobe(path, "-show_entries", "stream=codec_name,codec_tag_string,pix_fmt,color_space")
    assert set(told.split()) == {
        "codec_name=hevc", "codec_tag_string=hvc1", "pix_fmt=yuv420p", "color_space=bt709"
    }
    frames = decode_rgb(path, WIDTH, HEIGHT)
    assert len(frames) == COUNT
    assert all(close(frame.astype(np.float64), over(drawn, ORANGE))
               for frame, drawn in zip(frames, made.drawn, strict=True))


def test_hevc_with_alpha_is_refused_where_the_encoder_knows_none() -> None:
    """As Debian 12's does: it takes frames with alpha, and leaves that out."""
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, check=True, text=True).stdout.split()[2]
    file = BrowserFile(Path("hevc.mov"), 64, 64, "hevc", alpha=True)
    if version.startswith(("4.", "5.", "6.")):
        assert not makes_hevc_alpha()
    if makes_hevc_alpha():
        require_codec(file)
    else:
        with pytest.raises(SettingsError, match="order webm") as error:
            require_codec(file)
        assert (error.value.field, str(error.value)) == ("formats", NO_ALPHA)
    require_codec(dataclasses.replace(file, alpha=False))
    require_codec(dataclasses.replace(file, codec="vp9"))


def test_an_order_that_cannot_be_encoded_here_is_refused_before_the_model_is_read(
    opened_device: Device, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("renderer.encode.available.makes_hevc_alpha", lambda: False)
    variants = {"clear": VideoVariant(Backdrop(), formats=("hevc",), transparent=True)}
    with pytest.raises(SettingsError) as error:
        render_video(tmp_path / "no model", FRAMES, variants, tmp_path / "out",
                     device=opened_device, cache_dir=None, listener=Silent())
    assert (error.value.code, error.value.field, str(error.value)) == ("invalid_settings", "formats", NO_ALPHA)


def test_a_sequence_of_pngs_has_every_frame_as_it_was_drawn(made: Made) -> None:
    clear, orange = (entries(made.whole[variant]["png"]) for variant in ("clear", "orange"))
    assert [*clear] == [*orange] == [f"frames/{index:05d}.png" for index in range(COUNT)]
    for one, other, drawn in zip(clear.values(), orange.values(), made.drawn, strict=True):
        assert np.array_equal(picture_in(one), drawn)
        assert np.abs(picture_in(other) - over(drawn, ORANGE)).max() <= 1.5


def test_a_sequence_of_exrs_looks_the_same_in_linear_light_over_black_and_white(made: Made, tmp_path: Path) -> None:
    clear, orange = (entries(made.whole[variant]["exr"]) for variant in ("clear", "orange"))
    assert [*clear] == [f"frames/{index:05d}.exr" for index in range(COUNT)]
    assert clear == orange  # always with alpha
    (tmp_path / "frame.exr").write_bytes(clear["frames/00000.exr"])
    source = OpenImageIO.ImageInput.open(str(tmp_path / "frame.exr"))
    assert source is not None
    spec = source.spec()
    assert (spec.width, spec.height, str(spec.format)) == (WIDTH, HEIGHT, "half")
    assert spec.channelnames == ("R", "G", "B", "A")
    pixels = np.asarray(source.read_image("float"), np.float64)
    assert (pixels[..., :3] <= pixels[..., 3:] + 1e-3).all()  # premultiplied
    drawn = made.drawn[0]
    for white in (0, 1):
        seen = over(drawn, (255 * white,) * 3).astype(np.float32) / np.float32(255)
        shown = pixels[..., :3] + white * (1 - pixels[..., 3:])
        assert np.abs(shown - decoded(seen)).max() < 0.03
    covered = drawn[..., 3] == 255
    assert np.abs(pixels[covered][:, 3] - 1).max() < 1e-3


def test_a_strip_in_full_has_tiles_as_its_json_says(made: Made) -> None:
    files = entries(made.whole["orange"]["strip_full"])
    told = json.loads(files["strip.json"])
    grid = picture_in(files[told["image"]])
    width, height = told["tileWidth"], told["tileHeight"]
    assert grid.shape == (told["rows"] * height, told["columns"] * width, 3)
    assert (width, height, len(told["tiles"])) == (TILE_WIDTH, 43, 36)
    for place, tile in enumerate(told["tiles"]):
        row, column = divmod(place, told["columns"])
        assert tile["frame"] == place * COUNT // 36
        assert tile["time"] == pytest.approx(tile["frame"] / 60, abs=1e-4)
        shown = grid[row * height : (row + 1) * height, column * width : (column + 1) * width]
        drawn = Image.fromarray(over(made.drawn[tile["frame"]], ORANGE).astype(np.uint8))
        small = np.asarray(drawn.resize((width, height), Image.Resampling.LANCZOS), np.float64)
        assert close(shown.astype(np.float64), small)


def test_a_spin_has_views_from_all_around_with_their_angles_and_a_page_that_needs_nothing_else(made: Made) -> None:
    files = entries(made.whole["clear"]["spin"])
    told = json.loads(files["spin.json"])
    assert (told["width"], told["height"]) == (WIDTH, HEIGHT)
    angles = [view["angle"] for view in told["views"]]
    assert angles == [20.0 * index for index in range(COUNT)]  # all of so few frames
    for index, view in enumerate(told["views"]):
        assert close(over(picture_in(files[view["file"]]), ORANGE), over(made.drawn[index], ORANGE))
    page = files["index.html"].decode()
    assert json.dumps(told, separators=(",", ":")) in page
    assert "http:" not in page
    assert "https:" not in page
    assert files.keys() == {view["file"] for view in told["views"]} | {"spin.json", "index.html"}


def test_views_of_an_eased_turn_lie_nearly_ten_degrees_apart() -> None:
    frames = dataclasses.replace(FRAMES, frame_count=180, fps=30, easing=True)
    views = picked(frames, "spin")
    assert len(views) == 36
    assert views[0] == 0
    steps = np.diff(views)
    assert steps.max() > steps.min()  # it is slower at its ends


def test_no_format_is_forgotten() -> None:
    assert {*ALL, "hevc"} == {row.name for row in FORMATS}


@pytest.mark.nightly
def test_a_frame_limit_shortens_the_formats_too(
    device: Device, light_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = triangle_builder().save(tmp_path)
    monkeypatch.setattr("renderer.sets.BIG_TILE_WIDTH", TILE_WIDTH)
    variants = {"short": VideoVariant(Backdrop(), formats=("webp", "strip", "spin"))}
    [files] = render_video(
        model, FRAMES, variants, tmp_path / "out", device=device, cache_dir=light_cache, listener=Silent(),
        frame_limit=5,
    ).values()  # fmt: skip
    assert len(animated(files.formats["webp"])) == 3
    tiles = json.loads(entries(files.formats["strip_full"])["strip.json"])["tiles"]
    assert {tile["frame"] for tile in tiles} == set(range(5))
    views = json.loads(entries(files.formats["spin"])["spin.json"])["views"]
    assert [view["angle"] for view in views] == [20.0 * index for index in range(5)]
