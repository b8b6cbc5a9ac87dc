"""Each row of `run_segment`'s table: what becomes of the claim, the credits and the files."""

import contextlib
import dataclasses
import logging
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.session import Database
from api.db.tables import Segment
from api.domain.renders import ordering, removal
from api.domain.renders.renders import RenderView
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.errors import Unavailable
from api.storage.base import Room, StorageUnavailable, StoredFile
from api.storage.local import LocalStorage
from api.storage.open import open_storage
from api.storage.s3 import S3Storage
from api.worker.parent.loop import work_until_idle
from api.worker.parent.run_segment import FULL_DISK_TRIES
from renderer.errors import Cancelled, DeviceError, EncodeError, InvalidModel
from renderer.render import Listener
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, RenderSettings, VideoVariant
from tests.api.domain.support import claim_of, end_pauses, get, settle, stored_files
from tests.api.worker.support import Order, use_renderer
from tests.support.s3 import S3Server
from tests.support.tcp_gate import Gate
from tests.support.waiting import wait_for


@contextlib.contextmanager
def ended(told: list[Exception]) -> Iterator[None]:
    """Notes that the renderer was told to stop or, in place of its process, killed."""
    try:
        yield
    except (Cancelled, BrokenPipeError) as reason:
        told.append(reason)
        raise


def own_files(order: Order, attempt: int = 1) -> set[str]:
    names = ("video.mp4", "thumb.mp4", "poster.png", "poster_full.png")
    return {f"renders/{order.render_id}/{attempt}/{name}" for name in names}


def test_a_finished_segment_is_settled_with_all_its_files(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    order.run()
    assert order.view.status == RenderStatus.DONE
    assert {file.key for file in order.files.values()} == own_files(order) == order.stored
    assert order.files["poster"].content_type == "image/png"
    assert order.files["thumb"].content_type == "video/mp4"
    assert order.files["video"].size == len("video.mp4")
    assert list(order.bench.work_dir.iterdir()) == []
    assert order.credits == 9


def test_what_of_the_model_is_ignored_is_known_when_it_is_read(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Contents(("Survey", "Walk"), ("Red",), ("the glTF extension EXT_example is ignored",))


    def read(listener: Listener) -> None:
        listener.on_model(found)
        wait_for(lambda: order.view.warnings == found.warnings, "the warnings")

    use_renderer(monkeypatch, read)
    order.run()
    assert (order.view.status, order.view.warnings) == (RenderStatus.DONE, found.warnings)


def test_a_prores_video_is_stored_as_quicktime(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    variant = VideoVariant(Backdrop(), codec="prores4444")
    order.worker.run(dataclasses.replace(order.claim, variants={order.render_id: variant.to_json()}))
    video = order.files["video"]
    assert (video.content_type, video.key) == ("video/quicktime", f"renders/{order.render_id}/1/video.mov")


def test_posters_can_be_fetched_while_the_video_is_made(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(listener: Listener) -> None:
        wait_for(lambda: order.files, "the posters")
        assert order.view.status in (RenderStatus.POSTER_DONE, RenderStatus.VIDEO_PROCESSING)
        assert set(order.files) == {"poster", "poster_full"}
        assert order.bench.storage.stat(order.files["poster"].key).size == len("poster.png")

    use_renderer(monkeypatch, look)
    order.run()
    assert order.view.status == RenderStatus.DONE


def test_a_bad_model_ends_in_error_with_its_message_and_a_refund_at_once(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(listener: Listener) -> None:
        raise InvalidModel("accessor 3 points outside its buffer")

    use_renderer(monkeypatch, fail)
    order.run()
    assert (order.view.status, order.view.error_message) == (
        RenderStatus.ERROR, "accessor 3 points outside its buffer",
    )
    assert order.credits == 10
    assert order.stored == set()


@pytest.mark.parametrize(
    ("error", "message"),
    [(EncodeError("ffmpeg ended with code 1: /secret/detail"), "The video or picture could not be encoded"),
     (DeviceError("secret detail"), "The graphics device failed"),
     (ZeroDivisionError("secret detail"), "The renderer failed unexpectedly")],
)
def test_other_errors_are_tried_again_three_times_in_all_and_told_without_details(
    order: Order, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, message: str
) -> None:
    def fail(listener: Listener) -> None:
        raise error

    use_renderer(monkeypatch, fail)
    caplog.set_level(logging.INFO)
    claim = order.claim
    for attempt in (1, 2, 3):
        assert (claim.attempt, order.view.status) == (attempt, RenderStatus.POSTER_PROCESSING)
        order.worker.run(claim)
        assert order.stored == set()
        if attempt < 3:
            assert order.view.status == RenderStatus.PENDING
            end_pauses(order.bench.database)
            claim = claim_of(order.bench.database, order.render_id)
    assert order.view.status == RenderStatus.ERROR
    assert order.view.error_message == f"{message}. Please quote the id {claim.segment_id} when you report it"
    assert any(claim.segment_id in record.getMessage() for record in caplog.records)
    assert "detail" in caplog.text
    assert order.credits == 10


def test_a_model_missing_from_the_storage_is_no_reason_to_try_again(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_renderer(monkeypatch)
    order.bench.storage.delete("models/a.glb")
    order.run()
    assert order.view.status == RenderStatus.ERROR
    assert "gone from the storage" in str(order.view.error_message)


def test_a_stopping_worker_gives_its_claim_back_without_a_failure(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []

    def draw(listener: Listener) -> None:
        order.bench.stop.set()
        with ended(told):
            wait_for(lambda: listener.on_frame(1, 2), "the child to be told")

    use_renderer(monkeypatch, draw)
    order.run()
    assert [type(reason) for reason in told] == [Cancelled]
    assert (order.view.status, order.stored) == (RenderStatus.PENDING, set())
    order.bench.stop.clear()
    use_renderer(monkeypatch)
    order.worker.run(claim_of(order.bench.database, order.render_id))
    assert (order.view.status, order.stored) == (RenderStatus.DONE, own_files(order, attempt=2))


def lose_lease(order: Order) -> None:
    """The claim is taken away; another worker gets it and settles it."""
    with order.bench.database.begin() as session:
        assert scheduling.release(session, order.claim)
    assert settle(order.bench.database, claim_of(order.bench.database, order.render_id))


def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[RenderView] = []
    told: list[Exception] = []

    def draw(listener: Listener) -> None:
        lose_lease(order)
        settled = order.view

        def draw_a_frame() -> None:
            if order.view != settled:
                changed.append(order.view)
            listener.on_frame(1, 2)

        with ended(told):
            wait_for(draw_a_frame, "the child to be killed")

    use_renderer(monkeypatch, draw)
    order.run()
    assert (len(told), changed) == (1, [])
    assert order.view.status == RenderStatus.DONE
    assert all("/2/" in file.key for file in order.files.values())
    assert order.stored == set()  # the other worker's files are invented; this one's are gone
    assert order.credits == 9


def test_a_late_settlement_is_refused_and_its_files_deleted(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch, lambda listener: lose_lease(order))
    order.run()
    assert all("/2/" in file.key for file in order.files.values())
    assert order.stored == set()


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


def delete_render(order: Order, render_id: str) -> None:
    """As DELETE /v1/renders/:id does it."""
    with order.bench.work() as unit:
        removal.delete_render(unit, order.account_id, render_id)


def test_a_worker_whose_render_is_deleted_stops_and_leaves_no_files(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []

    def draw(listener: Listener) -> None:
        wait_for(lambda: order.files, "the posters")
        delete_render(order, order.render_id)
        with ended(told):
            wait_for(lambda: listener.on_frame(1, 2), "the child to be killed")

    use_renderer(monkeypatch, draw)
    order.run()
    assert len(told) == 1
    assert (order.stored, order.credits) == (set(), 9)


def test_a_render_deleted_while_it_is_made_with_others_leaves_no_files(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with order.bench.database.begin() as session:
        settings = RenderSettings()
        first, second = ordering.create_renders(session, order.account_id, [(order.model_id, settings)] * 2)


    def draw(listener: Listener) -> None:
        wait_for(lambda: stored_files(order.bench.database, order.account_id, second.id), "the posters")
        delete_render(order, first.id)

    use_renderer(monkeypatch, draw)
    order.worker.run(claim_of(order.bench.database, second.id))
    assert {key.split("/")[1] for key in order.stored} == {second.id}
    assert get(order.bench.database, order.account_id, second.id).status == RenderStatus.DONE


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
