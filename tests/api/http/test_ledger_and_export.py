"""GET /v1/ledger and GET /v1/renders/export: what an account's books and files look like in a spreadsheet."""

import csv
import io

import pytest

from api.domain.accounts import ledger
from tests.support.web import Web


def table(web: Web, path: str) -> list[dict[str, str]]:
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_ledger_tells_each_change_and_their_sum_is_the_balance(web: Web, model_id: str) -> None:
    web.post("/v1/renders", json={"modelId": model_id, "renderSettings": {"quality": "standard"}})
    with web.database.begin() as session:
        ledger.grant(session, web.account_id, 30, note="thanks")
    body = web.get("/v1/ledger").json()
    assert [(line["kind"], line["credits"], line["source"]) for line in body["data"]] == [
        ("grant", 30, "purchase"), ("charge", -4, None), ("charge", -1, None), ("grant", 10, "signup"),
    ]  # fmt: skip
    assert body["meta"]["total"] == 4
    assert body["data"][0]["note"] == "thanks"
    assert body["data"][1]["subjectKind"] == "render"
    assert web.get(f"/v1/renders/{body['data'][1]['subjectId']}").json()["data"]["status"] == "pending"
    rows = table(web, "/v1/ledger?format=csv")
    assert sum(int(row["credits"]) for row in rows) == web.balance()
    assert [row["id"] for row in rows] == [str(line["id"]) for line in body["data"]]


def test_the_ledger_is_filtered(web: Web, model_id: str) -> None:
    assert [line["kind"] for line in web.get("/v1/ledger?kind=charge,refund").json()["data"]] == ["charge"]
    assert web.get("/v1/ledger?createdBefore=2026-01-01").json()["data"] == []
    assert len(web.get("/v1/ledger?createdAfter=2026-01-01&limit=1").json()["data"]) == 1
    error = web.get("/v1/ledger?kind=gift").json()["error"]
    assert (error["code"], error["param"]) == ("invalid_request", "kind")


def test_long_tables_come_whole(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.dxgl.ledger.PIECE", 2)
    monkeypatch.setattr("api.domain.renders.lists.EXPORTED_AT_ONCE", 2)
    made = web.upload().json()["data"]
    orders = [{"modelId": made["modelId"]}] * 4
    ids = [each["id"] for each in web.post("/v1/renders/batch", json={"renders": orders}).json()["data"]]
    assert len(table(web, "/v1/ledger?format=csv")) == 6
    rows = table(web, "/v1/renders/export")
    assert {row["renderId"] for row in rows} == {made["renderId"], *ids}
    assert len(rows) == 5


def test_renders_are_exported_with_what_their_models_are_called(web: Web) -> None:
    made = web.upload(settings='{"aspect": "1:1", "length": 4.5}').json()["data"]
    calling = {"title": "=HYPERLINK(1)", "sku": "A,1", "tags": ["oak", "new"]}
    web.request("PATCH", f"/v1/models/{made['modelId']}", json=calling)
    [row] = table(web, "/v1/renders/export?status=pending")
    assert row["createdAt"] == web.get(f"/v1/renders/{made['renderId']}").json()["data"]["createdAt"]
    assert row == {
        "modelId": made["modelId"], "title": "'=HYPERLINK(1)", "sku": "A,1", "tags": "oak, new",
        "renderId": made["renderId"], "quality": "share", "aspect": "1:1", "length": "4.5", "status": "pending",
        "createdAt": row["createdAt"], "videoUrl": "", "posterUrl": "",
    }  # fmt: skip
    web.finish(made["renderId"])
    [row] = table(web, "/v1/renders/export?status=done")
    assert row["videoUrl"] == f"http://farm/v1/renders/{made['renderId']}/video"
    assert web.get(row["posterUrl"]).status_code == 200
    assert web.get("/v1/renders/export?format=urls").text == f"{row['videoUrl']}\r\n"
    assert table(web, "/v1/renders/export?status=error") == []
