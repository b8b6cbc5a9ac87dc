"""Tasks and their segments, the accounts that wait, the workers that are up, and hints to send."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, BigId


class Task(Base):
    """One deterministic piece of work, for one or more owners who ask for the same. `kind` is a row of
    domain.work.outcomes.KINDS; `inputs` are storage keys by name; `key` is a hash of all that decides its output.

    From `stage` on it is progress, told by heartbeats. Whoever takes a segment from one state to another, other than by
    claiming it, holds this row's lock.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'failed', 'cancelled')", name="state_known"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[dict[str, Any]]
    spec: Mapped[dict[str, Any]]
    frame_count: Mapped[int]  # frames, views, or whatever else the kind counts its progress in
    state: Mapped[str] = mapped_column(String(10), default="open")
    error_code: Mapped[str | None] = mapped_column(String(50))
    error_message: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(String(20), default="queued")
    frames_done: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[dt.datetime | None]  # NULL unless at work
    heard_at: Mapped[dt.datetime | None]
    traceparent: Mapped[str | None] = mapped_column(String(55))  # W3C's: the request that ordered it, if it is traced
    created_at: Mapped[dt.datetime]


class TaskNeed(Base):
    """`task_id` waits until `needs_id` is done, and fails if that fails."""

    __tablename__ = "task_needs"

    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    needs_id: Mapped[str] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True, index=True)


class Segment(Base):
    """What a worker claims: all of a task, or a contiguous run of its frames, or to join what was made of all runs.

    A claim raises `attempt` and sets `lease_until`; only the holder of the newest attempt may settle. `failures` counts
    the attempts that went wrong, and decides when to give up; `suspect_failures` counts those of them for which the
    model may be to blame. Segments leave `pending` only under their lane's lock. `waits_for` counts what isn't there
    yet: of an assembly its parts, of the others the tasks that theirs needs, and after a failure the moment
    `not_before`. At zero a `waiting` segment becomes pending. `left_by` is the worker that failed it last, if there
    were others to try it first. `files` are those that a part made.
    """

    __tablename__ = "segments"
    __table_args__ = (
        Index("segments_pending", "account_id", "queue", "priority", "created_at", "task_id", "first_frame",
              sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
        Index("segments_running", "account_id", "priority",
              sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
        Index("segments_leased", "lease_until",
              sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
        Index("segments_delayed", "not_before",
              sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        CheckConstraint("role IN ('whole', 'part', 'assembly')", name="role_known"),
        CheckConstraint("state IN ('waiting', 'pending', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (waits_for > 0) OR state = 'failed'", name="waits_for_something"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_held_while_running"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    queue: Mapped[str] = mapped_column(String(20))  # of its kind
    priority: Mapped[int]  # lower is sooner: domain.work.tasks.Priority
    role: Mapped[str] = mapped_column(String(10), default="whole")
    first_frame: Mapped[int]
    frame_count: Mapped[int]
    waits_for: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    suspect_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    not_before: Mapped[dt.datetime | None]  # by the database's clock
    left_by: Mapped[str | None] = mapped_column(String(100))
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[dt.datetime | None]  # by the database's clock
    frames_done: Mapped[int] = mapped_column(default=0)
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {key, size, etag, content_type} by name
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Lane(Base):
    """An account's line of pending segments in one queue at one priority.

    Claims choose among lanes, of which there are few, instead of among segments, of which there may be very many; and
    who adds to a line or takes from it holds its row's lock. The row of an empty line remembers `served`: when the
    account was last given a worker in this queue, by the database's clock, 1970 if it never was. `service_class` is the
    account's.
    """

    __tablename__ = "lanes"
    __table_args__ = (
        Index("lanes_waiting", "service_class", "served", "priority", "oldest_at", "account_id", "queue",
              sqlite_where=text("oldest_at IS NOT NULL"), postgresql_where=text("oldest_at IS NOT NULL")),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    queue: Mapped[str] = mapped_column(String(20), primary_key=True)
    priority: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    oldest_at: Mapped[dt.datetime | None]  # created_at of the line's first segment; NULL: it is empty
    served: Mapped[dt.datetime]
    service_class: Mapped[int] = mapped_column(default=10, server_default="10")


class OutboxMessage(Base):
    """A hint to send once the transaction that wrote it is committed. Deleted when sent."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    queue: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[dt.datetime]


class Worker(Base):
    """A worker process that is up, the device it draws on, and what makes its H.264. Removed when it leaves or falls
    silent. One with an `unfit_reason` claims nothing until its self-test passes, one that is `resting` nothing until it
    is resumed."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    device: Mapped[str] = mapped_column(Text)
    software: Mapped[bool]
    encoder: Mapped[str] = mapped_column(String(20))
    unfit_reason: Mapped[str | None] = mapped_column(Text)
    resting: Mapped[bool] = mapped_column(default=False, server_default=false())
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]  # by the database's clock


class WorkerLog(Base):
    """What a worker has logged last, the oldest line first, and its last error. It outlives the worker for a while."""

    __tablename__ = "worker_logs"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    lines: Mapped[list[str]]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[dt.datetime | None]
    written_at: Mapped[dt.datetime]  # by the database's clock


class Pause(Base):
    """A worker by its name, or all workers by the name "", that an administrator lets rest."""

    __tablename__ = "pauses"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[dt.datetime]
