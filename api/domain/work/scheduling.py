"""What becomes of claimed work: heartbeats, settlement, other tries, and lost leases. How it is given out: claims.

    waiting --all it waits for is there--> pending
    pending --claim--> running --settle_done, settle_part--> done
       ^                  |-- settle_error, lease run out --> failed with all of its task, and with those that need it
       |                  |   or, while tries are left: waiting again, for some time; pending again if the lease ran out
       `------------------'-- release: pending again

    whole                               makes the owners' files
    part ... part ... --the last--> assembly: waiting until then, now pending; makes the owners' files of the parts'

A claim carries the attempt's number. Whatever a worker reports is believed only while its attempt is the segment's
newest and still running, so a worker that wakes up after its lease was taken changes nothing.

What all of this means for those who asked for the work is the kind's business: see `outcomes`.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select, update
from sqlalchemy.orm import Session

from api.db.dialects import from_now
from api.db.tables import Result, Segment, Task, TaskNeed
from api.domain.kit.failures import CANCELLED, LOST, OUT_OF_MEMORY, STALLED, Failure
from api.domain.kit.files import FileView, files_json
from api.domain.kit.texts import storable
from api.domain.work import claims, lanes, leftovers, outbox, results, waits
from api.domain.work.claims import Claim
from api.domain.work.outcomes import OwnerFiles, outcomes_of
from api.domain.work.states import Role, SegmentState, TaskState

LOST_MESSAGE = "The worker died or stood still"
MESSAGE_LIMIT = 4000
"""Characters of an error message that are kept."""
SUSPECT = frozenset({OUT_OF_MEMORY, STALLED})
MOST_SUSPECT_FAILURES = 2
"""For the first of these a busy worker may be to blame; when another try ends in the same way, it is the model."""


@dataclasses.dataclass(frozen=True, slots=True)
class TakenBack:
    """Lost work that is pending again, or given up if not `again`; the caller deletes what lies under `leftovers`."""

    again: bool
    leftovers: tuple[str, ...]


def heartbeat(session: Session, claim: Claim, *, lease_seconds: float, stage: str, frames_done: int) -> bool:
    """Renews the lease and notes the progress. False: the lease is lost, the worker should stop."""
    _lock_task(session, claim.task_id)
    if _update_held(session, claim, lease_until=from_now(lease_seconds), frames_done=frames_done) is None:
        return False
    _note_progress(session, claim.task_id, stage, beside_others=claim.role == Role.PART)
    for outcome in outcomes_of(claim.kind):
        outcome.advanced(session, claim.task_id)
    return True


def tell(session: Session, claim: Claim, told: Mapping[str, Any]) -> bool:
    """The worker has found out something that the owners should know. False: the lease is lost."""
    if _update_held(session, claim) is None:
        return False
    for outcome in outcomes_of(claim.kind):
        outcome.told(session, claim.task_id, told)
    return True


def publish(session: Session, claim: Claim, files: OwnerFiles) -> bool:
    """These files, by owner id and name, are stored and may be fetched. False: the lease is lost."""
    attempt = _update_held(session, claim)
    if attempt is None:
        return False
    for outcome in outcomes_of(claim.kind):
        waiting = outcome.owners(session, claim.task_id)  # the others were cancelled meanwhile
        kept = {owner_id: files[owner_id] for owner_id in waiting if owner_id in files}
        results.write(session, attempt.lane.account_id, outcome.subject, kept)
        outcome.published(session, claim.task_id, kept)
    return True


def settle_done(
    session: Session, claim: Claim, files: OwnerFiles, told: Mapping[str, Any] | None = None
) -> bool:
    """All files of all the claim's owners are stored, those that were published included. False: the lease is lost.

    `told` is what the worker has to say besides, in the kind's own words.
    """
    if files.keys() != claim.variants.keys():
        raise ValueError("a settlement brings the files of each of the claim's owners")
    _lock_task(session, claim.task_id)
    settled = {"state": SegmentState.DONE, "lease_until": None, "frames_done": claim.frame_count}
    attempt = _update_held(session, claim, **settled)
    if attempt is None:
        return False
    _end_progress(session, claim.task_id, "done", state=TaskState.DONE)
    inputs: dict[str, str] = {}
    for outcome in outcomes_of(claim.kind):
        waiting = outcome.owners(session, claim.task_id)  # the others were cancelled meanwhile
        kept = {owner_id: files[owner_id] for owner_id in waiting if owner_id in files}
        results.write(session, attempt.lane.account_id, outcome.subject, kept)
        inputs |= outcome.finished(session, claim.task_id, kept, told or {})
    _let_go_on(session, claim.task_id, inputs)
    return True


def settle_part(session: Session, claim: Claim, files: Mapping[str, FileView]) -> bool:
    """What the assembly needs of this part is stored. After the last part it is pending. False: the lease is lost."""
    _lock_task(session, claim.task_id)
    settled = {"state": SegmentState.DONE, "lease_until": None, "frames_done": claim.frame_count}
    attempt = _update_held(session, claim, **settled, files=files_json(files))
    if attempt is None:
        return False
    _note_progress(session, claim.task_id, "drawing", beside_others=True)
    waits.one_less(session, Segment.task_id == claim.task_id, Segment.role == Role.ASSEMBLY)
    return True


def settle_error(session: Session, claim: Claim, failure: Failure, *, retry: bool, max_attempts: int) -> bool:
    """The attempt failed. With `retry` it is tried again after a pause, at most `max_attempts` times, and at most twice
    if the model is suspect. False: the lease is lost."""
    failure = Failure(failure.code, storable(failure.message, MESSAGE_LIMIT))
    _lock_task(session, claim.task_id)
    attempt = _update_held(
        session, claim, failures=Segment.failures + 1, error_message=failure.message,
        suspect_failures=Segment.suspect_failures + int(failure.code in SUSPECT),
    )  # fmt: skip
    if attempt is None:
        return False
    if retry and attempt.failures < max_attempts and attempt.suspect_failures < MOST_SUSPECT_FAILURES:
        _requeue(session, attempt, **waits.for_time(attempt.failures))
    else:
        _end(session, claim.task_id, TaskState.FAILED, failure)
    return True


def release(session: Session, claim: Claim) -> bool:
    """The worker stops before it is finished; the work is pending again and no failure. False: the lease is lost."""
    _lock_task(session, claim.task_id)
    attempt = _update_held(session, claim)
    if attempt is None:
        return False
    _requeue(session, attempt)
    lanes.give_turn_back(session, attempt.lane)
    return True


def hand_back(session: Session, segment_id: str) -> bool:
    """The claim is taken from whoever has it; the work is pending again and no failure. False: nobody has it."""
    task_id = session.scalar(select(Segment.task_id).where(Segment.id == segment_id))
    if task_id is None:
        return False
    _lock_task(session, task_id)
    row = session.execute(
        update(Segment)
        .where(Segment.id == segment_id, Segment.state == SegmentState.RUNNING)
        .values(updated_at=from_now(0))
        .returning(*_ATTEMPT)
    ).one_or_none()
    if row is None:
        return False
    attempt = _attempt(row)
    _requeue(session, attempt)
    lanes.give_turn_back(session, attempt.lane)
    return True


def cancel(session: Session, task_id: str, failure: Failure = Failure(CANCELLED, "Cancelled")) -> None:
    """Nobody wants the task any more, nor those that need it: their owners are told the `failure`. Who holds a segment
    of it learns so by a heartbeat."""
    _lock_task(session, task_id)
    _end(session, task_id, TaskState.CANCELLED, failure)


class NotTakenBack(Exception):
    """Something is wrong with the rows of a lost claim; the cause says what."""

    def __init__(self, segment_id: str) -> None:
        super().__init__(f"the lost claim on segment {segment_id} can't be taken back")
        self.segment_id = segment_id


def take_back(session: Session, *, max_attempts: int, passing_over: Collection[str] = ()) -> TakenBack | None:
    """Takes back one claim of a dead or stalled worker; None if there is none. Any number of processes may do so.

    Raises NotTakenBack: the caller passes over that segment then, so that the others are taken back.
    """
    while True:
        lost = session.execute(
            select(Segment.id, Segment.task_id)
            .join(Task, Task.id == Segment.task_id)
            .where(*_lost(), Segment.id.not_in(passing_over))
            .order_by(Segment.lease_until)
            .limit(1)
            .with_for_update(of=Task, skip_locked=True, key_share=True)
        ).one_or_none()
        if lost is None:
            return None
        try:
            taken = _take_back(session, lost.id, max_attempts)
        except Exception as error:
            raise NotTakenBack(lost.id) from error
        if taken is not None:
            return taken


def _take_back(session: Session, segment_id: str, max_attempts: int) -> TakenBack | None:
    """None if the segment was heard of just before its task was locked."""
    row = session.execute(
        update(Segment)
        .where(Segment.id == segment_id, *_lost())
        .values(failures=Segment.failures + 1, error_message=LOST_MESSAGE, updated_at=from_now(0))
        .returning(*_ATTEMPT)
    ).one_or_none()
    if row is None:
        return None
    attempt = _attempt(row)
    kind = session.scalar(select(Task.kind).where(Task.id == attempt.task_id)) or ""
    owners = [owner_id for outcome in outcomes_of(kind) for owner_id in outcome.owners(session, attempt.task_id)]
    if attempt.failures < max_attempts:
        _requeue(session, attempt)
        own = [attempt.output_prefix(kind, owner_id) for owner_id in owners]
        if attempt.role == Role.PART:
            own.append(claims.part_prefix(attempt.task_id, attempt.first_frame, attempt.attempt))
        return TakenBack(True, tuple(own))
    failure = Failure(LOST, f"{LOST_MESSAGE}, {attempt.failures} failures in all")
    _end(session, attempt.task_id, TaskState.FAILED, failure)
    return TakenBack(False, tuple(leftovers.of_task(session, attempt.task_id, kind, owners)))


@dataclasses.dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt whose task's and segment's rows this transaction has locked."""

    segment_id: str
    task_id: str
    role: Role
    first_frame: int
    attempt: int
    failures: int
    suspect_failures: int
    lane: lanes.LaneKey
    created_at: dt.datetime

    def output_prefix(self, kind: str, owner_id: str) -> str:
        return claims.output_prefix(kind, owner_id, self.role, self.first_frame, self.attempt)


_ATTEMPT = (
    Segment.id, Segment.task_id, Segment.role, Segment.first_frame, Segment.attempt, Segment.failures,
    Segment.suspect_failures, Segment.created_at, Segment.account_id, Segment.queue, Segment.priority,
)  # fmt: skip


def _attempt(row: Row[*tuple[Any, ...]]) -> _Attempt:
    lane = lanes.LaneKey(row.account_id, row.queue, row.priority)
    return _Attempt(
        row.id, row.task_id, Role(row.role), row.first_frame, row.attempt, row.failures, row.suspect_failures, lane,
        row.created_at,
    )  # fmt: skip


def _lost() -> tuple[ColumnElement[bool], ...]:
    return Segment.state == SegmentState.RUNNING, Segment.lease_until < from_now(0)


def _lock_task(session: Session, task_id: str) -> None:
    """Before a segment changes its state: two parts of a task that end at once would else each wait for the other."""
    session.execute(select(Task.id).where(Task.id == task_id).with_for_update(key_share=True))


def _update_held(session: Session, claim: Claim, **values: Any) -> _Attempt | None:
    """Writes `values` if the claim still holds its segment; else None."""
    row = session.execute(
        update(Segment)
        .where(
            Segment.id == claim.segment_id,
            Segment.attempt == claim.attempt,
            Segment.state == SegmentState.RUNNING,
        )
        .values(updated_at=from_now(0), **values)
        .returning(*_ATTEMPT)
    ).one_or_none()
    return None if row is None else _attempt(row)


def _note_progress(session: Session, task_id: str, stage: str, *, beside_others: bool) -> None:
    """What users see of the locked task. Of one that others draw too, frames say more than a stage of one of them."""
    drawn = (
        select(func.sum(Segment.frames_done))
        .where(Segment.task_id == task_id, Segment.role != Role.ASSEMBLY)
        .scalar_subquery()
    )
    shown = case((drawn > 0, "drawing"), else_=stage) if beside_others else stage
    session.execute(
        update(Task)
        .where(Task.id == task_id)
        .values(
            stage=shown, frames_done=drawn, started_at=func.coalesce(Task.started_at, from_now(0)),
            heard_at=from_now(0),
        )
    )


def _end_progress(session: Session, task_id: str, stage: str, **values: Any) -> None:
    """Nobody is at work at the locked task. `values` are written besides."""
    drawn = Task.frame_count if stage == "done" else 0
    session.execute(
        update(Task).where(Task.id == task_id).values(stage=stage, frames_done=drawn, started_at=None, **values)
    )


def _requeue(session: Session, attempt: _Attempt, **waiting: Any) -> None:
    """The attempt came to nothing: what it has published is taken back, and its segment is pending again, unless it is
    `waiting`."""
    session.execute(
        update(Segment)
        .where(Segment.id == attempt.segment_id)
        .values({"state": SegmentState.PENDING, "worker": None, "lease_until": None, "frames_done": 0, **waiting})
    )
    if not waiting:
        lanes.add(session, attempt.lane, attempt.created_at)
        outbox.add(session, attempt.lane.queue)
    others = exists().where(
        Segment.task_id == attempt.task_id, Segment.state.in_([SegmentState.RUNNING, SegmentState.DONE])
    )
    at_work = bool(session.scalar(select(others)))
    if not at_work:
        _end_progress(session, attempt.task_id, "queued")
    kind = session.scalar(select(Task.kind).where(Task.id == attempt.task_id)) or ""
    for outcome in outcomes_of(kind):
        owners = outcome.owners(session, attempt.task_id)
        if not at_work or _has_published(session, attempt, kind, owners):
            results.discard(session, outcome.subject, owners)
            outcome.set_back(session, attempt.task_id, at_work=at_work)


def _has_published(session: Session, attempt: _Attempt, kind: str, owners: list[str]) -> bool:
    """Whether what users can fetch of the owners by now was made by this attempt."""
    stored = session.execute(select(Result.subject_id, Result.key).where(Result.subject_id.in_(owners)))
    return any(key.startswith(attempt.output_prefix(kind, owner_id)) for owner_id, key in stored)


def _end(session: Session, task_id: str, state: TaskState, failure: Failure) -> None:
    """The locked task can't be had, nor can what needs it: whoever is at a segment of them loses the claim."""
    lanes_of_it = sorted({
        lanes.LaneKey(*row)
        for row in session.execute(
            select(Segment.account_id, Segment.queue, Segment.priority).where(Segment.task_id == task_id).distinct()
        )
    })  # fmt: skip
    for lane in lanes_of_it:
        lanes.lock(session, lane)
    left = SegmentState.WAITING, SegmentState.PENDING, SegmentState.RUNNING
    session.execute(
        update(Segment)
        .where(Segment.task_id == task_id, Segment.state.in_(left))
        .values(state=SegmentState.FAILED, lease_until=None)
    )
    for lane in lanes_of_it:
        lanes.advance(session, lane)
    ended = {"state": state, "error_code": failure.code, "error_message": failure.message}
    _end_progress(session, task_id, "failed", **ended)
    kind = session.scalar(select(Task.kind).where(Task.id == task_id)) or ""
    for outcome in outcomes_of(kind):
        results.discard(session, outcome.subject, outcome.owners(session, task_id))
        outcome.failed(session, task_id, failure)
    for dependent_id in _dependents(session, task_id, TaskState.OPEN):
        _end(session, dependent_id, state, failure)


def _dependents(session: Session, task_id: str, *states: TaskState) -> list[str]:
    """The tasks in those states that need the locked one, locked, in the order of their ids."""
    needing = select(TaskNeed.task_id).where(TaskNeed.needs_id == task_id)
    return list(session.scalars(
        select(Task.id)
        .where(Task.id.in_(needing), Task.state.in_(states))
        .order_by(Task.id)
        .with_for_update(key_share=True)
    ))  # fmt: skip


def _let_go_on(session: Session, task_id: str, inputs: Mapping[str, str]) -> None:
    """The locked task is done: those that need it get `inputs`, and wait for one task less.

    Those that have failed get them too: they may be tried again, and then this task is not done once more.
    """
    waiting = _dependents(session, task_id, TaskState.OPEN, TaskState.FAILED, TaskState.CANCELLED)
    if not waiting:
        return
    if inputs:
        for row in session.execute(select(Task.id, Task.inputs).where(Task.id.in_(waiting))).all():
            session.execute(update(Task).where(Task.id == row.id).values(inputs={**row.inputs, **inputs}))
    waits.one_less(session, Segment.task_id.in_(waiting), Segment.role != Role.ASSEMBLY)
