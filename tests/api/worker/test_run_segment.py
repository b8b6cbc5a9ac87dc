"""Each row of `run_segment`'s table: what becomes of the claim, the credits and the files."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from api.db.session import Database
from api.domain import removal, renders, scheduling
from api.domain.states import RenderStatus
from api.worker.run_segment import run_segment
from renderer.errors import EncodeError, InvalidModel
from renderer.render import Listener
from renderer.spec import RenderSettings
from tests.api.domain.support import claim_of, get, settle
from tests.api.worker.support import Order, use_renderer


def own_files(order: Order, attempt: int = 1) -> set[str]:
    names = ("video.mp4", "thumb.mp4", "poster.png", "poster_full.png")
    return {f"renders/{order.render_id}/{attempt}/{name}" for name in names}


def test_a_finished_segment_is_settled_with_all_its_files(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    run_segment(order.bench, order.claim)
    assert order.view.status == RenderStatus.DONE
    assert {file.key for file in order.view.files.values()} == own_files(order) == order.stored
    assert order.view.files["poster"].content_type == "image/png"
    assert order.view.files["thumb"].content_type == "video/mp4"
    assert order.view.files["video"].size == len("video.mp4")
    assert list(order.bench.work_dir.iterdir()) == []
    assert order.credits == 9


def test_posters_can_be_fetched_while_the_video_is_made(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(listener: Listener) -> None:
        assert order.view.status in (RenderStatus.POSTER_DONE, RenderStatus.VIDEO_PROCESSING)
        assert set(order.view.files) == {"poster", "poster_full"}
        assert order.bench.storage.stat(order.view.files["poster"].key).size == len("poster.png")

    use_renderer(monkeypatch, look)
    run_segment(order.bench, order.claim)
    assert order.view.status == RenderStatus.DONE


def test_a_bad_model_ends_in_error_with_its_message_and_a_refund_at_once(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(listener: Listener) -> None:
        raise InvalidModel("accessor 3 points outside its buffer")

    use_renderer(monkeypatch, fail)
    run_segment(order.bench, order.claim)
    assert (order.view.status, order.view.error_message) == (
        RenderStatus.ERROR, "accessor 3 points outside its buffer",
    )
    assert order.credits == 10
    assert order.stored == set()


@pytest.mark.parametrize(
    ("error", "message"),
    [(EncodeError("ffmpeg ended with code 1"), "ffmpeg ended with code 1"),
     (ZeroDivisionError("secret detail"), "The renderer failed unexpectedly")],
)
def test_other_errors_are_tried_again_three_times_in_all(
    order: Order, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fail(listener: Listener) -> None:
        raise error

    use_renderer(monkeypatch, fail)
    claim = order.claim
    for attempt in (1, 2, 3):
        assert (claim.attempt, order.view.status) == (attempt, RenderStatus.POSTER_PROCESSING)
        run_segment(order.bench, claim)
        assert order.stored == set()
        if attempt < 3:
            assert order.view.status == RenderStatus.PENDING
            claim = claim_of(order.bench.database, order.render_id)
    assert (order.view.status, order.view.error_message) == (RenderStatus.ERROR, message)
    assert order.credits == 10


def test_a_model_missing_from_the_storage_is_no_reason_to_try_again(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_renderer(monkeypatch)
    order.bench.storage.delete("models/a.glb")
    run_segment(order.bench, order.claim)
    assert order.view.status == RenderStatus.ERROR
    assert "gone from the storage" in str(order.view.error_message)


def test_a_stopping_worker_gives_its_claim_back_without_a_failure(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(listener: Listener) -> None:
        for index in range(100):
            drawn.append(index)
            if index == 2:
                order.bench.stop.set()
            listener.on_frame(index + 1, 100)

    use_renderer(monkeypatch, draw)
    run_segment(order.bench, order.claim)
    assert len(drawn) == 3
    assert (order.view.status, order.stored) == (RenderStatus.PENDING, set())
    order.bench.stop.clear()
    use_renderer(monkeypatch)
    run_segment(order.bench, claim_of(order.bench.database, order.render_id))
    assert (order.view.status, order.stored) == (RenderStatus.DONE, own_files(order, attempt=2))


def lose_lease(order: Order) -> None:
    """The claim is taken away; another worker gets it and settles it."""
    with order.bench.database.begin() as session:
        assert scheduling.release(session, order.claim)
    assert settle(order.bench.database, claim_of(order.bench.database, order.render_id))


def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(listener: Listener) -> None:
        lose_lease(order)
        settled = order.view
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            drawn.append(0)
            assert order.view == settled
            listener.on_frame(len(drawn), 10_000)
            time.sleep(0.01)

    use_renderer(monkeypatch, draw)
    run_segment(order.bench, order.claim)
    assert 0 < len(drawn) < 100  # the lease's thread told it long before the deadline
    assert order.view.status == RenderStatus.DONE
    assert all("/2/" in file.key for file in order.view.files.values())
    assert order.stored == set()  # the other worker's files are invented; this one's are gone
    assert order.credits == 9


def test_a_late_settlement_is_refused_and_its_files_deleted(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch, lambda listener: lose_lease(order))
    run_segment(order.bench, order.claim)
    assert all("/2/" in file.key for file in order.view.files.values())
    assert order.stored == set()


def test_files_stay_when_nobody_knows_whether_the_settlement_counted(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Database.begin
    armed: list[bool] = []

    @contextlib.contextmanager
    def failing_after_commit(database: Database) -> Iterator[object]:
        with begin(database) as session:
            yield session
        if armed and armed.pop():
            raise ConnectionError("the line went dead during the commit")

    use_renderer(monkeypatch)
    original = scheduling.settle_done

    def settle_done(*arguments: Any) -> bool:
        armed.append(True)
        return original(*arguments)

    monkeypatch.setattr(Database, "begin", failing_after_commit)
    monkeypatch.setattr(scheduling, "settle_done", settle_done)
    run_segment(order.bench, order.claim)
    assert order.view.status == RenderStatus.DONE
    assert order.stored == own_files(order)


def delete_render(order: Order, render_id: str) -> None:
    """As DELETE /v1/renders/:id does it."""
    with order.bench.database.begin() as session:
        removal.delete_render(session, order.account_id, render_id)
    order.bench.storage.delete_prefix(removal.storage_prefix(render_id))


def test_a_worker_whose_render_is_deleted_stops_and_leaves_no_files(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(listener: Listener) -> None:
        delete_render(order, order.render_id)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            drawn.append(0)
            listener.on_frame(len(drawn), 10_000)
            time.sleep(0.01)

    use_renderer(monkeypatch, draw)
    run_segment(order.bench, order.claim)
    assert 0 < len(drawn) < 100
    assert (order.stored, order.credits) == (set(), 9)


def test_a_render_deleted_while_it_is_made_with_others_leaves_no_files(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with order.bench.database.begin() as session:
        settings = RenderSettings()
        first, second = renders.create_renders(session, order.account_id, [(order.claim.model_id, settings)] * 2)
    use_renderer(monkeypatch, lambda listener: delete_render(order, first.id))
    run_segment(order.bench, claim_of(order.bench.database, second.id))
    assert {key.split("/")[1] for key in order.stored} == {second.id}
    assert get(order.bench.database, order.account_id, second.id).status == RenderStatus.DONE
