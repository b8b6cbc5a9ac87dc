"""A farm for tests that don't mind each other."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from tests.support.web import Web


@pytest.fixture(scope="module")
def still_web(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One farm for all tests of a module whose requests are refused: making one takes longer than asking it."""
    folder = tmp_path_factory.mktemp("still")
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'pirouette.sqlite3')}")
    yield Web.make(database, folder)
    database.dispose()
