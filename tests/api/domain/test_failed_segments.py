"""What has failed is tried again after a pause, by another worker if there is one, and not for ever."""

import datetime as dt

import pytest
from sqlalchemy import select

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Segment, Worker
from api.domain.kit.failures import CHILD_FAILED, STALLED, Failure
from api.domain.renders import ordering, removal
from api.domain.renders.states import RenderStatus
from api.domain.work import fleet, scheduling, waits
from api.domain.work.claims import Claim
from api.domain.work.lanes import OTHERS_FIRST_S
from renderer.errors import OutOfMemory
from tests.api.domain.support import (
    balance,
    claim,
    claimed,
    end_pauses,
    get,
    resume,
    run_at_once,
    settle,
    sign_up,
    take_hints,
    unit,
    upload,
)  # fmt: skip
from tests.support.statements import recorded_statements

MEMORY = OutOfMemory.code


def announce(database: Database, *workers: str) -> None:
    with database.begin() as session:
        for worker in workers:
            fleet.announce(session, worker, "llvmpipe", True, "x264")


def paid_render(database: Database) -> tuple[str, str]:
    """The ids of an account and of its render, which is pending; the preview is out of the way."""
    account_id = sign_up(database)
    render_id = upload(database, account_id).render_id
    settle(database, claimed(database))
    return account_id, render_id


def fail(database: Database, held: Claim, code: str = CHILD_FAILED, max_attempts: int = 9) -> None:
    with database.begin() as session:
        failure = Failure(code, "It broke")
        assert scheduling.settle_error(session, held, failure, retry=True, max_attempts=max_attempts)


def pass_by(database: Database, seconds: float) -> int:
    """Time goes by for what waits for it; how many segments are pending again."""
    with database.begin() as session:
        for segment in session.scalars(select(Segment).where(Segment.not_before.is_not(None))):
            assert segment.not_before is not None
            segment.not_before -= dt.timedelta(seconds=seconds)
    return resume(database)


def resume_all(database: Database) -> None:
    resume(database)


def due_after(database: Database, seconds: float) -> bool:
    """Whether all that waits for time waits for more than so long."""
    with database.read() as session:
        early = select(Segment.id).where(Segment.state == "waiting", Segment.not_before <= from_now(seconds))
        return session.scalar(early) is None


def test_each_try_waits_longer_than_the_last(database: Database) -> None:
    paid_render(database)
    for pause in (1, 10, 60, 60):
        fail(database, claimed(database))
        assert (claim(database), resume(database)) == (None, 0)
        assert due_after(database, pause - 1)
        assert pass_by(database, pause) == 1
    assert claim(database) is not None


def test_workers_are_told_when_the_time_has_come(database: Database) -> None:
    paid_render(database)
    fail(database, claimed(database))
    take_hints(database)
    with database.read() as session:
        assert not waits.any_due(session)
    pass_by(database, 1)
    assert take_hints(database) == ["render"]


def test_what_is_due_is_known_before_it_is_pending(database: Database) -> None:
    paid_render(database)
    fail(database, claimed(database))
    with database.begin() as session:
        for segment in session.scalars(select(Segment).where(Segment.not_before.is_not(None))):
            segment.not_before = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with database.read() as session:
        assert waits.any_due(session)
    assert resume(database) == 1
    with database.read() as session:
        assert not waits.any_due(session)


def test_looking_for_what_is_due_reads_an_index_of_what_waits_alone(database: Database) -> None:
    with recorded_statements() as statements, database.read() as session:
        waits.any_due(session)
    [statement] = statements
    assert "segments.state = 'waiting'" in statement
    with database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("0",)).all()
            assert any("segments_delayed" in row.detail for row in plan)


def test_another_worker_tries_first_and_the_same_one_after_a_while(database: Database) -> None:
    announce(database, "sick", "healthy")
    paid_render(database)
    fail(database, claimed(database, "sick"))
    end_pauses(database)
    assert claim(database, "sick") is None
    pass_by(database, OTHERS_FIRST_S + 1)
    assert claim(database, "sick") is not None


def test_another_worker_gets_it_at_once(database: Database) -> None:
    announce(database, "sick", "healthy")
    paid_render(database)
    fail(database, claimed(database, "sick"))
    end_pauses(database)
    assert claim(database, "healthy") is not None


def test_a_worker_that_leaves_a_segment_to_others_takes_the_next_one(database: Database) -> None:
    announce(database, "sick", "healthy")
    first = paid_render(database)
    second = paid_render(database)
    held = claimed(database, "sick")
    assert first[1] in held.variants
    fail(database, held)
    end_pauses(database)
    assert second[1] in claimed(database, "sick").variants
    assert claim(database, "sick") is None
    assert first[1] in claimed(database, "healthy").variants


@pytest.mark.parametrize("others", ["none", "silent", "unfit"])
def test_a_worker_that_is_alone_takes_it_again(database: Database, others: str) -> None:
    announce(database, "alone", *(() if others == "none" else ("other",)))
    with database.begin() as session:
        if others == "unfit":
            fleet.seen(session, "other", "ffmpeg is broken")
        for other in session.scalars(select(Worker).where(Worker.name == "other")):
            if others == "silent":
                other.seen_at -= dt.timedelta(seconds=fleet.SILENCE_SECONDS + 1)
    paid_render(database)
    fail(database, claimed(database, "alone"))
    end_pauses(database)
    assert claim(database, "alone") is not None


@pytest.mark.parametrize("codes", [(MEMORY, MEMORY), (STALLED, STALLED), (STALLED, MEMORY)])
def test_what_may_be_the_models_fault_is_at_the_second_time(database: Database, codes: tuple[str, str]) -> None:
    account_id, render_id = paid_render(database)
    fail(database, claimed(database), codes[0])
    assert get(database, account_id, render_id).status == RenderStatus.PENDING
    end_pauses(database)
    fail(database, claimed(database), codes[1])
    view = get(database, account_id, render_id)
    assert (view.status, view.error_code, balance(database, account_id)) == (RenderStatus.ERROR, codes[1], 10)


def test_other_failures_between_them_do_not_acquit_the_model(database: Database) -> None:
    account_id, render_id = paid_render(database)
    for code in (MEMORY, CHILD_FAILED, CHILD_FAILED):
        fail(database, claimed(database), code)
        assert get(database, account_id, render_id).status == RenderStatus.PENDING
        end_pauses(database)
    fail(database, claimed(database), MEMORY)
    assert get(database, account_id, render_id).status == RenderStatus.ERROR


def test_a_render_that_waits_for_its_time_can_be_cancelled_and_tried_anew(database: Database) -> None:
    account_id, render_id = paid_render(database)
    fail(database, claimed(database), STALLED)
    with unit(database) as session:
        removal.cancel_render(session, account_id, render_id)
    assert get(database, account_id, render_id).status == RenderStatus.ERROR
    end_pauses(database)
    assert claim(database) is None
    with database.begin() as session:
        ordering.retry_render(session, account_id, render_id)
    fail(database, claimed(database), STALLED)
    assert get(database, account_id, render_id).status == RenderStatus.PENDING


def test_resumed_by_many_at_once_each_segment_is_pending_once(database: Database) -> None:
    for _ in range(4):
        paid_render(database)
    held = [claimed(database) for _ in range(4)]
    for each in held:
        fail(database, each)
    with database.begin() as session:
        for segment in session.scalars(select(Segment).where(Segment.not_before.is_not(None))):
            segment.not_before = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    run_at_once(lambda: resume_all(database), 4)
    assert sorted(claimed(database).segment_id for _ in range(4)) == sorted(each.segment_id for each in held)
    assert claim(database) is None
