"""The farm at the moment, for /metrics: what waits, who works, what the files come to. Read when it is asked for."""

import dataclasses
import datetime as dt

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.tables import Lane, OutboxMessage, Segment, StoredBytes, WebhookDelivery
from api.domain.work import fleet
from api.domain.work.fleet import WorkerView
from api.domain.work.outcomes import queues
from api.domain.work.states import SegmentState
from api.domain.work.tasks import Priority


@dataclasses.dataclass(frozen=True, slots=True)
class FarmState:
    """`pending` counts segments by queue and priority, `running` by queue. `oldest_pending_seconds` is by queue.

    `overdue_leases` counts claims that have run out and that no sweep has taken back yet. `outbox_seconds` is the age
    of the oldest hint that isn't sent, `late_delivery_seconds` by how much the delivery is late that has waited
    longest. What nobody waits for is 0 seconds old. `workers` come with whether they were not heard of lately.
    """

    pending: dict[tuple[str, str], int]
    running: dict[str, int]
    oldest_pending_seconds: dict[str, float]
    overdue_leases: int
    outbox_seconds: float
    late_delivery_seconds: float
    stored_bytes: int
    workers: tuple[tuple[WorkerView, bool], ...]


def ask(session: Session, *, silent_seconds: float) -> FarmState:
    """A worker counts as silent when it was not heard of for that long."""
    oldest_hint = select(func.min(OutboxMessage.created_at)).scalar_subquery()
    oldest_due = (
        select(func.min(WebhookDelivery.due_at)).where(WebhookDelivery.state == literal_column("'pending'"))
    ).scalar_subquery()
    overdue = (
        select(func.count()).where(_in(SegmentState.RUNNING), Segment.lease_until < from_now(0)).scalar_subquery()
    )
    stored = select(func.coalesce(func.sum(StoredBytes.total), 0)).scalar_subquery()
    row = session.execute(
        select(
            from_now(0).label("now"), oldest_hint.label("hint"), oldest_due.label("due"), overdue.label("overdue"),
            stored.label("stored"),
        )
    ).one()

    def age(moment: dt.datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (row.now - moment).total_seconds())

    oldest = session.execute(
        select(Lane.queue, func.min(Lane.oldest_at)).where(Lane.oldest_at.is_not(None)).group_by(Lane.queue)
    ).all()
    pending = session.execute(
        select(Segment.queue, Segment.priority, func.count())
        .where(_in(SegmentState.PENDING))
        .group_by(Segment.queue, Segment.priority)
    ).all()
    running = session.execute(
        select(Segment.queue, func.count()).where(_in(SegmentState.RUNNING)).group_by(Segment.queue)
    )
    return FarmState(
        pending={(queue, _priority(priority)): count for queue, priority, count in pending},
        running=dict.fromkeys(queues(), 0) | {row.queue: int(row[1]) for row in running},
        oldest_pending_seconds=dict.fromkeys(queues(), 0.0) | {queue: age(moment) for queue, moment in oldest},
        overdue_leases=row.overdue,
        outbox_seconds=age(row.hint),
        late_delivery_seconds=age(row.due),
        stored_bytes=int(row.stored),
        workers=tuple(
            (worker, age(worker.seen_at) > silent_seconds) for worker in fleet.list_workers(session)
        ),
    )


def _in(state: SegmentState) -> ColumnElement[bool]:
    """The state stands in the statement, because a plan for any parameter can't use an index of one state."""
    return Segment.state == literal_column(f"'{state}'")


def _priority(number: int) -> str:
    """By its name, or by its number where another version of the farm has made it."""
    return next((each.name.lower() for each in Priority if each == number), str(number))
