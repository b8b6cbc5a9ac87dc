"""dx.gl's names for what the farm calls otherwise."""

import pytest

from api.errors import FarmError, InvalidRequest, InvalidSettings, ModelNotFound
from api.http.dxgl.spelling import SETTINGS_NAMES, neutral, spell, spelled
from renderer.spec import SETTINGS, RenderSettings, parse_settings


def test_every_setting_has_one_name() -> None:
    assert list(SETTINGS_NAMES) == [row.name for row in SETTINGS]
    assert len(set(SETTINGS_NAMES.values())) == len(SETTINGS_NAMES)


def test_a_name_never_means_another_setting() -> None:
    assert all(SETTINGS_NAMES.get(name, name) == name for name in SETTINGS_NAMES.values())


@pytest.mark.parametrize("output", ["video", "image", "dataset"])
def test_settings_survive_the_way_there_and_back(output: str) -> None:
    settings = RenderSettings(output=output, effect="dataset" if output == "dataset" else "turntable", tilt_x=5)
    assert parse_settings(neutral(spell(settings))) == (settings if output != "dataset" else RenderSettings(
        output="dataset", effect="dataset"
    ))


def test_names_of_the_farm_are_none_of_dx_gls() -> None:
    assert neutral({"bg_color": "#000000", "sparkle": 1, "bgColor": "#ffffff"}) == {"bg_color": "#ffffff"}


@pytest.mark.parametrize(
    ("error", "message", "param"),
    [
        (InvalidSettings("tilt_x must be a number", param="tilt_x"), "tiltX must be a number", "tiltX"),
        (
            InvalidSettings("bg_image_id: there is no overlay x", param="orders[2].settings.bg_image_id"),
            "bgImageId: there is no overlay x",
            "renders[2].renderSettings.bgImageId",
        ),
        (InvalidSettings("no bg_color here", param="bg_color"), "no bg_color here", "bgColor"),
        (InvalidSettings("zoom_starting is odd", param="zoom_start"), "zoom_starting is odd", "zoomStart"),
        (InvalidSettings(), "Invalid renderSettings value", None),
        (ModelNotFound(param="orders[0].model_id"), "Model not found", "renders[0].modelId"),
        (InvalidRequest("title has up to 200 characters", param="title"), "title has up to 200 characters", "title"),
    ],
)
def test_errors_name_fields_as_dx_gl_does(error: FarmError, message: str, param: str | None) -> None:
    told = spelled(error)
    assert (type(told), told.message, told.param) == (type(error), message, param)
    again = spelled(told)
    assert (again.message, again.param) == (message, param)
