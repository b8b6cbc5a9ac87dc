"""Every kind of storage, one after the other: what must hold, must hold for each."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.compat import get_current_datetime

from api import clock
from api.db.session import Database
from api.http.app import create_app
from api.settings import Settings
from api.storage.base import Storage
from api.storage.open import open_storage
from tests.support.s3 import S3Server
from tests.support.web import serving

BACKENDS = ("local", "s3")


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "local":
        return Settings(data_dir=tmp_path)
    server: S3Server = request.getfixturevalue("s3_server")
    return server.settings(tmp_path)


@pytest.fixture
def storage(settings: Settings) -> Storage:
    return open_storage(settings)


@dataclasses.dataclass(frozen=True, slots=True)
class Links:
    """Sends requests to signed links of a storage, as a stranger does."""

    base_url: str
    http: httpx.Client

    def send(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        return self.http.request(method, self.whole(url), **arguments)

    def whole(self, url: str) -> str:
        return f"{self.base_url}{url}" if url.startswith("/") else url


@pytest.fixture
def links(settings: Settings, storage: Storage, sqlite_url: str) -> Iterator[Links]:
    database = Database(sqlite_url)
    with serving(create_app(settings, database, storage, lambda: None)) as base_url, httpx.Client() as http:
        yield Links(base_url, http)
    database.dispose()


@contextlib.contextmanager
def hours_ago(hours: int) -> Iterator[None]:
    """What is signed in this block was signed some hours ago."""
    past = dt.timedelta(hours=hours)
    now, now_of_s3 = clock.now, get_current_datetime
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: now() - past)
        patch.setattr("botocore.auth.get_current_datetime", lambda *given: now_of_s3(*given) - past)
        yield
