"""The files of a render, as stored: what workers bring, and downloads send.

Apart from `renders`, whose views go out many at once and name no file.
"""

import dataclasses

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Render, Shot
from api.domain.kit.files import FileView, files_view
from api.domain.renders.states import RenderStatus
from api.errors import RenderNotFound


@dataclasses.dataclass(frozen=True, slots=True)
class Outputs:
    """What is stored of a render by now. `output` is the kind of its shot; `files` by the names of tables.Render."""

    render_id: str
    status: RenderStatus
    output: str
    files: dict[str, FileView]


def get_outputs(session: Session, account_id: str, render_id: str) -> Outputs:
    """Raises RenderNotFound, also for a render of another account."""
    row = session.execute(
        select(Render.status, Shot.kind, Render.files)
        .join(Shot, Shot.id == Render.shot_id)
        .where(Render.id == render_id, Render.account_id == account_id)
    ).one_or_none()
    if row is None:
        raise RenderNotFound
    return Outputs(render_id, RenderStatus(row.status), row.kind, files_view(row.files))
