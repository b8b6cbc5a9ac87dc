"""What an upload sets off, once its bytes are stored: a model that is to be read, a free preview and a paid render."""

import dataclasses
import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Model
from api.domain.accounts import ledger, quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import catalog, inspection, thumbnails
from api.domain.renders import limits
from api.domain.renders.ordering import Source, Spell, draw_previews, paid_order, place, preview_order, sources
from api.domain.work.tasks import NewTask, Priority, Work
from api.errors import UploadLimit
from api.ids import new_id
from renderer.spec import RenderSettings


@dataclasses.dataclass(frozen=True, slots=True)
class Registered:
    """`duplicate`: the account had a model of the same bytes already, and the new file should be deleted.
    `unarchived`: that one was archived until now.
    """

    model_id: str
    render_id: str
    duplicate: bool
    unarchived: bool = False


def register_upload(
    session: Session,
    account_id: str,
    *,
    original_name: str,
    sha256: str,
    file_size: int,
    storage_key: str,
    settings: RenderSettings,
    upload_limit: int = 0,
    allowed: Quotas | None = None,
    spell: Spell = RenderSettings.to_json,
    member: str | None = None,
) -> Registered:
    """Registers a stored file and orders its renders. Two uploads of the same bytes at once make one model.

    `upload_limit` is the most models of an account that never bought credits, 0 for no limit. `allowed` are the quotas
    of accounts of which nothing else is said, None where none apply; the same bytes again take nothing of them.
    `member` names which of the models in a ZIP is meant: each is a model of its own.
    Raises InvalidSettings, NoCredits, UploadLimit, StorageLimit; then nothing is created and the file should be
    deleted.
    """
    if member is not None:
        sha256 = hashlib.sha256(f"{sha256}/{member}".encode()).hexdigest()
    reading = inspection_task(storage_key, sha256, member)
    new = NewModel(new_id(), original_name, sha256, file_size, storage_key, reading.id)
    model_id = known_or_new(session, account_id, new)
    if model_id != new.id:
        source = sources(session, account_id, [model_id])[model_id]
        if source.storage_key is not None:  # else its inspection may be about to end, and wait for the model's row
            draw_previews(session, account_id, [model_id])
        [render_id] = place(session, account_id, [paid_order(source, settings)], spell=spell)
        unarchived = catalog.unarchive_model(session, account_id, model_id)
        return Registered(model_id, render_id, duplicate=True, unarchived=unarchived)
    source = Source(new.id, sha256, None, reading.id)
    orders = [preview_order(source), paid_order(source, settings)]
    [_, render_id] = place(session, account_id, orders, spell=spell, first=[reading])
    # Counted after the charge: it holds the account's lock, so uploads at the same time can't slip past the limits.
    check_upload_limit(session, account_id, upload_limit)
    if allowed is not None:
        limits.refuse(session, account_id, quotas.of_account(session, account_id, allowed))
    return Registered(new.id, render_id, duplicate=False)


@dataclasses.dataclass(frozen=True, slots=True)
class NewModel:
    """A model that an account is to have, if it has none of the same bytes. `inspection_id` is the task that reads it,
    and `thumbnail_id` the one that draws its thumbnail, if any does."""

    id: str
    original_name: str
    sha256: str
    file_size: int
    storage_key: str
    inspection_id: str
    thumbnail_id: str | None = None


def known_or_new(session: Session, account_id: str, new: NewModel) -> str:
    """The id of the account's model of the same bytes, which `new` becomes where there is none.

    Nobody deletes it before the transaction ends.
    """
    return session.scalars(
        insert(session, Model)
        .values(account_id=account_id, tags=[], created_at=clock.now(), **dataclasses.asdict(new))
        .on_conflict_do_update(  # changes nothing, but holds the known model
            index_elements=[Model.account_id, Model.sha256],
            index_where=Model.deleted_at.is_(None),
            set_={"sha256": new.sha256},
        )
        .returning(Model.id)
    ).one()


def check_upload_limit(session: Session, account_id: str, upload_limit: int) -> None:
    """Raises UploadLimit where an account that never bought credits has more models than that; 0 is no limit."""
    if not upload_limit or ledger.has_purchased(session, account_id):
        return
    models = session.scalar(select(func.count()).where(Model.account_id == account_id, Model.deleted_at.is_(None)))
    if (models or 0) > upload_limit:
        raise UploadLimit(f"Free upload limit reached: {upload_limit} models")


def inspection_task(storage_key: str, sha256: str, member: str | None = None) -> NewTask:
    """The task that reads the model's file; of a ZIP with several models, the one that `member` names."""
    spec = inspection.SPEC if member is None else {**inspection.SPEC, "member": member}
    work = Work(inspection.KIND, spec, {}, frame_count=1)
    return NewTask(work, work.key(sha256), Priority.AWAITED, inputs={inspection.INPUT: storage_key})


def thumbnail_task(source: Source, priority: Priority) -> NewTask:
    """The task that draws the model's thumbnail, once the model can be drawn. The model must name it."""
    work = Work(thumbnails.KIND, thumbnails.SPEC, {}, frame_count=1)
    return NewTask(work, work.key(source.sha256), priority, inputs=source.inputs, needs=source.needs)
