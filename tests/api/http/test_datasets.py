"""Training sets over the API: ordered like videos, followed by their views, fetched as one ZIP."""

import json
from typing import Any

import pytest

from api.domain.kit.failures import Failure
from api.domain.work import scheduling
from tests.support.web import Web

ECHOED = {
    "quality": "share", "output": "dataset", "effect": "dataset", "datasetQuality": "100x800",
    "coverage": "hemisphere", "datasetFormat": "nerfstudio", "datasetDepth": "coded",
}  # fmt: skip


def order(web: Web, model_id: str, **settings: object) -> dict[str, Any]:
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": {"output": "dataset"} | settings})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def detail(web: Web, render_id: str) -> dict[str, Any]:
    data: dict[str, Any] = web.get(f"/v1/renders/{render_id}").json()["data"]
    return data


@pytest.mark.parametrize("settings", [{}, {"effect": "dataset"}, {"output": None, "effect": "dataset"}])
def test_either_word_orders_a_set_of_the_first_tier(web: Web, model_id: str, settings: dict[str, object]) -> None:
    data = order(web, model_id, **settings)
    assert (data["status"], data["renderSettings"]) == ("pending", ECHOED)
    assert web.balance() == 9 - 4


@pytest.mark.parametrize(("tier", "credits", "views"), [("100x800", 4, 100), ("196x1024", 16, 196),
                                                        ("400x2048", 64, 400)])
def test_tiers_have_their_prices_and_views(web: Web, tier: str, credits: int, views: int) -> None:
    rich = web.another_token(credits=100)
    model_id = web.upload(token=rich).json()["data"]["modelId"]
    before = web.get("/v1/account", token=rich).json()["data"]["credits"]
    body = {"modelId": model_id, "renderSettings": {"output": "dataset", "datasetQuality": tier}}
    made = web.post("/v1/renders", json=body, token=rich).json()["data"]
    assert web.get("/v1/account", token=rich).json()["data"]["credits"] == before - credits
    got = web.get(f"/v1/renders/{made['id']}", token=rich).json()["data"]
    assert got["progress"] == {"stage": "queued", "framesDone": 0, "framesTotal": views, "secondsLeft": None}


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ({"datasetQuality": "100x801"}, "datasetQuality"), ({"datasetQuality": 100}, "datasetQuality"),
        ({"coverage": "dome"}, "coverage"), ({"datasetFormat": "ngp"}, "datasetFormat"),
        ({"effect": "reveal"}, "effect"), ({"output": "video", "effect": "dataset"}, "output"),
    ],
)
def test_unknown_words_are_named_and_cost_nothing(
    web: Web, model_id: str, settings: dict[str, object], param: str
) -> None:
    wrong = {"modelId": model_id, "renderSettings": {"output": "dataset"} | settings}
    right = {"modelId": model_id, "renderSettings": {"output": "dataset"}}
    for path, body, place in (
        ("/v1/renders", wrong, ""), ("/v1/renders/batch", {"renders": [right, wrong]}, "renders[1].renderSettings."),
    ):  # fmt: skip
        answer = web.post(path, json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", f"{place}{param}")
    assert web.balance() == 9
    assert web.get("/v1/renders").json()["meta"]["total"] == 1


def test_a_set_without_the_credits_is_not_ordered(web: Web, model_id: str) -> None:
    body = {"modelId": model_id, "renderSettings": {"output": "dataset", "datasetQuality": "196x1024"}}
    answer = web.post("/v1/renders", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "no_credits")
    assert web.balance() == 9


def test_an_upload_and_a_batch_order_sets_beside_videos(web: Web, model_id: str) -> None:
    uploaded = web.upload(settings=json.dumps({"output": "dataset", "coverage": "sphere"}))
    assert uploaded.json()["data"]["duplicate"]
    assert detail(web, uploaded.json()["data"]["renderId"])["renderSettings"] == ECHOED | {"coverage": "sphere"}
    items = [{"modelId": model_id}, {"modelId": model_id, "renderSettings": {"effect": "dataset"}}]
    made = web.post("/v1/renders/batch", json={"renders": items}).json()["data"]
    assert [each["renderSettings"]["output"] for each in made] == ["video", "dataset"]
    assert web.balance() == 9 - 4 - 1 - 4
    assert web.claim(made[1]["id"]).variants.keys() == {made[1]["id"]}, "a video shares no frames with a set"


def test_a_set_through_its_life(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    claim = web.claim(render_id)
    poster = web.put(claim, render_id, "poster.png", b"\x89PNG", "image/png")
    with web.database.begin() as session:
        assert scheduling.publish(session, claim, {render_id: {"poster": poster}})
        assert scheduling.heartbeat(session, claim, lease_seconds=60, stage="drawing", frames_done=20)
    data = detail(web, render_id)
    assert (data["status"], data["fileSize"], data["progress"]["framesDone"]) == ("video-processing", None, 20)
    assert web.get(f"/v1/renders/{render_id}/poster").content == b"\x89PNG"
    for path in ("dataset", "bundle"):
        answer = web.get(f"/v1/renders/{render_id}/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "dataset_not_found")

    with web.database.begin() as session:
        scheduling.release(session, claim)
    contents = web.finish_dataset(render_id)
    data = detail(web, render_id)
    assert (data["status"], data["fileSize"], data["hasWebVariant"]) == ("done", len(contents["dataset"]), False)
    assert data["progress"]["framesDone"] == data["progress"]["framesTotal"] == 100
    assert [each["id"] for each in web.get(f"/v1/renders?status=done&model={model_id}").json()["data"]] == [render_id]
    told = web.get(f"/v1/renders/{render_id}/events").text.splitlines()
    last = json.loads(next(line for line in reversed(told) if line.startswith("data:")).removeprefix("data:"))
    assert (last["status"], last["framesDone"], last["framesTotal"]) == ("done", 100, 100)


@pytest.mark.parametrize("path", ["dataset", "bundle"])
def test_the_set_and_its_bundle_are_the_same_zip(web: Web, model_id: str, path: str) -> None:
    render_id = order(web, model_id)["id"]
    contents = web.finish_dataset(render_id)["dataset"]
    url = f"/v1/renders/{render_id}/{path}"
    answer = web.get(url)
    assert (answer.status_code, answer.content) == (200, contents)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(contents))
    assert answer.headers["content-disposition"] == f'attachment; filename="{render_id}.zip"'
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    part = web.get(url, headers={"Range": "bytes=3-6", "If-Range": answer.headers["etag"]})
    assert (part.status_code, part.content) == (206, contents[3:7])
    assert web.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    head = web.request("HEAD", url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(contents)))
    assert web.get(url, headers={"Range": "bytes=999999-"}).status_code == 416


def test_a_set_has_posters_but_no_video(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    contents = web.finish_dataset(render_id)
    for path, code in (("video", "video_not_found"), ("video?quality=web", "video_not_found"),
                       ("thumb", "thumb_not_found")):
        answer = web.get(f"/v1/renders/{render_id}/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)
    assert web.get(f"/v1/renders/{render_id}/poster").content == contents["poster"]
    assert web.get(f"/v1/renders/{render_id}/poster?quality=full").content == contents["poster_full"]


def test_a_shared_set_is_fetched_whole_without_a_token(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    path = web.request("PUT", f"/v1/renders/{render_id}/share").json()["data"]["path"]
    assert web.get(f"{path}/dataset", token=None).json()["error"]["code"] == "dataset_not_found"
    contents = web.finish_dataset(render_id)["dataset"]
    answer = web.get(f"{path}/dataset", token=None)
    assert (answer.status_code, answer.content) == (200, contents)
    assert answer.headers["content-length"] == str(len(contents))


def test_a_failed_set_is_refunded(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    assert web.balance() == 5
    claim = web.claim(render_id)
    with web.database.begin() as session:
        failure = Failure("invalid_model", "needs a surface of triangles")
        scheduling.settle_error(session, claim, failure, retry=False, max_attempts=3)
    data = detail(web, render_id)
    assert (data["status"], data["errorMessage"]) == ("error", "needs a surface of triangles")
    assert web.balance() == 9
