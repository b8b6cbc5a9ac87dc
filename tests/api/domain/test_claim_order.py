"""Which segment is claimed next, also when many ask at once."""

import dataclasses
import datetime as dt
import sqlite3
import threading
from collections import deque
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Render, Segment, Task
from api.domain.renders import ordering
from api.domain.work import claims, lanes, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import SegmentState
from api.domain.work.tasks import Priority
from api.ids import new_id
from tests.api.domain.support import (
    LEASE,
    SHARE,
    claim,
    claimed,
    expire_leases,
    fail,
    inspect,
    run_at_once,
    settle,
    sign_up,
    sweep,
    upload,
    upload_unread,
)  # fmt: skip


def order(database: Database, account_id: str, model_id: str, count: int) -> None:
    """`count` paid renders that share no shot."""
    with database.begin() as session:
        ordering.create_renders(
            session, account_id, [(model_id, dataclasses.replace(SHARE, rotate_y=i)) for i in range(count)]
        )


def accounts_with_work(database: Database, *counts: int) -> list[str]:
    """Accounts with so many pending paid segments each and nothing else."""
    accounts = [sign_up(database, credits=count + 1) for count in counts]
    models = [upload(database, account_id).model_id for account_id in accounts]
    while (held := claim(database)) is not None:
        settle(database, held)
    for account_id, model_id, count in zip(accounts, models, counts, strict=True):
        order(database, account_id, model_id, count)
    return accounts


def account_of(database: Database, held: Claim) -> str:
    with database.read() as session:
        return session.scalars(select(Segment.account_id).where(Segment.id == held.segment_id)).one()


def is_preview(database: Database, held: Claim) -> bool:
    with database.read() as session:
        return session.scalars(select(Render.is_system_preview).where(Render.id.in_(held.variants))).one()


def test_previews_come_before_everything_that_was_paid(database: Database) -> None:
    accounts = [sign_up(database) for _ in range(2)]
    for account_id in accounts:
        upload(database, account_id)
    taken = [claimed(database) for _ in range(4)]
    assert [is_preview(database, held) for held in taken] == [True, True, False, False]
    assert [held.priority for held in taken] == [Priority.AWAITED] * 2 + [Priority.PAID] * 2


def upload_many(database: Database, account_id: str, count: int) -> None:
    """So many models that were read: a preview and a paid render wait for each."""
    for number in range(count):
        upload_unread(database, account_id, f"model {number}")
    inspect(database)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_forty_previews_of_one_account_hold_up_a_paid_render_of_another_by_one(
    database: Database, workers: int
) -> None:
    [patient] = accounts_with_work(database, 1)
    with database.read() as session:
        waiting = session.scalars(
            select(Segment.id).where(Segment.account_id == patient, Segment.state == SegmentState.PENDING)
        ).one()
    upload_many(database, sign_up(database, credits=40), 40)
    held: deque[Claim] = deque([claimed(database)])
    taken = 1
    while held[-1].segment_id != waiting:
        if len(held) == workers:  # all are busy: one ends
            assert settle(database, held.popleft())
        held.append(claimed(database))
        taken += 1
    assert taken <= 2


def test_two_previews_go_ahead_of_what_their_account_has_paid_for_and_the_rest_by_age(database: Database) -> None:
    upload_many(database, sign_up(database), 4)
    taken = [claimed(database) for _ in range(8)]
    assert [is_preview(database, held) for held in taken[:4]] == [True, True, False, False]
    with database.read() as session:
        created = dict(session.execute(select(Segment.id, Segment.created_at)).all())
    ages = [created[held.segment_id] for held in taken[2:]]
    assert ages == sorted(ages)


def test_a_preview_goes_ahead_again_once_one_of_two_is_done(database: Database) -> None:
    upload_many(database, sign_up(database), 4)
    first, _ = claimed(database), claimed(database)
    assert settle(database, first)
    assert is_preview(database, claimed(database))


def test_the_oldest_comes_first_within_an_account(database: Database) -> None:
    accounts_with_work(database, 3)
    with database.begin() as session:
        for age, segment_id in enumerate(session.scalars(select(Segment.id).where(Segment.state == "pending"))):
            older = clock.now() - dt.timedelta(minutes=age)
            session.execute(update(Segment).where(Segment.id == segment_id).values(created_at=older))
    with database.read() as session:
        created = dict(session.execute(select(Segment.id, Segment.created_at)).all())
    claims = [created[claimed(database).segment_id] for _ in range(3)]
    assert claims == sorted(claims)


def test_accounts_take_turns_however_much_one_has_ordered(database: Database) -> None:
    big, small = accounts_with_work(database, 6, 2)
    served = [account_of(database, claimed(database)) for _ in range(8)]
    assert served == [big, small, big, small, big, big, big, big]


def test_the_account_with_the_least_work_in_flight_is_served_first(database: Database) -> None:
    first, second, third = accounts_with_work(database, 3, 3, 3)
    for account_id in (first, first, second):
        hold_one_of(database, account_id)
    assert [account_of(database, claimed(database)) for _ in range(3)] == [third, second, third]


def hold_one_of(database: Database, account_id: str) -> None:
    """Claims in turn until one of the account's segments is caught; the others are given back."""
    others = []
    while account_of(database, held := claimed(database)) != account_id:
        others.append(held)
    with database.begin() as session:
        for other in others:
            scheduling.release(session, other)


def test_a_segment_that_was_given_back_keeps_its_turn(database: Database) -> None:
    accounts_with_work(database, 1, 1)
    first = claimed(database)
    with database.begin() as session:
        scheduling.release(session, first)
    assert claimed(database).segment_id == first.segment_id


def test_only_the_asked_queues_are_served(database: Database) -> None:
    accounts_with_work(database, 1)
    with database.begin() as session:
        assert claims.claim(session, worker="w", queues=["convert"], lease_seconds=LEASE) is None
    assert claim(database) is not None


def test_many_workers_claim_each_segment_once(database: Database) -> None:
    accounts_with_work(database, 1, 3, 8)
    barrier, claims = threading.Barrier(6), []

    def work() -> None:
        barrier.wait()
        while (held := claim(database, threading.current_thread().name)) is not None:
            claims.append(held.segment_id)

    run_at_once(work, 6)
    assert len(claims) == len(set(claims)) == 12
    with database.read() as session:
        assert session.scalars(select(Segment.id).where(Segment.state == SegmentState.PENDING)).all() == []
        assert lanes.queues_with_work(session) == ()


def test_a_worker_beside_another_in_the_same_lane_does_not_go_away_empty(database: Database) -> None:
    accounts_with_work(database, 8)
    barrier, claims = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        claims.append(claim(database))

    run_at_once(work, 4)
    assert len({held.segment_id for held in claims if held}) == 4


def test_sweepers_and_claims_at_once_lose_nothing(database: Database) -> None:
    accounts_with_work(database, 8)
    while claim(database) is not None:
        pass
    expire_leases(database)
    barrier, lost, claims = threading.Barrier(4), [], []

    def work() -> None:
        barrier.wait()
        lost.extend(sweep(database))
        while (held := claim(database)) is not None:
            claims.append(held)

    run_at_once(work, 4)
    assert [each.again for each in lost] == [True] * 8
    assert len({held.segment_id for held in claims}) == len(claims) == 8
    assert {held.attempt for held in claims} == {2}
    for held in claims:
        assert fail(database, held)


def test_a_claim_costs_the_same_however_many_segments_wait(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    [account_id, _] = accounts_with_work(database, 1, 5)
    steps = count_steps(database)
    few = steps()
    fill(database, account_id, 20_000)
    assert steps() < 2 * few
    database.dispose()


def count_steps(database: Database) -> Callable[[], int]:
    """A function that claims, gives back, and returns the hundreds of SQLite instructions that the claim took."""
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    def steps() -> int:
        nonlocal ticks
        with database.begin() as session:
            connection = session.connection().connection.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            ticks = 0
            connection.set_progress_handler(tick, 100)
            held = claims.claim(session, worker="w", queues=["render"], lease_seconds=LEASE)
            connection.set_progress_handler(None, 0)
            assert held is not None
            scheduling.release(session, held)
        return ticks

    return steps


def fill(database: Database, account_id: str, count: int) -> None:
    """Adds pending segments of one shot, as a very large render would have."""
    moment = clock.now()
    row = {"account_id": account_id, "queue": "render", "priority": 10, "first_frame": 0, "frame_count": 1}
    with database.begin() as session:
        task_id = session.scalars(select(Task.id)).first()
        common = row | {"task_id": task_id, "state": "pending", "created_at": moment, "updated_at": moment}
        session.execute(insert(Segment), [common | {"id": new_id()} for _ in range(count)])
        lanes.add(session, lanes.LaneKey(account_id, "render", 10), moment)
