"""POST /v1/renders/batch: many renders in one order, all or none."""

from typing import Any

import pytest
from sqlalchemy import func, select

from api.db.tables import Render, Segment, Task
from tests.support.statements import recorded_statements
from tests.support.web import Web


def batch(web: Web, *items: object, **arguments: Any) -> Any:
    return web.post("/v1/renders/batch", json={"renders": items}, **arguments)


def item(model_id: str, **settings: object) -> dict[str, object]:
    return {"modelId": model_id, "renderSettings": settings}


def refusal(web: Web, body: object) -> tuple[int, str, str | None]:
    """The refusal of `body`, after which nothing is ordered or paid."""
    balance, woken = web.balance(), web.woken
    answer = web.post("/v1/renders/batch", json=body)
    assert (web.balance(), web.woken, count(web)) == (balance, woken, 2)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("param")


def count(web: Web) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(Render)) or 0


def test_a_batch_answers_in_the_order_of_its_items(web: Web, model_id: str) -> None:
    other = web.upload(b"glTF another").json()["data"]["modelId"]
    web.inspect()
    answer = batch(web, item(model_id, aspect="16:9"), item(other, aspect="1:1"), {"modelId": model_id})
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert [(render["modelId"], render["status"]) for render in data] == [
        (model_id, "pending"), (other, "pending"), (model_id, "pending")
    ]
    assert [render["renderSettings"]["aspect"] for render in data] == ["16:9", "1:1", "16:9"]
    assert [web.get(f"/v1/renders/{render['id']}").status_code for render in data] == [200] * 3
    assert (web.balance(), web.woken) == (10 - 2 - 3, 3)


def test_items_of_equal_frames_share_a_shot(web: Web, model_id: str) -> None:
    colors = [item(model_id, bgColor=color) for color in ("#ffffff", "#000000", "#ff8800")]
    data = batch(web, *colors, item(model_id, aspect="1:1")).json()["data"]
    with web.database.read() as session:
        shots = [session.scalars(select(Render.task_id).where(Render.id == render["id"])).one() for render in data]
        frames = session.scalars(
            select(Segment.frame_count).join(Task, Task.id == Segment.task_id).where(Task.id.in_(shots))
        ).all()
    assert shots[0] == shots[1] == shots[2] != shots[3]
    assert frames == [180, 180]


def test_a_hundred_renders_are_one_order_and_few_statements(web: Web, model_id: str) -> None:
    rich = web.another_token(credits=1000)
    model = web.upload(token=rich).json()["data"]["modelId"]
    with recorded_statements() as statements:
        answer = batch(web, *(item(model, rotateY=number // 2) for number in range(100)), token=rich)
    assert (answer.status_code, len(answer.json()["data"])) == (201, 100)
    assert len(statements) < 30


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "renders_required"),
        ({"renders": []}, "renders_required"),
        ({"renders": None}, "renders_required"),
        ({"renders": [{}] * 101}, "too_many"),
        ({"renders": "all"}, "invalid_request"),
        ({"renders": {"modelId": "a"}}, "invalid_request"),
    ],
)
def test_a_batch_is_a_list_of_one_to_a_hundred(web: Web, model_id: str, body: object, code: str) -> None:
    assert refusal(web, body) == (400, code, "renders")


@pytest.mark.parametrize(
    ("wrong", "status", "code", "param"),
    [
        ({}, 400, "model_id_required", "renders[2].modelId"),
        ({"modelId": ""}, 400, "model_id_required", "renders[2].modelId"),
        ({"modelId": 5}, 400, "invalid_request", "renders[2].modelId"),
        ({"modelId": "nonsense"}, 404, "model_not_found", "renders[2].modelId"),
        ({"modelId": "AbsentModel1"}, 404, "model_not_found", "renders[2].modelId"),
        ("a", 400, "invalid_request", "renders[2]"),
        ({"renderSettings": {"length": 2}}, 400, "invalid_settings", "renders[2].renderSettings.length"),
        ({"renderSettings": "16:9"}, 400, "invalid_settings", "renders[2].renderSettings"),
    ],
)
def test_the_item_at_fault_is_named_and_nothing_is_ordered(
    web: Web, model_id: str, wrong: object, status: int, code: str, param: str
) -> None:
    if isinstance(wrong, dict) and "renderSettings" in wrong:
        wrong = {"modelId": model_id} | wrong
    good = item(model_id)
    assert refusal(web, {"renders": [good, good, wrong, good]}) == (status, code, param)


def test_the_message_names_the_item_too(web: Web, model_id: str) -> None:
    message = batch(web, item(model_id), {}).json()["error"]["message"]
    assert message == "renders[1]: Missing modelId field"


def test_without_enough_credits_the_whole_batch_fails(web: Web, model_id: str) -> None:
    body = {"renders": [item(model_id), item(model_id, quality="standard"), item(model_id, quality="standard"),
                        item(model_id)]}  # 10 credits; 9 are left
    assert refusal(web, body) == (402, "no_credits", None)


def test_a_batch_of_another_accounts_model(web: Web, model_id: str) -> None:
    answer = batch(web, item(model_id), token=web.another_token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_a_batch_repeated_under_one_key_is_ordered_once(web: Web, model_id: str) -> None:
    headers = {"Idempotency-Key": "one"}
    first = batch(web, item(model_id), item(model_id), headers=headers)
    second = batch(web, item(model_id), item(model_id), headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert web.balance() == 10 - 1 - 2
    assert batch(web, item(model_id), headers=headers).json()["error"]["code"] == "idempotency_conflict"
