"""Renders that their owner cancels or deletes, and what of the farm's work and files goes with them or after it."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, exists, select

from api.db.tables import Render, Segment, Task
from api.domain.accounts import ledger
from api.domain.kit.failures import CANCELLED, Failure
from api.domain.kit.unit import Unit
from api.domain.renders import outcomes, previews, trash
from api.domain.renders.outcomes import SUBJECT
from api.domain.renders.renders import RenderView, get_render
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.domain.renders.task_locks import lock_tasks
from api.domain.work import lanes, leftovers, results, scheduling
from api.errors import InvalidState, RenderNotFound

BEFORE_POSTERS = (RenderStatus.PENDING, RenderStatus.POSTER_PROCESSING)


def cancel_render(unit: Unit, account_id: str, render_id: str) -> RenderView:
    """The render is not wanted any more: it ends in error with the code "cancelled", and its credits come back.

    All of them before its posters are there, and after that the share of the frames that are not drawn yet, rounded up.
    Its task goes on if other renders share it. Its model's preview ends with the last paid render.
    Raises RenderNotFound; InvalidState for a render that has ended.
    """
    view = get_render(unit, account_id, render_id)
    preview_id = _lock(unit, render_id, view.model_id)
    render = _at_work(unit, render_id)
    if render.status not in UNFINISHED:
        raise InvalidState(f"Only a render that is not finished can be cancelled; this one is {view.status}")
    _end_preview(unit, preview_id, render_id, view.model_id)
    _end(unit, render_id, render, Failure(CANCELLED, "Cancelled by its owner"))
    share = 1.0 if render.status in BEFORE_POSTERS else 1 - render.frames_done / render.frame_count
    ledger.refund(unit, SUBJECT, render_id, at_most=math.ceil(render.credits * share))
    return get_render(unit, account_id, render_id)


def delete_render(
    unit: Unit, account_id: str, render_id: str, *, kept: dt.timedelta = dt.timedelta()
) -> None:
    """The render is gone, and so is its work, unless other renders share the task: who holds it loses the claim.

    One that is done can be had back for as long as it is `kept`: see renders.trash. The credits of others come back if
    their posters weren't there yet, and then the model's preview ends with the last paid render. Raises RenderNotFound.
    """
    model_id = get_render(unit, account_id, render_id).model_id
    preview_id = _lock(unit, render_id, model_id)
    render = _at_work(unit, render_id)
    if kept and render.status == RenderStatus.DONE:
        trash.keep(unit, render_id, kept)
        return
    if render.status in BEFORE_POSTERS:
        _end_preview(unit, preview_id, render_id, model_id)
    lane = lanes_of(unit, [render.task_id])[0]
    status = unit.scalar(delete(Render).where(Render.id == render_id).returning(Render.status))
    if trash.drop_task(unit, render.task_id):
        lanes.advance(unit, lane)
    results.discard(unit, SUBJECT, [render_id])
    unit.drop(trash.storage_prefix(render_id))
    if status in BEFORE_POSTERS:
        ledger.refund(unit, SUBJECT, render_id)


def end_refunded_preview(unit: Unit) -> bool:
    """Ends one preview that waits although what was paid for with it has failed. False: there is none.

    The failure can't end it itself: it holds locks that come after those of the preview's task.
    """
    found = previews.refunded(unit)
    if found is None:
        return False
    preview_id, model_id = found
    _lock(unit, preview_id, model_id)
    _end_preview(unit, preview_id, "", model_id)
    return True


def _lock(unit: Unit, render_id: str, model_id: str) -> str | None:
    """Locks the tasks of the render and of its model's preview, and their lanes, in the order that all keep to.

    Returns the id of the preview, unless it has ended.
    """

    def together() -> list[str]:
        preview_id = previews.unfinished(unit, model_id)
        return [render_id] if preview_id is None else [render_id, preview_id]

    found = lock_tasks(unit, together)
    for lane in lanes_of(unit, unit.scalars(select(Render.task_id).where(Render.id.in_(found))).all()):
        lanes.lock(unit, lane)
    return found[1] if len(found) > 1 else None


def _at_work(unit: Unit, render_id: str) -> Row[*tuple[Any, ...]]:
    """What there is to know of a render that is locked by its task. Raises RenderNotFound."""
    row = unit.execute(
        select(Render.status, Render.credits, Render.task_id, Task.kind, Task.frame_count, Task.frames_done)
        .join(Task, Task.id == Render.task_id)
        .where(Render.id == render_id)
    ).one_or_none()
    if row is None:
        raise RenderNotFound  # somebody else was quicker
    return row


def lanes_of(unit: Unit, task_ids: Sequence[str]) -> list[lanes.LaneKey]:
    """The lanes of the tasks' segments, in the order in which a transaction locks them."""
    rows = unit.execute(
        select(Segment.account_id, Segment.queue, Segment.priority).where(Segment.task_id.in_(task_ids)).distinct()
    )
    return sorted(lanes.LaneKey(*row) for row in rows)


def _end_preview(unit: Unit, preview_id: str | None, render_id: str, model_id: str) -> None:
    """Ends the locked preview of the model, if there is one, unless a paid render other than `render_id` is left."""
    if preview_id is None or preview_id == render_id or previews.is_paid(unit, model_id, without=render_id):
        return
    preview = _at_work(unit, preview_id)
    if preview.status in UNFINISHED:
        _end(unit, preview_id, preview, previews.UNPAID_FAILURE)


def _end(unit: Unit, render_id: str, render: Row[*tuple[Any, ...]], failure: Failure) -> None:
    """Ends the locked, unfinished render and, where no other render shares it, its task."""
    outcomes.end(unit, [render_id], failure)
    results.discard(unit, SUBJECT, [render_id])
    if not unit.scalar(select(exists().where(Render.task_id == render.task_id, Render.status.in_(UNFINISHED)))):
        scheduling.cancel(unit, render.task_id)
    unit.drop(*leftovers.of_task(unit, render.task_id, render.kind, [render_id]))
