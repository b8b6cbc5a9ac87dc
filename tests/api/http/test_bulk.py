"""Many renders or models cancelled or deleted by one request: each for itself."""

from typing import Any

import pytest

from tests.support.web import Web


def outcomes(web: Web, path: str, *ids: str) -> dict[str, str | None]:
    """By id: None where it was done, else the error's code."""
    answer = web.post(path, json={"ids": ids})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    assert all(each["ok"] == (each["error"] is None) for each in found)
    return {each["id"]: each["error"] and each["error"]["code"] for each in found}


def test_what_can_be_cancelled_is_and_the_rest_is_told(web: Web, model_id: str) -> None:
    orders = {"renders": [{"modelId": model_id}] * 2}
    first, second = (each["id"] for each in web.post("/v1/renders/batch", json=orders).json()["data"])
    balance = web.balance()
    web.request("PATCH", f"/v1/renders/{second}/cancel")
    told = outcomes(web, "/v1/renders/cancel", first, second, first, "AbsentRender", "no id")
    assert told == {first: None, second: "invalid_state", "AbsentRender": "render_not_found",
                    "no id": "render_not_found"}  # fmt: skip
    assert web.get(f"/v1/renders/{first}").json()["data"]["errorCode"] == "cancelled"
    assert web.balance() == balance + 2


def test_renders_and_models_are_deleted(web: Web) -> None:
    made = web.upload().json()["data"]
    assert outcomes(web, "/v1/renders/delete", made["renderId"]) == {made["renderId"]: None}
    assert web.get(f"/v1/renders/{made['renderId']}").status_code == 404
    assert outcomes(web, "/v1/models/delete", made["modelId"], "AbsentModel1") == {
        made["modelId"]: None, "AbsentModel1": "model_not_found"
    }
    assert web.get(f"/v1/models/{made['modelId']}").status_code == 404


def test_others_things_are_not_found(web: Web) -> None:
    made = web.upload().json()["data"]
    other = web.another_token()
    for path, each in (("/v1/renders/delete", made["renderId"]), ("/v1/models/delete", made["modelId"])):
        [outcome] = web.post(path, json={"ids": [each]}, token=other).json()["data"]
        assert outcome["error"]["status"] == 404
    assert web.get(f"/v1/renders/{made['renderId']}").status_code == 200


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["Xz7pQ4w8nR2k"] * 101}, {"ids": "all"}, {"ids": [7]}])
def test_a_list_of_ids_is_asked_for(web: Web, body: dict[str, object]) -> None:
    for path in ("/v1/renders/cancel", "/v1/renders/delete", "/v1/models/delete"):
        error = web.post(path, json=body).json()["error"]
        assert error["code"] == "invalid_request"
        assert error["param"].startswith("ids")
