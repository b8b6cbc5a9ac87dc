"""Pictures on request: the Outcome of the kind "picture", a task that draws one frame while somebody waits for it.

    by a link     `picture_links`: an account's pages show a picture of its model; it is paid for once, and stays
    exactly       `exact_pictures`: a person looks at a model in the portal, and sees the renderer's own frame; it is
                  free, and goes after a day

A picture is no render: no list has it, nobody is notified of it, and no model takes it for its thumbnail. Its file is
the picture's result "image".
"""

import dataclasses
import hashlib
import json
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Picture, Result, Segment, Task
from api.domain.accounts import ledger
from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.kit.failures import FILE_MISSING, Failure
from api.domain.kit.files import FileView
from api.domain.kit.short_work import ShortWork
from api.domain.kit.unit import Unit
from api.domain.renders.ordering import Order, Source, check_names, pin_overlays, sources
from api.domain.renders.removal import lanes_of
from api.domain.renders.usdz import FINAL as MODELS_FAULT
from api.domain.work import lanes, results, tasks
from api.domain.work.states import TaskState
from api.domain.work.tasks import NewTask, Priority, Work
from api.errors import ImageNotFound, ModelNotFound
from renderer.errors import SettingsError
from renderer.spec import ImageVariant, PictureSpec, RenderSettings

KIND = "picture"
SUBJECT = "picture"
"""What results and ledger entries call it."""

FILE = "image"

FINAL = MODELS_FAULT | {SettingsError.code, FILE_MISSING}
"""Failures that another try would end in as well."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to be drawn. The `settings` are those that it was planned by."""

    settings: RenderSettings
    spec: PictureSpec
    variant: ImageVariant

    @property
    def work(self) -> Work:
        return Work(KIND, self.spec.to_json(), self.variant.to_json(), frame_count=1)


def key_of(*parts: object) -> str:
    """The key of a picture of which the parts, as JSON has them, say all."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class PictureView:
    """`state` is that of its task: None until it is asked for. `failure` is a failed one's."""

    id: str
    state: TaskState | None
    failure: Failure | None
    file: FileView | None


def find(session: Session, *conditions: ColumnElement[bool]) -> PictureView | None:
    """The picture that meets the conditions."""
    row = session.execute(
        select(
            Picture.id, Task.state, Task.error_code, Task.error_message, Result.key, Result.size, Result.etag,
            Result.content_type,
        )
        .outerjoin(Task, Task.id == Picture.task_id)
        .outerjoin(Result, and_(Result.subject_id == Picture.id, Result.subject_kind == SUBJECT, Result.name == FILE))
        .where(*conditions)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    return PictureView(
        row.id, None if row.state is None else TaskState(row.state),
        None if row.error_code is None else Failure(row.error_code, row.error_message or ""),
        None if row.key is None else FileView(row.key, row.size, row.etag, row.content_type),
    )  # fmt: skip


def by_key(session: Session, model_id: str, key: str) -> PictureView | None:
    return find(session, Picture.model_id == model_id, Picture.key == key)


def get(session: Session, account_id: str, picture_id: str) -> PictureView:
    """Raises ImageNotFound, also for a picture of another account."""
    found = find(session, Picture.id == picture_id, Picture.account_id == account_id)
    if found is None:
        raise ImageNotFound("There is no such picture any more")
    return found


def plan(session: Session, account_id: str, model_id: str, wanted: Wanted, priority: Priority) -> NewTask:
    """The task that draws the picture of the model. Call it before pictures or tasks are locked.

    Raises ModelNotFound; ImageNotFound for a model that can't be read; InvalidSettings for an overlay that the account
    can't use there, and for a name that the model is known to lack.
    """
    model = catalog.get_model(session, account_id, model_id)
    if model.state == ModelState.FAILED:
        raise ImageNotFound(f"There is no picture of a model that can't be read: {model.error_message}")
    work = wanted.work
    unread = Order(Source(model_id, model.sha256, None, None), wanted.settings, work, 0, priority)
    overlay_keys = pin_overlays(session, account_id, [unread], "")
    check_names(session, [unread], "")
    source = sources(session, account_id, [model_id]).get(model_id)
    if source is None:  # it was deleted just now
        raise ModelNotFound
    return NewTask(work, work.key(source.sha256), priority, inputs=overlay_keys | source.inputs, needs=source.needs)


def draw(session: Session, account_id: str, picture_id: str, task: NewTask) -> None:
    """Has the picture drawn, which nobody has asked for so far. Its row is the caller's own, or locked."""
    tasks.add(session, account_id, [task], clock.now())
    session.execute(update(Picture).where(Picture.id == picture_id).values(task_id=task.id, variant=task.work.variant))


def storage_prefix(picture_id: str) -> str:
    """The folder of all files that were ever made for the picture."""
    return f"{SUBJECT}s/{picture_id}"


def remove(unit: Unit, picture_id: str) -> None:
    """The picture is gone with its work; what was paid for it comes back if it wasn't drawn yet."""
    task_id = unit.scalar(select(Picture.task_id).where(Picture.id == picture_id).with_for_update())
    state = None
    if task_id is not None:
        state = unit.scalar(select(Task.state).where(Task.id == task_id).with_for_update())
        [lane] = lanes_of(unit, [task_id])
        lanes.lock(unit, lane)
        unit.execute(delete(Segment).where(Segment.task_id == task_id))
        lanes.advance(unit, lane)
    unit.execute(delete(Picture).where(Picture.id == picture_id))
    unit.execute(delete(Task).where(Task.id == task_id))
    results.discard(unit, SUBJECT, [picture_id])
    unit.drop(storage_prefix(picture_id))
    if state == TaskState.OPEN:
        ledger.refund(unit, SUBJECT, picture_id)


def remove_of_a_deleted_model(unit: Unit) -> bool:
    """Removes one picture of a model that is deleted, and that nobody may have back any more. False: there is none."""
    gone = Model.deleted_at.is_not(None), or_(Model.discard_at.is_(None), Model.discard_at < clock.now())
    picture_id = unit.scalar(select(Picture.id).join(Model, Model.id == Picture.model_id).where(*gone).limit(1))
    if picture_id is not None:
        remove(unit, picture_id)
    return picture_id is not None


class Pictures(ShortWork):
    """See api.domain.work.outcomes.Outcome. A task's owner is the picture that names it, until it has its file."""

    subject = SUBJECT

    def owners(self, session: Session, task_id: str) -> list[str]:
        return sorted(self._variants(session, task_id))

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        return self._variants(session, task_id)

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        """The task says why, to whoever asks for the picture."""
        for picture_id in self.owners(session, task_id):
            ledger.refund(session, SUBJECT, picture_id)

    def _variants(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        there = exists().where(Result.subject_id == Picture.id, Result.subject_kind == SUBJECT)
        wanted = select(Picture.id, Picture.variant).where(Picture.task_id == task_id, ~there)
        return {row.id: row.variant for row in session.execute(wanted)}


PICTURES = Pictures()
