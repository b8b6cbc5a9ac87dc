"""A farm's web application in this process, on SQLite and a folder, with an account and a token."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from tests.support.web import Web


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path)
    database.dispose()


@pytest.fixture
def model_id(web: Web) -> str:
    """Of an uploaded model."""
    made: str = web.upload().json()["data"]["modelId"]
    return made
