"""A farm's web application in this process, on SQLite and a folder, with an account and a token."""

from pathlib import Path

import pytest

from api.db.session import Database
from tests.support.web import Web


@pytest.fixture
def web(sqlite_database: Database, tmp_path: Path) -> Web:
    return Web.make(sqlite_database, tmp_path)


@pytest.fixture
def model_id(web: Web) -> str:
    """Of an uploaded model."""
    made: str = web.upload().json()["data"]["modelId"]
    return made
