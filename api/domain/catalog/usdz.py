"""A model's USDZ: the Outcome of the kind "usdz", a task that converts the model for AR viewers, for free.

Its file is the result "usdz" of the model. The task's id follows from the model's: so a model has one, whoever asks for
it at the same moment. Its spec names the model, which is its owner until it has the file.
"""

from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from api.db.tables import Model, Result, Task
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.kit.short_work import ShortWork
from api.ids import id_of

KIND = "usdz"
SUBJECT = "usdz"
"""What results call it. See `thumbnails.SUBJECT` for why it isn't the model's own name."""

FILE = "usdz"


def task_id(model_id: str) -> str:
    """Of the task that makes it, ordered or not."""
    return id_of(f"{KIND} {model_id}")


def spec(model_id: str) -> dict[str, Any]:
    return {"version": 1, "model_id": model_id}


def storage_prefix(model_id: str) -> str:
    """The folder of all files that were ever made as the model's USDZ."""
    return f"{SUBJECT}s/{model_id}"


def stored(session: Session, model_id: str) -> FileView | None:
    """The file, if it is made."""
    row = session.execute(
        select(Result.key, Result.size, Result.etag, Result.content_type)
        .where(Result.subject_id == model_id, Result.subject_kind == SUBJECT, Result.name == FILE)
    ).one_or_none()  # fmt: skip
    return None if row is None else FileView(row.key, row.size, row.etag, row.content_type)


def discard(session: Session, model_ids: list[str]) -> list[str]:
    """The models have none any more. Returns the folders that are to be dropped."""
    gone = session.scalars(
        delete(Result)
        .where(Result.subject_id.in_(model_ids), Result.subject_kind == SUBJECT)
        .returning(Result.subject_id)
    ).all()
    return [storage_prefix(model_id) for model_id in gone]


class Usdz(ShortWork):
    """See api.domain.work.outcomes.Outcome."""

    subject = SUBJECT

    def owners(self, session: Session, task_id: str) -> list[str]:
        found = session.scalar(select(Task.spec).where(Task.id == task_id)) or {}
        there = exists().where(Result.subject_id == Model.id, Result.subject_kind == SUBJECT)
        wanted = select(Model.id).where(Model.id == found.get("model_id"), Model.deleted_at.is_(None), ~there)
        return list(session.scalars(wanted))

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        return {model_id: {} for model_id in self.owners(session, task_id)}

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        """The task says why, to whoever asks for the file."""


USDZ = Usdz()
