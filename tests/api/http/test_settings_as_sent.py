"""Render settings as forms, spreadsheets and hurried people send them: understood, or told where they belong."""

import json
from typing import Any

import pytest

from tests.support.web import Web


def echoed(web: Web, model_id: str, settings: object) -> dict[str, Any]:
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": settings})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]["renderSettings"]
    return data


AS_TEXT = {"length": "4.7", "rotateY": "-45", "shadows": "false", "easing": "TRUE", "zoom": " 1.5 ", "aspect": "1:1"}
MEANT = {"length": 4.7, "rotateY": -45, "shadows": False, "easing": True, "zoom": 1.5, "aspect": "1:1"}


def test_numbers_and_booleans_as_text_are_understood(web: Web, model_id: str) -> None:
    assert echoed(web, model_id, AS_TEXT) == echoed(web, model_id, MEANT)


def test_settings_as_a_json_text_are_understood(web: Web, model_id: str) -> None:
    assert echoed(web, model_id, json.dumps(AS_TEXT)) == echoed(web, model_id, MEANT)
    assert echoed(web, model_id, "") == echoed(web, model_id, None) == echoed(web, model_id, {})


@pytest.mark.parametrize("text", ["{", "[]", "7", "NaN", "[" * 100_000])
def test_other_text_is_no_settings(web: Web, model_id: str, text: str) -> None:
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": text})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", "renderSettings")


@pytest.mark.parametrize("name", ["aspect", "quality", "bgColor", "datasetQuality"])
def test_a_setting_at_the_wrong_level_is_refused_with_where_it_belongs(web: Web, model_id: str, name: str) -> None:
    balance = web.balance()
    item = {"modelId": model_id}
    for path, body, param, place in (
        ("/v1/renders", {**item, name: "x"}, name, "renderSettings"),
        ("/v1/renders/batch", {"renders": [item, {**item, name: "x"}]}, f"renders[1].{name}", "renderSettings"),
        ("/v1/renders/batch", {"renders": [item], name: "x"}, name, "renderSettings of each item"),
        ("/v1/models/ingest", {"url": "https://example.com/a.glb", name: "x"}, name, "renderSettings"),
        ("/v1/quote", {"renders": [{"renderSettings": {}, name: "x"}]}, f"renders[0].{name}", "renderSettings"),
    ):
        error = web.post(path, json=body).json()["error"]
        assert (error["code"], error["param"]) == ("invalid_settings", param), error
        assert error["message"].endswith(f"{name} has no effect here: it belongs in {place}")
    upload = web.post("/v1/models", files={"file": ("a.glb", b"glTF other")}, data={name: "x"})
    assert (upload.status_code, upload.json()["error"]["param"]) == (400, name)
    assert web.balance() == balance


@pytest.mark.parametrize("name", ["renderSettings", "notifyUrl"])
def test_what_belongs_beside_the_settings_is_refused_among_them(web: Web, model_id: str, name: str) -> None:
    settings = {"aspect": "1:1", name: {"length": 3}}
    item = {"modelId": model_id, "renderSettings": settings}
    inside = "renderSettings" if name == "renderSettings" else f"renderSettings.{name}"
    for path, body, param in (
        ("/v1/renders", item, name),
        ("/v1/renders/batch", {"renders": [item]}, f"renders[0].{inside}"),
        ("/v1/quote", {"renders": [item]}, f"renders[0].{inside}"),
    ):
        error = web.post(path, json=body).json()["error"]
        assert (error["code"], error["param"]) == ("invalid_settings", param), error
        assert error["message"].endswith(f"{name} has no effect inside renderSettings: it belongs one level higher")
    assert web.post("/v1/quote", json={"renders": [{"notifyUrl": "https://example.com"}]}).status_code == 200


def test_fields_that_are_no_settings_are_ignored(web: Web, model_id: str) -> None:
    assert web.post("/v1/renders", json={"modelId": model_id, "comment": "x"}).status_code == 201


@pytest.mark.parametrize("path", ["/v1/renders/batch", "/v1/quote"])
def test_dataset_quality_without_output_is_no_video(web: Web, model_id: str, path: str) -> None:
    """Whoever asks for it means a training set, and would be charged for something else."""
    body = {"renders": [{"modelId": model_id, "renderSettings": {"datasetQuality": "400x2048"}}]}
    error = web.post(path, json=body).json()["error"]
    assert (error["code"], error["param"]) == ("invalid_settings", "renders[0].renderSettings.datasetQuality")
    assert 'needs "output": "dataset"' in error["message"]


@pytest.mark.parametrize("settings", [{}, {"output": "image"}, {"output": "dataset"}, {"effect": "dataset"}])
def test_every_render_echoes_its_quality(web: Web, model_id: str, settings: dict[str, str]) -> None:
    assert echoed(web, model_id, settings)["quality"] == "share"
