"""Renders that are done and that their owner has deleted: kept for a while with their files, and then gone for good.

    keep       -> the row of Render becomes one of DeletedRender; results, files and task stay
    restore    -> the row is Render's again
    discard    -> all of it is gone

A kept render counts as nothing of its account's: no list has it, and no quota.
"""

import datetime as dt
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db import dialects
from api.db.tables import DeletedRender, Render, Result, Segment, Task, UtcDateTime
from api.domain.kit.unit import Unit
from api.domain.renders.outcomes import SUBJECT
from api.domain.work import results
from api.errors import InvalidState, RenderNotFound
from api.ids import is_id

_COLUMNS = Render.__table__.columns


def storage_prefix(render_id: str) -> str:
    """The folder of all files that were ever made for the render."""
    return f"renders/{render_id}"


def keep(session: Session, render_id: str, kept: dt.timedelta) -> None:
    """The render, whose task is locked, is gone but can be had back for so long."""
    row = session.execute(select(*_COLUMNS).where(Render.id == render_id)).one()
    size = session.scalar(select(func.sum(Result.size)).where(*_files_of(render_id)))
    moment = clock.now()
    session.execute(delete(Render).where(Render.id == render_id))
    session.execute(insert(DeletedRender).values(
        id=render_id, account_id=row.account_id, model_id=row.model_id, task_id=row.task_id, output=row.output,
        row={name: _told(value) for name, value in row._mapping.items()}, size=size or 0, deleted_at=moment,
        discard_at=moment + kept,
    ))  # fmt: skip


def restore_render(session: Session, account_id: str, render_id: str) -> None:
    """A deleted render is there again, with its files and, if it was shared, its link.

    What it was a part of, such as a job, doesn't have it back. Raises RenderNotFound where it is gone for good;
    InvalidState for a preview of a model that has another one meanwhile.
    """
    if not is_id(render_id):
        raise RenderNotFound
    own = DeletedRender.id == render_id, DeletedRender.account_id == account_id
    lock_task(session, render_id)
    row = session.scalar(
        delete(DeletedRender).where(*own, DeletedRender.discard_at > clock.now()).returning(DeletedRender.row)
    )
    if row is None:
        raise RenderNotFound
    values = {column.key: _read(column.type, row[column.key]) for column in _COLUMNS if column.key in row}
    restored = session.scalar(
        dialects.insert(session, Render).values(**values).on_conflict_do_nothing().returning(Render.id)
    )
    if restored is None:
        raise InvalidState("The model has another preview meanwhile: this one can't be had back")


def discard(unit: Unit, render_id: str) -> None:
    """The deleted render is gone for good, unless it was had back just now."""
    task_id = lock_task(unit, render_id)
    gone = unit.scalar(delete(DeletedRender).where(DeletedRender.id == render_id).returning(DeletedRender.id))
    if gone is None or task_id is None:
        return
    drop_task(unit, task_id)
    results.discard(unit, SUBJECT, [render_id])
    unit.drop(storage_prefix(render_id))


def lock_task(session: Session, render_id: str) -> str | None:
    """The id of the deleted render's task, which is locked first, as by all who delete renders."""
    of_render = select(DeletedRender.task_id).where(DeletedRender.id == render_id)
    return session.scalar(select(Task.id).where(Task.id.in_(of_render)).with_for_update())


def drop_task(session: Session, task_id: str) -> bool:
    """Deletes the locked task, unless a render has it that is there, or that can be had back. Whether it is gone."""
    needed = select(exists().where(Render.task_id == task_id) | exists().where(DeletedRender.task_id == task_id))
    if session.scalar(needed):
        return False
    session.execute(delete(Segment).where(Segment.task_id == task_id))
    session.execute(delete(Task).where(Task.id == task_id))
    return True


def _files_of(render_id: str) -> tuple[Any, ...]:
    return Result.subject_id == render_id, Result.subject_kind == SUBJECT


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _read(kind: Any, value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) and value is not None else value
