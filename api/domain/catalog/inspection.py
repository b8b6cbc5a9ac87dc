"""What the reading of a model's file, a task of the kind "inspect", does to the model.

If the file was a ZIP with a scan, the worker makes a GLB of it, which is the model's file from then on. The model keeps
the SHA-256 of the bytes that were uploaded, so that the same ZIP is known when it comes again, and its original name.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from api.db.tables import Model
from api.domain.catalog import contents
from api.domain.catalog.states import COMES_FROM, ModelState
from api.domain.kit import followers, unit
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView

KIND = "inspect"
SPEC = {"version": 1}
KEEPING = {"version": 1, "keep": True}
"""Of a model whose file somebody else's task has made: the inspection makes it the model's own."""
INPUT = "model"
"""The name of the model's file among the inputs of all tasks that work on it."""


class Inspection:
    """The Outcome of the kind; a model is its task's only owner."""

    subject = "model"

    def owners(self, session: Session, task_id: str) -> list[str]:
        return list(session.scalars(select(Model.id).where(*_unread(task_id))))

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        _move(session, task_id, ModelState.ANALYZING)
        return {model_id: {} for model_id in self.owners(session, task_id)}

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """Everything is told in the end."""

    def advanced(self, session: Session, task_id: str) -> None:
        """Reading takes too short a time to speak of its progress."""

    def published(self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]]) -> None:
        """There is nothing to be fetched before the end."""

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        _move(session, task_id, ModelState.PENDING, error_code=None, error_message=None)

    def finished(
        self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]], told: Mapping[str, Any]
    ) -> dict[str, str]:
        """`told` is renderer.inspect.Inspection's JSON. The file "model" is there if the model's file was converted."""
        inputs = {}
        for model_id, stored in files.items():
            values: dict[str, Any] = {"contents": contents.storable_contents(told)}
            uploaded = session.scalar(select(Model.storage_key).where(Model.id == model_id))
            if (converted := stored.get("model")) is not None:
                values |= {"storage_key": converted.key, "file_size": converted.size}
                if uploaded is not None:
                    unit.note_dropped(session, uploaded)
            _move(session, task_id, ModelState.READY, **values)
            if key := values.get("storage_key", uploaded):
                inputs[INPUT] = key
        followers.tell(session, self.subject, files)
        return inputs

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        unread = self.owners(session, task_id)
        _move(session, task_id, ModelState.FAILED, error_code=failure.code, error_message=failure.message)
        followers.tell(session, self.subject, unread)


INSPECTION = Inspection()


def _unread(task_id: str) -> tuple[ColumnElement[bool], ...]:
    return Model.inspection_id == task_id, Model.contents.is_(None)


def _move(session: Session, task_id: str, state: ModelState, **values: Any) -> None:
    """The task's model goes to `state`, if it may from where it is."""
    session.execute(
        update(Model)
        .where(*_unread(task_id), Model.state.in_(COMES_FROM[state]))
        .values(state=state, **values)
    )
