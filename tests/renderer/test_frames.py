"""Shots as a whole: what is drawn, what is read, what stays behind."""

import dataclasses
import gc
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import UInt8
from renderer.errors import DeviceError, SettingsError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.lighting import shadow
from renderer.load import load_model
from renderer.scene.nodes import Channel, Clip, Material, Node, Scene
from renderer.spec import Backdrop, FrameSpec
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture
from tests.support.models import shared_model

SPEC = FrameSpec(width=128, height=72, frame_count=8, easing=False)


def ball(**fields: object) -> Scene:
    return scene_of((sphere(), Material(metallic_factor=0, roughness_factor=0.6, **fields)))  # type: ignore[arg-type]


def moving_ball() -> Scene:
    """It goes one metre to the right in half a second, and stays there for another half."""
    scene = ball()
    times, places = np.array([0, 0.5, 1], np.float32), np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    scene.clips.append(Clip("Go", [Channel(0, "translation", "LINEAR", times, places)]))
    return scene


def frame(device: Device, scene: Scene, cache: Path, index: int = 0, spec: FrameSpec = SPEC) -> UInt8:
    with ShotRenderer(device, scene, spec, cache_dir=cache) as shot:
        shot.draw(index)
        return shot.read_rgba()


def test_the_model_stands_in_the_middle_with_its_shadow_below(device: Device, light_cache: Path) -> None:
    alpha = frame(device, ball(), light_cache)[..., 3].astype(np.int64)
    rows, columns = np.nonzero(alpha == 255)
    assert abs(columns.mean() - 63.5) < 1
    assert abs(rows.mean() - 35.5) < 1
    assert 0.8 < (rows.max() - rows.min() + 1) / 72 < 0.96
    shadow = (alpha > 8) & (alpha < 200)
    assert shadow[60:].sum() > 100
    assert not shadow[:20, :28].any()


def test_a_small_frame_is_the_frame_and_the_shape_is_the_placed_models(device: Device, light_cache: Path) -> None:
    for width, height in ((128, 72), (720, 405)):
        spec = dataclasses.replace(SPEC, width=width, height=height, tilt_x=90.0)
        scene = scene_of((quad(), Material()))
        with ShotRenderer(device, scene, spec, cache_dir=light_cache) as shot:
            shot.draw(0)
            whole, small = shot.read_rgba(), shot.read_small()
            assert shot.shape().size == pytest.approx((1.0, 0.0, 1.0), abs=1e-6)
        step = max(1, width // 240)
        assert small.shape == (height // step, width // step, 4)
        assert np.abs(small.astype(int) - whole[step // 2 :: step, step // 2 :: step].astype(int)).mean() < 2


def test_without_shadows_nothing_lies_on_the_ground(device: Device, light_cache: Path) -> None:
    alpha = frame(device, ball(), light_cache, spec=dataclasses.replace(SPEC, shadows=False))[..., 3]
    assert not alpha[:, :20].any()
    assert not alpha[:, -20:].any()


def test_a_model_that_grows_is_lit_and_shaded_as_in_full_size(device: Device, light_cache: Path) -> None:
    """Half-way through a reveal the picture is the full-size one at half the size, on the same spot of the ground."""
    spec = dataclasses.replace(
        SPEC, width=192, height=192, rotate_y=40, sweep_angle=0, zoom=2, effect="reveal", scale_from=0.5
    )
    with ShotRenderer(device, ball(), spec, cache_dir=light_cache) as shot:
        pictures = []
        for index in (0, 7):
            shot.draw(index)
            pictures.append(shot.read_rgba().astype(np.float64))
    rows, columns, shadows = zip(*(
        (*np.nonzero(picture[..., 3] == 255), ((picture[..., 3] > 8) & (picture[..., 3] < 200)).sum())
        for picture in pictures
    ), strict=True)
    half, full = (np.ptp(covered) + 1 for covered in rows)
    assert half / full == pytest.approx(0.5, abs=0.04)
    assert rows[1].max() - 10 < rows[0].max() <= rows[1].max()  # it stands where it stood
    assert columns[0].mean() == pytest.approx(columns[1].mean(), abs=1)
    assert shadows[0] / shadows[1] == pytest.approx(0.25, abs=0.05)
    for y, x in ((0, 0), (-12, 0), (12, 4), (0, 15)):
        small, large = (picture[round(r.mean()) + y * f, round(c.mean()) + x * f]
                        for picture, r, c, f in zip(pictures, rows, columns, (1, 2), strict=True))
        assert np.abs(small - large).max() < 12


def test_a_reveal_from_nothing_begins_with_an_empty_frame(device: Device, light_cache: Path) -> None:
    spec = dataclasses.replace(SPEC, effect="reveal", scale_from=0.0)
    assert not frame(device, ball(), light_cache, 0, spec).any()
    assert frame(device, ball(), light_cache, 1, spec).any()


def test_equal_inputs_give_equal_bytes(device: Device, light_cache: Path) -> None:
    def draw() -> bytes:
        with ShotRenderer(device, ball(), SPEC, cache_dir=light_cache) as shot:
            shot.draw(3)
            return shot.read_rgba().tobytes() + shot.read_yuv420(Backdrop("#336699", 0.5))

    assert draw() == draw()


def test_a_frame_does_not_depend_on_the_one_before(device: Device, light_cache: Path) -> None:
    with ShotRenderer(device, ball(), SPEC, cache_dir=light_cache) as shot:
        shot.draw(5)
        first = shot.read_rgba()
        shot.draw(1)
        shot.draw(5)
        assert np.array_equal(shot.read_rgba(), first)


def test_frames_are_read_as_they_were_after_others_have_been_drawn(device: Device, light_cache: Path) -> None:
    backdrops = Backdrop("#336699"), Backdrop("#ffffff", 0.5)
    with ShotRenderer(device, ball(), SPEC, cache_dir=light_cache) as shot:
        expected, pending = [], []
        for index in (0, 3, 5):
            shot.draw(index)
            expected += [shot.read_yuva444(), *(shot.read_yuv420(backdrop) for backdrop in backdrops)]
        for index in (0, 3, 5):
            shot.draw(index)
            pending += [shot.start_yuva444(), *(shot.start_yuv420(backdrop) for backdrop in backdrops)]
        found = [later.read() for later in reversed(pending)]
    assert len(set(expected)) == len(expected)
    assert found[::-1] == expected


def test_every_format_shows_the_same_frame(device: Device, light_cache: Path) -> None:
    backdrop = Backdrop("#ff8800")
    with ShotRenderer(device, ball(), SPEC, cache_dir=light_cache) as shot:
        shot.draw(0)
        rgba, rgb = shot.read_rgba().astype(np.float64), shot.read_rgb(backdrop).astype(np.float64)
        luma = np.frombuffer(shot.read_yuv420(backdrop), np.uint8)[: 128 * 72].reshape(72, 128)
    over = rgba[..., :3] + (1 - rgba[..., 3:] / 255) * np.array([255, 136, 0])
    assert np.abs(rgb - over).max() <= 1.5
    assert np.abs(luma - (16 + 219 / 255 * rgb @ [0.2126, 0.7152, 0.0722])).max() <= 1.5


def test_the_turn_shows_all_sides(device: Device, light_cache: Path) -> None:
    """A double-sided sign that is red in front and green behind."""
    red, green = (Material(base_color_factor=color, unlit=True) for color in ((1, 0, 0, 1), (0, 1, 0, 1)))
    turned = Node("back", mesh=1, rotation=(0, 1, 0, 0))
    scene = scene_of((quad(), red), (quad(z=0.01), green), nodes=[Node("front", mesh=0), turned])
    front, back = (frame(device, scene, light_cache, index)[36, 64].tolist() for index in (0, 4))
    assert front == [255, 0, 0, 255]
    assert back == [0, 255, 0, 255]


def test_a_model_far_from_its_origin_looks_the_same(device: Device, light_cache: Path) -> None:
    near = frame(device, ball(), light_cache)
    scene = ball()
    scene.nodes[0].translation = (4.0e5, -3.0e5, 2.0e5)
    far = frame(device, scene, light_cache)
    assert np.abs(near.astype(np.int64) - far).max() <= 3


def test_tilting_turns_the_model_and_keeps_it_on_the_ground(device: Device, light_cache: Path) -> None:
    lying = frame(device, scene_of((quad(), Material(double_sided=True))), light_cache,
                  spec=dataclasses.replace(SPEC, tilt_x=-90))
    rows = np.nonzero(lying[..., 3] == 255)[0]
    assert 0 < rows.max() - rows.min() < 25


def test_the_named_animation_moves_the_model(device: Device, light_cache: Path) -> None:
    spec = dataclasses.replace(SPEC, frame_count=30, animation="Go")
    with ShotRenderer(device, moving_ball(), spec, cache_dir=light_cache) as shot:
        columns = []
        for index in (0, 29):
            shot.draw(index)
            # seen from nearly the same angle
            columns.append(np.nonzero(shot.read_rgba()[..., 3] == 255)[1].mean())
    assert columns[1] - columns[0] > 25


def test_an_unknown_animation_is_refused(device: Device, light_cache: Path) -> None:
    with pytest.raises(SettingsError, match='no animation "Stop"'):
        ShotRenderer(device, moving_ball(), dataclasses.replace(SPEC, animation="Stop"), cache_dir=light_cache)


def test_a_frame_too_large_for_the_device_is_refused(device: Device, light_cache: Path) -> None:
    before = live_objects()
    too_wide = dataclasses.replace(SPEC, width=device.max_size + 2)
    with pytest.raises(DeviceError, match=f"{device.max_size + 2}x72, but"):
        ShotRenderer(device, ball(), too_wide, cache_dir=light_cache)
    assert live_objects() == before


def test_a_real_model_fills_its_frame(device: Device, light_cache: Path) -> None:
    scene = load_model(shared_model("Duck.glb"))
    pixels = frame(device, scene, light_cache)
    body = pixels[pixels[..., 3] == 255].astype(np.int64)
    assert len(body) > 1200
    assert (body[:, 0] > body[:, 2] + 60).mean() > 0.8  # it is yellow


def test_no_gl_object_stays_behind_after_many_models(device: Device, light_cache: Path) -> None:
    """Counted by GL itself. Memory as a whole is measured in test_leaks."""
    spec = FrameSpec(width=32, height=18, frame_count=2)

    def one_job(index: int) -> None:
        scene = scene_of(
            (quad(), Material(base_color_texture=texture(0), occlusion_texture=texture(1))),
            images=[flat_image(index, 90, 200, 255, size=256), flat_image(200, 0, 0, 255, size=256)],
            nodes=[Node("pole", mesh=0, scale=(0.02, 1, 1))],  # thin, so that its shadow is soon cast
        )
        with ShotRenderer(device, scene, spec, cache_dir=light_cache) as shot:
            shot.draw(1)
            shot.read_yuv420(Backdrop())
            shot.read_yuva444()
        device.check_errors("closing a shot")

    def settled() -> dict[str, int]:
        gc.collect()
        return live_objects()

    for index in range(4):
        one_job(index)
    objects = settled()
    for index in range(12):
        one_job(index)
    assert settled() == objects


def test_a_single_frame_has_the_shadow_of_its_moment(
    device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model too heavy for live shadows, a video has the mean over the animation."""
    monkeypatch.setattr(shadow, "LIVE_TRIANGLES", 0)
    spec = dataclasses.replace(SPEC, animation="Go", frame_count=30)
    still, video = (
        frame(device, moving_ball(), light_cache, spec=each)[..., 3].astype(np.int64)
        for each in (dataclasses.replace(spec, frame_count=1), spec)
    )
    ball = video == 255
    assert np.array_equal(ball, still == 255)
    right_of_it = slice(np.nonzero(ball)[1].max() + 12, None)
    assert still[:, right_of_it].sum() < 0.5 * video[:, right_of_it].sum()


@pytest.mark.parametrize("elevation", [-90, -40])
def test_seen_from_below_a_model_floats_and_is_lit(device: Device, light_cache: Path, elevation: float) -> None:
    spec = dataclasses.replace(SPEC, elevation=elevation, reflector=True)
    picture = frame(device, ball(), light_cache, spec=spec)
    assert picture[36, 64, :3].min() > 60  # on a floor its underside would be black
    assert not picture[:, :20].any()
    assert not picture[:, -20:].any()
