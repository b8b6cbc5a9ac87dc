"""Stills from several sides: each is the still that is ordered alone, and the model is prepared once for all."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import renderer.stills
from renderer.arrays import UInt8
from renderer.camera.framing import CLOSEST
from renderer.errors import Cancelled, ModelTooLarge
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.scene.nodes import Material, Scene
from renderer.spec import (
    Angle,
    Backdrop,
    FrameSpec,
    ImageVariant,
    StillsSpec,
    StillVariant,
    parse_settings,
    plan_image,
)
from renderer.stills import StillFiles, render_images, render_stills
from tests.renderer.passes.scenes import quad, scene_of
from tests.renderer.test_frames import ball, moving_ball
from tests.renderer.test_render import Recorder

MODEL = Path("model.glb")
"""Its scenes are made here."""

FRAMES = FrameSpec(width=160, height=96, frame_count=1)
SIDES = (Angle(0, 12), Angle(45, 25, 0.8), Angle(-90, 0), Angle(0, 90))
BELOW = (Angle(30, -40),)
ON_WHITE = ImageVariant(Backdrop())


def stills(
    device: Device, cache: Path, out: Path, wanted: dict[str, int], *, make: Callable[[], Scene] = ball,
    frames: FrameSpec = FRAMES, listener: Recorder | None = None, image: ImageVariant = ON_WHITE,
) -> dict[str, StillFiles]:  # fmt: skip
    """Of SIDES, by the index that each name wants."""
    variants = {name: StillVariant(angle, image) for name, angle in wanted.items()}
    return render_stills(
        MODEL, StillsSpec(frames, SIDES), variants, out, device=device, cache_dir=cache,
        listener=listener or Recorder(), load=lambda path, variant: make(),
    )  # fmt: skip


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[FrameSpec]:
    """Those of the pictures drawn, in their order."""
    drawn: list[FrameSpec] = []
    draw = ShotRenderer.draw

    def noted(shot: ShotRenderer, index: int, camera: FrameSpec | None = None) -> None:
        if camera is not None:
            drawn.append(camera)
        draw(shot, index, camera)

    monkeypatch.setattr(ShotRenderer, "draw", noted)
    return drawn


@pytest.mark.parametrize("angles", [SIDES, BELOW], ids=["above", "below"])
@pytest.mark.parametrize("animation", [None, "*"])
def test_each_is_the_still_that_is_ordered_alone_from_the_same_distance(
    device: Device, light_cache: Path, tmp_path: Path, angles: tuple[Angle, ...], animation: str | None,
    cameras: list[FrameSpec],
) -> None:  # fmt: skip
    look = {"output": "image", "reflector": True, "vignette": 0.4, "bg_color": "#405060", "animation": animation,
            "framing": "sphere"}
    plans = [plan_image(parse_settings({**look, **dataclasses.asdict(angle)})) for angle in angles]
    common = dataclasses.replace(plans[0].frames, width=160, height=96, rotate_y=5, elevation=6, zoom=7)

    def load(path: Path, variant: str | None) -> Scene:
        return moving_ball()

    together = render_stills(
        MODEL, StillsSpec(common, angles),
        {str(index): StillVariant(index, plan.variant) for index, plan in enumerate(plans)}, tmp_path / "together",
        device=device, cache_dir=light_cache, listener=Recorder(), load=load,
    )  # fmt: skip
    assert len({files.image.read_bytes() for files in together.values()}) == len(angles)
    for index, (plan, camera) in enumerate(zip(plans, list(cameras), strict=True)):
        assert dataclasses.replace(camera, width=plan.frames.width, height=plan.frames.height, zoom=plan.frames.zoom) \
            == plan.frames
        [alone] = render_images(
            MODEL, camera, {"alone": plan.variant}, tmp_path / str(index), device=device, cache_dir=light_cache,
            listener=Recorder(), load=load,
        ).values()  # fmt: skip
        files = together[str(index)]
        assert files.image.read_bytes() == alone.image.read_bytes()
        assert files.thumb.read_bytes() == alone.thumb.read_bytes()


def bar() -> Scene:
    """Ten times as wide as high."""
    square = quad()
    flat = square.positions * np.array([1, 0.1, 1], np.float32)
    return scene_of((dataclasses.replace(square, positions=flat), Material()))


@pytest.mark.parametrize(("make", "zoom", "share"), [(ball, 1.0, 0.93), (ball, 2.0, 0.46), (bar, 1.0, 0.92)])
def test_the_model_itself_fills_the_picture_but_for_a_margin(
    device: Device, light_cache: Path, make: Callable[[], Scene], zoom: float, share: float
) -> None:
    camera = dataclasses.replace(FRAMES, zoom=zoom, elevation=0.0, shadows=False)
    with ShotRenderer(device, make(), camera, cache_dir=light_cache) as shot:
        shot.draw(0, shot.closer(camera))
        rows, columns = np.nonzero(shot.read_rgba()[..., 3])
    filled = max(np.ptp(rows) / FRAMES.height, np.ptp(columns) / FRAMES.width)
    assert filled == pytest.approx(share, abs=0.03)


def test_a_camera_comes_no_nearer_than_keeps_proportions(device: Device, light_cache: Path) -> None:
    along = dataclasses.replace(FRAMES, rotate_y=90.0, zoom=1.5)
    with ShotRenderer(device, bar(), along, cache_dir=light_cache) as shot:
        assert shot.closer(along) == dataclasses.replace(along, zoom=1.5 * CLOSEST)


def test_what_nobody_wants_is_not_drawn_and_what_several_want_is_drawn_once(
    device: Device, light_cache: Path, tmp_path: Path, cameras: list[FrameSpec]
) -> None:
    heard = Recorder()
    made = stills(device, light_cache, tmp_path, {"a": 3, "b": 1, "c": 3}, listener=heard)
    assert [camera.elevation for camera in cameras] == [25, 90]
    assert heard.heard == ["loading", "model with 0 clips", "lighting", "drawing", "1/2", "2/2", "encoding"]
    assert made["a"].image.read_bytes() == made["c"].image.read_bytes() != made["b"].image.read_bytes()
    for name, files in made.items():
        assert {files.image, files.thumb} == set((tmp_path / name).iterdir())


def test_with_nobody_left_to_want_any_the_model_is_not_even_loaded(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    heard = Recorder()
    assert stills(device, light_cache, tmp_path, {}, listener=heard) == {}
    assert heard.heard == []


def test_more_pictures_than_may_wait_are_all_written(device: Device, light_cache: Path, tmp_path: Path) -> None:
    wanted = {str(number): number % 4 for number in range(20)}
    made = stills(device, light_cache, tmp_path, wanted)
    pictures = [made[str(number)].image.read_bytes() for number in range(20)]
    assert pictures == pictures[:4] * 5


def test_cancelled_ones_leave_nothing(device: Device, light_cache: Path, tmp_path: Path) -> None:
    class Late(Recorder):
        def on_frame(self, done: int, total: int) -> None:
            if done == 2:
                raise Cancelled("the caller asked to stop")

    with pytest.raises(Cancelled):
        stills(device, light_cache, tmp_path, {"a": 0, "b": 1, "c": 2}, listener=Late())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_ends_all_of_it(
    device: Device, light_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(pixels: UInt8, path: Path, kind: str) -> None:
        path.write_bytes(b"some of it")
        if path.parent.name == "a":
            raise OSError("no space left")

    monkeypatch.setattr(renderer.stills, "write_image", write)
    with pytest.raises(OSError, match="no space left"):
        stills(device, light_cache, tmp_path, {"a": 0, "b": 1})
    assert list(tmp_path.iterdir()) == []


def test_what_each_camera_sees_is_refused_where_it_is_too_costly(device: Device, light_cache: Path) -> None:
    """A pile of upright squares, seen from its edge and then from its front."""
    square = quad()
    pile = dataclasses.replace(square, indices=np.tile(square.indices, 1000))
    above = dataclasses.replace(FRAMES, width=4096, height=2304, elevation=90.0, shadows=False)
    with ShotRenderer(device, scene_of((pile, Material())), above, cache_dir=light_cache) as shot:
        with pytest.raises(ModelTooLarge, match="the frame"):
            shot.draw(0, dataclasses.replace(above, elevation=0.0))
        shot.draw(0, above)
