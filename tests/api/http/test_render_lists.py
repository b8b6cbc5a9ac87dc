"""/v1/renders once there are many: lists and filters; and what can be done when they are over."""

import datetime as dt
from typing import Any

from sqlalchemy import insert, text, update

from api import clock
from api.db.tables import Render, Segment, Task
from api.domain.kit.failures import Failure
from api.domain.work import scheduling
from api.ids import new_id
from tests.support.statements import recorded_statements
from tests.support.web import Web


def listing(web: Web, query: str = "", **arguments: Any) -> dict[str, Any]:
    answer = web.get(f"/v1/renders{query}", **arguments)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(web: Web, query: str = "") -> list[str]:
    return [render["id"] for render in listing(web, query)["data"]]


def order(web: Web, model_id: str) -> str:
    render_id: str = web.post("/v1/renders", json={"modelId": model_id}).json()["data"]["id"]
    return render_id


def break_down(web: Web, render_id: str) -> None:
    claim = web.claim(render_id)
    with web.database.begin() as session:
        failure = Failure("invalid_model", "The scene is empty")
        scheduling.settle_error(session, claim, failure, retry=False, max_attempts=3)


def refusal(web: Web, method: str, path: str, **arguments: Any) -> tuple[int, str, str | None]:
    answer = web.request(method, path, **arguments)
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"], error.get("param")


def test_renders_are_listed_newest_first_without_previews(web: Web) -> None:
    made = web.upload().json()["data"]
    renders = [made["renderId"], *(order(web, made["modelId"]) for _ in range(2))]
    for age, render_id in enumerate(reversed(renders)):
        with web.database.begin() as session:
            moment = clock.now() - dt.timedelta(minutes=age)
            session.execute(update(Render).where(Render.id == render_id).values(created_at=moment))
    assert ids(web) == renders[::-1]
    assert listing(web)["meta"] == {"total": 3, "offset": 0, "limit": 50}
    assert ids(web, "?limit=2&offset=1") == renders[1::-1]
    assert len(ids(web, "?include=preview")) == 4
    assert listing(web)["data"][0] == web.get(f"/v1/renders/{renders[2]}").json()["data"]


def test_filters_by_model_and_status(web: Web) -> None:
    first, second = (web.upload(data).json()["data"] for data in (b"glTF first", b"glTF second"))
    web.finish(first["renderId"])
    assert ids(web, f"?model={first['modelId']}") == [first["renderId"]]
    assert ids(web, "?status=done") == [first["renderId"]]
    assert ids(web, "?status=pending") == [second["renderId"]]
    assert ids(web, f"?model={second['modelId']}&status=done") == []
    assert ids(web, "?status=failed") == []
    for model_id in ("AbsentModel1", "nonsense", "%00"):
        assert listing(web, f"?model={model_id}") == {"data": [], "meta": {"total": 0, "offset": 0, "limit": 50}}


def test_an_unknown_status_is_named(web: Web) -> None:
    for status in ("finished", "DONE", "%00"):
        assert refusal(web, "GET", f"/v1/renders?status={status}") == (400, "invalid_request", "status")


def test_the_renders_of_others_are_not_listed(web: Web) -> None:
    made = web.upload().json()["data"]
    other = web.another_token()
    for query in ("", f"?model={made['modelId']}", "?status=pending", "?include=preview"):
        assert listing(web, query, token=other)["meta"]["total"] == 0


def test_a_page_of_ten_thousand_takes_one_statement_and_sorts_no_more_than_itself(web: Web) -> None:
    many(web, 10_000)
    listing(web)  # the token's use is noted now
    with recorded_statements() as statements:
        body = listing(web, "?limit=100&offset=200")
    assert (len(body["data"]), body["meta"]["total"]) == (100, 10_000)
    _token, page = statements
    with web.database.read() as session:
        steps = session.execute(text("EXPLAIN QUERY PLAN " + page.replace("?", "'x'"))).all()
    of_page = next(step.id for step in steps if step.detail == "MATERIALIZE page")
    [found] = [step.detail for step in steps if step.parent == of_page]
    assert found.startswith("SEARCH renders USING INDEX renders_by_account ")
    others = [step.detail for step in steps if step.parent != of_page]
    assert [detail for detail in others if detail.startswith("SCAN")] == ["SCAN page"]
    assert not [detail for detail in others if "renders" in detail], "nothing counts them"


def many(web: Web, count: int) -> None:
    """Rows as so many renders, all done, leave them."""
    model_id = web.upload().json()["data"]["modelId"]
    now = clock.now()
    moments = [now - dt.timedelta(seconds=number) for number in range(count - 1)]
    shots = [new_id() for _ in moments]
    with web.database.begin() as session:
        session.execute(
            insert(Task),
            [{"id": s, "account_id": web.account_id, "key": s, "kind": "video", "inputs": {}, "spec": {},
              "frame_count": 180, "state": "done", "created_at": m}
             for s, m in zip(shots, moments, strict=True)],
        )
        session.execute(
            insert(Segment),
            [{"id": s, "task_id": s, "account_id": web.account_id, "queue": "render", "priority": 10, "first_frame": 0,
              "frame_count": 180, "state": "done", "created_at": m, "updated_at": m}
             for s, m in zip(shots, moments, strict=True)],
        )
        session.execute(
            insert(Render),
            [{"id": s, "account_id": web.account_id, "model_id": model_id, "task_id": s, "status": "done",
              "output": "video", "settings": {}, "variant": {}, "credits": 1, "created_at": m, "updated_at": m}
             for s, m in zip(shots, moments, strict=True)],
        )


def test_an_error_can_be_dismissed_once(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    path = f"/v1/renders/{render_id}/dismiss"
    assert refusal(web, "PATCH", path) == (409, "invalid_state", None)
    break_down(web, render_id)
    answer = web.request("PATCH", path)
    data = answer.json()["data"]
    assert (answer.status_code, data["id"], data["status"]) == (200, render_id, "failed")
    assert data["errorMessage"] == "The scene is empty"
    assert data == web.get(f"/v1/renders/{render_id}").json()["data"]
    assert ids(web, "?status=failed") == [render_id]
    assert refusal(web, "PATCH", path) == (409, "invalid_state", None)


def test_a_deleted_render_is_gone_with_its_files(web: Web) -> None:
    made = web.upload().json()["data"]
    render_id = made["renderId"]
    web.finish(render_id)
    answer = web.request("DELETE", f"/v1/renders/{render_id}?permanent=1")
    assert (answer.status_code, answer.json()) == (200, {"data": {"id": render_id, "deleted": True}})
    for method, path in (("GET", ""), ("GET", "/video"), ("GET", "/events"), ("DELETE", ""), ("PATCH", "/dismiss")):
        assert refusal(web, method, f"/v1/renders/{render_id}{path}") == (404, "render_not_found", None)
    assert [key for key in web.stored() if key.startswith(f"renders/{render_id}")] == []
    assert ids(web) == []
    assert web.balance() == 9
    assert web.get(f"/v1/models/{made['modelId']}").status_code == 200


def test_credits_come_back_until_the_poster_is_there(web: Web) -> None:
    made = web.upload().json()["data"]
    web.request("DELETE", f"/v1/renders/{made['renderId']}")
    assert web.balance() == 10
    claimed = order(web, made["modelId"])
    web.claim(claimed)
    web.request("DELETE", f"/v1/renders/{claimed}")
    assert web.balance() == 10
    shown = order(web, made["modelId"])
    held = web.claim(shown)
    poster = web.put(held, shown, "poster.png", b"poster", "image/png")
    with web.database.begin() as session:
        assert scheduling.publish(session, held, {shown: {"poster": poster}})
    web.request("DELETE", f"/v1/renders/{shown}")
    assert web.balance() == 9


def test_the_renders_of_others_are_not_found(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    for unknown, token in ((render_id, web.another_token()), ("AbsentRender", ""), ("nonsense", "")):
        for method, path in (("DELETE", ""), ("PATCH", "/dismiss"), ("GET", "/dataset"), ("GET", "/events")):
            answer = refusal(web, method, f"/v1/renders/{unknown}{path}", token=token)
            assert answer == (404, "render_not_found", None)
    assert ids(web) == [render_id]


def test_a_video_has_no_dataset(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    web.finish(render_id)
    assert refusal(web, "GET", f"/v1/renders/{render_id}/dataset") == (404, "dataset_not_found", None)


def test_several_statuses_are_asked_for_at_once(web: Web) -> None:
    first, second = (web.upload(data).json()["data"]["renderId"] for data in (b"glTF first", b"glTF second"))
    web.finish(first)
    assert set(ids(web, "?status=done,pending")) == {first, second}
    assert ids(web, "?status=done,,error, failed") == [first]
    assert refusal(web, "GET", "/v1/renders?status=done,lost") == (400, "invalid_request", "status")


def test_lists_are_searched_filtered_and_sorted(web: Web) -> None:
    made = web.upload().json()["data"]
    web.request("PATCH", f"/v1/models/{made['modelId']}", json={"title": "Oak chair", "tags": ["wood"]})
    other = web.upload(b"glTF other", name="table.glb", settings='{"quality": "standard"}').json()["data"]
    assert ids(web, "?q=oak") == ids(web, "?q=WOOD%20chair") == [made["renderId"]]
    assert ids(web, "?quality=standard") == ids(web, "?q=table.glb") == [other["renderId"]]
    assert ids(web, "?sort=createdAt") == [made["renderId"], other["renderId"]]
    moment = web.get(f"/v1/renders/{made['renderId']}").json()["data"]["createdAt"]
    assert ids(web, f"?createdBefore={moment}") == []
    assert made["renderId"] in ids(web, "?createdAfter=2026-01-01T00:00:00Z")
    titles = [model["title"] for model in web.get("/v1/models?sort=-title").json()["data"]]
    assert titles == ["Oak chair", None]
    assert [model["id"] for model in web.get("/v1/models?q=wood").json()["data"]] == [made["modelId"]]
    assert web.get("/v1/tags").json()["data"] == [{"tag": "wood", "count": 1}]
    for query, param in (
        ("sort=size", "sort"), ("createdAfter=soon", "createdAfter"), ("q=%00", "q"),
        ("createdAfter=0001-01-01T00:00:00%2B12:00", "createdAfter"),
        ("createdBefore=9999-12-31T23:59:59-12:00", "createdBefore"),
    ):  # fmt: skip
        for path in ("/v1/renders", "/v1/models"):
            assert refusal(web, "GET", f"{path}?{query}") == (400, "invalid_request", param)
    said = web.get("/v1/renders?q=%00").json()["error"]["message"]
    assert said == "q: must be without control characters"


def test_models_have_a_picture_once_a_render_is_done(web: Web) -> None:
    made = web.upload().json()["data"]
    [model] = web.get("/v1/models").json()["data"]
    assert model["thumbnailUrl"] is None
    web.finish(made["renderId"])
    [model] = web.get("/v1/models").json()["data"]
    assert model["thumbnailUrl"] == web.get(f"/v1/models/{model['id']}").json()["data"]["thumbnailUrl"]
    assert web.get(model["thumbnailUrl"]).headers["Content-Type"] == "image/png"
