"""Uploads in parts: what is lost on the way is sent again, what was promised is what becomes a model."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import clock
from api.db.session import Database
from api.domain.renders import resumable
from api.queue import sweep
from tests.support.web import GLB, ZIP, Web

PART = 1000
CONTENT = GLB + bytes(500)
"""Of three parts."""
PARTS = [CONTENT[start : start + PART] for start in range(0, len(CONTENT), PART)]


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """Sends files in parts of PART bytes."""

    web: Web

    def ask(self, content: bytes = CONTENT, **said: Any) -> httpx.Response:
        body = {"name": "chair.glb", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **said}
        return self.web.post("/v1/uploads", json=body)

    def begin(self, content: bytes = CONTENT, **said: Any) -> dict[str, Any]:
        answer = self.ask(content, **said)
        assert answer.status_code == 201, answer.text
        detail: dict[str, Any] = answer.json()["data"]
        return detail

    def put(self, upload_id: str, number: int, content: bytes) -> httpx.Response:
        return self.web.request("PUT", f"/v1/uploads/{upload_id}/{number}", content=content)

    def send(self, upload_id: str, numbers: Sequence[int] = (1, 2, 3)) -> None:
        for number in numbers:
            assert self.put(upload_id, number, PARTS[number - 1]).status_code == 204

    def complete(self, upload_id: str) -> httpx.Response:
        return self.web.post(f"/v1/uploads/{upload_id}/complete")

    def parts(self, upload_id: str) -> list[int]:
        found: list[int] = self.web.get(f"/v1/uploads/{upload_id}").json()["data"]["parts"]
        return found


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable, "PART_BYTES", PART)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """For what is no question of the database."""
    database = Database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def sender(sqlite: Database, tmp_path: Path) -> Sender:
    return Sender(Web.make(sqlite, tmp_path))


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_parts_in_any_order_become_a_model(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path)
    sender = Sender(web)
    begun = sender.begin(tags=["Chairs", "chairs "], renderSettings={"aspect": "1:1"})
    assert (begun["partSize"], begun["partCount"], begun["parts"], begun["modelId"]) == (PART, 3, [], None)
    sender.send(begun["id"], [3, 1, 1, 2])
    made = sender.complete(begun["id"])
    assert made.status_code == 201
    result = made.json()["data"]
    model = web.get(f"/v1/models/{result['modelId']}").json()["data"]
    assert (model["originalName"], model["tags"], model["fileSize"]) == ("chair.glb", ["chairs"], len(CONTENT))
    assert web.get(f"/v1/models/{result['modelId']}/file").content == CONTENT
    render = web.get(f"/v1/renders/{result['renderId']}").json()["data"]
    assert render["renderSettings"]["aspect"] == "1:1"
    assert [key for key in web.stored() if key.startswith("parts")] == []
    assert web.balance() == 9
    assert sender.complete(begun["id"]).json()["data"] == result  # whose answer was lost
    assert web.balance() == 9
    assert code(sender.put(begun["id"], 1, PARTS[0])) == (409, "invalid_state")
    assert web.get("/v1/uploads").json()["data"] == []


def test_of_a_zip_with_several_models_the_chosen_one_becomes_one(sender: Sender) -> None:
    made = []
    for chosen in ("a.glb", "b.glb"):
        begun = sender.begin(ZIP, name="lot.zip", renderSettings={"file": chosen})
        for number, start in enumerate(range(0, len(ZIP), PART), 1):
            assert sender.put(begun["id"], number, ZIP[start : start + PART]).status_code == 204
        made.append(sender.complete(begun["id"]).json()["data"]["modelId"])
    assert made[0] != made[1]
    answer = sender.ask(ZIP, renderSettings={"file": 3})
    assert (code(answer), answer.json()["error"]["param"]) == ((400, "invalid_settings"), "file")


def test_who_comes_back_goes_on_where_they_were(database: Database, tmp_path: Path) -> None:
    sender = Sender(Web.make(database, tmp_path))
    begun = sender.begin()
    sender.send(begun["id"], [1, 3])
    again = sender.begin(name="renamed.glb")
    assert (again["id"], again["parts"], again["name"]) == (begun["id"], [1, 3], "renamed.glb")
    assert code(sender.complete(begun["id"])) == (409, "invalid_state")
    assert sender.parts(begun["id"]) == [1, 3]
    [listed] = sender.web.get("/v1/uploads").json()["data"]
    assert listed == again
    sender.send(begun["id"], [2])
    assert sender.complete(begun["id"]).status_code == 201


def test_nothing_is_sent_of_what_is_here(sender: Sender) -> None:
    known = sender.web.upload(CONTENT).json()["data"]["modelId"]
    told = sender.begin()
    assert (told["id"], told["modelId"], told["partCount"]) == (None, known, 0)


def test_the_same_file_that_came_another_way_meanwhile_is_one_model(sender: Sender) -> None:
    begun = sender.begin()
    sender.send(begun["id"])
    known = sender.web.upload(CONTENT).json()["data"]["modelId"]
    made = sender.complete(begun["id"]).json()["data"]
    assert (made["modelId"], made["duplicate"]) == (known, True)
    assert len([key for key in sender.web.stored() if key.startswith(("models", "parts"))]) == 1


def test_a_part_is_whole_and_never_another(sender: Sender) -> None:
    upload_id = sender.begin()["id"]
    sender.send(upload_id, [2])
    for number, content, refusal in (
        (1, PARTS[0][:-1], (400, "invalid_request")),
        (1, PARTS[0] + b"x", (400, "invalid_request")),
        (3, PARTS[0], (400, "invalid_request")),
        (4, PARTS[0], (404, "not_found")),
        (0, PARTS[0], (404, "not_found")),
        (2, bytes(PART), (409, "invalid_state")),
    ):
        assert code(sender.put(upload_id, number, content)) == refusal
    assert sender.parts(upload_id) == [2]


def test_what_was_not_announced_is_refused_and_gone(sender: Sender) -> None:
    web = sender.web
    for announced, sent, wrong in (
        (CONTENT, [b"%PDF-1.7".ljust(PART), *PARTS[1:]], "invalid_format"),
        (bytes(len(CONTENT)), PARTS, "invalid_request"),
    ):
        upload_id = sender.begin(announced)["id"]
        for number, content in enumerate(sent, 1):
            sender.put(upload_id, number, content)
        assert code(sender.complete(upload_id)) == (400, wrong)
        assert code(web.get(f"/v1/uploads/{upload_id}")) == (404, "not_found")
    assert web.balance() == 10
    assert [key for key in web.stored() if key.startswith(("parts", "models"))] == []


def test_a_bad_announcement_is_refused(sender: Sender) -> None:
    bad: tuple[tuple[str, dict[str, Any]], ...] = (
        ("size", {"size": 0}),
        ("size", {"size": 2**70}),
        ("sha256", {"sha256": "xyz"}),
        ("tags", {"tags": ["a,b"]}),
        ("aspect", {"renderSettings": {"aspect": "7:1"}}),
    )
    for param, said in bad:
        answer = sender.ask(**said)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_unfinished_uploads_count_against_the_account(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "MOST_OPEN", 2)
    sender = Sender(Web.make(sqlite, tmp_path, quota_storage_mb=3))
    megabyte = bytes(1024 * 1024)
    first = sender.begin(megabyte + b"1")["id"]
    sender.begin(megabyte + b"2")
    assert code(sender.ask(b"3")) == (429, "too_many_requests")
    assert sender.web.request("DELETE", f"/v1/uploads/{first}").status_code == 200
    assert code(sender.ask(2 * megabyte)) == (403, "storage_limit")
    sender.begin(b"4")


def test_without_credits_it_waits_for_some(sqlite: Database, tmp_path: Path) -> None:
    sender = Sender(Web.make(sqlite, tmp_path, credits=1))
    upload_id = sender.begin()["id"]
    sender.send(upload_id)
    sender.web.upload(GLB)
    assert code(sender.complete(upload_id)) == (402, "no_credits")
    assert sender.parts(upload_id) == [1, 2, 3]
    assert len([key for key in sender.web.stored() if key.startswith("models")]) == 1


def test_what_nobody_goes_on_with_is_forgotten(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    web = sender.web
    upload_id = sender.begin()["id"]
    sender.send(upload_id, [1])
    for later, left in ((dt.timedelta(days=2), 1), (dt.timedelta(days=4), 0)):
        with monkeypatch.context() as patch:
            moment = clock.now() + later
            patch.setattr(clock, "now", lambda moment=moment: moment)
            sweep.collect_once(web.database, web.storage, web.settings)
        assert len(web.get("/v1/uploads").json()["data"]) == left
        assert len([key for key in web.stored() if key.startswith("parts")]) == left
