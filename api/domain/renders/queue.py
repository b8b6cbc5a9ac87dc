"""An account's renders that wait for a worker: in which order they are drawn, and by whom those that are begun."""

from sqlalchemy import ColumnElement, Connection, literal_column, select
from sqlalchemy.orm import Session

from api.db.tables import Render, Segment
from api.domain.kit.unit import Unit
from api.domain.renders.renders import RenderView, get_render
from api.domain.work import turns
from api.errors import InvalidState

QUEUE = "render"
"""Of all kinds of work that renders are."""

MOST_TOLD = 200
"""Segments from the front of the line that are looked at: nobody counts further, and it is asked every second."""

_AHEAD = (
    select(Render.id)
    .join(Segment, Segment.task_id == Render.task_id)
    .where(Segment.state == literal_column("'pending'"), Segment.queue == QUEUE)
    .order_by(Segment.priority, Segment.created_at, Segment.task_id, Segment.first_frame)
    .limit(MOST_TOLD)
)
_AT_WORK = (
    select(Render.id, Segment.worker)
    .join(Segment, Segment.task_id == Render.task_id)
    .where(Segment.state == literal_column("'running'"))
    .order_by(Render.id, Segment.first_frame)
)


def waiting(database: Session | Connection, account_id: str) -> tuple[str, ...]:
    """The ids of the account's renders for which a worker is wanted, the next one first; of very many the first."""
    rows = database.execute(_AHEAD.where(*_of(account_id)))
    return tuple(dict.fromkeys(row.id for row in rows))


def workers(database: Session | Connection, account_id: str) -> tuple[tuple[str, str], ...]:
    """Which workers are at the account's renders: render ids, some of them several times, and workers' names."""
    return tuple((row.id, row.worker) for row in database.execute(_AT_WORK.where(*_of(account_id))))


def put_first(unit: Unit, account_id: str, render_id: str) -> RenderView:
    """The render is drawn before all of the account's own that wait and are paid like it.

    Raises RenderNotFound; InvalidState where nothing of it waits any more.
    """
    get_render(unit, account_id, render_id)
    task_id = unit.scalar(select(Render.task_id).where(Render.id == render_id))
    if task_id is None or not turns.put_first(unit, task_id):
        raise InvalidState("Only a render that waits for a worker can be put first")
    return get_render(unit, account_id, render_id)


def _of(account_id: str) -> tuple[ColumnElement[bool], ...]:
    return Segment.account_id == account_id, Render.account_id == account_id
