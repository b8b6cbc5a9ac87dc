"""Tasks: made, with segments that workers can claim, and tried again. What becomes of them otherwise: scheduling."""

import dataclasses
import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from api import traceparent
from api.db.tables import Segment, Task, TaskNeed
from api.domain.work import lanes, outbox
from api.domain.work.outcomes import KINDS, outcomes_of
from api.domain.work.states import Role, SegmentState, TaskState
from api.ids import new_id


class Priority(IntEnum):
    """Who goes first. Lower is sooner."""

    INTERACTIVE = -10
    """Somebody is at work with a model and looks at nothing else: a picture of what they see. Ahead of AWAITED, because
    an upload of many models has as many previews."""
    AWAITED = 0
    """Somebody looks at the screen and waits: the inspection of an upload, and its preview."""
    PAID = lanes.ORDINARY
    BACKGROUND = 20
    """What nobody waits for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a task is to do, in JSON that only the code of its kind reads.

    `spec` is all that decides, with the inputs, about what is made, so that owners with equal specs share it; `variant`
    is what is made of it for one owner. `frame_count` is how many frames, or other steps, progress counts. They are
    made in `parts` runs, which workers may share: as many as the spec alone says.
    """

    kind: str
    spec: Mapping[str, Any]
    variant: Mapping[str, Any]
    frame_count: int
    parts: int = 1

    def key(self, source_sha256: str) -> str:
        """Equal keys mean equal results. 64 hex digits. `source_sha256` is that of the bytes that it is made from."""
        text = json.dumps([self.kind, source_sha256, self.spec], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be made. `inputs` are storage keys by name; those that `needs`, tasks by id, will make come later."""

    work: Work
    key: str
    priority: Priority
    inputs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    needs: tuple[str, ...] = ()
    attempt: int = 0
    """The number of the last attempt at a task that this one is to replace."""
    id: str = dataclasses.field(default_factory=new_id)


def add(session: Session, account_id: str, new: Sequence[NewTask], created_at: dt.datetime) -> None:
    """Makes the tasks, their segments pending or, if they need something, waiting. As few statements as for one.

    Needs are among `new`, or tasks of which the caller knows that they don't end before the transaction does: by
    `unmet`, or by a lock that the end of such a task waits for.
    """
    session.execute(insert(Task), [
        {"id": task.id, "account_id": account_id, "kind": task.work.kind, "key": task.key, "inputs": dict(task.inputs),
         "spec": task.work.spec, "frame_count": task.work.frame_count, "traceparent": traceparent.current.get(),
         "created_at": created_at}
        for task in new
    ])  # fmt: skip
    if needs := [{"task_id": task.id, "needs_id": need} for task in new for need in task.needs]:
        session.execute(insert(TaskNeed), needs)
    session.execute(insert(Segment), [
        {"id": new_id(), "task_id": task.id, "account_id": account_id, "queue": KINDS[task.work.kind].queue,
         "priority": task.priority, "attempt": task.attempt, "created_at": created_at,
         "updated_at": created_at, **segment}
        for task in new for segment in _segments(task.work, len(task.needs))
    ])  # fmt: skip
    ready = {
        lanes.LaneKey(account_id, KINDS[task.work.kind].queue, task.priority) for task in new if not task.needs
    }
    for lane in sorted(ready):  # lanes are always locked in the same order
        lanes.add(session, lane, created_at)
    outbox.add(session, *sorted({lane.queue for lane in ready}))


def unmet(session: Session, task_ids: Collection[str]) -> tuple[str, ...]:
    """Those of the tasks that are not done. None of them changes its state before the transaction ends."""
    if not task_ids:
        return ()
    states = (
        select(Task.id, Task.state).where(Task.id.in_(task_ids)).order_by(Task.id).with_for_update(key_share=True)
    )
    return tuple(task_id for task_id, state in session.execute(states) if state != TaskState.DONE)


def lock_needs(session: Session, task_id: str) -> None:
    """Locks what the task needs, before the task itself is locked: in the order in which the end of a task does."""
    needs = session.scalars(select(TaskNeed.needs_id).where(TaskNeed.task_id == task_id)).all()
    for need in sorted(needs):
        lock_needs(session, need)
    unmet(session, needs)


def retry(session: Session, task_id: str) -> None:
    """A task that has failed, or was cancelled, is to be done after all; and first those that it needs, likewise.

    It is made from the start. What owners must pay for that is theirs to know.
    """
    needs = session.scalars(
        select(TaskNeed.needs_id).where(TaskNeed.task_id == task_id).order_by(TaskNeed.needs_id)
    ).all()
    for need in needs:
        retry(session, need)
    waiting = unmet(session, needs)
    task = session.execute(
        update(Task)
        .where(Task.id == task_id, Task.state.in_([TaskState.FAILED, TaskState.CANCELLED]))
        .values(
            state=TaskState.OPEN, error_code=None, error_message=None, stage="queued", frames_done=0, started_at=None
        )
        .returning(Task.kind)
    ).one_or_none()
    if task is None:
        return
    segments = session.execute(
        select(
            Segment.id, Segment.role, Segment.account_id, Segment.queue, Segment.priority, Segment.created_at
        ).where(Segment.task_id == task_id)
    ).all()
    parts = sum(segment.role == Role.PART for segment in segments)
    for segment in segments:
        waits_for = parts if segment.role == Role.ASSEMBLY else len(waiting)
        session.execute(
            update(Segment)
            .where(Segment.id == segment.id)
            .values(
                state=SegmentState.WAITING if waits_for else SegmentState.PENDING, waits_for=waits_for, failures=0,
                suspect_failures=0, not_before=None, left_by=None, worker=None, lease_until=None, frames_done=0,
                files={}, error_message=None,
            )
        )
    if not waiting:
        first = segments[0]
        lanes.add(session, lanes.LaneKey(first.account_id, first.queue, first.priority), first.created_at)
        outbox.add(session, first.queue)
    for outcome in outcomes_of(task.kind):
        outcome.set_back(session, task_id, at_work=False)


def _segments(work: Work, needs: int) -> Iterator[dict[str, Any]]:
    """The columns in which a task's segments differ; `needs` is how many other tasks it waits for."""
    first = {"state": SegmentState.WAITING if needs else SegmentState.PENDING, "waits_for": needs}
    if work.parts == 1:
        yield {"role": Role.WHOLE, "first_frame": 0, "frame_count": work.frame_count, **first}
        return
    bounds = [work.frame_count * index // work.parts for index in range(work.parts + 1)]
    for start, end in itertools.pairwise(bounds):
        yield {"role": Role.PART, "first_frame": start, "frame_count": end - start, **first}
    yield {"role": Role.ASSEMBLY, "first_frame": 0, "frame_count": work.frame_count, "waits_for": work.parts,
           "state": SegmentState.WAITING}
