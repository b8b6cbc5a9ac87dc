"""What is deleted because it is old, by rules of the settings, each for a class of what the farm keeps; and because an
account has too much.

A rule deletes as an owner would, but for good, and one thing in one transaction: no lock is held for long, however much
is due. Nothing that is still worked on goes, nothing that is shared by a link or in a gallery, and no model that
anything is made of.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable

from sqlalchemy import BigInteger, ColumnElement, Select, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import (
    Flow,
    FlowInput,
    FlowStep,
    GalleryRender,
    Model,
    Picture,
    ProjectModel,
    Render,
    RenderJob,
    RenderJobOutput,
    Result,
    StoredBytes,
    Task,
    Upload,
)
from api.domain.accounts import quotas
from api.domain.catalog import catalog
from api.domain.generations.pipeline import EXAMPLES
from api.domain.generations.removal import delete_flow
from api.domain.generations.states import FINAL
from api.domain.kit.unit import Unit
from api.domain.projects.states import RenderJobStatus
from api.domain.renders import pictures, removal
from api.domain.renders.states import UNFINISHED
from api.domain.work.states import TaskState
from api.errors import FlowNotFound, InvalidState, ModelNotFound, RenderNotFound
from api.settings import Settings

AT_ONCE = 200
"""Things that are looked up in one statement."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """`name` is the setting's without "keep_" and "_days". `due` selects id and account of what is older than a moment,
    the oldest first; `size` are the bytes of some of it, by their ids; `delete` deletes one of it."""

    name: str
    due: Callable[[dt.datetime], Select[str, str]]
    size: Callable[[Select[str]], Select[int]]
    delete: Callable[[Unit, str, str], None]

    def days(self, settings: Settings) -> int:
        days: int = getattr(settings, f"keep_{self.name}_days")
        return days


def due(session: Session, rule: Rule, days: int) -> list[tuple[str, str]]:
    """Id and account of up to AT_ONCE things that the rule deletes now."""
    rows = session.execute(rule.due(clock.now() - dt.timedelta(days=days)).limit(AT_ONCE))
    return [(thing_id, account_id) for thing_id, account_id in rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """How much a rule would delete now."""

    count: int
    bytes: int


def foreseen(session: Session, rule: Rule, days: int) -> Due:
    things = rule.due(clock.now() - dt.timedelta(days=days)).order_by(None).subquery()
    count = session.scalar(select(func.count()).select_from(things))
    size = session.scalar(rule.size(select(things.c.id)))
    return Due(count or 0, int(size or 0))


def crowded(session: Session, limit_mb: int) -> list[tuple[str, int]]:
    """The accounts that have more than is kept of an account, and how many bytes more; `limit_mb` unless they have a
    quota of their own."""
    limit = func.coalesce(quotas.own_value(StoredBytes.account_id, "kept_mb"), limit_mb)
    limit_bytes = limit * literal(quotas.MEGABYTE, BigInteger)
    excess = StoredBytes.total - quotas.deleted_bytes(StoredBytes.account_id) - limit_bytes
    rows = session.execute(select(StoredBytes.account_id, excess).where(limit > 0, excess > 0))
    return [(account_id, int(size)) for account_id, size in rows]


def dispensable(session: Session, account_id: str) -> list[tuple[str, int]]:
    """The ids and bytes of up to AT_ONCE of the account's renders, in the order in which they go where it has too much:
    previews before what was ordered, and the older before the newer."""
    size = (
        select(func.sum(Result.size)).where(Result.subject_kind == "render", Result.subject_id == Render.id)
    ).scalar_subquery()
    rows = session.execute(
        select(Render.id, size)
        .where(Render.account_id == account_id, *_SETTLED, size > 0)
        .order_by(Render.is_system_preview.desc(), Render.created_at, Render.id)
        .limit(AT_ONCE)
    )
    return [(render_id, int(size)) for render_id, size in rows]


_IN_UNFINISHED_JOB = exists().where(
    RenderJobOutput.render_id == Render.id,
    RenderJob.id == RenderJobOutput.job_id,
    RenderJob.status == RenderJobStatus.QUEUED,
)
_IN_GALLERY = exists().where(GalleryRender.render_id == Render.id)
_SETTLED = Render.status.not_in(UNFINISHED), Render.shared_at.is_(None), ~_IN_GALLERY, ~_IN_UNFINISHED_JOB
"""The condition that neither work, nor a link, nor a gallery needs a render."""


def _old_renders(*conditions: ColumnElement[bool]) -> Callable[[dt.datetime], Select[str, str]]:
    return lambda before: (
        select(Render.id, Render.account_id)
        .where(Render.created_at < before, *_SETTLED, *conditions)
        .order_by(Render.created_at)
    )


def _old_flows(before: dt.datetime) -> Select[str, str]:
    """But for the examples, which would be made anew."""
    examples = [example.job_id for example in EXAMPLES]
    return (
        select(Flow.public_id.label("id"), Flow.account_id)
        .where(Flow.finished_at < before, Flow.state.in_(FINAL), Flow.public_id.not_in(examples))
        .order_by(Flow.finished_at)
    )


def _old_pictures(before: dt.datetime) -> Select[str, str]:
    """Those that people saw in the portal; what a link leads to stays."""
    return (
        select(Picture.id, Picture.account_id)
        .join(Task, Task.id == Picture.task_id)
        .where(Picture.asked_by.is_not(None), Picture.created_at < before, Task.state != TaskState.OPEN)
        .order_by(Picture.created_at)
    )


def _old_models(before: dt.datetime) -> Select[str, str]:
    used = exists().where(Render.model_id == Model.id)
    shown = exists().where(Picture.model_id == Model.id, Picture.asked_by.is_(None))
    announced = exists().where(Upload.model_id == Model.id, ProjectModel.upload_id == Upload.id)
    return (
        select(Model.id, Model.account_id)
        .where(Model.created_at < before, Model.deleted_at.is_(None), ~used, ~shown, ~announced)
        .order_by(Model.created_at)
    )


def _results_of(render_ids: Select[str]) -> Select[int]:
    return select(func.coalesce(func.sum(Result.size), 0)).where(
        Result.subject_kind == "render", Result.subject_id.in_(render_ids)
    )


def _files_of_pictures(picture_ids: Select[str]) -> Select[int]:
    return select(func.coalesce(func.sum(Result.size), 0)).where(
        Result.subject_kind == pictures.SUBJECT, Result.subject_id.in_(picture_ids)
    )


def _files_of_flows(public_ids: Select[str]) -> Select[int]:
    inputs = select(FlowInput.id).join(Flow, Flow.id == FlowInput.flow_id).where(Flow.public_id.in_(public_ids))
    steps = select(FlowStep.task_id).where(FlowStep.input_id.in_(inputs))
    return select(func.coalesce(func.sum(Result.size), 0)).where(
        or_(Result.subject_id.in_(inputs), Result.subject_id.in_(steps))
    )


def _files_of(model_ids: Select[str]) -> Select[int]:
    return select(func.coalesce(func.sum(Model.file_size), 0)).where(Model.id.in_(model_ids))


def delete_render(unit: Unit, account_id: str, render_id: str) -> None:
    try:
        removal.delete_render(unit, account_id, render_id)
    except RenderNotFound:
        return  # its owner was quicker


def _delete_picture(unit: Unit, account_id: str, picture_id: str) -> None:
    pictures.remove(unit, picture_id)


def _delete_model(unit: Unit, account_id: str, model_id: str) -> None:
    try:
        catalog.delete_model(unit, account_id, model_id)
    except ModelNotFound:
        return


def _delete_flow(unit: Unit, account_id: str, public_id: str) -> None:
    try:
        delete_flow(unit, account_id, public_id)
    except (FlowNotFound, InvalidState):
        return  # its owner was quicker, or is just making a model of it


_PREVIEW = Render.is_system_preview == true()
_ORDERED = Render.is_system_preview == false()

RULES = (
    Rule("previews", _old_renders(_PREVIEW), _results_of, delete_render),
    Rule("results", _old_renders(_ORDERED, Render.output != "dataset"), _results_of, delete_render),
    Rule("datasets", _old_renders(_ORDERED, Render.output == "dataset"), _results_of, delete_render),
    Rule("generations", _old_flows, _files_of_flows, _delete_flow),
    Rule("models", _old_models, _files_of, _delete_model),
    Rule("pictures", _old_pictures, _files_of_pictures, _delete_picture),
)
