"""POST /v1/renders and GET /v1/renders/:id, through a render's whole life."""

import re
from typing import Any

import pytest

from api.domain.kit.failures import Failure
from api.domain.work import scheduling
from api.http.dxgl.spelling import SETTINGS_NAMES
from renderer.spec import SETTINGS
from tests.support.web import Web

MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def model(web: Web) -> str:
    model_id: str = web.upload().json()["data"]["modelId"]
    return model_id


def render(web: Web, render_id: str) -> dict[str, Any]:
    answer = web.get(f"/v1/renders/{render_id}")
    assert answer.status_code == 200
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_a_render_is_ordered_and_paid(web: Web) -> None:
    model_id = model(web)
    web.inspect()
    answer = web.post(
        "/v1/renders", json={"modelId": model_id, "renderSettings": {"quality": "standard", "bgColor": "#FF8800"}}
    )
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data.keys() == {"id", "modelId", "status", "renderSettings"}
    assert (data["modelId"], data["status"]) == (model_id, "pending")
    shown = [row for row in SETTINGS if "video" in row.outputs and row.default is not None]
    defaults = {SETTINGS_NAMES[row.name]: [] if row.kind == "list" else row.default for row in shown}
    assert data["renderSettings"] == defaults | {"quality": "standard", "bgColor": "#FF8800"}
    assert web.balance() == 10 - 1 - 4
    assert web.woken == 2


@pytest.mark.parametrize("body", [{}, {"modelId": ""}, {"modelId": None}, {"renderSettings": {}}])
def test_a_render_needs_a_model(web: Web, body: dict[str, Any]) -> None:
    answer = web.post("/v1/renders", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "model_id_required")


def test_an_absent_body_lacks_the_model_too(web: Web) -> None:
    assert web.post("/v1/renders").json()["error"]["code"] == "model_id_required"


@pytest.mark.parametrize("model_id", ["Ab3kF9x2qL1m", "nonsense", "\0" * 12])
def test_a_render_of_an_unknown_model(web: Web, model_id: str) -> None:
    answer = web.post("/v1/renders", json={"modelId": model_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_a_render_of_another_accounts_model(web: Web) -> None:
    model_id = model(web)
    answer = web.post("/v1/renders", json={"modelId": model_id}, token=web.another_token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("settings", "param"),
    [({"length": 2}, "length"), ({"easing": "yes"}, "easing"), ("16:9", "renderSettings"), ({"tiltX": 91}, "tiltX"),
     ({"quality": "8k"}, "quality"), ({"rotateY": 1.5}, "rotateY"), ({"datasetFormat": "ngp"}, "datasetFormat")],
)
def test_bad_settings_name_their_field_and_cost_nothing(web: Web, settings: object, param: str) -> None:
    answer = web.post("/v1/renders", json={"modelId": model(web), "renderSettings": settings})
    error = answer.json()["error"]
    assert (error["status"], error["code"], error["param"]) == (400, "invalid_settings", param)
    assert web.balance() == 9


def test_admins_may_order_long_videos(web: Web) -> None:
    admin = web.another_token(is_admin=True)
    model_id = web.upload(token=admin).json()["data"]["modelId"]
    for length, status in ((600, 201), (601, 400)):
        body = {"modelId": model_id, "renderSettings": {"length": length}}
        assert web.post("/v1/renders", json=body, token=admin).status_code == status


def test_a_render_that_costs_more_than_is_left(web: Web) -> None:
    answer = web.post("/v1/renders", json={"modelId": model(web), "renderSettings": {"quality": "4k"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "no_credits")
    assert web.balance() == 9


def test_a_render_through_its_life(web: Web) -> None:
    render_id = web.upload(settings='{"length": 3}').json()["data"]["renderId"]
    data = render(web, render_id)
    assert MILLISECONDS.fullmatch(data.pop("createdAt"))
    assert MILLISECONDS.fullmatch(data.pop("updatedAt"))
    assert data.pop("renderSettings")["length"] == 3.0
    assert data == {
        "id": render_id,
        "modelId": data["modelId"],
        "status": "pending",
        "fileSize": None,
        "errorCode": None,
        "errorMessage": None,
        "warnings": [],
        "checks": [],
        "hasWebVariant": False,
        "formatUrls": {},
        "is_system_preview": False,
        "progress": {"stage": "queued", "framesDone": 0, "framesTotal": 90, "secondsLeft": None},
    }

    claim = web.claim(render_id)
    with web.database.begin() as session:
        assert scheduling.heartbeat(session, claim, lease_seconds=60, stage="drawing", frames_done=30)
    data = render(web, render_id)
    assert data["status"] == "poster-processing"
    assert data["progress"] | {"secondsLeft": 0} == {
        "stage": "drawing", "framesDone": 30, "framesTotal": 90, "secondsLeft": 0
    }
    assert data["progress"]["secondsLeft"] >= 0

    with web.database.begin() as session:
        scheduling.release(session, claim)
    contents = web.finish(render_id, web=True)
    data = render(web, render_id)
    assert (data["status"], data["fileSize"], data["hasWebVariant"]) == ("done", len(contents["video"]), True)
    assert data["progress"]["framesDone"] == 90


def test_a_failed_render_says_why_and_is_refunded(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    claim = web.claim(render_id)
    with web.database.begin() as session:
        failure = Failure("invalid_model", "The scene is empty")
        scheduling.settle_error(session, claim, failure, retry=False, max_attempts=3)
    data = render(web, render_id)
    assert (data["status"], data["errorMessage"], data["fileSize"]) == ("error", "The scene is empty", None)
    assert web.balance() == 10


@pytest.mark.parametrize("render_id", ["Ab3kF9x2qL1m", "nonsense", "Ab3kF9x2qL1%00"])
def test_an_unknown_render_is_not_found(web: Web, render_id: str) -> None:
    answer = web.get(f"/v1/renders/{render_id}")
    assert answer.json() == {"error": {"code": "render_not_found", "message": "Render not found", "status": 404}}


def test_another_accounts_render_is_not_found(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    web.finish(render_id)
    other = web.another_token()
    for path in ("", "/video", "/poster", "/thumb", "/bundle"):
        answer = web.get(f"/v1/renders/{render_id}{path}", token=other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "render_not_found")
