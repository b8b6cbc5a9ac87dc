"""The judge of hostile inputs sees what it is there to see."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from api.domain.accounts import ledger
from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from tests.api.domain.support import end_pauses
from tests.hostile.cases import Case
from tests.hostile.verdict import End, Sent, Verdict, accounts_out_of_balance, judge, table
from tests.support.web import Web

CASE = Case("glb-1", "glb", "model", "model.glb", b"", {})


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "migrated.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture
def web(migrated: Path, tmp_path: Path) -> Iterator[Web]:
    database = Database(f"sqlite:///{shutil.copy(migrated, tmp_path / 'farm.sqlite3')}")
    yield Web.make(database, tmp_path)
    database.dispose()


@pytest.fixture
def sent(web: Web) -> Sent:
    answer = web.upload()
    data = answer.json()["data"]
    return Sent(CASE, web.account_id, answer.status_code, model_id=data["modelId"], render_id=data["renderId"])


def judged(web: Web, sent: Sent, code: str, message: str, *, attempts: int = 1) -> Verdict:
    """What is thought of the input after its model could not be read."""
    for attempt in range(1, attempts + 1):
        with web.database.begin() as session:
            claim = claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)
            assert claim is not None
            failure = Failure(code, message)
            assert scheduling.settle_error(session, claim, failure, retry=attempt < attempts, max_attempts=3)
        end_pauses(web.database)
    [verdict] = judge(web.database, [sent])
    return verdict


def test_an_error_that_names_what_is_wrong_with_the_file_is_fine(web: Web, sent: Sent) -> None:
    verdict = judged(web, sent, "invalid_model", "accessors[0].count must be a number")
    assert (verdict.end, verdict.code) == (End.FAILED, "invalid_model")
    assert (verdict.unrefunded, verdict.complaints) == (False, ())
    assert accounts_out_of_balance(web.database) == []


def test_what_does_not_end_hangs(web: Web, sent: Sent) -> None:
    [verdict] = judge(web.database, [sent])
    assert (verdict.end, len(verdict.complaints)) == (End.HUNG, 1)


@pytest.mark.parametrize("code", ["child_failed", "worker_lost", "internal", "device_error", "encode_error"])
def test_an_error_of_the_farm_is_the_farms(web: Web, sent: Sent, code: str) -> None:
    assert judged(web, sent, code, "Something failed").end == End.DIED


@pytest.mark.parametrize("message", [
    "Traceback (most recent call last)", "KeyError: 3", "numpy.linalg.LinAlgError", 'File "x.py"', "at 0x7f00deadbeef",
    "/home/farm/models/a.glb is broken", "a\nb",
])
def test_a_message_that_speaks_of_the_farms_inside_is_seen(web: Web, sent: Sent, message: str) -> None:
    [complaint] = judged(web, sent, "invalid_model", message).complaints
    assert complaint.startswith("the message has ")


@pytest.mark.parametrize("message", [
    "The image is 69x10106548 pixels", "The image is 0x2147483648 pixels", "magic 0x01312F76 flags 0x00000003",
])
def test_numbers_of_a_file_are_no_addresses(web: Web, sent: Sent, message: str) -> None:
    assert judged(web, sent, "invalid_model", message).complaints == ()


def test_a_file_that_is_sent_again_may_be_read_again(web: Web, sent: Sent) -> None:
    judged(web, sent, "invalid_model", "It is broken")
    made = web.upload().json()["data"]
    again = dataclasses.replace(sent, model_id=made["modelId"], render_id=made["renderId"])
    assert made["modelId"] == sent.model_id
    assert judged(web, again, "invalid_model", "It is broken").complaints == ()


def test_a_refund_that_is_missing_is_seen(web: Web, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "refund", lambda *_: None)
    verdict = judged(web, sent, "invalid_model", "It is broken")
    assert verdict.unrefunded
    assert len(verdict.complaints) == 1


def test_a_second_attempt_is_seen(web: Web, sent: Sent) -> None:
    assert judged(web, sent, "invalid_model", "It is broken", attempts=2).complaints == ("took 2 attempts",)


@pytest.mark.parametrize(("ends", "kept"), [({"drawn"}, False), ({"invalid_model"}, True), ({"drawn", "failed"}, True)])
def test_an_end_that_was_not_expected_is_seen(web: Web, sent: Sent, ends: set[str], kept: bool) -> None:
    expecting = dataclasses.replace(sent, case=dataclasses.replace(CASE, ends=frozenset(ends)))
    assert (judged(web, expecting, "invalid_model", "It is broken").complaints == ()) == kept


@pytest.mark.parametrize(("status", "code", "end"), [
    (400, "invalid_format", End.REFUSED), (413, "file_too_large", End.REFUSED), (400, "", End.DIED),
    (500, "internal", End.DIED), (0, "", End.DIED),
])
def test_an_answer_is_a_refusal_only_in_the_apis_envelope(web: Web, status: int, code: str, end: End) -> None:
    [verdict] = judge(web.database, [Sent(CASE, web.account_id, status, code, "No")])
    assert verdict.end == end
    assert (verdict.complaints == ()) == (end == End.REFUSED)


def test_the_table_counts_by_kind(web: Web) -> None:
    lines = table(judge(web.database, [Sent(CASE, web.account_id, 400, "invalid_format", "No")] * 3)).splitlines()
    assert [line.split() for line in lines] == [
        ["kind", "sent", "refused", "cancelled", "drawn", "failed", "died", "hung", "unrefunded"],
        ["glb", "3", "3", *["0"] * 6], ["all", "3", "3", *["0"] * 6],
    ]  # fmt: skip


def test_what_reading_comes_to_counts_though_the_order_is_cancelled(web: Web, sent: Sent) -> None:
    assert web.request("PATCH", f"/v1/renders/{sent.render_id}/cancel").status_code == 200
    [unread] = judge(web.database, [sent])
    assert unread.end == End.HUNG
    assert judged(web, sent, "internal", "Something failed").end == End.DIED


def test_a_cancelled_order_of_what_can_be_read_is_fine(web: Web, sent: Sent) -> None:
    assert web.request("PATCH", f"/v1/renders/{sent.render_id}/cancel").status_code == 200
    web.inspect()
    [verdict] = judge(web.database, [sent])
    assert (verdict.end, verdict.complaints) == (End.CANCELLED, ())
