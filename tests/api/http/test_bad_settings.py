"""Each render setting with values that it can't have: refused by name wherever orders are made, and never paid."""

import json

import pytest

from api.http.dxgl.spelling import SETTINGS_NAMES
from renderer.spec import SETTINGS
from renderer.spec.settings import Setting
from tests.support.web import Web

WRONG_TYPES: dict[str, tuple[object, ...]] = {
    "boolean": ("yes", 1, []),
    "number": ("one", True, {}),
    "integer": ("1e1", False, 0.5, "0.5"),
    "string": (7, True, "", "a\x00b", "x" * 201, ["a"]),
    "color": (7, "ff8800", "#ff88", "#ff8800 "),
    "id": (7, "short", "abc123DEF45/"),
    "size": (7, "1000", "1000x1000x", [1000], "9999x9999", "63x64"),
    "list": (7, "mp4", ["webp", "mp4"], {"webp": True}, [7]),
}


def bad_values(row: Setting) -> list[object]:
    values = list(WRONG_TYPES[row.kind])
    if row.choices and row.kind == "string":
        values += ["no such choice", row.choices[0].upper() + " "]
    if row.minimum is not None and row.maximum is not None:
        values += [row.minimum - 0.01 if row.kind == "number" else row.minimum - 1, row.maximum + 1, 1e30]
    return values


@pytest.mark.parametrize("row", SETTINGS, ids=[row.name for row in SETTINGS])
def test_a_bad_value_is_refused_by_name_and_costs_nothing(web: Web, row: Setting) -> None:
    name = SETTINGS_NAMES[row.name]
    model_id = web.upload().json()["data"]["modelId"]
    stored, balance = web.stored(), web.balance()
    total = web.get("/v1/renders").json()["meta"]["total"]
    values = bad_values(row)
    answers = [
        (web.post("/v1/renders", json={"modelId": model_id, "renderSettings": {name: value}}), name)
        for value in values
    ]
    bad = {"modelId": model_id, "renderSettings": {name: values[0]}}
    batch = web.post("/v1/renders/batch", json={"renders": [{"modelId": model_id}, bad]})
    upload = web.upload(b"glTF other", settings=json.dumps({name: values[0]}))
    answers += [(batch, f"renders[1].renderSettings.{name}"), (upload, name)]
    for answer, param in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", param)
        assert name in error["message"]
    assert (web.stored(), web.balance()) == (stored, balance)
    assert web.get("/v1/renders").json()["meta"]["total"] == total
