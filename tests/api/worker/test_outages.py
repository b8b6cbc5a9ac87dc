"""What an outage in the middle of a claim costs: nothing, if it passes; and never a try of the model."""

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.session import Database
from api.db.tables import Segment
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.errors import Unavailable
from api.storage.base import Room, StorageUnavailable, StoredFile
from api.storage.local import LocalStorage
from api.storage.open import open_storage
from api.storage.s3 import S3Storage
from api.worker.parent.loop import work_until_idle
from api.worker.parent.run_segment import FULL_DISK_TRIES
from renderer.errors import EncodeError
from renderer.render import Listener
from tests.api.domain.support import claim_of
from tests.api.worker.support import Order, own_files, use_renderer
from tests.support.s3 import S3Server
from tests.support.tcp_gate import Gate
from tests.support.waiting import wait_for


class LostLine:
    """A database whose connection breaks in the settlement's commit, before it counts or after; and it stays away for
    `times` more tries of anything. `then` is called when it breaks."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, counts: bool, times: float = 2,
        then: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._begin, self._read, self._settle_done = Database.begin_as, Database.read, scheduling.settle_done
        self._counts, self._times, self._then = counts, times, then
        self._settling = self._broken = False
        monkeypatch.setattr("api.worker.parent.patience.PAUSE_S", 0)
        monkeypatch.setattr(Database, "begin_as", lambda database, kind: self.begin(database, kind))
        monkeypatch.setattr(Database, "read", lambda database: self.read(database))
        monkeypatch.setattr(scheduling, "settle_done", self.settle_done)

    def settle_done(self, *arguments: Any) -> bool:
        self._settling = not self._broken
        return self._settle_done(*arguments)

    @contextlib.contextmanager
    def begin(self, database: Database, kind: type[Session]) -> Iterator[Session]:
        self.refuse()
        with self._begin(database, kind) as session:
            yield session
            if self._settling and not self._counts:
                self._break()
        if self._settling:
            self._break()

    @contextlib.contextmanager
    def read(self, database: Database) -> Iterator[Session]:
        self.refuse()
        with self._read(database) as session:
            yield session

    def _break(self) -> NoReturn:
        self._settling, self._broken = False, True
        self._then()
        raise Unavailable("the line went dead during the commit")

    def refuse(self) -> None:
        if self._broken and self._times > 0:
            self._times -= 1
            raise Unavailable("the line is dead")


@pytest.mark.parametrize("counts", [True, False])
def test_a_settlement_is_repeated_until_the_database_has_heard_it_and_counts_once(
    order: Order, monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    use_renderer(monkeypatch)
    with monkeypatch.context() as until_it_is_back:
        LostLine(until_it_is_back, counts=counts)
        order.run()
    assert (order.view.status, order.stored, order.credits) == (RenderStatus.DONE, own_files(order), 9)
    assert failures(order) == 0


@pytest.mark.parametrize("counts", [True, False])
def test_files_stay_while_the_database_can_not_say_whether_they_count(
    order: Order, monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    use_renderer(monkeypatch)
    with monkeypatch.context() as until_it_is_back:
        LostLine(until_it_is_back, counts=counts, times=math.inf, then=order.bench.stop.set)
        with pytest.raises(Unavailable):
            order.run()
    assert order.stored == own_files(order)
    assert order.view.status == (RenderStatus.DONE if counts else RenderStatus.VIDEO_PROCESSING)


def failures(order: Order) -> int:
    with order.bench.database.read() as session:
        return session.scalars(select(Segment.failures).where(Segment.id == order.claim.segment_id)).one()


def test_a_database_that_is_away_while_frames_are_drawn_costs_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = scheduling.publish
    tries = []

    def publish(*arguments: Any, **named: Any) -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable
        return tell(*arguments, **named)

    monkeypatch.setattr("api.worker.parent.patience.PAUSE_S", 0)
    monkeypatch.setattr(scheduling, "publish", publish)
    use_renderer(monkeypatch, lambda listener: wait_for(lambda: order.files, "the posters"))
    order.run()
    assert (len(tries), order.view.status, failures(order)) == (3, RenderStatus.DONE, 0)


@pytest.mark.parametrize("away", ["from the start", "after the posters"])
def test_while_the_storage_is_away_a_render_waits_and_goes_on(
    order: Order, s3_server: S3Server, s3_gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    monkeypatch.setattr("api.worker.parent.run_segment.STORAGE_PAUSE_S", 0)
    monkeypatch.setattr("api.worker.parent.run_segment.STORAGE_AWAY_S", 0)
    storage = open_storage(s3_server.settings(tmp_path, port=s3_gate.port))
    with storage.writer("models/a.glb") as file:
        file.write(b"the model's bytes")
    worker = dataclasses.replace(order.worker, bench=dataclasses.replace(order.bench, storage=storage))
    use_renderer(monkeypatch, lambda listener: s3_gate.close())
    claim = order.claim
    for _ in range(order.bench.settings.max_attempts + 1):  # more than a render survives failures
        if away == "from the start":
            s3_gate.close()
        worker.run(claim)
        assert (order.view.status, order.view.error_message) == (RenderStatus.PENDING, None)
        claim = claim_of(order.bench.database, order.render_id)
        s3_gate.open()
    use_renderer(monkeypatch)
    worker.run(claim)
    assert order.view.status == RenderStatus.DONE
    assert [entry.name for entry in storage.entries(f"renders/{order.render_id}")] == [str(claim.attempt)]
    assert order.credits == 9


def test_a_file_that_is_made_while_the_storage_is_away_for_a_while_is_made_once(
    order: Order, s3_server: S3Server, s3_gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.worker.parent.patience.PAUSE_S", 0)
    storage = open_storage(s3_server.settings(tmp_path, port=s3_gate.port))
    with storage.writer("models/a.glb") as file:
        file.write(b"the model's bytes")
    worker = dataclasses.replace(order.worker, bench=dataclasses.replace(order.bench, storage=storage))
    refused: list[str] = []
    put_file = S3Storage.put_file

    def put(self: S3Storage, key: str, path: Path) -> StoredFile:
        try:
            return put_file(self, key, path)
        except StorageUnavailable:
            refused.append(key)
            if len(refused) == 2:
                s3_gate.open()
            raise

    monkeypatch.setattr(S3Storage, "put_file", put)
    use_renderer(monkeypatch, lambda listener: s3_gate.close())
    worker.run(order.claim)
    assert len(refused) == 2
    assert (order.view.status, failures(order)) == (RenderStatus.DONE, 0)
    assert {file.key for file in order.files.values()} == own_files(order)


def test_a_failure_for_want_of_room_is_no_failure(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = order.bench.storage
    assert isinstance(storage, LocalStorage)
    enough = storage.room

    def fill_disk(listener: Listener) -> None:
        storage.room = Room((order.bench.work_dir,), 1 << 60)
        raise EncodeError("ffmpeg ended with code 1: No space left on device")

    monkeypatch.setattr("api.worker.parent.run_segment.STORAGE_PAUSE_S", 0)
    use_renderer(monkeypatch, fill_disk)
    order.run()
    assert (order.view.status, failures(order), order.stored) == (RenderStatus.PENDING, 0, set())
    use_renderer(monkeypatch)
    storage.room = enough
    order.worker.do(lambda bench: work_until_idle(bench, ["render"], lambda queue: None))
    assert {file.key for file in order.files.values()} == own_files(order, attempt=2)


def test_a_model_that_fills_every_disk_is_given_up_in_the_end(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = order.bench.storage
    assert isinstance(storage, LocalStorage)
    storage.room = Room((order.bench.work_dir,), 1 << 60)

    def fail(listener: Listener) -> None:
        raise EncodeError("ffmpeg ended with code 1: No space left on device")

    monkeypatch.setattr("api.worker.parent.run_segment.STORAGE_PAUSE_S", 0)
    use_renderer(monkeypatch, fail)
    claim = order.claim
    for _ in range(FULL_DISK_TRIES - 1):
        order.worker.run(claim)
        assert failures(order) == 0
        claim = claim_of(order.bench.database, order.render_id)
    order.worker.run(claim)
    assert failures(order) == 1
