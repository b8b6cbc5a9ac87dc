"""One thing that goes wrong in a sweep keeps nothing else from being done, and is tried again."""

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.session import Database
from api.db.tables import OutboxMessage, Segment, Upload
from api.domain.accounts import idempotency
from api.domain.kit.files import FileView
from api.domain.removal import leftovers, uploads
from api.domain.webhooks import deliveries
from api.domain.work import outbox, scheduling
from api.errors import Unavailable
from api.queue import sweep
from api.queue.broker import declare_queues, make_celery
from api.settings import Settings
from api.storage.base import StorageUnavailable
from api.storage.local import LocalStorage
from tests.api.domain.projects import announce, confirm
from tests.api.domain.support import claimed, expire_leases, sign_up, upload
from tests.support.waiting import wait_for


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, sweep_seconds=0.02, lease_seconds=300)


@pytest.fixture
def celery(settings: Settings) -> Iterator[Celery]:
    celery = make_celery(settings)
    declare_queues(celery)
    yield celery
    celery.close()


@pytest.fixture
def storage(settings: Settings) -> LocalStorage:
    return LocalStorage(settings.files_dir)


def running(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Segment.id).where(Segment.state == "running")))


def test_a_claim_that_can_not_be_taken_back_keeps_no_other_from_it(
    database: Database, storage: LocalStorage, celery: Celery, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = sign_up(database)
    for content in ("a chair", "a table"):
        upload(database, account_id, content)
    bad, *others = [claimed(database).segment_id for _ in range(4)]
    expire_leases(database)
    requeue = scheduling._requeue

    def stumble(session: Session, attempt: Any, **waiting: Any) -> None:
        if attempt.segment_id == bad:
            raise ValueError("a row that makes no sense")
        requeue(session, attempt, **waiting)

    with monkeypatch.context() as patch:
        patch.setattr(scheduling, "_requeue", stumble)
        sweep.sweep_once(database, storage, celery, settings)
        assert running(database) == {bad}
    sweep.sweep_once(database, storage, celery, settings)
    assert running(database) == set()
    assert len(others) == 3


def test_lost_work_is_announced_before_the_files_of_it_are_deleted(
    database: Database, storage: LocalStorage, celery: Celery, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(database, sign_up(database))
    claimed(database)
    expire_leases(database)
    done: list[str] = []
    monkeypatch.setattr(sweep, "send_hint", lambda _celery, queue: done.append(queue))
    monkeypatch.setattr(LocalStorage, "delete_prefix", lambda _storage, prefix: done.append(prefix.partition("/")[0]))
    sweep.sweep_once(database, storage, celery, settings)
    assert done.index("renders") > done.index("render")


def test_a_step_that_fails_keeps_no_other_from_being_done(
    database: Database, storage: LocalStorage, celery: Celery, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("a row that makes no sense")

    def take_too_long(*_: Any, **__: Any) -> None:
        raise Unavailable

    with database.begin() as session:
        outbox.add(session, "render")
    monkeypatch.setattr(idempotency, "sweep", take_too_long)
    monkeypatch.setattr(scheduling, "take_back", fail)
    sweep.sweep_once(database, storage, celery, settings)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    assert "could not take back lost claims" in caplog.text
    assert "could not forget old answers" in caplog.text


def test_what_can_not_be_deleted_is_counted_and_deleted_next_time_and_the_rest_at_once(
    database: Database, storage: LocalStorage, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = ("one.glb", "two.glb", "three.glb")
    for name in names:
        with storage.writer(f"models/{name}") as writer:
            writer.write(b"x")
    with storage.writer("overlays/old") as writer:
        writer.write(b"x")
    delete = LocalStorage.delete_prefix

    def refuse(self: LocalStorage, prefix: str) -> None:
        if prefix == "models/two.glb":
            raise StorageUnavailable("a broken sector")
        delete(self, prefix)

    later = clock.now() + leftovers.GRACE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with monkeypatch.context() as patch, caplog.at_level(logging.INFO):
        patch.setattr(LocalStorage, "delete_prefix", refuse)
        sweep.collect_once(database, storage, settings)
    assert [entry.name for folder in ("models", "overlays") for entry in storage.entries(folder)] == ["two.glb"]
    assert "1 files or folders in models can't be deleted" in caplog.text
    assert "Deleted 2 files or folders from models" in caplog.text
    sweep.collect_once(database, storage, settings)
    assert list(storage.entries("models")) == []


def test_files_of_announced_models_go_unless_they_may_still_be_confirmed(
    database: Database, storage: LocalStorage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = announce(database, sign_up(database), "awaited.glb", "confirmed.glb", "expired.glb")
    for view in views:
        with storage.writer(view.put_key) as writer:  # as S3 takes them
            writer.write(b"x")
    confirm(database, views[1].account_id, views[1].id, "x")
    with database.begin() as session:
        expired = Upload.id == views[2].id
        session.execute(update(Upload).where(expired).values(expires_at=clock.now() - uploads.KEPT))
    sweep.collect_once(database, storage, settings)
    assert {entry.name for entry in storage.entries("uploads")} == {view.id for view in views}
    later = clock.now() + leftovers.GRACE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    sweep.collect_once(database, storage, settings)
    assert {entry.name for entry in storage.entries("uploads")} == {views[0].id}
    with database.read() as session:
        assert set(session.scalars(select(Upload.id))) == {views[0].id, views[1].id}


def test_a_folder_that_can_not_be_listed_keeps_no_other_from_being_looked_through(
    database: Database, storage: LocalStorage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with storage.writer("renders/old/1/video.mp4") as writer:
        writer.write(b"x")
    entries = LocalStorage.entries

    def refuse(self: LocalStorage, folder: str) -> Any:
        if folder == "models":
            raise StorageUnavailable("a broken sector")
        return entries(self, folder)

    later = clock.now() + leftovers.GRACE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(LocalStorage, "entries", refuse)
    sweep.collect_once(database, storage, settings)
    assert list(storage.entries("renders")) == []


def test_what_deletes_very_much_keeps_no_lost_work_waiting_and_ends_when_it_is_told(
    database: Database, storage: LocalStorage, celery: Celery, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(database, sign_up(database), "a chair")
    held = claimed(database)
    steps: list[bool] = []

    def never_done(_session: Session, **_: Any) -> bool:
        steps.append(True)
        return True

    monkeypatch.setattr(deliveries, "discard_old", never_done)
    stop = threading.Event()
    sweeper = threading.Thread(target=sweep.sweep_until, args=(stop, database, storage, celery, settings))
    sweeper.start()
    wait_for(lambda: len(steps) > 1, "the deletion")
    expire_leases(database)
    wait_for(lambda: held.segment_id not in running(database), "the lost work")
    stop.set()
    sweeper.join()
    assert not any(thread.name == "collector" for thread in threading.enumerate())


def test_the_sweep_collects_what_dead_writers_left(
    database: Database, storage: LocalStorage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = settings.files_dir / ".incoming" / "orphan"
    orphan.write_bytes(b"half a model")
    sweep.collect_once(database, storage, settings)
    assert orphan.exists()
    later = clock.now() + leftovers.GRACE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    sweep.collect_once(database, storage, settings)
    assert not orphan.exists()


def test_files_of_an_attempt_that_came_to_nothing_are_collected_beside_those_of_one_that_counts(
    database: Database, storage: LocalStorage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(database, sign_up(database))
    done = claimed(database)
    [render_id] = done.variants
    with database.begin() as session:
        stored = FileView(f"{done.output_prefix(render_id)}video.mp4", 4, "e", "video/mp4")
        assert scheduling.settle_done(session, done, {render_id: {"video": stored}})
    kept = settings.files_dir / stored.key
    lost = kept.parent.with_name("7") / "video.mp4"  # whoever should have deleted it has died
    for file in (kept, lost):
        file.parent.mkdir(parents=True)
        file.write_bytes(b"made")
    sweep.collect_once(database, storage, settings)
    assert lost.exists()
    later = clock.now() + leftovers.GRACE + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    sweep.collect_once(database, storage, settings)
    assert (kept.exists(), lost.exists()) == (True, False)


def test_after_the_database_was_away_workers_have_a_leases_time_to_be_heard_of(
    database: Database, storage: LocalStorage, celery: Celery, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(database, sign_up(database))
    claim = claimed(database)
    expire_leases(database)
    swept: list[bool] = []
    pings: list[int] = []
    sweep_once, ping = sweep.sweep_once, Database.ping

    def note(*arguments: Any, take_back: bool) -> None:
        sweep_once(*arguments, take_back=take_back)
        swept.append(take_back)

    def away_at_first(self: Database) -> None:
        pings.append(1)
        if len(pings) == 1:
            raise Unavailable
        ping(self)

    monkeypatch.setattr(sweep, "sweep_once", note)
    monkeypatch.setattr(Database, "ping", away_at_first)
    stop = threading.Event()
    thread = threading.Thread(target=sweep.sweep_until, args=(stop, database, storage, celery, settings))
    thread.start()
    try:
        wait_for(lambda: len(swept) >= 3, "sweeps after the outage")
    finally:
        stop.set()
        thread.join()
    assert swept[:3] == [False, False, False]
    assert running(database) == {claim.segment_id}
