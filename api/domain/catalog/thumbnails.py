"""A model's thumbnail: the Outcome of the kind "thumbnail", a task that draws one small picture of the model, for free.

Its file is the result "thumb" of the model. Nothing waits for it, and a model is as good without it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from api.db.tables import Model, Result
from api.domain.kit import followers
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.kit.short_work import ShortWork
from renderer.spec import Angle, Backdrop, FrameSpec, ImageVariant, StillsSpec, StillVariant
from renderer.spec.cameras import CAMERAS

KIND = "thumbnail"
SUBJECT = "thumbnail"
"""What results call it. Other than the reading of a model, which has files under the model's name too: each of the two
tasks counts its attempts from one, and drops what its own came to nothing with."""

FILE = "thumb"

_AZIMUTH, _ELEVATION = CAMERAS["three-quarter"]
SPEC = StillsSpec(FrameSpec(width=480, height=270, frame_count=1), (Angle(_AZIMUTH, _ELEVATION, 1.1),)).to_json()
"""The three-quarter camera shows most of a thing whose shape nobody knows yet, with some air around it."""

VARIANT = StillVariant(0, ImageVariant(Backdrop())).to_json()


def storage_prefix(model_id: str) -> str:
    """The folder of all files that were ever made for the model's thumbnail."""
    return f"{SUBJECT}s/{model_id}"


class Thumbnails(ShortWork):
    """See api.domain.work.outcomes.Outcome. A task's owner is the model that names it, until it has its thumbnail."""

    subject = SUBJECT

    def owners(self, session: Session, task_id: str) -> list[str]:
        there = exists().where(Result.subject_id == Model.id, Result.subject_kind == SUBJECT)
        wanted = select(Model.id).where(Model.thumbnail_id == task_id, Model.deleted_at.is_(None), ~there)
        return sorted(session.scalars(wanted))

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        return dict.fromkeys(self.owners(session, task_id), VARIANT)

    def finished(
        self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]], told: Mapping[str, Any]
    ) -> dict[str, str]:
        """The result is all there is to it."""
        followers.tell(session, SUBJECT, files)
        return {}

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        """The model stays without a thumbnail, until somebody orders one again."""
        waiting = self.owners(session, task_id)
        session.execute(update(Model).where(Model.id.in_(waiting)).values(thumbnail_id=None))
        followers.tell(session, SUBJECT, waiting)


THUMBNAILS = Thumbnails()
