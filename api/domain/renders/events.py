"""What there is to tell of a render while it is made: asked every second by everybody who watches."""

import dataclasses

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Render, Task
from api.domain.renders.renders import PROGRESS, Progress, progress_of
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.errors import RenderNotFound


@dataclasses.dataclass(frozen=True, slots=True)
class RenderState:
    status: RenderStatus
    progress: Progress

    @property
    def is_final(self) -> bool:
        """Whether the farm will do nothing more about the render."""
        return self.status not in UNFINISHED


def render_state(session: Session, account_id: str, render_id: str) -> RenderState:
    """Raises RenderNotFound, also for a render of another account."""
    row = session.execute(
        select(Render.status, *PROGRESS)
        .join(Task, Task.id == Render.task_id)
        .where(Render.id == render_id, Render.account_id == account_id)
    ).one_or_none()
    if row is None:
        raise RenderNotFound
    return RenderState(RenderStatus(row.status), progress_of(row))
