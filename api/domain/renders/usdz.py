"""Orders of a model's USDZ, which is made when it is asked for first: see `catalog.usdz`."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Task
from api.domain.catalog import catalog, usdz
from api.domain.catalog.states import ModelState
from api.domain.kit.failures import CHILD_FAILED, OUT_OF_MEMORY, OUTPUT_TOO_LARGE, STALLED, TOO_COSTLY
from api.domain.renders.ordering import sources
from api.domain.work import tasks
from api.domain.work.states import TaskState
from api.domain.work.tasks import NewTask, Priority, Work
from api.errors import UsdzNotFound
from renderer.errors import EmptyModel, InvalidModel, ModelTooLarge, ResourceMissing, UnsupportedModel

FINAL = frozenset(
    {error.code for error in (InvalidModel, UnsupportedModel, ModelTooLarge, ResourceMissing, EmptyModel)}
) | {OUT_OF_MEMORY, OUTPUT_TOO_LARGE, STALLED, TOO_COSTLY, CHILD_FAILED}
"""The model's own fault: the same bytes would fail again."""


def order(session: Session, account_id: str, model_id: str) -> None:
    """Has the model's USDZ made, unless that is under way; tries again what failed by no fault of the model.

    Raises ModelNotFound; UsdzNotFound, with the reason, for a model that can't be converted.
    """
    model = catalog.get_model(session, account_id, model_id)
    if model.state == ModelState.FAILED:
        raise UsdzNotFound(f"There is no USDZ of a model that can't be read: {model.error_message}")
    task_id = usdz.task_id(model_id)
    task = session.execute(
        select(Task.state, Task.error_code, Task.error_message).where(Task.id == task_id)
    ).one_or_none()
    if task is None:
        source = sources(session, account_id, [model_id])[model_id]
        work = Work(usdz.KIND, usdz.spec(model_id), {}, frame_count=1)
        new = NewTask(
            work, work.key(model.sha256), Priority.PAID, inputs=source.inputs, needs=source.needs, id=task_id
        )
        try:
            with session.begin_nested():
                tasks.add(session, account_id, [new], clock.now())
        except IntegrityError:  # somebody has ordered it at the same moment
            return
    elif task.state == TaskState.FAILED and task.error_code in FINAL:
        raise UsdzNotFound(f"The model can't be converted to USDZ: {task.error_message}")
    elif task.state in (TaskState.FAILED, TaskState.CANCELLED):
        tasks.retry(session, task_id)
