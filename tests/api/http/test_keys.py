"""/v1/keys: keys made by keys, no stronger than these; and caps on what each may spend."""

import datetime as dt
from typing import Any

import pytest

from api import clock
from api.domain.accounts import credentials
from api.domain.accounts.credentials import SCOPES
from tests.support.web import Web


@pytest.fixture
def manager(web: Web) -> str:
    return web.scoped_token(*SCOPES)


def make(web: Web, token: str, **body: Any) -> str:
    answer = web.post("/v1/keys", json={"name": "plugin", **body}, token=token)
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["data"]["key"]
    return key


def refusal(web: Web, token: str, **body: Any) -> tuple[int, str, str | None]:
    answer = web.post("/v1/keys", json={"name": "plugin", **body}, token=token)
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"].get("param")


def listed(web: Web, manager: str) -> dict[str, dict[str, Any]]:
    return {key["name"]: key for key in web.get("/v1/keys", token=manager).json()["data"]}


def test_a_key_is_made_shown_once_listed_and_revoked(web: Web, manager: str) -> None:
    expires = clock.iso(clock.now() + dt.timedelta(days=1))
    key = make(web, manager, scopes=["read"], expiresAt=expires, creditsCap=5)
    assert web.get("/v1/models", token=key).status_code == 200
    found = listed(web, manager)["plugin"]
    assert key.startswith(found["hint"])
    assert len(found["hint"]) < 20
    assert (found["scopes"], found["expiresAt"]) == (["read"], expires)
    assert (found["creditsCap"], found["creditsSpent"]) == (5, 0)
    assert web.request("DELETE", f"/v1/keys/{found['id']}", token=manager).json()["data"]["deleted"]
    assert web.get("/v1/models", token=key).status_code == 401
    assert listed(web, manager)["plugin"]["revokedAt"] is not None


def test_a_usual_key_manages_none(web: Web, manager: str) -> None:
    key = make(web, manager)
    assert refusal(web, key)[:2] == (403, "insufficient_scope")
    assert web.get("/v1/keys", token=key).status_code == 403


def test_a_key_makes_none_that_may_do_more(web: Web) -> None:
    manager = web.scoped_token("read", "admin")
    assert refusal(web, manager, scopes=["read", "write"])[:2] == (403, "insufficient_scope")
    assert make(web, manager, scopes=["read"])
    with web.database.begin() as session:
        capped = credentials.issue(session, web.account_id, name="capped", scopes=SCOPES, credits_cap=9).raw
    assert refusal(web, capped, scopes=["read"])[:2] == (403, "insufficient_scope")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": ""}, "name"), ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"name": "a\x00b"}, "name"),
        ({"scopes": []}, "scopes"), ({"scopes": ["everything"]}, "scopes"), ({"creditsCap": -1}, "creditsCap"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"), ({"expiresAt": "soon"}, "expiresAt"),
    ],
)  # fmt: skip
def test_what_makes_no_key_is_named(web: Web, manager: str, body: dict[str, Any], param: str) -> None:
    before = listed(web, manager)
    assert refusal(web, manager, **body) == (400, "invalid_request", param)
    assert listed(web, manager).keys() == before.keys()


def test_keys_of_others_are_not_found(web: Web, manager: str) -> None:
    other = web.another_token(scopes=SCOPES)
    for key in listed(web, manager).values():
        answer = web.request("DELETE", f"/v1/keys/{key['id']}", token=other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "key_not_found")
    assert web.get("/v1/keys", token=manager).status_code == 200


def test_a_key_spends_up_to_its_cap_and_no_more(web: Web, manager: str, model_id: str) -> None:
    key = make(web, manager, creditsCap=5)
    order = {"modelId": model_id, "renderSettings": {"quality": "standard"}}
    render_id = web.post("/v1/renders", json=order, token=key).json()["data"]["id"]
    balance = web.balance()
    refused = web.post("/v1/renders/batch", json={"renders": [order]}, token=key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (402, "spending_cap")
    assert "has 1 left of what it may spend" in refused.json()["error"]["message"]
    upload = web.upload(b"glTF other", settings='{"quality": "standard"}', token=key)
    assert (upload.status_code, upload.json()["error"]["code"]) == (402, "spending_cap")
    assert web.balance() == balance, "nothing was charged"
    assert web.get("/v1/renders", token=manager).json()["meta"]["total"] == 2
    assert web.post("/v1/renders", json={"modelId": model_id}, token=key).status_code == 201, "one credit was left"
    assert listed(web, manager)["plugin"]["creditsSpent"] == 5
    web.request("PATCH", f"/v1/renders/{render_id}/cancel", token=key)
    assert listed(web, manager)["plugin"]["creditsSpent"] == 1, "what is refunded may be spent again"
    assert web.request("PATCH", f"/v1/renders/{render_id}/retry", token=key).status_code == 200
    assert web.request("PATCH", f"/v1/renders/{render_id}/cancel", token=manager).status_code == 200
    assert listed(web, manager)["plugin"]["creditsSpent"] == 1, "whoever cancels, it is the key's that ordered"
