"""A worker on a fresh database and storage, with a model uploaded; the renderer is the tests' own."""

import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from api.domain.accounts import accounts
from api.domain.renders import uploads
from api.settings import Settings
from api.storage.local import LocalStorage
from api.worker.parent.bench import Bench
from api.worker.parent.children import Children, Places, start_child
from api.worker.parent.inputs import Inputs
from api.worker.right_of_way import RightOfWay
from renderer.spec import RenderSettings
from tests.api.domain.support import claim_of, inspect
from tests.api.worker.child_here import SETUP, Worker
from tests.api.worker.support import Order


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_url, lease_seconds=60, heartbeat_seconds=0.05, grok=False
    )
    database = Database(sqlite_url)
    places = Places.below(tmp_path / "work", tmp_path)
    storage = LocalStorage(settings.files_dir)
    yield Bench(
        worker="w",
        settings=settings,
        database=database,
        storage=storage,
        work_dir=places.made,
        stop=threading.Event(),
        right_of_way=RightOfWay(places.turns),
        children=Children(functools.partial(start_child, places), SETUP),
        inputs=Inputs(storage, places.inputs),
        wake=lambda: None,
    )
    database.dispose()


@pytest.fixture
def worker(bench: Bench) -> Worker:
    return Worker.at(bench)


@pytest.fixture
def order(bench: Bench, worker: Worker) -> Order:
    """A paid render of an uploaded model, claimed by the worker."""
    key = "models/a.glb"
    with bench.storage.writer(key) as file:
        file.write(b"the model's bytes")
    with bench.database.begin() as session:
        account = accounts.sign_up(session, "a@example.org", credits=10)
        registered = uploads.register_upload(
            session, account.id, original_name="a.glb", sha256="0" * 64, file_size=17, storage_key=key,
            settings=RenderSettings(),
        )
    inspect(bench.database)
    claim = claim_of(bench.database, registered.render_id)
    return Order(worker, account.id, registered.model_id, registered.render_id, claim)
