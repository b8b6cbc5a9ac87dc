"""Files of announced models that were looked at, and become models of the catalog: of equal bytes, the same one."""

import dataclasses

from sqlalchemy import exists, select, update

from api import clock
from api.db.tables import Model, Task, Upload
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.kit.unit import Unit
from api.domain.projects import notices, uploads
from api.domain.projects.uploads import UploadView
from api.domain.renders import limits
from api.domain.renders.ordering import Source, sources
from api.domain.renders.uploads import NewModel, check_upload_limit, inspection_task, known_or_new, thumbnail_task
from api.domain.work import tasks
from api.domain.work.states import TaskState
from api.domain.work.tasks import Priority
from api.errors import UploadNotFound


@dataclasses.dataclass(frozen=True, slots=True)
class CheckedFile:
    """A copy of what has come, which nobody changes any more, and which was found to be of the type."""

    key: str
    size: int
    sha256: str
    file_type: str


def not_received(view: UploadView) -> UploadNotFound:
    """What is wrong where no file has come."""
    return UploadNotFound(f"No file was uploaded for the model {view.id} ({view.file_name})")


def confirm(
    unit: Unit,
    account_id: str,
    upload_id: str,
    file: CheckedFile,
    *,
    upload_limit: int,
    allowed: Quotas,
    thumbnail: Priority = Priority.AWAITED,
) -> UploadView:
    """Takes the file into the catalog, unless the account has a model of its bytes, and orders that it is read and that
    its thumbnail is drawn, the latter with the priority `thumbnail`.

    If it was confirmed before, nothing changes. Where the file isn't needed, it is dropped. Raises ModelNotFound,
    UploadLimit, StorageLimit; then the file should be deleted.
    """
    view = uploads.find(uploads.locked(unit, upload_id), account_id, upload_id)
    if view.model_id is not None:
        unit.drop(file.key)
        return view
    _hold_drawing(unit, account_id, file.sha256)
    reading = inspection_task(file.key, file.sha256)
    drawing = thumbnail_task(Source(upload_id, file.sha256, None, reading.id), thumbnail)
    new = NewModel(upload_id, view.file_name, file.sha256, file.size, file.key, reading.id, drawing.id)
    model_id = known_or_new(unit, account_id, new)
    if model_id == new.id:
        tasks.add(unit, account_id, [reading, drawing], clock.now())
        quotas.hold_account(unit, account_id)
        check_upload_limit(unit, account_id, upload_limit)
        limits.refuse(unit, account_id, uploads.upload_quotas(unit, account_id, allowed))
    else:
        _use_again(unit, account_id, model_id, thumbnail)
        unit.drop(file.key)
    unit.drop(view.arrived_key)
    unit.execute(
        update(Upload)
        .where(Upload.id == upload_id)
        .values(model_id=model_id, file_type=file.file_type, file_key=None, file_size=None, sha256=None)
    )
    if model_id != new.id and _is_processed(unit, model_id):
        notices.models_processed(unit, Upload.id == upload_id)  # else the end of the work tells of it
    return uploads.find(unit, account_id, upload_id)


def refuse(unit: Unit, view: UploadView) -> None:
    """What has come is no such model: it is dropped, and another file may come."""
    unit.execute(
        update(Upload)
        .where(Upload.id == view.id, Upload.model_id.is_(None), Upload.file_key == view.received_key)
        .values(file_key=None, file_size=None, sha256=None)
    )
    unit.drop(view.arrived_key)


def _use_again(unit: Unit, account_id: str, model_id: str, thumbnail: Priority) -> None:
    """The model, which the transaction holds, is shown in lists; what could not be read is read again, and a thumbnail
    is drawn where none was ordered: models that came by another way have none."""
    catalog.unarchive_model(unit, account_id, model_id)
    source = sources(unit, account_id, [model_id])[model_id]
    drawing = thumbnail_task(source, thumbnail)
    ordered = unit.scalar(
        update(Model)
        .where(Model.id == model_id, Model.thumbnail_id.is_(None))
        .values(thumbnail_id=drawing.id)
        .returning(Model.id)
    )
    if ordered is not None:
        tasks.add(unit, account_id, [drawing], clock.now())


def _hold_drawing(unit: Unit, account_id: str, sha256: str) -> None:
    """The drawing of a known model's thumbnail doesn't end before the transaction does: then its end is told to all who
    have the model. It locks its task before the model, and so must this."""
    drawing = select(Model.thumbnail_id).where(
        Model.account_id == account_id, Model.sha256 == sha256, Model.deleted_at.is_(None),
        Model.state == ModelState.READY,
    )
    unit.execute(select(Task.id).where(Task.id.in_(drawing)).with_for_update(key_share=True))


def _is_processed(unit: Unit, model_id: str) -> bool:
    """Whether the model was read, and its thumbnail's task has ended."""
    at_work = exists().where(Task.id == Model.thumbnail_id, Task.state == TaskState.OPEN)
    ended = exists().where(Model.id == model_id, Model.state == ModelState.READY, ~at_work)
    return bool(unit.scalar(select(ended)))
