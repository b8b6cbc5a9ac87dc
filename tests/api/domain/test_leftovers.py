"""Files that nobody needs are deleted once they are old, and nothing else ever is."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, update

from api import clock
from api.db.session import Database
from api.db.tables import Model, Render
from api.domain.catalog import catalog, overlays
from api.domain.kit.failures import UNPAID
from api.domain.removal import leftovers, models
from api.domain.renders import removal
from api.domain.work import scheduling
from api.queue import sweep
from api.queue.broker import declare_queues, make_celery
from api.settings import Settings
from api.storage.local import LocalStorage
from tests.api.domain.support import claimed, fail, get, settle, sign_up, unit, upload

LATER = leftovers.GRACE + dt.timedelta(minutes=1)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def put(storage: LocalStorage, *keys: str) -> None:
    for key in keys:
        with storage.writer(key) as writer:
            writer.write(b"x")


def collect(
    database: Database, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch, later: dt.timedelta
) -> set[str]:
    """What is left when everything is older by `later`."""
    with monkeypatch.context() as patch:
        moment = clock.now() + later
        patch.setattr(clock, "now", lambda: moment)
        sweep.collect_once(database, storage, Settings())
    return {f"{folder}/{entry.name}" for folder in leftovers.FOLDERS for entry in storage.entries(folder)}


def test_what_no_row_names_goes_when_it_is_old(
    database: Database, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "COLLECT_AT_ONCE", 2)
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.begin() as session:
        model_key = session.scalars(select(Model.storage_key)).one()
        task_id = session.scalars(select(Render.task_id).where(Render.id == made.render_id)).one()
        overlay_key = overlays.new_key()
        overlays.add(
            session, account_id, storage_key=overlay_key, content_type="image/png", file_size=1, width=1, height=1
        )
    needed = {model_key, overlay_key, f"renders/{made.render_id}", f"tasks/{task_id}"}
    put(storage, model_key, overlay_key, f"renders/{made.render_id}/1/video.mp4", f"tasks/{task_id}/0-1/video.mp4")
    lost = {"models/lost.glb", "models/lost.zip", "models/more.glb", "overlays/lost", "renders/lost", "shots/lost"}
    put(storage, *(f"{key}/1/video.mp4" if key in ("renders/lost", "shots/lost") else key for key in lost))
    assert collect(database, storage, monkeypatch, dt.timedelta()) == needed | lost
    assert collect(database, storage, monkeypatch, LATER) == needed


def test_a_deleted_models_file_stays_until_its_renders_are_over(
    database: Database, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.begin() as session:
        model_key = session.scalars(select(Model.storage_key)).one()
        catalog.delete_model(session, account_id, made.model_id)
        session.execute(update(Model).values(deleted_at=clock.now() - LATER))
    put(storage, model_key, f"renders/{made.render_id}/1/video.mp4")
    assert collect(database, storage, monkeypatch, LATER) == {model_key, f"renders/{made.render_id}"}
    for _ in range(2):  # the preview and the paid render
        assert settle(database, claimed(database))
    assert collect(database, storage, monkeypatch, dt.timedelta()) == {model_key, f"renders/{made.render_id}"}
    assert collect(database, storage, monkeypatch, LATER) == {f"renders/{made.render_id}"}
    with unit(database) as session:
        removal.delete_render(session, account_id, made.render_id)
    assert collect(database, storage, monkeypatch, LATER) == set()


def test_a_sweep_deletes_files_of_deleted_models_and_ends_previews_with_which_nothing_is_paid(
    database: Database, storage: LocalStorage, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    celery = make_celery(settings)
    declare_queues(celery)
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.read() as session:
        model_key = session.scalars(select(Model.storage_key)).one()
    put(storage, model_key)
    preview = claimed(database)
    assert fail(database, claimed(database))
    with database.begin() as session:
        assert scheduling.release(session, preview)
        catalog.delete_model(session, account_id, made.model_id)
        session.execute(update(Model).values(deleted_at=clock.now() - models.KEPT))
    sweep.sweep_once(database, storage, celery, settings)
    sweep.sweep_once(database, storage, celery, settings)  # until then the preview needed the file
    celery.close()
    assert list(storage.entries("models")) == []
    assert get(database, account_id, next(iter(preview.variants))).error_code == UNPAID
