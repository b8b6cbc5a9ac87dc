"""What downloads need to know of a render.

Apart from `renders`, whose views go out many at once and name no file.
"""

import dataclasses

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Render
from api.domain.kit.files import FileView
from api.domain.renders.states import RenderStatus
from api.domain.work import results
from api.errors import RenderNotFound


@dataclasses.dataclass(frozen=True, slots=True)
class Outputs:
    """What is stored of a render by now. `output` is what its settings ask for.

    `files` are, as far as the output has them: video, web, image, dataset, thumb, poster, poster_full.
    """

    render_id: str
    status: RenderStatus
    output: str
    files: dict[str, FileView]


def get_outputs(session: Session, account_id: str, render_id: str) -> Outputs:
    """Raises RenderNotFound, also for a render of another account."""
    row = session.execute(
        select(Render.status, Render.output).where(Render.id == render_id, Render.account_id == account_id)
    ).one_or_none()
    if row is None:
        raise RenderNotFound
    return Outputs(render_id, RenderStatus(row.status), row.output, results.read(session, [render_id])[render_id])
