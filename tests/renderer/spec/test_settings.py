"""The settings table and its parser: defaults, ranges, types, and errors that name the field."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.errors import SettingsError
from renderer.spec import SETTINGS, RenderSettings, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S


def test_no_settings_mean_the_documented_defaults() -> None:
    assert parse_settings(None).to_json() == {
        "quality": "share", "effect": "turntable", "output": "video", "aspect": "16:9", "bg_color": "#ffffff",
        "bg_align": "top-left", "fg_align": "center", "vignette": 0.0, "length": 6.0, "fps": 30, "formats": [],
        "transparent": False, "animation_speed": 1.0,
        "shadows": True, "reflector": False, "lighting": "studio", "tone_mapping": "neutral", "easing": True,
        "rotate_y": 0, "tilt_x": 0, "pan_x": 0, "roll_z": 0, "zoom": 1.0, "framing": "model",
    }


def test_a_still_has_its_own_defaults_and_none_of_a_videos() -> None:
    assert parse_settings({"output": "image", "effect": "reveal", "sweep_angle": 90, "length": 4}).to_json() == {
        "quality": "share", "output": "image", "image_format": "png", "transparent": False, "camera": "front",
        "aspect": "16:9", "bg_color": "#ffffff", "bg_align": "top-left", "fg_align": "center", "vignette": 0.0,
        "shadows": True, "reflector": False, "lighting": "studio", "tone_mapping": "neutral",
        "rotate_y": 0, "tilt_x": 0, "pan_x": 0, "roll_z": 0, "zoom": 1.0, "framing": "model",
    }


def test_table_and_dataclass_agree() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(RenderSettings)}
    assert {row.name: row.default for row in SETTINGS} == fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quality", "8k"), ("quality", 1), ("quality", ""), ("effect", "spin"), ("aspect", "4:3"),
        ("bg_color", "ffffff"), ("bg_color", "#fff"), ("bg_color", "#gggggg"), ("bg_color", "#ffffff\n"),
        ("bg_color", 0),
        ("bg_image_id", "abc"), ("bg_image_id", "abc123DEF45/"), ("bg_image_id", "abc123DEF4567"), ("bg_image_id", 7),
        ("bg_align", "middle"), ("bg_align", ""),
        ("length", 2.99), ("length", 30.01), ("length", "6"), ("length", True), ("length", float("nan")),
        ("length", float("inf")), ("animation", ""), ("animation", 7), ("animation_speed", 0), ("shadows", "true"),
        ("shadows", 1), ("easing", 0), ("rotate_y", 181), ("rotate_y", 0.5), ("tilt_x", -91), ("zoom", 0.49),
        ("zoom", 2.01), ("sweep_angle", 9.9), ("sweep_angle", 1080.1), ("sweep_angle", "540"),
        ("ease_out_ratio", -0.01), ("ease_out_ratio", 1.01), ("amplitude", 4.9), ("amplitude", 180.1),
        ("zoom_start", 0.09), ("zoom_start", 3.01), ("zoom_end", 0.09), ("zoom_end", 3.01), ("scale_from", -0.01),
        ("scale_from", 1.01), ("scale_from", True), ("vignette", 1.5), ("lighting", "disco"), ("lighting", ""),
        ("image_format", "jpeg"), ("image_format", True), ("transparent", "true"),
        ("transparent", 1), ("camera", "side"),
        ("camera", 45), ("azimuth", 360.1), ("azimuth", "left"), ("elevation", 90.1), ("elevation", -91),
        ("fg_align", "middle"), ("fg_image_id", "abc"), ("fg_image_id", 7),
        ("material_variant", ""), ("material_variant", 7),
        ("size", "1000"), ("size", "1000x"), ("size", [1000]), ("size", 1000), ("size", "1000x1000x2"),
        ("size", "62x62"), ("size", "4098x64"), ("size", [-64, 64]), ("size", [64.5, 64]),
        ("fps", 23), ("fps", 61), ("fps", 29.97), ("formats", "jpeg"), ("formats", ["webp", "mp4"]), ("formats", 1),
        ("formats", {"webp": True}), ("formats", [["webp"]]), ("time", -0.1), ("time", "1"),
        ("tone_mapping", "filmic"), ("tone_mapping", True), ("reflector", "true"),
        ("dataset_quality", "100x801"), ("dataset_quality", 100), ("coverage", "dome"), ("coverage", ["sphere"]),
        ("dataset_format", "ngp"), ("dataset_format", False), ("dataset_depth", "ray"),
        pytest.param("rotate_y", 10**400, id="rotate_y-huge"),
    ],
)
def test_a_value_out_of_range_or_of_the_wrong_type_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=field) as error:
        parse_settings({field: value})
    assert error.value.field == field


@pytest.mark.parametrize(
    "asked",
    [{"output": "dataset"}, {"effect": "dataset"}, {"output": "dataset", "effect": "dataset"},
     {"output": "dataset", "effect": "turntable"}, {"output": None, "effect": "dataset", "quality": "pro"}],
)
def test_either_word_asks_for_a_training_set_and_only_its_settings_are_echoed(asked: dict[str, Any]) -> None:
    assert parse_settings(asked).to_json() == {
        "quality": asked.get("quality", "share"), "output": "dataset", "effect": "dataset",
        "dataset_quality": "100x800", "coverage": "hemisphere",
        "dataset_format": "nerfstudio", "dataset_depth": "coded",
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"output": "video", "effect": "dataset"}, "output"), ({"output": "dataset", "effect": "reveal"}, "effect")],
)
def test_words_that_contradict_each_other_are_refused(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(asked)
    assert error.value.field == field


@pytest.mark.parametrize("data", ["turntable", 3, ["quality"], True])
def test_settings_must_be_an_object(data: object) -> None:
    with pytest.raises(SettingsError, match="JSON object"):
        parse_settings(data)


def test_unknown_keys_are_ignored_and_not_echoed() -> None:
    assert "sparkle" not in parse_settings({"sparkle": True}).to_json()


@pytest.mark.parametrize("given", ["640x360", [640, 360]])
def test_a_size_is_a_text_or_a_pair_and_takes_the_place_of_the_aspect(given: object) -> None:
    told = parse_settings({"size": given, "aspect": "1:1"}).to_json()
    assert told["size"] == "640x360"
    assert "aspect" not in told


@pytest.mark.parametrize(
    ("quality", "most", "too_many"),
    [("share", "720x720", "722x720"), ("standard", "1440x1440", "1442x1440"), ("4k", "4096x2024", "4096x2026"),
     ("pro", "2880x2880", "2882x2880")],
)
def test_a_size_has_at_most_as_many_pixels_as_its_quality(quality: str, most: str, too_many: str) -> None:
    assert parse_settings({"quality": quality, "size": most}).size == most
    for output in ("video", "image"):
        with pytest.raises(SettingsError, match=f"quality {quality} may have") as error:
            parse_settings({"quality": quality, "size": too_many, "output": output})
        assert error.value.field == "size"


def test_only_videos_need_even_sides() -> None:
    assert parse_settings({"size": "401x333", "output": "image"}).size == "401x333"
    with pytest.raises(SettingsError, match="even sides"):
        parse_settings({"size": "401x334"})


@pytest.mark.parametrize("given", ["gif, webp", "webp gif", ["gif", "webp", "gif"]])
def test_formats_are_a_list_or_a_text_each_once_in_the_order_of_the_table(given: object) -> None:
    assert parse_settings({"formats": given}).formats == ("webp", "gif")
    assert parse_settings({"formats": given}).to_json()["formats"] == ["webp", "gif"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"formats": ["png"]}, "png needs quality pro"),
        ({"formats": ["exr"], "quality": "4k"}, "exr needs quality pro"),
        ({"formats": ["spin"], "effect": "showcase"}, "spin needs the effect turntable"),
        ({"formats": ["spin"], "sweep_angle": 180}, "spin needs the effect turntable, all around"),
        ({"formats": ["png"], "quality": "pro", "length": 30}, "are allowed: ask for a smaller size"),
    ],
)
def test_formats_that_a_video_can_not_be_had_in_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(SettingsError, match=why) as error:
        parse_settings(settings)
    assert error.value.field == "formats"
    assert parse_settings({**settings, "output": "image"}).output == "image"


def test_null_means_the_default() -> None:
    assert parse_settings({row.name: None for row in SETTINGS}) == RenderSettings()


def test_whole_floats_count_as_integers() -> None:
    assert parse_settings({"rotate_y": 90.0}).to_json()["rotate_y"] == 90


def test_admins_may_ask_for_long_videos() -> None:
    assert parse_settings({"length": 600}, max_length_s=MAX_LENGTH_ADMIN_S).length == 600
    with pytest.raises(SettingsError, match="between 3 and 600"):
        parse_settings({"length": 601}, max_length_s=MAX_LENGTH_ADMIN_S)


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [("sweep_angle", 10, 1080), ("ease_out_ratio", 0, 1), ("amplitude", 5, 180), ("zoom_start", 0.1, 3),
     ("zoom_end", 0.1, 3), ("scale_from", 0, 1)],
)
def test_the_effects_parameters_have_no_default_of_their_own_and_take_their_ends(
    field: str, lowest: float, highest: float
) -> None:
    assert field not in parse_settings({}).to_json()
    for value in (lowest, highest):
        assert parse_settings({field: value}).to_json()[field] == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([row.name for row in SETTINGS]), json_values, max_size=4))
def test_any_json_is_either_parsed_or_refused_with_a_field_of_the_table(data: dict[str, Any]) -> None:
    refused = None
    try:
        settings = parse_settings(data)
    except SettingsError as error:
        refused = error.field
    if refused is None:
        assert parse_settings(settings.to_json()) == settings
    else:
        assert refused in data
