"""Settings in the spelling that JSON often has."""

from renderer.spec import SETTINGS, parse_settings
from renderer.spec.spelling import camel_case, snake_case, snake_case_keys


def test_every_name_of_the_table_survives_the_way_there_and_back() -> None:
    names = [row.name for row in SETTINGS]
    assert [snake_case(camel_case(name)) for name in names] == names
    assert [snake_case(name) for name in names] == names
    assert camel_case("bg_image_id") == "bgImageId"


def test_settings_of_either_spelling_are_the_same() -> None:
    either = ({"sweepAngle": 90, "bgColor": "#000000"}, {"sweep_angle": 90, "bg_color": "#000000"})
    camel, snake = (parse_settings(snake_case_keys(settings)) for settings in either)
    assert camel == snake
    assert (camel.sweep_angle, camel.bg_color) == (90, "#000000")
