"""Models that are drawn beside another one, their base, wherever its variants are.

An attachment has one direction: what is attached to a base is not a variant of others, nor the base one of it.
"""

import dataclasses

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import ModelVariant, Upload
from api.domain.kit.texts import checked_text
from api.domain.projects import uploads
from api.domain.projects.uploads import UploadView
from api.errors import InvalidRequest, InvalidState, ModelNotFound
from api.ids import is_id

BASE_NAME = "Default"
"""What the base is called among its variants, as in Glossi's "Front View - Default"."""
MAX_NAME_LENGTH = 100
MOST_VARIANTS = 100
"""Of one base: each multiplies what a project renders."""


@dataclasses.dataclass(frozen=True, slots=True)
class Variant:
    """A model as one of a base's variants. The base is the first of its own, and has no row."""

    name: str
    model: UploadView
    is_base: bool


def list_variants(session: Session, account_id: str, base_id: str) -> list[Variant]:
    """The base first, then what is attached to it, oldest first. Raises ModelNotFound."""
    base = uploads.find(session, account_id, base_id)
    rows = session.execute(
        select(ModelVariant.upload_id, ModelVariant.name)
        .where(ModelVariant.base_id == base_id)
        .order_by(ModelVariant.created_at, ModelVariant.upload_id)
    )
    names = {row.upload_id: row.name for row in rows}
    attached = {view.id: view for view in uploads.select_views(session, Upload.id.in_(list(names)))}
    return [
        Variant(BASE_NAME, base, is_base=True),
        *(Variant(name, attached[upload_id], is_base=False) for upload_id, name in names.items()
          if upload_id in attached),
    ]


def attach_variant(session: Session, account_id: str, base_id: str, upload_id: str, name: str) -> Variant:
    """Raises ModelNotFound; InvalidRequest for a name that can't be; InvalidState where it is taken, or the model
    attached already, or the base has too many."""
    text = checked_text("name", name, MAX_NAME_LENGTH)
    if text is None:
        raise InvalidRequest("name is empty", param="name")
    if text.casefold() == BASE_NAME.casefold():
        raise InvalidRequest(f'name can\'t be "{BASE_NAME}", which is the base itself', param="name")
    if upload_id == base_id:
        raise InvalidRequest("A model is no variant of itself", param="model_id")
    both = Upload.id.in_([each for each in (base_id, upload_id) if is_id(each)])  # neither is deleted meanwhile
    session.execute(select(Upload.id).where(both).order_by(Upload.id).with_for_update(key_share=True))
    uploads.find(session, account_id, base_id)
    try:
        model = uploads.find(session, account_id, upload_id)
    except ModelNotFound:
        raise ModelNotFound(f"There is no model {upload_id}", param="model_id") from None
    attached = select(func.count()).where(ModelVariant.base_id == base_id)
    if (session.scalar(attached) or 0) >= MOST_VARIANTS:
        raise InvalidState(f"A model has up to {MOST_VARIANTS} variants")
    added = session.scalar(
        insert(session, ModelVariant)
        .values(base_id=base_id, upload_id=upload_id, name=text, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(ModelVariant.upload_id)
    )
    if added is None:
        raise InvalidState(f'The model is a variant already, or another one is called "{text}"')
    return Variant(text, model, is_base=False)


def detach_variant(session: Session, account_id: str, base_id: str, upload_id: str) -> None:
    """The model itself stays. Raises ModelNotFound, also where it is no variant of the base."""
    uploads.find(session, account_id, base_id)
    if base_id == upload_id:
        raise InvalidState("The base is the first of its variants for good")
    detached = session.scalar(
        delete(ModelVariant)
        .where(ModelVariant.base_id == base_id, ModelVariant.upload_id == upload_id)
        .returning(ModelVariant.upload_id)
    )
    if detached is None:
        raise ModelNotFound("The model has no such variant")
