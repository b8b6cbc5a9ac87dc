"""The lease is kept while there is work, reports progress, and tells when to stop."""

import pytest
from sqlalchemy import Engine, event, select

from api.db.session import Database
from api.db.tables import Segment
from api.domain.work import scheduling
from api.worker.parent.lease import Lease, pause
from renderer.errors import Cancelled
from tests.api.worker.support import Order
from tests.support.statements import recorded_statements
from tests.support.waiting import wait_for


def lease_of(order: Order) -> Lease:
    return Lease(order.bench.database, order.claim, order.bench.settings, order.bench.stop)


def segment(order: Order) -> Segment:
    with order.bench.database.read() as session:
        return session.scalars(select(Segment).where(Segment.id == order.claim.segment_id)).one()


def test_it_is_renewed_while_the_work_goes_on(order: Order) -> None:
    first = segment(order).lease_until
    assert first is not None
    with lease_of(order) as lease:
        wait_for(lambda: (segment(order).lease_until or first) > first, "a renewal")
        lease.check()


def test_a_heartbeat_is_one_short_transaction(order: Order) -> None:
    ended: list[object] = []

    def note(connection: object) -> None:
        ended.append(connection)

    event.listen(Engine, "commit", note)
    try:
        with recorded_statements() as statements:
            assert lease_of(order)._renew("drawing", 1)
    finally:
        event.remove(Engine, "commit", note)
    assert len(ended) == 1
    assert len(statements) <= 5


def test_it_reports_stage_and_frames(order: Order) -> None:
    with lease_of(order) as lease:
        lease.stage("drawing")
        lease.frame(7)
        wait_for(lambda: (order.view.progress.stage, order.view.progress.frames_done) == ("drawing", 7), "the progress")


def test_it_tells_when_the_claim_is_lost(order: Order) -> None:
    with lease_of(order) as lease:
        with order.bench.database.begin() as session:
            assert scheduling.release(session, order.claim)
        wait_for(lambda: lease.lost, "the loss")
        with pytest.raises(Cancelled, match="lost"):
            lease.frame(1)


def test_it_tells_when_the_process_should_stop(order: Order) -> None:
    with lease_of(order) as lease:
        order.bench.stop.set()
        with pytest.raises(Cancelled, match="stopping"):
            lease.frame(1)
        assert not lease.lost


def test_it_rides_out_a_database_that_is_away_for_less_than_the_lease(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def away(_: Database) -> None:
        refused.append(1)
        raise ConnectionError("the database is away")

    with lease_of(order) as lease:
        with monkeypatch.context() as patch:
            patch.setattr(Database, "begin", away)
            wait_for(lambda: len(refused) >= 3, "the lease to be renewed in vain")
            lease.check()
        lease.frame(3)
        wait_for(lambda: segment(order).frames_done == 3, "the progress")


def test_it_is_lost_when_the_database_is_away_for_longer(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: Database) -> None:
        raise ConnectionError("the database is away")

    impatient = order.bench.settings.model_copy(update={"lease_seconds": 0.3})
    with Lease(order.bench.database, order.claim, impatient, order.bench.stop) as lease:
        monkeypatch.setattr(Database, "begin", away)
        wait_for(lambda: lease.lost, "the loss")


@pytest.mark.parametrize(
    ("took", "left", "seconds"),
    [(0.0, 5.0, 1.0), (0.02, 5.0, 1.0), (0.05, 5.0, 2.5), (0.05, 2.0, 2.0), (30.0, 5.0, 5.0), (30.0, -1.0, 1.0)],
)
def test_the_slower_the_database_the_less_often_progress_is_told_but_no_heartbeat_is_late(
    took: float, left: float, seconds: float
) -> None:
    assert pause(took, left, 5.0) == pytest.approx(seconds)
