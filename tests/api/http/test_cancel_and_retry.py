"""PATCH /v1/renders/:id/cancel and /retry, and the codes of what went wrong."""

from typing import Any

import pytest

from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from tests.support.web import Web


@pytest.fixture
def render_id(web: Web) -> str:
    """Of ten credits, one has paid the upload's render and four this one."""
    made = web.upload().json()["data"]
    web.inspect()
    ordered: str = web.post(
        "/v1/renders", json={"modelId": made["modelId"], "renderSettings": {"quality": "standard", "length": 3}}
    ).json()["data"]["id"]
    return ordered


def show(web: Web, render_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = web.get(f"/v1/renders/{render_id}").json()["data"]
    return shown


def patch(web: Web, render_id: str, verb: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
    answer = web.request("PATCH", f"/v1/renders/{render_id}/{verb}", **arguments)
    return answer.status_code, answer.json()


def test_a_cancelled_render_costs_nothing_until_its_poster_is_there(web: Web, render_id: str) -> None:
    assert web.balance() == 5
    status, body = patch(web, render_id, "cancel")
    assert status == 200
    assert (body["data"]["status"], body["data"]["errorCode"]) == ("error", "cancelled")
    assert body["data"]["errorMessage"] == "Cancelled by its owner"
    assert body["data"] == show(web, render_id)
    assert web.balance() == 9


def test_later_the_frames_that_are_drawn_are_paid_for(web: Web, render_id: str) -> None:
    claim = web.claim(render_id)
    poster = web.put(claim, render_id, "poster.png", b"poster", "image/png")
    with web.database.begin() as session:
        assert scheduling.publish(session, claim, {render_id: {"poster": poster}})
        assert scheduling.heartbeat(session, claim, lease_seconds=60, stage="drawing", frames_done=60)
    assert show(web, render_id)["status"] in ("poster-done", "video-processing")
    status, _ = patch(web, render_id, "cancel")
    assert status == 200
    assert web.balance() == 5 + 2  # 30 of 90 frames are not drawn: a third of 4 credits, rounded up


def test_a_cancelled_render_is_tried_again_for_its_price(web: Web, render_id: str) -> None:
    patch(web, render_id, "cancel")
    status, body = patch(web, render_id, "retry")
    assert status == 200
    assert (body["data"]["status"], body["data"]["errorCode"], body["data"]["errorMessage"]) == ("pending", None, None)
    assert web.balance() == 5
    contents = web.finish(render_id, web=True)
    assert web.get(f"/v1/renders/{render_id}/video").content == contents["video"]
    assert web.balance() == 5


def test_a_failed_render_has_a_code_and_is_tried_again(web: Web, render_id: str) -> None:
    claim = web.claim(render_id)
    with web.database.begin() as session:
        failure = Failure("empty_model", "The scene is empty")
        scheduling.settle_error(session, claim, failure, retry=False, max_attempts=3)
    shown = show(web, render_id)
    assert (shown["status"], shown["errorCode"]) == ("error", "empty_model")
    assert shown["errorMessage"] == "The scene is empty"
    assert web.balance() == 9
    assert patch(web, render_id, "retry")[1]["data"]["status"] == "pending"
    assert web.balance() == 5


def test_only_what_runs_can_be_cancelled_and_only_what_failed_be_tried_again(web: Web, render_id: str) -> None:
    assert patch(web, render_id, "retry")[1]["error"]["code"] == "invalid_state"
    web.finish(render_id, web=True)
    for verb in ("cancel", "retry"):
        status, body = patch(web, render_id, verb)
        assert (status, body["error"]["code"]) == (409, "invalid_state")
    assert web.balance() == 5


def test_to_try_again_takes_the_credits_and_the_scope_that_an_order_takes(web: Web, render_id: str) -> None:
    patch(web, render_id, "cancel")
    assert patch(web, render_id, "retry", token=web.scoped_token("read", "write"))[0] == 403
    model_id = show(web, render_id)["modelId"]
    for _ in range(2):
        assert web.post(
            "/v1/renders", json={"modelId": model_id, "renderSettings": {"quality": "standard"}}
        ).status_code == 201
    status, body = patch(web, render_id, "retry")
    assert (status, body["error"]["code"]) == (402, "no_credits")
    assert (show(web, render_id)["status"], web.balance()) == ("error", 1)


def test_a_model_tells_what_is_in_it_once_it_is_read(web: Web) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    found: dict[str, Any] = {
        "low": [-1.0, 0.0, -1.0], "high": [1.0, 2.0, 1.0], "vertices": 24, "triangles": 12, "draw_calls": 1,
        "materials": ["Wood"], "textures": [{"name": "wood", "width": 64, "height": 32}],
        "animations": [{"name": "Open", "duration": 2.5}], "variants": ["Oak"], "cameras": [], "lights": 0,
        "extensions": ["KHR_materials_variants"], "warnings": [],
    }  # fmt: skip
    web.inspect(**found)
    shown = web.get(f"/v1/models/{model_id}").json()["data"]
    assert (shown["state"], shown["errorCode"], shown["errorMessage"]) == ("ready", None, None)
    found["drawCalls"] = found.pop("draw_calls")
    assert shown["contents"] == found


def test_a_model_that_cannot_be_read_says_why(web: Web) -> None:
    made = web.upload().json()["data"]
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)
        assert claim is not None
        failure = Failure("invalid_model", "The file ends too early")
        scheduling.settle_error(session, claim, failure, retry=False, max_attempts=3)
    shown = web.get(f"/v1/models/{made['modelId']}").json()["data"]
    assert (shown["state"], shown["errorCode"]) == ("failed", "invalid_model")
    assert (shown["errorMessage"], shown["contents"]) == ("The file ends too early", None)
    render = show(web, made["renderId"])
    assert (render["status"], render["errorCode"]) == ("error", "invalid_model")
    assert web.balance() == 10
