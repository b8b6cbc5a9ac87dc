"""The life of a claim, and that only its holder can report on it."""

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Segment, Task
from api.domain.kit.failures import Failure
from api.domain.renders import ordering
from api.domain.renders.states import COMES_FROM, RenderStatus
from api.domain.work import lanes, scheduling
from api.domain.work.claims import Claim
from tests.api.domain.support import (
    ATTEMPTS,
    LEASE,
    SHARE,
    balance,
    claim,
    claim_of,
    claimed,
    end_pauses,
    entries,
    expire_leases,
    fail,
    files,
    get,
    settle,
    sign_up,
    stored_files,
    sweep,
    take_hints,
    upload,
)  # fmt: skip

LATE = Failure("invalid_model", "late")


@dataclasses.dataclass(frozen=True, slots=True)
class Paid:
    """An account of 10 credits with one paid render, its preview out of the way."""

    account_id: str
    render_id: str


@pytest.fixture
def paid(database: Database) -> Paid:
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    settle(database, claimed(database))
    return Paid(account_id, render_id)


def beat(database: Database, held: Claim, stage: str = "drawing", frames_done: int = 0) -> bool:
    with database.begin() as session:
        return scheduling.heartbeat(session, held, lease_seconds=LEASE, stage=stage, frames_done=frames_done)


def store_posters(database: Database, held: Claim) -> bool:
    with database.begin() as session:
        return scheduling.publish(session, held, files(held, "poster", "poster_full"))


def test_a_render_goes_through_all_its_states(database: Database, paid: Paid) -> None:
    def status() -> RenderStatus:
        return get(database, paid.account_id, paid.render_id).status

    assert status() == RenderStatus.PENDING
    held = claimed(database)
    assert status() == RenderStatus.POSTER_PROCESSING
    assert beat(database, held)
    assert status() == RenderStatus.POSTER_PROCESSING
    assert store_posters(database, held)
    assert status() == RenderStatus.POSTER_DONE
    assert stored_files(database, paid.account_id, paid.render_id).keys() == {"poster", "poster_full"}
    assert beat(database, held)
    assert status() == RenderStatus.VIDEO_PROCESSING
    assert settle(database, held)
    view = get(database, paid.account_id, paid.render_id)
    assert view.status == RenderStatus.DONE
    made = files(held, "video", "thumb", "poster", "poster_full")
    assert stored_files(database, paid.account_id, paid.render_id) == made[paid.render_id]
    assert view.progress.frames_done == view.progress.frames_total
    assert (view.error_message, balance(database, paid.account_id)) == (None, 9)


def test_every_status_is_reachable_and_final_ones_lead_nowhere() -> None:
    assert COMES_FROM.keys() == set(RenderStatus)
    left = {status for sources in COMES_FROM.values() for status in sources}
    assert set(RenderStatus) - left == {RenderStatus.DONE, RenderStatus.FAILED}


def test_progress_tells_stage_frames_and_time_left(database: Database, paid: Paid) -> None:
    held = claimed(database)
    beat(database, held, "loading")
    progress = get(database, paid.account_id, paid.render_id).progress
    assert (progress.stage, progress.frames_done, progress.frames_total) == ("loading", 0, 180)
    assert progress.seconds_left is None
    beat(database, held, "drawing", 60)
    with database.begin() as session:
        session.execute(
            update(Task).where(Task.id == held.task_id).values(started_at=from_now(-20), heard_at=from_now(0))
        )
    progress = get(database, paid.account_id, paid.render_id).progress
    assert (progress.stage, progress.frames_done) == ("drawing", 60)
    assert progress.seconds_left == pytest.approx(40, abs=0.1)
    settle(database, held)
    assert get(database, paid.account_id, paid.render_id).progress.seconds_left is None


def test_a_bad_model_ends_in_error_at_once_and_is_refunded(database: Database, paid: Paid) -> None:
    held = claimed(database)
    store_posters(database, held)
    assert fail(database, held, "The GLB is cut off at byte 12")
    view = get(database, paid.account_id, paid.render_id)
    assert (view.status, view.error_message) == (RenderStatus.ERROR, "The GLB is cut off at byte 12")
    assert stored_files(database, paid.account_id, paid.render_id) == {}
    assert entries(database, paid.account_id) == {"grant": [10], "charge": [-1], "refund": [1]}
    assert balance(database, paid.account_id) == 10
    assert claim(database) is None


def test_a_message_that_quotes_a_hostile_file_is_stored_cut_and_clean(database: Database, paid: Paid) -> None:
    assert fail(database, claimed(database), "No image \"\0\ud800\x1b[2J\":\nadd it" + "!" * 10_000)
    message = get(database, paid.account_id, paid.render_id).error_message
    assert message is not None
    assert message.startswith('No image "\ufffd\ufffd\ufffd[2J":\nadd it!')
    assert len(message) == 4000


def test_a_failed_preview_refunds_nothing(database: Database) -> None:
    account_id = sign_up(database)
    upload(database, account_id)
    preview = claimed(database)
    assert fail(database, preview)
    [render_id] = preview.variants
    assert get(database, account_id, render_id).status == RenderStatus.ERROR
    assert (balance(database, account_id), entries(database, account_id)["refund"]) == (9, [])


def test_a_retried_failure_is_tried_again_and_given_up_after_three_attempts(database: Database, paid: Paid) -> None:
    for attempt in (1, 2):
        held = claimed(database)
        assert held.attempt == attempt
        store_posters(database, held)
        assert fail(database, held, "ffmpeg died", retry=True)
        view = get(database, paid.account_id, paid.render_id)
        assert (view.status, view.error_message) == (RenderStatus.PENDING, None)
        assert stored_files(database, paid.account_id, paid.render_id) == {}
        assert view.progress.stage == "queued"
        end_pauses(database)
    assert fail(database, claimed(database), "ffmpeg died", retry=True)
    view = get(database, paid.account_id, paid.render_id)
    assert (view.status, view.error_message) == (RenderStatus.ERROR, "ffmpeg died")
    assert (balance(database, paid.account_id), claim(database)) == (10, None)


def test_a_retry_is_announced(database: Database, paid: Paid) -> None:
    held = claimed(database)
    take_hints(database)
    fail(database, held, retry=True)
    assert take_hints(database) == []
    end_pauses(database)
    assert take_hints(database) == ["render"]


def test_a_released_claim_is_pending_again_and_no_failure(database: Database, paid: Paid) -> None:
    for attempt in range(1, ATTEMPTS + 3):
        held = claimed(database)
        assert held.attempt == attempt
        with database.begin() as session:
            assert scheduling.release(session, held)
    assert get(database, paid.account_id, paid.render_id).status == RenderStatus.PENDING
    assert settle(database, claimed(database))


def test_a_lost_lease_is_taken_back_and_the_late_worker_is_refused(database: Database, paid: Paid) -> None:
    late = claimed(database, "late")
    store_posters(database, late)
    expire_leases(database)
    [lost] = sweep(database)
    assert lost.again
    assert late.output_prefix(paid.render_id) in lost.leftovers
    assert stored_files(database, paid.account_id, paid.render_id) == {}
    refuse_everything(database, late)
    second = claimed(database, "second")
    assert second.output_prefix(paid.render_id) != late.output_prefix(paid.render_id)
    refuse_everything(database, late)
    assert settle(database, second)
    refuse_everything(database, late)
    assert get(database, paid.account_id, paid.render_id).status == RenderStatus.DONE
    made = files(second, "video", "thumb", "poster", "poster_full")
    assert stored_files(database, paid.account_id, paid.render_id) == made[paid.render_id]
    assert entries(database, paid.account_id)["charge"] == [-1]


def refuse_everything(database: Database, late: Claim) -> None:
    reports: list[Callable[[Session], bool]] = [
        lambda s: scheduling.heartbeat(s, late, lease_seconds=LEASE, stage="drawing", frames_done=9),
        lambda s: scheduling.publish(s, late, files(late, "poster")),
        lambda s: scheduling.settle_done(s, late, files(late, "video")),
        lambda s: scheduling.settle_error(s, late, LATE, retry=False, max_attempts=ATTEMPTS),
        lambda s: scheduling.release(s, late),
    ]

    def state() -> object:
        with database.read() as session:
            return session.execute(select(Segment.__table__).where(Segment.id == late.segment_id)).one()

    before = state()
    for report in reports:
        with database.begin() as session:
            assert not report(session)
    assert state() == before


def test_a_late_heartbeat_before_anybody_noticed_keeps_the_claim(database: Database, paid: Paid) -> None:
    held = claimed(database)
    expire_leases(database)
    assert beat(database, held)
    assert sweep(database) == []
    assert settle(database, held)


def test_work_lost_three_times_ends_in_error_with_one_refund(database: Database, paid: Paid) -> None:
    for _ in range(ATTEMPTS):
        claimed(database)
        expire_leases(database)
        sweep(database)
    view = get(database, paid.account_id, paid.render_id)
    assert view.status == RenderStatus.ERROR
    assert "worker" in (view.error_message or "")
    assert sweep(database) == []
    assert entries(database, paid.account_id)["refund"] == [1]


def test_the_queues_with_work_are_known_though_hints_are_lost(database: Database) -> None:
    def queues() -> tuple[str, ...]:
        with database.read() as session:
            return lanes.queues_with_work(session)

    assert queues() == ()
    upload(database, sign_up(database))
    take_hints(database)  # sent, and then the broker lost everything
    assert queues() == ("render",)
    while (held := claim(database)) is not None:
        settle(database, held)
    assert queues() == ()


def test_a_settlement_must_bring_the_files_of_all_renders(database: Database, paid: Paid) -> None:
    held = claimed(database)
    with pytest.raises(ValueError, match="each"), database.begin() as session:
        scheduling.settle_done(session, held, {})


def test_renders_that_share_a_shot_are_claimed_settled_and_refunded_together(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    black = dataclasses.replace(SHARE, bg_color="#000000")
    with database.begin() as session:
        views = ordering.create_renders(session, account_id, [(made.model_id, SHARE), (made.model_id, black)])
    held = claim_of(database, views[0].id)
    assert held.variants.keys() == {view.id for view in views}
    fail(database, held)
    assert {get(database, account_id, view.id).status for view in views} == {RenderStatus.ERROR}
    assert entries(database, account_id) == {"grant": [10], "charge": [-1, -1, -1], "refund": [1, 1]}
