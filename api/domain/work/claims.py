"""A worker asks for work -> here -> the best pending segment, leased to it, with all it needs to begin.

Every idle worker asks this all the time, whatever there is to do. So it costs as many rows as there are accounts that
wait, however many segments they wait for, and its statements are made once and executed past the ORM.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Float, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from api.db.dialects import from_now
from api.db.tables import Segment, Task
from api.domain.kit.files import FileView, files_view
from api.domain.work import lanes, results
from api.domain.work.outcomes import Variants, outcomes_of
from api.domain.work.states import Role, SegmentState
from api.domain.work.tasks import Priority


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A run of frames that is drawn, and the files that were made of it, by name."""

    first_frame: int
    frame_count: int
    files: dict[str, FileView]


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A segment in a worker's hands: frames `first_frame` and the `frame_count - 1` after it, for all the owners.

    `inputs` are storage keys by name. `spec` and `variants` are those of `tasks.Work`, the latter by owner id; `files`
    are, in an assembly, what each owner has already. `parts` are an assembly's, in the order of their frames.
    """

    segment_id: str
    attempt: int
    queue: str
    priority: Priority
    role: Role
    task_id: str
    kind: str
    inputs: dict[str, str]
    spec: dict[str, Any]
    first_frame: int
    frame_count: int
    variants: Variants
    files: dict[str, dict[str, FileView]]
    parts: tuple[Part, ...]
    traceparent: str | None = None
    """The request that ordered the task, if it is traced."""

    def output_prefix(self, owner_id: str) -> str:
        """Where this attempt stores the owner's files: no two attempts ever write the same key."""
        return output_prefix(self.kind, owner_id, self.role, self.first_frame, self.attempt)

    @property
    def part_prefix(self) -> str:
        """Where this attempt, if it is at a part, stores the files for the assembly."""
        return part_prefix(self.task_id, self.first_frame, self.attempt)


def owner_prefix(kind: str, owner_id: str) -> str:
    """Where all files are that were ever made for the owner, such as "renders/Xz7pQ4w8nR2k/"."""
    [outcome, *_] = outcomes_of(kind)
    return f"{outcome.subject}s/{owner_id}/"


def output_prefix(kind: str, owner_id: str, role: Role, first_frame: int, attempt: int) -> str:
    folder = f"{first_frame}-{attempt}" if role == Role.PART else f"{attempt}"
    return f"{owner_prefix(kind, owner_id)}{folder}/"


def part_prefix(task_id: str, first_frame: int, attempt: int) -> str:
    return f"{task_prefix(task_id)}{first_frame}-{attempt}/"


def task_prefix(task_id: str) -> str:
    """Where all parts of the task are until they are joined."""
    return f"tasks/{task_id}/"


def claim(
    session: Session, *, worker: str, queues: Sequence[str], lease_seconds: float, most_running: int = 0
) -> Claim | None:
    """The best pending segment of `queues`, now this worker's for `lease_seconds`; None if there is none for it.

    `most_running`: see `lanes.choose`.
    """
    database = session.connection()
    leased = {"by_worker": worker, "lease_seconds": lease_seconds}
    lane = lanes.choose(session, queues, most_running)
    segment = lane and database.execute(_TAKE, leased | lane.parameters).one_or_none()
    if lane and not segment:  # all of that lane are left to other workers
        lane = lanes.choose_free(session, queues, worker, most_running)
        segment = lane and database.execute(_TAKE, leased | lane.parameters).one_or_none()
    if not lane or not segment:
        return None
    lanes.served(session, lane, segment.next_created_at)
    of_task = {"of_task": segment.task_id}
    task = database.execute(_TASK, of_task).one()
    variants: Variants = {}
    for outcome in outcomes_of(task.kind):
        variants |= outcome.begun(session, segment.task_id)
    is_assembly = segment.role == Role.ASSEMBLY
    parts = database.execute(_PARTS, of_task).all() if is_assembly else ()
    return Claim(
        segment_id=segment.id,
        attempt=segment.attempt,
        queue=lane.queue,
        priority=Priority(lane.priority),
        role=Role(segment.role),
        task_id=segment.task_id,
        kind=task.kind,
        inputs=task.inputs,
        spec=task.spec,
        first_frame=segment.first_frame,
        frame_count=segment.frame_count,
        variants=variants,
        files=results.read(session, variants) if is_assembly else {owner_id: {} for owner_id in variants},
        parts=tuple(Part(part.first_frame, part.frame_count, files_view(part.files)) for part in parts),
        traceparent=task.traceparent,
    )


_BEST = (
    select(Segment.id)
    .where(*lanes.PENDING, lanes.FREE)
    .order_by(Segment.created_at, Segment.task_id, Segment.first_frame)  # one task after the other, from its front
    .limit(1)
).scalar_subquery()

_OTHER = aliased(Segment)

_NEXT = (
    select(func.min(_OTHER.created_at))
    .where(
        _OTHER.account_id == bindparam("in_account"), _OTHER.queue == bindparam("in_queue"),
        _OTHER.priority == bindparam("in_priority"), _OTHER.state == SegmentState.PENDING,
        # SQLAlchemy would leave out the table's name in a RETURNING for SQLite, where it makes all the difference; and
        # only SQLite knows by then that the segment itself is no longer pending
        _OTHER.id != literal_column("segments.id"),
    )
    .scalar_subquery()
)

_TAKE = (
    update(Segment)
    .where(Segment.id == _BEST)
    .values(
        state=SegmentState.RUNNING,
        attempt=Segment.attempt + 1,
        worker=bindparam("by_worker"),
        lease_until=from_now(bindparam("lease_seconds", type_=Float)),
        updated_at=from_now(0),
    )
    .returning(
        Segment.id, Segment.attempt, Segment.role, Segment.task_id, Segment.first_frame, Segment.frame_count,
        _NEXT.label("next_created_at"),
    )
)

_TASK = select(Task.kind, Task.inputs, Task.spec, Task.traceparent).where(Task.id == bindparam("of_task"))

_PARTS = (
    select(Segment.first_frame, Segment.frame_count, Segment.files)
    .where(Segment.task_id == bindparam("of_task"), Segment.role == Role.PART)
    .order_by(Segment.first_frame)
)
