"""GET /v1/account and GET /v1/health, and what load balancers ask."""

import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Lane, Worker
from api.domain.work import condition, fleet
from api.http import health
from api.settings import Settings
from api.storage.base import StorageUnavailable
from tests.support.web import Web

GPU = [("H100", False)]


def report(web: Web) -> dict[str, Any]:
    """The data of /v1/health, asked anew."""
    answer = web.get("/v1/health", token=None, app=web.app_with(lambda: None))
    assert answer.status_code == (503 if answer.json()["data"]["status"] == "error" else 200)
    data: dict[str, Any] = answer.json()["data"]
    return data


def announce(web: Web, devices: list[tuple[str, bool]] = GPU) -> None:
    with web.database.begin() as session:
        for number, (device, on_cpu) in enumerate(devices):
            fleet.announce(session, f"worker-{number}", device, on_cpu, "x264")


def test_the_account_of_the_token(web: Web) -> None:
    account = web.get("/v1/account").json()["data"]
    used = account.pop("quotas")
    assert account == {"id": web.account_id, "email": "maker@example.com", "credits": 10}
    assert used == {
        "storageMb": {"used": 0, "limit": 102400},
        "uploadsPerHour": {"used": 0, "limit": 3600},
        "waitingPreviews": {"used": 0, "limit": 1000},
        "unfinishedOrders": {"used": 0, "limit": 10_000},
        "running": {"used": 0, "limit": None},
        "keptMb": {"used": 0, "limit": None},
    }


def test_health_needs_no_token_and_says_when_nobody_works(web: Web) -> None:
    data = report(web)
    assert (data["status"], data["database"]) == ("degraded", "ok")
    assert data["rendering"]["workers"] == 0
    assert not data["rendering"]["software"]
    assert "No worker is up" in data["rendering"]["note"]
    assert data["problems"] == [data["rendering"]["note"]]


def test_a_farm_of_which_nothing_is_away_is_well(web: Web) -> None:
    announce(web)
    data = report(web)
    assert (data["status"], data["problems"]) == ("ok", [])
    assert {data[part] for part in ("database", "storage", "broker", "disk")} == {"ok"}
    assert data["freeDiskMb"] > 0
    assert data["oldestPendingSeconds"] is None


def test_health_says_which_engines_there_are(web: Web) -> None:
    data = report(web)
    assert [each for each in data["engines"] if each["chosen"]] == [
        {"name": "procedural", "makes": makes, "chosen": True, "available": True, "reason": ""}
        for makes in ("pictures", "models")
    ]
    [hosted] = [each for each in data["engines"] if each["name"] == "hosted"]
    assert not hosted["available"]
    assert hosted["reason"] == "set PIROUETTE_MESH_URL to where pictures are to be sent"
    assert str(web.settings.data_dir) not in str(data)


@pytest.mark.parametrize(
    ("devices", "software", "words"),
    [(GPU, False, "on a GPU"), ([*GPU, ("llvmpipe", True)], True, "1 of 2 workers render on")],
)
def test_health_says_who_draws_and_whether_in_software(
    web: Web, devices: list[tuple[str, bool]], software: bool, words: str
) -> None:
    announce(web, devices)
    rendering = report(web)["rendering"]
    assert rendering["workers"] == len(devices)
    assert rendering["devices"] == [device for device, _ in devices]
    assert rendering["software"] is software
    assert words in rendering["note"]


def test_a_worker_that_does_not_draw_is_not_among_those_who_do(web: Web) -> None:
    announce(web, [(fleet.NO_DEVICE, False)])
    rendering = report(web)["rendering"]
    assert (rendering["workers"], rendering["devices"]) == (0, [])
    assert "No worker is up" in rendering["note"]


def test_an_unfit_worker_is_none_that_could_do_the_work(web: Web) -> None:
    announce(web, [*GPU, ("H200", False)])
    with web.database.begin() as session:
        fleet.seen(session, "worker-1", "no encoder on secret-host")
    data = report(web)
    assert (data["status"], data["rendering"]["workers"], data["rendering"]["devices"]) == ("degraded", 1, ["H100"])
    assert data["problems"] == ["1 of 2 workers are unfit for work; their logs say why"]


def test_a_silent_worker_is_told_of_before_it_is_taken_for_dead(web: Web) -> None:
    announce(web)
    with web.database.begin() as session:
        session.execute(update(Worker).values(seen_at=from_now(-30)))
    data = report(web)
    assert (data["status"], data["problems"]) == ("degraded", ["1 of 1 workers were not heard of lately"])


def test_work_that_has_waited_for_long_is_told_of(web: Web) -> None:
    announce(web)
    web.upload()
    data = report(web)
    assert data["status"] == "ok"
    assert 0 <= data["oldestPendingSeconds"] < 100
    with web.database.begin() as session:
        session.execute(update(Lane).values(oldest_at=from_now(-3600)))
    data = report(web)
    assert data["oldestPendingSeconds"] >= 3600
    assert (data["status"], data["problems"]) == ("degraded", ["Some work has waited for 60 minutes"])


def test_a_disk_below_its_reserve_is_told_of(web: Web) -> None:
    announce(web)
    short = Web.of(web.database, web.settings.model_copy(update={"disk_reserve_mb": 1 << 30}), email="o@example.com")
    data = report(short)
    assert (data["status"], data["disk"], data["storage"]) == ("degraded", "low", "ok")
    assert "less than the 1073741824 in reserve" in data["problems"][0]


def test_a_storage_or_a_broker_that_is_away_is_told_of(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise StorageUnavailable("at secret-host")

    announce(web)
    monkeypatch.setattr(type(web.storage), "ping", lambda _: away())
    monkeypatch.setattr(web, "broker", away)
    data = report(web)
    assert (data["status"], data["storage"], data["broker"], data["database"]) == ("degraded", "error", "error", "ok")
    assert [problem.partition(" does not")[0] for problem in data["problems"]] == ["The storage", "The broker"]
    assert "secret-host" not in str(data)
    answer = web.get("/readyz", token=None, app=web.app_with(lambda: None))
    assert (answer.status_code, answer.json()) == (
        503, {"status": "error", "database": "ok", "schema": "ok", "storage": "error"},
    )


def lose_database(web: Web) -> None:
    web.database.dispose()
    for path in web.settings.data_dir.glob("pirouette.sqlite3*"):
        path.unlink()
    (web.settings.data_dir / "pirouette.sqlite3").mkdir()  # nothing can be opened there


def test_health_of_a_farm_whose_database_is_gone(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    lose_database(web)
    with caplog.at_level(logging.ERROR, logger="api.http"):
        data = report(web)
    assert (data["status"], data["database"], data["rendering"]) == ("error", "error", None)
    assert "Not in order: condition: " in caplog.text
    assert web.get("/readyz", token=None).status_code == 503
    assert web.get("/healthz", token=None).json() == {"status": "ok"}


def test_a_check_that_hangs_counts_as_away_and_is_not_asked_twice(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    hangs, asked = threading.Event(), []

    def hang(*_: Any, **__: Any) -> None:
        asked.append(1)
        hangs.wait()

    monkeypatch.setattr(condition, "ask", hang)
    try:
        for _ in range(3):
            assert web.get("/v1/health", token=None).json()["data"]["database"] == "error"
        assert len(asked) == 1
        assert web.get("/healthz", token=None).status_code == 200
    finally:
        hangs.set()


def test_whoever_asks_how_often_the_database_is_asked_once_a_second(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 1000.0)
    asked = []
    ask = condition.ask

    def count(*arguments: Any, **named: Any) -> condition.Condition:
        asked.append(1)
        return ask(*arguments, **named)

    monkeypatch.setattr(condition, "ask", count)
    for path in ("/v1/health", "/readyz", "/readyz", "/v1/health"):
        assert web.get(path, token=None).status_code == 200
    assert len(asked) == 1


def test_a_server_is_ready_when_the_schema_is_its_own(web: Web, tmp_path: Path) -> None:
    assert web.get("/readyz", token=None).json() == {
        "status": "ok", "database": "ok", "schema": "ok", "storage": "ok",
    }
    assert web.request("HEAD", "/readyz", token=None).status_code == 200
    assert web.request("HEAD", "/healthz", token=None).status_code == 200
    web.database.dispose()
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    settings = Settings(data_dir=tmp_path)
    unready = Web(empty, web.storage, settings, "", "").get("/readyz", token=None)
    assert (unready.status_code, unready.json()["schema"]) == (503, "error")
    empty.dispose()
