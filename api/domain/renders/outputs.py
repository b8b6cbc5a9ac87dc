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
from renderer.spec.formats import FORMATS, VideoFormat

FORMAT_FILES: dict[VideoFormat, str] = {row.name: row.name for row in FORMATS} | {"strip": "strip_full"}
"""What the file of each of a video's formats is called; every video has a small strip."""

FILES = {
    "video": ("video", "web", "thumb", "strip", "poster", "poster_full", *FORMAT_FILES.values()),
    "image": ("image", "thumb", "poster", "poster_full"),
    "still": ("image", "thumb"),
    "dataset": ("dataset", "poster", "poster_full"),
}
"""What is made by each output; a "still" is one of several pictures that were drawn together. Not every video has a
web version: a preview is small itself, and a project has none of its videos. Of its formats it has those that were
asked for."""

MAIN = {output: files[0] for output, files in FILES.items()}
"""The file that a render of each output is for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outputs:
    """What is stored of a render by now. `output` is what its settings ask for; `files` are some of its FILES.
    `with_web`: there is a web version to come, if it is a video; `formats`: what its further files are called.
    """

    render_id: str
    status: RenderStatus
    output: str
    with_web: bool
    formats: frozenset[str]
    files: dict[str, FileView]

    def has(self, name: str) -> bool:
        """Whether there will be such a file, if the render doesn't fail."""
        if name in FORMAT_FILES.values():
            return name in self.formats
        return name in FILES[self.output] and (name != "web" or self.with_web)


def get_outputs(session: Session, account_id: str, render_id: str) -> Outputs:
    """Raises RenderNotFound, also for a render of another account."""
    row = session.execute(
        select(Render.status, Render.output, Render.variant)
        .where(Render.id == render_id, Render.account_id == account_id)
    ).one_or_none()
    if row is None:
        raise RenderNotFound
    files = results.read(session, [render_id])[render_id]
    formats = frozenset(FORMAT_FILES[name] for name in row.variant.get("formats", ()))
    with_web = row.variant.get("web_size") is not None
    return Outputs(render_id, RenderStatus(row.status), row.output, with_web, formats, files)
