"""Renders: what a user asked and paid for, as there is to tell of one, and of those of a model; pages of them: lists.

How they come to be: ordering; what becomes of them: scheduling; how they go away: removal.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session, aliased

from api import clock
from api.db.dialects import iso_text
from api.db.tables import Model, Render, Task
from api.domain.renders.states import COMES_FROM, RenderStatus
from api.errors import InvalidState, RenderNotFound
from api.ids import is_id


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a render is. `seconds_left` is an estimate, None until a frame is drawn and once nothing is left to do.

    `stage` is "queued", a stage of the renderer ("loading" ... "checking"), "done" or "failed".
    """

    stage: str
    frames_done: int
    frames_total: int
    seconds_left: float | None


class RenderView(NamedTuple):
    """A render as there is to tell of it. A page has many, and tuples are made at a fraction of a dataclass's cost.

    `settings_json`, `warnings_json` and `checks_json` are as the database holds them: who passes them on needn't take
    them apart. Events that were written before there were checks have none.
    `file_size` is that of the main file, in bytes, None until it is there. Times are as `clock.iso` writes them.
    `started_at` and `heard_at` are for their difference alone, and None unless a worker is at work.
    """

    id: str
    model_id: str
    status: RenderStatus
    settings_json: str
    is_system_preview: bool
    file_size: int | None
    has_web: bool
    warnings_json: str
    error_code: str | None
    error_message: str | None
    created_at: str
    updated_at: str
    stage: str
    frames_done: int
    frames_total: int
    started_at: dt.datetime | None
    heard_at: dt.datetime | None
    checks_json: str = "[]"

    @property
    def settings(self) -> dict[str, Any]:
        """As they are in effect, in the spelling of the dialect that ordered the render."""
        settings: dict[str, Any] = orjson.loads(self.settings_json)
        return settings

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the model isn't shown, once a worker has read it."""
        return tuple(orjson.loads(self.warnings_json))

    @property
    def progress(self) -> Progress:
        return progress_of(self)

    @property
    def seconds_left(self) -> float | None:
        return _seconds_left(self) if self.started_at is not None else None


def get_render(database: Session | Connection, account_id: str, render_id: str) -> RenderView:
    """Raises RenderNotFound, also for a render of another account."""
    if not is_id(render_id):
        raise RenderNotFound
    row = database.execute(_ONE, {"render_id": render_id, "account_id": account_id}).one_or_none()
    if row is None:
        raise RenderNotFound
    return RenderView._make(row)


def dismiss_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """The owner has taken note of an error. Raises RenderNotFound; InvalidState for a render that isn't in error."""
    view = get_render(session, account_id, render_id)
    dismissed = session.scalar(
        update(Render)
        .where(Render.id == render_id, Render.status.in_(COMES_FROM[RenderStatus.FAILED]))
        .values(status=RenderStatus.FAILED, updated_at=clock.now())
        .returning(Render.id)
    )
    if dismissed is None:
        raise InvalidState(f"Only a render in error can be dismissed; this one is {view.status}")
    return get_render(session, account_id, render_id)


def renders_of_model(session: Session, account_id: str, model_id: str) -> list[RenderView]:
    """All renders of the model, system preview included, newest first."""
    return select_views(session, Render.model_id == model_id, Render.account_id == account_id)


PICTURED = ("video", "image")
"""The outputs whose poster shows their model as it is: a training set's stands for many views, a "still" has none."""


def pictures_of(session: Session, model_ids: Sequence[str]) -> dict[str, str]:
    """The newest render with a poster of each of the models that has one: their ids by the models'."""
    other = aliased(Render)
    newest_done = (
        select(other.id)
        .where(other.model_id == Model.id, other.status == RenderStatus.DONE, other.output.in_(PICTURED))
        .order_by(*newest(other))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(Model.id, newest_done).where(Model.id.in_(model_ids)))
    return {model_id: render_id for model_id, render_id in rows if render_id is not None}


def select_views(session: Session, *conditions: ColumnElement[bool]) -> list[RenderView]:
    """The renders that meet the conditions, newest first."""
    views = views_of(Render).where(*conditions).order_by(*newest(Render))
    return [RenderView._make(row) for row in session.execute(views)]


PROGRESS = (
    Task.stage, Task.frames_done, Task.frame_count.label("frames_total"),
    *(type_coerce(moment, DateTime(timezone=True)).label(moment.key) for moment in (Task.started_at, Task.heard_at)),
)  # fmt: skip
"""The columns that `progress_of` works with. For the difference of two times it doesn't matter which zone is noted."""


def progress_of(row: Any) -> Progress:
    return Progress(row.stage, row.frames_done, row.frames_total, _seconds_left(row))


def views_of(render: type[Render]) -> Select[*tuple[Any, ...]]:
    """RenderView's columns. As plain columns a list of rows costs a fraction of a list of mapped objects."""
    return select(
        render.id, render.model_id, render.status, cast(render.settings, Text).label("settings"),
        render.is_system_preview, render.file_size, render.has_web, cast(render.warnings, Text).label("warnings"),
        render.error_code, render.error_message, iso_text(render.created_at), iso_text(render.updated_at), *PROGRESS,
        func.coalesce(cast(render.checks, Text), "[]").label("checks"),
    ).join(Task, Task.id == render.task_id)  # fmt: skip


def newest(render: type[Render]) -> tuple[ColumnElement[Any], ...]:
    return render.created_at.desc(), render.id.desc()


_ONE = views_of(Render).where(Render.id == bindparam("render_id"), Render.account_id == bindparam("account_id"))
"""Made once, because it is the most frequent question of all, and to make it costs as much as to ask it."""


def _seconds_left(row: Any) -> float | None:
    """As if the frames to come took as long as those drawn, up to the last heartbeat."""
    if row.started_at is None or not row.frames_done:
        return None
    drawing = (row.heard_at - row.started_at).total_seconds()
    seconds: float = drawing / row.frames_done * (row.frames_total - row.frames_done)
    return round(seconds, 1)
