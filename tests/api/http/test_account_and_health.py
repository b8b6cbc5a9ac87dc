"""GET /v1/account and GET /v1/health."""

import logging

import pytest

from api.domain.work import fleet
from tests.support.web import Web


def test_the_account_of_the_token(web: Web) -> None:
    account = web.get("/v1/account").json()["data"]
    used = account.pop("quotas")
    assert account == {"id": web.account_id, "email": "maker@example.com", "credits": 10}
    assert used == {
        "storageMb": {"used": 0, "limit": 102400},
        "uploadsPerHour": {"used": 0, "limit": 3600},
        "waitingPreviews": {"used": 0, "limit": 1000},
    }


def test_health_needs_no_token_and_says_when_nobody_works(web: Web) -> None:
    answer = web.get("/v1/health", token=None)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["database"]) == ("ok", "ok")
    assert data["rendering"]["workers"] == 0
    assert not data["rendering"]["software"]
    assert "No worker is up" in data["rendering"]["note"]


@pytest.mark.parametrize(
    ("devices", "software", "words"),
    [([("H100", False)], False, "on a GPU"), ([("H100", False), ("llvmpipe", True)], True, "1 of 2 workers render on")],
)
def test_health_says_who_draws_and_whether_in_software(
    web: Web, devices: list[tuple[str, bool]], software: bool, words: str
) -> None:
    with web.database.begin() as session:
        for number, (device, on_cpu) in enumerate(devices):
            fleet.announce(session, f"worker-{number}", device, on_cpu, "x264")
    rendering = web.get("/v1/health", token=None).json()["data"]["rendering"]
    assert rendering["workers"] == len(devices)
    assert rendering["devices"] == [device for device, _ in devices]
    assert rendering["software"] is software
    assert words in rendering["note"]


def test_a_worker_that_does_not_draw_is_not_among_those_who_do(web: Web) -> None:
    with web.database.begin() as session:
        fleet.announce(session, "reader", fleet.NO_DEVICE, False, "x264")
    rendering = web.get("/v1/health", token=None).json()["data"]["rendering"]
    assert (rendering["workers"], rendering["devices"]) == (0, [])
    assert "No worker is up" in rendering["note"]


def test_health_of_a_farm_whose_database_is_gone(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web.database.dispose()
    database = web.settings.data_dir / "pirouette.sqlite3"
    for path in web.settings.data_dir.glob("pirouette.sqlite3*"):
        path.unlink()
    database.mkdir()  # nothing can be opened there
    with caplog.at_level(logging.ERROR, logger="api.http"):
        answer = web.get("/v1/health", token=None)
    assert answer.status_code == 503
    assert answer.json() == {"data": {"status": "error", "database": "error", "rendering": None}}
    assert "does not answer" in caplog.text
