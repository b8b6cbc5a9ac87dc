"""Each row of `run_segment`'s table: what becomes of the claim, the credits and the files."""

import contextlib
import dataclasses
import json
import logging
from collections.abc import Iterator

import pytest

from api.domain.renders import ordering, removal
from api.domain.renders.renders import RenderView
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.observe.log import Structured
from renderer.errors import Cancelled, DeviceError, EncodeError, InvalidModel
from renderer.render import Listener
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, RenderSettings, VideoVariant
from tests.api.domain.support import claim_of, end_pauses, get, settle, stored_files
from tests.api.worker.support import Order, own_files, use_renderer
from tests.support.waiting import wait_for


@contextlib.contextmanager
def ended(told: list[Exception]) -> Iterator[None]:
    """Notes that the renderer was told to stop or, in place of its process, killed."""
    try:
        yield
    except (Cancelled, BrokenPipeError) as reason:
        told.append(reason)
        raise


def test_a_finished_segment_is_settled_with_all_its_files(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    order.run()
    assert order.view.status == RenderStatus.DONE
    assert {file.key for file in order.files.values()} == own_files(order) == order.stored
    assert order.files["poster"].content_type == "image/png"
    assert order.files["thumb"].content_type == "video/mp4"
    assert order.files["video"].size == len("video.mp4")
    assert json.loads(order.view.checks_json) == [
        {"check": "cut_off", "verdict": "fail", "value": 0.02, "limit": 0.0, "message": "raise zoom"}
    ]
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


def test_formats_are_stored_beside_the_video(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    variant = VideoVariant(Backdrop(), formats=("webp", "spin"))
    order.worker.run(dataclasses.replace(order.claim, variants={order.render_id: variant.to_json()}))
    assert order.files["webp"].key == f"renders/{order.render_id}/1/webp.webp"
    assert order.files.keys() - {"webp", "spin"} == {"video", "thumb", "strip", "poster", "poster_full"}


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


def test_in_json_the_log_says_which_render_task_attempt_and_worker_it_is_about(
    order: Order, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(Structured("worker 1"))

    def fail(listener: Listener) -> None:
        raise InvalidModel("No triangles")

    use_renderer(monkeypatch, fail)
    with caplog.at_level(logging.INFO, logger="api.worker"):
        order.run()
    [told] = [line for line in map(json.loads, caplog.text.splitlines()) if "No triangles" in line["message"]]
    assert (told["task"], told["owners"]) == (order.claim.task_id, [order.render_id])
    assert (told["segment"], told["attempt"], told["worker"]) == (order.claim.segment_id, 1, "w")


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
