"""What `pirouette admin doctor` finds of the rest of a farm, each with what to do about it."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text

from api.db.session import Database
from api.processes.doctor_farm import farm_findings
from api.processes.findings import Finding
from api.queue.broker import declare_queues, make_celery
from api.settings import Settings
from api.storage.open import open_storage
from tests.support.ports import free_port


def found(settings: Settings) -> dict[str, Finding]:
    return {each.check: each for each in farm_findings(settings)}


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """Of an embedded farm that was used."""
    settings = Settings(data_dir=tmp_path, disk_reserve_mb=0)
    open_storage(settings)
    with make_celery(settings) as celery:
        declare_queues(celery)
    return settings


def test_a_farm_that_is_well_has_nothing_to_be_done(settings: Settings) -> None:
    told = found(settings)
    assert list(told) == ["database", "schema", "clock", "broker", "storage", "disk", "secrets"]
    assert {each.ok for each in told.values()} == {True}, told
    assert {each.fix for each in told.values()} == {None}


def test_postgresql_is_told_by_its_version(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": postgres_url, "disk_reserve_mb": 0})
    told = found(settings)
    assert told["database"].found.startswith("postgresql 1")
    assert told["database"].ok
    assert told["clock"].ok


@pytest.mark.parametrize(("version", "says"), [("0001", "of an older"), ("9999", "of a newer")])
def test_a_database_of_another_version_is_told_of(settings: Settings, version: str, says: str) -> None:
    database = Database(settings.sqlalchemy_url)
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    database.dispose()
    schema = found(settings)["schema"]
    assert not schema.ok
    assert says in schema.found
    assert schema.fix is not None


def test_a_clock_that_is_wrong_is_told_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    an_hour_ago = dt.datetime.now(dt.UTC).timestamp() - 3600
    monkeypatch.setattr("time.time", lambda: an_hour_ago)
    clock = found(settings)["clock"]
    assert (clock.ok, "away from the database's" in clock.found, "NTP" in str(clock.fix)) == (False, True, True)


def test_what_is_away_comes_with_its_settings(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    told = found(Settings.model_validate({
        "data_dir": tmp_path, "database_host": "127.0.0.1", "database_port": nowhere.rpartition(":")[2],
        "broker_url": f"redis://{nowhere}/0", "s3_bucket": "files", "s3_endpoint": f"http://{nowhere}",
        "s3_access_key": "a", "s3_secret_key": "b", "disk_reserve_mb": 10**9,
    }))  # fmt: skip
    for check, setting in {
        "database": "PIROUETTE_DATABASE_URL", "broker": "PIROUETTE_BROKER_URL", "storage": "PIROUETTE_S3_",
        "disk": "reserve", "secrets": "PIROUETTE_DATABASE_PASSWORD",
    }.items():  # fmt: skip
        assert not told[check].ok, check
        assert setting in str(told[check].fix)
