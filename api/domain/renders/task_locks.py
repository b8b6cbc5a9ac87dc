"""The tasks of renders that are locked together, before anything of them changes."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Render, Task
from api.domain.work import tasks


def lock_tasks(session: Session, find: Callable[[], Sequence[str]], *, needs: bool = False) -> Sequence[str]:
    """Locks the tasks of the renders that `find` names, and with `needs` first those that these need. Returns the ids
    of the renders, which are those that `find` would name now.

    While this waits for a lock, a retry may give a render another task, or set a preview going. What is locked is then
    let go and found anew: a task that is locked later, beside a lane, could be one that waits for that lane.
    """
    while True:
        with session.begin_nested() as attempt:
            found = find()
            task_ids = _tasks_of(session, found)
            if needs:
                for task_id in task_ids:
                    tasks.lock_needs(session, task_id)
            session.execute(select(Task.id).where(Task.id.in_(task_ids)).order_by(Task.id).with_for_update())
            if (find(), _tasks_of(session, found)) == (found, task_ids):
                return found
            attempt.rollback()


def _tasks_of(session: Session, render_ids: Sequence[str]) -> Sequence[str]:
    """In order."""
    return session.scalars(
        select(Render.task_id).where(Render.id.in_(render_ids)).distinct().order_by(Render.task_id)
    ).all()
