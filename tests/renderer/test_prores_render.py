"""A render with alpha from model file to finished files, beside one without from the same frames."""

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.render import VideoFiles, render_video
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.encode.media import decode_rgb, decode_yuva
from tests.renderer.load.glb_builder import GlbBuilder
from tests.renderer.passes.scenes import sphere

FRAMES = FrameSpec(width=128, height=72, frame_count=3, zoom=1.3)
BLUE = (0, 68, 255)
LIGHT = (1.0, 0.25, 0.02)  # the ball's linear colour

Planes = npt.NDArray[np.int64]


class Silent:
    """A listener that only notes the posters."""

    def __init__(self) -> None:
        self.posters: list[str] = []

    def on_stage(self, stage: str) -> None: ...

    def on_model(self, contents: Contents) -> None: ...

    def on_frame(self, done: int, total: int) -> None: ...

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        self.posters.append(variant)


@dataclasses.dataclass(frozen=True)
class Made:
    files: dict[str, VideoFiles]
    posters: list[str]
    drawn: list[int]
    planes: Planes  # (frames, 4, h, w) of the MOV


def ball_model(folder: Path) -> Path:
    """A ball of one flat colour."""
    builder, ball = GlbBuilder(), sphere()
    unlit = {"pbrMetallicRoughness": {"baseColorFactor": [*LIGHT, 1]}, "extensions": {"KHR_materials_unlit": {}}}
    builder.document["extensionsUsed"] = ["KHR_materials_unlit"]
    builder.show(builder.add_mesh({
        "attributes": {"POSITION": builder.add_accessor(ball.positions)},
        "indices": builder.add_accessor(ball.indices, "uint32"),
        "material": builder.add("materials", unlit),
    }))
    return builder.save(folder)


@pytest.fixture(scope="module")
def made(opened_device: Device, light_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The ball with its shadow."""
    folder, drawn, listener = tmp_path_factory.mktemp("pro"), [], Silent()

    class CountingRenderer(ShotRenderer):
        def draw(self, index: int, camera: FrameSpec | None = None) -> None:
            drawn.append(index)
            super().draw(index, camera)

    variants = {
        "pro": VideoVariant(Backdrop("#0044ff"), web_size=(64, 36), codec="prores4444"),
        "mp4": VideoVariant(Backdrop("#0044ff")),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("renderer.render.ShotRenderer", CountingRenderer)
        files = render_video(
            ball_model(folder), FRAMES, variants, folder / "out",
            device=opened_device, cache_dir=light_cache, listener=listener,
        )
    return Made(files, listener.posters, drawn, decode_yuva(files["pro"].video, 128, 72).astype(np.int64))


def test_each_variant_has_its_own_files_from_the_same_frames(made: Made) -> None:
    pro, mp4 = made.files["pro"], made.files["mp4"]
    common = {"thumb.mp4", "strip.webp", "poster.png", "poster_full.png"}
    assert {path.name for path in pro.video.parent.iterdir()} == common | {"video.mov", "web.mp4"}
    assert {path.name for path in mp4.video.parent.iterdir()} == common | {"video.mp4"}
    assert (pro.video.name, mp4.video.name) == ("video.mov", "video.mp4")
    assert made.drawn == [0, 1, 2]
    assert made.posters == ["pro", "mp4"]


def test_the_video_is_transparent_around_the_model_and_opaque_on_it(made: Made) -> None:
    assert made.planes.shape == (3, 4, 72, 128)
    alpha = made.planes[:, 3]
    assert not alpha[:, :6].any()
    assert not alpha[:, :40, :30].any()
    assert not alpha[:, :40, -30:].any()
    assert (alpha[:, 30:42, 58:70] == 1023).all()


def test_edges_keep_the_models_colour(made: Made) -> None:
    """Above the middle there is no shadow: what is half covered shows the ball's colour, not one darkened by alpha."""
    upper = made.planes[:, :, :30]
    alpha = upper[:, 3]
    edge, solid = (alpha > 100) & (alpha < 950), alpha == 1023
    assert edge.sum() > 60
    for plane in range(3):
        value = np.median(upper[:, plane][solid])
        error = upper[:, plane][edge] - value
        assert abs(error.mean()) < 4  # of 1023
        assert np.abs(error).max() < 24


def test_the_shadow_lies_in_alpha_as_black(made: Made) -> None:
    luma, blue, red, alpha = (made.planes[:, plane, 52:] for plane in range(4))
    shadow = (alpha > 20) & (alpha < 700) & (luma < 100)
    assert shadow.sum() > 400
    assert alpha[shadow].max() > 250
    for plane, black in ((luma, 64), (blue, 512), (red, 512)):
        assert np.median(np.abs(plane[shadow] - black)) <= 4


def test_a_reflection_lies_in_alpha_in_the_models_own_colour(
    made: Made, opened_device: Device, light_cache: Path, tmp_path: Path
) -> None:
    frames = dataclasses.replace(FRAMES, reflector=True, frame_count=1)
    variants = {"pro": VideoVariant(Backdrop(), codec="prores4444")}
    files = render_video(ball_model(tmp_path), frames, variants, tmp_path / "out", device=opened_device,
                         cache_dir=light_cache, listener=Silent())  # fmt: skip
    [planes] = decode_yuva(files["pro"].video, 128, 72).astype(np.int64)
    without = made.planes[0]
    column = slice(60, 68)  # below the ball's middle
    foot = int(np.nonzero(without[3][:, column].min(axis=1) == 1023)[0].max())
    below = slice(foot + 2, foot + 8)
    assert (planes[3][below, column] > without[3][below, column] + 60).all()
    assert np.median(planes[2][below, column] - without[2][below, column]) > 40  # red, where there was black
    assert np.abs(planes[:, :20] - without[:, :20]).max() < 8  # nothing else has changed


def test_laid_over_the_colour_it_is_the_poster(made: Made) -> None:
    luma, blue, red, alpha = made.planes[0]
    y, u, v = (luma - 64) / 876, (blue - 512) / 896 * 1.8556, (red - 512) / 896 * 1.5748
    shown = np.stack([y + v, y - (0.2126 * v + 0.0722 * u) / 0.7152, y + u], axis=-1) * 255
    over = np.where(alpha[..., None] > 0, shown, 0) * (alpha[..., None] / 1023)
    over += (1 - alpha[..., None] / 1023) * np.array(BLUE)
    for name in ("pro", "mp4"):
        with Image.open(made.files[name].poster_full) as poster:
            difference = np.abs(over - np.asarray(poster, np.float64))
        assert difference.mean() < 0.5
        assert difference.max() < 12


def test_web_version_and_thumbnail_lie_on_the_colour(made: Made) -> None:
    pro = made.files["pro"]
    assert pro.web is not None
    for path, width, height in ((pro.web, 64, 36), (pro.thumb, 32, 18)):
        frames = decode_rgb(path, width, height).astype(int)
        assert len(frames) == 3
        assert np.abs(frames[:, :2, :2] - BLUE).max() <= 4
        assert frames[:, height // 2, width // 2, 0].min() > 200  # the ball
