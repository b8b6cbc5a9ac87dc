"""Renders that their owner cancels or deletes, and what of the farm's work and files goes with them or after it."""

import math

from sqlalchemy import delete, exists, func, select

from api.db.tables import Render, Segment, Task
from api.domain.accounts import ledger
from api.domain.kit.failures import CANCELLED, Failure
from api.domain.kit.unit import Unit
from api.domain.renders import outcomes
from api.domain.renders.outcomes import SUBJECT
from api.domain.renders.renders import RenderView, get_render
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.domain.work import lanes, leftovers, results, scheduling
from api.errors import InvalidState, RenderNotFound
from api.ids import is_id

BEFORE_POSTERS = (RenderStatus.PENDING, RenderStatus.POSTER_PROCESSING)


def storage_prefix(render_id: str) -> str:
    """The folder of all files that were ever made for the render."""
    return f"renders/{render_id}"


def cancel_render(unit: Unit, account_id: str, render_id: str) -> RenderView:
    """The render is not wanted any more: it ends in error with the code "cancelled", and its credits come back.

    All of them before its posters are there, and after that the share of the frames that are not drawn yet, rounded up.
    Its task goes on if other renders share it. Raises RenderNotFound; InvalidState for a render that has ended.
    """
    view = get_render(unit, account_id, render_id)
    task = unit.execute(
        select(Task.id, Task.kind, Task.frame_count, Task.frames_done)
        .join(Render, Render.task_id == Task.id)
        .where(Render.id == render_id)
        .with_for_update(of=Task, key_share=True)
    ).one()
    render = unit.execute(select(Render.status, Render.credits).where(Render.id == render_id)).one()
    if render.status not in UNFINISHED:
        raise InvalidState(f"Only a render that is not finished can be cancelled; this one is {view.status}")
    outcomes.end(unit, [render_id], Failure(CANCELLED, "Cancelled by its owner"))
    results.discard(unit, [render_id])
    share = 1.0 if render.status in BEFORE_POSTERS else 1 - task.frames_done / task.frame_count
    ledger.refund(unit, SUBJECT, render_id, at_most=math.ceil(render.credits * share))
    if not unit.scalar(select(exists().where(Render.task_id == task.id, Render.status.in_(UNFINISHED)))):
        scheduling.cancel(unit, task.id)
    unit.drop(*leftovers.of_task(unit, task.id, task.kind, [render_id]))
    return get_render(unit, account_id, render_id)


def delete_render(unit: Unit, account_id: str, render_id: str) -> None:
    """The render is gone, and so is its work, unless other renders share the task: who holds it loses the claim.

    Its credits come back if no worker ever claimed it. Raises RenderNotFound.
    """
    task_id = None
    if is_id(render_id):
        task_id = unit.scalar(select(Render.task_id).where(Render.id == render_id, Render.account_id == account_id))
    if task_id is None or unit.scalar(select(Task.id).where(Task.id == task_id).with_for_update()) is None:
        raise RenderNotFound
    lane = lanes.LaneKey(*unit.execute(
        select(Segment.account_id, Segment.queue, Segment.priority).where(Segment.task_id == task_id).limit(1)
    ).one())  # fmt: skip
    lanes.lock(unit, lane)
    if unit.scalar(select(exists().where(Render.task_id == task_id, Render.id != render_id))):
        untouched = not unit.scalar(select(func.max(Segment.attempt)).where(Segment.task_id == task_id))
    else:
        gone = unit.scalars(delete(Segment).where(Segment.task_id == task_id).returning(Segment.attempt)).all()
        untouched = not any(gone)
        lanes.advance(unit, lane)
    if unit.scalar(delete(Render).where(Render.id == render_id).returning(Render.id)) is None:
        raise RenderNotFound  # somebody else was quicker
    unit.execute(delete(Task).where(Task.id == task_id, ~exists().where(Render.task_id == task_id)))
    results.discard(unit, [render_id])
    unit.drop(storage_prefix(render_id))
    if untouched:
        ledger.refund(unit, SUBJECT, render_id)
