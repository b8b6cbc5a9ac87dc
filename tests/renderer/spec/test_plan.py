"""From settings to frames: sizes, counts and frame keys."""

import dataclasses
import json

import pytest

from renderer.spec import (
    Backdrop,
    Foreground,
    FrameSpec,
    ImageVariant,
    VideoVariant,
    parse_settings,
    plan_image,
    plan_preview,
    plan_video,
)
from renderer.spec.cameras import CAMERAS


@pytest.mark.parametrize(
    ("quality", "aspect", "size", "web"),
    [
        ("share", "16:9", (960, 540), (960, 540)),
        ("share", "1:1", (540, 540), (540, 540)),
        ("share", "9:16", (540, 960), (540, 960)),
        ("standard", "16:9", (1920, 1080), (1280, 720)),
        ("standard", "1:1", (1080, 1080), (1080, 1080)),
        ("standard", "9:16", (1080, 1920), (720, 1280)),
        ("4k", "16:9", (3840, 2160), (1920, 1080)),
        ("4k", "1:1", (2160, 2160), (1920, 1920)),
        ("4k", "9:16", (2160, 3840), (1080, 1920)),
        ("pro", "16:9", (3840, 2160), (1920, 1080)),
        ("pro", "1:1", (2160, 2160), (1920, 1920)),
        ("pro", "9:16", (2160, 3840), (1080, 1920)),
    ],
)
def test_tiers_keep_their_short_side_in_every_aspect(
    quality: str, aspect: str, size: tuple[int, int], web: tuple[int, int]
) -> None:
    plan = plan_video(parse_settings({"quality": quality, "aspect": aspect}))
    assert (plan.frames.width, plan.frames.height) == size
    assert plan.variant.web_size == web
    assert plan.variant.codec == ("prores4444" if quality == "pro" else "h264")


def test_pro_and_4k_share_their_frames() -> None:
    keys = {plan_video(parse_settings({"quality": quality})).frames for quality in ("4k", "pro")}
    assert len(keys) == 1


@pytest.mark.parametrize(("length", "frames"), [(3, 90), (6, 180), (4.7, 141), (30, 900)])
def test_a_video_has_thirty_frames_a_second(length: float, frames: int) -> None:
    plan = plan_video(parse_settings({"length": length}))
    assert (plan.frames.frame_count, plan.frames.fps) == (frames, 30)


def test_the_preview_is_a_short_540p_loop() -> None:
    frames = plan_preview().frames
    assert (frames.width, frames.height) == (960, 540)
    assert frames.frame_count / frames.fps == 2.4
    assert not frames.easing


@pytest.mark.parametrize("quality", ["share", "standard", "4k", "pro"])
@pytest.mark.parametrize("aspect", ["16:9", "1:1", "9:16"])
def test_a_still_has_the_size_and_the_camera_of_the_videos_first_frame(quality: str, aspect: str) -> None:
    look = {"quality": quality, "aspect": aspect, "tilt_x": 5, "zoom": 1.5, "shadows": False, "animation": "*",
            "material_variant": "Red", "lighting": "dark", "bg_color": "#ff8800", "fg_image_id": "abc123DEF456"}
    still, video = plan_image(parse_settings({"output": "image", **look})), plan_video(parse_settings(look))
    assert still.frames == dataclasses.replace(video.frames, frame_count=1, time=None)
    assert (still.variant.backdrop, still.variant.foreground) == (video.variant.backdrop, video.variant.foreground)


@pytest.mark.parametrize("camera", CAMERAS)
def test_numbers_take_the_place_of_a_named_camera_and_rotate_y_is_added(camera: str) -> None:
    azimuth, elevation = CAMERAS[camera]
    for given, stands in (
        ({}, (azimuth, elevation)),
        ({"rotate_y": -30}, (azimuth - 30, elevation)),
        ({"azimuth": 12.5}, (12.5, elevation)),
        ({"azimuth": 12.5, "rotate_y": 10}, (22.5, elevation)),
        ({"elevation": 0}, (azimuth, 0)),
    ):
        frames = plan_image(parse_settings({"output": "image", "camera": camera, **given})).frames
        assert (frames.rotate_y, frames.elevation) == stands


def test_what_only_videos_know_changes_no_still() -> None:
    moving = {"effect": "reveal", "sweep_angle": 90, "length": 9, "easing": False, "zoom_start": 2,
              "animation_speed": 2}
    assert plan_image(parse_settings({"output": "image", **moving})) == plan_image(parse_settings({"output": "image"}))


def test_only_animations_are_shown_at_a_time() -> None:
    clip = {"animation": "*"}
    for settings, time in (({}, 0.0), ({"time": 2}, 0.0), (clip, None), ({**clip, "time": 2}, 2)):
        assert plan_image(parse_settings({"output": "image", **settings})).frames.time == time


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_more_frames_a_second_make_no_longer_video(fps: int) -> None:
    frames = plan_video(parse_settings({"fps": fps, "length": 4.5})).frames
    assert (frames.fps, frames.frame_count) == (fps, 4.5 * fps)


def test_a_size_is_the_frames_and_the_web_version_keeps_its_aspect() -> None:
    plan = plan_video(parse_settings({"quality": "standard", "size": [1440, 960]}))
    assert (plan.frames.width, plan.frames.height, plan.variant.web_size) == (1440, 960, (1280, 854))
    still = plan_image(parse_settings({"output": "image", "size": "333x401"})).frames
    assert (still.width, still.height) == (333, 401)


def test_formats_share_their_frames_and_are_transparent_where_asked_or_where_the_video_is() -> None:
    settings: list[dict[str, object]] = [{}, {"formats": ["webm"]}, {"formats": ["webm"], "transparent": True}]
    plans = [plan_video(parse_settings(each)) for each in settings]
    assert len({plan.frames for plan in plans}) == 1
    assert [plan.variant.transparent for plan in plans] == [False, False, True]
    assert plan_video(parse_settings({"quality": "pro"})).variant.transparent


def test_stills_of_any_format_share_their_frame() -> None:
    made = ({"image_format": "webp"}, {"image_format": "avif", "transparent": True}, {"bg_color": "#000000"},
            {"fg_image_id": "abc123DEF456"})
    plans = [plan_image(parse_settings({"output": "image", **settings})) for settings in made]
    assert len({plan.frames for plan in plans}) == 1
    assert len({plan.variant for plan in plans}) == len(made)


def test_specs_survive_json() -> None:
    plan = plan_video(parse_settings({
        "quality": "standard", "bg_color": "#ff8800", "vignette": 0.5, "animation": "*",
        "bg_image_id": "abc123DEF456", "bg_align": "center", "fg_image_id": "abc123DEF457", "fg_align": "top-right",
    }))
    assert plan.variant.foreground == Foreground("abc123DEF457", "top-right")
    assert FrameSpec.from_json(json.loads(json.dumps(plan.frames.to_json()))) == plan.frames
    for variant in (plan.variant, dataclasses.replace(plan.variant, codec="prores4444", web_size=None)):
        assert VideoVariant.from_json(json.loads(json.dumps(variant.to_json()))) == variant
    for image in (ImageVariant(Backdrop()), ImageVariant(plan.variant.backdrop, "avif", True, plan.variant.foreground)):
        assert ImageVariant.from_json(json.loads(json.dumps(image.to_json()))) == image


def test_equal_frames_have_equal_keys_whatever_they_are_composited_on() -> None:
    around = ({"bg_color": "#000000"}, {"bg_image_id": "abc123DEF456"}, {"bg_align": "center"}, {"vignette": 1},
              {"fg_image_id": "abc123DEF456"})
    keys = {plan_video(parse_settings(layers)).frames for layers in around}
    assert keys == {plan_video(parse_settings({})).frames}


@pytest.mark.parametrize("change", [{"zoom": 1.1}, {"shadows": False}, {"aspect": "1:1"}, {"length": 7}, {"tilt_x": 1},
                                    {"effect": "showcase"}, {"material_variant": "Red"}])
def test_whatever_changes_pixels_changes_the_frame_key(change: dict[str, object]) -> None:
    base, changed = plan_video(parse_settings({})).frames, plan_video(parse_settings(change)).frames
    assert base != changed


@pytest.mark.parametrize(
    ("effect", "parameters"),
    [
        ("turntable", {"sweep_angle": 360}),
        ("hero-spin", {"sweep_angle": 540, "ease_out_ratio": 0.6}),
        ("showcase", {"amplitude": 60}),
        ("zoom-orbit", {"sweep_angle": 360, "zoom_start": 1.0, "zoom_end": 0.7}),
        ("reveal", {"sweep_angle": 180, "scale_from": 0}),
    ],
)
def test_each_effect_has_its_documented_defaults(effect: str, parameters: dict[str, float]) -> None:
    frames = plan_video(parse_settings({"effect": effect})).frames
    assert frames == dataclasses.replace(plan_video(parse_settings({})).frames, effect=effect, **parameters)  # type: ignore[arg-type]


def test_parameters_change_the_frame_key_of_their_own_effect_only() -> None:
    given = {"sweep_angle": 90, "ease_out_ratio": 0, "amplitude": 20, "zoom_start": 2, "zoom_end": 2, "scale_from": 0.5}
    own = {
        "turntable": {"sweep_angle"}, "hero-spin": {"sweep_angle", "ease_out_ratio"}, "showcase": {"amplitude"},
        "zoom-orbit": {"sweep_angle", "zoom_start", "zoom_end"}, "reveal": {"sweep_angle", "scale_from"},
    }
    for effect, names in own.items():
        plain = plan_video(parse_settings({"effect": effect})).frames
        for name, value in given.items():
            changed = plan_video(parse_settings({"effect": effect, name: value})).frames
            assert (changed != plain) == (name in names), (effect, name)


def test_a_backdrop_gives_its_colour_as_floats() -> None:
    assert Backdrop("#ff8800").rgb == (1.0, 136 / 255, 0.0)
