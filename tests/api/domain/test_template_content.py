"""What a template's content may be, and what is said of one that can't be."""

import copy
from typing import Any

import pytest

from api.domain.projects.builtin import BUILTIN
from api.domain.projects.content import LOOK, MOST_ITEMS, NAME_LENGTH, SHOT, Bookmark, parse_content
from api.errors import InvalidSettings
from api.ids import is_id
from renderer.spec import SETTINGS
from renderer.spec.plan import EFFECT_PARAMETERS

CONTENT: dict[str, Any] = {
    "look": {"lighting": "dark", "bgColor": "#102030", "environmentId": None, "vignette": 0.5, "aspect": "1:1"},
    "bookmarks": [{"name": "Front View", "azimuth": 0, "elevation": 12, "zoom": 1}, {"name": " Top View "}],
    "shots": [{"name": "360 Spin", "effect": "zoom-orbit", "length": 6, "easing": False, "zoomEnd": 0.5}],
}


def changed(*path: str | int, value: object) -> dict[str, Any]:
    """CONTENT but for the value at the path."""
    content = copy.deepcopy(CONTENT)
    at: Any = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return content


def test_what_is_missing_is_as_render_settings_have_it_by_default() -> None:
    content = parse_content(CONTENT)
    assert content.bookmarks == (Bookmark("Front View", 0, 12, 1), Bookmark("Top View", 0, 12, 1))
    assert (content.look.lighting, content.look.bg_color, content.look.tone_mapping) == ("dark", "#102030", "neutral")
    [spin] = content.shots
    assert (spin.name, spin.motion.zoom_end, spin.motion.zoom_start, spin.motion.length) == ("360 Spin", 0.5, None, 6)


@pytest.mark.parametrize("data", [CONTENT, {"shots": [{"name": "a"}]}, {"look": None, "bookmarks": [{"name": "a"}]}])
def test_as_json_it_is_the_same_content(data: dict[str, Any]) -> None:
    content = parse_content(data)
    assert parse_content(content.to_json()) == content
    assert content.to_json()["look"]["lighting"] == content.look.lighting


@pytest.mark.parametrize(("data", "param", "message"), [
    (None, None, "content must be a JSON object"),
    ([], None, "content must be a JSON object"),
    ({}, "bookmarks", "bookmarks and shots must be 1 to 50 together"),
    ({**CONTENT, "lights": []}, "lights", "lights is no field of content, which has look, bookmarks, shots"),
    ({**CONTENT, "look": "dark"}, "look", "look must be a JSON object"),
    ({**CONTENT, "bookmarks": {"name": "a"}}, "bookmarks", "bookmarks must be a list"),
    ({**CONTENT, "shots": [[]]}, "shots[0]", "a shot must be a JSON object"),
    (changed("look", "lighting", value="neon"), "look.lighting", "lighting must be one of "),
    (changed("look", "bgColor", value="red"), "look.bgColor", "bgColor must be a colour such as "),
    (changed("look", "bg_color", value="#ffffff"), "look.bg_color", "bg_color is no field of look, which has lighting"),
    (changed("look", "azimuth", value=3), "look.azimuth", "azimuth is no field of look"),
    (changed("look", "quality", value="4k"), "look.quality", "quality is no field of look"),
    (changed("bookmarks", 1, "elevation", value=91), "bookmarks[1].elevation", "elevation must be between -90 and 90"),
    (changed("bookmarks", 1, "zoom", value="1"), "bookmarks[1].zoom", "zoom must be a number"),
    (changed("bookmarks", 0, "length", value=3), "bookmarks[0].length", "length is no field of a bookmark"),
    (changed("bookmarks", 1, "name", value="Front View"), "bookmarks[1].name", 'name "Front View" is another one'),
    (changed("bookmarks", 1, "name", value=" "), "bookmarks[1].name", "name must be a text of 1 to 100 characters"),
    (changed("bookmarks", 1, "name", value="x" * (NAME_LENGTH + 1)), "bookmarks[1].name", "name must be a text"),
    (changed("bookmarks", 1, "name", value="a\x00b"), "bookmarks[1].name", "name must be a text"),
    (changed("bookmarks", 1, "name", value=7), "bookmarks[1].name", "name must be a text"),
    ({"bookmarks": [{}]}, "bookmarks[0].name", "name must be a text"),
    (changed("shots", 0, "effect", value="dataset"), "shots[0].effect", 'effect must be one of "turntable", '),
    (changed("shots", 0, "effect", value=[]), "shots[0].effect", "effect must be one of "),
    (changed("shots", 0, "length", value=31), "shots[0].length", "length must be between 3 and 30"),
    (changed("shots", 0, "zoomEnd", value=9), "shots[0].zoomEnd", "zoomEnd must be between 0.1 and 3"),
    (changed("shots", 0, "x" * 300, value=9), "shots[0]." + "x" * 50, "x" * 50 + " is no field of a shot"),
    (changed("look", "\ud800", value=9), "look.\ufffd", "\ufffd is no field of look"),
    (changed("look", value=False), "look", "look must be a JSON object"),
    (changed("shots", value=""), "shots", "shots must be a list"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(data: object, param: str | None, message: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        parse_content(data)
    assert (caught.value.param, caught.value.message[: len(message)]) == (param, message)


def test_there_are_no_more_items_than_may_be() -> None:
    items = [{"name": str(number)} for number in range(MOST_ITEMS + 1)]
    parse_content({"bookmarks": items[:20], "shots": items[20:-1]})
    with pytest.raises(InvalidSettings, match="1 to 50"):
        parse_content({"bookmarks": items[:20], "shots": items[20:]})


def test_every_setting_of_how_a_picture_or_a_video_looks_can_be_given() -> None:
    given_elsewhere = {
        "quality", "output", "image_format", "transparent", "camera", "material_variant", "size", "fps", "formats",
        "time",
    }  # fmt: skip
    known = {row.name for row in SETTINGS if {"image", "video"} & set(row.outputs)} - given_elsewhere
    assert {*LOOK, *SHOT, "azimuth", "elevation"} == known
    assert {name for names in EFFECT_PARAMETERS.values() for name in names} <= set(SHOT)


def test_the_farms_own_templates_have_four_bookmarks_and_a_spin() -> None:
    assert [template.name for template in BUILTIN] == ["Studio Light", "Dark Studio", "Outdoor Scene"]
    assert len({template.id for template in BUILTIN}) == 3
    for template in BUILTIN:
        assert is_id(template.id)
        assert template.description.endswith(".")
        assert template.tags
        names = [bookmark.name for bookmark in template.content.bookmarks]
        assert names == ["Front View", "Three-Quarter View", "Side View", "Top View"]
        assert [shot.name for shot in template.content.shots] == ["360 Spin"]
    lights = [template.content.look.lighting for template in BUILTIN]
    assert lights == ["studio", "dark", "outdoor"]
