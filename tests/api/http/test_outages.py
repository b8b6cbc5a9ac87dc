"""What clients hear while the database or the disk can't be used: to come back later, and never that we are broken."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.db.session import Database
from api.domain.accounts import credentials
from tests.support.disks import fill, small_disk
from tests.support.web import GLB, Web

ANOTHER = GLB + b"another"


@contextlib.contextmanager
def write_lock_held(web: Web) -> Iterator[None]:
    """As if another process stood still in a transaction."""
    path = web.settings.data_dir / "pirouette.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture
def hasty(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A farm that waits for another writer for a twentieth of a second only."""
    monkeypatch.setattr("api.db.engines.BUSY_SECONDS", 0.05)
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path)
    database.dispose()


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether the answer says so in the envelope, and when to come back."""
    error = answer.json()["error"]
    return (
        (answer.status_code, error["status"], error["code"]) == (status, status, code)
        and int(answer.headers["retry-after"]) > 0
    )


def last_used(web: Web) -> list[object]:
    with web.database.read() as session:
        return [token.last_used_at for token in credentials.list_tokens(session, web.account_id)]


def test_while_another_holds_the_write_lock_reads_are_answered_and_writes_asked_to_come_back(hasty: Web) -> None:
    made = hasty.upload().json()["data"]
    order = {"modelId": made["modelId"]}
    with write_lock_held(hasty):
        for path in ("/v1/account", "/v1/models", f"/v1/models/{made['modelId']}", f"/v1/renders/{made['renderId']}"):
            assert hasty.get(path).status_code == 200
        for answer in (
            hasty.post("/v1/renders", json=order), hasty.request("DELETE", f"/v1/renders/{made['renderId']}"),
            hasty.upload(ANOTHER), hasty.post("/v1/renders", json=order, headers={"Idempotency-Key": "k"}),
        ):
            assert refused(answer, 503, "unavailable")
    assert hasty.balance() == 9
    assert hasty.post("/v1/renders", json=order, headers={"Idempotency-Key": "k"}).status_code == 201


def test_a_use_of_a_key_that_can_not_be_noted_is_forgotten_and_noted_next_time(
    hasty: Web, caplog: pytest.LogCaptureFixture
) -> None:
    with write_lock_held(hasty):
        assert hasty.get("/v1/account").status_code == 200
        hasty.app.state.farm.touches.write()
    assert "The last use of 1 keys was not noted" in caplog.text
    assert last_used(hasty) == [None]
    assert hasty.get("/v1/account").status_code == 200
    hasty.app.state.farm.touches.write()
    assert last_used(hasty) != [None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=24) as folder:
        yield folder


@pytest.fixture
def cramped(disk: Path, migrated_sqlite: Path) -> Iterator[Web]:
    """A farm on a disk of 24 MB of its own, of which 8 stay free."""
    path = disk / "pirouette.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield Web.make(database, disk, disk_reserve_mb=8)
    database.dispose()


def test_on_a_full_disk_reads_are_answered_and_the_rest_is_told_why_not(cramped: Web, disk: Path) -> None:
    made = cramped.upload().json()["data"]
    with fill(disk, leave=0):
        model = f"/v1/models/{made['modelId']}"
        for path in ("/v1/account", "/v1/models", f"/v1/renders/{made['renderId']}", model, f"{model}/file"):
            assert cramped.get(path).status_code == 200
        cramped.app.state.farm.touches.write()
        assert refused(cramped.upload(ANOTHER), 507, "no_space")
        order = cramped.post("/v1/renders", json={"modelId": made["modelId"]})
        deletion = cramped.request("DELETE", f"/v1/renders/{made['renderId']}")
        for answer in (order, deletion):  # SQLite may find room in pages that it has already
            assert answer.is_success or refused(answer, 507, "no_space")
    assert cramped.upload(ANOTHER).status_code == 201


def test_a_disk_that_fills_up_during_an_upload_leaves_nothing_of_it(cramped: Web, disk: Path) -> None:
    stored = cramped.stored()
    with fill(disk, leave=9):
        assert refused(cramped.upload(GLB + bytes(12 << 20)), 507, "no_space")
    assert cramped.stored() == stored
    assert cramped.balance() == 10


def test_within_the_reserve_nothing_comes_in_and_everything_else_goes_on(cramped: Web, disk: Path) -> None:
    made = cramped.upload().json()["data"]
    cramped.finish(made["renderId"])
    with fill(disk, leave=7):
        assert refused(cramped.upload(ANOTHER), 507, "no_space")
        assert cramped.post("/v1/renders", json={"modelId": made["modelId"]}).status_code == 201
        assert cramped.get(f"/v1/renders/{made['renderId']}/video").status_code == 200
        assert cramped.request("DELETE", f"/v1/renders/{made['renderId']}").status_code == 200
    assert cramped.upload(ANOTHER).status_code == 201
