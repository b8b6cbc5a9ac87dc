"""From a template's content to works and prices; and what is wanted of it, checked."""

import dataclasses
from typing import Any

import pytest

from api.domain.projects.content import parse_content
from api.domain.projects.plans import CHOICES, OutputSettings, Planned, planned
from api.errors import InvalidSettings
from renderer.spec import (
    Angle,
    FrameSpec,
    StillsSpec,
    StillVariant,
    VideoVariant,
    parse_settings,
    plan_image,
    plan_video,
)

CONTENT = parse_content({
    "look": {"lighting": "dark", "bgColor": "#102030", "bgImageId": "abcdefABCDEF", "tiltX": 10},
    "bookmarks": [
        {"name": "Front View"}, {"name": "From Below", "elevation": -30}, {"name": "Side View", "azimuth": 90},
        {"name": "Front Again"},
    ],
    "shots": [
        {"name": "360 Spin"}, {"name": "Orbit", "effect": "zoom-orbit", "length": 12, "zoomEnd": 0.5, "rotateY": 20},
    ],
})  # fmt: skip


def plans(variant: str | None = None, **settings: Any) -> list[Planned]:
    return planned(CONTENT, OutputSettings(**settings), material_variant=variant)


def test_pictures_come_before_videos_in_the_order_of_the_content() -> None:
    assert [(plan.name, plan.file_type, plan.is_video) for plan in plans()] == [
        ("Front View", "PNG", False), ("From Below", "PNG", False), ("Side View", "PNG", False),
        ("Front Again", "PNG", False), ("360 Spin", "MP4", True), ("Orbit", "MP4", True),
    ]  # fmt: skip
    assert [plan.name for plan in plans(render_bookmarks=False)] == ["360 Spin", "Orbit"]
    assert len(plans(render_shots=False)) == 4
    assert plans(render_bookmarks=False, render_shots=False) == []


def test_pictures_of_a_model_share_one_work_but_for_those_from_below() -> None:
    front, below, side, again = (plan.work for plan in plans(render_shots=False))
    assert front.key("0" * 64) == side.key("0" * 64) == again.key("0" * 64) != below.key("0" * 64)
    assert {work.kind for work in (front, below, side, again)} == {"stills"}
    spec = StillsSpec.from_json(dict(front.spec))
    assert spec.angles == (Angle(0, 12), Angle(90, 12))
    assert StillsSpec.from_json(dict(below.spec)).angles == (Angle(0, -30),)
    wanted = [StillVariant.from_json(dict(work.variant)).angle for work in (front, below, side, again)]
    assert wanted == [0, 0, 1, 0]
    assert [work.frame_count for work in (front, below, side, again)] == [2, 1, 2, 2]
    assert plans("Red")[0].work.key("0" * 64) != front.key("0" * 64)


def test_each_picture_is_the_still_that_its_settings_ask_for() -> None:
    for plan in plans("Red", render_shots=False):
        still = plan_image(plan.settings)
        variant = StillVariant.from_json(dict(plan.work.variant))
        by_the_sphere = dataclasses.replace(still.frames, framing="sphere")
        assert StillsSpec.from_json(dict(plan.work.spec)).seen_from(variant.angle) == by_the_sphere
        assert variant.image == still.variant
        assert still.frames.material_variant == "Red"
        assert still.variant.backdrop.image == "abcdefABCDEF"
        assert parse_settings(plan.settings.to_json()) == plan.settings  # orders look the overlays up in it


def test_each_video_is_the_one_that_its_settings_ask_for_without_a_web_version() -> None:
    for plan in plans(render_bookmarks=False):
        video = plan_video(plan.settings)
        assert FrameSpec.from_json(dict(plan.work.spec)) == video.frames
        variant = VideoVariant.from_json(dict(plan.work.variant))
        assert variant == dataclasses.replace(video.variant, web_size=None)
    orbit = FrameSpec.from_json(dict(plans()[-1].work.spec))
    assert (orbit.effect, orbit.zoom_end, orbit.rotate_y, orbit.frame_count, orbit.tilt_x) == (
        "zoom-orbit", 0.5, 20, 360, 10
    )  # fmt: skip


@pytest.mark.parametrize(("aspect", "sizes"), [
    ("16:9", [(1280, 720), (1920, 1080), (3840, 2160)]), ("1:1", [(720, 720), (1080, 1080), (2160, 2160)]),
    ("9:16", [(720, 1280), (1080, 1920), (2160, 3840)]),
])  # fmt: skip
def test_sizes_and_prices(aspect: str, sizes: list[tuple[int, int]]) -> None:
    content = parse_content({"look": {"aspect": aspect}, "bookmarks": [{"name": "a"}], "shots": [{"name": "b"}]})
    for number, size in enumerate(sizes):
        picture, video = planned(
            content, OutputSettings(image_quality=number, video_resolution=number), material_variant=None
        )
        frames = StillsSpec.from_json(dict(picture.work.spec)).frames
        moving = FrameSpec.from_json(dict(video.work.spec))
        for drawn, told in ((frames, picture.told), (moving, video.told)):
            assert ((drawn.width, drawn.height), (told["width"], told["height"])) == (size, size)
        assert (picture.credits, video.credits) == (1, [2, 4, 16][number])
        [best] = planned(
            content, OutputSettings(render_bookmarks=False, video_quality=2, video_resolution=number),
            material_variant=None,
        )  # fmt: skip
        assert (best.file_type, best.credits) == ("PRORES", [8, 16, 64][number])
        assert VideoVariant.from_json(dict(best.work.variant)).codec == "prores4444"


def test_the_fastest_video_costs_what_the_balanced_one_does_and_is_encoded_otherwise() -> None:
    fastest, balanced = (plans(render_bookmarks=False, video_quality=number)[0] for number in (0, 1))
    assert (fastest.file_type, fastest.credits) == (balanced.file_type, balanced.credits) == ("MP4", 4)
    codecs = [VideoVariant.from_json(dict(each.work.variant)).codec for each in (fastest, balanced)]
    assert codecs == ["h264-fast", "h264"]
    assert fastest.work.key("0" * 64) == balanced.work.key("0" * 64)  # the same frames


def test_lists_are_told_what_was_asked_for_and_by_which_name() -> None:
    front, *_, orbit = plans("Red")
    assert {name: front.told[name] for name in ("name", "azimuth", "elevation", "zoom", "materialVariant")} == {
        "name": "Front View", "azimuth": 0, "elevation": 12, "zoom": 1, "materialVariant": "Red",
    }  # fmt: skip
    assert (orbit.told["effect"], orbit.told["zoomEnd"], orbit.told["lighting"]) == ("zoom-orbit", 0.5, "dark")
    assert "azimuth" not in orbit.told
    assert "environmentId" not in orbit.told
    assert "materialVariant" not in plans()[0].told


def test_what_is_wanted_is_all_of_it_in_1080p_by_default() -> None:
    assert OutputSettings.from_json({}) == OutputSettings.from_json({"imageQuality": None}) == OutputSettings()
    assert OutputSettings().to_json() == {
        "renderBookmarks": True, "renderShots": True, "renderVariants": True, "imageQuality": 1, "videoQuality": 1,
        "videoResolution": 1,
    }  # fmt: skip
    chosen = OutputSettings(render_shots=False, image_quality=2, video_quality=0, video_resolution=0)
    assert OutputSettings.from_json(chosen.to_json()) == chosen
    assert OutputSettings().renders_anything
    assert not OutputSettings(render_bookmarks=False, render_shots=False).renders_anything


@pytest.mark.parametrize(("data", "param", "message"), [
    ([], "settings", "settings must be a JSON object"),
    ({"imageQuality": 7}, "settings.imageQuality", "imageQuality must be one of 0 (720p), 1 (1080p), 2 (4K)"),
    ({"imageQuality": True}, "settings.imageQuality", "imageQuality must be one of"),
    ({"imageQuality": 1.0}, "settings.imageQuality", "imageQuality must be one of"),
    ({"videoResolution": -1}, "settings.videoResolution", "videoResolution must be one of 0 (720p)"),
    ({"videoQuality": "1"}, "settings.videoQuality", "videoQuality must be one of 0 (Fastest, MP4)"),
    ({"renderShots": 1}, "settings.renderShots", "renderShots must be true or false"),
    ({"render_shots": True}, "settings.render_shots", "render_shots is no such setting; there are renderBookmarks"),
])  # fmt: skip
def test_a_wrong_setting_is_named_with_what_is_allowed(data: object, param: str, message: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        OutputSettings.from_json(data)
    assert (caught.value.param, caught.value.message[: len(message)]) == (param, message)


def test_every_number_has_a_meaning() -> None:
    for name, choices in CHOICES.items():
        for number in range(len(choices)):
            assert OutputSettings.from_json({name: number}).to_json()[name] == number
