"""A farm of the first schema is brought to the newest: nothing is lost, and nothing looks different."""

from collections import Counter
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api.db.tables import Account, LedgerEntry, StoredBytes
from api.domain.accounts import ledger
from api.domain.renders import ordering, removal
from renderer.spec import RenderSettings
from tests.api.db.first_schema import ANSWERS, KEYED_ORDER, RENDERS, ROWS, TOKENS, content
from tests.api.domain.support import unit
from tests.support.web import Web

ROOT = Path(__file__).resolve().parents[3]

MAKER, OTHER = "accountMaker", "accountOther"
TOKEN_OF = {MAKER: TOKENS["maker"], OTHER: TOKENS["other"]}

PATHS = {
    "video": "video", "web": "video?quality=web", "image": "image", "dataset": "dataset", "thumb": "thumb",
    "poster": "poster", "poster_full": "poster?quality=full",
}  # fmt: skip
"""Where the API has a render's file, by the file's name."""


def test_balances_are_the_sums_of_entries_that_name_their_renders(web: Web) -> None:
    with web.database.read() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
        credits = {row.id: row.credits for row in session.execute(select(Account.id, Account.credits))}
    for entry, old in zip(entries, ROWS["ledger"], strict=True):
        render_id = old["render_id"]
        assert {name: getattr(entry, name) for name in ("account_id", "kind", "amount", "source", "note")} == {
            name: old[name] for name in ("account_id", "kind", "amount", "source", "note")
        }
        expected = (None, None, None) if render_id is None else ("render", render_id, 1)
        assert (entry.subject_kind, entry.subject_id, entry.charge_number) == expected
        assert f"{entry.created_at:%Y-%m-%d %H:%M:%S}" == old["created_at"]
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry.account_id] += entry.amount
    assert credits == dict(sums) == {row["id"]: row["credits"] for row in ROWS["accounts"]}


def test_the_ledger_goes_on_and_is_still_append_only(web: Web) -> None:
    with web.database.begin() as session:
        ledger.grant(session, MAKER, 5)
    with web.database.read() as session:
        assert len(session.scalars(select(LedgerEntry.id)).all()) == len(ROWS["ledger"]) + 1
    with pytest.raises(DBAPIError, match="append-only"), web.database.begin() as session:
        session.execute(text("DELETE FROM ledger"))


def test_renders_and_previews_are_counted_as_before(web: Web) -> None:
    def counts() -> dict[str, tuple[int, int]]:
        with web.database.read() as session:
            rows = session.execute(select(Account.id, Account.render_count, Account.preview_count))
            return {row.id: (row.render_count, row.preview_count) for row in rows}

    previews = Counter(row["account_id"] for row in ROWS["renders"] if row["is_system_preview"])
    paid = Counter(row["account_id"] for row in ROWS["renders"] if not row["is_system_preview"])
    assert counts() == {account: (paid[account], previews[account]) for account in (MAKER, OTHER)}
    with web.database.begin() as session:
        ordering.create_render(session, MAKER, "modelChair00", RenderSettings())
    with unit(web.database) as session:
        removal.delete_render(session, MAKER, "previewChair")
    assert counts()[MAKER] == (paid[MAKER] + 1, previews[MAKER] - 1)


def test_the_bytes_of_all_files_are_counted(web: Web) -> None:
    sizes: Counter[str] = Counter()
    for row in [*ROWS["models"], *ROWS["overlays"]]:
        if row["account_id"] is not None:
            sizes[row["account_id"]] += row["file_size"]
    for row in ROWS["renders"]:
        sizes[row["account_id"]] += sum(file["size"] for file in row["files"].values())
    with web.database.read() as session:
        counted = session.execute(select(StoredBytes.account_id, StoredBytes.total)).all()
    assert dict(counted) == dict(sizes)


def test_the_api_answers_as_before(web: Web) -> None:
    expected = {render_id: dict(shown) for render_id, shown in RENDERS.items()}
    # whoever was about to convert the ZIP himself has no more to do with it
    expected["previewZipRu"] |= {
        "status": "pending", "progress": expected["videoZipRun0"]["progress"] | {"framesTotal": 24}
    }
    for row in ROWS["renders"]:
        answer = web.get(f"/v1/renders/{row['id']}", token=TOKEN_OF[row["account_id"]]).json()
        assert _without_news(answer, {"data": expected[row["id"]]}) == {"data": expected[row["id"]]}
    for path, answered in ANSWERS.items():
        now = web.get(path, token=TOKENS["other"] if "archived" in path else TOKENS["maker"]).json()
        if path.startswith("/v1/renders"):
            answered = answered | {"data": [expected[render_id] for render_id in answered["data"]]}
        assert _without_news(now, answered) == answered, path


def _without_news(now: Any, before: Any) -> Any:
    """`now` without the fields that answers did not have then."""
    if isinstance(before, dict):
        return {key: _without_news(now[key], value) for key, value in before.items()}
    if isinstance(before, list):
        assert len(now) == len(before)
        return [_without_news(one, other) for one, other in zip(now, before, strict=True)]
    return now


def test_every_file_can_be_downloaded(web: Web) -> None:
    for row in ROWS["renders"]:
        for name, file in row["files"].items():
            answer = web.get(f"/v1/renders/{row['id']}/{PATHS[name]}", token=TOKEN_OF[row["account_id"]])
            assert answer.status_code == 200, (row["id"], name, answer.text)
            assert answer.content == content(file["key"], file["size"])
            assert answer.headers["etag"] == f'"{file["etag"]}"'
            assert answer.headers["content-type"] == file["content_type"]


def test_what_is_shared_is_open_to_everybody(web: Web) -> None:
    for row in ROWS["renders"]:
        answer = web.get(f"/api/v/{row['account_id']}/{row['id']}/video", token=None)
        if row["shared_at"] is None:
            assert answer.status_code == 404
        else:
            assert answer.content == content(row["files"]["video"]["key"], row["files"]["video"]["size"])


def test_tokens_open_the_same_doors(web: Web) -> None:
    assert web.get("/v1/account").json()["data"]["id"] == MAKER
    assert web.get("/v1/account", token=TOKENS["other"]).json()["data"]["id"] == OTHER
    assert web.get("/v1/account", token=TOKENS["revoked"]).status_code == 401


def test_a_repeated_order_of_before_gets_its_answer_and_costs_nothing(web: Web) -> None:
    again = web.post("/v1/renders", json=KEYED_ORDER, headers={"Idempotency-Key": "order-1"})
    assert (again.status_code, again.headers.get("idempotent-replayed")) == (201, "true"), again.text
    [kept] = ROWS["idempotency_keys"]
    assert again.text == kept["body"]
    assert web.balance() == next(row["credits"] for row in ROWS["accounts"] if row["id"] == MAKER)


def test_there_is_no_way_back_for_a_farm_that_has_accounts(
    web: Web, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", url)
    config = alembic.config.Config(toml_file=ROOT / "pyproject.toml")
    with pytest.raises(ValueError, match="restore a backup"):
        alembic.command.downgrade(config, "0001")
    alembic.command.upgrade(config, "head")  # from as far back as the way goes
    assert web.get("/v1/account").status_code == 200
