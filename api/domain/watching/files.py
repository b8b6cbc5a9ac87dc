"""All files that the database says are there: what a backup must hold, and what a storage is checked against."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.db.tables import Model, Overlay, Result, Segment, Task, Upload
from api.domain.work.states import TaskState

COLUMNS: tuple[tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ColumnElement[bool]], ...] = (
    (Model.storage_key, or_(Model.deleted_at.is_(None), Model.discard_at.is_not(None) & (Model.file_size > 0))),
    (Overlay.storage_key, Overlay.deleted_at.is_(None)),
    (Result.key, Result.key.is_not(None)),
    (Upload.file_key, Upload.file_key.is_not(None)),
)
"""The columns that hold a storage key, and of which rows. What was deleted, and can't be had back, is there only while
work needs it."""

AT_ONCE = 1000
"""Rows that are read at a time: a farm may have millions."""


def named(session: Session) -> Iterator[str]:
    """The keys, in no order, some of them twice."""
    for column, there in COLUMNS:
        for key in session.scalars(select(column).where(there)).yield_per(AT_ONCE):
            if key is not None:
                yield key
    is_open = Task.state == TaskState.OPEN
    for inputs in session.scalars(select(Task.inputs).where(is_open)).yield_per(AT_ONCE):
        yield from inputs.values()
    parts = select(Segment.files).join(Task, Task.id == Segment.task_id).where(is_open)
    for files in session.scalars(parts).yield_per(AT_ONCE):
        yield from (file["key"] for file in files.values())
