"""Databases before anything was done to them, and farms that were brought from the first schema to the newest."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from api.settings import Settings
from api.storage.open import open_storage
from tests.api.db.first_schema import TOKENS, fill, store_files
from tests.support.postgres import PostgresServer
from tests.support.web import Web


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database() as url:
            yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def carried_over(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the migrated database, to be copied."""
    with contextlib.ExitStack() as held:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/old.sqlite3"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = held.enter_context(server.database())
        fill(url)
        database = Database(url)
        database.migrate()
        database.dispose()
        yield url


@pytest.fixture
def url(carried_over: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    if carried_over.startswith("sqlite"):
        copied = shutil.copy(carried_over.removeprefix("sqlite:///"), tmp_path / "pirouette.sqlite3")
        yield f"sqlite:///{copied}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database(like=carried_over) as copy:
            yield copy


@pytest.fixture
def web(url: str, tmp_path: Path) -> Iterator[Web]:
    """The farm after the migration, its first account asking."""
    settings = Settings(data_dir=tmp_path / "data")
    store_files(settings.files_dir)
    database = Database(url)
    yield Web(database, open_storage(settings), settings, "accountMaker", TOKENS["maker"])
    database.dispose()
