"""Databases for the service's tests: what holds must hold on SQLite and on PostgreSQL."""

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import clock
from api.db.session import Database
from tests.support.postgres import MIGRATED, PostgresServer
from tests.support.transactions import forbid_calls_in_transactions


@pytest.fixture(autouse=True)
def _no_two_readings_of_the_clock_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test makes first is older, though it be less than the clock's millisecond."""
    read, lock, last = clock.now, threading.Lock(), clock.now()

    def now() -> dt.datetime:
        nonlocal last
        with lock:
            last = max(read(), last + dt.timedelta(milliseconds=1))
            return last

    monkeypatch.setattr(clock, "now", now)


@pytest.fixture(autouse=True)
def _no_calls_in_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test of the service would find them."""
    forbid_calls_in_transactions(monkeypatch)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file of the test's own, with the newest schema."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'pirouette.sqlite3')}"


@pytest.fixture(scope="session")
def kept_sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Database]:
    """As `postgres_database`; and the link by which it finds its folder, which is another one in each test."""
    folder = tmp_path_factory.mktemp("kept")
    link = folder / "link"
    link.symlink_to(folder)
    return link, Database(f"sqlite:///{link / 'pirouette.sqlite3'}")


@pytest.fixture
def sqlite_database(sqlite_url: str, kept_sqlite: tuple[Path, Database], tmp_path: Path) -> Iterator[Database]:
    """That of `sqlite_url`."""
    link, database = kept_sqlite
    link.unlink()
    link.symlink_to(tmp_path)
    yield database
    database.dispose()  # of its connections


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> Database:
    """Of `postgres_url`, and kept: it remembers the SQL of all statements, whose making is half the time of a test."""
    return Database(postgres_server.url(MIGRATED))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with the newest schema, one after the other of both kinds."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
    else:
        request.getfixturevalue("postgres_url")
        database = request.getfixturevalue("postgres_database")
        yield database
        database.dispose()  # of its connections
